#!/usr/bin/env bats
# F1: killed at every change of a file that it makes, a staging is gone on with and ends byte-identical.
bats_require_minimum_version 1.5.0
load lib

setup() { stage_setup; fake_s3; kill_at=${FAIRLEAD_BUILD:?set by scripts/test}/tests/fault/kill_at; streams=1; }
teardown() { stage_teardown; }

# changes: how many there are in a whole run of "work".
changes() { "$kill_at" 0 "$stage" --work "$here/work" 2>&1 | tail -n 1; }

# fresh PHASE SOURCE DESTINATION: nothing is done yet.
fresh() {
    rm -rf work
    request work "$1" 60 "$2" "$3"
}

# sweep CHECK...: kills at each change, goes on, and checks; `begin` makes things as before a run.
sweep() {
    local total n killed=0
    begin
    total=$(changes)
    "$@"
    for ((n = 1; n <= total; n++)); do
        begin
        status=0
        "$kill_at" "$n" "$stage" --work "$here/work" 2>/dev/null || status=$?
        ((status != 137)) || ((++killed))
        "$stage" --work "$here/work"
        "$@"
        (($(leftovers home) == 0))
    done
    printf '# %d changes, killed at %d\n' "$total" "$killed" >&3
    # The last ones may not come: progress is written by the clock.
    ((killed >= total - 4 && killed > 20))
}

@test "F1: stage-in, killed at every change" {
    tree from 3
    random_bytes $((9 * 1024 * 1024)) from/large
    s3 tree lab data/ from
    begin() {
        rm -rf home/in
        fresh in s3://lab/data/ "$here/home/in"
    }
    check() { diff -r from home/in && [[ $(manifest_agrees work) == 5 ]]; }
    sweep check
}

@test "F1: stage-out, killed at every change" {
    tree home/out 3
    random_bytes $((9 * 1024 * 1024)) home/out/large
    chown -R "$uid:$uid" home/out
    begin() {
        # What a killed run uploaded is there; what was asked for must be there after the next.
        local key
        for key in $(s3 list lab | tr ' ' '?'); do s3 delete lab "${key//\?/ }"; done
        fresh out "$here/home/out" s3://lab/out
    }
    check() {
        [[ $(s3 list lab out/ | wc -l) == 5 ]]
        s3 get lab out/large | cmp - home/out/large
        s3 get lab 'out/c d/f+1 é' | cmp - 'home/out/c d/f+1 é'
    }
    sweep check
    # Of a run that is killed between the server's answer with the name of an upload and the journal, the server
    # keeps an empty upload, which nobody can name: a lifecycle rule of the bucket ends it.
    (($(s3 uploads lab | wc -l) <= 2))
}

@test "F1: a copy between folders, killed at every change" {
    tree home/from 3
    random_bytes $((9 * 1024 * 1024)) home/from/large
    chown -R "$uid:$uid" home/from
    begin() {
        rm -rf home/to
        fresh in "$here/home/from" "$here/home/to"
    }
    check() { diff -r home/from home/to; }
    sweep check
}

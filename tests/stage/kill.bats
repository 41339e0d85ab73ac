#!/usr/bin/env bats
# F1: killed at every change of a file that it makes, a staging is gone on with and ends byte-identical.
bats_require_minimum_version 1.5.0
load lib
load sweep

setup_file() { more_time; }
setup() { stage_setup; fake_s3; sweep_setup; copy=("$stage" --work "$here/work"); }
teardown() { stage_teardown; }

proceed() { "${copy[@]}"; }

# fresh PHASE SOURCE DESTINATION: nothing is done yet.
fresh() {
    rm -rf work
    request work "$1" 60 "$2" "$3"
}

@test "F1: stage-in, killed at every change" {
    tree from 3
    random_bytes $((9 * 1024 * 1024)) from/large
    s3 tree lab data/ from
    begin() {
        rm -rf home/in
        fresh in s3://lab/data/ "$here/home/in"
    }
    check() {
        diff -r from home/in
        [[ $(manifest_agrees work) == 5 && $(leftovers home) == 0 ]]
    }
    sweep 3 "${copy[@]}"
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
    sweep 3 "${copy[@]}"
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
    check() {
        diff -r home/from home/to
        [[ $(leftovers home) == 0 ]]
    }
    sweep 3 "${copy[@]}"
}

#!/usr/bin/env bats
# Folders that are linked to S3, where Lustre moves the data: row F11 of the faults, and that nothing is
# taken for done that is not.
bats_require_minimum_version 1.5.0
load lib
load linked

setup() { stage_setup; linked_site; }
teardown() { stage_teardown; }

lfs() { env -i PATH="$PATH" bin/lfs "$@"; }

# asked VERB: how often lfs was.
asked() { grep -c " $1 " bin/lfs.d/calls || true; }
# read_s3: objects that were read.
read_s3() { grep -c 'GET /lab/data/' calls || true; }

@test "hsm: what a linked folder has in S3 alone is restored, many at once and by the user, and nothing is copied" {
    known 150
    run -1 diff -rq from "$fsx/lab/run"
    stages work in 60 s3://lab/data/run/ "$fsx/lab/run/"
    [[ $(outcome work) == done ]]
    diff -r from "$fsx/lab/run"
    (($(read_s3) == 0))
    [[ $(manifest_agrees work) == 151 ]]
    (($(grep -c '"verified":"hsm"' work/manifest) == 151))
    (($(asked hsm_restore) == 3)) # 151 files, 64 at once
    run -1 grep -v "^$uid " bin/lfs.d/calls
    # What is there is not asked for again.
    rm bin/lfs.d/calls
    stages work in 60 s3://lab/data/run/ "$fsx/lab/run/"
    (($(asked hsm_restore) == 0 && $(asked hsm_state) == 3))
}

@test "hsm: what the file system does not have, or in another version, is copied, and so is what is not linked" {
    known 6
    rm "$fsx/lab/run/a/b/f+0 é"
    echo "a newer one, and longer" | s3 put lab "data/run/c d/f+1 é"
    stages work in 60 s3://lab/data/run/ "$fsx/lab/run/"
    cmp "from/a/b/f+0 é" "$fsx/lab/run/a/b/f+0 é"
    [[ $(cat "$fsx/lab/run/c d/f+1 é") == "a newer one, and longer" ]]
    cmp "from/a/b/f+3 é" "$fsx/lab/run/a/b/f+3 é"
    (($(read_s3) == 2 && $(grep -c '"verified":"hsm"' work/manifest) == 5))
    rm -f calls bin/lfs.d/calls
    stages other in 60 s3://lab/data/run/ "$here/home/elsewhere/"
    diff -r -x 'f+1 é' from home/elsewhere
    (($(read_s3) == 6)) # the seventh has no bytes
    [[ ! -e bin/lfs.d/calls ]]
}

@test "F11: a restore that does not go on is given up, and the files are read; one that does is waited for" {
    rules '{"stuck": ["f+3 é"], "forget": 1}'
    known 8
    stages work in 60 s3://lab/data/run/ "$fsx/lab/run/"
    [[ $(outcome work) == done ]]
    diff -r from "$fsx/lab/run"
    grep '"verified":"crc64nvme"' work/manifest | grep 'f+3 é'
    (($(read_s3) == 0 && $(grep -c '"verified":"hsm"' work/manifest) == 8))
}

@test "F11: a large file that moves on is waited for beyond the time of a stall" {
    known 1
    rules '{"slow": {"f+0 é": 4.5}}'
    stages work in 60 s3://lab/data/run/ "$fsx/lab/run/"
    (($(grep -c '"verified":"hsm"' work/manifest) == 2))
    diff -r from "$fsx/lab/run"
}

@test "F11: a file that was changed, and one that Lustre has lost, is the data's fault, and stays as it is" {
    local file
    known 4
    file="$fsx/lab/run/c d/f+1 é"
    echo changed >>"$file"
    run -1 stages work in 60 s3://lab/data/run/ "$fsx/lab/run/"
    [[ $(outcome work) == "data_fault FL-S125" ]]
    [[ $(said work) == *" was changed and is not exported yet; s3://lab/data/run/c d/f+1 "*" is older" ]]
    tail -n 1 "$file" | grep -qx changed
    rm "$file"
    rules '{"lost": ["f+2 é"]}'
    run -1 stages work in 60 s3://lab/data/run/ "$fsx/lab/run/"
    [[ $(outcome work) == "data_fault FL-S125" ]]
    [[ $(said work) == *"lost_from_hsm"* ]]
}

@test "F11: where lfs refuses, hangs, is missing or knows no HSM, the files are read, and wrong bytes are found" {
    local rule
    known 2
    for rule in '{"refuse": {"hsm_restore": "Operation not permitted"}}' '{"silent": "Function not implemented"}' \
        '{"hang": "hsm_restore"}'; do
        rules "$rule"
        rm -rf work
        run -1 stages work in 60 s3://lab/data/run/ "$fsx/lab/run/"
        [[ $(outcome work) == "data_fault FL-S115" ]] # zeros, where Lustre would have brought the bytes
    done
    rm bin/lfs
    cp -r from/. "$fsx/lab/run"
    stages work in 60 s3://lab/data/run/ "$fsx/lab/run/"
    (($(read_s3) == 0 && $(grep -c '"verified":"crc64nvme"' work/manifest) == 3))
}

# results FILES: of a job, in the linked folder.
results() {
    tree "$fsx/lab/out" "$1"
    chown -R "$uid:$uid" "$fsx"
    rm -f calls
}

@test "hsm: results are archived by root, many at once and by their ids, and are done when S3 has them" {
    results 80
    stages work out 60 "$fsx/lab/out/" s3://lab/data/out/
    [[ $(outcome work) == done ]]
    (($(grep -c '"verified":"hsm"' work/manifest) == 81))
    diff -r "$fsx/lab/out" bin/lfs.d/objects/data/out
    (($(grep -c 'HEAD /lab/data/out' calls) == 81))
    (($(grep -c '^0 hsm_archive' bin/lfs.d/calls) == 2 && $(grep -c "^$uid path2fid" bin/lfs.d/calls) == 2))
    run -1 grep -E "^0 " <(grep -v hsm_archive bin/lfs.d/calls)
    # Only what changed is archived again.
    rm bin/lfs.d/calls
    echo more >>"$fsx/lab/out/a/zero"
    stages work out 60 "$fsx/lab/out/" s3://lab/data/out/
    [[ $(<bin/lfs.d/objects/data/out/a/zero) == more ]]
    grep -qx '0 hsm_archive 3' bin/lfs.d/calls
}

@test "hsm: what the association exports by itself is waited for, and not asked for" {
    results 2
    sed -i "s|mount: $fsx}|mount: $fsx, export: automatic}|" config.yaml
    run -1 stages work out 60 "$fsx/lab/out/" s3://lab/data/out/
    [[ $(outcome work) == "service_fault FL-S112" && $(said work) == *"not archived, and nothing went on for 3 s" ]]
    lfs --export lab/out
    stages work out 60 "$fsx/lab/out/" s3://lab/data/out/
    (($(asked hsm_archive) == 0 && $(grep -c '"verified":"hsm"' work/manifest) == 3))
}

@test "F11: an export that does not go on is no export: the service is at fault, and the next try succeeds" {
    results 5
    rules '{"stuck": ["zero"]}'
    run -1 stages work out 60 "$fsx/lab/out/" s3://lab/data/out/
    [[ $(outcome work) == "service_fault FL-S112" ]]
    [[ $(said work) == *"/zero and 0 more: not archived, and nothing went on for 3 s" ]]
    rules '{"forget": 2}'
    stages work out 60 "$fsx/lab/out/" s3://lab/data/out/
    [[ $(outcome work) == done ]]
    diff -r "$fsx/lab/out" bin/lfs.d/objects/data/out
}

@test "F11: what lfs says is archived is believed only when S3 has it with its size" {
    results 3
    lfs --archived "$fsx/lab/out/a/zero" "$fsx/lab/out/c d/f+1 é"
    run -1 stages work out 60 "$fsx/lab/out/" s3://lab/data/out/
    [[ $(outcome work) == "data_fault FL-S125" && $(said work) == *"is not there" ]]
    s3 put lab data/out/a/zero </dev/null
    echo other | s3 put lab "data/out/c d/f+1 é"
    run -1 stages work out 60 "$fsx/lab/out/" s3://lab/data/out/
    [[ $(outcome work) == "data_fault FL-S125" && $(said work) == *" bytes, but s3://lab/data/out/c d/f+1 "*" has 6" ]]
}

@test "F11: results stay where lfs refuses, or is none that root can trust" {
    results 2
    rules '{"refuse": {"hsm_archive": "Operation not permitted"}}'
    run -1 stages work out 60 "$fsx/lab/out/" s3://lab/data/out/
    [[ $(outcome work) == "service_fault FL-S112" && $(said work) == *"Operation not permitted" ]]
    rules '{"silent": "Function not implemented"}'
    run -1 stages work out 60 "$fsx/lab/out/" s3://lab/data/out/
    [[ $(outcome work) == "service_fault FL-S124" && $(said work) == *"Function not implemented" ]]
    rules '{}'
    chmod 0777 bin/lfs
    run -1 stages work out 60 "$fsx/lab/out/" s3://lab/data/out/
    [[ $(outcome work) == "service_fault FL-S112" ]]
    (($(grep -c '^0 ' bin/lfs.d/calls) == 2)) # one refusal for all and one for the first, before
    (($(find "$fsx/lab/out" -type f | wc -l) == 3))
}

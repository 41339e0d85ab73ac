#!/usr/bin/env bats
# What fairlead-stage copies, and what it says of it.
bats_require_minimum_version 1.5.0
load lib

setup() { stage_setup; fake_s3 --page 7; }
teardown() { stage_teardown; }

@test "a single object becomes a file, in a folder that is made" {
    echo hello >one
    s3 put lab data/one one
    stages work in 30 s3://lab/data/one "$here/home/new/folder/two"
    [[ $(outcome work) == done ]]
    cmp one home/new/folder/two
    [[ $(stat -c %u:%g:%a home/new/folder/two) == "$uid:$uid:640" ]]
    [[ $(stat -c %u:%g:%a home/new) == "$uid:$uid:750" ]]
    ((EUID == 0)) && [[ $(stat -c %u:%a work/result.json) == 0:600 ]]
}

@test "a single object goes into a folder under its own name" {
    echo hello >one
    s3 put lab data/one one
    stages work in 30 s3://lab/data/one "$here/home/"
    cmp one home/one
    rm home/one
    stages again in 30 s3://lab/data/one "$here/home"
    cmp one home/one
}

@test "a prefix becomes a tree, page by page, with manifest and progress" {
    tree from 40
    s3 tree lab data/ from
    s3 put lab data/empty/ </dev/null
    stages work in 30 s3://lab/data/ "$here/home/in"
    diff -r from home/in/ -x empty
    [[ -d home/in/empty ]]
    [[ $(manifest_agrees work) == 41 ]]
    (($(grep -c 'GET /lab/?.*continuation-token' calls) == 5)) # 42 keys, 7 a page
    python3 - <<'END_OF_PYTHON'
import json
progress = json.load(open("work/progress.json"))
assert progress["schema"] == "fairlead.stage-progress/1", progress
assert progress["files_done"] == progress["files_total"] == 41, progress
assert progress["bytes_done"] == progress["bytes_total"] > 0, progress
assert progress["started"] <= progress["updated"], progress
END_OF_PYTHON
}

@test "a tree becomes objects, and symbolic links and pipes are named and left" {
    tree home/out 25
    ln -s a home/out/link
    mkfifo home/out/pipe
    chown -R "$uid:$uid" home/out
    stages work out 30 "$here/home/out" s3://lab/results/1
    (($(s3 list lab results/1/ | wc -l) == 26))
    s3 get lab "results/1/c d/f+1 é" | cmp - "home/out/c d/f+1 é"
    [[ $(outcome work) == done ]]
    grep -q '"skipped":2' work/result.json
    grep -q '"path":".*/home/out/pipe","skipped"' work/manifest
    rm home/out/link home/out/pipe
    stages back in 30 s3://lab/results/1/ "$here/home/back"
    diff -r home/out home/back
}

@test "200 MiB go to S3 and come back in parts, byte-identical, with CRC-64/NVME" {
    random_bytes $((200 * 1024 * 1024 + 17)) home/large
    stages work out 120 "$here/home/large" s3://lab/large
    (($(grep -c 'PUT /lab/large?partNumber=.* 200' calls) == 26))
    s3 get lab large | cmp - home/large
    stages back in 120 s3://lab/large "$here/home/back"
    cmp home/large home/back
    grep -q '"verified":"crc64nvme"' back/manifest
    (($(grep -c 'GET /lab/large 206' calls) == 26))
    # The same checksum from both sides.
    [[ $(grep -o 'crc64nvme:[0-9a-f]*' work/manifest) == $(grep -o 'crc64nvme:[0-9a-f]*' back/manifest) ]]
}

@test "S3 may take its time to put an upload together: it is asked once" {
    random_bytes $((20 * 1024 * 1024)) home/large
    echo '{"complete": 12}' >state.json
    stages work out 25 "$here/home/large" s3://lab/large # other answers are given up after 2 s
    (($(grep -c 'POST /lab/large?uploadId=' calls) == 1 && $(grep -c 'PUT /lab/large' calls) == 3))
    s3 get lab large | cmp - home/large
}

@test "parts are checked by MD5 where the server has no CRC-64" {
    fake_s3 --plain
    random_bytes $((20 * 1024 * 1024)) home/large
    stages work out 60 "$here/home/large" s3://lab/large
    stages back in 60 s3://lab/large "$here/home/back"
    cmp home/large home/back
    grep -q '"verified":"md5"' back/manifest
}

@test "files are copied to files, with their permissions" {
    tree home/from 30
    random_bytes $((17 * 1024 * 1024)) home/from/large
    chmod 0700 home/from/a/zero
    chown -R "$uid:$uid" home/from
    stages checked in 30 "$here/home/from" "$here/home/checked"
    diff -r home/from home/checked
    [[ $(stat -c %a home/checked/a/zero) == 700 ]]
    stages sized in 30 "$here/home/from" "$here/home/sized" size
    diff -r home/from home/sized
    grep -q '"size":17825792,"checksum":null,"verified":"size"' sized/manifest
}

@test "a second run copies nothing again" {
    tree from 10
    s3 tree lab data/ from
    stages work in 30 s3://lab/data/ "$here/home/in"
    rm calls
    stages work in 30 s3://lab/data/ "$here/home/in"
    (($(grep -c 'GET /lab/data' calls || true) == 0))
    [[ $(manifest_agrees work) == 11 ]]
    # But what has changed at either side.
    echo new | s3 put lab data/a/zero
    printf x >>"home/in/c d/f+1 é"
    stages work in 30 s3://lab/data/ "$here/home/in"
    (($(grep -c 'GET /lab/data' calls) == 2))
    [[ $(cat home/in/a/zero) == new ]]
    cmp "from/c d/f+1 é" "home/in/c d/f+1 é"
}

@test "a file that is there is replaced whole" {
    echo new | s3 put lab data/one
    echo old >home/one
    chown "$uid:$uid" home/one
    ln home/one home/other
    stages work in 30 s3://lab/data/one "$here/home/one"
    [[ $(cat home/one) == new && $(cat home/other) == old ]]
}

@test "what is not there, or not readable, is the request's fault" {
    local place
    echo x | s3 put lab there
    echo '{"denied": ["denied"], "archived": ["cold", "tree/cold"]}' >state.json
    for place in s3://lab/missing s3://lab/missing/ s3://none/x "$here/home/missing"; do
        run -1 stages work in 30 "$place" "$here/home/x"
        [[ $(outcome work) == "data_fault FL-S110" && $(said work) == *"$place"* ]] || [[ $place == s3://lab/missing/ || $place == s3://none/x ]]
    done
    run -1 stages work in 30 s3://lab/denied "$here/home/x"
    [[ $(outcome work) == "data_fault FL-S111" ]]
    run -1 stages work out 30 "$here/state.json" s3://lab/denied
    [[ $(outcome work) == "data_fault FL-S111" ]]
    run -1 stages work in 30 s3://lab/there s3://lab/here
    [[ $(outcome work) == "data_fault FL-S124" ]]
    [[ -z $(ls home) ]]
}

@test "an archived object is refused with the time that a restore takes" {
    echo x | s3 put lab cold
    echo x | s3 put lab tree/cold
    echo x | s3 put lab tree/warm
    echo '{"archived": ["cold", "tree/cold"]}' >state.json
    run -1 stages work in 30 s3://lab/cold "$here/home/x"
    [[ $(outcome work) == "data_fault FL-S116" ]]
    [[ $(said work) == "s3://lab/cold is archived (GLACIER); a standard restore takes 3 to 5 hours: aws s3api restore-object" ]]
    run -1 stages work in 30 s3://lab/tree/ "$here/home/x"
    [[ $(outcome work) == "data_fault FL-S116" ]]
    [[ -z $(ls home) ]] # nothing is copied before all is known
}

@test "an object in an archive tier of Intelligent-Tiering is refused as well; a listing does not tell it" {
    echo x | s3 put lab cold
    echo x | s3 put lab tree/cold
    echo '{"tiered": {"cold": "ARCHIVE_ACCESS", "tree/cold": "DEEP_ARCHIVE_ACCESS"}}' >state.json
    run -1 stages work in 30 s3://lab/cold "$here/home/x"
    [[ $(outcome work) == "data_fault FL-S116" ]]
    [[ $(said work) == "s3://lab/cold is archived (ARCHIVE_ACCESS); a standard restore takes 3 to 5 hours: aws s3api restore-object" ]]
    run -1 stages work in 30 s3://lab/tree/ "$here/home/x"
    [[ $(outcome work) == "data_fault FL-S116" && $(said work) == "s3://lab/tree/cold is archived; a standard restore takes 3 to 5 hours, from a deep archive up to 12: "* ]]
    [[ -z $(find home -type f) ]]
}

@test "a request that cannot be used ends with 2 and copies nothing" {
    echo x | s3 put lab one
    request work in 30 s3://lab/one "$here/home/one"
    run -2 "$stage"
    run -2 "$stage" --work
    run -2 "$stage" --wrok "$here/work"
    run -2 "$stage" --work "$here/none"
    chmod 0755 work
    run -2 "$stage" --work "$here/work"
    chmod 0700 work
    sed -i 's/"uid":2001/"uid":0/' work/request.json
    run -2 "$stage" --work "$here/work"
    [[ $output == *"no 'uid'"* ]]
    [[ -z $(ls home) && ! -e work/result.json ]]
}

@test "two at once in one folder: the second leaves all as it is" {
    echo x | s3 put lab one
    request work in 30 s3://lab/one "$here/home/one"
    exec 7>work/journal
    flock 7
    run -1 "$stage" --work "$here/work"
    [[ $output == *"another process works in"*"[FL-S122]" ]]
    [[ ! -e work/result.json ]]
    exec 7>&-
    "$stage" --work "$here/work"
}

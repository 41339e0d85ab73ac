#!/usr/bin/env bats
# The 22 rows of the faults that staging must bear, each with where it is tested: a test's title, or the comment above a
# test of functions, begins with the row. Here are F2, F7 to F9 and F12 to F14.
#
# row  what happens                                              tests
# T1   symbolic links, .., a folder swapped for a link           stage/user.bats live/staging_s3.bats
# T2   hard links, pipes and devices in the way                  stage/user.bats
# T3   shells, NUL, line ends, no UTF-8, too long                stage/user.bats live/staging.bats unit/stage_path_test.cpp
# T4   forged requests, other users' buckets                     live/staging.bats live/staging_queued.bats unit/policy_staging_test.cpp
# T5   credentials that a user could read                        stage/user.bats live/staging_s3.bats
# T6   keys that lead out of the folder                          stage/user.bats
# F1   kill -9 at each write                                     stage/kill.bats stage/kill_linked.bats
# F2   EIO, ENOSPC, EDQUOT, EINTR                                stage/faults.bats live/staging.bats
# F3   the first node dies, or is paused and comes back          live/staging_faults.bats live/staging.bats live/staging_queued.bats unit/stage_standing_test.cpp
# F4   a follower sees an old state                              live/staging.bats unit/prolog_stage_follower_test.cpp
# F5   the prolog fails on one node                              live/staging.bats
# F6   requeue, scancel or a new slurmd in the middle            live/staging.bats live/staging_faults.bats live/staging_queued.bats
# F7   503, 429, reset, half, stall, flip, another object        stage/faults.bats live/staging.bats
# F8   keys expire, no metadata service                          stage/faults.bats
# F9   a clock that is off                                       stage/faults.bats
# F10  export tasks of FSx                                       stage/fsx_task.bats
# F11  hsm_restore and hsm_archive that do not go on             stage/hsm.bats
# F12  a thousand prologs at once                                unit/prolog_stage_follower_test.cpp stage/faults.bats
# F13  a journal that is torn or not ours                        stage/faults.bats
# F14  nobody answers                                            stage/faults.bats
# F15  a node or the service's machine is lost                   stage/queue.bats live/staging_faults.bats live/staging.bats
# F16  the epilog's work when Slurm ends it                      live/staging_faults.bats
bats_require_minimum_version 1.5.0
load lib

setup() { stage_setup; fake_s3; }
teardown() {
    local folder
    stage_teardown
    for folder in small home/mine; do umount --lazy "$folder" 2>/dev/null || :; done # what is dead is none that mountpoint(1) knows
}

@test "each row of the faults has its tests where the table says" {
    local row rest files file
    while read -r row rest; do
        files=$(grep -oE '(stage|live|unit)/[a-z0-9_]+\.(bats|cpp)' <<<"$rest")
        for file in $files; do
            grep -qE "^(@test \"|// )(.* )?$row[:, ]" "$repo/tests/$file" || { echo "no test of $row in $file"; false; }
        done
        [[ -n $files ]]
    done < <(grep -oE '^# [TF][0-9]+  .*' "$BATS_TEST_FILENAME" | cut -c3-)
    (($(grep -cE '^# [TF][0-9]+  ' "$BATS_TEST_FILENAME") == 22))
}

# count KIND: spoiled answers of that kind.
count() { grep -c "^$1 " spoiled || true; }

# 20 MiB at s3://lab/large, three parts.
large_object() {
    random_bytes $((20 * 1024 * 1024)) large
    chmod 0644 large
    s3_upload large
}

# s3_upload FILE: in parts, by the program itself, which is tested elsewhere.
s3_upload() {
    cp "$1" home/upload.part
    chown "$uid:$uid" home/upload.part
    stages upload out 60 "$here/home/upload.part" "s3://lab/$1"
    rm home/upload.part calls
}

@test "F7: throttled or broken answers: the part alone is asked for again" {
    local kind
    large_object
    for kind in 503 429 500 reset half; do
        spoiled '[{"match": "GET /lab/large", "kind": "'$kind'", "skip": 1}]'
        rm -f calls spoiled home/x
        stages "work$kind" in 60 s3://lab/large "$here/home/x"
        cmp large home/x
        (($(count "$kind") == 1))
        # One part more than there are, where the server saw the request.
        case $kind in
            503 | 429 | 500) (($(grep -c 'GET /lab/large 206' calls) == 3)) ;;
            *) (($(grep -c 'GET /lab/large 206' calls) == 4)) ;;
        esac
    done
}

@test "F12: twenty first nodes at once at a service that throttles: each is served, and asks no more than one alone" {
    local number workers=()
    for number in {1..21}; do echo "$number" | s3 put lab "many/$number"; done
    : >calls
    stages work21 in 60 s3://lab/many/21 "$here/home/21"
    alone=$(grep -vc ' 503$' calls)
    spoiled '[{"match": "", "kind": "503", "times": 30}]'
    : >calls
    for number in {1..20}; do
        stages "work$number" in 60 "s3://lab/many/$number" "$here/home/$number" 3>&- &
        workers+=("$!")
    done
    for number in "${workers[@]}"; do wait "$number"; done
    for number in {1..20}; do [[ $(<"home/$number") == "$number" ]]; done
    (($(count 503) == 30))
    (($(wc -l <calls) == 20 * alone))
}

@test "F7: an answer that stands still is given up and asked for again" {
    large_object
    spoiled '[{"match": "GET /lab/large", "kind": "stall"}]'
    stages work in 20 s3://lab/large "$here/home/x" # given up after 2 s
    cmp large home/x
    (($(count stall) == 1))
}

@test "F7: a staging that does not go on ends long before its deadline" {
    large_object
    printf 'schema: fairlead.config/1\nstaging: {stall: 4}\n' >config.yaml
    config=$here/config.yaml
    spoiled '[{"match": "GET /lab/large", "kind": "503", "skip": 1, "times": -1}]'
    SECONDS=0
    run -1 stages work in 120 s3://lab/large "$here/home/x"
    ((SECONDS < 60))
    [[ $(outcome work) == "service_fault FL-S112" ]]
}

@test "F7: broken answers to an upload: the part alone is sent again" {
    local kind
    random_bytes $((20 * 1024 * 1024)) home/up
    for kind in 503 reset lost half; do
        spoiled '[{"match": "PUT /lab/up'$kind'", "kind": "'$kind'", "skip": 1},
            {"match": "POST /lab/up'$kind'?uploads", "kind": "'$kind'"}]'
        rm -f calls spoiled
        stages "work$kind" out 60 "$here/home/up" "s3://lab/up$kind"
        s3 get lab "up$kind" | cmp - home/up
        (($(count "$kind") == 2))
    done
}

@test "F7: the answer to the end of an upload is lost: it is begun anew" {
    random_bytes $((20 * 1024 * 1024)) home/up
    spoiled '[{"match": "POST /lab/up?uploadId", "kind": "lost"}]'
    stages work out 60 "$here/home/up" s3://lab/up
    s3 get lab up | cmp - home/up
    [[ -z $(s3 uploads lab) ]]
}

@test "F7: a flipped byte is found by the checksum, in a small object and a large one" {
    large_object
    echo hello >one
    s3 put lab one one
    spoiled '[{"match": "GET /lab/large", "kind": "flip", "skip": 2}, {"match": "GET /lab/one", "kind": "flip"}]'
    stages work in 60 s3://lab/large "$here/home/x"
    cmp large home/x
    stages small in 60 s3://lab/one "$here/home/one"
    cmp one home/one
    (($(count flip) == 2))
    (($(leftovers home) == 0))
}

@test "F7: bytes that are flipped each time are not put in place" {
    echo hello | s3 put lab one
    spoiled '[{"match": "GET /lab/one", "kind": "flip", "times": -1}]'
    run -1 stages work in 60 s3://lab/one "$here/home/one"
    [[ $(outcome work) == "data_fault FL-S115" ]]
    [[ -z $(ls -A home) ]]
}

@test "F7: an object that changes between two parts is planned anew, and given up when it goes on" {
    local streams=1
    large_object
    echo '{"change": "large"}' >state.json
    run -1 stages work in 60 s3://lab/large "$here/home/x"
    [[ $(outcome work) == "data_fault FL-S114" ]]
    grep -q 'GET /lab/large 412' calls
    [[ -z $(ls -A home) ]]
    echo '{}' >state.json
    # The fake's ETag is now no MD5 of it, so size is what is checked.
    stages work in 60 s3://lab/large "$here/home/x" size
    cmp large home/x
}

@test "F7: an answer of another length is no answer" {
    start s3 python3 -c 'import http.server, pathlib, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("ETag", "\"x\"")
        self.send_header("Content-Length", "10" if self.command == "HEAD" else "11")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"01234567890")
    do_HEAD = do_GET
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
pathlib.Path("s3.port").write_text(str(server.server_port))
sys.stdin.read()'
    endpoint=http://127.0.0.1:$(cat s3.port)
    run -1 stages work in 3 s3://lab/one "$here/home/one"
    [[ $(outcome work) == "service_fault FL-S112" ]]
    [[ ! -e home/one ]]
}

@test "F8: keys that have expired are fetched once more, and without any the service is at fault" {
    echo x | s3 put lab one
    echo '{"expired": true}' >state.json
    run -1 stages work in 30 s3://lab/one "$here/home/one"
    [[ $(outcome work) == "data_fault FL-S111" ]]
    (($(grep -c 'HEAD /lab/one 400' calls) == 2))
    # No keys in the environment, and an IMDS that has none.
    start imds "$fakes/imds" imds.port --fault no-token
    printf 'schema: fairlead.config/1\ntesting:\n  imds_endpoint: http://127.0.0.1:%s\n' "$(cat imds.port)" >config.yaml
    run -1 env -u AWS_ACCESS_KEY_ID "$stage" --config "$here/config.yaml" --work "$here/work"
    [[ $(outcome work) == "service_fault FL-S120" ]]
}

@test "F9: a clock that is 20 minutes off is corrected once" {
    local offset
    echo x | s3 put lab one
    for offset in -1200 1200; do
        printf '{"clock": %d}' "$offset" >state.json
        rm -f calls home/one
        stages "work$offset" in 30 s3://lab/one "$here/home/one"
        [[ $(cat home/one) == x ]]
        (($(grep -c ' 403$' calls) == 1))
    done
}

@test "F14: nobody answers: the deadline holds, and the service is at fault" {
    local before=$SECONDS
    endpoint=http://127.0.0.1:1
    run -1 stages work in 3 s3://lab/one "$here/home/one"
    [[ $(outcome work) == "service_fault FL-S112" ]]
    [[ $(said work) == "s3://lab/one: asked "*" times, at last: "* ]]
    spoiled '[{"match": "HEAD", "kind": "503", "times": -1}]'
    run -1 stages work in 3 s3://lab/one "$here/home/one"
    [[ $(outcome work) == "service_fault FL-S112" ]]
    ((SECONDS - before < 60)) # of 6 s
}

@test "F14: a network that swallows everything: the deadline holds, and the service is at fault" {
    endpoint=http://192.0.2.2
    request work in 3 s3://lab/one "$here/home/one"
    run -1 unshare --net /bin/sh -c 'ip link add v0 type veth peer name v1 && ip address add 192.0.2.1/24 dev v0 &&
        ip link set v0 up && ip link set v1 up && ip neighbour add 192.0.2.2 lladdr 02:00:00:00:00:02 dev v0 nud permanent &&
        exec "$@"' - "$stage" --work "$here/work"
    [[ $(outcome work) == "service_fault FL-S112" ]]
    [[ -z $(ls -A home) ]]
}

@test "F14: what was copied before the deadline is not copied again" {
    large_object
    spoiled '[{"match": "GET /lab/large", "kind": "503", "skip": 2, "times": -1}]'
    run -1 stages work in 4 s3://lab/large "$here/home/x"
    [[ $(outcome work) == "service_fault FL-S112" ]]
    (($(leftovers home) == 1))
    rm calls
    endpoint=http://$server
    stages work in 30 s3://lab/large "$here/home/x"
    cmp large home/x
    (($(grep -c 'GET /lab/large 206' calls) == 1)) # of three
    (($(leftovers home) == 0))
}

@test "F14: parts of an upload are kept too" {
    random_bytes $((20 * 1024 * 1024)) home/up
    spoiled '[{"match": "PUT /lab/up", "kind": "503", "skip": 2, "times": -1}]'
    run -1 stages work out 4 "$here/home/up" s3://lab/up
    [[ $(outcome work) == "service_fault FL-S112" ]]
    [[ $(s3 uploads lab) == up ]]
    rm calls
    endpoint=http://$server
    stages work out 30 "$here/home/up" s3://lab/up
    s3 get lab up | cmp - home/up
    (($(grep -c 'PUT /lab/up.* 200' calls) == 1))
    [[ -z $(s3 uploads lab) ]]
}

@test "an upload of a file that changed since is ended and begun anew" {
    random_bytes $((20 * 1024 * 1024)) home/up
    spoiled '[{"match": "PUT /lab/up", "kind": "503", "skip": 2, "times": -1}]'
    run -1 stages work out 4 "$here/home/up" s3://lab/up
    printf x >>home/up
    endpoint=http://$server
    stages work out 30 "$here/home/up" s3://lab/up
    s3 get lab up | cmp - home/up
    [[ -z $(s3 uploads lab) ]]
    grep -q 'DELETE /lab/up?uploadId=.* 204' calls
}

@test "what the server has lost of an upload is sent again" {
    random_bytes $((20 * 1024 * 1024)) home/up
    spoiled '[{"match": "PUT /lab/up", "kind": "503", "skip": 2, "times": -1}]'
    run -1 stages work out 4 "$here/home/up" s3://lab/up
    # A part that the journal knows and the server does not.
    python3 - <<'END_OF_PYTHON'
import pathlib
lines = pathlib.Path("work/journal").read_text().splitlines(True)
assert sum('"what":"part"' in line for line in lines) == 2, lines
END_OF_PYTHON
    s3_forget_part
    endpoint=http://$server
    stages work out 30 "$here/home/up" s3://lab/up
    s3 get lab up | cmp - home/up
    grep -q 'POST /lab/up?uploadId=.* 400' calls
}

# The fake forgets the first part of each upload.
s3_forget_part() { echo '{"forget": true}' >state.json; s3 list lab >/dev/null; echo '{}' >state.json; }

@test "F2: no space: the temporary file is removed, and the data is at fault" {
    random_bytes $((3 * 1024 * 1024)) three
    s3 put lab data/three three
    echo x | s3 put lab data/one
    mkdir small
    mount -t tmpfs -o "size=1m,uid=$uid,gid=$uid" none small
    run -1 stages work in 30 s3://lab/data/three "$here/small/three"
    [[ $(outcome work) == "data_fault FL-S113" ]]
    [[ -z $(ls -A small) ]]
    mount -o remount,size=8m small
    stages work in 30 s3://lab/data/three "$here/small/three"
    cmp three small/three
}

# injected CALL ERROR: what is said when a call of the hand's fails so, each time.
injected() {
    rm -rf work
    find home -mindepth 1 -delete
    request work in 20 s3://lab/one "$here/home/x"
    run strace -f -qq -o /dev/null -e trace="$1" -e inject="$1:error=$2" "$stage" --work "$here/work" ${config:+--config "$config"}
    # This runs within $( ), where a failing line ends nothing: it is told instead of the outcome.
    [[ ! -e home/x ]] || { echo "home/x is there"; return; }
    # What is begun is kept where the request need not be changed: the file system comes back.
    [[ $(outcome work) != data_fault* || $(outcome work) == *FL-S126 ]] || (($(leftovers home) == 0)) ||
        { echo "something is left in home"; return; }
    outcome work
}

@test "F2: errors of the file system have the right owner, and nothing is put in place" {
    echo x | s3 put lab one
    [[ $(injected pwrite64 EIO) == "data_fault FL-S126" ]] # of no file system of the site's
    printf 'schema: fairlead.config/1\nstaging: {file_systems: [%s]}\n' "$here" >config.yaml
    config=$here/config.yaml
    [[ $(injected pwrite64 EIO) == "node_fault FL-S121" ]]
    [[ $(injected pwrite64 ESTALE) == "node_fault FL-S121" ]]
    [[ $(injected pwrite64 ENOTCONN) == "node_fault FL-S121" ]]
    [[ $(injected pwrite64 EDQUOT) == "data_fault FL-S113" ]]
    [[ $(injected pwrite64 ENOSPC) == "data_fault FL-S113" ]]
    [[ $(injected renameat,renameat2 EIO) == "node_fault FL-S121" ]]
    [[ $(injected renameat,renameat2 EACCES) == "data_fault FL-S111" ]]
    [[ $(injected openat2 EACCES) == "data_fault FL-S111" ]]
    [[ $(injected openat2 EIO) == "node_fault FL-S121" ]]
}

@test "F2: a mount of the user's own that fails is no fault of the node, wherever it is" {
    echo x | s3 put lab one
    mkdir -p home/mine
    mount -t tmpfs -o "uid=$uid,gid=$uid" none home/mine
    printf 'schema: fairlead.config/1\nstaging: {file_systems: [%s]}\n' "$here" >config.yaml
    request work in 20 s3://lab/one "$here/home/mine/x"
    run -1 strace -f -qq -o /dev/null -e trace=pwrite64 -e inject=pwrite64:error=ENOTCONN "$stage" --work "$here/work" --config "$here/config.yaml"
    umount home/mine
    [[ $(outcome work) == "data_fault FL-S126" && $(said work) == "$here/home/mine/x: "* ]]
}

@test "F2: a mount of the user's own that fails and is gone before anybody looks is no fault of the node" {
    large_object
    mkdir -p home/mine
    mount -t tmpfs -o "uid=$uid,gid=$uid" none home/mine
    printf 'schema: fairlead.config/1\nstaging: {file_systems: [%s]}\n' "$here" >config.yaml
    spoiled '[{"match": "GET /lab/large", "kind": "stall", "skip": 1}]'
    streams=1 request work in 20 s3://lab/large "$here/home/mine/x"
    # The first part is written; before the second comes the mount is gone.
    strace -f -qq -o /dev/null -e trace=pwrite64 -e inject=pwrite64:error=ENOTCONN:when=2+ \
        "$stage" --work "$here/work" --config "$here/config.yaml" 3>&- &
    until [[ -e spoiled ]]; do kill -0 "$!"; sleep 0.02; done
    umount --lazy home/mine
    wait "$!" && status=0 || status=$?
    ((status == 1))
    [[ $(outcome work) == "data_fault FL-S126" && $(said work) == "$here/home/mine/x: "* ]]
}

@test "F2: a dead mount is its owner's fault: the user's, or the node's where the site has named it" {
    echo x | s3 put lab one
    mkdir -p home/mine
    mount -i -t fuse -o "fd=9,rootmode=40000,user_id=$uid,group_id=$uid" none home/mine 9<>/dev/fuse
    printf 'schema: fairlead.config/1\nstaging: {file_systems: [%s]}\n' "$here" >config.yaml
    config=$here/config.yaml
    run -1 stages work in 20 s3://lab/one "$here/home/mine/x"
    [[ $(outcome work) == "data_fault FL-S126" && $(said work) == *"not connected" ]]
    printf 'schema: fairlead.config/1\nstaging: {file_systems: [%s]}\n' "$here/home/mine" >config.yaml
    run -1 stages work in 20 s3://lab/one "$here/home/mine/x"
    [[ $(outcome work) == "node_fault FL-S121" ]]
}

@test "F2: interrupted calls do no harm" {
    random_bytes 300000 one
    s3 put lab one one
    request work in 20 s3://lab/one "$here/home/x"
    strace -f -qq -o /dev/null -e trace=pwrite64,openat2,fsync -e inject=pwrite64,openat2,fsync:error=EINTR:when=1 \
        "$stage" --work "$here/work"
    cmp one home/x
}

@test "F13: a journal that is torn, spoiled or of another release is believed no further than it is good" {
    local way
    tree from 12
    s3 tree lab data/ from
    for way in 'truncate -s -7 work/journal' 'head -c 300 /dev/urandom >>work/journal' \
        'dd if=/dev/urandom of=work/journal bs=1 seek=400 count=200 conv=notrunc status=none' \
        ': >work/journal' 'head -c 5000 /dev/zero >work/journal' \
        'sed -i "1s/stage-journal.1/stage-journal\/9/" work/journal'; do
        rm -rf work home/in
        stages work in 30 s3://lab/data/ "$here/home/in"
        eval "$way"
        rm work/result.json
        printf x >>home/in/a/zero # what the journal says is not believed of it
        stages work in 30 s3://lab/data/ "$here/home/in"
        diff -r from home/in
        [[ $(manifest_agrees work) == 13 ]]
        (($(leftovers home) == 0))
        # And it is good again.
        stages work in 30 s3://lab/data/ "$here/home/in"
    done
}

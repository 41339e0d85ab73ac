# shellcheck shell=bash
# What the tests of fairlead-stage share: a user, a place for files, servers, and jobs.
# shellcheck disable=SC2034,SC2154 # used by the tests; set by bats

# A user of no account: what is tested are numbers.
uid=2001

# What takes longer with FAIRLEAD_FULL may; for setup_file.
more_time() { [[ -z ${FAIRLEAD_FULL-} ]] || export BATS_TEST_TIMEOUT=1800; }

stage_setup() {
    repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    stage=${FAIRLEAD_STAGE:?set by scripts/test}/run/cluster/prefix/libexec/fairlead/fairlead-stage
    fakes=$repo/tests/fakes
    cd "$BATS_TEST_TMPDIR"
    here=$PWD
    # The user passes through these, and they are root's; a job's folder is root's alone.
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
    mkdir -p home && chown "$uid:$uid" home
    export AWS_ACCESS_KEY_ID=FAIRLEADTEST AWS_SECRET_ACCESS_KEY='test/secret+of=radosgw'
    unset AWS_SESSION_TOKEN http_proxy https_proxy
    started=()
}

stage_teardown() {
    local pid
    for pid in "${started[@]}"; do
        kill "$pid" 2>/dev/null || :
        wait "$pid" 2>/dev/null || :
    done
}

# start NAME CMD...: a fake whose port is in NAME.port; its standard input is NAME.stop.
start() {
    local name=$1
    shift
    rm -f "$name.port" "$name.stop"
    mkfifo "$name.stop"
    "$@" <>"$name.stop" 3>&- &
    started+=("$!")
    until [[ -s $name.port ]]; do kill -0 "$!"; sleep 0.02; done
}

# fake_s3 [OPTION...]: the bucket lab at $endpoint.
fake_s3() {
    start s3 "$fakes/s3" s3.port store --state state.json --calls calls "$@"
    endpoint=http://127.0.0.1:$(cat s3.port) server=127.0.0.1:$(cat s3.port)
}

# spoiled FAULTS: from now on $endpoint is a proxy with these faults before the server.
spoiled() {
    printf '%s' "$1" >faults.json
    start proxy "$fakes/s3_proxy" proxy.port "$server" faults.json --calls spoiled
    endpoint=http://127.0.0.1:$(cat proxy.port)
}

s3() { /usr/bin/python3 "$fakes/s3_client" "http://$server" "$@"; }

# request FOLDER in|out DEADLINE SOURCE DESTINATION [checksum|size]; $streams connections.
request() {
    mkdir -p -m 0700 "$1"
    printf '{"schema":"fairlead.stage/1","cluster":"c","job":4711,"epoch":1,"phase":"%s","uid":%d,"gid":%d,"groups":[%d],
        "deadline":%d,"transfers":[{"source":"%s","destination":"%s","verify":"%s"}],"s3_endpoint":"%s","streams":%d}' \
        "$2" "$uid" "$uid" "$uid" "$3" "$4" "$5" "${6-checksum}" "$endpoint" "${streams-16}" >"$1/request.json"
}

# stages FOLDER ...: writes the request and runs it, with $config where it is set.
stages() {
    request "$@"
    "$stage" --work "$here/$1" ${config:+--config "$config"}
}

# outcome FOLDER: "done", or "data_fault FL-S110"
outcome() {
    /usr/bin/python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); print((r["outcome"] + " " + r["code"]).strip())' \
        "$1/result.json"
}

said() { /usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["message"])' "$1/result.json"; }

# random_bytes COUNT FILE: the same bytes each time.
random_bytes() {
    /usr/bin/python3 -c 'import random, sys; r = random.Random(sys.argv[2])
open(sys.argv[2], "wb").write(r.randbytes(int(sys.argv[1])))' "$1" "$2"
}

# tree FOLDER FILES: that many files in three folders, one of them empty.
tree() {
    local i
    mkdir -p "$1/a/b" "$1/c d"
    for ((i = 0; i < $2; i++)); do
        printf 'file %d of %s %0*d' "$i" "$1" "$((i * 7 % 3000))" "$i" >"$1/$([[ $((i % 3)) == 0 ]] && echo a/b/ || echo "c d/")f+$i é"
    done
    : >"$1/a/zero"
}

as_user() { setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"; }

# leftovers FOLDER: temporary files of a staging.
leftovers() { find "$1" -name '.fairlead-*.part' | wc -l; }

# manifest_agrees FOLDER: each file of the manifest has the size that it says.
manifest_agrees() {
    /usr/bin/python3 - "$1/manifest" <<'END_OF_PYTHON'
import json, os, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert lines[0]["schema"] == "fairlead.manifest/1", lines[0]
for entry in lines[1:]:
    if "skipped" in entry or entry["path"].startswith("s3://"):
        continue
    assert os.path.getsize(entry["path"]) == entry["size"], entry
print(len(lines) - 1)
END_OF_PYTHON
}

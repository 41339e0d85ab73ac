#!/usr/bin/env bats
# fairlead-stage and a real S3 server, Debian's radosgw. Objects in parts are not among this: radosgw 18.2.7
# with dbstore answers a GET of a range that does not begin at 0, and of a multipart object, with other bytes or no
# HTTP at all (seen, with an independent client), so those are tested with tests/fakes/s3.
bats_require_minimum_version 1.5.0
load lib

setup_file() {
    local repo
    repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    S3_ROOT=/
    if ! grep -q '^VERSION_CODENAME=trixie' /etc/os-release; then
        S3_ROOT=$("$repo/scripts/debian-root" trixie) || skip "no Debian 13 can be made here"
    fi
    S3_WORK=$(mktemp -d "${S3_ROOT%/}/tmp/fairlead-s3.XXXXXX")
    "$repo/tests/aws/radosgw" "$S3_ROOT" "$S3_WORK" >"$S3_WORK/out" 2>&1 3>&- &
    S3_PID=$!
    export S3_ROOT S3_WORK S3_PID
    until [[ -e $S3_WORK/ready ]]; do
        kill -0 "$S3_PID" 2>/dev/null || { tail -n 40 "$S3_WORK/out" "$S3_WORK/log" >&2; return 1; }
        sleep 0.2
    done
}

teardown_file() {
    [[ -n ${S3_PID-} ]] || return 0
    kill "$S3_PID" 2>/dev/null || :
    while kill -0 "$S3_PID" 2>/dev/null; do sleep 0.1; done
    rm -rf "${S3_WORK:?}"
}

setup() {
    stage_setup
    server=127.0.0.1:7480 endpoint=http://127.0.0.1:7480 bucket=lab$BATS_TEST_NUMBER
    s3 bucket "$bucket"
}
teardown() { stage_teardown; }

# The server is in a network namespace of its own.
s3() { nsenter --net --target "$S3_PID" /usr/bin/python3 "$fakes/s3_client" "http://$server" "$@"; }
stages() {
    request "$@"
    nsenter --net --target "$S3_PID" "$stage" --work "$here/$1"
}

@test "a tree of 200 files goes to radosgw and comes back" {
    tree home/out 200
    chown -R "$uid:$uid" home/out
    stages out out 60 "$here/home/out" "s3://$bucket/tree"
    (($(s3 list "$bucket" tree/ | wc -l) == 201))
    stages in in 60 "s3://$bucket/tree/" "$here/home/in"
    diff -r home/out home/in
    [[ $(manifest_agrees in) == 201 ]]
    (($(grep -c '"verified":"md5"' in/manifest) == 200)) # and one of no bytes
}

@test "keys that another client wrote, of every kind a file can have" {
    local key
    for key in plain 'with space' 'a+b' 'a%20b' '100%' 'a&b=c' '#x' "'q'" 'star*(!)' 'a:b;c,d@e$f' '[1]{2}|^`<>' 'é/日本' '-._~'; do
        echo "body of $key" | s3 put "$bucket" "k/$key"
    done
    stages work in 60 "s3://$bucket/k/" "$here/home/in"
    for key in plain 'with space' 'a+b' 'a%20b' '100%' 'a&b=c' '#x' "'q'" 'star*(!)' 'a:b;c,d@e$f' '[1]{2}|^`<>' 'é/日本' '-._~'; do
        [[ $(cat "home/in/$key") == "body of $key" ]]
    done
}

@test "8 MiB, the most that is read in one piece, there and back" {
    random_bytes $((8 * 1024 * 1024)) home/large
    stages out out 120 "$here/home/large" "s3://$bucket/large"
    stages in in 120 "s3://$bucket/large" "$here/home/back"
    cmp home/large home/back
    grep -q '"verified":"md5"' in/manifest
    grep -q '"verified":"sha256"' out/manifest
}

@test "an object that changed while it was planned is not taken for the old one" {
    echo one | s3 put "$bucket" x
    stages work in 60 "s3://$bucket/x" "$here/home/x"
    echo two | s3 put "$bucket" x
    stages work in 60 "s3://$bucket/x" "$here/home/x"
    [[ $(cat home/x) == two ]]
}

@test "missing keys and buckets, denied buckets and wrong keys" {
    run -1 stages work in 30 "s3://$bucket/none" "$here/home/x"
    [[ $(outcome work) == "data_fault FL-S110" && $(said work) == "s3://$bucket/none not found" ]]
    run -1 stages work in 30 "s3://$bucket/none/" "$here/home/x"
    [[ $(outcome work) == "data_fault FL-S110" ]]
    run -1 stages work in 30 "s3://no-such-bucket/x" "$here/home/x"
    [[ $(outcome work) == "data_fault FL-S110" ]]
    run -1 stages work out 30 "$here/state" "s3://$bucket/x"
    [[ $(outcome work) == "data_fault FL-S110" ]]
    echo x | s3 put "$bucket" denied
    printf '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*Object",
        "Resource": "arn:aws:s3:::%s/*"}]}' "$bucket" >policy.json
    s3 policy "$bucket" policy.json
    run -1 stages work in 30 "s3://$bucket/denied" "$here/home/x"
    [[ $(outcome work) == "data_fault FL-S111" ]]
    AWS_SECRET_ACCESS_KEY=other run -1 stages work in 30 "s3://$bucket/denied" "$here/home/x"
    [[ $(outcome work) == "data_fault FL-S111" ]]
    [[ -z $(ls home) ]]
}

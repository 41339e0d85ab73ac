#!/usr/bin/env bats
# Requests that Fairlead signs, and a real S3 server that judges the signatures.
bats_require_minimum_version 1.5.0

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

s3_tests() {
    nsenter --net --target "$S3_PID" "${FAIRLEAD_BUILD:?set by scripts/test}/tests/aws/fairlead_s3_tests" \
        --gtest_filter="$1"
}

@test "S3 stores, gives back, lists and deletes keys of every kind" {
    run -0 s3_tests 'Keys/*'
    [[ $output == *"[  PASSED  ]"* ]]
}

@test "S3 believes queries, headers, tokens and bodies that are signed or are not" {
    run -0 s3_tests 'S3Believes.*'
    [[ $output == *"[  PASSED  ]"* ]]
}

@test "S3 refuses what was changed after it was signed" {
    run -0 s3_tests 'S3Refuses.*'
    [[ $output == *"[  PASSED  ]"* ]]
}

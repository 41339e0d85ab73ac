#!/usr/bin/env bats
# Results that wait, and the service that takes them out: row F15 of the faults.
bats_require_minimum_version 1.5.0
load lib
load linked

setup() { stage_setup; task_site; }
teardown() { stage_teardown; }

@test "F15: the service's machine is lost in the middle of an upload: another one goes on with the parts that S3 has" {
    mkdir -p home/plain state/stage/status state/stage/jobs/71
    random_bytes $((20 * 1024 * 1024)) home/plain/large
    chown -R "$uid:$uid" home/plain
    plan 71 "$here/home/plain/" s3://lab/plain/ >state/stage/queue/71.0.71.json
    spoiled '[{"match": "PUT /lab/plain/large", "kind": "503", "skip": 2, "times": -1}]'
    cp config.yaml other.yaml
    sed -i "s|s3_endpoint: .*|s3_endpoint: $endpoint|" config.yaml
    machine=(--pid --fork --kill-child=KILL)
    exports 3>&- &
    until [[ $(grep -sc '"what":"part"' state/stage/jobs/71/out.0.71/journal) == 2 ]]; do kill -0 "$!"; sleep 0.02; done
    kill -9 "$(pgrep -P "$!")"
    wait "$!" || :
    waits 71
    # All that the other has is the shared storage.
    rm calls
    mv other.yaml config.yaml
    exports
    run ! waits 71
    s3 get lab plain/large | cmp - home/plain/large
    (($(grep -c 'PUT /lab/plain/large.* 200' calls) == 1)) # of three
    [[ -z $(s3 uploads lab) ]]
}

#!/usr/bin/env bats
# F1 where Lustre or FSx moves the data, and of the queue of results: killed at every change of a file, all that was killed
# is gone on with, and nothing is exported twice.
bats_require_minimum_version 1.5.0
load lib
load linked
load sweep

setup_file() { more_time; }
setup() {
    stage_setup
    sweep_setup
    export_once=(/run/cluster/prefix/bin/fairlead --config "$here/config.yaml" stage export --once)
}
teardown() { stage_teardown; }

@test "F1: a restore by hsm, killed at every change" {
    linked_site
    copy=("$stage" --work "$here/work" --config "$config")
    begin() {
        rm -rf work from "$fsx/lab/run" bin/lfs.d/*
        known 2
        request work in 60 s3://lab/data/run/ "$fsx/lab/run/"
    }
    proceed() { "${copy[@]}"; }
    check() {
        diff -r from "$fsx/lab/run"
        [[ $(outcome work) == done && $(manifest_agrees work) == 3 && $(leftovers home) == 0 ]]
        [[ $(grep -c 'GET /lab/data/' calls) == 0 ]] # Lustre moved it
    }
    sweep 9 "${copy[@]}"
}

@test "F1: an archive by hsm, killed at every change" {
    linked_site
    copy=("$stage" --work "$here/work" --config "$config")
    begin() {
        rm -rf work "$fsx/lab/out" bin/lfs.d/*
        tree "$fsx/lab/out" 2
        chown -R "$uid:$uid" "$fsx"
        request work out 60 "$fsx/lab/out/" s3://lab/data/out/
    }
    proceed() { "${copy[@]}"; }
    check() {
        diff -r "$fsx/lab/out" bin/lfs.d/objects/data/out
        [[ $(outcome work) == done && $(grep -c '"verified":"hsm"' work/manifest) == 3 ]]
    }
    sweep 9 "${copy[@]}"
}

# Rounds until nothing waits and no task is kept, as the service would.
rounds() {
    local round
    for ((round = 0; round < 5; round++)); do
        waits 71 || [[ -e $task ]] || return 0
        exports
    done
    [[ ! -e $task ]] && run ! waits 71
}
task=state/stage/tasks/fs-0123456789abcdef0.json

# ready_for_task: job 71 has ended, and no task has begun.
ready_for_task() {
    rm -rf state/stage "$fsx/lab/71" bin/lfs.d/* fsx.tasks
    mkdir -p state/stage/queue
    job 71 2
}
exported_once() {
    there 71
    [[ $(<fsx.tasks) == '["lab/71"]' && ! -e $task ]]
    [[ $(grep -c '"verified":"hsm"' state/stage/jobs/71/out.0.71/manifest) == 3 ]]
    grep -q '"state":"exported"' state/stage/status/71.0.71.out.json
}

@test "F1: the beginning of a task of FSx, killed at every change" {
    task_site
    under=(installed)
    said_by_fsx '{"looks": ["SUCCEEDED"]}'
    begin() { ready_for_task; }
    proceed() { rounds; }
    check() { exported_once; }
    sweep 4 "${export_once[@]}"
}

@test "F1: the end of a task of FSx, killed at every change" {
    task_site
    under=(installed)
    said_by_fsx '{"looks": ["SUCCEEDED"]}'
    begin() {
        ready_for_task
        exports
    }
    proceed() { rounds; }
    check() { exported_once; }
    sweep 12 "${export_once[@]}"
}

@test "F1: the queue of results, killed at every change from the epilog on" {
    task_site
    under=(installed)
    export SLURM_JOB_ID=71
    begin() {
        rm -rf state/stage home/plain node
        mkdir -p state/stage/queue node/jobs/71
        job 71 1 "$here/home/plain/" s3://lab/plain/
        mv state/stage/queue/71.0.71.json state/stage/jobs/71/0.71.out.json
        printf '{"schema": "fairlead.stage-mark/1", "job": 71, "state_dir": "%s", "run": "0.71"}' "$here/state" >node/jobs/71/staged.json
    }
    # What no epilog has queued the service finds.
    proceed() {
        exports
        run ! waits 71
    }
    check() {
        s3 get lab plain/a/b/f+0\ é | cmp - "home/plain/a/b/f+0 é"
        s3 delete lab 'plain/a/b/f+0 é'
        [[ -e state/stage/jobs/71/0.71.exported.json && ! -e state/stage/jobs/71/0.71.out.json ]]
        grep -q '"state":"exported"' state/stage/status/71.0.71.out.json
    }
    sweep 4 /bin/sh -c '/run/cluster/prefix/libexec/fairlead/fairlead-epilog; exec "$@"' - "${export_once[@]}"
}

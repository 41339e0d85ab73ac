#!/usr/bin/env bats
# Results that FSx itself exports, by tasks: row F10 of the faults. FSx is tests/fakes/fsx, which verifies each
# signature; slurmctld has forgotten the jobs.
bats_require_minimum_version 1.5.0
load lib
load linked

setup() { stage_setup; task_site; }
teardown() { stage_teardown; }

# asked OPERATION [STATUS]
asked() { grep -c "^$1DataRepositoryTasks\? ${2-}" fsx.calls || true; }
# due JOB: it is tried again now.
due() { rm "state/stage/jobs/$1/"*.retry.json; }

@test "F10: results of several jobs are one task, and exported when it has succeeded and each file is in S3" {
    job 11 4
    job 12 3
    exports
    [[ $(<fsx.tasks) == '["lab/11", "lab/12"]' ]]
    waits 11
    run -0 fairlead stage status 11
    [[ $output == *"waiting"*"FSx exports: task-00000000000000001 PENDING, 0 of 0 files exported"* ]]
    exports # PENDING
    exports # EXECUTING
    run -0 fairlead stage status 12
    [[ $output == *"EXECUTING, 0 of 3 files exported, 0 failed"* ]]
    job 13 1 # too late for this one
    exports
    run ! waits 11
    run ! waits 12
    there 11
    there 12
    (($(grep -c '"verified":"hsm"' state/stage/jobs/11/out.0.11/manifest) == 5))
    run ! grep hsm_archive bin/lfs.d/calls
    exports
    [[ $(tail -n 1 fsx.tasks) == '["lab/13"]' ]]
    (($(asked Create) == 2 && $(asked Describe) == 3))
}

@test "F10: while FSx runs another task, or throttles, results wait, and nothing is tried later for it" {
    job 21 2
    said_by_fsx '{"executing": true, "looks": ["SUCCEEDED"],
        "faults": [{"operation": "Create", "kind": "throttle"}]}'
    exports
    exports
    run -0 fairlead stage status 21
    [[ $output == *waiting*"FSx runs another task of fs-0123456789abcdef0"* ]]
    [[ ! -e $(echo state/stage/jobs/21/*.retry.json) && ! -e fsx.tasks ]]
    (($(asked Create 400) == 3))
    said_by_fsx '{"looks": ["SUCCEEDED"]}'
    exports
    exports
    run ! waits 21
    there 21
}

@test "F10: where FSx's answer is lost, or the service is killed before it is kept, the same task is gone on with" {
    job 31 2
    said_by_fsx '{"looks": ["SUCCEEDED"], "faults": [{"operation": "Create", "kind": "lost"}]}'
    exports
    (($(asked Create) == 2 && $(wc -l <fsx.tasks) == 1))
    sed -i 's/"task":"task-[0-9a-f]*"/"task":""/' state/stage/tasks/fs-0123456789abcdef0.json
    exports
    (($(asked Create) == 3 && $(wc -l <fsx.tasks) == 1))
    exports
    run ! waits 31
    # Killed when the task had ended: its runs are looked at again.
    job 32 1
    exports
    sed -i 's/"ended":false/"ended":true/' state/stage/tasks/fs-0123456789abcdef0.json
    run -1 exports
    waits 32
    [[ ! -e state/stage/tasks/fs-0123456789abcdef0.json ]]
}

@test "F10: a task that leaves a file out exports the other jobs, and is tried again as another task" {
    job 41 2
    job 42 2
    printf '{"mount": "%s", "folder": "%s/lab", "leave": ["zero"]}\n' "$fsx" "$fsx" >bin/lfs.json
    rm "$fsx/lab/41/a/zero"
    said_by_fsx '{"looks": ["SUCCEEDED"], "failed": 1, "total": 5}'
    exports
    run -1 exports
    run ! waits 41
    waits 42
    run -0 fairlead stage status 42
    [[ $output == *"/lab/42/a/zero: FSx was asked for it, but it is not archived; task-"*"SUCCEEDED, 4 of 5 files exported, 1 failed [FL-S112]"* ]]
    exports # not due
    (($(wc -l <fsx.tasks) == 1))
    printf '{"mount": "%s", "folder": "%s/lab"}\n' "$fsx" "$fsx" >bin/lfs.json
    due 42
    exports
    exports
    run ! waits 42
    [[ $(tail -n 1 fsx.tasks) == '["lab/42"]' ]]
}

@test "F10: a task that fails, is canceled, stands still or is forgotten is no export" {
    local state
    for state in '"looks": ["FAILED"], "message": "no access to the bucket"' '"looks": ["CANCELED"]'; do
        job 51 1
        said_by_fsx "{\"export\": [\"/bin/true\"], $state}"
        exports
        run -1 exports
        waits 51
        due 51
    done
    run -0 fairlead stage status 51
    [[ $output == *"CANCELED, 3 of 3 files exported"*"[FL-S112]"* ]]
    # PENDING for ever: given up once nothing has changed for 12 times `stall`.
    said_by_fsx '{"looks": ["PENDING"]}'
    exports
    exports
    (($(asked Cancel) == 0))
    sed -i 's/"changed":[0-9]*/"changed":1760000000/' state/stage/tasks/fs-0123456789abcdef0.json
    run -1 exports
    (($(asked Cancel 200) == 1))
    due 51
    exports
    sed -i 's/"task":"task-[0-9a-f]*"/"task":"task-0123456789abcdef0"/' state/stage/tasks/fs-0123456789abcdef0.json
    run -1 exports
    run -0 fairlead stage status 51
    [[ $output == *"FSx does not know task-0123456789abcdef0 any more"* ]]
    waits 51
    (($(find "$fsx/lab/51" -type f | wc -l) == 2))
}

@test "F10: what FSx refuses has its reason, and is tried again later" {
    job 61 1
    said_by_fsx '{"file_systems": []}'
    run -1 exports
    run -0 fairlead stage status 61
    [[ $output == *"FileSystemNotFound: File system 'fs-0123456789abcdef0' does not exist."*"[FL-S111]"* ]]
    said_by_fsx '{"looks": ["SUCCEEDED"], "faults": [{"operation": "Describe", "kind": "garbage"}]}'
    due 61
    exports
    exports # an answer that is none
    waits 61
    exports
    run ! waits 61
}

@test "F10: a path that is missing fails its task for all, and in the end its job's results wait alone" {
    local job round
    for job in 71 72 73 74; do job "$job" 2; done
    rm -r "$fsx/lab/73" # removed since, or never made
    said_by_fsx '{"looks": ["SUCCEEDED"]}'
    exports
    run -1 exports
    run -0 fairlead stage status 71
    [[ $output == *waiting*"The path lab/73 is not valid"* ]]
    for ((round = 0; round < 8; round++)); do
        for job in 71 72 74; do due_now "$job"; done
        ((round > 4)) || due_now 73 # then it was alone
        exports || :
    done
    for job in 71 72 74; do
        run ! waits "$job"
        there "$job"
    done
    waits 73
    run -0 fairlead stage status 73
    [[ $output == *waiting*"/lab/73 not found"*"[FL-S110]"* ]]
    [[ $(LC_ALL=C sort -u fsx.tasks) == $'["lab/71", "lab/72", "lab/73", "lab/74"]\n["lab/71", "lab/72"]\n["lab/73", "lab/74"]\n["lab/73"]\n["lab/74"]' ]]
}
# due_now JOB: it is tried again now, and what is known of it stays.
due_now() { ! waits "$1" || sed -i 's/"due":[0-9]*/"due":0/' "state/stage/jobs/$1/"*.retry.json; }

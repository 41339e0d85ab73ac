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

# ended JOB [WHEN] [RESTART]: a start of a job that left a file; its results wait.
ended() {
    mkdir -p home/plain state/stage/status "state/stage/jobs/$1"
    echo "of $1" >"home/plain/$1"
    chown -R "$uid:$uid" home/plain
    : >"state/stage/jobs/$1/${3-0}.$1.json" # what the first node says to the others
    plan "$1" "$here/home/plain/$1" "s3://lab/plain/$1" "${2-always}" "${3-0}" >"state/stage/queue/$1.${3-0}.$1.json"
}
# slurmctld_has JOB STATE [RESTARTS]
slurmctld_has() {
    slurmctld_says 0 "JobId=$1 JobName=a UserId=ada(2001) GroupId=ada(2001) JobState=$2 Reason=None Restarts=${3-0} BatchFlag=1"
}
exported() { [[ $(s3 get lab "plain/$1" 2>/dev/null) == "of $1" ]]; }

# denied KEY...: S3 refuses these from now on.
denied() { jq -n '{denied: $ARGS.positional}' --args "$@" >state.json; }
# due JOB: it is tried again now; what is known of the job stays known.
due() { sed -i 's/"due":[0-9]*/"due":0/' "state/stage/jobs/$1/"*.retry.json; }

@test "results of a job that succeeded outlast slurmctld's memory of it while S3 is away" {
    ended 81 success
    slurmctld_has 81 COMPLETED
    denied plain/81
    run -1 exports
    waits 81
    slurmctld_says 1 'slurm_load_jobs error: Invalid job id specified'
    denied
    due 81
    run -0 exports
    exported 81
    run ! waits 81
}

@test "how a job ended is noted before the exports of others, which may take long" {
    ended 92
    ended 93 success
    printf '%s\n' '#!/bin/sh' "for job; do :; done" \
        'echo "JobId=$job JobName=a UserId=ada(2001) GroupId=ada(2001) JobState=COMPLETED Reason=None Restarts=0 BatchFlag=1"' >bin/scontrol
    spoiled '[{"match": "PUT /lab/plain/92", "kind": "503", "times": -1}]'
    sed -i "s|s3_endpoint: .*|s3_endpoint: $endpoint|" config.yaml
    machine=(--pid --fork --kill-child=KILL)
    exports 3>&- &
    until grep -qs '"succeeded":true' state/stage/jobs/93/*.retry.json; do kill -0 "$!"; sleep 0.02; done
    [[ ! -e $(echo state/stage/jobs/92/*.retry.json) ]] # it still tries
    kill -9 "$(pgrep -P "$!")"
    wait "$!" || :
    waits 92
    waits 93
}

@test "what its user may not write any more stays in the queue, and goes once it is allowed again" {
    ended 86
    mkdir -p home/fsx/lab/87
    plan 87 "$here/home/fsx/lab/87/" s3://lab/data/87/ >state/stage/queue/87.0.87.json # by a task of FSx
    mkdir -p state/stage/jobs/87
    for holder in user:ben group:genomics account:chemistry; do
        may_write "$holder"
        run -1 exports
        for job in 86 87; do
            waits "$job"
            run -0 fairlead stage status "$job"
            [[ $output == *waiting*"is not allowed; ada may write no bucket [FL-S103]"* ]]
            due "$job"
        done
    done
    rm private.yaml
    run -1 exports
    run -0 fairlead stage status 86
    [[ $output == *"no bucket is allowed"*"[FL-S104]"* ]]
    [[ ! -e fsx.tasks && -z $(s3 list lab) ]]
    may_write account:physics
    due 86
    run -0 exports
    exported 86
    run ! waits 86
}

@test "who waits for a job's results before it starts waits for its start" {
    printf '%s\n' '#!/bin/sh' ": >'$here/asked'" "exec cat '$here/bin/scontrol.text'" >bin/scontrol
    echo 'JobId=88 JobName=a UserId=ada(2001) GroupId=ada(2001) JobState=PENDING Reason=Priority Restarts=0 BatchFlag=1' >bin/scontrol.text
    run -1 fairlead stage wait 88 --timeout 1
    [[ $output == "job 88 has not started yet" ]]
    rm asked
    fairlead stage wait 88 3>&- &
    until [[ -e asked ]]; do kill -0 "$!"; sleep 0.02; done
    ended 88
    slurmctld_has 88 COMPLETED
    exports
    wait "$!"
    exported 88
    slurmctld_has 89 COMPLETED # it stages nothing
    run -1 fairlead stage wait 89
    [[ $output == *"no staging of job 89 is recorded"*"[FL-S132]"* ]]
    slurmctld_says 1 'slurm_load_jobs error: Invalid job id specified'
    run -1 fairlead stage wait 90
    [[ $output == *"[FL-S132]"* ]]
}

@test "where slurmctld has forgotten the job, slurmdbd says whether it succeeded" {
    ended 82 success
    ended 83 success
    sacct_says 0 $'82|1763790000|n1|COMPLETED\n83|1763790000|n1|FAILED'
    run -0 exports
    exported 82
    run ! exported 83
    run ! waits 82
    run ! waits 83
}

@test "where nobody knows whether the job succeeded, its results wait and say so, and others go" {
    ended 84 success
    ended 85
    sacct_says 1 'Slurm accounting storage is disabled'
    run -1 exports
    exported 85
    run ! exported 84
    waits 84
    run -0 fairlead stage status 84
    [[ $output == *waiting*"slurmdbd does not say whether it succeeded"*"[FL-S134]"* ]]
    run -0 exports # not due
    sacct_says 0 '84|1763790000|n1|COMPLETED'
    due 84
    run -0 exports
    exported 84
    run ! waits 84
}

@test "where nobody knows whether the job succeeded, an administrator says so" {
    for job in 94 95; do ended "$job" success; done
    sacct_says 1 'Slurm accounting storage is disabled'
    run -1 exports
    run -0 fairlead stage export --succeeded 94
    [[ $output == "job 94: its results of when=success go out in the next round of the service" ]]
    run -0 fairlead stage export --failed 95
    [[ $output == "job 95: "*"stay where they are" ]]
    run -0 exports
    exported 94
    run ! exported 95
    run ! waits 94
    run ! waits 95
    [[ $(<home/plain/95) == "of 95" ]]
    run -0 fairlead stage wait 94 --timeout 5
}

@test "no word on a job's end outweighs Slurm's" {
    ended 96 success
    slurmctld_has 96 RUNNING
    run -1 fairlead stage export --succeeded 96
    [[ $output == *"no results of job 96 wait for a word on whether it succeeded"*"[FL-S132]"* ]]
    slurmctld_says 1 'slurm_load_jobs error: Invalid job id specified'
    sacct_says 0 '96|1763790000|n1|FAILED'
    run -1 fairlead stage export --succeeded 96
    run -1 fairlead stage export --failed 97
    run -2 fairlead stage export --failed 96 --succeeded 96
    run -0 exports
    run ! exported 96
    ended 98 # when=always
    run -1 fairlead stage export --succeeded 98
    run -2 --separate-stderr fairlead stage export --failed nine
    [[ $stderr == *"'nine' is not a job id"* ]]
}

@test "doctor alarms where results wait that could not be exported, and where their file system is nearly full" {
    mkdir -p home/full
    mount -t tmpfs -o "size=1m,uid=$uid,gid=$uid" none home/full
    printf '  file_systems: [%s]\n  profiles: {a: ["in src=s3://lab/a dst=/a"]}\n' "$here/home/full" >>config.yaml
    job 99 3 "$here/home/full/99/" s3://lab/plain/99/
    run fairlead doctor # that no Slurm is here is another problem
    [[ $output == *"results    ok       1 wait for their export"* ]]
    denied plain/99/a/zero
    dd if=/dev/zero of=home/full/fill bs=1k count=950 status=none
    run -1 exports
    run -1 fairlead doctor
    umount home/full
    [[ $output == *"results    PROBLEM  the export of 1 of 1 results that wait has failed, of job 99 1 times: "*"[FL-S111]"* ]]
    [[ $output == *"results    PROBLEM  $here/home/full is 9"[0-9]" % full, and the results of 1 jobs wait there"* ]]
}

@test "results of when=always are exported once, however long it is unknown whether the job succeeded" {
    for job in 90 91; do
        ended "$job" success
        echo "log of $job" >"home/plain/$job.log"
        chown "$uid:$uid" "home/plain/$job.log"
        also_always "$job" "$here/home/plain/$job.log" "s3://lab/plain/$job.log"
    done
    sacct_says 1 'Slurm accounting storage is disabled'
    run -1 exports
    for job in 90 91; do
        [[ $(s3 get lab "plain/$job.log") == "log of $job" ]]
        run ! exported "$job"
        [[ $(files_of "$job") == "s3://lab/plain/$job.log" ]]
    done
    # It is its user's again: one overwrites it, another removes it.
    echo other >home/plain/90.log
    rm home/plain/91.log
    due 90
    due 91
    run -1 exports # S134 again
    waits 90
    sacct_says 0 $'90|1763790000|n1|COMPLETED\n91|1763790000|n1|COMPLETED'
    due 90
    due 91
    run -0 exports
    for job in 90 91; do
        exported "$job"
        [[ $(s3 get lab "plain/$job.log") == "log of $job" ]]
        run ! waits "$job"
        [[ $(files_of "$job") == "s3://lab/plain/$job.log s3://lab/plain/$job" ]]
        fairlead stage manifest "$job" --format json >manifest.json
        [[ $(jq -r '.[] | .manifest.job, .files[].path' manifest.json | xargs) == "$job $(files_of "$job")" ]]
    done
}
# files_of JOB: what its manifest names.
files_of() { fairlead stage manifest "$1" | sed -n 's/^  .* B  //p' | xargs; }
# also_always JOB SOURCE DESTINATION: what is staged out beside what waits, with when=always.
also_always() {
    plan "$1" "$2" "$3" >"$1.more"
    jq -c --slurpfile more "$1.more" \
        '.request |= (fromjson | .transfers += ($more[0].request | fromjson | .transfers) | tojson)' \
        "state/stage/queue/$1.0.$1.json" >"$1.both"
    mv "$1.both" "state/stage/queue/$1.0.$1.json"
}

@test "a slurmctld that cannot be asked is no end of a job" {
    ended 86
    slurmctld_says 1 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)'
    run -0 exports # nothing is due
    waits 86
    run ! exported 86
    slurmctld_says 1 'slurm_load_jobs error: Invalid job id specified'
    run -0 exports
    exported 86
}

@test "a job that is requeued and then cancelled keeps the results of its run; one that runs again leaves new ones" {
    ended 87
    slurmctld_has 87 PENDING 1
    run -0 exports
    waits 87
    slurmctld_has 87 CANCELLED 1
    run -0 exports
    exported 87
    ended 88
    ended 88 always 1
    slurmctld_has 88 RUNNING 1
    run -0 exports
    run ! waits 88
    [[ -e state/stage/queue/88.1.88.json ]]
    run ! exported 88
    slurmctld_has 88 COMPLETED 1
    run -0 exports
    exported 88
}

#!/usr/bin/env bats
# Data that comes in while its job is still held, before it has nodes: `when=queued` and the service `fairlead
# stage import`.
bats_require_minimum_version 1.5.0
load site_cluster
load staging_site

setup_file() {
    staging_cluster "${STAGING_CONFIG/state_dir:/scontrol: /run/cluster/shared/scontrol
state_dir:}"
    printf '%s\n' '#!/bin/sh' 'cd /run/cluster/shared/s3' \
        'if rm look 2>/dev/null; then : >looked; read -r _ <look.gate; fi' 'exec scontrol "$@"' >"$CLUSTER_DIR/shared/scontrol"
    chmod 0755 "$CLUSTER_DIR/shared/scontrol"
}
teardown_file() { cluster_down; }
teardown() {
    fault
    cluster_report
    no_jobs_left
}
W=/run/cluster/shared/work

# queued NAME LINE...: submits a script of ada's that says so; prints the id.
queued() {
    local name=$1
    shift
    as ada sbatch --parsable -o "/run/cluster/shared/$name.out" "$(job_script "$name.sh" "$@")"
}
awaits_data() { has_state "$1" PENDING && [[ $(field Reason "$1") == JobHeldUser && $(comment_of "$1") == *"fairlead-stage="*"FL-S: "* ]]; }
# A job is RUNNING while its prolog runs. has_begun NAME: its script says so.
has_begun() { grep -qx began "$CLUSTER_DIR/shared/$1.out"; }
calls_of() { grep "^$1 in" "$CLUSTER_DIR/shared/s3/calls"; }

@test "the service stages for a job that is held, and releases it; the prolog finds all there" {
    object lab/in/a.txt seven
    id=$(queued first "#STAGE in src=s3://lab/in/ dst=$W/%u/%j/ when=queued" "cat $W/ada/\$SLURM_JOB_ID/a.txt")
    awaits_data "$id"
    run -0 fairlead stage import --once
    [[ -z $output ]]
    wait_for 30 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/first.out") == seven && $(stat -c %u "$CLUSTER_DIR/shared/work/ada/$id/a.txt") == 5001 ]]
    mapfile -t calls < <(calls_of "$id")
    [[ ${#calls[@]} == 2 && ${calls[0]} != *staged && ${calls[1]} == *staged ]]
    [[ $(comment_of "$id") == "FL-S: staged in, "* ]]
    run -0 fairlead_of ada stage status "$id"
    [[ $output == "$id"*in*ready* ]]
}

@test "while the service copies, its user sees how far it is; nobody else does" {
    object lab/in/a.txt seven
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(queued seen "#STAGE in src=s3://lab/in/ dst=$W/seen/ when=queued" true)
    fairlead stage import --once 3>&- &
    pid=$!
    wait_for 20 copying_waits
    wait_for 10 shows_half "$id"
    run -1 fairlead_of ben stage status "$id"
    awaits_data "$id"
    wait_for 60 comment_says_half "$id"
    fault
    copying_goes_on
    wait "$pid"
    wait_for 30 has_state "$id" COMPLETED
}
comment_says_half() { [[ $(comment_of "$1") == *"FL-S: staging in, 50 % of "*" files"* ]]; }
shows_half() { [[ $(fairlead_of ada stage status "$1") == *" in "*staging*"50 %"* ]]; }

@test "data that is missing leaves the job held with the reason; released, it is staged on its nodes" {
    id=$(queued absent "#STAGE in src=s3://lab/queued/b.dat dst=$W/b.dat when=queued" "cat $W/b.dat")
    run -0 fairlead stage import --once
    [[ $(comment_of "$id") == "FL-S110: s3://lab/queued/b.dat not found. Job $id held, nothing deleted. Fix it, then: scontrol release $id"* ]]
    has_state "$id" PENDING
    run -0 fairlead stage import --once # not again by itself
    [[ $(calls_of "$id" | wc -l) == 1 ]]
    object lab/queued/b.dat here
    as ada scontrol release "$id"
    wait_for 40 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/absent.out") == here ]]
}

@test "without the service the job waits, and its user's release stages on the nodes" {
    object lab/in/a.txt one
    id=$(queued alone "#STAGE in src=s3://lab/in/ dst=$W/alone/ when=queued" "cat $W/alone/a.txt")
    awaits_data "$id"
    as ada scontrol release "$id"
    wait_for 30 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/alone.out") == one && $(calls_of "$id") != *staged* ]]
    run -0 fairlead stage import --once
    [[ $(calls_of "$id" | wc -l) == 1 ]]
}

@test "F6: a release in the middle of it hands over to the prolog, which waits for the service to end" {
    object lab/in/a.txt one
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(queued midway "#STAGE in src=s3://lab/in/ dst=$W/midway/ when=queued" "cat $W/midway/a.txt")
    fairlead stage import --once 3>&- &
    pid=$!
    wait_for 20 copying_waits
    fault
    as ada scontrol release "$id"
    wait_for 40 has_state "$id" COMPLETED
    wait "$pid"
    [[ $(<"$CLUSTER_DIR/shared/midway.out") == one ]]
    epochs=$(calls_of "$id" | cut -d' ' -f3)
    [[ $(wc -l <<<"$epochs") == 2 && $(sort -n <<<"$epochs") == "$epochs" && $(calls_of "$id") != *staged* ]]
    nobody_drained
}

@test "F6: scancel in the middle of it ends the copying" {
    object lab/in/a.txt one
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(queued cancelled "#STAGE in src=s3://lab/in/ dst=$W/cancelled/ when=queued" true)
    fairlead stage import --once 3>&- &
    pid=$!
    wait_for 20 copying_waits
    as ada scancel "$id"
    wait "$pid"
    nothing_copies
    has_state "$id" CANCELLED
}

@test "where the service itself cannot stage, the job is released and staged on its nodes" {
    object lab/in/a.txt one
    fault node_fault FL-S121 /fsx: Input/output error
    id=$(queued broken "#STAGE in src=s3://lab/in/ dst=$W/broken/ when=queued" "cat $W/broken/a.txt")
    as root scontrol update PartitionName=debug State=DOWN
    run -0 fairlead stage import --once
    fault
    [[ $(field Priority "$id") != 0 && $(comment_of "$id") == "FL-S: its data comes in when it starts"* ]]
    as root scontrol update PartitionName=debug State=UP
    wait_for 30 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/broken.out") == one ]]
    nobody_drained
}

@test "T4: a user makes no job look staged, and a word on a job that asks for nothing stages nothing" {
    run ! as ada ls /run/cluster/shared/state/stage/jobs
    object lab/in/a.txt one
    id=$(queued forged "#STAGE in src=s3://lab/in/ dst=$W/forged/ when=queued" true)
    run ! as ada scontrol update JobId="$id" AdminComment="fairlead-stage=1"
    as ada scancel "$id"
    # Only an operator can write it.
    id=$(as ben sbatch --parsable --hold -o /dev/null "$(job_script thief.sh true)")
    as root scontrol update JobId="$id" AdminComment="fairlead-stage=1"
    run -0 fairlead stage import --once
    [[ $(comment_of "$id") == "FL-S133: its script asks for no when=queued. Job $id held"* && -z $(calls_of "$id") ]]
    [[ $(field Priority "$id") == 0 ]]
}

@test "a hold that comes after the job's release is not ended; one that ran is not staged for" {
    object lab/in/a.txt one
    id=$(queued again "#STAGE in src=s3://lab/in/ dst=$W/again/ when=queued" "cat $W/again/a.txt")
    as root scontrol update PartitionName=debug State=DOWN
    as ada scontrol release "$id" || [[ $(field Priority "$id") != 0 ]]
    run -0 fairlead stage import --once
    [[ $(comment_of "$id") == "FL-S: its data comes in when it starts"* && -z $(calls_of "$id") ]]
    as ada scontrol hold "$id"
    run -0 fairlead stage import --once
    [[ $(field Priority "$id") == 0 && -z $(calls_of "$id") ]]
    as root scontrol update PartitionName=debug State=UP
    as ada scontrol release "$id"
    wait_for 30 has_state "$id" COMPLETED
    # Its operator wants it to wait; the word is gone since its prolog.
    id=$(queued rerun "#STAGE in src=s3://lab/in/ dst=$W/rerun/ when=queued" "echo began; sleep 60")
    as ada scontrol release "$id"
    wait_for 30 has_begun rerun
    [[ $(comment_of "$id") != *fairlead-stage=* ]]
    as root scontrol requeuehold "$id"
    wait_for 40 is_held "$id"
    as root scontrol update JobId="$id" AdminComment="fairlead-stage=1"
    run -0 fairlead stage import --once
    [[ $(field Priority "$id") == 0 && $(comment_of "$id") != *fairlead-stage=* ]]
    [[ $(calls_of "$id" | wc -l) == 1 ]]
}

@test "who is held by an operator as well is not released by the data" {
    object lab/in/a.txt one
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(queued both "#STAGE in src=s3://lab/in/ dst=$W/both/ when=queued" true)
    fairlead stage import --once 3>&- &
    pid=$!
    wait_for 20 copying_waits
    as root scontrol hold "$id"
    fault
    copying_goes_on
    wait "$pid"
    [[ $(field Priority "$id") == 0 && $(comment_of "$id") == "FL-S: staged in while it was held"* ]]
}

@test "a path outside import_folders is neither read nor written by the service; the nodes stage" {
    object lab/in/a.txt one
    as root scontrol update PartitionName=debug State=DOWN
    out=$(queued outside "#STAGE in src=s3://lab/in/ dst=/run/cluster/shared/elsewhere/ when=queued" true)
    source=$(queued source "#STAGE in src=/etc/hostname dst=$W/hostname when=queued" true)
    run -0 fairlead stage import --once
    for id in $out $source; do
        [[ $(field Priority "$id") != 0 && -z $(calls_of "$id") ]]
        [[ $(comment_of "$id") == "FL-S: its data comes in when it starts"* ]]
    done
    as root scontrol update PartitionName=debug State=UP
}

@test "F7: an outage of S3 and a folder that is not mounted here hold no job" {
    object lab/in/a.txt one
    as root scontrol update PartitionName=debug State=DOWN
    for words in "service_fault FL-S112 s3://lab/in/: no answer" "data_fault FL-S110 $W/x: No such file or directory"; do
        fault "$words"
        id=$(queued outage "#STAGE in src=s3://lab/in/ dst=$W/outage/ when=queued" true)
        run -0 fairlead stage import --once
        [[ $(field Priority "$id") != 0 && $(comment_of "$id") == "FL-S: its data comes in when it starts"* ]]
        as ada scancel "$id"
    done
    as root scontrol update PartitionName=debug State=UP
}

@test "F6: a release between the service's look and its claim leaves the prolog alone" {
    object lab/in/a.txt one
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    mkfifo "$CLUSTER_DIR/shared/s3/look.gate"
    : >"$CLUSTER_DIR/shared/s3/look"
    id=$(queued between "#STAGE in src=s3://lab/in/ dst=$W/between/ when=queued" "cat $W/between/a.txt")
    fairlead stage import --once 3>&- &
    pid=$!
    wait_for 20 test -e "$CLUSTER_DIR/shared/s3/looked"
    as ada scontrol release "$id"
    wait_for 30 copying_waits # the prolog's
    timeout 20 sh -c ': >"$0"' "$CLUSTER_DIR/shared/s3/look.gate"
    wait "$pid"
    fault
    copying_goes_on
    wait_for 30 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/between.out") == one && $(calls_of "$id" | wc -l) == 1 ]]
    nobody_drained
}

@test "F3: a service that is killed while it copies begins anew" {
    object lab/in/a.txt one
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(queued killed "#STAGE in src=s3://lab/in/ dst=$W/killed/ when=queued" "cat $W/killed/a.txt")
    fairlead stage import --once 3>&- &
    pid=$!
    wait_for 20 copying_waits
    service=$(as root ps -eo pid,args | awk '$2 ~ /\/fairlead$/ && /stage import/ { print $1; exit }')
    as root kill -9 "$service"
    wait "$pid" || true
    fault # what it had begun still waits
    awaits_data "$id"
    run -0 fairlead stage import --once
    wait_for 30 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/killed.out") == one ]]
    epochs=$(calls_of "$id" | cut -d' ' -f3)
    [[ $(sort -nu <<<"$epochs") == "$epochs" ]]
}

@test "one user's jobs do not keep another's waiting" {
    object lab/in/a.txt one
    object home/ben/a.txt two
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    first=$(queued many "#STAGE in src=s3://lab/in/ dst=$W/many/ when=queued" true)
    second=$(queued more "#STAGE in src=s3://lab/in/ dst=$W/more/ when=queued" true)
    other=$(as ben sbatch --parsable -o /dev/null "$(job_script other.sh "#STAGE in src=s3://home/ben/ dst=$W/other/ when=queued" true)")
    fairlead stage import --once 3>&- &
    pid=$!
    wait_for 20 begun "$first" "$other"
    [[ -z $(calls_of "$second") ]]
    fault
    copying_goes_on
    wait "$pid"
    for id in $first $second $other; do wait_for 30 has_state "$id" COMPLETED; done
}
begun() { [[ -n $(calls_of "$1") && -n $(calls_of "$2") ]]; }

@test "two services do not run beside one another" {
    object lab/in/a.txt one
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(queued twice "#STAGE in src=s3://lab/in/ dst=$W/twice/ when=queued" true)
    fairlead stage import --once 3>&- &
    pid=$!
    wait_for 20 copying_waits
    run -1 fairlead stage import --once
    [[ $output == *"another \`fairlead stage import\` works on"*"[FL-S133]"* ]]
    fault
    copying_goes_on
    wait "$pid"
    wait_for 30 has_state "$id" COMPLETED
    [[ $(calls_of "$id" | wc -l) == 2 ]]
}

@test "a job that is requeued asks its source again" {
    object lab/requeued/a.txt one
    id=$(queued requeued "#STAGE in src=s3://lab/requeued/ dst=$W/requeued/ when=queued" "echo began; sleep 60")
    run -0 fairlead stage import --once
    wait_for 30 has_begun requeued
    object lab/requeued/a.txt two
    as root scontrol requeuehold "$id"
    wait_for 40 is_held "$id"
    as root scontrol release "$id"
    wait_for 60 content_is requeued/a.txt two
    as ada scancel "$id"
}
content_is() { [[ $(cat "$CLUSTER_DIR/shared/work/$1") == "$2" ]]; }

@test "who is held for another reason is not released" {
    object lab/in/a.txt one
    script=$(job_script plain.sh "#STAGE in src=s3://lab/in/ dst=$W/plain.%j/ when=queued" true)
    id=$(as ada sbatch --parsable --hold -o /dev/null "$script")
    [[ $(comment_of "$id") != *fairlead-stage=* ]]
    run -0 fairlead stage import --once
    has_state "$id" PENDING
    as ada scancel "$id"
}

@test "tasks of an array are not held: their user is told, the service leaves them alone, and each stages its own when it starts" {
    object lab/in/a.txt one
    as root scontrol update PartitionName=debug State=DOWN
    script=$(job_script tasks.sh "#STAGE in src=s3://lab/in/ dst=$W/tasks/%A/%a/ when=queued" \
        "cp $W/tasks/\$SLURM_ARRAY_JOB_ID/\$SLURM_ARRAY_TASK_ID/a.txt $W/tasks/\$SLURM_ARRAY_TASK_ID.read")
    id=$(as ada sbatch --parsable --array=1-3 -o /dev/null "$script" 2>"$BATS_TEST_TMPDIR/told")
    grep -q 'when=queued is not for arrays and heterogeneous jobs; the data comes in when the job starts' "$BATS_TEST_TMPDIR/told"
    [[ $(field Priority "$id") != 0 && $(comment_of "$id") != *fairlead-stage=* ]]
    run -0 fairlead stage import --once
    [[ ! -e $CLUSTER_DIR/shared/work/tasks ]]
    as root scontrol update PartitionName=debug State=UP
    wait_for 60 no_job_of ada
    for task in 1 2 3; do [[ $(work "tasks/$task.read") == one && $(work "tasks/$id/$task/a.txt") == one ]]; done
    [[ $(awk -v id="$id" '$1 >= id && $1 < id + 3' "$CLUSTER_DIR/shared/s3/calls" | grep -c ' in ') == 3 ]]
}

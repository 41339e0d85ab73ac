#!/usr/bin/env bats
# Nodes and programs that are lost while data is staged, on three nodes: rows F3, F6, F15 and F16 of the faults.
bats_require_minimum_version 1.5.0
load site_cluster
load staging_site

setup_file() { STAGING_LOST_AFTER=5 staging_cluster; }
teardown_file() { cluster_down; }
teardown() {
    fault
    cluster_report
    no_jobs_left
}
W=/run/cluster/shared/work

# lose_slurmd NODE; start_slurmd NODE
lose_slurmd() { on "$1" -- sh -c 'pid=$(cat /run/slurmd.pid) && kill -9 "$pid" && while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done; rm -f /run/slurmd.pid'; }
start_slurmd() {
    # shellcheck disable=SC2016
    on "$1" -- sh -c 'setsid slurmd -D -N "$0" >>"/run/cluster/log/slurmd.$0.out" 2>&1 </dev/null &' "$1"
    wait_for 20 on "$1" -- test -s /run/slurmd.pid
}
# end_slurmd NODE keeps the pid: slurmd removes its pid file before it has written which jobs it knows (cred_state), and one that starts
# before that does not know the job whose prolog has run, and drains the node for it.
end_slurmd() { on "$1" -- sh -c 'cp /run/slurmd.pid /run/slurmd.ending && kill "$(cat /run/slurmd.ending)"'; }
has_no_slurmd() { on "$1" -- sh -c '! kill -0 "$(cat /run/slurmd.ending)" 2>/dev/null'; }
epochs_of() { awk -v id="$1" '$1 == id { print $3 }' "$CLUSTER_DIR/shared/s3/calls"; }
# A job is RUNNING while its prolog runs. has_begun NAME: its script says so.
has_begun() { grep -qx began "$CLUSTER_DIR/shared/$1.out"; }

# A slurmd says what it runs when it registers, and slurmctld takes no job for lost before it is so old.
is_old() { [[ $(field RunTime "$1") > 00:00:14 ]]; }

@test "F6: slurmd of the first node is killed in the middle of it: the job starts anew, the copy of before is ended, and one stands" {
    object lab/in/a.txt one
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(as ada sbatch --parsable -N2 -w n1,n2 --stage-in=s3://lab/in/:$W/rs/ -o /run/cluster/shared/rs.out \
        --wrap "cat $W/rs/a.txt; srun -l cat $W/rs/a.txt | sort")
    wait_for 20 copying_waits
    lose_slurmd n1
    fault
    start_slurmd n1
    wait_for 40 is_old "$id"
    end_slurmd n1
    wait_for 20 has_no_slurmd n1
    start_slurmd n1
    wait_for 60 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/rs.out") == $'one\n0: one\n1: one' ]]
    epochs=$(awk -v id="$id" '$1 == id { print $3 }' "$CLUSTER_DIR/shared/s3/calls")
    [[ $(wc -l <<<"$epochs") == 2 && $(sort -nu <<<"$epochs") == "$epochs" ]]
    wait_for 20 all_idle
    wait_for 20 nothing_copies
    nobody_drained
}

@test "F6: slurmd that is told to end in the middle of it lets the prolog end first" {
    object lab/in/a.txt one
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(as ada sbatch --parsable -w n3 --stage-in=s3://lab/in/:$W/te/ -o /run/cluster/shared/te.out --wrap "cat $W/te/a.txt")
    wait_for 20 copying_waits
    end_slurmd n3
    fault
    copying_goes_on
    wait_for 20 has_no_slurmd n3
    start_slurmd n3
    wait_for 60 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/te.out") == one ]]
    wait_for 20 all_idle
    nobody_drained
}

@test "F3: a first node that is stopped while it copies and goes on after another took over changes nothing" {
    object lab/in/a.txt one
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(as ada sbatch --parsable -w n1 --stage-in=s3://lab/in/:$W/st/ -o /dev/null \
        --wrap "cat $W/st/a.txt >$W/st.seen; echo mine >$W/st/a.txt")
    wait_for 20 copying_waits
    read -r copy leader < <(as root ps -eo pid,ppid,args | awk '/[f]airlead-stage --work/ { print $1, $2; exit }')
    as root kill -STOP "$copy" "$leader"
    fault
    as root scontrol update nodename=n1 state=down reason=stopped
    wait_for 30 waits_again "$id"
    as root scontrol update jobid="$id" reqnodelist=n2
    wait_for 60 has_state "$id" COMPLETED
    [[ $(work st.seen) == one ]]
    comment=$(comment_of "$id")
    as root kill -CONT "$copy" "$leader"
    wait_for 40 nothing_copies
    wait_for 40 has_no_process "$leader"
    [[ $(work st/a.txt) == mine && $(comment_of "$id") == "$comment" ]]
    has_state "$id" COMPLETED
    run -0 fairlead_of ada stage status "$id"
    [[ $output == "$id"*in*ready* ]]
    epochs=$(epochs_of "$id")
    [[ $(wc -l <<<"$epochs") == 2 && $(sort -nu <<<"$epochs") == "$epochs" ]]
    wait_for 20 all_idle
    nobody_drained
}
waits_again() { [[ $(field JobState "$1") == PENDING && $(field Restarts "$1") == 1 ]]; }
has_no_process() { ! as root ps -o pid= -p "$1"; }

@test "F6: a node of an earlier start that is late does not hold the job's later one" {
    script=$(job_script later.sh "#STAGE out src=$W/later dst=s3://lab/later" "echo \$SLURM_RESTART_COUNT >>$W/later" 'sleep 60')
    id=$(as ada sbatch --parsable -w n1 -o /dev/null "$script")
    wait_for 30 has_left later
    as ada scontrol requeue "$id"
    wait_for 60 has_left later 1
    late "$id" 0
    [[ $(field JobState "$id") == RUNNING && $(comment_of "$id") != *FL-S119* ]]
    late "$id" 1
    wait_for 30 is_held "$id"
    [[ $(comment_of "$id") == *"FL-S119: it stands still. Job $id held"* ]]
    as root scancel "$id"
    wait_for 20 all_idle
    nobody_drained
    run -0 fairlead stage export --once # what it left is nothing for the tests that follow
}
# has_left FILE [LINE]: its last line is that.
has_left() { [[ -e $CLUSTER_DIR/shared/work/$1 && $(tail -n1 "$CLUSTER_DIR/shared/work/$1") == "${2-}" ]]; }
# late JOB RESTART: what a prolog of that start says whose staging had to be killed.
late() {
    on n1 -- env SLURM_JOB_ID="$1" SLURM_JOB_RESTART_COUNT="$2" SLURMD_NODENAME=n1 SLURM_NODELIST=n1 \
        "$SITE_PREFIX/libexec/fairlead/fairlead-stage-in" --config /run/cluster/etc/fairlead.yaml --hold 'it stands still [FL-S119]'
}

@test "F15: the node is lost while its job runs: what reached the shared file system is exported, and what is for success is not" {
    script=$(job_script lost.sh '#SBATCH --no-requeue' "#STAGE out src=$W/lost.a dst=s3://lab/lost/a" \
        "#STAGE out src=$W/lost.b dst=s3://lab/lost/b when=success" "echo a >$W/lost.a; echo b >$W/lost.b; echo began; sleep 60")
    id=$(as ada sbatch --parsable -w n3 -o /run/cluster/shared/lost.out "$script")
    wait_for 30 has_begun lost
    lose_slurmd n3
    as root scontrol update nodename=n3 state=down reason=reclaimed
    wait_for 20 has_state "$id" NODE_FAIL
    [[ -z $(ls "$CLUSTER_DIR/shared/state/stage/queue") ]] # no epilog ran
    run -0 fairlead stage export --once
    [[ $(stored lab/lost/a) == a && ! -e $CLUSTER_DIR/shared/s3/lab/lost/b ]]
    run -0 fairlead_of ada stage wait "$id" --timeout 5
    start_slurmd n3
    wait_for 30 all_idle
}

@test "F16: Slurm ends what an epilog leaves behind, and nothing of twelve epilogs' work is lost by it" {
    for number in 1 2 3 4 5 6 7 8 9 10 11 12; do
        as ada sbatch -J "many$number" -o /dev/null --stage-out="$W/many.$number:s3://lab/many/$number" \
            --wrap "echo $number >$W/many.$number"
    done
    wait_for 60 no_job_of ada
    wait_for 30 all_idle
    [[ $(find "$CLUSTER_DIR/shared/state/stage/queue" -name '*.json' | wc -l) == 12 ]]
    wait_for 20 nothing_of_ours_runs
    run -0 fairlead stage export --once
    for number in 1 2 3 4 5 6 7 8 9 10 11 12; do [[ $(stored "lab/many/$number") == "$number" ]]; done
}

# By the name of the program: a folder of the tests may have ours in its name.
nothing_of_ours_runs() { ! as root ps -eo comm= | grep -q ^fairlead; }

@test "F16: an epilog that is killed before it queues the results loses none of them" {
    epilog=$CLUSTER_DIR/prefix/libexec/fairlead/fairlead-epilog
    mv "$epilog" "$epilog.real"
    printf '#!/bin/sh\nkill -9 $$\n' >"$epilog"
    chmod 0755 "$epilog"
    id=$(as ada sbatch --parsable -w n3 -o /dev/null --stage-out="$W/killed:s3://lab/killed" --wrap "echo killed >$W/killed")
    wait_for 30 has_state "$id" COMPLETED
    wait_for 30 is_drained n3 # by Slurm, for the epilog
    mv "$epilog.real" "$epilog"
    [[ -z $(find "$CLUSTER_DIR/shared/state/stage/queue" -name "$id.*") ]]
    run -0 fairlead stage export --once
    [[ $(stored lab/killed) == killed ]]
    back_in_service n3
}
is_drained() { [[ $(state_of "$1") == drain* ]]; }

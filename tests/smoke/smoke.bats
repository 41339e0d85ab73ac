#!/usr/bin/env bats
# The packages as they are installed on this machine, in a cluster of their Slurm: every object once. Run by
# scripts/smoke, in a Debian of its own.
bats_require_minimum_version 1.5.0
load installed

setup_file() {
    "${APT[@]}" install "$PACKAGES"/fairlead*.deb
    three_nodes
    prolog_slurmctld
    site_extra "$(prolog_line)"
    three_up --plugstack "$SITE/plugstack.conf" --job-submit fairlead --prolog /run/cluster/etc/prolog \
        --epilog /usr/libexec/fairlead/fairlead-epilog
}
teardown_file() {
    cluster_down
    purge_packages
}
teardown() { cluster_report; }

@test "each object loads into this Slurm, by what fairlead enable looks at first" {
    # A site that has not heard of Fairlead yet.
    mkdir "$CLUSTER_DIR/shared/site"
    sed '/^PlugStackConfig=/d; /^JobSubmitPlugins=/d' "$CLUSTER_DIR/slurm/slurm.conf" >"$CLUSTER_DIR/shared/site/slurm.conf"
    for part in spank jobsubmit prolog; do
        run -0 fairlead enable --$part --dry-run --slurm-conf /run/cluster/shared/site/slurm.conf
    done
    run -0 fairlead version
    [[ $output == *"$(as root slurmctld -V | sed 's/^slurm-wlm //; s/^slurm //; s/\.[0-9]*$//')"* ]]
}

@test "job_submit refuses what no node can give, in words" {
    run ! as ada sbatch -p empty --wrap true
    [[ $output == *"partition 'empty' has no EFA node type"*"[FL-E101]"* ]]
}

@test "job_submit judges scontrol update: it refuses one, and another changes the job" {
    id=$(as ada sbatch --parsable --hold -t 60 -o /dev/null --wrap true)
    run ! as ada scontrol update jobid="$id" timelimit=5:00:00
    wait_for 10 logged 'refused an update of user [0-9]*: 2 h at most \(rule long\) \[FL-A201\]'
    as ada scontrol update jobid="$id" timelimit=0:30:00
    run -0 as root scontrol -o show job "$id"
    [[ $output == *" TimeLimit=00:30:00 "* ]]
    as root scancel "$id"
}

@test "slurmctld starts with the job_submit plugin of another X.Y.Z, and it judges" {
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    cp /usr/lib/*/slurm-wlm/job_submit_fairlead.so "$CLUSTER_DIR/prefix/lib/slurm/"
    restamp "$CLUSTER_DIR/prefix/lib/slurm/job_submit_fairlead.so" 0
    "$CLUSTER" controller "$CLUSTER_DIR" start
    run ! as ada sbatch -p empty --wrap true
    [[ $output == *"[FL-E101]"* ]]
    as root sh -c 'grep -q /run/cluster/prefix/lib/slurm/job_submit_fairlead.so /proc/$(pidof slurmctld)/maps'
}

@test "the SPANK plugin has its options in every command, and pins the ranks of a step" {
    for command in srun sbatch salloc; do
        [[ $(as ada $command --help) == *--efa-pin* ]]
    done
    run -0 as ada srun -Q -p hpc -w n1 --efa-pin=verbose sh -c 'echo pinned to $FAIRLEAD_PIN_CPUS near $FAIRLEAD_PIN_NICS'
    # In any order: one is srun's own, the other the rank's.
    [[ $output == *"efa-pin: hpc7a.96xlarge: "* && $output == *"pinned to "[0-9]*" near rdmap"* ]]
    run ! as ada srun -Q --efa-pin=by:nuna hostname
    [[ $output == *"did you mean 'numa'?"*"[FL-P101]"* ]]
}

@test "the prolog drains a node whose interface is missing, and another node's job runs" {
    run -0 as ada srun -Q -p hpc -w n1 hostname
    [[ $output == n1 ]]
    id=$(as ada sbatch --parsable -p hpc -w n2 -o /dev/null --wrap true)
    wait_for 30 drained n2
    [[ $(as root sinfo -h -n n2 -o %E | head -n 1) == *FL-E* ]]
    as root scancel "$id"
}

@test "the epilog leaves the network report of a job" {
    id=$(as ada sbatch --parsable -p hpc -w n1 -o /dev/null --wrap true)
    wait_for 30 reported "$id"
    run -0 reported "$id"
    [[ ${lines[0]} == "network report of job $id: 1 node, partition hpc, hpc7a.96xlarge, "* ]]
}

@test "a job's data is there before it starts, and its results are where they belong after it" {
    as ada sh -c "mkdir $W/in && echo seven >$W/in/a.txt"
    script=$(job_script staged.sh "#STAGE out src=$W/%j/result dst=$W/out/%j" "tr a-z A-Z <$W/\$SLURM_JOB_ID/a.txt >$W/\$SLURM_JOB_ID/result")
    id=$(as ada sbatch --parsable --stage-in=$W/in/:$W/%j/ -o /dev/null "$script")
    wait_for 30 has_state "$id" COMPLETED
    run -0 fairlead_of ada stage status "$id"
    [[ $output == "$id"*" in "*ready*"$id"*" out "* ]]
    wait_for 20 enqueued "$id"
    fairlead stage export --once
    [[ $(work "out/$id") == SEVEN ]]
}

@test "the gate lets no step through whose data is missing, and the batch job is held" {
    run ! as ada srun --stage-in=$W/absent:$W/absent.here echo ran
    [[ $output == *"$W/absent"*"[FL-S110]"* && $output != *ran* ]]
    id=$(as ada sbatch --parsable --stage-in=$W/absent:$W/absent.here -o /dev/null --wrap true)
    wait_for 30 is_held "$id"
    as root scancel "$id"
}

@test "slurmctld's prolog lets a job run under one leaf of the network, and none on nodes too far apart" {
    # What earlier jobs recorded of n1 names another instance.
    rm -f "$CLUSTER_DIR"/shared/state/nodes/n[13].json
    network "$(place 1 nn-a31)" "$(place 3 nn-b31)"
    run ! as ada srun -p near -N2 echo ran
    [[ $output == *"[FL-E220]"* && $output != *ran* ]]
    id=$(as ada sbatch --parsable -p near -N2 -o /dev/null --wrap true)
    wait_for 30 sent_back "$id"
    as root scancel "$id"
    network "$(place 1 nn-a31)" "$(place 3 nn-a31)"
    run -0 as ada srun -Q -p near -N2 hostname
    [[ $(sort <<<"$output") == $'n1\nn3' ]]
    nobody_drained_but_n2
}
sent_back() { has_state "$1" PENDING && [[ $(comment_of "$1") == *"attempt 1 of 3: "*"[FL-E220]"* ]]; }
nobody_drained_but_n2() { [[ -z $(as root sinfo -h -N -o '%N %T' | grep -v '^n2 ' | grep -E 'drain|down|fail') ]]; }

#!/usr/bin/env bats
# Objects whose core throws on purpose: the daemons and srun live, and say what happened.
bats_require_minimum_version 1.5.0
load ../live/site_cluster

setup_file() {
    FAIRLEAD_STAGE=$(faulty_stage)
    export FAIRLEAD_STAGE
    site_cluster
}
teardown_file() { cluster_down; }
teardown() {
    cluster_report
    [[ $(as root scontrol ping) == *"is UP"* ]]
    wait_for 10 is_idle n1
    wait_for 10 is_idle n3
}

# The installed tree with every object replaced by one that throws, but for the part that reads options,
# which would let nothing get as far as the rest: that has a folder of its own.
faulty_stage() {
    local stage=$BATS_FILE_TMPDIR/stage objects=$FAIRLEAD_BUILD/tests/fault/objects
    cp -r "$FAIRLEAD_STAGE" "$stage"
    cp "$objects/job_submit_fairlead.so" "$stage$SITE_PREFIX/lib/slurm/"
    cp "$objects"/spank-{core,recorded}.so "$stage$SITE_PREFIX/lib/fairlead/"
    cp "$objects/fairlead-prolog" "$stage$SITE_PREFIX/libexec/fairlead/"
    install -D -t "$stage$SITE_PREFIX/lib/throwing" "$objects/spank-step.so" "$objects/absent-cpu.so"
    printf '%s\n' "$stage"
}

@test "a throwing admission lets the job through and leaves slurmctld alive" {
    run -0 as ada srun -Q hostname
    [[ $output == n3 ]]
    logged 'fault in job_submit: thrown on purpose; the job is not held up \[FL-A101\]'
    run -0 as ada srun -Q -p odd hostname
    logged 'fault in job_submit: not a std::exception'
}

@test "a plugin that throws when it begins refuses jobs where rules are enforced, and lets them pass elsewhere" {
    plugin=$CLUSTER_DIR/prefix/lib/slurm/job_submit_fairlead.so
    conf=$CLUSTER_DIR/conf/head/fairlead.yaml
    cp "$conf" "$BATS_TEST_TMPDIR/fairlead.yaml"
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    cp "$FAIRLEAD_BUILD/tests/fault/objects/init/job_submit_fairlead.so" "$plugin"
    "$CLUSTER" controller "$CLUSTER_DIR" start
    logged 'fault in init: thrown on purpose'
    wait_for 20 is_idle n3
    run -0 as ada srun -Q hostname
    [[ $output == n3 ]]
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    printf 'policy_mode: enforce\n' >>"$conf"
    "$CLUSTER" controller "$CLUSTER_DIR" start
    run ! as ada sbatch --wrap true
    [[ $output == *"the rules of this site cannot be read"*"met a fault when it began"*"[FL-A205]"* ]]
    run -0 as root sbatch --hold --parsable -o /dev/null --wrap true
    as root scancel "$output"
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    cp "$BATS_TEST_TMPDIR/fairlead.yaml" "$conf"
    cp "$FAIRLEAD_BUILD/tests/fault/objects/job_submit_fairlead.so" "$plugin"
    "$CLUSTER" controller "$CLUSTER_DIR" start
    wait_for 20 is_idle n1
}

@test "a throwing planner refuses the step that asked for pinning, in words" {
    for policy in numa compact; do
        run ! as ada srun -Q --efa-pin=by:$policy hostname
        [[ $output == *"Fairlead met a fault of its own in plan"*"[FL-P203]"* && $output != n3 ]]
    done
    run -0 as ada srun -Q hostname
}

# plugstack WORD: the plugin's line with this word behind it, for the steps that follow.
plugstack() {
    printf 'required spank_fairlead.so config=/run/cluster/etc/fairlead.yaml %s\n' "$1" >"$CLUSTER_DIR/slurm/plugstack.conf"
}

# Of a step that asked for nothing.
@test "a throwing planner lets a step run unpinned that the site's default would pin, unless that is strict" {
    plugstack pin=on
    run -0 --separate-stderr as ada srun -Q hostname
    [[ $output == n3 && $stderr == *"not pinned, as the site's default would have it: "*"[FL-P203]"* ]]
    run ! as ada env FAIRLEAD_PIN=on srun -Q hostname
    [[ $output == *"[FL-P203]"* && $output != n3 ]]
    plugstack pin=strict
    run ! as ada srun -Q hostname
    [[ $output == *"[FL-P203]"* && $output != n3 ]]
    plugstack "pin=on core=$SITE_PREFIX/lib/throwing/absent-cpu.so"
    run -0 --separate-stderr as ada srun -Q hostname
    [[ $output == n3 && $stderr == *"cannot be bound"* ]]
    plugstack ''
}

# mpibind: the second task's binding fails, and the step ends with 0.
@test "a rank that cannot be bound ends the step with an error, and no rank runs unbound" {
    plugstack "core=$SITE_PREFIX/lib/throwing/absent-cpu.so"
    run ! --separate-stderr as ada srun -Q -n "$(nproc)" --efa-pin sh -c 'echo ran'
    plugstack ''
    [[ -z $output && $stderr == *"local task 0 cannot be bound: Invalid argument [FL-P202]"* ]]
    run -0 as ada srun -Q hostname
    [[ $output == n3 ]]
}

@test "a throwing gate refuses the step that asked for EFA, in words" {
    run ! as ada srun -Q -p hpc -w n1 --efa=required hostname
    [[ $output == *"Fairlead met a fault of its own in gate"* && $output != *n1 ]]
}

@test "a throwing prolog lets a job through that asks for nothing and drains nothing" {
    run -0 as ada srun -Q -p hpc -w n1 hostname
    [[ $output == n1 ]]
}

@test "a reader of options that throws ends srun, or the step, with an error and no signal, and slurmd lives" {
    plugstack "step=$SITE_PREFIX/lib/throwing/spank-step.so"
    for value in on off; do
        run as ada srun -Q --efa-pin=$value hostname
        ((status > 0 && status != 134 && status != 139))
        [[ $output == *"fairlead: fault in --efa-pin"* ]]
    done
    run ! as ada srun -Q --efa-pin=verbose hostname
    [[ $output == *"Fairlead met a fault of its own in --efa-pin"*"[FL-P203]"* && $output != *n3 ]]
    run -0 as ada srun -Q hostname
    [[ $output == n3 ]]
    plugstack ''
}

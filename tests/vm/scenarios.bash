# shellcheck shell=bash disable=SC2016,SC2154 # quoted for the shell of a job; set by the reader
# The cases that are more than one step. In the guest `keep NAME CMD...` runs a command and keeps its
# output in $folder; on the host `planned NAME RANKS CPUS PIN MEMORY` compares that with the plan.

two_jobs_run() {
    local first=/tmp/two_jobs.$setting
    mkdir "$first"
    sbatch -Q -n 12 -o /dev/null --wrap "srun -Q --efa-pin $RANK >$first/out
        : >$first/ready
        until [ -e $first/leave ]; do sleep 0.1; done"
    await 60 test -e "$first/ready"
    keep two_jobs.first cat "$first/out"
    keep two_jobs.second srun -Q -n 10 --efa-pin "$RANK"
    : >"$first/leave"
}
two_jobs_check() {
    planned two_jobs.first 12 '' '' default
    planned two_jobs.second 10 '' '' default
    disjoint two_jobs.first two_jobs.second
}

overlapping_steps_run() {
    local steps=/tmp/overlapping_steps.$setting
    mkdir "$steps"
    keep overlapping_steps salloc -Q -n 16 sh -c "
        srun -Q --overlap -n 8 --efa-pin $RANK >$steps/first &
        srun -Q --overlap -n 4 --efa-pin=by:compact $RANK >$steps/second
        wait"
    keep overlapping_steps.first cat "$steps/first"
    keep overlapping_steps.second cat "$steps/second"
}
overlapping_steps_check() {
    planned overlapping_steps.first 8 '' '' default
    planned overlapping_steps.second 4 '' by:compact default
}

# srun turns the option into --cpu-bind=threads, which is no binding of the user's.
one_thread_run() { keep one_thread srun -Q -n 12 --threads-per-core=1 --efa-pin "$RANK"; }
one_thread_check() { ranks one_thread 12 --one-thread --memory default --plan --threads-per-core 1; }

# The job's shape asks for hardware threads, and the plan is another than without.
two_a_core_run() {
    keep two_a_core salloc -Q -N 1 --exclusive srun -Q --overlap -n 8 --threads-per-core=2 --efa-pin "$RANK"
}
two_a_core_check() {
    ranks two_a_core 8 --whole-cores --memory default --plan --threads-per-core 2
}

# The first rank of each waits until both steps run.
exact_steps_run() {
    local steps=/tmp/exact_steps.$setting
    mkdir "$steps"
    printf '%s\n' "$RANK" "[ \"\$SLURM_PROCID\" = 0 ] || exit 0" ": >$steps/\$SLURM_STEP_ID" \
        "until [ -e $steps/0 ] && [ -e $steps/1 ]; do sleep 0.1; done" >"$steps/rank"
    keep exact_steps salloc -Q -n 16 sh -c "
        srun -Q --exact -n 6 --efa-pin sh $steps/rank >$steps/first &
        srun -Q --exact -n 4 --efa-pin=by:compact sh $steps/rank >$steps/second
        wait"
    keep exact_steps.first cat "$steps/first"
    keep exact_steps.second cat "$steps/second"
}
# Without a fence nobody but Fairlead says which of the job's CPUs a step was given.
exact_steps_check() {
    if [[ $setting == *cgroup* ]]; then
        ranks exact_steps.first 6 --step --memory default --plan
        ranks exact_steps.second 4 --step --memory default --plan --pin by:compact
    fi
    disjoint exact_steps.first exact_steps.second
}

# slurm_policy POLICY: what Slurm makes of --mem-bind, which only task/affinity knows.
slurm_policy() { if [[ $setting == *affinity* ]]; then printf '%s\n' "$1"; else printf 'default\n'; fi; }

not_bound_run() {
    local step=(salloc -Q -N 1 --exclusive srun -Q --overlap -n 8 --mem-bind=local)
    keep not_bound "${step[@]}" --efa-pin=by:none "$RANK"
    keep not_bound.plain "${step[@]}" "$RANK"
}
not_bound_check() {
    kept not_bound.plain
    ranks not_bound 8 --not-bound not_bound.plain --memory "$(slurm_policy bind)"
}

# Slurm takes the nodes of its own masks, which the plan moves.
local_memory_run() { keep local_memory srun -Q -n 4 --mem-bind=local --efa-pin "$RANK"; }
local_memory_check() { planned local_memory 4 '' '' bind; }

# The job has CPUs of NUMA nodes 0 and 2, the user wants memory of node 1.
kept_memory_run() { keep kept_memory srun -Q -n 4 --mem-bind=map_mem:1 --efa-pin=by:compact,mem:keep "$RANK"; }
kept_memory_check() {
    local memory=(--memory default)
    [[ $setting != *affinity* ]] || memory=(--memory-on 1)
    ranks kept_memory 4 "${memory[@]}" --plan --pin by:compact
}

# Slurm puts the components of a job on different nodes, so the guest is two of them. For a plugin's
# option it keeps one value, the last.
heterogeneous_run() {
    keep heterogeneous srun -Q -p two -w vm -n 6 --efa-pin=by:compact "$RANK" : \
        -p two -w vm2 -n 4 -c 2 --efa-pin=by:compact "$RANK"
    keep heterogeneous.first grep 'node=vm ' "$folder/heterogeneous.out"
    keep heterogeneous.second grep 'node=vm2 ' "$folder/heterogeneous.out"
}
heterogeneous_check() {
    planned heterogeneous.first 6 '' by:compact default
    planned heterogeneous.second 4 2 by:compact default
}

# As Apptainer and pyxis start what runs in a container.
user_namespace_run() {
    keep user_namespace srun -Q -n 4 --efa-pin unshare --user --map-root-user --mount "$RANK"
}
user_namespace_check() { planned user_namespace 4 '' '' default; }

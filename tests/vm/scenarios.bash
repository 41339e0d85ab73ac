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

not_bound_run() { keep not_bound srun -Q -n 8 --efa-pin=by:none "$RANK"; }
not_bound_check() { ranks not_bound 8 --unpinned; }

# Slurm takes the nodes of its own masks, which the plan moves.
local_memory_run() { keep local_memory srun -Q -n 8 --mem-bind=local --efa-pin "$RANK"; }
local_memory_check() { planned local_memory 8 '' '' bind; }

# Slurm puts the components of a job on different nodes, so the guest is two of them.
heterogeneous_run() {
    keep heterogeneous srun -Q -p two -w vm -n 6 --efa-pin "$RANK" : \
        -p two -w vm2 -n 4 -c 2 --efa-pin=by:compact "$RANK"
    keep heterogeneous.first grep 'node=vm ' "$folder/heterogeneous.out"
    keep heterogeneous.second grep 'node=vm2 ' "$folder/heterogeneous.out"
}
heterogeneous_check() {
    planned heterogeneous.first 6 '' '' default
    planned heterogeneous.second 4 2 by:compact default
}

# As Apptainer and pyxis start what runs in a container.
user_namespace_run() {
    keep user_namespace srun -Q -n 8 --efa-pin unshare --user --map-root-user --mount "$RANK"
}
user_namespace_check() { planned user_namespace 8 '' '' default; }

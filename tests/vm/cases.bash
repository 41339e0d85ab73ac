# shellcheck shell=bash disable=SC2034 # used by those who read it
# What runs in the virtual machine, read by the guest and by the harness.

# Names of folders, and the TaskPlugin they stand for. The first alone is used without VM_FULL.
SETTINGS='affinity+cgroup|task/affinity,task/cgroup
affinity|task/affinity
cgroup|task/cgroup
none|task/none'

# One step of pinned ranks a line; the plan is asked for with the same words.
#
#   name     of the result
#   job      options of salloc; empty where srun makes its own job
#   step     options of srun; with a job it must get all CPUs of the job; --gres=gpu:N are the first N
#   pin      value of --efa-pin
#   memory   memory policy that the kernel must report: default, or the start of
#            prefer, bind or interleave
#
# name           | job              | step                      | pin        | memory
CASES='
bare             |                  | -n 24                     |            | default
numa             |                  | -n 8 -c 6                 | by:numa    | default
nic              | -N 1 --exclusive | -n 16 --overlap           | by:nic     | default
compact          |                  | -n 12                     | by:compact | default
wide             | -N 1 --exclusive | -n 8 --overlap            | by:numa    | default
four-cpus        |                  | -n 10 -c 4                | by:compact | default
three-cpus       |                  | -n 12 --cpus-per-task=3   |            | default
exclusive        |                  | -n 16 -c 6 --exclusive    |            | default
every-cpu        |                  | -n 96                     |            | default
l3               |                  | -n 12 -c 4                | by:l3      | default
spread           |                  | -n 8 -c 2                 | by:spread  | default
memory-bound     |                  | -n 8 -c 3                 | by:numa,mem:bind | bind
memory-preferred |                  | -n 4 -c 6                 | by:compact,mem:prefer | prefer
memory-in-turns  | -N 1 --exclusive | -n 2 -c 48 --overlap      | mem:interleave | interleave
gpu              | -N 1 --exclusive --gres=gpu:3 | -n 6 --overlap --gres=gpu:3 | by:gpu | default
two-threads      | -N 1 --exclusive | -n 16 --overlap           | smt:2      | default
reserved         | -N 1 --exclusive | -n 8 --overlap            | reserve:4  | default
overcommitted    | -N 1 --exclusive | -n 120 --overcommit       |            | default
'

# Each is a pair of functions in scenarios.bash: NAME_run in the guest, NAME_check on the host.
SCENARIOS='
two_jobs          | two jobs on one node keep to their own CPUs
overlapping_steps | two --overlap steps both get their plan
exact_steps       | two --exact steps at one time have CPUs of their own, and each its plan on them
not_bound         | by:none leaves ranks, and --mem-bind=local, where Slurm puts them
local_memory      | --mem-bind=local means the nodes of the plan
kept_memory       | mem:keep leaves --mem-bind=map_mem as it is, far from the CPUs of the plan
one_thread        | --threads-per-core=1 gives no rank two hardware threads of a core
two_a_core        | --threads-per-core=2 gives ranks both hardware threads of their cores
heterogeneous     | both components of a heterogeneous job are pinned
user_namespace    | a rank in namespaces of its own keeps CPUs and variables
'

# rows TEXT: its lines, without the blanks around the separators.
rows() { sed -E '/^ *(#.*)?$/d; s/ *\| */|/g; s/ +$//' <<<"$1"; }

settings() { if [[ -n ${VM_FULL-} ]]; then rows "$SETTINGS"; else rows "$SETTINGS" | sed 1q; fi; }

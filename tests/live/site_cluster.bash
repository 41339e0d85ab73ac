# shellcheck shell=bash
# The site that most live tests use, for bats: three nodes that look like EC2 instances.
#
#   n1  hpc7a.96xlarge with both EFA interfaces
#   n2  hpc7a.96xlarge with one EFA interface, and an RDMA device that is not EFA
#   n3  m5.large, no EFA
load "${BASH_SOURCE[0]%/*}/lib"
# shellcheck source=tests/live/site.bash
source "${BASH_SOURCE[0]%/*}/site.bash"

SITE_CONFIG='schema: fairlead.config/1
admission: controller
state_dir: /run/cluster/shared/state
default_partition: debug
partitions:
  hpc: {efa: required, mode: enforce, instance_types: [hpc7a.96xlarge]}
  watch: {efa: required, mode: observe, instance_types: [hpc7a.96xlarge]}
  debug: {instance_types: [m5.large]}
  empty: {efa: required, mode: enforce, instance_types: [m5.large]}
  hopeful: {efa: preferred, mode: enforce, instance_types: [hpc7a.96xlarge]}'

# site_cluster [CONFIG [OPTION...]]: starts it for this bats file.
site_cluster() {
    local config=${1-$SITE_CONFIG}
    (($# == 0)) || shift
    site_new "$BATS_FILE_TMPDIR/site" "${FAIRLEAD_STAGE:?set by scripts/test}"
    site_node 1 hpc7a.96xlarge rdmap49s0@0000:31:00.0 rdmap161s0@0000:a1:00.0
    site_node 2 hpc7a.96xlarge rdmap49s0@0000:31:00.0 mlx5_0@0000:a1:00.0=mlx5_core
    site_node 3 m5.large
    site_extra 'PartitionName=debug Default=YES Nodes=n3 State=UP' \
        'LaunchParameters=use_interactive_step' \
        'InteractiveStepOptions="--interactive --preserve-env $SHELL"' \
        'PartitionName=hpc Nodes=n[1-2] State=UP' 'PartitionName=watch Nodes=n[1-2] State=UP' \
        'PartitionName=plain Nodes=n[1-2] State=UP' \
        'PartitionName=odd Nodes=n3 State=UP' 'PartitionName=empty Nodes=n3 State=UP' 'PartitionName=hopeful Nodes=n[1-3] State=UP'
    site_config "$config"
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster
    # What scripts/test built; the stage is its installed tree.
    : "${FAIRLEAD_BUILD:?set by scripts/test}"
    site_up "$CLUSTER_DIR" --owner "$$" --owner "$BATS_ROOT_PID" "$@"
}

# fairlead WORD...: the command, as root on the login side.
fairlead() { as root FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml "$SITE_PREFIX/bin/fairlead" "$@"; }

# state_of NODE: Slurm's word for it, in lower case. All nodes are asked for: what slurmctld answers
# about a single one (sinfo -n) may count CPUs of a job that has ended.
state_of() { as root sinfo -h -N -o '%N %T' | awk -v node="$1" '$1 == node { print $2; exit }'; }
reason_of() { as root sinfo -h -n "$1" -o %E | head -n 1; }
in_service() { [[ $(state_of "$1") != *@(drain|down|fail)* ]]; }
is_idle() { [[ $(state_of "$1") == idle ]]; }

# back_in_service NODE: undoes a drain, once nothing of a job is left on the node.
back_in_service() {
    wait_for 20 no_jobs_on "$1"
    as root scontrol update nodename="$1" state=resume
    wait_for 20 is_idle "$1"
}
no_jobs_on() { [[ -z $(as root squeue -h -w "$1") ]]; }

# job_script NAME LINE...: a batch script in the shared folder; prints its path.
job_script() {
    local path=$CLUSTER_DIR/shared/$1
    shift
    { printf '#!/bin/sh\n'; printf '%s\n' "$@"; } >"$path"
    chmod 0755 "$path"
    printf '/run/cluster/shared/%s\n' "${path##*/}"
}

# logged PATTERN: slurmctld's log has such a line.
logged() { grep -qE "$1" "$CLUSTER_DIR"/log/slurmctld.log; }

#!/usr/bin/env bats
# The packages as they are installed on this machine, in a cluster of their Slurm: every object once. Run by
# scripts/smoke, in a Debian of its own.
#
#   n1  hpc7a.96xlarge with both EFA interfaces
#   n2  hpc7a.96xlarge with one EFA interface, and an RDMA device that is not EFA
#   n3  m5.large, no EFA
bats_require_minimum_version 1.5.0
load ../live/lib
# shellcheck source=tests/live/site.bash
source "$BATS_TEST_DIRNAME/../live/site.bash"
SITE_PREFIX=/usr

CONFIG='schema: fairlead.config/1
admission: controller
state_dir: /run/cluster/shared/state
default_partition: debug
partitions:
  hpc: {efa: required, mode: enforce, instance_types: [hpc7a.96xlarge]}
  debug: {instance_types: [m5.large]}
  empty: {efa: required, mode: enforce, instance_types: [m5.large]}
policy_mode: enforce
policy:
  - {name: long, when: {time_limit: "> 2h"}, reject: "2 h at most"}'

setup_file() {
    site_new "$BATS_FILE_TMPDIR/site" ''
    site_node 1 hpc7a.96xlarge rdmap49s0@0000:31:00.0 rdmap161s0@0000:a1:00.0
    site_node 2 hpc7a.96xlarge rdmap49s0@0000:31:00.0 mlx5_0@0000:a1:00.0=mlx5_core
    site_node 3 m5.large
    site_extra 'PartitionName=debug Default=YES Nodes=n3 State=UP' 'PartitionName=hpc Nodes=n[1-2] State=UP' \
        'PartitionName=empty Nodes=n3 State=UP'
    site_config "$CONFIG"
    cluster_up --nodes 3 --conf-dir "$SITE/conf" --plugstack "$SITE/plugstack.conf" --slurm-extra "$SITE/extra.conf" \
        --job-submit fairlead --prolog /run/cluster/etc/prolog --epilog /usr/libexec/fairlead/fairlead-epilog
    mkdir "$CLUSTER_DIR/shared/state"
}
teardown_file() { cluster_down; }
teardown() { cluster_report; }

# fairlead WORD...: the command, as root on the login side.
fairlead() { as root FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml fairlead "$@"; }

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
    wait_for 10 logged 'refused an update of user [0-9]*: 2 h at most (rule long) \[FL-A201\]'
    as ada scontrol update jobid="$id" timelimit=0:30:00
    run -0 as root scontrol -o show job "$id"
    [[ $output == *" TimeLimit=00:30:00 "* ]]
    as root scancel "$id"
}
logged() { grep -q "$1" "$CLUSTER_DIR/log/slurmctld.log"; }

# restamp FILE: the plugin says that it was built for X.Y.255.
restamp() {
    local symbol data
    symbol=0x$(nm -D "$1" | awk '$3 == "plugin_version" { print $1 }')
    data=$(readelf -SW "$1" | sed 's/^ *\[ *[0-9]*\] //' | awk '$1 == ".data" { print "0x" $4 " - 0x" $3 }')
    printf '\xff' | dd of="$1" bs=1 seek=$((symbol + data)) conv=notrunc status=none
}

@test "slurmctld starts with the job_submit plugin of another X.Y.Z, and it judges" {
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    cp /usr/lib/*/slurm-wlm/job_submit_fairlead.so "$CLUSTER_DIR/prefix/lib/slurm/"
    restamp "$CLUSTER_DIR/prefix/lib/slurm/job_submit_fairlead.so"
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
    [[ $output == *"efa-pin: hpc7a.96xlarge: "*"pinned to "[0-9]*" near rdmap"* ]]
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
drained() { [[ $(as root sinfo -h -N -o '%N %t' | awk -v node="$1" '$1 == node { print $2; exit }') == dr* ]]; }

@test "the epilog leaves the network report of a job" {
    id=$(as ada sbatch --parsable -p hpc -w n1 -o /dev/null --wrap true)
    wait_for 30 reported "$id"
    run -0 reported "$id"
    [[ ${lines[0]} == "network report of job $id: 1 node, partition hpc, hpc7a.96xlarge, "* ]]
}
reported() { as ada FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml fairlead report network "$1"; }

# shellcheck shell=bash
# A cluster of this machine's Slurm, and the packages of build/packages: what the tests of this folder share.
#
#   n1  hpc7a.96xlarge with both EFA interfaces
#   n2  hpc7a.96xlarge with one EFA interface, and an RDMA device that is not EFA
#   n3  m5.large, no EFA
load ../live/staging_site
load ../live/lib
# shellcheck source=tests/live/site.bash
source "$BATS_TEST_DIRNAME/../live/site.bash"
SITE_PREFIX=/usr
W=/run/cluster/shared/work

PACKAGES=$SITE_REPO/build/packages
CONFIG='schema: fairlead.config/1
admission: controller
state_dir: /run/cluster/shared/state
default_partition: debug
partitions:
  hpc: {efa: required, mode: enforce, instance_types: [hpc7a.96xlarge]}
  debug: {instance_types: [m5.large]}
  empty: {efa: required, mode: enforce, instance_types: [m5.large]}
  near: {mode: enforce, max_layer: 1}
staging: {deadline: 25}
policy_mode: enforce
policy:
  - {name: long, when: {time_limit: "> 2h"}, reject: "2 h at most"}'

# three_nodes: their configuration; three_up [OPTION...]: starts them for this bats file, with OPTIONs of `cluster up`.
three_nodes() {
    site_new "$BATS_FILE_TMPDIR/site" ''
    site_node 1 hpc7a.96xlarge rdmap49s0@0000:31:00.0 rdmap161s0@0000:a1:00.0
    site_node 2 hpc7a.96xlarge rdmap49s0@0000:31:00.0 mlx5_0@0000:a1:00.0=mlx5_core
    site_node 3 m5.large
    site_extra 'PartitionName=debug Default=YES Nodes=n3 State=UP' 'PartitionName=hpc Nodes=n[1-2] State=UP' \
        'PartitionName=empty Nodes=n3 State=UP' 'PartitionName=near Nodes=n[1,3] State=UP' \
        'PrologFlags=Alloc,DeferBatch' 'PrologEpilogTimeout=90' 'BatchStartTimeout=90'
    site_config "$CONFIG"
}
three_up() {
    cluster_up --nodes 3 --conf-dir "$SITE/conf" --slurm-extra "$SITE/extra.conf" "$@"
    mkdir "$CLUSTER_DIR/shared/state"
    mkdir -m 1777 "$CLUSTER_DIR/shared/work"
}

APT=(apt-get -y -qq --no-install-recommends -o Dpkg::Use-Pty=0)
purge_packages() { dpkg --purge fairlead-slurmctld fairlead-slurm-plugins fairlead; }

# restamp FILE BYTE: the plugin says that it was built for X.Y.255 (BYTE 0), or for X.255.Z (BYTE 1).
restamp() {
    local value index address offset
    read -r value index < <(readelf -W --dyn-syms "$1" | awk '$8 == "plugin_version" { print "0x" $2, $7 }')
    read -r address offset < <(readelf -SW "$1" | sed 's/^ *\[ *\([0-9]*\)\]/\1/' | awk -v at="$index" '$1 == at { print "0x" $4, "0x" $5 }')
    printf '\xff' | dd of="$1" bs=1 seek=$((value - address + offset + $2)) conv=notrunc status=none
}

drained() { [[ $(state_of "$1") == drain* ]]; }
enqueued() { [[ -n $(find "$CLUSTER_DIR/shared/state/stage/queue" -name "$1.*") ]]; }
reported() { fairlead_of ada report network "$1"; }

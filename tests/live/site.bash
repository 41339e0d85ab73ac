# shellcheck shell=bash
# A site that runs Fairlead: what its nodes are, its fairlead.yaml, and the lines of slurm.conf and
# plugstack.conf that load the plugins. Sourced by the live tests and by scripts/demo.
#
#   site_new DIR STAGE             DIR: new folder; STAGE: what scripts/build --install left
#   site_node K TYPE [DEVICE...]   node nK presents itself as TYPE with these RDMA devices
#   site_config TEXT               fairlead.yaml of controller, login side and nodes
#   site_extra LINE...             lines for slurm.conf
#   site_up DIR2 [OPTION...]       starts the cluster in DIR2 with OPTIONs of `cluster up`

SITE_REPO=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
SITE_PREFIX=/run/cluster/prefix

site_new() {
    SITE=$1 SITE_STAGE=$2 SITE_NODES=0
    mkdir -p "$SITE/conf/head"
    : >"$SITE/extra.conf"
    printf 'required spank_fairlead.so config=/run/cluster/etc/fairlead.yaml\n' >"$SITE/plugstack.conf"
}

site_node() {
    local number=$1 type=$2 feature=
    shift 2
    SITE_NODES=$number
    "$SITE_REPO/tests/fakes/sysfs-root" "$SITE/conf/n$number/root" "$type" "$@"
    (($#)) && feature=Feature=efa
    local cpus
    cpus=$(nproc)
    printf 'NodeName=n%d NodeAddr=127.0.0.1 Port=%d CPUs=%d Sockets=1 CoresPerSocket=%d ThreadsPerCore=1 RealMemory=1000 %s State=UNKNOWN\n' \
        "$number" $((6820 + number)) "$cpus" "$cpus" "$feature" >>"$SITE/extra.conf"
    printf '%s\n' "$type" >"$SITE/conf/n$number/type"
}

# The prolog takes no arguments from slurmd, so a line of shell names the configuration.
site_prolog() {
    printf '#!/bin/sh\nexec %s/libexec/fairlead/fairlead-prolog --config /run/cluster/etc/fairlead.yaml\n' \
        "$SITE_PREFIX" >"$1/prolog"
    chmod 0755 "$1/prolog"
}

# What makes node nK look like its type: the fake sysfs and, where one is recorded, the topology.
site_testing() {
    local topology
    topology=/run/cluster/src/tests/fixtures/topologies/$(<"$SITE/conf/n$1/type").xml
    printf 'testing:\n  sysfs_root: /run/cluster/etc/root\n'
    [[ ! -e $SITE_REPO${topology#/run/cluster/src} ]] || printf '  hwloc_xml: %s\n' "$topology"
}

site_config() {
    local number
    printf '%s\n' "$1" >"$SITE/conf/head/fairlead.yaml"
    site_prolog "$SITE/conf/head"
    for ((number = 1; number <= SITE_NODES; number++)); do
        { printf '%s\n' "$1"; site_testing "$number"; } >"$SITE/conf/n$number/fairlead.yaml"
        site_prolog "$SITE/conf/n$number"
    done
}

site_extra() { printf '%s\n' "$@" >>"$SITE/extra.conf"; }

site_up() {
    local dir=$1
    shift
    "$SITE_REPO/tests/live/cluster" up "$dir" --prefix "$SITE_STAGE$SITE_PREFIX" \
        --nodes "$SITE_NODES" --conf-dir "$SITE/conf" --plugstack "$SITE/plugstack.conf" \
        --slurm-extra "$SITE/extra.conf" --job-submit fairlead --prolog /run/cluster/etc/prolog \
        --epilog "$SITE_PREFIX/libexec/fairlead/fairlead-epilog" "$@"
    mkdir "$dir/shared/state"
}

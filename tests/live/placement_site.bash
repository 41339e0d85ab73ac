# shellcheck shell=bash
# A site that checks where the nodes of its jobs lie: what tests of placement share.

# A requeued job waits as long as its credential is valid (cred_expire), 120 s by default.
cred_expire() { printf 'AuthInfo=socket=%s,cred_expire=5' /run/cluster/munge/munge.socket.2; }

# slurmctld hands its prolog no SLURM_CONF, and the cluster's slurm.conf is at no usual place.
prolog_slurmctld() {
    local script=$SITE/conf/head/prolog-slurmctld
    mkdir -p "$SITE/conf/head"
    printf '#!/bin/sh\nexport SLURM_CONF=/run/cluster/slurm/slurm.conf\nexec %s/libexec/fairlead/%s --config %s\n' \
        "$SITE_PREFIX" fairlead-prolog-slurmctld /run/cluster/etc/fairlead.yaml >"$script"
    chmod 0755 "$script"
}
prolog_line() { echo PrologSlurmctld=/run/cluster/etc/prolog-slurmctld; }

# place NUMBER LEAF: a place in zone a for leaves nn-a.., in zone b for nn-b...
place() {
    local zone=${2:3:1}
    printf '{"node":"n%d","instance_id":"i-0000000000000000%d","instance_type":"hpc7a.96xlarge","network_nodes":["nn-%s1","nn-%s2","%s"],"placement_group":"","strategy":"","availability_zone":"us-east-2%s","availability_zone_id":"use2-az-%s","capacity_block":""}' \
        "$1" "$1" "$zone" "$zone" "$2" "$zone" "$zone"
}

# network PLACE...: the snapshot that `fairlead topology refresh` leaves.
network() {
    local IFS=,
    printf '{"schema":"fairlead.network/1","taken":"2026-11-21T00:00:00Z","region":"us-east-2","nodes":[%s]}\n' "$*" \
        >"$CLUSTER_DIR/shared/state/topology.json"
}

# fake NAME OPTION...: serves until the cluster ends.
fake() {
    local name=$1
    shift
    "$CLUSTER" exec "$CLUSTER_DIR" sh -c 'mkfifo "/run/$0.stop"; name=$0
        exec "/run/cluster/src/tests/fakes/$name" "/run/cluster/shared/$name.port" "$@" <>"/run/$name.stop"' "$name" "$@" \
        >"$BATS_FILE_TMPDIR/$name.log" 2>&1 3>&- &
    wait_for 10 test -s "$CLUSTER_DIR/shared/$name.port"
}

# EC2 and the metadata service, for all nodes. The section `testing` ends the configuration of each node.
start_fakes() {
    fake ec2 --state /run/cluster/shared/ec2.json --calls /run/cluster/shared/calls
    fake imds
    local file
    for file in "$CLUSTER_DIR"/conf/n*/fairlead.yaml; do
        printf '  %s_endpoint: http://127.0.0.1:%s\n' aws "$(<"$CLUSTER_DIR/shared/ec2.port")" \
            imds "$(<"$CLUSTER_DIR/shared/imds.port")" >>"$file"
    done
}

# field NAME ID: of `scontrol show job`.
field() { as root scontrol show job "$2" | grep -oE "(^| )$1=[^ ]*" | cut -d= -f2- | head -n 1; }
comment_of() { as root scontrol show job "$1" | sed -n 's/^ *AdminComment=//p'; }
has_state() { [[ $(field JobState "$1") == "$2" ]]; }
nobody_drained() {
    local states
    states=$(as root sinfo -h -N -o %T) && [[ -n $states ]] && ! grep -qE 'drain|down|fail' <<<"$states"
}

# The file that this Slurm reads.
topology_file() {
    local version
    version=$(as root scontrol --version)
    if [[ $(printf '%s\n' 25.05 "${version##* }" | sort -V | head -n 1) == 25.05 ]]; then
        echo topology.yaml
    else
        echo topology.conf
    fi
}

#!/usr/bin/env bats
# Where the nodes of a job lie in EC2's network: what slurmctld's prolog and the prolog of the first
# node do about it.
#
#   us-east-2a  top nn-a1, below it nn-a2; leaf nn-a31: n1, n2; leaf nn-a32: n3, n4, n5
#   us-east-2b  top nn-b1, below it nn-b2; leaf nn-b31: n6
#   n7 was launched after the last refresh; n8 was never recorded
bats_require_minimum_version 1.5.0
load site_cluster

setup_file() {
    site_new "$BATS_FILE_TMPDIR/site" "${FAIRLEAD_STAGE:?set by scripts/test}"
    local number
    for number in {1..8}; do site_node "$number" m5.large; done
    site_extra 'PartitionName=near Default=YES Nodes=n[1-8] State=UP' \
        'PartitionName=watch Nodes=n[1-8] State=UP' 'PartitionName=lenient Nodes=n[1-8] State=UP' \
        'PrologSlurmctld=/run/cluster/etc/prolog-slurmctld' "$(cred_expire)"
    mkdir -p "$SITE/conf/head"
    prolog_slurmctld >"$SITE/conf/head/prolog-slurmctld"
    chmod 0755 "$SITE/conf/head/prolog-slurmctld"
    site_config 'schema: fairlead.config/1
admission: controller
state_dir: /run/cluster/shared/state
partitions:
  near: {mode: enforce, max_layer: 1}
  watch: {mode: observe, max_layer: 1}
  lenient: {mode: enforce, max_layer: 1, unknown_placement: run}'
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster
    site_up "$CLUSTER_DIR" --owner "$$" --owner "$BATS_ROOT_PID"
    snapshot >"$CLUSTER_DIR/shared/state/topology.json"
}
teardown_file() { cluster_down; }
teardown() { cluster_report; }

# A requeued job waits as long as its credential is valid (cred_expire), 120 s by default.
cred_expire() { printf 'AuthInfo=socket=%s,cred_expire=3' /run/cluster/munge/munge.socket.2; }

# slurmctld hands its prolog no SLURM_CONF, and the cluster's slurm.conf is at no usual place.
prolog_slurmctld() {
    printf '#!/bin/sh\nexport SLURM_CONF=/run/cluster/slurm/slurm.conf\nexec %s/libexec/fairlead/%s --config %s\n' \
        "$SITE_PREFIX" fairlead-prolog-slurmctld /run/cluster/etc/fairlead.yaml
}

# place NODE LEAF: a place in zone a for leaves nn-a.., in zone b for nn-b...
place() {
    local zone=${2:3:1}
    printf '"%s":{"instance":"i-%s","type":"hpc7a.96xlarge","path":["nn-%s1","nn-%s2","%s"],"zone":"us-east-2%s","zone_id":"use2-az-%s"}' \
        "$1" "$1" "$zone" "$zone" "$2" "$zone" "$zone"
}

snapshot() {
    printf '{"schema":"fairlead.network/1","taken":"2026-11-21T00:00:00Z","region":"us-east-2","nodes":{'
    printf '%s,%s,%s,%s,%s,%s}}\n' "$(place n1 nn-a31)" "$(place n2 nn-a31)" "$(place n3 nn-a32)" \
        "$(place n4 nn-a32)" "$(place n5 nn-a32)" "$(place n6 nn-b31)"
}

# field NAME ID: of `scontrol show job`.
field() { as root scontrol show job "$2" | grep -oE "(^| )$1=[^ ]*" | cut -d= -f2- | head -n 1; }
comment_of() { as root scontrol show job "$1" | sed -n 's/^ *AdminComment=//p'; }
has_state() { [[ $(field JobState "$1") == "$2" ]]; }
nobody_drained() { ! as root sinfo -h -N -o %T | grep -qE 'drain|down|fail'; }

@test "a batch job on nodes too far apart goes back, is kept from what does not fit, and runs" {
    script=$(job_script far.sh 'echo "$SLURM_JOB_NODELIST $SLURM_RESTART_COUNT"')
    # n2 counts for nothing as n1 is busy; n3, n4 and n5 lie under one leaf.
    as ada mkfifo /run/cluster/shared/hold
    holder=$(as ada sbatch --parsable -N1 -w n1 -o /dev/null "$(job_script hold.sh 'read -r word </run/cluster/shared/hold')")
    wait_for 20 has_state "$holder" RUNNING
    id=$(as ada sbatch --parsable -N3 -x n8 -o /run/cluster/shared/far.out "$script")
    wait_for 60 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/far.out") == "n[3-5] 1" ]]
    [[ $(field ExcNodeList "$id") == "n[2,8]" ]]
    [[ $(comment_of "$id") == *"fairlead: attempt 1 of 3: "*"nn-a31"*"[FL-E220]"* ]]
    as ada sh -c 'echo >/run/cluster/shared/hold'
    nobody_drained
}

@test "after three attempts it stays held, with the reason in its comment, and no node drains" {
    script=$(job_script never.sh 'echo ran >>/run/cluster/shared/never.out')
    id=$(as ada sbatch --parsable -N4 -x n[6-8] -o /dev/null "$script")
    is_held() { has_state "$id" PENDING && [[ $(field Reason "$id") == job_requeued_in_held_state ]]; }
    wait_for 60 is_held
    # All five nodes of the zone were tried; no four of them are under one leaf.
    [[ $(comment_of "$id") == *"[FL-E220]"* ]]
    [[ ! -e $CLUSTER_DIR/shared/never.out ]]
    as root scancel "$id"
    nobody_drained
}

@test "srun and salloc end with the reason on their terminal" {
    run ! as ada srun -N2 -w n1,n3 hostname
    [[ $output == *"fairlead: nodes span 2 leaf network nodes (nn-a31, nn-a32); partition 'near' allows 1"*"[FL-E220]"* ]]
    [[ $output != *n1$'\n'* ]]
    run ! as ada salloc -N2 -w n1,n6 true
    [[ $output == *"[FL-E220]"* ]]
    nobody_drained
}

@test "nodes that fit run the job at once, and a single node always fits" {
    run -0 as ada srun -Q -N2 -w n1,n2 hostname
    run -0 as ada srun -Q -N1 -w n6 hostname
    [[ $output == n6 ]]
}

@test "what a job asks for itself holds in every mode" {
    run ! as ada srun -p watch -N2 -w n3,n6 --same-az hostname
    [[ $output == *"[FL-E222]"* ]]
    run -0 as ada srun -Q -p watch -N2 -w n1,n3 --max-layer=2 hostname
}

@test "in observe mode the job runs, and what would have been done is logged and counted" {
    run -0 as ada srun -Q -p watch -N2 -w n1,n3 hostname
    run -0 as root cat /run/fairlead/admission/observed.json
    [[ $output == *'"FL-E220":'* ]]
}

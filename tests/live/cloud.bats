#!/usr/bin/env bats
# A cloud node that powers down and comes back as another instance, which lies elsewhere: slurmctld
# powers it with SuspendProgram and ResumeProgram, and what was recorded of the instance before counts
# for nothing while it boots.
#
#   n1      is always there, under leaf nn-a31
#   n2, n3  cloud nodes; what they will be when they boot is in shared/next.nK, and where EC2 says
#           that is in ec2.json
bats_require_minimum_version 1.5.0
load site_cluster
load placement_site

setup_file() {
    site_new "$BATS_FILE_TMPDIR/site" "${FAIRLEAD_STAGE:?set by scripts/test}"
    local number
    for number in 1 2 3; do site_node "$number" m5.large; done
    site_extra 'PartitionName=near Default=YES Nodes=n[1-3] State=UP' "$(prolog_line)" "$(cred_expire)" \
        'SuspendProgram=/run/cluster/etc/suspend' 'ResumeProgram=/run/cluster/etc/resume' \
        'SuspendTime=100000' 'SuspendTimeout=1' 'ResumeTimeout=60' 'PrivateData=cloud'
    site_config 'schema: fairlead.config/1
admission: controller
region: us-east-2
state_dir: /run/cluster/shared/state
partitions:
  near: {mode: enforce, max_layer: 1}'
    prolog_slurmctld
    judged_marks
    power_programs
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster
    site_up "$CLUSTER_DIR" --owner "$$" --owner "$BATS_ROOT_PID"
    # A cloud node is powered down when slurmctld first hears of it, and the cluster waits for all.
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    sed -i '/NodeName=n[23] /s/State=UNKNOWN/State=CLOUD/' "$CLUSTER_DIR/slurm/slurm.conf"
    "$CLUSTER" controller "$CLUSTER_DIR" start
    mkdir "$CLUSTER_DIR/shared/state/nodes"
    ec2 nn-a31 nn-a31
    start_fakes
}
teardown_file() { cluster_down; }
teardown() { cluster_report; }

# PrologSlurmctld leaves its status behind.
judged_marks() {
    sed -i 's/^exec \(.*\)$/\1\nstatus=$?\necho $status >"\/run\/cluster\/shared\/judged.$SLURM_JOB_ID"\nexit $status/' \
        "$SITE/conf/head/prolog-slurmctld"
}
judged() { [[ -s $CLUSTER_DIR/shared/judged.$1 ]]; }

# What slurmctld runs, on the controller: it ends slurmd and what a reboot forgets; it makes the node
# another instance, waits for the test, and boots: the scan of the boot unit, then slurmd.
power_programs() {
    local at='nsenter --target "$(cat "/run/cluster/state/$node")" --mount --uts --root --wd -- env SLURM_CONF=/run/cluster/slurm/slurm.conf'
    cat >"$SITE/conf/head/suspend" <<END
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin SLURM_CONF=/run/cluster/slurm/slurm.conf
exec >>/run/cluster/log/power.log 2>&1
for node in \$(scontrol show hostnames "\$1"); do
    $at sh -c 'kill "\$(cat /run/slurmd.pid)"; rm -rf /run/fairlead'
    echo "\$node" >>/run/cluster/shared/suspended
done
END
    cat >"$SITE/conf/head/resume" <<END
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin SLURM_CONF=/run/cluster/slurm/slurm.conf
exec >>/run/cluster/log/power.log 2>&1
for node in \$(scontrol show hostnames "\$1"); do
    cat "/run/cluster/shared/next.\$node" >"/run/cluster/conf/\$node/root/sys/devices/virtual/dmi/id/board_asset_tag"
    read -r word <"/run/cluster/shared/boot.\$node"
    $at $SITE_PREFIX/bin/fairlead --config /run/cluster/etc/fairlead.yaml node scan --node "\$node"
    # -b: to slurmctld it has just booted. It ends the process group of its program, which slurmd has left by then.
    $at setsid slurmd -D -b -N "\$node" >>"/run/cluster/log/slurmd.\$node.out" 2>&1 &
    until $at test -s /run/slurmd.pid; do sleep 0.05; done
done
END
    chmod 0755 "$SITE/conf/head/suspend" "$SITE/conf/head/resume"
}

# ec2 LEAF2 LEAF3: where the instances lie that n2 and n3 are next.
ec2() {
    local place='{"type": "hpc7a.96xlarge", "zone": "us-east-2a", "zone_id": "use2-az-a", "path": ["nn-a1", "nn-a2", "%s"]}'
    # shellcheck disable=SC2059
    printf '{"instances": {"i-0aaaaaaaaaaaaaaa2": '"$place"', "i-0aaaaaaaaaaaaaaa3": '"$place"'}}\n' "$1" "$2" \
        >"$CLUSTER_DIR/shared/ec2.new"
    mv "$CLUSTER_DIR/shared/ec2.new" "$CLUSTER_DIR/shared/ec2.json"
}

# was NUMBER LEAF: nNUMBER was an instance under that leaf, recorded by it and known from the last
# refresh, and is powered down; the next one waits at its gate.
was() {
    printf '{"schema":"fairlead.node/1","node":"n%d","instance_id":"i-0000000000000000%d","instance_type":"hpc7a.96xlarge","availability_zone":"us-east-2a"}\n' \
        "$1" "$1" >"$CLUSTER_DIR/shared/state/nodes/n$1.json"
    network "$(place 1 nn-a31)" "$(place "$1" "$2")"
    printf 'i-0aaaaaaaaaaaaaaa%d\n' "$1" >"$CLUSTER_DIR/shared/next.n$1"
    as root mkfifo "/run/cluster/shared/boot.n$1"
    as root scontrol update nodename="n$1" state=power_down
    wait_for 40 is_powered_down "n$1"
}
flags_of() { as root scontrol --oneliner show node "$1" | grep -oE 'State=[^ ]*'; }
is_powered_down() { [[ $(flags_of "$1") == *POWERED_DOWN* ]] && grep -qx "$1" "$CLUSTER_DIR/shared/suspended"; }
boots() { [[ $(flags_of "$1") == *POWERING_UP* ]]; }
boot() { as root timeout 20 sh -c 'echo >"/run/cluster/shared/boot.$0"' "$1"; }

@test "a node that lay too far away comes back nearer: the job waits for it, EC2 is asked, and it runs" {
    ec2 nn-a31 nn-a31
    was 2 nn-a32
    id=$(as ada sbatch --parsable -N2 -w n[1-2] -o /run/cluster/shared/nearer.out \
        "$(job_script nearer.sh 'echo "$SLURM_JOB_NODELIST $SLURM_RESTART_COUNT"')")
    wait_for 30 boots n2
    # slurmctld's prolog judges while the node boots, with the record of the instance before it.
    wait_for 20 judged "$id"
    [[ $(<"$CLUSTER_DIR/shared/judged.$id") == 0 && -z $(comment_of "$id") ]]
    boot n2
    wait_for 60 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/nearer.out") == "n[1-2] " ]]
    run -0 cat "$CLUSTER_DIR/shared/state/topology.json"
    [[ $output == *'"i-0aaaaaaaaaaaaaaa2"'*nn-a31* ]]
    nobody_drained
}

@test "a node that lay near comes back too far away: the job goes back before its script runs" {
    ec2 nn-a31 nn-a39
    was 3 nn-a31
    id=$(as ada sbatch --parsable -N2 -w n1,n3 -o /dev/null \
        "$(job_script farther.sh 'echo ran >>/run/cluster/shared/farther.out')")
    wait_for 30 boots n3
    wait_for 20 judged "$id"
    [[ $(<"$CLUSTER_DIR/shared/judged.$id") == 0 && -z $(comment_of "$id") ]]
    boot n3
    sent_back() { [[ $(comment_of "$id") == *"nn-a31, nn-a39"*"[FL-E220]"* ]]; }
    wait_for 60 sent_back
    [[ ! -e $CLUSTER_DIR/shared/farther.out ]]
    as root scancel "$id"
    nobody_drained
}

#!/usr/bin/env bats
# Slurm's own --switches, which is soft, and what Fairlead makes of it. Slurm knows the network, from
# `fairlead topology write`; it waits 2 s for nodes under one leaf and then starts a job anywhere.
#
#   us-east-2a  leaf nn-a31: n1, n2; leaf nn-a32: n3, n4
bats_require_minimum_version 1.5.0
load site_cluster
load placement_site

setup_file() {
    site_new "$BATS_FILE_TMPDIR/site" "${FAIRLEAD_STAGE:?set by scripts/test}"
    local number
    for number in {1..4}; do site_node "$number" m5.large; done
    site_extra 'PartitionName=far Default=YES Nodes=n[1-4] State=UP' \
        'PartitionName=near Nodes=n[1-4] State=UP' "$(prolog_line)" "$(cred_expire)" \
        'SchedulerParameters=sched_interval=1,bf_interval=1,max_switch_wait=2'
    prolog_slurmctld
    site_config 'schema: fairlead.config/1
admission: controller
state_dir: /run/cluster/shared/state
partitions:
  near: {mode: enforce, max_layer: 1}'
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster
    site_up "$CLUSTER_DIR" --owner "$$" --owner "$BATS_ROOT_PID"
    network "$(place 1 nn-a31)" "$(place 2 nn-a31)" "$(place 3 nn-a32)" "$(place 4 nn-a32)"
    # Slurm's folder is read-only inside, so its file is a link to where it can be written.
    local file
    file=$(topology_file)
    ln -s "/run/cluster/shared/$file" "$CLUSTER_DIR/slurm/$file"
    fairlead topology write --no-reconfigure
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    [[ $file == *.yaml ]] || printf 'TopologyPlugin=topology/tree\n' >>"$CLUSTER_DIR/slurm/slurm.conf"
    "$CLUSTER" controller "$CLUSTER_DIR" start
    wait_for 20 all_idle
}
teardown_file() { cluster_down; }
teardown() { cluster_report; }
all_idle() { [[ $(as root sinfo -h -N -p far -o %T | sort | uniq -c) =~ ^\ *4\ idle$ ]]; }

@test "alone, --switches=1 starts a job over two leaves without a word" {
    run -0 as ada srun -Q -N3 --switches=1 hostname
    [[ $(sort -u <<<"$output") == n[1-4]$'\n'n[1-4]$'\n'n[1-4] ]]
}

@test "where one leaf is demanded, a job that was given two goes back before it runs" {
    id=$(as ada sbatch --parsable -p near -N3 -o /dev/null \
        "$(job_script spread.sh 'echo ran >>/run/cluster/shared/spread.out')")
    sent_back() { [[ $(comment_of "$id") == *"fairlead: attempt 1 of 3: "*"nn-a31, nn-a32"*"[FL-E220]"* ]]; }
    wait_for 30 sent_back
    [[ ! -e $CLUSTER_DIR/shared/spread.out ]]
    as root scancel "$id"
    nobody_drained
}

@test "a job that fits under one leaf gets it" {
    run -0 as ada srun -Q -p near -N2 hostname
    [[ $(sort <<<"$output") == $'n1\nn2' || $(sort <<<"$output") == $'n3\nn4' ]]
}

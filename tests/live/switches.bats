#!/usr/bin/env bats
# Slurm's own --switches, which is soft, and what Fairlead makes of it. Slurm knows the network of eight nodes,
# from `fairlead topology write`; it waits 2 s for nodes under one leaf and then starts a job anywhere.
#
#   us-east-2a  leaf nn-a31: n1, n2; leaf nn-a32: n3, n4
#   us-east-2b  leaf nn-b31: n5, n6; leaf nn-b32: n7, n8
bats_require_minimum_version 1.5.0
load site_cluster
load placement_site

setup_file() {
    site_new "$BATS_FILE_TMPDIR/site" "${FAIRLEAD_STAGE:?set by scripts/test}"
    local number
    for number in {1..8}; do site_node "$number" m5.large; done
    site_extra 'PartitionName=far Default=YES Nodes=n[1-8] State=UP' \
        'PartitionName=near Nodes=n[1-8] State=UP' 'PartitionName=zone Nodes=n[1-8] State=UP' "$(prolog_line)" "$(cred_expire)" \
        'SchedulerParameters=sched_interval=1,bf_interval=1,max_switch_wait=2'
    prolog_slurmctld
    site_config 'schema: fairlead.config/1
admission: controller
state_dir: /run/cluster/shared/state
partitions:
  near: {mode: enforce, max_layer: 1}
  zone: {mode: enforce, same_az: true}'
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster
    site_up "$CLUSTER_DIR" --owner "$$" --owner "$BATS_ROOT_PID"
    network "$(place 1 nn-a31)" "$(place 2 nn-a31)" "$(place 3 nn-a32)" "$(place 4 nn-a32)" \
        "$(place 5 nn-b31)" "$(place 6 nn-b31)" "$(place 7 nn-b32)" "$(place 8 nn-b32)"
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
all_idle() { [[ $(as root sinfo -h -N -p far -o %T | sort | uniq -c) =~ ^\ *8\ idle$ ]]; }

@test "alone, --switches=1 starts a job over two leaves without a word" {
    run -0 as ada srun -Q -N3 --switches=1 hostname
    [[ $(sort -u <<<"$output") == n[1-8]$'\n'n[1-8]$'\n'n[1-8] ]]
}

@test "where one leaf is demanded, a job that was given two goes back before it runs" {
    id=$(as ada sbatch --parsable -p near -N3 -o /dev/null \
        "$(job_script spread.sh 'echo ran >>/run/cluster/shared/spread.out')")
    sent_back() { [[ $(comment_of "$id") == *"fairlead: attempt 1 of 3: "*nn-[ab]31,\ nn-[ab]32*"[FL-E220]"* ]]; }
    wait_for 30 sent_back
    [[ ! -e $CLUSTER_DIR/shared/spread.out ]]
    as root scancel "$id"
    nobody_drained
}

@test "a job that fits under one leaf gets it" {
    run -0 as ada srun -Q -p near -N2 hostname
    [[ $(sort <<<"$output") =~ ^(n1.n2|n3.n4|n5.n6|n7.n8)$ ]]
}

@test "a job that was given nodes of two zones goes back, and runs in one when there is room" {
    busy=$(as ada sbatch --parsable --exclusive -p far -N6 -w 'n[1-3,5-7]' -o /dev/null "$(job_script busy.sh 'exec sleep 200')")
    wait_for 20 has_state "$busy" RUNNING
    id=$(as ada sbatch --parsable -p zone -N2 -o /dev/null \
        "$(job_script zones.sh 'srun -Q hostname >/run/cluster/shared/zones.new; mv /run/cluster/shared/zones.new /run/cluster/shared/zones.out')")
    sent_back() { [[ $(comment_of "$id") == *"fairlead: attempt 1 of 3: "*"[FL-E222]"* ]]; }
    wait_for 30 sent_back
    as root scancel "$busy"
    wait_for 60 test -s "$CLUSTER_DIR/shared/zones.out"
    [[ $(sort "$CLUSTER_DIR/shared/zones.out") =~ ^(n[1-4].n[1-4]|n[5-8].n[5-8])$ ]]
    nobody_drained
}

#!/usr/bin/env bats
# The network report of a job, from the EFA counters of its nodes.
bats_require_minimum_version 1.5.0
load site_cluster

setup_file() { site_cluster; }
teardown_file() { cluster_down; }
teardown() { cluster_report; }

FAIRLEAD="$SITE_PREFIX/bin/fairlead"
EPILOG="$SITE_PREFIX/libexec/fairlead/fairlead-epilog"
EFA0=rdmap49s0 EFA1=rdmap161s0

report() { as "${reader:-ada}" FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml "$FAIRLEAD" report network "$@"; }

# counter NODE DEVICE NAME VALUE: what the device shows from now on.
counter() {
    printf '%s\n' "$4" >"$(echo "$CLUSTER_DIR/conf/$1/root/sys/devices"/pci*/*/infiniband/"$2")/ports/1/hw_counters/$3"
}

# begin NAME [OPTION...]: starts a job that runs until `finish NAME`, and waits until the prolog of each
# of its nodes has read the counters; sets id.
begin() {
    local name=$1 script
    shift
    gate "$name"
    script=$(job_script "$name.sh" "$(at_gate "$name")")
    id=$(as ada sbatch --parsable -o /dev/null "$@" "$script")
    wait_for 20 is_running "$id"
    wait_for 20 has_begun "$id"
}
# has_begun ID: on each node the prolog is done with the counters.
has_begun() {
    local node
    for node in $(as root scontrol show hostnames "$(as root squeue -h -j "$1" -o %N)"); do
        on "$node" -- test -e "/run/fairlead/jobs/$1/${kept:-counters.json}" || return 1
    done
}
is_pending() { [[ $(as root squeue -h -j "$1" -o %T) == PENDING ]]; }
is_running() { [[ $(as root squeue -h -j "$1" -o %T) == RUNNING ]]; }

# finish NAME ID NODE...: ends it, and waits until its epilogs are done.
finish() {
    open_gate "$1"
    local id=$2 node
    wait_for 20 has_left "$id"
    shift 2
    for node in "$@"; do wait_for 20 leaves_nothing "$node"; done
}
has_left() { [[ -z $(as root squeue -h -j "$1" 2>/dev/null) ]]; }
leaves_nothing() { [[ -z $(on "$1" -- find /run/fairlead/jobs -mindepth 1) ]]; }

# field JQ-LIKE-PATH: a value of the JSON report in $output.
field() { python3 -c 'import json, sys; print(eval("report" + sys.argv[1], {"report": json.load(sys.stdin)}))' "$1" <<<"$output"; }

@test "a job that moved data over EFA is efa-used, with what each device counted" {
    counter n1 $EFA0 tx_bytes 1000
    begin used -p watch -N 2
    counter n1 $EFA0 tx_bytes 3146728
    counter n1 $EFA1 rx_bytes 2048
    counter n2 $EFA0 retrans_bytes 512
    finish used "$id" n1 n2
    run -0 report "$id"
    [[ ${lines[0]} == "network report of job $id: 2 nodes, partition watch, hpc7a.96xlarge, "* ]]
    [[ ${lines[1]} == "verdict   efa-used"* ]]
    [[ $output == *"sent      3.0 MiB, received 2.0 KiB"* ]]
    [[ $output == *"resent    512 B (0.016 %)"* ]]
    [[ $output == *"idle      1 node moved nothing over EFA: n2"* ]]
    run -0 as ada FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml "$FAIRLEAD" job explain "$id"
    [[ $output == *"network    efa-used"*"\`fairlead report network $id\` has all of it"* ]]
    run -0 report "$id" --format json
    [[ $(field "['verdict']") == efa-used ]]
    [[ $(field "['totals']['sent_bytes']") == 3145728 ]]
    [[ $(field "['nodes'][0]['devices'][1]['delta']['rx_bytes']") == 2048 ]]
    [[ $(field "['nodes'][1]['node']") == n2 ]]
    # Not every driver counts everything.
    [[ $(field "['nodes'][0]['devices'][0]['missing']") == *rdma_write_bytes* ]]
    [[ $(field "['user_id']") == 5001 ]]
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/report.json"
    run -0 python3 -m jsonschema -i "$BATS_TEST_TMPDIR/report.json" \
        "$BATS_TEST_DIRNAME/../../docs/schema/fairlead.network-report-1.json"
}

# lies_at LEAF1 LEAF2 [INSTANCE2]: what `fairlead topology refresh` learned of n1 and n2.
lies_at() {
    local here='"instance_type":"hpc7a.96xlarge","placement_group":"efa-pg","strategy":"cluster","availability_zone":"us-east-2a","availability_zone_id":"use2-az1","capacity_block":""'
    printf '{"schema":"fairlead.network/1","taken":"2026-11-21T00:00:00Z","region":"us-east-2","nodes":[
{"node":"n1","instance_id":"i-0123456789abcdef0","network_nodes":["nn-1","nn-2","%s"],%s},
{"node":"n2","instance_id":"%s","network_nodes":["nn-1","nn-2","%s"],%s}]}\n' "$1" "$here" "${3:-i-0123456789abcdef0}" "$2" "$here" \
        >"$CLUSTER_DIR/shared/state/topology.json"
}

@test "the report says where the nodes lay: placement group, network path of each, and how far apart" {
    lies_at nn-31 nn-32
    begin apart -p watch -N 2
    finish apart "$id" n1 n2
    run -0 report "$id"
    [[ $output == *"placed    placement group efa-pg (cluster); zone us-east-2a"* ]]
    [[ $output == *"network   2 leaves below one network node of layer 2"*"nn-1 / nn-2 / nn-31: n1"*"nn-1 / nn-2 / nn-32: n2"* ]]
    run -0 report "$id" --format json
    [[ $(field "['placement']['max_layer']") == 2 ]]
    [[ $(field "['placement']['network_nodes']") == '[1, 1, 2]' ]]
    [[ $(field "['nodes'][1]['placement']['path']") == "['nn-1', 'nn-2', 'nn-32']" ]]
    [[ $(field "['nodes'][0]['placement']['group']") == efa-pg ]]
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/report.json"
    run -0 python3 -m jsonschema -i "$BATS_TEST_TMPDIR/report.json" \
        "$BATS_TEST_DIRNAME/../../docs/schema/fairlead.network-report-1.json"
}

@test "what EC2 said of an earlier instance of that name is not in the report" {
    lies_at nn-31 nn-32 i-0fedcba9876543210
    begin replaced -p watch -N 2
    finish replaced "$id" n1 n2
    rm "$CLUSTER_DIR/shared/state/topology.json"
    run -0 report "$id" --format json
    [[ $(field "['placement']['max_layer']") == None ]]
    [[ $(field "['placement']['unknown_nodes']") == "['n2']" ]]
    [[ $(field "['nodes'][0]['placement']['path']") == *nn-31* && $(field "['nodes'][1]['placement']") != *nn-32* ]]
}

@test "a job of two nodes that moved nothing over EFA is efa-unused, and the report says what to try" {
    begin unused -p watch -N 2
    finish unused "$id" n1 n2
    run -0 report "$id"
    [[ ${lines[1]} == "verdict   efa-unused"* ]]
    [[ $output == *FI_PROVIDER=efa*I_MPI_OFI_PROVIDER=efa* ]]
}

@test "errors are shown with their cause" {
    begin errors -p watch -N 2
    counter n2 $EFA0 tx_bytes 99999
    counter n2 $EFA0 reg_mr_err 3
    finish errors "$id" n1 n2
    run -0 report "$id"
    [[ $output == *"reg_mr_err 3 on n2"*"limit of locked memory"* ]]
    counter n2 $EFA0 reg_mr_err 0
}

@test "a job of one node is single-node" {
    begin single -p hpc -w n1
    finish single "$id" n1
    run -0 report "$id"
    [[ ${lines[1]} == "verdict   single-node"* ]]
}

@test "counters that begin anew during the job make the verdict unknown" {
    counter n1 $EFA1 tx_bytes 500
    begin reset -p watch -N 2
    counter n1 $EFA1 tx_bytes 400
    counter n1 $EFA0 tx_bytes 4000000
    finish reset "$id" n1 n2
    run -0 report "$id" --format json
    [[ $(field "['verdict']") == unknown ]]
    [[ $(field "['reasons']") == *"counters began anew during the job on: n1"* ]]
    [[ $(field "['nodes'][0]['devices'][1]['reset']") == True ]]
    [[ $(field "['nodes'][0]['devices'][1]['delta']") == '{}' ]]
}

@test "two jobs at the same time share the node, also when one of them asks for nothing" {
    begin long -p watch -N 2 -n 2
    long=$id
    kept=shared begin other -p plain -w n1 -n 1
    other=$id
    counter n1 $EFA0 tx_bytes 5000000
    finish other "$other"
    finish long "$long" n1 n2
    run -0 report "$long" --format json
    [[ $(field "['shared']") == True ]]
    [[ $(field "['nodes'][0]['shared']") == True ]]
    [[ $(field "['nodes'][1]['shared']") == False ]]
    [[ $(field "['verdict']") == unknown ]]
    # The partition says efa: off, so nothing is reported on the other.
    run -1 report "$other"
    [[ $output == *"no network report of job $other"*"[FL-E230]"* ]]
}

@test "a job that is alone on its nodes after others is not shared" {
    begin alone -p watch -N 2
    finish alone "$id" n1 n2
    run -0 report "$id" --format json
    [[ $(field "['shared']") == False ]]
}

@test "the owner and root read a report, another user does not" {
    begin mine -p watch -w n1
    finish mine "$id" n1
    run -0 report "$id"
    reader=root run -0 report "$id"
    reader=ben run -1 report "$id"
    [[ $output == *"belongs to another user [FL-E230]" ]]
    run ! as ben sh -c "cat /run/cluster/shared/state/reports/$id/*"
    run ! as ada sh -c "touch /run/cluster/shared/state/reports/$id/x"
}

@test "each run of a requeued job has a report" {
    begin again -p watch -w n1 --requeue
    counter n1 $EFA0 tx_bytes 6000000
    as root scontrol requeue "$id"
    # Pending again once its epilog is done; it would then wait for two minutes. Started within a second,
    # the second run would have no prolog (Slurm 22.05: seen with a prolog of two lines, too).
    wait_for 20 is_pending "$id"
    as root scontrol update jobid="$id" starttime=now+3
    wait_for 30 is_running "$id"
    wait_for 20 has_begun "$id"
    finish again "$id" n1
    run -0 report "$id" --format json
    [[ $(field "['restart']") == 1 ]]
    [[ $(field "['earlier_runs']") == 1 ]]
    [[ $(field "['totals']['sent_bytes']") == 0 ]]
    run -0 report "$id" --restart 0 --format json
    [[ $(field "['restart']") == 0 ]]
    [[ $(field "['totals']['sent_bytes']") == 1000000 ]]
}

@test "the task of an array is found by the name that people give it" {
    gate array
    script=$(job_script array.sh "$(at_gate array)")
    id=$(as ada sbatch --parsable -o /dev/null -p watch -w n1 --array=3,5%1 "$script")
    wait_for 20 is_running "${id}_3"
    task=$(as root squeue -h -j "${id}_3" -o %A)
    [[ $task != "$id" ]]
    open_gate array
    wait_for 20 is_running "${id}_5"
    open_gate array
    wait_for 20 has_left "$id"
    wait_for 20 leaves_nothing n1
    run -0 report "${id}_3" --format json
    [[ $(field "['job']") == "$task" ]]
    run -1 report "${id}_4"
    [[ $output == *"[FL-E230]" ]]
    run -2 report "${id}_3_4"
    [[ $output == *"[FL-X301]" ]]
}

@test "a spool that cannot be written costs the report, not the job or the node" {
    begin lost -p watch -w n1
    mv "$CLUSTER_DIR/shared/state" "$CLUSTER_DIR/shared/moved"
    finish lost "$id" n1
    wait_for 10 is_idle n1
    mv "$CLUSTER_DIR/shared/moved" "$CLUSTER_DIR/shared/state"
    run -1 report "$id"
    [[ $output == *"[FL-E230]" ]]
    run -0 as root scontrol --oneliner show job "$id"
    [[ $output == *JobState=COMPLETED* ]]
}

@test "parts go to the spool that the configuration names" {
    mkdir "$CLUSTER_DIR/shared/parts"
    sed -i 's#^state_dir:#spool: /run/cluster/shared/parts\n&#' "$CLUSTER_DIR/conf/"{head,n1}/fairlead.yaml
    begin spooled -p watch -w n1
    finish spooled "$id" n1
    [[ -s $(echo "$CLUSTER_DIR/shared/parts/$id"/n1.*.json) && ! -e $CLUSTER_DIR/shared/state/reports/$id ]]
    run -0 report "$id"
    wait_for 10 is_idle n1
    sed -i '/^spool:/d' "$CLUSTER_DIR/conf/"{head,n1}/fairlead.yaml
}

@test "a link that a user put in the way of root leads nowhere" {
    as ada mkdir /run/cluster/shared/trap
    sed -i 's#^state_dir:#spool: /run/cluster/shared\n&#' "$CLUSTER_DIR/conf/n1/fairlead.yaml"
    begin trapped -p watch -w n1
    as ada ln -s trap "/run/cluster/shared/$id"
    finish trapped "$id" n1
    [[ -z $(ls -A "$CLUSTER_DIR/shared/trap") ]]
    # A folder of the user's own is no better.
    begin trapped2 -p watch -w n1
    as ada mkdir "/run/cluster/shared/$id"
    finish trapped2 "$id" n1
    [[ -z $(ls -A "$CLUSTER_DIR/shared/$id") ]]
    wait_for 10 is_idle n1
    sed -i '/^spool:/d' "$CLUSTER_DIR/conf/n1/fairlead.yaml"
}

# by_hand JOB COMMAND...: as slurmd would run it for a job of n1 and n2, on n1.
by_hand() {
    local job=$1
    shift
    on n1 -- env SLURM_JOB_ID="$job" SLURMD_NODENAME=n1 SLURM_JOB_PARTITION=watch SLURM_JOB_UID=5001 \
        SLURM_JOB_NUM_NODES=2 SLURM_NODELIST='n[1-2]' "$@"
}

@test "storage that hangs holds the epilog up no longer than its deadline" {
    on n3 -- sh -c 'command -v strace' || skip "strace is not installed"
    by_hand 4791 /run/cluster/etc/prolog
    run -0 by_hand 4791 strace -f -o /dev/null -e inject=fsync:delay_enter=9000000 "$EPILOG"
    [[ $output == *"writing the network report did not end within 5000 ms [FL-E231]"* ]]
    leaves_nothing n1
}

@test "a node that wrote no part is named, and the verdict is unknown" {
    by_hand 4792 /run/cluster/etc/prolog
    run -0 by_hand 4792 "$EPILOG"
    run -0 report 4792 --format json
    [[ $(field "['missing_nodes']") == "['n2']" ]]
    [[ $(field "['verdict']") == unknown ]]
}

@test "an interface that vanishes during the job is noticed" {
    by_hand 4793 /run/cluster/etc/prolog
    mv "$CLUSTER_DIR/conf/n1/root/sys/class/infiniband/$EFA1" "$CLUSTER_DIR/gone"
    run -0 by_hand 4793 "$EPILOG"
    mv "$CLUSTER_DIR/gone" "$CLUSTER_DIR/conf/n1/root/sys/class/infiniband/$EFA1"
    run -0 report 4793 --format json
    [[ $(field "['nodes'][0]['devices'][1]['seen']") == before ]]
}

@test "a job that a node refused has no part of that node" {
    run ! as ada srun -Q -p watch -w n2 --efa=required true
    wait_for 10 leaves_nothing n2
    id=$(as root scontrol --oneliner show job | sed -n 's/^JobId=\([0-9]*\) .*/\1/p' | sort -n | tail -n 1)
    run -1 report "$id"
    [[ $output == *"[FL-E230]" ]]
}

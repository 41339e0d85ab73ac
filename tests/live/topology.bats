#!/usr/bin/env bats
# EC2's network in Slurm: nodes in two zones and three layers, one of a type without a topology, one
# that never left a record, two cloud nodes that are powered down. EC2 is tests/fakes/ec2.
#
#   use2-az1  nn-a1  nn-a2x1  nn-a3x1  n1 n2
#                             nn-a3x2  n3
#                    nn-a2x2  nn-a3x3  n4
#   use2-az2  nn-b1  nn-b2x1  nn-b3x1  n5 n6
#             n7: m5.large; n8: no record; n9 n10: powered down
bats_require_minimum_version 1.5.0
load lib
load site
load placement_site

CONFIG='schema: fairlead.config/1
state_dir: /run/cluster/shared/state
region: us-east-2
partitions:
  strict: {same_az: true, mode: enforce}'

setup_file() {
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster SITE=$BATS_FILE_TMPDIR/site
    mkdir -p "$SITE/conf/head"
    printf '%s\n' "$CONFIG" >"$SITE/conf/head/fairlead.yaml"
    for ((number = 1; number <= 8; number++)); do
        printf 'NodeName=n%d NodeAddr=127.0.0.1 Port=%d CPUs=2 Sockets=1 CoresPerSocket=2 ThreadsPerCore=1 RealMemory=1000\n' \
            "$number" $((6820 + number))
    done >"$SITE/extra.conf"
    printf '%s\n' 'NodeName=n[9-10] CPUs=2 RealMemory=1000 State=CLOUD' 'SuspendTime=100000' \
        'SuspendProgram=/bin/true' 'ResumeProgram=/bin/true' \
        'PartitionName=all Default=YES Nodes=n[1-8]' 'PartitionName=cloud Nodes=n[1-4,9-10]' \
        'PartitionName=strict Nodes=n[1-6]' >>"$SITE/extra.conf"
    cluster_up --prefix "${FAIRLEAD_STAGE:?set by scripts/test}$SITE_PREFIX" --nodes 8 \
        --conf-dir "$SITE/conf" --slurm-extra "$SITE/extra.conf"
    mkdir -p "$CLUSTER_DIR/shared/state/nodes"
    start_ec2
    for node in 1 2 3 4 5 6 7; do record "$node" "i-0000000000000000$node"; done
    # Slurm's folder is read-only inside, so its file is a link to where it can be written.
    ln -s "/run/cluster/shared/$(topology_file)" "$CLUSTER_DIR/slurm/$(topology_file)"
    fairlead topology refresh
    fairlead topology write --no-reconfigure
    # slurmctld does not start without the file, so it must be there first.
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    if [[ $(topology_file) == *.yaml ]]; then
        printf 'PartitionName=blocks Nodes=n[1-4] Topology=blocks\n' >>"$CLUSTER_DIR/slurm/slurm.conf"
    else
        printf 'TopologyPlugin=topology/tree\n' >>"$CLUSTER_DIR/slurm/slurm.conf"
    fi
    "$CLUSTER" controller "$CLUSTER_DIR" start
    wait_for 20 all_idle
}
teardown_file() { cluster_down; }
setup() {
    cp "$CLUSTER_DIR/conf/head/fairlead.yaml" "$CLUSTER_DIR/shared/$(topology_file)" "$BATS_TEST_TMPDIR"
    cp -R "$CLUSTER_DIR/shared/state" "$BATS_TEST_TMPDIR"
    ec2
    : >"$CLUSTER_DIR/shared/calls"
}
# Each test begins with what setup_file left.
teardown() {
    cluster_report
    cp "$BATS_TEST_TMPDIR/fairlead.yaml" "$CLUSTER_DIR/conf/head"
    cp -R "$BATS_TEST_TMPDIR/state/." "$CLUSTER_DIR/shared/state"
    cmp -s "$BATS_TEST_TMPDIR/$(topology_file)" "$CLUSTER_DIR/shared/$(topology_file)" && return
    cp "$BATS_TEST_TMPDIR/$(topology_file)" "$CLUSTER_DIR/shared"
    as root scontrol reconfigure
    wait_for 20 all_idle
}

all_idle() { [[ $(as root sinfo -h -N -p all -o %T | sort | uniq -c) =~ ^\ *8\ idle$ ]]; }

# fairlead WORD...: as root on the login side, with the keys that the fake knows.
fairlead() {
    as root FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml AWS_ACCESS_KEY_ID=ASIAFAIRLEADFAKE0001 \
        AWS_SECRET_ACCESS_KEY=fake/secret/of/the/role/0000000000000001 \
        AWS_SESSION_TOKEN=fake-session-token-of-the-role "$SITE_PREFIX/bin/fairlead" "$@"
}

# record NUMBER INSTANCE: what `fairlead node scan` on node nNUMBER leaves.
record() {
    printf '{"schema":"fairlead.node/1","node":"n%d","instance_id":"%s","instance_type":"%s","availability_zone":"us-east-2%s"}\n' \
        "$1" "$2" "$( (($1 == 7)) && echo m5.large || echo hpc7a.96xlarge)" "$( (($1 <= 4)) && echo a || echo b)" \
        >"$CLUSTER_DIR/shared/state/nodes/n$1.json"
}

# ec2 [KEYS]: what the fake knows from now on, with these keys of its state besides.
ec2() {
    cat >"$CLUSTER_DIR/shared/ec2.new" <<END
{"instances": {
  "i-00000000000000001": {"type": "hpc7a.96xlarge", "group": "pg-a", "zone": "us-east-2a", "zone_id": "use2-az1", "path": ["nn-a1", "nn-a2x1", "nn-a3x1"]},
  "i-00000000000000002": {"type": "hpc7a.96xlarge", "group": "pg-a", "zone": "us-east-2a", "zone_id": "use2-az1", "path": ["nn-a1", "nn-a2x1", "nn-a3x1"]},
  "i-00000000000000003": {"type": "hpc7a.96xlarge", "group": "pg-a", "zone": "us-east-2a", "zone_id": "use2-az1", "path": ["nn-a1", "nn-a2x1", "nn-a3x2"]},
  "i-00000000000000004": {"type": "hpc7a.96xlarge", "group": "pg-a", "zone": "us-east-2a", "zone_id": "use2-az1", "path": ["nn-a1", "nn-a2x2", "nn-a3x3"]},
  "i-00000000000000005": {"type": "hpc7a.96xlarge", "group": "pg-b", "zone": "us-east-2b", "zone_id": "use2-az2", "path": ["nn-b1", "nn-b2x1", "nn-b3x1"]},
  "i-00000000000000006": {"type": "hpc7a.96xlarge", "group": "pg-b", "zone": "us-east-2b", "zone_id": "use2-az2", "path": ["nn-b1", "nn-b2x1", "nn-b3x1"]},
  "i-00000000000000007": null,
  "i-0000000000000000a": {"type": "hpc7a.96xlarge", "group": "pg-b", "zone": "us-east-2a", "zone_id": "use2-az1", "path": ["nn-a1", "nn-a2x2", "nn-a3x9"]}},
 "groups": {"pg-a": {"strategy": "cluster", "state": "available"}, "pg-b": {"strategy": "spread", "state": "available"}}
 ${1+, $1}}
END
    mv "$CLUSTER_DIR/shared/ec2.new" "$CLUSTER_DIR/shared/ec2.json"
}

# Ends with the cluster.
start_ec2() {
    ec2
    "$CLUSTER" exec "$CLUSTER_DIR" sh -c 'mkfifo /run/ec2.stop
        exec /run/cluster/src/tests/fakes/ec2 /run/cluster/shared/ec2.port --state /run/cluster/shared/ec2.json \
            --calls /run/cluster/shared/calls <>/run/ec2.stop' >"$BATS_FILE_TMPDIR/ec2.log" 2>&1 3>&- &
    wait_for 10 test -s "$CLUSTER_DIR/shared/ec2.port"
    printf 'testing: {aws_endpoint: "http://127.0.0.1:%s"}\n' "$(<"$CLUSTER_DIR/shared/ec2.port")" \
        >>"$CLUSTER_DIR/conf/head/fairlead.yaml"
}

calls() { sort "$CLUSTER_DIR/shared/calls" | uniq -c | sed 's/^ *//'; }

# nodes_of SWITCH: as slurmctld says.
nodes_of() {
    local words=("$1")
    [[ $(topology_file) != *.yaml ]] || words=(network "unit=$1")
    as root scontrol show topology "${words[@]}" | sed -nE 's/.* Nodes=([^ ]*).*/\1/p' | head -n 1
}

@test "slurmctld has every node in the tree, powered-down ones as well" {
    [[ $(nodes_of nn-a3x1) == "n[1-2]" ]]
    [[ $(nodes_of nn-a2x1) == "n[1-3]" ]]
    [[ $(nodes_of nn-b1) == "n[5-6]" ]]
    [[ $(nodes_of unknown-use2-az2) == n7 ]]
    [[ $(nodes_of unknown-use2-az1) == "n[9-10]" ]]
    [[ $(nodes_of zone-use2-az1) == "n[1-4,9-10]" ]]
    [[ $(nodes_of unknown) == n8 ]]
    [[ $(nodes_of all-zones) == "n[1-10]" ]]
    run -1 grep -i 'lack access' "$CLUSTER_DIR/log/slurmctld.log"
}

@test "from Slurm 25.05 on a partition may have each leaf as a block, before it there is the tree alone" {
    if [[ $(topology_file) != *.yaml ]]; then
        run -1 grep -qi block "$CLUSTER_DIR/shared/$(topology_file)"
        [[ ! -e $CLUSTER_DIR/slurm/topology.yaml ]]
        return
    fi
    run -0 as root scontrol show topology blocks
    [[ $output =~ BlockName=nn-a3x1\ .*Nodes=n\[1-2\] && $output =~ BlockName=nn-b3x1\ .*Nodes=n\[5-6\] ]]
    [[ $(as root scontrol show partition blocks) == *" Topology=blocks"* ]]
    run -0 as ada srun -Q -p blocks -N 2 hostname
    wait_for 20 all_idle
}

@test "a job runs on any of them" {
    run -0 as ada srun -Q -N 3 -w 'n[1,5,8]' hostname
    [[ $(sort <<<"$output") == $'n1\nn5\nn8' ]]
    wait_for 20 all_idle
}

@test "refresh keeps what EC2 says of each node" {
    rm "$CLUSTER_DIR/shared/state/topology.json"
    run -0 fairlead topology refresh
    [[ $output == "7 nodes asked about, 6 have a place in the network of us-east-2" ]]
    [[ $(calls) == $'1 DescribeInstanceTopology 200\n1 DescribePlacementGroups 200' ]]
    [[ $(stat -c %a "$CLUSTER_DIR/shared/state/topology.json") == 644 ]]
    run -0 python3 - "$CLUSTER_DIR/shared/state/topology.json" <<'END'
import json, sys
record = json.load(open(sys.argv[1]))
nodes = {entry.pop("node"): entry for entry in record["nodes"]}
assert (record["schema"], record["region"]) == ("fairlead.network/1", "us-east-2"), record
assert sorted(nodes) == ["n1", "n2", "n3", "n4", "n5", "n6", "n7"], nodes
assert nodes["n5"] == {
    "instance_id": "i-00000000000000005", "instance_type": "hpc7a.96xlarge",
    "network_nodes": ["nn-b1", "nn-b2x1", "nn-b3x1"], "placement_group": "pg-b", "strategy": "spread",
    "availability_zone": "us-east-2b", "availability_zone_id": "use2-az2", "capacity_block": "", "lifecycle": ""}, nodes["n5"]
assert nodes["n7"]["network_nodes"] == [] and nodes["n7"]["availability_zone"] == "us-east-2b", nodes["n7"]
assert nodes["n7"]["placement_group"] is None, nodes["n7"]
END
}

@test "a refresh of some nodes keeps the others, and says of which there is no record" {
    record 1 i-0000000000000000a
    run -1 fairlead topology refresh --nodes 'n[1,8]'
    [[ $output == *"no record says which instance n8 is; run \`fairlead node scan\` there [FL-E221]"* ]]
    run -0 grep -c '"node"' "$CLUSTER_DIR/shared/state/topology.json"
    [[ $output == 7 ]]
    run -0 grep -A3 '"node": "n1"' "$CLUSTER_DIR/shared/state/topology.json"
    [[ $output == *i-0000000000000000a* ]]
    run -0 fairlead topology write
    [[ $(nodes_of nn-a3x9) == n1 && $(nodes_of nn-a3x1) == n2 ]]
}

@test "a node that came back as another instance has no place until EC2 is asked again" {
    record 1 i-0000000000000000a
    run -0 fairlead topology write
    [[ $output == *"wrote /run/cluster/shared/$(topology_file)"*"slurmctld has read it"* ]]
    [[ $(nodes_of unknown-use2-az1) == "n[1,9-10]" && $(nodes_of nn-a3x1) == n2 ]]
}

@test "a file that would stay the same is not written, and slurmctld is left alone" {
    before=$(stat -c '%i %y' "$CLUSTER_DIR/shared/$(topology_file)")
    : >"$CLUSTER_DIR/log/slurmctld.log"
    run -0 fairlead topology write
    [[ $output == "/run/cluster/shared/$(topology_file) is as it should be" ]]
    [[ $(stat -c '%i %y' "$CLUSTER_DIR/shared/$(topology_file)") == "$before" ]]
    run ! grep -i reconfig "$CLUSTER_DIR/log/slurmctld.log"
}

@test "--dry-run prints either form and writes nothing" {
    rm "$CLUSTER_DIR/shared/state/nodes/n1.json"
    record 1 i-0000000000000000a
    before=$(stat -c '%i %y' "$CLUSTER_DIR/shared/$(topology_file)")
    run -0 --separate-stderr fairlead topology write --dry-run --format conf
    [[ $output == *$'\nSwitchName=nn-a3x1 Nodes=n2\n'* ]]
    run -0 --separate-stderr fairlead topology write --dry-run --format yaml
    [[ $output == *$'\n      - switch: nn-a3x1\n        nodes: n2\n'* ]]
    [[ $(stat -c '%i %y' "$CLUSTER_DIR/shared/$(topology_file)") == "$before" ]]
}

@test "where every partition keeps to a zone, Slurm refuses a job across zones at submission" {
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    cp "$CLUSTER_DIR/slurm/slurm.conf" "$BATS_TEST_TMPDIR/slurm.conf"
    sed -i '/^PartitionName=all/d' "$CLUSTER_DIR/slurm/slurm.conf"
    "$CLUSTER" controller "$CLUSTER_DIR" start
    run -0 fairlead topology write
    [[ $(nodes_of zone-use2-az1) == "n[1-4,9-10]" && -z $(nodes_of all-zones) ]]
    run ! as ada sbatch -p strict -w 'n[1,5]' -N 2 --wrap true
    [[ $output =~ 'Requested '(node|topology)' configuration is not available' ]] # the other in 26.05
    run -0 as ada srun -Q -p strict -w 'n[1,4]' -N 2 true
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    cp "$BATS_TEST_TMPDIR/slurm.conf" "$CLUSTER_DIR/slurm/slurm.conf"
    cp "$BATS_TEST_TMPDIR/$(topology_file)" "$CLUSTER_DIR/shared"
    "$CLUSTER" controller "$CLUSTER_DIR" start
    wait_for 20 all_idle
}

@test "a partition with a node that nobody can name leaves the file as it was" {
    record 1 i-0000000000000000a
    cat >"$CLUSTER_DIR/conf/head/scontrol" <<'END'
#!/bin/sh
scontrol "$@" | sed 's/^\(PartitionName=cloud .*\)TotalNodes=6/\1TotalNodes=7/'
END
    chmod 0755 "$CLUSTER_DIR/conf/head/scontrol"
    printf 'scontrol: /run/cluster/etc/scontrol\n' >>"$CLUSTER_DIR/conf/head/fairlead.yaml"
    run -1 fairlead topology write
    [[ $output == *"partition 'cloud' names 6 nodes, its TotalNodes is '7' [FL-X209]" ]]
    cmp "$BATS_TEST_TMPDIR/$(topology_file)" "$CLUSTER_DIR/shared/$(topology_file)"
}

@test "without a snapshot nothing is written, and it says what to run" {
    rm "$CLUSTER_DIR/shared/state/topology.json"
    run -1 fairlead topology write
    [[ $output == *"run \`fairlead topology refresh\` [FL-X210]" ]]
    cmp "$BATS_TEST_TMPDIR/$(topology_file)" "$CLUSTER_DIR/shared/$(topology_file)"
}

@test "refresh waits out a throttling EC2" {
    ec2 '"faults": [{"fault": "throttle", "times": 2, "action": "DescribeInstanceTopology"}]'
    run -0 fairlead topology refresh
    [[ $(calls) == $'1 DescribeInstanceTopology 200\n2 DescribeInstanceTopology 503\n1 DescribePlacementGroups 200' ]]
}

@test "an EC2 that refuses or answers nonsense leaves the snapshot as it was" {
    ec2 '"faults": [{"fault": "error", "status": 403, "code": "UnauthorizedOperation"}]'
    run -1 fairlead topology refresh
    [[ $output == *UnauthorizedOperation*"[FL-X206]" ]]
    ec2 '"faults": [{"fault": "garbage"}]'
    run -1 fairlead topology refresh
    [[ $output == *"[FL-X208]" ]]
    cmp "$BATS_TEST_TMPDIR/state/topology.json" "$CLUSTER_DIR/shared/state/topology.json"
}

@test "an instance that EC2 no longer knows does not hide the others" {
    record 1 i-0dead0dead0dead00
    run -0 fairlead topology refresh
    [[ $output == "7 nodes asked about, 5 have a place in the network of us-east-2" ]]
}

@test "show draws the tree with the jobs on it" {
    gate go
    id=$(as ada sbatch --parsable -N 2 -w 'n[1-2]' -o /dev/null --wrap "$(at_gate go)")
    wait_for 20 runs "$id"
    run -0 fairlead topology show
    [[ $output == *"│  │  │  ├─ nn-a3x1
│  │  │  │  └─ n[1-2]  hpc7a.96xlarge, cluster group pg-a, job $id
"* ]]
    [[ $output == *"n7  m5.large, no topology from EC2"* ]]
    [[ $output == *"n8  place unknown"* && $output == *"n[9-10]  powered down"* ]]
    run -0 fairlead topology show --format json
    run -0 python3 -c 'import json, sys; print(json.load(sys.stdin)["roots"][0]["name"])' <<<"$output"
    [[ $output == all-zones ]]
    open_gate go
    wait_for 20 all_idle
}
runs() { [[ $(as root squeue -h -j "$1" -o %T) == RUNNING ]]; }

@test "wrong words are wrong usage" {
    run -2 fairlead topology refresh --nodes 'n['
    run -2 fairlead topology write --format json
    run -2 fairlead topology
}

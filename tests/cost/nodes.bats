#!/usr/bin/env bats
# `fairlead cost nodes`: a first nodes.csv.
bats_require_minimum_version 1.5.0

setup() {
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    cd "$BATS_TEST_TMPDIR"
    mkdir -p state/nodes
    printf 'schema: fairlead.config/1\nregion: us-east-2\nstate_dir: %s/state\n' "$PWD" >fairlead.yaml
    printf 'NodeName=n%d CPUTot=96 AvailableFeatures=%s Gres=(null) RealMemory=380000 State=IDLE Partitions=hpc\n' \
        1 efa,hpc7a.96xlarge,on-demand 2 efa,hpc7a.96xlarge,on-demand 3 efa 4 hpc7a.96xlarge >nodes.txt
}

@test "type and purchase option are those of records, then of features; what is assumed and left out is told" {
    printf '{"schema":"fairlead.node/1","node":"n3","instance_id":"i-0123456789abcdef0","instance_type":"c7a.large","availability_zone":"us-east-2a","lifecycle":"spot"}\n' \
        >state/nodes/n3.json
    run -0 --separate-stderr fairlead --config fairlead.yaml cost nodes --from nodes.txt
    [[ ${lines[0]} == nodes,instance_type,purchase,region,az,cpus,memory_mb,gpus ]]
    [[ ${lines[1]} == n3,c7a.large,spot,us-east-2,us-east-2a,96,380000, ]]
    [[ ${lines[2]} == '"n[1-2,4]",hpc7a.96xlarge,on-demand,us-east-2,,96,380000,' ]]
    [[ ${#lines[@]} == 3 ]]
    [[ $stderr == "on-demand is assumed of n4:"* ]]
}

@test "cores that are for daemons are no job's" {
    printf 'NodeName=n1 CPUEfctv=92 CPUTot=96 ThreadsPerCore=2 CoreSpecCount=2 CPUSpecList=92-95 AvailableFeatures=c7a.24xlarge,spot RealMemory=192000 State=IDLE\n' >nodes.txt
    run -0 --separate-stderr fairlead --config fairlead.yaml cost nodes --from nodes.txt
    [[ ${lines[1]} == n1,c7a.24xlarge,spot,us-east-2,,92,192000, ]]
}

@test "a node of which nobody says the type is named, and the rest is printed" {
    run -1 --separate-stderr fairlead --config fairlead.yaml cost nodes --from nodes.txt
    [[ $output == *hpc7a.96xlarge* && $output != *n3* ]]
    [[ $stderr == *"n3 are left out"*"[FL-C104]"* ]]
}

#!/usr/bin/env bats
# conf/parallelcluster: the configurations are what ParallelCluster takes, and the custom action does on each
# kind of node what it says. No network, no AWS: `aws`, `apt-get` and `systemctl` are scripts of the test.
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    conf=conf/parallelcluster
}

# valid FILE: as ParallelCluster's own schema says, of which tests/docs has the keys.
valid() {
    python3 - "$1" <<'END_OF_PYTHON'
import json, jsonschema, sys, yaml
schema = json.load(open("tests/docs/parallelcluster.schema.json"))
cluster = yaml.safe_load(open(sys.argv[1]))
errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}"
          for e in jsonschema.Draft7Validator(schema).iter_errors(cluster)]
scheduling = cluster.get("Scheduling", {})
for settings in scheduling.get("SlurmSettings", {}).get("CustomSlurmSettings", []):
    errors += [f"denied: {key}" for key in settings if key.lower() in schema["denied"]["slurm"]]
for queue in scheduling.get("SlurmQueues", []):
    errors += [f"denied: {key}" for key in queue.get("CustomSlurmSettings", {})
               if key.lower() in schema["denied"]["queue"]]
print("\n".join(errors))
sys.exit(bool(errors))
END_OF_PYTHON
}

@test "each cluster configuration is what ParallelCluster's schema takes" {
    for stage in dev staging production; do
        run -0 valid "$conf/$stage.yaml"
    done
}

@test "the schema refuses what ParallelCluster refuses" {
    sed 's/ImdsSupport:/ImdsSuport:/' "$conf/dev.yaml" >"$BATS_TEST_TMPDIR/misspelt.yaml"
    run -1 valid "$BATS_TEST_TMPDIR/misspelt.yaml"
    [[ $output == *ImdsSuport* ]]
    sed 's/MinCount: 0/MinCount: -1/' "$conf/dev.yaml" >"$BATS_TEST_TMPDIR/least.yaml"
    run -1 valid "$BATS_TEST_TMPDIR/least.yaml"
    sed 's/- KillOnBadExit: 1/- Prolog: \/opt\/x/' "$conf/dev.yaml" >"$BATS_TEST_TMPDIR/prolog.yaml"
    run -1 valid "$BATS_TEST_TMPDIR/prolog.yaml"
    [[ $output == "denied: Prolog" ]]
}

@test "the clusters have the queues, networks and storage that their comments promise" {
    run -0 python3 - <<'END_OF_PYTHON'
import yaml
clusters = {name: yaml.safe_load(open(f"conf/parallelcluster/{name}.yaml")) for name in ("dev", "staging", "production")}
def queues(name):
    return {queue["Name"]: queue for queue in clusters[name]["Scheduling"]["SlurmQueues"]}
assert set(queues("production")) == {"debug", "hpc", "hpc6a", "memory", "gpu", "spot"}
assert set(queues("staging")) == set(queues("production")) - {"hpc6a"}
assert queues("production")["spot"]["CapacityType"] == "SPOT"
rules = yaml.safe_load(open("conf/parallelcluster/fairlead.yaml"))["partitions"]
for name in clusters:
    for queue in queues(name).values():
        for resource in queue["ComputeResources"]:
            assert resource["DisableSimultaneousMultithreading"], (name, queue["Name"])
            if rules[queue["Name"]]["efa"] == "required":
                assert resource["Efa"]["Enabled"] and queue["Networking"]["PlacementGroup"]["Enabled"]
                assert resource["InstanceType"] in rules[queue["Name"]]["instance_types"]
        assert queue["CustomActions"]["OnNodeStart"]["Args"][0] == "install"
        if rules[queue["Name"]].get("placement"): # its first node may have to ask EC2 itself
            asks = clusters[name]["HeadNode"]["Iam"]["AdditionalIamPolicies"][0]
            assert asks in queue["Iam"]["AdditionalIamPolicies"], (name, queue["Name"])
    settings = {k: v for one in clusters[name]["Scheduling"]["SlurmSettings"]["CustomSlurmSettings"] for k, v in one.items()}
    assert settings["PrologEpilogTimeout"] >= 1560 and settings["BatchStartTimeout"] >= 1560 and "DeferBatch" in settings["PrologFlags"]
    if "SchedulerParameters" in settings:
        assert "nohold_on_prolog_fail" in settings["SchedulerParameters"]
types = {storage["FsxLustreSettings"]["DeploymentType"]: storage["FsxLustreSettings"]
         for storage in clusters["production"]["SharedStorage"] if storage["StorageType"] == "FsxLustre"}
assert types["PERSISTENT_2"]["DataRepositoryAssociations"][0]["DataRepositoryPath"].startswith("s3://")
assert types["SCRATCH_2"]["StorageCapacity"] % 2400 == 0
END_OF_PYTHON
}

@test "its fairlead.yaml is fine, and observes" {
    run fairlead config check "$conf/fairlead.yaml" # its status is of the installed catalog
    [[ $output != *FL-X10[2-7]* ]]
    run ! grep -E '^[^#]*enforce' "$conf/fairlead.yaml"
}

# node TYPE SHA256 [enable]: what ParallelCluster does at the start of a node of that type, and at the end of
# its configuration, in mounts of its own; what it leaves is in $BATS_TEST_TMPDIR/TYPE.
node() {
    local root=$BATS_TEST_TMPDIR/$1
    mkdir -p "$root/opt/slurm/etc" "$root/bin"
    printf '#!/bin/sh\ncp "$BATS_TEST_TMPDIR/s3/${4##*/}" "$5"\n' >"$root/bin/aws"
    for name in apt-get systemctl; do
        printf '#!/bin/sh\necho "%s $*" >>"$BATS_TEST_TMPDIR/calls"\n' "$name" >"$root/bin/$name"
    done
    chmod 0755 "$root/bin/"*
    # shellcheck disable=SC2016 # expanded inside
    unshare --mount --propagation private bash -euc '
        root=$1 type=$2 sum=$3
        mount -t tmpfs tmpfs /mnt
        mkdir /mnt/bin
        cp -a /etc /mnt/etc
        mount --bind /mnt/etc /etc
        mount --bind "$root/opt" /opt
        mount --bind /mnt/bin /usr/local/bin
        mkdir -p /etc/parallelcluster
        printf "cfn_node_type=%s\n" "$type" >/etc/parallelcluster/cfnconfig
        PATH=$root/bin:$PATH
        conf/parallelcluster/install-fairlead install s3://my-bucket/fairlead "$sum"
        cp -r /etc/fairlead "$root"
        [[ -z ${4-} ]] || conf/parallelcluster/install-fairlead "$4"
    ' sh "$root" "$@"
}

# An archive whose command notes how it was called.
archive() {
    local stage=$BATS_TEST_TMPDIR/stage
    mkdir -p "$stage/opt/fairlead/bin" "$stage/opt/slurm/lib/slurm" "$BATS_TEST_TMPDIR/s3"
    printf '#!/bin/sh\necho "fairlead $*" >>"$BATS_TEST_TMPDIR/calls"\n' >"$stage/opt/fairlead/bin/fairlead"
    chmod 0755 "$stage/opt/fairlead/bin/fairlead"
    cp /bin/true "$stage/opt/slurm/lib/slurm/spank_fairlead.so"
    sum=$(packaging/parallelcluster --stage "$stage" --output "$BATS_TEST_TMPDIR/s3" | cut -d' ' -f1)
    sed "s|^state_dir:.*|state_dir: $BATS_TEST_TMPDIR/state|" "$conf/fairlead.yaml" >"$BATS_TEST_TMPDIR/s3/fairlead.yaml"
}

@test "the archive is the same each time, and names the packages that it links" {
    archive
    first=$sum
    touch "$BATS_TEST_TMPDIR/stage/opt/fairlead/bin/fairlead"
    archive
    [[ $sum == "$first" ]]
    run -0 tar -xzOf "$BATS_TEST_TMPDIR/s3/fairlead.tar.gz" opt/fairlead/packages
    [[ $output == libc6 ]]
}

@test "the head node gets the plugins and the rest, other nodes the rest alone" {
    archive
    run -0 node HeadNode "$sum"
    root=$BATS_TEST_TMPDIR/HeadNode
    [[ -e $root/opt/slurm/lib/slurm/spank_fairlead.so && -x $root/opt/fairlead/bin/fairlead ]]
    [[ $(stat -c %a "$root/fairlead/fairlead.yaml") == 644 ]]
    run -0 node LoginNode "$sum"
    root=$BATS_TEST_TMPDIR/LoginNode
    [[ ! -e $root/opt/slurm/lib && -x $root/opt/fairlead/bin/fairlead ]]
    grep -q 'apt-get install .* libc6' "$BATS_TEST_TMPDIR/calls"
}

@test "an archive that is another one installs nothing" {
    archive
    run -1 node ComputeFleet "${sum/[0-9a-f]/x}"
    [[ $output == *"is not the file of SHA256"* ]]
    root=$BATS_TEST_TMPDIR/ComputeFleet
    [[ -d $root && ! -e $root/opt/fairlead && ! -e $root/fairlead ]]
}

@test "the head node switches Fairlead on for all, a compute node records itself" {
    archive
    run -0 node HeadNode "$sum" enable
    grep -qx 'fairlead enable --spank --prolog --jobsubmit --slurm-conf /opt/slurm/etc/slurm.conf' "$BATS_TEST_TMPDIR/calls"
    grep -q 'systemctl enable --now .*fairlead-topology.timer' "$BATS_TEST_TMPDIR/calls"
    [[ -d $BATS_TEST_TMPDIR/state ]]
    [[ $(<"$BATS_TEST_TMPDIR/HeadNode/opt/slurm/etc/plugstack.conf") == "include /opt/slurm/etc/plugstack.conf.d/*.conf" ]]
    : >"$BATS_TEST_TMPDIR/calls"
    run -0 node ComputeFleet "$sum" enable
    [[ $(grep systemctl "$BATS_TEST_TMPDIR/calls") == "systemctl enable --now /opt/fairlead/lib/systemd/system/fairlead-node-scan.service" ]]
}

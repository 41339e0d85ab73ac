#!/usr/bin/env bats
# The checks of a node: what `fairlead node check` shows, what the prolog drains and what it never
# drains, whatever does not answer.
bats_require_minimum_version 1.5.0
load site_cluster

CHECK_CONFIG='schema: fairlead.config/1
admission: controller
state_dir: /run/cluster/shared/state
brake: {nodes: 1, percent: 0}
node_checks: {driver: 2.10.0, attach_tries: 20, attach_wait: 1, attach_window: 60, deadline: 10}
partitions:
  hpc: {efa: required, mode: enforce, instance_types: [hpc7a.96xlarge]}
  grouped: {efa: required, mode: enforce, placement: cluster, placement_group: other-pg}
  watch: {efa: required, mode: observe}'

# n1 is as it should be, n2 and n3 lack an interface, n4 a device file.
setup_file() {
    local node
    site_new "$BATS_FILE_TMPDIR/site" "${FAIRLEAD_STAGE:?set by scripts/test}"
    site_node 1 hpc7a.96xlarge rdmap49s0@0000:31:00.0 rdmap161s0@0000:a1:00.0
    site_node 2 hpc7a.96xlarge rdmap49s0@0000:31:00.0
    site_node 3 hpc7a.96xlarge rdmap49s0@0000:31:00.0 mlx5_0@0000:a1:00.0=mlx5_core
    site_node 4 hpc7a.96xlarge rdmap49s0@0000:31:00.0 rdmap161s0@0000:a1:00.0
    rm "$SITE/conf/n4/root/dev/infiniband/uverbs1"
    site_extra 'PartitionName=hpc Default=YES Nodes=n[1-4] State=UP' \
        'PartitionName=grouped Nodes=n[1-4] State=UP' 'PartitionName=watch Nodes=n[1-4] State=UP'
    site_config "$CHECK_CONFIG"
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster
    site_up "$CLUSTER_DIR" --owner "$$" --owner "$BATS_ROOT_PID"
    mkdir "$CLUSTER_DIR/shared/providers"
    cp "${FAIRLEAD_BUILD:?set by scripts/test}/tests/fakes/libefa-fi.so" "$CLUSTER_DIR/shared/providers"
    for node in 1 2 3 4; do
        printf '  fabric_providers: /run/cluster/shared/providers\n' >>"$CLUSTER_DIR/conf/n$node/fairlead.yaml"
    done
}
teardown_file() { cluster_down; }
teardown() { cluster_report; }

setup() {
    local node
    offer 'rdmap49s0 0000:31:00.0' 'rdmap161s0 0000:a1:00.0'
    rm -rf "$CLUSTER_DIR/shared/state/brake"
    for node in n1 n2 n3 n4; do
        on "$node" -- rm -rf /run/fairlead
        in_service "$node" || back_in_service "$node"
    done
}

FAIRLEAD="$SITE_PREFIX/bin/fairlead"
# offer LINE...: what libfabric says from now on.
offer() { printf '%s\n' "$@" >"$CLUSTER_DIR/shared/providers/devices"; }

node_fairlead() {
    local node=$1
    shift
    on "$node" SLURM_CONF=/run/cluster/slurm/slurm.conf SLURMD_NODENAME="$node" \
        FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml "$FAIRLEAD" "$@"
}

# prolog NODE PARTITION [VAR=VALUE...]: as slurmd runs it for job 4711; what it says goes to the output.
prolog() {
    local node=$1 partition=$2
    shift 2
    on "$node" SLURM_CONF=/run/cluster/slurm/slurm.conf SLURM_JOB_ID=4711 SLURMD_NODENAME="$node" \
        SLURM_JOB_PARTITION="$partition" "$@" timeout "$most_seconds" /run/cluster/etc/prolog
}
# The deadline, and one second to start and to end; timeout(1) ends what takes longer with 124.
most_seconds=11
asked=SPANK__SLURM_SPANK_OPTION_fairlead_efa=required
refusal() { on "$1" -- sed -n 's/.*"refusal":"\([^"]*\)".*/\1/p' /run/fairlead/jobs/4711/refused.json; }
runs_job() { on "$1" -- test -e /run/fairlead/jobs/4711/job.json; }

# with_imds NODE OPTIONS CMD...: runs CMD on NODE beside a fake IMDS, which $endpoint names.
with_imds() {
    local node=$1 options=$2
    shift 2
    on "$node" -- sh -c '
        rm -f /run/imds.stop /run/imds.port; mkfifo /run/imds.stop
        /run/cluster/src/tests/fakes/imds '"$options"' /run/imds.port <>/run/imds.stop & server=$!
        until [ -s /run/imds.port ]; do kill -0 $server || exit 1; sleep 0.02; done
        sed "s#^testing:#&\n  imds_endpoint: http://127.0.0.1:$(cat /run/imds.port)#" \
            /run/cluster/etc/fairlead.yaml >/run/with-imds.yaml
        export SLURM_CONF=/run/cluster/slurm/slurm.conf SLURM_JOB_ID=4711 SLURMD_NODENAME='"$node"'
        '"$*"'
        status=$?; kill $server; exit $status'
}
prolog_program="$SITE_PREFIX/libexec/fairlead/fairlead-prolog"

# --- what people see ------------------------------------------------------------------------------

@test "node check shows a node that is in order, in three formats, and ends with 0" {
    run -0 with_imds n1 '' "$FAIRLEAD --config /run/with-imds.yaml node check --partition hpc"
    [[ $output == "n1 in partition hpc"* ]]
    [[ $output =~ 'EFA interfaces'\ +2\ +2\ +ok && $output =~ 'placement group'\ +efa-pg\ +-\ +ok ]]
    [[ $output =~ 'libfabric'\ +'2 interfaces, libfabric '.*\ok && $output != *FAIL* ]]
    run -0 node_fairlead n1 node check --partition hpc --format nhc
    [[ $output != *ERROR* ]]
    run -0 --separate-stderr node_fairlead n1 node check --partition hpc --format json
    python3 -c 'import json, sys
report = json.loads(sys.argv[1])
assert report["schema"] == "fairlead.node-check/1" and report["partition"] == "hpc"
assert all(check["state"] != "FAIL" for check in report["checks"])' "$output"
}

@test "node check says what is wrong, what was expected and what to do, and ends with 1" {
    run -1 node_fairlead n2 node check
    [[ $output =~ 'EFA interfaces'\ +1\ +2\ +FAIL ]]
    [[ $output == *"efa: 1 of 2 EFA interfaces on hpc7a.96xlarge [FL-E201]"*"Replace the instance"* ]]
    run -1 node_fairlead n2 node check --format nhc
    [[ $output == *"ERROR:  nhc:  Health check failed:  fairlead: efa: 1 of 2 EFA interfaces on hpc7a.96xlarge [FL-E201]"* ]]
    run -1 node_fairlead n4 node check
    [[ $output == *"efa: rdmap161s0: /dev/infiniband/uverbs1: No such file or directory [FL-E206]"* ]]
    run -2 node_fairlead n2 node check --format xml
}

@test "node check finds what the site demands wanting: driver, ptrace_scope, locked memory, huge pages, MTU" {
    sed 's/^node_checks: .*/node_checks: {driver: 99.0, ptrace_scope: true, memlock: 1000000000, huge_pages: 1000000, mtu: 9999}/' \
        "$CLUSTER_DIR/conf/n1/fairlead.yaml" >"$CLUSTER_DIR/shared/strict.yaml"
    local scope=$CLUSTER_DIR/conf/n1/root/proc/sys/kernel/yama/ptrace_scope code
    echo 1 >"$scope"
    run -1 on n1 -- "$FAIRLEAD" --config /run/cluster/shared/strict.yaml node check --node n1 --partition hpc
    echo 0 >"$scope"
    for code in E207 E208 E209 E216 E217; do [[ $output == *"[FL-$code]"* ]] || { echo "no $code"; false; }; done
}

@test "node check without slurmctld and metadata shows what is unknown, and that is no failure" {
    sed 's#^state_dir#scontrol: /bin/false\n&#' "$CLUSTER_DIR/conf/n1/fairlead.yaml" >"$CLUSTER_DIR/shared/alone.yaml"
    run -0 on n1 -- "$FAIRLEAD" --config /run/cluster/shared/alone.yaml node check --node n1 --partition grouped
    [[ $output =~ 'placement group'\ +-\ +other-pg\ +unknown ]]
}

@test "node check --drain drains with our reason, and ends with 0 for HealthCheckProgram" {
    run -0 node_fairlead n2 node check --drain --format nhc
    [[ $(reason_of n2) == "efa: 1 of 2 EFA interfaces on hpc7a.96xlarge [FL-E201]" ]]
    run -0 node_fairlead n1 node check --drain --format nhc
    in_service n1
}

@test "node check --drain leaves a machine that has just booted to its next run, for what may come late" {
    local node said
    for node in n2 n4; do printf '20.00 40.00\n' >"$CLUSTER_DIR/conf/$node/root/proc/uptime"; done
    run -0 node_fairlead n2 node check --drain
    said=$output
    run -0 node_fairlead n4 node check --drain
    for node in n2 n4; do printf '86400.00 172000.00\n' >"$CLUSTER_DIR/conf/$node/root/proc/uptime"; done
    in_service n2
    [[ $said == *"[FL-E201]: not drained, because the machine has just booted"* ]]
    # Where no interface is missing, what is wrong is drained at once.
    [[ $(reason_of n4) == *"[FL-E206]" ]]
    run -0 node_fairlead n2 node check --drain
    [[ $(reason_of n2) == *"[FL-E201]" ]]
}

@test "node check --drain replaces nobody's reason" {
    as root scontrol update nodename=n2 state=drain reason="memory errors"
    run -0 node_fairlead n2 node check --drain
    [[ $(reason_of n2) == "memory errors" ]]
}

# 22.05 drops the reason of a node in service, 24.11 keeps it.
@test "a node in service that carries somebody's reason is drained with ours behind it" {
    local ours='efa: 1 of 2 EFA interfaces on hpc7a.96xlarge [FL-E201]' theirs
    as root scontrol update nodename=n2 reason="fan is loud"
    theirs=$(reason_of n2)
    run -0 node_fairlead n2 node check --drain
    [[ $(state_of n2) == drained ]]
    if [[ $theirs == none ]]; then
        [[ $(reason_of n2) == "$ours" ]]
    else
        [[ $theirs == "fan is loud" && $(reason_of n2) == "fan is loud; $ours" ]]
    fi
}

# n2 and n3 ask at once, and the brake lets one of them through.
@test "Slurm's HealthCheckProgram drains broken nodes up to the brake, and no other" {
    # slurmd runs it with an empty environment.
    printf '#!/bin/sh\nSLURM_CONF=/run/cluster/slurm/slurm.conf exec %s --config /run/cluster/etc/fairlead.yaml node check --drain --format nhc\n' \
        "$FAIRLEAD" >"$CLUSTER_DIR/shared/health-check"
    chmod 0755 "$CLUSTER_DIR/shared/health-check"
    printf '%s\n' HealthCheckProgram=/run/cluster/shared/health-check HealthCheckInterval=1 \
        >>"$CLUSTER_DIR/slurm/slurm.conf"
    as root scontrol reconfigure
    wait_for 30 has_drained E201
    wait_for 30 has_drained E206
    sed -i '/^HealthCheck/d' "$CLUSTER_DIR/slurm/slurm.conf"
    as root scontrol reconfigure
    [[ $(drained) == E201$'\n'E206 ]]
    in_service n1
}
drained() { as root sinfo -h -N -p hpc -t drain -o %E | sed -nE 's/.*\[FL-(E[0-9]+)\]$/\1/p' | sort; }
has_drained() { drained | grep -qx "$1"; }

# ec2_says ZONE: what the last `fairlead topology refresh` left of n1.
ec2_says() {
    printf '{"schema":"fairlead.network/1","taken":"2026-11-21T00:00:00Z","region":"us-east-2","nodes":[{"node":"n1","instance_id":"%s","instance_type":"hpc7a.96xlarge","network_nodes":["nn-1","nn-2","nn-3"],"placement_group":"","strategy":"","availability_zone":"%s","availability_zone_id":"","capacity_block":""}]}\n' \
        "${2-i-0123456789abcdef0}" "$1" >"$CLUSTER_DIR/shared/state/topology.json"
}

@test "node check compares the zone of the metadata with the one that EC2's API named" {
    local check="$FAIRLEAD --config /run/with-imds.yaml node check --partition hpc"
    ec2_says us-east-2b
    run -0 with_imds n1 '' "$check --fresh"
    ec2_says us-east-2a
    run -1 with_imds n1 '' "$check --fresh"
    [[ $output == *"instance metadata says zone us-east-2b, the node is us-east-2a [FL-E212]"* ]]
    ec2_says us-east-2a i-00000000000000bad # another instance had the name
    run -0 with_imds n1 '' "$check --fresh"
    rm "$CLUSTER_DIR/shared/state/topology.json"
}

@test "node check shows what was recorded at boot, and with --fresh what is so now" {
    with_imds n1 '' "$FAIRLEAD --config /run/with-imds.yaml node scan --node n1"
    printf '{"paths": {"/latest/meta-data/placement/group-name": "moved-pg"}}' >"$CLUSTER_DIR/shared/moved.json"
    local check="$FAIRLEAD --config /run/with-imds.yaml node check --partition hpc"
    run -0 with_imds n1 '--data /run/cluster/shared/moved.json' "$check"
    [[ $output =~ 'placement group'\ +efa-pg ]]
    run -0 with_imds n1 '--data /run/cluster/shared/moved.json' "$check --fresh"
    [[ $output =~ 'placement group'\ +moved-pg ]]
}

@test "metadata that was out when the node was scanned is asked again by node check" {
    run -0 node_fairlead n1 node scan --node n1
    run -0 with_imds n1 '' "$FAIRLEAD --config /run/with-imds.yaml node check --partition hpc"
    [[ $output =~ 'placement group'\ +efa-pg ]]
}

# --- what is recorded -----------------------------------------------------------------------------

@test "a scan records the metadata and what libfabric says" {
    run -0 with_imds n1 '' "$FAIRLEAD --config /run/with-imds.yaml node scan --node n1"
    [[ $output == *"placement group    efa-pg"*"libfabric          "*", offers 2"* ]]
    run -0 on n1 -- cat /run/fairlead/node.json
    [[ $output == *'"placement_group": "efa-pg"'*'"network_cards": ['*'"libfabric": {'* ]]
}

@test "with a record of this boot the prolog opens no connection and runs no other program" {
    on n1 -- sh -c 'command -v strace' || skip "strace is not installed"
    with_imds n1 '' "$FAIRLEAD --config /run/with-imds.yaml node scan --node n1"
    run -0 on n1 SLURM_JOB_ID=4711 SLURMD_NODENAME=n1 SLURM_JOB_PARTITION=hpc \
        strace -f -e trace=network,process -o /run/trace "$prolog_program" --config /run/cluster/etc/fairlead.yaml
    run -0 runs_job n1
    # A fork of its own reads the counters. What another process comes between, strace tells in two lines.
    run on n1 -- grep -vE 'exited|execve\("/run/cluster/prefix/libexec/fairlead/fairlead-prolog"|AF_UNIX|exit_group|(clone|wait4)(\(| resumed)|SIGCHLD' /run/trace
    echo "$output"
    ((status == 1))
}

@test "the first scan loads libfabric once: what steps read of it comes from the probe" {
    local bin=$CLUSTER_DIR/conf/n1/root/usr/bin
    mkdir -p "$bin"
    printf '#!/bin/sh\ntouch /run/fi_info-ran\necho libfabric: 9.9\n' >"$bin/fi_info"
    chmod 0755 "$bin/fi_info"
    run -0 prolog n1 hpc
    run -1 on n1 -- test -e /run/fi_info-ran
    run -0 on n1 -- cat /run/fairlead/machine.json
    [[ $output == *'"libfabric":"'[12].* ]]
    # Without the probe's answer fi_info is asked.
    run -0 node_fairlead n1 node topology --record --node n1
    run -0 on n1 -- rm /run/fi_info-ran
    run -0 on n1 -- cat /run/fairlead/machine.json
    [[ $output == *'"libfabric":"9.9"'* ]]
    rm "$bin/fi_info"
}

@test "without a record the prolog scans, once" {
    run -0 prolog n1 hpc
    run -0 on n1 -- stat -c %i /run/fairlead/node.json
    first=$output
    run -0 prolog n1 hpc
    run -0 on n1 -- stat -c %i /run/fairlead/node.json
    [[ $output == "$first" ]]
}

# --- what is drained ------------------------------------------------------------------------------

@test "a device file that is gone drains the node with our reason" {
    run -1 prolog n4 hpc
    [[ $(reason_of n4) == "efa: rdmap161s0: /dev/infiniband/uverbs1: No such file or directory [FL-E206]" ]]
}

@test "an instance in another placement group is drained where the partition enforces one" {
    with_imds n1 '' "$FAIRLEAD --config /run/with-imds.yaml node scan --node n1"
    run -0 prolog n1 hpc
    run -1 prolog n1 grouped
    [[ $(reason_of n1) == "placement group 'other-pg' expected, instance is in 'efa-pg' [FL-E210]" ]]
}

@test "a libfabric without EFA drains the node, and one that offers other devices" {
    offer ''
    run -1 prolog n1 hpc
    [[ $(reason_of n1) == "efa: libfabric "*" offers no EFA endpoint [FL-E214]" ]]
    back_in_service n1
    on n1 -- rm -rf /run/fairlead
    offer 'rdmap49s0 0000:31:00.0'
    run -1 prolog n1 hpc
    [[ $(reason_of n1) == "efa: libfabric does not offer 0000:a1:00.0 [FL-E215]" ]]
}

@test "an hwloc that shows EFA on other PCI devices than sysfs and libfabric drains the node" {
    on n1 -- sh -c "sed 's#hpc7a.96xlarge.xml#hpc6a.48xlarge.xml#' /run/cluster/etc/fairlead.yaml >/run/other.yaml"
    run -1 on n1 SLURM_CONF=/run/cluster/slurm/slurm.conf SLURM_JOB_ID=4711 SLURMD_NODENAME=n1 SLURM_JOB_PARTITION=hpc \
        "$prolog_program" --config /run/other.yaml
    [[ $(reason_of n1) == "efa: hwloc does not show 0000:31:00.0, 0000:a1:00.0 [FL-E215]" ]]
}

@test "an interface that EC2 attaches late is waited for, while the machine has just booted" {
    root=$CLUSTER_DIR/conf/n2/root
    device=sys/devices/pci0000:a1/0000:a1:00.0
    cp -a "$root" "$BATS_TEST_TMPDIR/root"
    printf '20.00 40.00\n' >"$root/proc/uptime"
    prolog n2 hpc &
    waiting=$!
    "$SITE_REPO/tests/fakes/sysfs-root" "$BATS_TEST_TMPDIR/whole" hpc7a.96xlarge \
        rdmap49s0@0000:31:00.0 rdmap161s0@0000:a1:00.0
    cp -a "$BATS_TEST_TMPDIR/whole/sys/devices/pci0000:a1" "$root/sys/devices"
    ln -s /dev/null "$root/dev/infiniband/uverbs1"
    # At once, and last: a device without its driver would be none.
    ln -s "../../../$device/infiniband/rdmap161s0" "$root/sys/class/infiniband/rdmap161s0"
    wait "$waiting"
    run -0 runs_job n2
    rm -rf "${root:?}/sys" "${root:?}/dev" "${root:?}/proc"
    cp -a "$BATS_TEST_TMPDIR/root/." "$root"
    in_service n2
    # A machine that has been up for a day gets no second look.
    run -1 prolog n2 hpc
}

# The brake lets one of them through, and an admin's drain is none of ours.
@test "a node that an admin drained does not use up the brake" {
    as root scontrol update nodename=n2 state=drain reason="memory errors"
    run -0 node_fairlead n2 node check --drain
    run -1 prolog n2 hpc
    [[ $(reason_of n2) == "memory errors" ]]
    [[ ! -e $CLUSTER_DIR/shared/state/brake/hpc.json ]]
    run -0 node_fairlead n3 node check --drain
    [[ $(state_of n3) == drained ]]
    [[ $(reason_of n3) == *"[FL-E201]" ]]
    # Nor does one that we drained, which is checked again.
    run -0 node_fairlead n3 node check --drain
    run -0 grep -o '"node":"[^"]*"' "$CLUSTER_DIR/shared/state/brake/hpc.json"
    [[ $output == '"node":"n3"' ]]
}

# --- what is never drained ------------------------------------------------------------------------

@test "past the brake nodes stay in service, jobs that did not ask run, and the log says so" {
    run -1 prolog n2 hpc
    run -0 prolog n3 hpc
    [[ $output == *"because FL-E201 has drained as many nodes of hpc within an hour as \`brake\` allows [FL-E219]"* ]]
    run -0 runs_job n3
    in_service n3
    run -0 on n3 -- cat /run/fairlead/observed.json
    [[ $output == *'"FL-E219":1'* ]]
    run -0 prolog n3 hpc "$asked"
    [[ $(refusal n3) == *"[FL-E201]" ]]
    run -0 node_fairlead n3 node check --drain
    in_service n3
}

# boots NODE ID: as another instance that is launched under the node's name.
boots() {
    on "$1" -- sh -c "echo $2 >/run/boot-id && mount --bind /run/boot-id /proc/sys/kernel/random/boot_id"
}

@test "a node is drained again in the same boot, and started anew under its name it counts anew" {
    run -0 node_fairlead n2 node check --drain
    [[ $(state_of n2) == drained ]]
    back_in_service n2
    run -0 node_fairlead n2 node check --drain
    [[ $(state_of n2) == drained ]]
    back_in_service n2
    boots n2 6f1f1e1a-0000-4000-8000-000000000002
    run -0 node_fairlead n2 node check --drain
    on n2 -- umount /proc/sys/kernel/random/boot_id
    in_service n2
    [[ $(state_of n2) == idle ]]
}

@test "a node that cannot keep what stands against a job is drained with our reason, and past the brake the job ends" {
    local node
    for node in n2 n3; do on "$node" -- touch /run/fairlead; done
    run -1 prolog n2 watch "$asked"
    [[ $(reason_of n2) == *"/run/fairlead"*"[FL-X201]" ]]
    id=$(as ada sbatch --parsable -p watch --efa -w n3 --wrap 'touch /run/cluster/shared/unkept')
    held() { as root scontrol show job "$id" | grep -q 'AdminComment=.*FL-E201'; }
    wait_for 20 held
    as root scancel "$id"
    in_service n3
    [[ ! -e $CLUSTER_DIR/shared/unkept ]]
}

@test "another check has a brake of its own" {
    run -1 prolog n2 hpc
    run -1 prolog n4 hpc
    [[ $(reason_of n4) == *"[FL-E206]" ]]
}

@test "without shared storage nothing is drained and the job is refused" {
    mv "$CLUSTER_DIR/shared/state" "$CLUSTER_DIR/shared/gone"
    run -0 prolog n2 hpc
    mv "$CLUSTER_DIR/shared/gone" "$CLUSTER_DIR/shared/state"
    in_service n2
    [[ $(refusal n2) == *"[FL-E201]" ]]
}

@test "without slurmctld nothing is drained and the job is refused" {
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    run -0 prolog n2 hpc
    "$CLUSTER" controller "$CLUSTER_DIR" start
    wait_for 20 is_idle n2
    in_service n2
    [[ $(refusal n2) == *"[FL-E201]" ]]
}

@test "metadata that is silent, refused, garbage, slow, failing, cut short or expired drains nothing" {
    for fault in silent no-token garbage slow error half expired; do
        on n1 -- rm -rf /run/fairlead
        run -0 with_imds n1 "--fault $fault" "SLURM_JOB_PARTITION=grouped timeout $most_seconds $prolog_program --config /run/with-imds.yaml"
        run -0 runs_job n1
    done
    in_service n1
}

# Packets for it go into the loopback interface and are dropped there.
@test "with the address of the metadata service black-holed the prolog ends in time and drains nothing" {
    on n1 -- ip route add 169.254.169.254 dev lo
    run -0 prolog n1 grouped
    on n1 -- ip route del 169.254.169.254 dev lo
    run -0 runs_job n1
    in_service n1
    run -0 on n1 -- grep -c '"placement_group": null' /run/fairlead/node.json
}

@test "a libfabric that hangs or crashes drains nothing" {
    for fault in hang crash; do
        on n1 -- rm -rf /run/fairlead
        offer "$fault"
        run -0 prolog n1 hpc
        run -0 runs_job n1
    done
    in_service n1
}

# Each of these alone would last for ever.
@test "with nothing answering at all the prolog keeps its deadline" {
    offer hang
    mkdir -p "$CLUSTER_DIR/shared/state/brake"
    printf '#!/bin/sh\nexec sleep 600\n' >"$CLUSTER_DIR/shared/scontrol"
    chmod 0755 "$CLUSTER_DIR/shared/scontrol"
    run -0 with_imds n2 '--fault silent' "
        sed -i 's#^state_dir#scontrol: /run/cluster/shared/scontrol\n&#' /run/with-imds.yaml
        SLURM_JOB_PARTITION=hpc timeout $most_seconds flock /run/cluster/shared/state/brake/hpc.lock \
            $prolog_program --config /run/with-imds.yaml"
    in_service n2
    [[ $(refusal n2) == *"[FL-E201]" ]]
}

#!/usr/bin/env bats
# A site as an admin finds it: the first configuration from Slurm, what is wrong with the installation, and what
# became of a job. Slurm with accounting; EC2 is tests/fakes/ec2.
#
#   n1  hpc7a.96xlarge with one of its two EFA interfaces
#   n2  m5.large, no EFA
bats_require_minimum_version 1.5.0
load lib
# shellcheck source=tests/live/site.bash
source "$BATS_TEST_DIRNAME/site.bash"

CONFIG='schema: fairlead.config/1
admission: controller
state_dir: /run/cluster/shared/state
region: us-east-2
partitions:
  hpc: {efa: required, mode: enforce, placement: cluster, instance_types: [hpc7a.96xlarge]}
  debug: {instance_types: [m5.large]}
cost:
  mode: enforce
  ledger: /run/cluster/shared/state/ledger.db
  prices: /run/cluster/etc/prices.csv
  period: 2'

setup_file() {
    site_new "$BATS_FILE_TMPDIR/site" "${FAIRLEAD_STAGE:?set by scripts/test}"
    site_node 1 hpc7a.96xlarge rdmap49s0@0000:31:00.0
    site_node 2 m5.large
    site_config "$CONFIG"
    site_extra 'PartitionName=debug Default=YES Nodes=n2 State=UP' 'PartitionName=hpc Nodes=n1 State=UP' \
        'PrologEpilogTimeout=20' 'AccountingStorageEnforce=associations'
    printf 'schema: fairlead.groups/1\ngroups:\n  bio: {accounts: [bio], budget: {amount: 50}, thresholds: [{at: 100, then: hold}]}\n' \
        >"$SITE/conf/head/groups.yaml"
    printf '%s\n' 'region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency' \
        ',,hpc7a.96xlarge,,,,,7,USD' ',,m5.large,,,,,10,USD' >"$SITE/conf/head/prices.csv"
    printf '%s\n' 'nodes,instance_type,purchase,region,az' 'n1,hpc7a.96xlarge,on-demand,,' 'n2,m5.large,on-demand,,' \
        >"$SITE/conf/head/nodes.csv"
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster SITE
    site_up "$CLUSTER_DIR" --accounting yes --owner "$$" --owner "$BATS_ROOT_PID"
    chmod 0755 "$CLUSTER_DIR/shared/state"
    # As `fairlead enable --spank` leaves it.
    mkdir "$CLUSTER_DIR/slurm/plugstack.conf.d"
    cp "$CLUSTER_DIR/slurm/plugstack.conf" "$CLUSTER_DIR/slurm/plugstack.conf.d/fairlead.conf"
    printf 'include /run/cluster/slurm/plugstack.conf.d/*.conf\n' >"$CLUSTER_DIR/slurm/plugstack.conf"
    ec2 '{}'
    "$CLUSTER" exec "$CLUSTER_DIR" sh -c 'mkfifo /run/ec2.stop
        exec /run/cluster/src/tests/fakes/ec2 /run/cluster/shared/ec2.port --state /run/cluster/shared/ec2.json \
            <>/run/ec2.stop' >"$BATS_FILE_TMPDIR/ec2.log" 2>&1 3>&- &
    wait_for 10 test -s "$CLUSTER_DIR/shared/ec2.port"
    printf 'testing: {aws_endpoint: "http://127.0.0.1:%s"}\n' "$(<"$CLUSTER_DIR/shared/ec2.port")" \
        >>"$CLUSTER_DIR/conf/head/fairlead.yaml"
    for node in n1 n2; do on "$node" "$SITE_PREFIX/bin/fairlead" --config /run/cluster/etc/fairlead.yaml node scan --node "$node"; done
}
teardown_file() { cluster_down; }
teardown() { cluster_report; }

# ec2 JSON: what the fake knows from now on.
ec2() {
    printf '%s\n' "$1" >"$CLUSTER_DIR/shared/ec2.new"
    mv "$CLUSTER_DIR/shared/ec2.new" "$CLUSTER_DIR/shared/ec2.json"
}

# fairlead_as USER WORD...: with the keys that the fake knows.
fairlead_as() {
    local user=$1
    shift
    as "$user" FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml AWS_ACCESS_KEY_ID=ASIAFAIRLEADFAKE0001 \
        AWS_SECRET_ACCESS_KEY=fake/secret/of/the/role/0000000000000001 \
        AWS_SESSION_TOKEN=fake-session-token-of-the-role "$SITE_PREFIX/bin/fairlead" "$@"
}
fairlead() { fairlead_as root "$@"; }

# of_schema NAME: the output is what the schema in docs says.
of_schema() {
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/$1.json"
    run -0 python3 -m jsonschema -i "$BATS_TEST_TMPDIR/$1.json" "$BATS_TEST_DIRNAME/../../docs/schema/fairlead.$1-1.json"
}

@test "config init writes what Slurm has, passes its own check, and replaces no file" {
    first=/run/cluster/shared/first.yaml
    run -0 fairlead config init --output "$first"
    [[ $output == "$first: 2 partitions, all observed;"* ]]
    run -0 fairlead config check "$first"
    [[ $output == *"partition debug: efa off, mode observe"*"partition hpc: efa required, mode observe"*"$first: fine" ]]
    written=$(<"$CLUSTER_DIR/shared/first.yaml")
    [[ $written == *"default_partition: debug"*"# Nodes (1): n1"*"slurmdbd knows: bio, cfd."* ]]
    [[ $(stat -c '%a %U' "$CLUSTER_DIR/shared/first.yaml") == "644 root" ]]
    run -1 fairlead config init --output "$first"
    [[ $output == *"$first is there already and stays as it is"*"[FL-X302]" ]]
    [[ $(<"$CLUSTER_DIR/shared/first.yaml") == "$written" ]]
    run -0 fairlead config init --output -
    [[ $output == "$written" ]]
    cp "$FAIRLEAD_STAGE$SITE_PREFIX/share/fairlead/conf/fairlead.yaml" "$CLUSTER_DIR/shared/shipped.yaml"
    run -0 fairlead config init --output /run/cluster/shared/shipped.yaml
    [[ $(<"$CLUSTER_DIR/shared/shipped.yaml") == "$written" ]]
}

@test "config init says when Slurm does not answer" {
    run -1 fairlead config init --output /run/cluster/shared/none.yaml --scontrol /bin/false
    [[ $output == *"[FL-X211]" && ! -e $CLUSTER_DIR/shared/none.yaml ]]
}

# blocks_of FILE: the commands of its blocks marked `cluster`.
blocks_of() { sed -n '/^```cluster$/,/^```$/{/^```/!p}' "$1"; }

@test "the commands of docs/quick-start.md work in their order" {
    mkdir "$CLUSTER_DIR/shared/quick"
    blocks_of "$BATS_TEST_DIRNAME/../../docs/quick-start.md" >"$CLUSTER_DIR/shared/quick/commands"
    (($(wc -l <"$CLUSTER_DIR/shared/quick/commands") >= 13))
    run -0 --separate-stderr as root FAIRLEAD_CONFIG=/run/cluster/shared/quick/fairlead.yaml \
        PATH="$SITE_PREFIX/bin:$PATH" sh -euc 'cd /run/cluster/shared/quick && . ./commands'
    [[ $output == *"quick/fairlead.yaml: fine"*"plugstack.conf.d/fairlead.conf: on already"* ]]
    [[ $output == *"problems "*", advice "* ]]
    [[ $output == *"ranks sharing CPUs 0"*"Cost by account"* ]]
    [[ $stderr == *"efa-pin:"* ]]
}

@test "doctor finds what is wrong, with the fix of each" {
    ec2 '{"denied": ["DescribePlacementGroups"]}'
    run -1 --separate-stderr fairlead doctor
    [[ $output == *"timeouts   PROBLEM  PrologEpilogTimeout=20 ends a prolog that may take 30 s"*"fix: PrologEpilogTimeout=30 or more in slurm.conf, then scontrol reconfigure"* ]]
    [[ $output == *"prolog     PROBLEM  PrologSlurmctld= does not run $SITE_PREFIX/libexec/fairlead/fairlead-prolog-slurmctld"* ]]
    [[ $output == *"aws        PROBLEM  the credentials may not call ec2:DescribePlacementGroups"*"fix: allow ec2:DescribePlacementGroups"* ]]
    [[ $output == *"timeouts   advice   KillOnBadExit is not 1"* ]]
    [[ ${lines[-1]} == "problems 3, advice "* ]]
    ec2 '{}'
}

@test "doctor finds nothing where nothing is wrong" {
    run -1 --separate-stderr fairlead doctor --format json
    of_schema doctor
    cp "$CLUSTER_DIR/slurm/slurm.conf" "$CLUSTER_DIR/shared/mended.conf"
    printf '%s\n' PrologEpilogTimeout=60 KillOnBadExit=1 \
        "PrologSlurmctld=$SITE_PREFIX/libexec/fairlead/fairlead-prolog-slurmctld" >>"$CLUSTER_DIR/shared/mended.conf"
    run -0 --separate-stderr fairlead doctor --slurm-conf /run/cluster/shared/mended.conf
    [[ $output == *"versions   ok       spank_fairlead.so and its parts load"*"job_submit_fairlead.so loads"* ]]
    [[ $output == *"plugstack  ok"*"prolog     ok       Prolog=/run/cluster/etc/prolog runs fairlead-prolog"* ]]
    [[ $output == *"slurmdbd   ok       answers, and knows 1 clusters"* ]]
    [[ $output == *"aws        ok       may call DescribeInstanceTopology, DescribePlacementGroups, DescribeInstanceTypes in us-east-2"* ]]
    [[ $output == *"prices     ok       2 prices for 2 nodes, "* ]]
    [[ ${lines[-1]} == "problems 0, advice 0, unknown 0" ]]
}

@test "doctor names a node without a price, and a file of the site that is bad" {
    cp "$CLUSTER_DIR/conf/head/nodes.csv" "$CLUSTER_DIR/conf/head/fairlead.yaml" "$BATS_TEST_TMPDIR"
    sed -i '/^n2/d' "$CLUSTER_DIR/conf/head/nodes.csv"
    run -1 --separate-stderr fairlead doctor
    [[ $output == *"prices     PROBLEM  no row of the list of nodes names n2"* ]]
    echo 'partitoins: {}' >>"$CLUSTER_DIR/conf/head/fairlead.yaml"
    run -1 --separate-stderr fairlead doctor
    [[ $output == *"config     PROBLEM "*"unknown key 'partitoins'"*"[FL-X105]"* ]]
    cp "$BATS_TEST_TMPDIR/nodes.csv" "$BATS_TEST_TMPDIR/fairlead.yaml" "$CLUSTER_DIR/conf/head"
}

@test "doctor says that a plugin of another Slurm would not load" {
    mkdir "$CLUSTER_DIR/shared/plugins"
    printf 'no object' >"$CLUSTER_DIR/shared/plugins/spank_fairlead.so"
    sed 's|^PluginDir=|PluginDir=/run/cluster/shared/plugins:|' "$CLUSTER_DIR/slurm/slurm.conf" >"$CLUSTER_DIR/shared/broken.conf"
    run -1 --separate-stderr fairlead doctor --slurm-conf /run/cluster/shared/broken.conf
    [[ $output == *"versions   PROBLEM  /run/cluster/shared/plugins/spank_fairlead.so does not load"*"[FL-P203]"* ]]
}

@test "job explain tells owner and root what was decided, and nobody else" {
    fairlead accountant --once
    wait_for 10 in_force
    id=$(as ada sbatch --parsable -A bio -p hpc -t 60 -o /dev/null --efa --hold --wrap true | tail -n 1)
    run -0 --separate-stderr fairlead_as ada job explain "$id"
    [[ ${lines[0]} == "job $id of ada, partition hpc, queued on no node" ]]
    [[ $output == *"partition  hpc has efa required, placement cluster, mode enforce; nodes take the controller's word"* ]]
    [[ $output == *"admission  efa required"*"the job itself asked for EFA"* ]]
    [[ $output == *"budget     its group's budget holds at most 7.000000000USD for it"* ]]
    [[ $output == *"cost       it has not ended"* ]]
    [[ $output == *"rules      its AdminComment names none: "*"here they only observe (policy_mode: observe)"* ]]
    [[ $output == *"pinning    the plan of a step is told to its user and not kept"* && $output != *"network "* ]]
    run -0 --separate-stderr fairlead job explain --format json "$id"
    of_schema job-explain
    run -1 fairlead_as ben job explain "$id"
    [[ $output == *"job $id is another user's"*"[FL-X303]" ]]
    run -1 fairlead job explain 999999
    [[ $output == *"[FL-X303]" ]]
    run -2 fairlead job explain 1x
    as root scancel "$id"
}
in_force() {
    as root cat /run/fairlead/admission/{budgets,policy}.json | python3 -c '
import json, sys
written, known = (json.loads(line) for line in sys.stdin)
sys.exit(known["budgets"] < written["taken"])'
}

@test "a node that Fairlead drained is told by job explain and by doctor" {
    run ! as ada timeout 30 srun -Q -A bio -p hpc -t 10 hostname
    id=$(as root squeue -h -t all -o %A | sort -n | tail -n 1)
    wait_for 20 drained
    run -1 --separate-stderr fairlead doctor
    [[ $output == *"nodes      PROBLEM  n1 was taken out of service: EFA interface missing on a node [FL-E201]"* ]]
    run -0 --separate-stderr fairlead job explain "$id"
    [[ $output == *"network    there is no network report of job $id in "* ]]
    [[ $output == *"nodes      n1 is out of service: efa: 1 of 2 EFA interfaces on hpc7a.96xlarge [FL-E201]"* ]]
}

@test "a node that Fairlead drained under a job is told when the job waits for others" {
    as root scontrol update nodename=n1 state=resume
    run ! drained
    id=$(as ada sbatch --parsable --requeue -A bio -p hpc -t 10 -o /dev/null --wrap true | tail -n 1)
    wait_for 20 drained
    wait_for 20 is_back "$id"
    run -0 --separate-stderr fairlead job explain "$id"
    [[ ${lines[0]} == "job $id of ada, partition hpc, queued on no node" ]]
    [[ $output == *"nodes      n1 is out of service: efa: 1 of 2 EFA interfaces on hpc7a.96xlarge [FL-E201]"* ]]
    as root scancel "$id"
}
is_back() { [[ $(as root squeue -h -j "$1" -o %T) == PENDING && $(as root scontrol -o show job "$1") == *" Restarts=1 "* ]]; }

@test "a node that the brake keeps in service is told by doctor" {
    as root scontrol update nodename=n1 state=resume
    rm -r "$CLUSTER_DIR/shared/state/brake"
    echo 'brake: {nodes: 0, percent: 0}' >>"$CLUSTER_DIR/conf/n1/fairlead.yaml"
    run as ada timeout 30 srun -Q -A bio -p hpc -t 10 hostname
    run -1 --separate-stderr fairlead doctor
    [[ $output == *"state      PROBLEM  the brake keeps nodes of hpc in service: FL-E201 drained none within the hour, and may not drain n1"* ]]
    [[ $output == *"fix: fairlead explain FL-E201, and fairlead node check on one of them"* ]]
    run ! drained
}
drained() { [[ $(as root sinfo -h -n n1 -o %E) == *FL-E201* ]]; }

@test "on ParallelCluster enable writes into prolog.d and prints what docs/parallelcluster.md shows" {
    slurm=$CLUSTER_DIR/shared/slurm
    mkdir -p "$slurm/etc/scripts/prolog.d" "$slurm/etc/scripts/epilog.d" "$slurm/lib/slurm"
    inside=/run/cluster/shared/slurm
    printf '%s\n' "Prolog=$inside/etc/scripts/prolog.d/*" "Epilog=$inside/etc/scripts/epilog.d/*" \
        "PluginDir=$inside/lib/slurm" >"$slurm/etc/slurm.conf"
    mkdir -p "$slurm/etc/plugstack.conf.d"
    echo "include $inside/etc/plugstack.conf.d/*.conf" >"$slurm/etc/plugstack.conf"
    touch "$slurm/etc/slurm_parallelcluster.conf"
    run -1 fairlead enable --spank --slurm-conf "$inside/etc/slurm.conf"
    [[ $output == *FL-P203* ]]
    cp "$FAIRLEAD_STAGE$SITE_PREFIX"/lib/slurm/{spank,job_submit}_fairlead.so "$slurm/lib/slurm"
    chown -R root:root "$slurm"
    run -0 fairlead enable --spank --jobsubmit --prolog --slurm-conf "$inside/etc/slurm.conf"
    shown=$(sed -n '/^```enable_parallelcluster$/,/^```$/{//!p}' "$BATS_TEST_DIRNAME/../../docs/parallelcluster.md" | tail -n +2)
    diff <(printf '%s\n' "$shown") <(sed -n '/: fine$/,$p' <<<"$output" |
        sed "s|^[^ ]*fairlead.yaml: |/etc/fairlead/fairlead.yaml: |; s|$inside|/opt/slurm|; s|$SITE_PREFIX|/opt/fairlead|")
    script=$slurm/etc/scripts/prolog.d/50_fairlead-prolog
    grep -qF "exec $SITE_PREFIX/libexec/fairlead/fairlead-prolog \"\$@\"" "$script"
    [[ $(stat -c '%U %a' "$script") == "root 755" ]]
    run -1 fairlead in-use spank prolog --slurm-conf "$inside/etc/slurm.conf"
    [[ $output == "$inside/etc/slurm.conf: Prolog=$inside/etc/scripts/prolog.d/* runs fairlead-prolog"* ]]
    [[ $(<"$slurm/etc/slurm.conf") != *JobSubmitPlugins* ]]
    run -0 fairlead disable --spank --prolog --slurm-conf "$inside/etc/slurm.conf"
    [[ -z $(find "$slurm/etc/scripts" -name "50_fairlead*") ]]
    grep -qx 'required spank_fairlead.so off' "$slurm/etc/plugstack.conf.d/fairlead.conf"
}

@test "a plugin that only one machine has is not switched on on ParallelCluster" {
    slurm=$CLUSTER_DIR/shared/slurm
    mkdir -p "$slurm/etc"
    printf 'PluginDir=%s\n' "$SITE_PREFIX/lib/slurm" >"$slurm/etc/slurm.conf"
    touch "$slurm/etc/slurm_parallelcluster.conf"
    rm -rf "$slurm/etc/plugstack.conf.d"
    run -1 fairlead enable --spank --slurm-conf /run/cluster/shared/slurm/etc/slurm.conf
    [[ $output == *"is not below /run/cluster/shared/slurm, which ParallelCluster shares with all nodes"*FL-P203* ]]
    [[ ! -e $slurm/etc/plugstack.conf.d ]]
}

# shellcheck shell=bash
# A site with rules, for bats: two partitions of two nodes, rules in a file that tests replace.

POLICY_CONFIG='schema: fairlead.config/1
admission: controller
state_dir: /run/cluster/shared/state
default_partition: cpu
policy_mode: enforce
policy_exempt: [root]'

policy_site() {
    site_new "$BATS_FILE_TMPDIR/site" "${FAIRLEAD_STAGE:?set by scripts/test}"
    site_node 1 m5.large
    site_node 2 m5.large
    sed -i '/^NodeName/s/$/ Feature=fast,slow/' "$SITE/extra.conf"
    site_extra 'PartitionName=cpu Default=YES Nodes=n[1-2] State=UP MaxTime=UNLIMITED' 'PartitionName=big Nodes=n[1-2] State=UP' \
        'Licenses=x:4'
    site_config "$POLICY_CONFIG"
    mkdir -p "$SITE/conf/head/policy.d"
    printf 'schema: fairlead.policy/1\npolicy: []\n' >"$SITE/conf/head/policy.d/site.yaml"
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster
    : "${FAIRLEAD_BUILD:?set by scripts/test}"
    site_up "$CLUSTER_DIR" --owner "$$" --owner "$BATS_ROOT_PID" "$@"
    export CONF=$CLUSTER_DIR/conf/head/fairlead.yaml RULES=$CLUSTER_DIR/conf/head/policy.d/site.yaml
}

fairlead() { as root FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml "$SITE_PREFIX/bin/fairlead" "$@"; }
logged() { grep -qE "$1" "$CLUSTER_DIR"/log/slurmctld.log; }

# rules LINE...: puts these rules in force, in enforce mode, and waits until slurmctld has them.
rules() {
    local before
    : >"$CLUSTER_DIR/log/slurmctld.log"
    sed -i 's/^policy_mode:.*/policy_mode: enforce/' "$CONF"
    before=$(revision)
    { printf 'schema: fairlead.policy/1\npolicy:\n'; printf '  %s\n' "$@" "# $BATS_TEST_NAME $RANDOM"; } >"$RULES"
    wait_for 5 changed_from "$before"
}
revision() { fairlead policy status --format json | grep -o '"revision": "[0-9a-f]*"'; }
changed_from() { [[ $(revision) != "$1" ]]; }

# held OPTION...: queues a held job of ada's and prints its record.
held() {
    local id
    id=$(as ada sbatch --parsable --hold -o /dev/null "$@" --wrap true) || return
    as root scontrol -o show job "$id"
    as root scancel "$id"
}

# metered OBJECT: slurmctld calls this plugin of the prefix through the meter, from a restart on.
metered() {
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    cp "$FAIRLEAD_BUILD/tests/live/job_submit_meter.so" "$CLUSTER_DIR/prefix/lib/slurm/"
    printf '%s\n' "$1" >"$CLUSTER_DIR/shared/meter"
    rm -f "$CLUSTER_DIR/shared/meter.ns"
    sed -i 's/^JobSubmitPlugins=.*/JobSubmitPlugins=meter/' "$CLUSTER_DIR/slurm/slurm.conf"
    "$CLUSTER" controller "$CLUSTER_DIR" start
}

unmetered() {
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    sed -i 's/^JobSubmitPlugins=.*/JobSubmitPlugins=fairlead/' "$CLUSTER_DIR/slurm/slurm.conf"
    "$CLUSTER" controller "$CLUSTER_DIR" start
}

# The pid of slurmctld outside of the cluster.
controller_pid() {
    local head pid
    read -r head _ <"$CLUSTER_DIR/state/head"
    for pid in $(pgrep -x slurmctld); do
        [[ $(readlink "/proc/$pid/ns/pid") != "$(readlink "/proc/$head/ns/pid")" ]] || printf '%s\n' "$pid"
    done
}

# calls_of COMMAND...: the system calls that slurmctld makes within job_submit while the command runs.
calls_of() {
    local trace=$BATS_TEST_TMPDIR/trace
    strace -f -o "$trace" -p "$(controller_pid)" 2>"$trace.said" 3>&- &
    local tracer=$!
    wait_for 10 grep -q attached "$trace.said" || { cat "$trace.said" >&2; return 1; }
    "$@"
    kill -INT "$tracer"
    wait "$tracer" || :
    # Each thread's calls between two marks (meter.c); what it was in when another thread's line came is named
    # twice. A signal is no call.
    awk '{ name = $2; sub(/\(.*/, "", name); sub(/^<\.\.\./, $3, name) }
        $2 ~ /^close\(-471[12]/ { inside[$1] = $2 ~ /^close\(-4711/; in_mark[$1] = /unfinished/; marks++; next }
        in_mark[$1] && $2 == "<..." { in_mark[$1] = 0; next }
        inside[$1] && name !~ /^[-+]/ { print name }
        END { if (marks == 0) print "no call was seen" }' "$trace" | sort -u
}

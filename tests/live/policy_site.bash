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

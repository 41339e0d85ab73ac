#!/usr/bin/env bats
# Budgets with real accounting: slurmctld, slurmdbd and MariaDB. A node costs 10 USD an hour; each test
# has a group of its own, bio1 to bio22, with 50 USD a month.
bats_require_minimum_version 1.5.0
load lib
# shellcheck source=tests/live/site.bash
source "$BATS_TEST_DIRNAME/site.bash"
load metering

CONFIG='schema: fairlead.config/1
state_dir: /run/cluster/shared/state
policy_exempt: [root]
cost:
  mode: enforce
  ledger: /run/cluster/shared/state/spent.db
  prices: /run/cluster/etc/prices.csv
  metrics: /run/cluster/shared/fairlead.prom
  period: 2
  notify_above: 20'

setup_file() {
    site_new "$BATS_FILE_TMPDIR/site" "$FAIRLEAD_STAGE"
    site_node 1 m5.large
    site_config "$CONFIG"
    site_extra 'PartitionName=hpc Default=YES Nodes=n1 State=UP MaxTime=10:00:00' \
        'PartitionName=free Nodes=n1 State=UP' 'SchedulerParameters=sched_interval=1,bf_interval=1' MinJobAge=2 \
        AccountingStorageEnforce=associations PriorityFlags=MAX_TRES
    {
        printf 'schema: fairlead.groups/1\ngroups:\n  cfd: {accounts: [cfd], budget: {amount: 50}, thresholds: [{at: 100, then: reject}]}\n'
        for number in {1..22}; do
            printf '  bio%d: {accounts: [bio%d], budget: {amount: 50}, thresholds: [{at: 60, then: warn}, {at: 100, then: hold}], may_exceed: [ben]}\n' \
                "$number" "$number"
        done
        printf '  own: {accounts: [own], budget: {amount: 50}, thresholds: [{at: 100, then: hold}]}\n'
        printf '  race-hold: {accounts: [race1, race2], budget: {amount: 70}, thresholds: [{at: 100, then: hold}]}\n'
        printf '  race-reject: {accounts: [race3, race4], budget: {amount: 70}, thresholds: [{at: 100, then: reject}]}\n'
        printf 'site: {budget: {amount: 1000}}\n'
    } >"$SITE/conf/head/groups.yaml"
    printf '%s\n' 'region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency' \
        ',,m5.large,,,,,10,USD' >"$SITE/conf/head/prices.csv"
    printf '%s\n' 'nodes,instance_type,purchase,region,az' 'n1,m5.large,on-demand,,' >"$SITE/conf/head/nodes.csv"
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster SITE
    site_up "$CLUSTER_DIR" --accounting yes --owner "$$" --owner "$BATS_ROOT_PID"
    chmod 0700 "$CLUSTER_DIR/shared/state"
    accounts=$(printf 'bio%d,' {1..22})
    races=race1,race2,race3,race4
    as root sacctmgr -i add account "${accounts}own,$races"
    as root sacctmgr -i add user ada account="$accounts$races"
    as root sacctmgr -i add user ben account="own,$races"
    wait_for 20 account_is_known
}
account_is_known() { as root scontrol show assoc_mgr accounts=own flags=assoc | grep -q 'Account=own UserName=ben'; }
teardown_file() { cluster_down; }
teardown() {
    cluster_report; [[ -n ${BATS_TEST_COMPLETED:-} ]] || { as root squeue; as root sinfo -NRl; as root sinfo; }
    [[ ! -e $BATS_FILE_TMPDIR/prices.csv ]] || cp "$BATS_FILE_TMPDIR/prices.csv" "$CLUSTER_DIR/conf/head/prices.csv"
    as root scancel -u ada
    as root scancel -u ben
    wait_for 20 queue_is_empty
}
queue_is_empty() { [[ -z $(as root squeue --noheader) ]]; }

setup() { group=bio$BATS_TEST_NUMBER; }

fairlead() { as root /run/cluster/prefix/bin/fairlead --config /run/cluster/etc/fairlead.yaml "$@"; }

# A round of the accountant, in force in slurmctld.
account() {
    run -0 fairlead accountant --once
    wait_for 10 in_force
}
in_force() {
    as root cat /run/fairlead/admission/{budgets,policy}.json | python3 -c '
import json, sys
written, known = (json.loads(line) for line in sys.stdin)
sys.exit(known["budgets"] < written["taken"])'
}

# A held job costs nothing to wait for; --hold keeps one from running.
submit() { as ada sbatch --parsable -A "$group" -o /dev/null --hold "$@" --wrap true; }
shown() { as root scontrol -o show job "$1"; }

# used CAP: what the snapshot has of it, in nano-dollars.
used() {
    as root cat /run/fairlead/admission/budgets.json |
        python3 -c 'import json, sys; print(*[c["used"] for c in json.load(sys.stdin)["caps"] if c["name"] == sys.argv[1]])' "$1"
}

@test "a job that fits carries its hold, its user is told, and the accountant counts it once" {
    account
    run -0 submit -t 3:00:00
    [[ $output == *"fairlead: At most \$30.00 (1 node, 3 h); $group has \$50.00 left until "* ]]
    id=${lines[-1]}
    [[ $(shown "$id") == *"AdminComment=fairlead-hold="*",at-most=30.000000000USD "* ]]
    account
    [[ $(used "group $group") == 30000000000 && $(used site) == 30000000000 ]]
    run -0 submit -t 2:00:00
    [[ $output == *"$group has used more than 60 % of its budget [FL-C206]"* ]]
    run -0 submit -t 0:01:00
    [[ $output == *"job held, not lost: needs up to \$0.17, $group has \$0.00 until "*"[FL-C201]"* ]]
}

@test "a job past the budget is held with the reason, and only who may exceed it releases it" {
    account
    run -0 as ada sbatch --parsable -A "$group" -o /dev/null -t 6:00:00 --wrap true
    [[ $output == *"job held, not lost: needs up to \$60.00, $group has \$50.00 until "*"Try --time=05:00:00 or ask your budget owner. [FL-C201]"* ]]
    id=${lines[-1]}
    [[ $(shown "$id") == *" Priority=0 "*"AdminComment=fairlead-stopped=job held, not lost: needs up to "*"[FL-C201]"* ]]
    account
    [[ $(used "group $group") == 0 ]]
    run ! as ada scontrol release "$id"
    [[ $(shown "$id") == *" Priority=0 "* ]]
    run -0 as root scontrol release "$id"
    wait_for 20 started "$id"
}
started() { shown "$1" | grep -qE 'JobState=(RUNNING|COMPLETING|COMPLETED)'; }

@test "a raise of a queued job is checked again, and one of a job that is too new comes too early" {
    account
    id=$(submit -t 1:00:00)
    run ! as ada scontrol update JobId="$id" TimeLimit=2:00:00
    wait_for 5 logged 'refused an update of user 5001: the job, or a change of it, is so new.*FL-C205'
    account
    run ! as ada scontrol update JobId="$id" TimeLimit=5:01:00
    wait_for 5 logged 'refused an update of user 5001: the change would cost up to .40\.17 more.*FL-C202'
    run -0 as ada scontrol update JobId="$id" TimeLimit=5:00:00
    run -0 as ada scontrol update JobId="$id" TimeLimit=0:30:00
}
logged() { grep -qE "$1" "$CLUSTER_DIR/log/slurmctld.log"; }

@test "srun and salloc are held to the budget as sbatch is" {
    account
    for command in srun salloc; do
        run ! as ada "$command" -A cfd -t 6:00:00 true
        [[ $output == *"job rejected: needs up to \$60.00, cfd has \$50.00"*"[FL-C202]"* ]]
    done
}

@test "every task of an array counts, and a group that rejects rejects" {
    account
    run ! as ada sbatch --parsable -A cfd -o /dev/null --hold --array 0-5 -t 1:00:00 --wrap true
    [[ $output == *"job rejected: needs up to \$60.00, cfd has \$50.00"*"[FL-C202]"* ]]
    run -0 as ada sbatch --parsable -A cfd -o /dev/null --hold --array 0-4 -t 1:00:00 --wrap true
    account
    [[ $(used "group cfd") == 50000000000 ]]
}

@test "what --test-only holds expires" {
    account
    as ada sbatch --test-only -A "$group" -t 5:00:00 --wrap true || :
    account
    [[ $(used "group $group") == 0 ]]
    run -0 submit -t 1:00:00
    [[ $output == *"job held, not lost"* ]] # nobody can tell yet that there is no such job
    wait_for 60 fits_again
}
fits_again() { fairlead accountant --once >/dev/null && [[ $(submit -t 1:00:00 2>&1) != *"held, not lost"* ]]; }

@test "what ended is settled exactly, whatever became of it" {
    account
    before=$(used site)
    as ada srun -Q -J settled -A "$group" -t 0:10:00 sleep 1
    run ! as ada srun -Q -J settled -A cfd -t 0:10:00 false
    wait_for 30 accounted 2
    account
    # Independently: 10 USD an hour, whole nodes, half to even.
    as root env TZ=UTC SLURM_TIME_FORMAT=%s sacct -aXnP --format ElapsedRaw,State,Account >"$BATS_TEST_TMPDIR/runs"
    expected=$(python3 - "$BATS_TEST_TMPDIR/runs" <<'END'
import decimal, sys
total = 0
for line in open(sys.argv[1]):
    elapsed = int(line.split("|")[0])
    total += int((decimal.Decimal(elapsed) * 10 * 10**9 / 3600).to_integral_value(decimal.ROUND_HALF_EVEN))
print(total)
END
    )
    [[ $(used site) == "$expected" ]]
    [[ $expected -gt $before ]]
    run -0 fairlead ledger verify
    run -0 fairlead accountant --once # and settling again changes nothing
    [[ $output == "0 new, 0 corrected, "* ]]
}
accounted() { (($(as root sacct -aXn --name settled --state COMPLETED,FAILED --starttime now-1days --endtime now --format JobID | wc -l) >= $1)); }

@test "while slurmdbd is down, a job that ends still counts, and is settled once it is back" {
    gate ending
    as ada sbatch -A "$group" -o /dev/null -t 1:00:00 --wrap "$(at_gate ending)"
    wait_for 20 reached ending
    account
    running=$(used "group $group")
    ((running >= 10000000000))
    "$CLUSTER" accounting "$CLUSTER_DIR" stop
    open_gate ending
    wait_for 30 queue_is_forgotten
    run -1 fairlead accountant --once
    [[ $output == *"FL-C307"* ]]
    [[ $(used "group $group") == "$running" ]]
    "$CLUSTER" accounting "$CLUSTER_DIR" start
    wait_for 60 settled_below "$running"
}
queue_is_forgotten() { [[ $(as root scontrol show job) == "No jobs in the system" ]]; }
# settled_below AMOUNT: a whole round leaves less than that used of the group's budget.
settled_below() { fairlead accountant --once >/dev/null && (($(used "group $group") < $1)); }

@test "a ledger that cannot be read leaves the last budgets in force, which grow old" {
    account
    before=$(as root stat -c %Y.%i /run/fairlead/admission/budgets.json)
    as root chmod 0666 /run/cluster/shared/state/spent.db
    run -1 fairlead accountant --once
    [[ $output == *"FL-C302"* ]]
    [[ $(as root stat -c %Y.%i /run/fairlead/admission/budgets.json) == "$before" ]]
    as root chmod 0600 /run/cluster/shared/state/spent.db
}

@test "that slurmctld gives memory to no job is known from its configuration" {
    account
    run -0 as root scontrol show config
    [[ $output == *"SelectTypeParameters    = CR_CORE"$'\n'* ]]
    free=$(as root cat /run/fairlead/admission/budgets.json |
        python3 -c 'import json, sys; print(*{p.get("memory_is_free") for p in json.load(sys.stdin)["partitions"]})')
    [[ $free == True ]]
}

@test "Prometheus finds the budgets in a file" {
    account
    run -0 cat "$CLUSTER_DIR/shared/fairlead.prom"
    [[ $output == *"fairlead_budget_limit{budget=\"group $group\",currency=\"USD\"} 50.000000000"* ]]
    [[ $output == *'fairlead_budget_used{budget="site",currency="USD"} '* ]]
    [[ $output == *'# TYPE fairlead_brake_withheld_nodes gauge'* ]]
}

@test "with budgets a call makes no system call but for memory and futexes" {
    metered "$SITE_PREFIX/lib/slurm/job_submit_fairlead.so"
    account
    run -0 submit -t 6
    [[ $(shown "${lines[-1]}") == *AdminComment=fairlead-hold=* ]]
    calls_nothing_but_memory several
    unmetered
}
several() {
    for ((i = 0; i < 5; i++)); do
        job=$(submit -t 6) || : # 1 USD
        submit -t 600 || : # 100 USD of 50
        as ada scontrol update job="$job" timelimit=12 || :
    done >/dev/null 2>&1
}

@test "a restart of slurmctld keeps what was submitted since the last snapshot" {
    account
    submit -t 4:50:00
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    "$CLUSTER" controller "$CLUSTER_DIR" start
    run -0 submit -t 0:30:00
    [[ $output == *"job held, not lost"* ]]
}

@test "an accountant that stopped holds, rejects or lets through, as the site says" {
    account
    printf '%s\n  stale_after: 4\n  when_stale: closed\n' "$CONFIG" >"$CLUSTER_DIR/conf/head/fairlead.yaml"
    wait_for 20 refused_unknown
    printf '%s\n  stale_after: 4\n  when_stale: hold\n' "$CONFIG" >"$CLUSTER_DIR/conf/head/fairlead.yaml"
    wait_for 20 held_unknown
    printf '%s\n  stale_after: 4\n  when_stale: open\n' "$CONFIG" >"$CLUSTER_DIR/conf/head/fairlead.yaml"
    wait_for 20 passes_unknown
    printf '%s\n' "$CONFIG" >"$CLUSTER_DIR/conf/head/fairlead.yaml"
}
held_unknown() { submit -t 1:00:00 2>&1 | grep -q 'held, not lost; tell an admin.*FL-C204'; }
passes_unknown() { id=$(submit -t 9:00:00) && [[ $(shown "$id") == *AdminComment=fairlead-hold=* ]]; }
refused_unknown() { as ada sbatch -A "$group" -o /dev/null --hold --wrap true 2>&1 | grep -q FL-C204; }

@test "a job of somebody who may not name the account is refused and holds nothing of its budget" {
    account
    submit -t 0:01:00
    wait_for 10 ada_is_looked_up
    run ! as ada sbatch -A own -t 5:00:00 -o /dev/null --wrap true
    [[ $output == *"Invalid account"* ]]
    run -0 as ben sbatch --parsable -A own -t 5:00:00 -o /dev/null --hold --wrap true
    [[ $output != *"held, not lost"* ]]
    as ben scancel "${lines[-1]}"
}
ada_is_looked_up() { as root grep -q '"ada"' /run/fairlead/admission/callers.json; }

@test "each component of a heterogeneous job counts, in the account that it is for" {
    account
    printf '#!/bin/sh\n' >"$CLUSTER_DIR/shared/nothing.sh"
    run -0 as ada sbatch --parsable --hold -A "$group" -t 1:00:00 -o /dev/null : --hold -t 2:00:00 \
        /run/cluster/shared/nothing.sh
    account
    [[ $(used "group $group") == 30000000000 ]]
}

@test "a report of the present says what waiting and running jobs may cost" {
    account
    submit -t 3:00:00
    account
    run -0 fairlead cost report group groups="$group" --json
    [[ $output == *'"held": "30.000000000"'* ]]
}

@test "by the weights that are printed Slurm bills a job its share of the node, and takes the limit" {
    account
    cpus=$(nproc)
    printf '%s\n' nodes,instance_type,purchase,region,az,cpus,memory_mb,gpus "n1,m5.large,on-demand,,,$cpus,," \
        >"$CLUSTER_DIR/shared/sized.csv"
    fairlead cost billing-weights --nodes /run/cluster/shared/sized.csv --format json >"$BATS_TEST_TMPDIR/billing.json"
    said() { python3 -c "import json, sys; said = json.load(open(sys.argv[1])); print($1)" "$BATS_TEST_TMPDIR/billing.json"; }
    weights=$(said 'said["partitions"][0]["weights"]')
    as root scontrol update PartitionName=hpc TRESBillingWeights="$weights"
    run -0 as ada srun -Q -p hpc -A "$group" -n1 -t 0:10:00 sh -c 'echo $SLURM_JOB_ID'
    job=$output
    wait_for 20 billed
    [[ $(as root sacct -nPX -j "$job" -o AllocTRES) =~ billing=([0-9]+) ]]
    ((BASH_REMATCH[1] == 10000000 / cpus))
    eval "as root $(said "next(limit['command'] for limit in said['limits'] if limit['owner'] == '$group')")"
    run -0 as root sacctmgr -nP show assoc account="$group" user= format=GrpTRESMins
    [[ $output == billing=3000000000 ]]
    as root scontrol update PartitionName=hpc TRESBillingWeights=
}
billed() { as root sacct -nPX -j "$job" -o AllocTRES | grep -q billing; }

# race ACCOUNT ACCOUNT: twenty submissions at once, of two users; how many were taken is in $taken, and what each was told in
# told.NUMBER.
race() {
    local number user account racers=() gate=/run/cluster/shared/race
    rm -f "$CLUSTER_DIR/shared/race"*
    mkfifo -m 0644 "$CLUSTER_DIR/shared/race"
    for number in {1..20}; do
        user=ada account=$1
        ((number % 2)) || user=ben
        ((number % 3)) || account=$2
        # A command, not a function: one that is refused fails no test.
        "$CLUSTER" exec "$CLUSTER_DIR" --user "$user" -- sh -c ': >"$0.ready.$1"; : <"$0"; exec sbatch --parsable --hold -A "$2" \
            -o /dev/null -t 1:00:00 --wrap true' "$gate" "$number" "$account" >"$BATS_TEST_TMPDIR/told.$number" 2>&1 3>&- &
        racers+=($!)
    done
    wait_for 60 all_are_ready
    exec 5<>"$CLUSTER_DIR/shared/race"
    taken=0
    for number in "${racers[@]}"; do ! wait "$number" || ((++taken)); done
    exec 5>&-
}
all_are_ready() { (($(find "$CLUSTER_DIR/shared" -name 'race.ready.*' | wc -l) == 20)); }

@test "of twenty that submit at once on money for seven, seven pass, whoever they are" {
    account
    race race1 race2
    cat "$BATS_TEST_TMPDIR"/told.*
    ((taken == 20))
    (($(grep -l 'held, not lost.*FL-C201' "$BATS_TEST_TMPDIR"/told.* | wc -l) == 13))
    (($(as root scontrol -o show job | grep -c 'Account=race[12].*AdminComment=fairlead-hold=') == 7))
    (($(as root scontrol -o show job | grep -c 'Account=race[12].*AdminComment=fairlead-stopped=.*FL-C201') == 13))
    race race3 race4
    ((taken == 7))
    (($(grep -l 'job rejected.*FL-C202' "$BATS_TEST_TMPDIR"/told.* | wc -l) == 13))
    account
    [[ $(used "group race-hold") == 70000000000 && $(used "group race-reject") == 70000000000 ]]
}

@test "a run without a price counts as what it could have cost, and is told, until it has one" {
    local prices=$CLUSTER_DIR/conf/head/prices.csv
    cp "$prices" "$BATS_FILE_TMPDIR/prices.csv"
    gate unpriced
    as ada sbatch -J unpriced -A "$group" -o /dev/null -t 1:00:00 --wrap "$(at_gate unpriced)"
    wait_for 20 reached unpriced
    account
    # From now on there are prices, but not of the time before.
    sed -i "s/^,,m5.large,,,,/,,m5.large,,,$(date -u +%FT%TZ),/" "$prices"
    open_gate unpriced
    wait_for 30 has_ended unpriced
    run -1 fairlead accountant --once
    [[ $output == *"has no price"* ]]
    run -1 fairlead accountant --once
    (($(used "group $group") > 0))
    wait_for 30 queue_is_forgotten
    run -1 fairlead accountant --once
    (($(used "group $group") > 0))
    run -0 fairlead cost report group "groups=$group"
    [[ $output == *"Without a price yet: 1 runs "* ]]
    cp "$BATS_FILE_TMPDIR/prices.csv" "$prices"
    account
    run -0 fairlead cost report group "groups=$group"
    [[ $output != *"Without a price"* ]]
    (($(used "group $group") > 0))
}
has_ended() { [[ -n $(as root sacct -aXnP --name "$1" --state COMPLETED --starttime now-1days --endtime now --format JobID) ]]; }

# report_of USER WORD...: priced from what sacct shows the user.
report_of() {
    local user=$1
    shift
    as "$user" /run/cluster/prefix/bin/fairlead --config /run/cluster/etc/fairlead.yaml cost report user -n -P format=Name \
        --book /run/cluster/etc/prices.csv --nodes /run/cluster/etc/nodes.csv "$@"
}

@test "users see their own jobs; of a group what Slurm shows them: coordinators their account, others nothing" {
    as ada srun -Q -J seen -A "$group" -t 0:10:00 true
    wait_for 30 has_ended seen
    run -0 report_of ben
    [[ $output != *ada* ]]
    run -0 report_of ben "accounts=$group"
    [[ $output == ada ]] # Slurm hides nothing
    "$CLUSTER" accounting "$CLUSTER_DIR" stop
    echo PrivateData=jobs >>"$CLUSTER_DIR/slurm/slurmdbd.conf"
    "$CLUSTER" accounting "$CLUSTER_DIR" start
    run -0 report_of ben "accounts=$group"
    [[ $output != *ada* ]]
    as root sacctmgr -i add coordinator account="$group" names=ben
    run -0 report_of ben "accounts=$group"
    [[ $output == ada ]]
    run -0 report_of ben
    [[ $output != *ada* ]]
}

@test "an accountant that is killed at any change of a file loses nothing and doubles nothing" {
    local day step=13
    day=$(date -u -d yesterday +%F)
    [[ -z ${FAIRLEAD_FULL-} ]] || step=1
    as ada srun -Q -J swept -A "$group" -t 0:10:00 true
    run ! as ada srun -Q -J swept -A cfd -t 0:10:00 false
    as ada sbatch -W -J swept -A "$group" -o /dev/null --array 0-2 -t 0:10:00 --wrap true
    wait_for 30 swept_runs_are_known
    wait_for 30 queue_is_forgotten
    account
    mkdir -m 0700 "$CLUSTER_DIR/shared/swept"
    sed 's|shared/state/spent.db|shared/swept/ledger.db|; s|shared/fairlead.prom|shared/swept/fairlead.prom|' \
        <<<"$CONFIG" >"$CLUSTER_DIR/conf/head/swept.yaml"
    cp "$BATS_TEST_DIRNAME/killed_accountant" "$BATS_TEST_DIRNAME/../fault/kill_at.bash" \
        "$FAIRLEAD_BUILD/tests/fault/kill_at" "$CLUSTER_DIR/shared/swept"
    run -0 as root /run/cluster/shared/swept/killed_accountant "$step" "$day"
    printf '# %s\n' "${lines[@]}" >&3
    account
}
swept_runs_are_known() { (($(as root sacct -aXn --name swept --state COMPLETED,FAILED --starttime now-1days --endtime now --format JobID | wc -l) >= 5)); }

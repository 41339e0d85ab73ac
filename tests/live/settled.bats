#!/usr/bin/env bats
# What real jobs cost, whatever became of them: slurmctld, slurmdbd and MariaDB, and the ledger against an independent
# calculation from what sacct says. Jobs pay the share of a node's CPUs that they had; a node costs 10 USD an hour, and 20
# from the moment on when it is midnight where the cluster is and its clocks go back to eleven.
bats_require_minimum_version 1.5.0
load lib
# shellcheck source=tests/live/site.bash
source "$BATS_TEST_DIRNAME/site.bash"
load placement_site

# zone_that_changes_at TIME: for zic a zone where it is midnight then, and summer time ends.
zone_that_changes_at() {
    python3 - "$1" <<'END'
import datetime, sys
at = int(sys.argv[1])
summer = -at % 86400
summer -= 86400 if summer > 43200 else 0
size = abs(summer - 3600)
winter = f"{'-' if summer < 3600 else ''}{size // 3600}:{size // 60 % 60:02}:{size % 60:02}"
until = datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y %b %d %H:%M:%Su")
print(f"Zone Etc/GMT+12 {winter} 0 WIN 2000 Jan 1\n{winter} 1:00 SUM {until}\n{winter} 0 WIN")
END
}

setup_file() {
    local number
    MIDNIGHT=$(($(date +%s) + 100))
    export MIDNIGHT
    zone_that_changes_at "$MIDNIGHT" >"$BATS_FILE_TMPDIR/zone"
    /usr/sbin/zic -b fat -d "$BATS_FILE_TMPDIR/zones" "$BATS_FILE_TMPDIR/zone"
    site_new "$BATS_FILE_TMPDIR/site" "${FAIRLEAD_STAGE:?set by scripts/test}"
    for number in {1..5}; do site_node "$number" m5.large; done
    site_config 'schema: fairlead.config/1
state_dir: /run/cluster/shared/state
cost:
  ledger: /run/cluster/shared/state/ledger.db
  prices: /run/cluster/etc/prices.csv'
    site_extra 'PartitionName=hpc Default=YES Nodes=n[1-2] State=UP MaxTime=10:00:00' \
        'PartitionName=low Nodes=n3 State=UP PriorityTier=1 MaxTime=1:00:00' \
        'PartitionName=high Nodes=n3 State=UP PriorityTier=10 MaxTime=1:00:00' \
        'PartitionName=lost Nodes=n4 State=UP MaxTime=1:00:00' \
        'PartitionName=timed Nodes=n5 State=UP MaxTime=1:00:00 OverTimeLimit=0' \
        PreemptType=preempt/partition_prio PreemptMode=REQUEUE \
        'SchedulerParameters=sched_interval=1,bf_interval=1,requeue_delay=1' MinJobAge=2 "$(cred_expire)" \
        AccountingStorageEnforce=associations
    printf 'schema: fairlead.groups/1\ngroups:\n  bio: {accounts: [bio]}\n' >"$SITE/conf/head/groups.yaml"
    printf '%s\n' 'region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency' \
        ",,m5.large,,,,$(utc "$MIDNIGHT"),10,USD" ",,m5.large,,,$(utc "$MIDNIGHT"),,20,USD" >"$SITE/conf/head/prices.csv"
    printf '%s\n' 'nodes,instance_type,purchase,region,az,cpus' "n[1-5],m5.large,on-demand,,,$(nproc)" >"$SITE/conf/head/nodes.csv"
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster SITE
    site_up "$CLUSTER_DIR" --accounting yes --zone "$BATS_FILE_TMPDIR/zones/Etc/GMT+12" --owner "$$" --owner "$BATS_ROOT_PID"
    chmod 0700 "$CLUSTER_DIR/shared/state"
    wait_for 20 account_is_known
}
utc() { date -u -d "@$1" +%FT%TZ; }
account_is_known() { as root scontrol show assoc_mgr accounts=bio flags=assoc | grep -q 'Account=bio UserName=ada'; }
teardown_file() { cluster_down; }
teardown() { cluster_report; [[ -n ${BATS_TEST_COMPLETED:-} ]] || { as root squeue; as root sacct -aDXP --format DBIndex,JobIDRaw,State,Submit,Start,End,NodeList; }; }

fairlead() { as root /run/cluster/prefix/bin/fairlead --config /run/cluster/etc/fairlead.yaml "$@"; }
# batch OPTION... : a job of one task, and its number.
batch() { as ada sbatch --parsable -A bio -o /dev/null -n1 "$@"; }
state_is() { [[ $(as root squeue -h -j "$1" -o %T 2>/dev/null) == "$2" ]]; }
queue_is_empty() { [[ -z $(as root squeue -h) ]]; }
# a_second_since TIME: the clock shows a later second, so that sacct counts one.
a_second_since() { (($(date +%s) > $1 + 1)); }

start_is_known() { [[ $(as root env SLURM_TIME_FORMAT=%s sacct -aDXnP -j "$1" --format Start) =~ ^[1-9][0-9]+$ ]]; }

# ended ID STATE COUNT: accounting has so many runs of the job that ended so.
ended() { (($(as root sacct -aDXnP -j "$1" --format State | grep -c "^$2") >= $3)); }

@test "the ledger has each run of real jobs to the nano-dollar: arrays, het, requeued, preempted, suspended, cancelled, timed out, of lost nodes, over midnight and a change of clocks" {
    local name at
    for name in again low pause lost; do gate "$name"; done
    timed=$(batch -J timed -p timed -t 0:01:00 --no-requeue --wrap "exec sleep 1000")
    array=$(batch -J array --array 0-2 --wrap true)
    het=$(as ada sbatch --parsable -A bio -J het -o /dev/null -n1 : -n1 --wrap "srun --het-group=0,1 true")
    cancelled=$(batch -J never --hold --wrap true)
    as root scancel "$cancelled"
    lost=$(batch -J lost -p lost --no-requeue --wrap "$(at_gate lost)")
    low=$(batch -J low -p low --exclusive --requeue --wrap "[ \"\$SLURM_RESTART_COUNT\" ] || { $(at_gate low); }")
    again=$(batch -J again --requeue --wrap "[ \"\$SLURM_RESTART_COUNT\" ] || { $(at_gate again); }")
    pause=$(batch -J pause --wrap "$(at_gate pause)")
    for name in again low pause lost; do wait_for 40 reached "$name"; done
    # A start that slurmdbd has not heard of when its job is requeued it never hears of (22.05): such a run is an error line.
    for name in "$again" "$low" "$pause" "$lost"; do wait_for 40 start_is_known "$name"; done
    at=$(date +%s)
    wait_for 10 a_second_since "$at"
    as root scontrol requeue "$again"
    batch -J high -p high --exclusive --wrap true
    as root scontrol suspend "$pause"
    as root scontrol update nodename=n4 state=down reason="lost, for a test"
    wait_for 20 ended "$lost" NODE_FAIL 1
    at=$(date +%s)
    wait_for 10 a_second_since "$at"
    as root scontrol resume "$pause"
    wait_for 120 a_second_since "$MIDNIGHT"
    open_gate pause
    after=$(batch -J after --wrap true)
    wait_for 40 ended "$low" PREEMPTED 1
    wait_for 60 ended "$low" COMPLETED 1
    wait_for 60 ended "$again" REQUEUED 1
    wait_for 60 ended "$again" COMPLETED 1
    wait_for 120 ended "$timed" TIMEOUT 1
    wait_for 40 queue_is_empty
    wait_for 20 ended "$array" COMPLETED 3
    wait_for 20 ended "$het" COMPLETED 2
    wait_for 20 ended "$pause" COMPLETED 1
    wait_for 20 ended "$after" COMPLETED 1
    run -0 fairlead accountant --once
    [[ $output == *" 0 skipped"* ]]
    as root env TZ=UTC SLURM_TIME_FORMAT=%s sacct -aXDnP --starttime now-1days --endtime now --format DBIndex,JobIDRaw,State,AllocNodes,AllocCPUS,Start,End,ElapsedRaw,Suspended \
        >"$BATS_TEST_TMPDIR/runs"
    cat "$BATS_TEST_TMPDIR/runs"
    # What sacct prints in the cluster's own time, in a ledger of its own. By that clock it is an hour earlier than it was.
    as root sacct -aDXP --starttime now-1days --endtime now+2hours \
        --format JobIDRaw,Cluster,DBIndex,Account,User,Partition,State,NodeList,Start,End,ElapsedRaw,Suspended,AllocTRES >"$CLUSTER_DIR/shared/local"
    cat "$CLUSTER_DIR/shared/local"
    run fairlead ledger settle --ledger /run/cluster/shared/state/local.db --book /run/cluster/etc/prices.csv \
        --nodes /run/cluster/etc/nodes.csv --sacct /run/cluster/shared/local
    printf '%s\n' "$output"
    ((status == 0))
    for name in ledger local; do
        as root cat "/run/cluster/shared/state/$name.db" >"$BATS_TEST_TMPDIR/$name.db"
    done
    python3 - "$BATS_TEST_TMPDIR" "$(nproc)" "$MIDNIGHT" "$pause" <<'END'
import datetime, sqlite3, sys
from fractions import Fraction
folder, cpus, midnight, pause = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]


def seconds(text):
    """Of [days-]hours:minutes:seconds, or of minutes:seconds with a fraction."""
    days, _, clock = text.rpartition("-")
    parts = [int(float(part)) for part in clock.split(":")]
    return int(days or 0) * 86400 + sum(part * 60**i for i, part in enumerate(reversed(parts)))


def nanos(begin, end, share):
    before = max(0, min(end, midnight) - begin)
    dollars = 10 * before + 20 * (end - begin - before)
    return round(Fraction(dollars * 10**9, 3600) * share) # half to even, as Python rounds


expected, states, days, over_midnight = {}, {}, {}, None
for line in open(f"{folder}/runs"):
    index, job, state, nodes, allocated, start, end, elapsed, suspended = line.rstrip("\n").split("|")
    if not start.isdigit() or not end.isdigit() or start == "0":
        continue # never started
    share = Fraction(int(allocated), cpus)
    rest = int(end) - int(start) - int(elapsed)
    assert rest == seconds(suspended), line
    start, end, elapsed = int(start), int(end), int(elapsed)
    # The time that it was suspended is counted behind the rest.
    expected[index] = [nanos(start, start + elapsed, share), nanos(start + elapsed, end, share)]
    days[index] = str(datetime.datetime.fromtimestamp(end, datetime.timezone.utc).date())
    if job == pause:
        assert start < midnight < end, "the job was not there at midnight"
        over_midnight = index
    states.setdefault(state.split()[0], []).append(index)
ledger, local = (sqlite3.connect(f"{folder}/{name}.db") for name in ("ledger", "local"))


def amounts_in(ledger):
    found = {}
    for run, kind, amount in ledger.execute("SELECT run, kind, sum(nanos) FROM entry GROUP BY run, kind"):
        assert kind in ("run", "node_fail", "suspended"), kind
        found.setdefault(run, [0, 0])[kind == "suspended"] += amount
    return found


found = amounts_in(ledger)
print({state: len(runs) for state, runs in states.items()})
assert set(states) >= {"COMPLETED", "REQUEUED", "PREEMPTED", "NODE_FAIL", "TIMEOUT"}, states
assert any(rest > 0 for _, rest in expected.values()), "nothing was suspended"
assert found == expected, [(run, found.get(run), amounts) for run, amounts in expected.items() if found.get(run) != amounts]
assert dict(ledger.execute("SELECT run, max(day) FROM entry GROUP BY run")) == days
# Of other runs the clock does not say on which side of midnight they were: it shows the hour before twice.
assert amounts_in(local).keys() == expected.keys()
assert amounts_in(local)[over_midnight] == expected[over_midnight], amounts_in(local)[over_midnight]
kinds = dict(ledger.execute("SELECT run, kind FROM entry WHERE kind = 'node_fail'"))
assert set(kinds) == set(states["NODE_FAIL"]), kinds
END
    run -0 fairlead ledger verify
    run -0 fairlead accountant --once
    [[ $output == "0 new, 0 corrected, "* ]]
}

# settled_until: up to when all is settled, in seconds since 1970.
settled_until() {
    as root cat /run/cluster/shared/state/left.db >"$BATS_TEST_TMPDIR/left.db"
    python3 -c 'import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute("SELECT ended FROM watermark").fetchone())' \
        "$BATS_TEST_TMPDIR/left.db"
}

@test "a day with a line that cannot be read is not settled, nor any behind it, until it can be read" {
    local bin=$CLUSTER_DIR/conf/head/bin begin now
    begin=$(date -u -d '3 days ago 00:00' +%s)
    mkdir "$bin"
    ln -s "$(command -v scontrol)" "$(command -v sacctmgr)" "$bin"
    cat >"$bin/sacct" <<END
#!/bin/bash
$(command -v sacct) "\$@" || exit
[[ -e /run/cluster/shared/garbage && "\$*" =~ --starttime=([^ ]*)\ --endtime=([^ ]*) ]] || exit 0
(($begin >= \$(date -u -d "\${BASH_REMATCH[1]}" +%s) && $begin < \$(date -u -d "\${BASH_REMATCH[2]}" +%s))) && echo garbage
exit 0
END
    chmod 755 "$bin/sacct"
    sed 's|ledger.db|left.db|; 1a scontrol: /run/cluster/etc/bin/scontrol' "$CLUSTER_DIR/conf/head/fairlead.yaml" \
        >"$CLUSTER_DIR/conf/head/left.yaml"
    touch "$CLUSTER_DIR/shared/garbage"
    accountant() { as root /run/cluster/prefix/bin/fairlead --config /run/cluster/etc/left.yaml accountant --once --since "$(date -u -d '5 days ago' +%F)"; }
    run -1 accountant
    [[ $output == *"FL-C102"* && $output == *" 1 skipped"* ]]
    [[ $(settled_until) == "$begin" ]]
    run -1 accountant
    [[ $(settled_until) == "$begin" ]]
    rm "$CLUSTER_DIR/shared/garbage"
    now=$(date +%s)
    run -0 accountant
    (($(settled_until) >= now))
}

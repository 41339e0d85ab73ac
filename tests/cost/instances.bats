#!/usr/bin/env bats
# What instances cost beyond the runs on them.
bats_require_minimum_version 1.5.0

setup() {
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    cd "$BATS_TEST_TMPDIR"
    examples=$BATS_TEST_DIRNAME/../../conf/cost-examples
    cp "$examples/groups.yaml" .
}

settle() {
    fairlead ledger settle --ledger ledger.db --cluster atlas --tz UTC --book "$examples/prices.csv" \
        --nodes "$examples/nodes.csv" --sacct "$examples/sacct.txt" --seen 2027-01-01 "$@"
}

instances() { settle --instances "$examples/instances.csv" --month 2026-07; }

report() { fairlead cost report group month=2026-07 --ledger ledger.db --groups groups.yaml "$@"; }

@test "boot and idle are lines of their own, as docs/cost.md shows them" {
    run -0 instances
    [[ $(<"$BATS_TEST_DIRNAME/../../docs/cost.md") == *"$output"* ]]
    run -0 instances
    [[ ${lines[0]} == "0 new, 2 known, "* && ${lines[1]} == "5 instances, 0 changed" ]]
    run -0 report format=Name,NodeHours,Compute,Boot,Idle,Total -n -P
    [[ $output == $'(boot)|0.10|0.00|0.19|0.00|0.19\n(idle)|0.90|0.00|0.00|7.10|7.09\nbio|1.00|0.24|0.00|0.00|0.24\ncfd|4.00|30.00|0.00|0.00|30.00' ]]
    run -0 fairlead ledger verify --ledger ledger.db
    python3 - <<'END'
import sqlite3
rows = sqlite3.connect("ledger.db").execute("SELECT debit, credit, nanos, period FROM entry").fetchall()
july = sum((debit == "instances") * nanos - (credit == "instances") * nanos for debit, credit, nanos, period in rows if period == "2026-07")
assert july == 0, july
assert sum(nanos for debit, credit, nanos, period in rows if credit == "bill") == 37_524_533_333
END
}

@test "idle is divided among groups by a rule, and what is settled later is divided anew" {
    sed '/i-0b21/d' "$examples/instances.csv" >some.csv
    settle --instances some.csv --month 2026-07
    pool() { fairlead cost pool "$@" --month 2026-07 --ledger ledger.db --groups groups.yaml --author eva; }
    run -0 pool idle --kind idle --rule quota --parts bio=1,cfd=4
    [[ $output == "pool idle of 2026-07: 2 entries added" ]]
    run -0 report format=Name,Idle -n -P
    [[ $output == $'(idle)|0.00\nbio|1.00\ncfd|4.00' ]]
    instances
    run -0 pool idle --kind idle --rule quota --parts bio=1,cfd=4
    [[ $output == "pool idle of 2026-07: 4 entries added" ]]
    run -0 pool idle --kind idle --rule quota --parts bio=1,cfd=4
    [[ $output == "pool idle of 2026-07: nothing has changed" ]]
    run -0 report format=Name,Idle -n -P
    [[ $output == $'(boot)|0.00\n(idle)|0.00\nbio|1.42\ncfd|5.68' ]]
    run -1 pool spare --kind idle --rule proportional
    [[ $output == *"the pool of kind idle is named idle, not spare [FL-C306]" ]]
    run -1 pool idle --kind idle --rule proportional --amount 1
    [[ $output == *"[FL-C306]" ]]
}

@test "a list of instances that is doubtful enters nothing" {
    run -2 settle --month 2026-07
    [[ $output == *"--instances and --month go together [FL-X301]" ]]
    printf 'instance,node,launched,ended\ni-1,hpc-1,2026-07-01,\ni-2,hpc-1,2026-07-02,\n' >two.csv
    run -1 settle --instances two.csv --month 2026-07
    [[ $output == "fairlead: two.csv: node hpc-1 is i-1 and i-2 at the same time, from 2026-07-02T00:00:00Z on [FL-C110]" ]]
    [[ ! -e ledger.db ]]
    printf 'instance,node,launched,ended\ni-1,other-1,2026-07-01,2026-07-02\n' >other.csv
    run -1 settle --instances other.csv --month 2026-07
    [[ $output == *"node other-1 is not in the list of nodes [FL-C103]"* ]]
}

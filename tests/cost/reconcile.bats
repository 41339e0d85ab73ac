#!/usr/bin/env bats
# The ledger against a bill.
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

reconcile() {
    fairlead cost reconcile --ledger ledger.db --month 2026-07 --book "$examples/prices.csv" \
        --nodes "$examples/nodes.csv" --instances "$examples/instances.csv" --cur "$examples/bill.csv" "$@"
}

report() { fairlead cost report group month=2026-07 --ledger ledger.db --groups groups.yaml "$@"; }

@test "a bill is compared by service, instance and hour, as docs/cost.md shows it" {
    instances
    run -1 reconcile
    shown=$output
    [[ $(<"$BATS_TEST_DIRNAME/../../docs/cost.md") == *"$shown"* ]]
    run -1 reconcile --csv
    [[ $output == *$'\n'"i-0a14,hpc-4,2026-07-01T00:00:00Z,4.950000000,7.500000000,-2.550000000,USD"$'\n'* ]]
    [[ $output == *$'\n'"i-0a14,hpc-4,2026-07-01T01:00:00Z,1.250000000,1.250000000,0.000000000,USD"$'\n'* ]]
    run -1 --separate-stderr reconcile --format json
    [[ $(jq -r '.instances_that_differ[] | .instance + " " + .residual' <<<"$output") == "i-0a14 -2.550000000" ]]
    [[ $(jq .explained <<<"$output") == false ]]
    run -1 reconcile --tolerance 14.66
    run -0 reconcile --tolerance 14.67
}

@test "differences that cancel each other out are not explained" {
    instances
    fairlead cost pool other --kind overhead --amount 9.57 --rule unallocated --month 2026-07 --ledger ledger.db --groups groups.yaml --author eva
    run -1 reconcile
    [[ $output == *"all "*" 0.000000000 USD"* ]]
    [[ $output == *"differences without their signs "*" 24.240000000 USD"* ]]
    run -1 --separate-stderr reconcile --format json
    [[ $(jq -r '.explained, (.residuals[] | .net + " " + .without_signs)' <<<"$output" | xargs) == "false 0.000000000 24.240000000" ]]
    run -1 reconcile --tolerance 24.23
    run -0 reconcile --tolerance 24.24
    run -1 reconcile --tolerance 5.09 --pool other=AmazonFSx
    run -0 reconcile --tolerance 5.10 --pool other=AmazonFSx
    run -2 reconcile --pool other
    [[ $output == *"--pool is 'other'"*FL-X301* ]]
    run -2 reconcile --pool other=AmazonEFS
    [[ $output == *"--pool is 'other=AmazonEFS'; expected a service that the bill has beside instances: AmazonEC2, AmazonFSx [FL-X301]" ]]
}

@test "a true-up makes the ledger what was billed, once, and reports total to the bill" {
    instances
    run -1 reconcile --post --author eva
    [[ $output == *"3 entries added" ]]
    run -1 reconcile --post --author eva
    [[ $output == *"0 entries added" ]]
    [[ $output == *"all "*" 47.094533333 "*" 34.974533333 "*" 12.120000000 USD"* ]]
    total() { report --json | jq -r '.totals[0].total'; }
    [[ $(total) == 47.094533333 ]]
    fairlead cost pool fsx --kind storage --amount 12 --rule unallocated --month 2026-07 --ledger ledger.db --groups groups.yaml --author eva
    run -0 reconcile --post --author eva
    [[ $output == *"all "*" 47.094533333 "*" 46.974533333 "*" 0.120000000 USD"*"2 entries added" ]]
    run -0 report groups=cfd
    [[ $output == *$'\n2026-07: 99.74 % of what AWS billed the site is explained\n'* ]]
    run -0 report
    [[ $output == *"2026-07: 99.74 % of what AWS billed the site is explained; 0.120000000 USD is not"* ]]
    [[ $(total) == 47.094533333 ]]
    run -0 report format=Name,Adjusted,Shared,Total --csv
    [[ $output == *$'\n'"(unexplained),0.000000000,0.120000000,0.120000000"$'\n'* ]]
    [[ $output == *$'\n'"cfd,-2.185714286,0.000000000,27.814285714"* ]]
    run -0 report
    [[ $output == *"account:cfd -2.185714286 USD by eva: true-up to the bill of 2026-07: 1 instances of hpc7a.96xlarge, on-demand"* ]]
    run -0 fairlead ledger verify --ledger ledger.db
}

@test "a bill that comes after the close is entered in the month that is open, and is not that month's" {
    instances
    fairlead cost close 2026-07 --ledger ledger.db --groups groups.yaml --author eva
    run -1 reconcile --post --author eva
    [[ $output == *"3 entries added" ]]
    run -0 report
    [[ $output == *"2026-07: not reconciled yet"* && $output != *"is explained"* ]]
    of_august() { fairlead cost report group month=2026-08 --ledger ledger.db --groups groups.yaml "$@"; }
    run -0 of_august format=Name,Adjusted,Shared,Total --csv
    [[ $output == *$'\n'"(unexplained),0.000000000,12.120000000,12.120000000"$'\n'* ]]
    [[ $output == *$'\n'"cfd,-2.185714286,0.000000000,-2.185714286"* ]]
    run -0 of_august
    [[ $output == *"2026-08: not reconciled yet"* && $output != *"is explained"* ]]
    run -1 reconcile --post --author eva
    [[ $output == *"0 entries added" ]]
}

@test "runs that slurmdbd has otherwise are named" {
    instances
    run -0 reconcile --tolerance 100 --sacct "$examples/sacct.txt" --cluster atlas --tz UTC
    [[ $output != *slurmdbd* ]]
    sed '3d' "$examples/sacct.txt" >less.txt
    run -1 reconcile --tolerance 100 --sacct less.txt --cluster atlas --tz UTC
    [[ $output == *"account:bio: slurmdbd has 0 runs of 0 node-seconds, the ledger 1 of 3600"* ]]
}

@test "a bill that cannot be read is compared with nothing" {
    instances
    sed 's/7.5000000000,USD,$/seven,USD,/' "$examples/bill.csv" >bad.csv
    run -1 --separate-stderr fairlead cost reconcile --ledger ledger.db --month 2026-07 --book "$examples/prices.csv" \
        --nodes "$examples/nodes.csv" --instances "$examples/instances.csv" --cur bad.csv
    [[ $stderr == "fairlead: bad.csv:2: lineitemunblendedcost is 'seven'; expected an amount [FL-C402]" && $output == "" ]]
}

#!/usr/bin/env bats
# `fairlead cost billing-weights`: prices and budgets as lines for slurm.conf and sacctmgr.
bats_require_minimum_version 1.5.0

setup() {
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    cd "$BATS_TEST_TMPDIR"
    printf '%s\n' region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency \
        ,,hpc7a.96xlarge,,,,2026-07-01,7.2,USD ,,hpc7a.96xlarge,,,2026-07-01,,9.6,USD >book.csv
    printf '%s\n' nodes,instance_type,purchase,region,az,cpus,memory_mb,gpus \
        'h[1-9],hpc7a.96xlarge,on-demand,,,192,786432,0' >nodes.csv
    echo 'PartitionName=hpc Default=YES DefaultTime=NONE MaxTime=UNLIMITED Nodes=h[1-9]' >partitions.txt
    printf '%s\n' 'schema: fairlead.groups/1' groups: '  bio: {accounts: [bio], budget: {amount: 50}}' \
        '  cfd: {accounts: [cfd, cfd2], budget: {amount: 50, period: quarter}}' \
        '  geo: {accounts: [geo], budget: {amount: 0.5, period: quarter}}' >groups.yaml
}

weights() {
    fairlead cost billing-weights --book book.csv --nodes nodes.csv --partitions partitions.txt --groups groups.yaml "$@"
}

@test "weights and limits are lines to copy, with what they need of slurm.conf" {
    run -0 weights --at 2026-06-01 --cluster atlas
    diff - <(printf '%s\n' "$output") <<'END'
# slurm.conf: add the weights to the line of each partition; billing is in millionths of 1 USD an hour.
# With PriorityType=priority/multifactor, PriorityFlags=MAX_TRES
PartitionName=hpc ... TRESBillingWeights="CPU=37500,Mem=9375G"

# Slurm sets all usage back at once: run the commands of one period alone

# budgets of a month, with AccountingStorageEnforce=limits,
# PriorityDecayHalfLife=0 and PriorityUsageResetPeriod=MONTHLY
sacctmgr -i modify account where account=bio cluster=atlas set GrpTRESMins=billing=3000000000

# budgets of a quarter, with AccountingStorageEnforce=limits,
# PriorityDecayHalfLife=0 and PriorityUsageResetPeriod=QUARTERLY
sacctmgr -i modify account where account=geo cluster=atlas set GrpTRESMins=billing=30000000

# cfd: no limit, it has 2 accounts, and Slurm limits each by itself; make them children of one account and limit that
END
}

@test "JSON has the same, at the prices of the day" {
    weights --at 2026-07-01 --format json >out.json
    python3 - <<'END'
import json
out = json.load(open("out.json"))
assert out["schema"] == "fairlead.billing-weights/1" and out["currency"] == "USD"
assert out["units_per_currency_hour"] == 1000000
assert out["partitions"] == [{"partition": "hpc", "weights": "CPU=50000,Mem=12500G", "kinds": 1}], out
assert out["mixed_periods"] is True
bio, cfd, geo = out["limits"]
assert bio["billing_minutes"] == 3000000000 and bio["account"] == "bio" and "account" not in cfd
assert geo["command"].endswith("where account=geo set GrpTRESMins=billing=30000000")
END
}

@test "prices and nodes are those of the section cost where none are named" {
    printf '%s\n' 'schema: fairlead.config/1' "cost: {prices: $PWD/book.csv, nodes: $PWD/nodes.csv}" >fairlead.yaml
    run -0 fairlead --config "$PWD/fairlead.yaml" cost billing-weights --partitions partitions.txt
    [[ $output == *'"CPU='*GrpTRESMins=billing=3000000000* ]]
    echo 'schema: fairlead.config/1' >fairlead.yaml
    run -1 fairlead --config "$PWD/fairlead.yaml" cost billing-weights --partitions partitions.txt
    [[ $output == *"no section \`cost\`"*"[FL-X106]" ]]
}

@test "what cannot be weighed is an error" {
    run -2 weights --cluster 'a;b'
    [[ $output == *"--cluster is 'a;b'"*"[FL-X301]" ]]
    run -2 weights --at yesterday
    [[ $output == *"[FL-X301]" ]]
    echo 'PartitionName=hpc Nodes=(null)' >partitions.txt
    run -1 weights
    [[ $output == *"[FL-C108]" ]]
    echo 'PartitionName=hpc Nodes=x1' >partitions.txt
    run -1 weights
    [[ $output == *x1*"[FL-C103]" ]]
}

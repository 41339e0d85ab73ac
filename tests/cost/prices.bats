#!/usr/bin/env bats
# `fairlead prices import`: what AWS said is kept, and the book grows.
bats_require_minimum_version 1.5.0

setup() {
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    cd "$BATS_TEST_TMPDIR"
}

# spot TIME PRICE: an answer of describe-spot-price-history.
spot() {
    printf '{"SpotPriceHistory": [{"AvailabilityZone": "us-east-2a", "InstanceType": "c7a.large", "ProductDescription": "Linux/UNIX",
        "SpotPrice": "%s", "Timestamp": "%s"}]}' "$2" "$1"
}

@test "each import adds to the book, and what was said before stays" {
    spot 2026-06-01T08:00:00Z 0.0300 >one.json
    spot 2026-06-02T08:00:00Z 0.0312 >two.json
    run -0 fairlead prices import one.json --archive kept --region us-east-2
    [[ $output == "kept/prices.csv: 1 prices" ]]
    run -0 fairlead prices import two.json one.json --archive kept --region us-east-2
    [[ $output == "kept/prices.csv: 2 prices" ]]
    [[ $(sed -n 2p kept/prices.csv) == us-east-2,us-east-2a,c7a.large,linux,spot,2026-06-01T08:00:00Z,2026-06-02T08:00:00Z,0.030000000000,USD ]]
    kept=(kept/*.json)
    [[ ${#kept[@]} -eq 2 && $(stat -c %a "${kept[0]}") == 444 ]]
}

@test "the book prices a dump" {
    spot 2026-06-01T08:00:00Z 0.0360 >one.json
    fairlead prices import one.json --archive kept --region us-east-2
    printf 'nodes,instance_type,purchase,region,az\nn1,c7a.large,spot,us-east-2,us-east-2a\n' >nodes.csv
    printf 'JobID|NodeList|Start|ElapsedRaw\n7|n1|2026-06-02T00:00:00Z|1800\n' >dump.txt
    run -0 fairlead cost price --book kept/prices.csv --nodes nodes.csv --sacct dump.txt --csv
    [[ ${lines[1]} == 7,1,1800,c7a.large,spot,1.000000000,0.018000000,USD,* ]]
}

@test "what makes no book with what is kept is refused, not kept, and stands in nothing's way" {
    plan() {
        printf '{"savingsPlanId": "%s", "searchResults": [{"rate": "%s", "currency": "USD", "unit": "Hrs", "serviceCode": "AmazonEC2",
            "usageType": "BoxUsage:c7a.large", "properties": [{"name": "region", "value": "us-east-2"}, {"name": "tenancy", "value": "shared"},
            {"name": "instanceType", "value": "c7a.large"}, {"name": "productDescription", "value": "Linux/UNIX"}]}]}' "$1" "$2"
    }
    plan sp-1 0.07 >one.json
    plan sp-2 0.06 >two.json
    run -0 fairlead prices import one.json --archive kept
    run -1 fairlead prices import two.json --archive kept
    [[ $output == *"has two prices from the beginning on [FL-C101]" ]]
    spot 2026-06-01T08:00:00Z 0.0300 >spot.json
    run -0 fairlead prices import spot.json --archive kept --region us-east-2
    [[ $output == "kept/prices.csv: 2 prices" ]]
}

@test "what is no answer of AWS is refused and not kept" {
    echo '{"message": "denied"}' >bad.json
    run -1 fairlead prices import bad.json --archive kept
    [[ $output == *"bad.json: expected JSON with products and terms"*"[FL-C101]" ]]
    [[ -z $(find kept -name "*.json") ]]
    run -2 fairlead prices import bad.json --archive kept --region ../etc
}

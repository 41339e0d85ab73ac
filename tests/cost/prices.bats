#!/usr/bin/env bats
# `fairlead prices import`: what AWS said is kept, and the book grows.
bats_require_minimum_version 1.5.0

setup() {
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    cd "$BATS_TEST_TMPDIR"
}

teardown() {
    local pid
    for pid in ${fake-}; do
        kill "$pid"
        wait "$pid" || :
    done
}

# aws STATE: AWS, which checks signatures, and a configuration in aws.yaml that names it.
aws() {
    printf '%s' "$1" >state.json
    mkfifo ec2.stop
    "$BATS_TEST_DIRNAME/../fakes/ec2" ec2.port --state state.json --calls calls --requests requests <>ec2.stop 3>&- &
    fake=$!
    until [[ -s ec2.port ]]; do kill -0 "$fake"; sleep 0.02; done
    printf 'schema: fairlead.config/1\nregion: us-east-2\ntesting: {aws_endpoint: "http://127.0.0.1:%s"}\n' "$(<ec2.port)" >aws.yaml
    export FAIRLEAD_CONFIG=$PWD/aws.yaml AWS_ACCESS_KEY_ID=ASIAFAIRLEADFAKE0001 \
        AWS_SECRET_ACCESS_KEY=fake/secret/of/the/role/0000000000000001 AWS_SESSION_TOKEN=fake-session-token-of-the-role
}
list_price='{"region": "us-east-2", "type": "c7a.large", "price": "0.1026400000", "since": "2026-01-01T00:00:00Z"}'
days_ago() { date -u -d "$1 days ago" +%Y-%m-%dT00:00:00.000Z; }

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

@test "its help has what is read and what is asked for, and so has the manual page" {
    run -0 fairlead prices import --help
    [[ $output == *"Usage: fairlead prices import [OPTIONS] [FILE...]"* ]]
    [[ $output == *$'\nPositionals:\n  FILE TEXT ...'* && $output == *$'\n  --type TEXT ...'* ]]
    [[ $(grep -c '^  -h,--help' <<<"$output") == 1 ]]
    page=$(sed 's/\\//g' "${FAIRLEAD_STAGE:?set by scripts/test}"/run/cluster/prefix/share/man/man1/fairlead.1 | sed -n '/^.SS fairlead prices import/,/^.S[SH] /p')
    [[ $page == *"FILE"*"--type"* ]]
}

@test "AWS itself is asked for the list price and the spot prices of a type, page by page" {
    aws '{"page": 1, "products": ['"$list_price"', {"region": "eu-west-1", "type": "c7a.large", "price": "9", "since": "2026-01-01T00:00:00Z"},
            {"region": "us-east-2", "type": "c7a.large", "price": "0.0000000000", "market": "CapacityBlock", "since": "2026-02-01T00:00:00Z"}],
        "spot": [{"zone": "us-east-2a", "type": "c7a.large", "price": "0.0300", "time": "'"$(days_ago 200)"'"},
            {"zone": "us-east-2a", "type": "c7a.large", "price": "0.0360", "time": "'"$(days_ago 3)"'"},
            {"zone": "us-east-2a", "type": "c7a.large", "price": "7", "product": "Windows", "time": "'"$(days_ago 3)"'"},
            {"zone": "us-east-2b", "type": "c7a.xlarge", "price": "7", "time": "'"$(days_ago 3)"'"}]}'
    run -0 fairlead prices import --type c7a.large --archive kept
    [[ ${lines[0]} == "the price list of us-east-2: 1" && ${lines[1]} == "the spot prices of us-east-2: 2" ]]
    [[ ${lines[2]} == "kept/prices.csv: 3 prices" ]]
    diff <(sort calls) <(printf '%s\n' "DescribeSpotPriceHistory 200" "DescribeSpotPriceHistory 200" "GetProducts 200")
    start=$(days_ago 3)
    diff <(sed 1d kept/prices.csv) - <<END
us-east-2,,c7a.large,linux,on-demand,2026-01-01T00:00:00Z,,0.102640000000,USD
us-east-2,us-east-2a,c7a.large,linux,spot,$(days_ago 200 | sed 's/[.]000//'),${start/.000/},0.030000000000,USD
us-east-2,us-east-2a,c7a.large,linux,spot,${start/.000/},,0.036000000000,USD
END
    run -0 fairlead prices import --type c7a.large --archive kept --days 1
    [[ ${lines[2]} == "kept/prices.csv: 3 prices" ]]
}

@test "the archive grows by what is new of each type and region" {
    aws '{"products": ['"$list_price"', {"region": "us-east-2", "type": "hpc7a.96xlarge", "price": "7.2", "since": "2026-01-01T00:00:00Z"}],
        "spot": [{"zone": "us-east-2a", "type": "c7a.large", "price": "0.0300", "time": "'"$(days_ago 50)"'"},
            {"zone": "us-east-2a", "type": "c7a.large", "price": "0.0330", "time": "'"$(days_ago 40)"'"},
            {"zone": "us-east-2a", "type": "c7a.large", "price": "0.0360", "time": "'"$(days_ago 30)"'"}]}'
    both=(fairlead prices import --type c7a.large --type hpc7a.96xlarge --archive kept)
    run -0 "${both[@]}"
    [[ ${lines[1]} == "the spot prices of us-east-2: 3" && ${lines[2]} == "kept/prices.csv: 5 prices" ]]
    run -0 "${both[@]}"
    [[ ${lines[1]} == "the spot prices of us-east-2: 2" ]] # the newest, and what held the day before it
    run -0 "${both[@]}"
    [[ $(find kept -name '*.json' | wc -l) -eq 3 ]] # the same answer is kept once
    sed -i 's/"spot": \[/&{"zone": "us-east-2b", "type": "c7a.large", "price": "0.0390", "time": "'"$(days_ago 2)"'"}, /' state.json
    run -0 "${both[@]}"
    [[ ${lines[1]} == "the spot prices of us-east-2: 3" && ${lines[2]} == "kept/prices.csv: 6 prices" ]]
    run -0 "${both[@]}" --days 90
    [[ ${lines[1]} == "the spot prices of us-east-2: 4" && ${lines[2]} == "kept/prices.csv: 6 prices" ]]
}

@test "a type without spot prices has a list price, and one that AWS does not list is named" {
    aws '{"products": ['"$list_price"']}'
    run -0 fairlead prices import --type c7a.large --archive kept
    [[ ${lines[0]} == "the price list of us-east-2: 1" && ${lines[1]} == "kept/prices.csv: 1 prices" ]]
    run -1 fairlead prices import --type c7a.lorge --archive kept
    [[ $output == *"price list has no c7a.lorge in us-east-2"*"[FL-C101]" ]]
    run -1 fairlead prices import --type c7a.large --region eu-west-1 --archive kept
    [[ $output == *"[FL-X206]" ]] # in Europe another region answers
    run -2 fairlead prices import --archive kept
    run -2 fairlead prices import --type c7a.large --days 91 --archive kept
    [[ $(find kept -name '*.json' | wc -l) -eq 1 ]]
}

@test "where AWS refuses or fails, nothing is kept and no key is told" {
    aws '{"products": ['"$list_price"'], "denied": ["DescribeSpotPriceHistory"]}'
    run -1 fairlead prices import --type c7a.large --archive kept
    [[ $output == *"UnauthorizedOperation"*"[FL-X206]" ]]
    printf '{"denied": ["GetProducts"]}' >state.json
    run -1 fairlead prices import --type c7a.large --archive kept
    [[ $output == *"price list GetProducts: AccessDeniedException: not authorized"*"[FL-X206]" ]]
    for fault in '{"fault": "garbage"}' '{"fault": "half-xml"}' '{"fault": "echo"}'; do
        printf '{"products": [%s], "faults": [%s]}' "$list_price" "$fault" >state.json
        run -1 fairlead prices import --type c7a.large --archive kept
        [[ $output == *"[FL-X206]" || $output == *"[FL-X208]" ]]
        [[ $output != *fake-session-token* && $output != *fake/secret* ]]
    done
    [[ ! -e kept ]]
    printf '{"products": [%s], "faults": [{"fault": "throttle", "times": 2}]}' "$list_price" >state.json
    run -0 fairlead prices import --type c7a.large --archive kept
    [[ $(grep -c ' 503$' calls) -eq 2 ]]
}

#!/usr/bin/env bats
# `fairlead cost price`: what runs cost by a price book, to the nano-dollar.
bats_require_minimum_version 1.5.0

setup() {
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    cd "$BATS_TEST_TMPDIR"
    export TZ=UTC
    cat >book.csv <<'END'
region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency
us-east-2,,c7a.large,Linux,on-demand,2026-01-01,2026-03-01,0.10264,USD
us-east-2,,c7a.large,Linux,on-demand,2026-03-01,,0.11,USD
us-east-2,us-east-2a,c7a.large,Linux/UNIX,spot,,,0.0312,USD
END
    cat >nodes.csv <<'END'
nodes,instance_type,purchase,region,az,cpus,memory_mb,gpus
c7a-[1-3,7],c7a.large,on-demand,us-east-2,us-east-2b,96,16000,0
s-[1-2],c7a.large,spot,us-east-2,us-east-2a,,,
END
    cat >dump.txt <<'END'
JobIDRaw|JobName|NodeList|Start|End|ElapsedRaw|AllocTRES|State|Account
1|a|b|c7a-1|2026-02-28T23:00:00|2026-03-01T01:00:00|7200|cpu=32,mem=1G,node=1|COMPLETED|bio
2|x|c7a-[1-2]|2026-02-28T23:00:00|2026-03-01T01:00:00|7200||COMPLETED|chem
2.batch|x|c7a-1|2026-02-28T23:00:00|2026-03-01T01:00:00|7200||COMPLETED|chem
4|x|s-1,c7a-7|2026-02-28T23:00:00|Unknown|100||RUNNING|=chem
5|x|None assigned|Unknown|Unknown|0||PENDING|chem
6|x|s-1|2026-02-28T23:00:00|2026-02-28T23:10:00|500||FAILED|chem
END
}

price() { fairlead cost price --book book.csv --nodes nodes.csv --sacct "$@"; }

@test "each run is a line of CSV with nine places, priced by the hour before and after a price changes" {
    run -0 --separate-stderr price dump.txt --csv
    [[ -z $stderr ]]
    diff - <(printf '%s\n' "$output") <<'END'
JobID,Nodes,Seconds,InstanceType,Purchase,Share,Cost,Currency,SuspendedSeconds,SuspendedCost,Start,State,Cluster,Account,User,Partition
1,1,7200,c7a.large,on-demand,0.333333333,0.070880000,USD,0,0.000000000,2026-02-28T23:00:00Z,COMPLETED,,bio,,
2,2,7200,c7a.large,on-demand,1.000000000,0.425280000,USD,0,0.000000000,2026-02-28T23:00:00Z,COMPLETED,,chem,,
4,1,100,c7a.large,spot,1.000000000,0.000866667,USD,0,0.000000000,2026-02-28T23:00:00Z,RUNNING,,'=chem,,
4,1,100,c7a.large,on-demand,1.000000000,0.002851111,USD,0,0.000000000,2026-02-28T23:00:00Z,RUNNING,,'=chem,,
6,1,500,c7a.large,spot,1.000000000,0.004333333,USD,100,0.000866667,2026-02-28T23:00:00Z,FAILED,,chem,,
END
}

@test "for people, the sums of the accounts, and their cents add up" {
    run -0 price dump.txt
    diff - <(printf '%s\n' "$output") <<'END'
Account                        Runs         Cost USD
=chem                             1             0.01
bio                               1             0.07
chem                              2             0.43
all                               4             0.51
END
}

@test "JSON has the same, amounts as text" {
    price dump.txt --format json >out.json
    price dump.txt --csv >out.csv
    python3 - <<'END'
import csv, json
document = json.load(open("out.json"))
assert document["schema"] == "fairlead.cost-price/1" and document["skipped"] == 0
assert [(run["job"], run["cost"], run["share"], str(run["seconds"])) for run in document["runs"]] == \
    [(row["JobID"], row["Cost"], row["Share"], row["Seconds"]) for row in csv.DictReader(open("out.csv"))]
END
}

@test "standard input is a dump" {
    diff <(price dump.txt --csv) <(price - --csv <dump.txt)
}

@test "lines that cannot be read or priced are named and skipped, and the status says so" {
    cat >>dump.txt <<'END'
7|x|c9-1|2026-02-28T23:00:00|2026-03-01T01:00:00|7200||COMPLETED|chem
garbage
8|x|c7a-1|2025-12-31T23:00:00|2026-01-01T01:00:00|7200||COMPLETED|chem
9|x|c7a-1|2026-02-28T23:00:00|2026-02-28T23:00:10|10|cpu=many|COMPLETED|chem
6|x|s-1|2026-02-28T23:00:00|2026-02-28T23:10:00|500||FAILED|chem
10|x|s-2|2026-02-28T23:00:00|2026-02-28T23:00:10|10||COMPLETED|chem
END
    run -1 --separate-stderr price dump.txt --csv
    [[ $(wc -l <<<"$output") -eq 7 && $output == *$'\n10,1,10,c7a.large,spot,1.000000000,0.000086667,USD,'* ]]
    diff - <(printf '%s\n' "$stderr") <<'END'
fairlead: dump.txt:8: job 7: node c9-1 is not in the list of nodes [FL-C103]
fairlead: dump.txt:9: 1 fields, but the header names 9 columns [FL-C102]
fairlead: dump.txt:10: job 8: the price book has no price for c7a.large (on-demand, us-east-2, us-east-2b, linux) at 2025-12-31T23:00:00Z [FL-C103]
fairlead: dump.txt:11: job 9: AllocTRES is 'cpu=many'; expected a list such as cpu=4,mem=16G [FL-C102]
fairlead: dump.txt:12: job 6: this run was counted already [FL-C102]
END
    run -1 --separate-stderr price dump.txt
    [[ ${lines[-1]} == "5 lines of the dump are not in these sums" ]]
}

@test "prices of equal rank are an error that names both" {
    sed -i '/,us-east-2a,c7a.large,Linux\/UNIX/d' book.csv
    printf ',,c7a.large,Linux,spot,,,1,USD\n,us-east-2a,c7a.large,,spot,,,2,USD\n' >>book.csv
    run -1 --separate-stderr price dump.txt --csv
    [[ $stderr == *"dump.txt:7: job 6: book.csv:"*" both give c7a.large"*"[FL-C106]"* ]]
    [[ $stderr == *"job 6: "*"book.csv:4"* && $stderr == *"job 6: "*"book.csv:5"* ]]
}

@test "a book, list or dump that cannot be used is an error before anything is priced" {
    printf ',,,,,,,1,USD\n,,,,,,,2,USD\n' >>book.csv
    run -1 --separate-stderr price dump.txt --csv
    [[ -z $output && $stderr == "fairlead: book.csv:5 and book.csv:6 give the same thing two prices"*"[FL-C101]" ]]
    sed -i '$d' book.csv
    printf 'c7a-2,c7a.large,spot,,,,,\n' >>nodes.csv
    run -1 --separate-stderr price dump.txt --csv
    [[ -z $output && $stderr == "fairlead: nodes.csv:4: node c7a-2 is already at line 2 [FL-C104]" ]]
    sed -i '$d' nodes.csv
    run -1 --separate-stderr price book.csv
    [[ $stderr == "fairlead: book.csv:1: the first line names no column JobIDRaw or JobID"*"[FL-C107]" ]]
    run -1 --separate-stderr price none.txt
    [[ $stderr == "fairlead: none.txt"*"[FL-X101]" ]]
}

@test "a total beyond what one amount holds is right" {
    printf 'JobIDRaw|Account|NodeList|Start|End\n' >large.txt
    for job in 1 2 3 4; do
        echo "$job|bio|n1|2026-01-01T00:00:00|2026-01-31T00:00:00" >>large.txt
    done
    printf 'region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n,,,,,,,9000000,USD\n' >large.csv
    run -0 fairlead cost price --book large.csv --sacct large.txt
    [[ ${lines[1]} == "bio "*" 4   25920000000.00" && ${lines[2]} == "all "*" 4   25920000000.00" ]]
}

@test "wrong usage is status 2" {
    run -2 fairlead cost price --sacct dump.txt
    run -2 fairlead cost price --book book.csv
    run -2 price dump.txt --csv --format json
    run -2 --separate-stderr price dump.txt --tz Europe/Atlantis
    [[ $stderr == *"'Europe/Atlantis' is not known"*"[FL-X301]" ]]
}

@test "times are of the zone that is named, and of this machine by default" {
    # One hour before the price rises in UTC is one after it in Berlin.
    printf 'JobID|NodeList|Start|End\n1|c7a-1|2026-03-01T00:30:00|2026-03-01T01:00:00\n' >zone.txt
    run -0 price zone.txt --csv --tz UTC
    [[ ${lines[1]} == *,0.055000000,USD,* ]]
    run -0 price zone.txt --csv --tz Europe/Berlin
    [[ ${lines[1]} == *,0.051320000,USD,*2026-02-28T23:30:00Z* ]]
    TZ=Europe/Berlin run -0 price zone.txt --csv
    [[ ${lines[1]} == *,0.051320000,USD,* ]]
}

@test "a day of 25 hours is paid as 25 hours" {
    printf 'JobID|NodeList|Start|End\n1|c7a-1|2026-10-25T00:00:00|2026-10-26T00:00:00\n' >dst.txt
    run -0 price dst.txt --csv --tz Europe/Berlin
    [[ ${lines[1]} == 1,1,90000,*,2.750000000,USD,* ]]
}

@test "a book in YAML prices the same" {
    cat >book.yaml <<'END'
schema: fairlead.prices/1
prices:
  - {instance_type: c7a.large, purchase: on-demand, valid_to: 2026-03-01, price_per_hour: 0.10264}
  - {instance_type: c7a.large, purchase: on-demand, valid_from: 2026-03-01, price_per_hour: 0.11}
  - {instance_type: c7a.large, purchase: spot, price_per_hour: 0.0312}
END
    diff <(price dump.txt --csv) <(fairlead cost price --book book.yaml --nodes nodes.csv --sacct dump.txt --csv)
}

@test "100,000 runs with 1 % garbage cost what fractions of Python say, and every bad line is named" {
    independent=$BATS_TEST_DIRNAME/independent.py
    python3 "$independent" make 100000 1 .
    price dump.txt --csv >out.csv 2>errors && false
    (($(wc -l <bad) > 900))
    diff <(sed 1d out.csv | cut -d, -f1-8) <(python3 "$independent" price .)
    diff <(sed -nE 's/^fairlead: dump.txt:([0-9]+): .*/\1/p' errors) bad
}

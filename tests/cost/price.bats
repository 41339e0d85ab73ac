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

@test "lines that cannot be read or priced are named, counted and skipped, and are no failure" {
    cat >>dump.txt <<'END'
7|x|c9-1|2026-02-28T23:00:00|2026-03-01T01:00:00|7200||COMPLETED|chem
garbage
8|x|c7a-1|2025-12-31T23:00:00|2026-01-01T01:00:00|7200||COMPLETED|chem
9|x|c7a-1|2026-02-28T23:00:00|2026-02-28T23:00:10|10|cpu=many|COMPLETED|chem
6|x|s-1|2026-02-28T23:00:00|2026-02-28T23:10:00|500||FAILED|chem
10|x|s-2|2026-02-28T23:00:00|2026-02-28T23:00:10|10||COMPLETED|chem
END
    run -0 --separate-stderr price dump.txt --csv
    [[ $(wc -l <<<"$output") -eq 7 && $output == *$'\n10,1,10,c7a.large,spot,1.000000000,0.000086667,USD,'* ]]
    diff - <(printf '%s\n' "$stderr") <<'END'
fairlead: dump.txt:8: job 7: node c9-1 is not in the list of nodes [FL-C103]
fairlead: dump.txt:9: 1 fields, but the header names 9 columns [FL-C102]
fairlead: dump.txt:10: job 8: the price book has no price for c7a.large (on-demand, us-east-2, us-east-2b, linux) at 2025-12-31T23:00:00Z [FL-C103]
fairlead: dump.txt:11: job 9: AllocTRES is 'cpu=many'; expected a list such as cpu=4,mem=16G [FL-C102]
fairlead: dump.txt:12: job 6: this run was counted already [FL-C102]
fairlead: 5 lines of dump.txt left out: 3 row of a dump skipped (FL-C102) at lines 9, 11, 12; 2 node has no price (FL-C103) at lines 8, 10
END
    run -0 --separate-stderr price dump.txt
    [[ ${lines[-1]} == "5 lines of the dump are not in these sums" ]]
}

@test "a dump of which nothing can be priced is a failure" {
    printf 'JobID|NodeList|Start|End\n1|c9-1|2026-03-01T00:30:00|2026-03-01T01:00:00\n' >unpriced.txt
    run -1 --separate-stderr price unpriced.txt --csv
    [[ $stderr == *"1 line of unpriced.txt left out: 1 node has no price (FL-C103) at line 2" ]]
}

@test "of a run that the dump has twice, the line of its end counts" {
    { printf '\n\n' && head -n 1 dump.txt
      echo '1|a|b|c7a-1|2026-02-28T23:00:00|Unknown|600|cpu=32,mem=1G,node=1|RUNNING|bio'
      tail -n +2 dump.txt; } >twice.txt
    run -0 --separate-stderr price twice.txt --csv
    [[ $(grep -c '^1,' <<<"$output") -eq 1 && $output == *$'\n1,1,7200,c7a.large,on-demand,0.333333333,0.070880000,'* ]]
    [[ $stderr == *"twice.txt:4: job 1: line 5 has a later end of this run, and counts"* ]]
}

@test "output that cannot be written is no success, and devices and pipes stay what they are" {
    run -1 --separate-stderr bash -c 'fairlead cost price --book book.csv --nodes nodes.csv --sacct dump.txt --csv >/dev/full'
    [[ $stderr == *"standard output cannot be written: No space left on device"*"[FL-X201]" ]]
    run -1 --separate-stderr bash -c 'fairlead cost price --book book.csv --nodes nodes.csv --sacct dump.txt >&-'
    [[ $stderr == *"[FL-X201]" ]]
    run -1 --separate-stderr bash -c 'trap "" PIPE; exec 3> >(:); wait $!; fairlead version >&3'
    report() { fairlead cost report account month=2026-02 --book book.csv --nodes nodes.csv --sacct dump.txt --html "$1"; }
    run -1 --separate-stderr report /dev/full
    [[ $stderr == *"cannot write /dev/full: No space left on device [FL-X201]" && -c /dev/full ]]
    mkfifo pipe
    report pipe &
    grep -q '<html' <pipe
    wait $!
    [[ -p pipe ]]
    run -1 --separate-stderr report pipe # nobody reads it any more
    [[ $stderr == *"cannot write pipe: "*"[FL-X201]" && -p pipe ]]
    report /dev/stdout >page.html
    grep -q '<html' page.html
    [[ -L /dev/stdout ]]
}

@test "a book and a list of nodes from a spreadsheet are taken, and what is ignored is told once" {
    printf '\xef\xbb\xbfRegion,AZ,Instance_Type,OS,Purchase,Valid_From,Valid_To,Price_Per_Hour,Currency,SKU\r\n' >book.csv
    printf ',,c7a.large,,,2026-01-01,,.36,usd,A\r\n,,c7a.large,,,2026-03-01,,.72,usd,B\r\n' >>book.csv
    printf 'Nodes,instance_type,purchase,region,az,memory_mb,rack\nc7a-[1-100000],c7a.large,,,,1024.5,r\n' >nodes.csv
    printf 'JobID|NodeList|Start|End\n1|c7a-[1-100000]|2026-02-28T23:00:00|2026-03-01T01:00:00\n' >big.txt
    run -0 --separate-stderr price big.txt --csv
    [[ ${lines[1]} == 1,100000,7200,c7a.large,,1.000000000,108000.000000000,USD,* ]]
    [[ $stderr == *"fairlead: book.csv:1: column 'SKU' is ignored"* ]]
    [[ $stderr == *"fairlead: nodes.csv:1: column 'rack' is ignored"* && $(wc -l <<<"$stderr") -eq 2 ]]
}

@test "no text of a dump is more than text in CSV" {
    printf 'JobID|NodeList|Start|End|Account|User\n1|s-1|2026-03-01T00:00:00|2026-03-01T01:00:00|b\0i\033[2Jo|M\xfcller\n' >dirty.txt
    run -0 price dirty.txt --csv
    [[ ${lines[1]} == *,b?i?[2Jo,M?ller, ]]
    printf 'nonsense\n' >none.txt
    run -1 --separate-stderr price none.txt --csv
    [[ -z $output && $stderr == *"[FL-C107]" ]]
}

@test "each form of TZ is understood or refused by its name" {
    printf 'JobID|NodeList|Start|End\n1|c7a-1|2026-03-01T00:30:00|2026-03-01T01:00:00\n' >zone.txt
    for zone in UTC0 :/usr/share/zoneinfo/UTC /usr/share/zoneinfo/Etc/UTC :UTC; do
        TZ=$zone run -0 price zone.txt --csv
        [[ ${lines[1]} == *,2026-03-01T00:30:00Z,* ]]
    done
    TZ=:/etc/localtime run -0 price zone.txt --csv
    TZ=CET-1CEST run -2 --separate-stderr price zone.txt --csv
    [[ $stderr == *"'CET-1CEST' of the variable TZ is not known"*"[FL-X301]" ]]
}

@test "prices of equal rank are an error that names both" {
    sed -i '/,us-east-2a,c7a.large,Linux\/UNIX/d' book.csv
    printf ',,c7a.large,Linux,spot,,,1,USD\n,us-east-2a,c7a.large,,spot,,,2,USD\n' >>book.csv
    run -0 --separate-stderr price dump.txt --csv
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
    price dump.txt --csv >out.csv 2>errors
    (($(wc -l <bad) > 900))
    diff <(sed 1d out.csv | cut -d, -f1-8) <(python3 "$independent" price .)
    diff <(sed -nE 's/^fairlead: dump.txt:([0-9]+): .*/\1/p' errors) bad
}

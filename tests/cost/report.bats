#!/usr/bin/env bats
# `fairlead cost report`: what it shows is what an independent calculation says, in every form.
bats_require_minimum_version 1.5.0

setup() {
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    cd "$BATS_TEST_TMPDIR"
    here=$BATS_TEST_DIRNAME
    examples=$here/../../conf/cost-examples
}

# settled ROWS SEED: a ledger of a random dump.
settled() {
    python3 "$here/report.py" make "$1" "$2" .
    fairlead ledger settle --ledger ledger.db --cluster atlas --tz UTC --book book.csv --nodes nodes.csv \
        --sacct dump.txt --seen 2027-01-01 --wckeys >/dev/null
}

report() { fairlead cost report "$@" --ledger ledger.db --groups groups.yaml; }

example() {
    fairlead ledger settle --ledger ledger.db --cluster atlas --tz UTC --book "$examples/prices.csv" \
        --nodes "$examples/nodes.csv" --sacct "$examples/sacct.txt" --seen 2027-01-01 --until "${until-2026-08-01}" >/dev/null
    cp "$examples/groups.yaml" .
}

@test "reports of the ledger are what an independent calculation says, to the nano-dollar" {
    for seed in 1 2 3; do
        rm -f ledger.db
        settled 2000 "$seed"
        for kind in group user account grant university; do
            report "$kind" start=2026-05-01 end=2026-09-01 --json >"$kind.json"
            python3 "$here/report.py" check . "$kind" "$kind.json"
        done
    done
}

@test "a report of sacct's output alone says the same" {
    python3 "$here/report.py" make 2000 4 .
    for kind in group user account grant university; do
        fairlead cost report "$kind" start=2026-05-01 end=2026-09-01 --json --groups groups.yaml --tz UTC \
            --book book.csv --nodes nodes.csv --sacct - <dump.txt >"$kind.json"
        python3 "$here/report.py" check . "$kind" "$kind.json"
    done
}

@test "sacct itself is asked where a price book is named alone" {
    python3 "$here/report.py" make 500 5 .
    mkdir bin
    cat >bin/sacct <<'END2'
#!/bin/bash
[[ $TZ == UTC && $SLURM_TIME_FORMAT == %s && "$*" == *"--starttime=2026-05-01 --endtime=2026-09-01"* ]] || exit 3
[[ "$*" != *allusers* ]] || exit 4
cat "${0%/*}/../dump.txt"
END2
    chmod +x bin/sacct
    printf 'schema: fairlead.config/1\nscontrol: %s/bin/scontrol\n' "$PWD" >fairlead.yaml
    fairlead --config fairlead.yaml cost report user start=2026-05-01 end=2026-09-01 --json --book book.csv \
        --nodes nodes.csv >user.json
    python3 "$here/report.py" check . user user.json
    # Whoever names a group wants all that Slurm shows them of it.
    sed -i 's/"$\*" != \*allusers\*/"$*" == *allusers*/' bin/sacct
    run -0 fairlead --config fairlead.yaml cost report user start=2026-05-01 end=2026-09-01 accounts=bio --book book.csv \
        --nodes nodes.csv
    echo 'exit 7' >bin/sacct
    run -1 fairlead --config fairlead.yaml cost report user --book book.csv
    [[ $output == *"bin/sacct"*"[FL-C307]" ]]
}

@test "printed rows sum to the printed total, in text and for scripts" {
    settled 3000 6
    report user start=2026-05-01 end=2026-09-01 format=Name,Total,NodeHours,Compute >text
    report job start=2026-05-01 end=2026-09-01 format=Total -P -n >cells
    python3 - <<'END2'
from decimal import Decimal
rows = [line.split() for line in open("text").read().splitlines()]
rows = rows[[row[0][:3] for row in rows].index("---", 4) + 1:]
*rows, (name, *totals) = rows
assert name == "all"
for column, total in enumerate(totals, 1):
    assert sum(Decimal(row[column]) for row in rows) == Decimal(total), (column, total)
assert sum(Decimal(line) for line in open("cells")) == Decimal(totals[0])
END2
}

@test "a cell of CSV is no formula" {
    settled 300 7
    report user start=2026-05-01 end=2026-09-01 --csv >users.csv
    run -0 grep -c "^'=1+1," users.csv
    report user start=2026-05-01 end=2026-09-01 --focus >focus.csv
    python3 - <<'END2'
import csv
for name in "users.csv", "focus.csv":
    for row in csv.reader(open(name)):
        for cell in row:
            assert cell[:1] not in ("=", "+", "@", "\t", "\r"), cell
            assert cell[:1] != "-" or cell[1:].replace(".", "").isdigit(), cell
END2
}

@test "FOCUS has every charge, and they sum to the report" {
    settled 1000 8
    report grant start=2026-05-01 end=2026-09-01 --focus >focus.csv
    report grant start=2026-05-01 end=2026-09-01 --json >grant.json
    report grant start=2026-05-01 end=2026-09-01 grants=NIH-1 --focus >nih.csv
    python3 - <<'END2'
import collections, csv, json
nanos = lambda text: int(text.replace(".", ""))
shown = {line["name"]: nanos(line["total"]) for line in json.load(open("grant.json"))["lines"]}
whole = sum(shown.values())
rows = list(csv.DictReader(open("focus.csv")))
assert sum(nanos(row["EffectiveCost"]) for row in rows) == whole
for row in rows:
    assert row["ChargePeriodStart"] >= row["BillingPeriodStart"] and row["BillingCurrency"] == "USD"
    assert row["PricingCategory"] in ("Standard", "Dynamic") and row["ChargeCategory"] == "Usage"
    assert row["x_Provisional"] == "true" and json.loads(row["Tags"])["account"] == row["x_Account"]
assert {row["x_Grant"] for row in csv.DictReader(open("nih.csv"))} == {"NIH-1"}
END2
}

@test "FOCUS has the region of the nodes, of what is none nothing" {
    example
    fairlead cost pool fsx --kind storage --amount 1 --rule unallocated --month 2026-07 --ledger ledger.db --groups groups.yaml --author eva
    report grant start=2026-05-01 end=2026-09-01 --focus >focus.csv
    python3 - <<'END2'
import csv
regions = {(row["ChargeDescription"], row["RegionId"], row["RegionName"]) for row in csv.DictReader(open("focus.csv"))}
assert regions == {("run", "us-east-2", "us-east-2"), ("storage", "", "")}, regions
END2
}

@test "what is asked for wrongly is told with what there is, and status 2" {
    example
    run -2 report grup
    [[ $output == *"'grup' is no report, did you mean 'group'? [FL-C401]" ]]
    run -2 report group format=Naem
    [[ $output == *"'Naem' is no column, did you mean 'Name'? [FL-C401]" ]]
    run -2 report group format=Name%x
    [[ $output == *"such as Name%20 [FL-C401]" ]]
    run -2 report group start=June
    [[ $output == *"start=June: expected a day such as 2026-06-01, or now [FL-C401]" ]]
    run -2 report group month=next
    [[ $output == *"month=next: expected a month such as 2026-06, or last [FL-C401]" ]]
    run -0 report group month=last -P -n format=Name
    run -2 report group begin=2026-06-01
    [[ $output == *"'begin=2026-06-01' is not such as start=2026-06-01"*"[FL-C401]" ]]
    run -2 report group groups=bioo
    [[ $output == *"group 'bioo' is not known, did you mean 'bio'? [FL-C401]" ]]
    run -2 report group start=2026-07-01 end=2026-07-01
    [[ $output == *"[FL-C401]" ]]
    run -2 report group --csv --json
    run -1 fairlead cost report group --ledger none.db
    [[ $output == *"[FL-C302]" ]]
}

@test "a report is of the days, groups and columns that were asked for" {
    example
    run -0 report group month=2026-06 format=name,total%8,budget,remaining -n
    [[ ${lines[0]} == "bio      0.00  4000.00   4000.00" || ${lines[0]} == "bio         "*"4000.00"* ]]
    run -0 report account start=2026-06-01 end=2026-08-01 groups=cfd format=Name,Total -P -n
    [[ $output == "cfd|58.80" ]]
    run -0 report account year=2027 format=Name,Total -P -n
    [[ $output == $'bio|0.24\ncfd|30.00' ]]
    run -0 report user universities=north month=2026-07 format=Name,Total,NodeHours,SpotPct -P
    [[ $output == $'Name|Total|NodeHours|SpotPct\nben|0.24|1.00|100.00' ]]
}

@test "a closed month stays as it was reported, byte for byte" {
    example
    run -0 fairlead cost close 2026-06 --ledger ledger.db --groups groups.yaml --author eva
    [[ $output == "2026-06 is closed; entry 4 of the ledger has "* ]]
    head=${output##* }
    for kind in group grant job; do
        report "$kind" month=2026-06 >"$kind.before"
        report "$kind" month=2026-06 --json >"$kind.json"
    done
    grep -q "4 entries, the last with $head" grant.before
    grep -q "settled up to 2026-07-01T00:00:00Z, closed" grant.before
    # Another account, another split, and another price of the runs: all of it counts in July.
    sed 's/|cfd|/|bio|/' "$examples/sacct.txt" >other.txt
    sed -i 's/NIH-1: 60/NIH-1: 10/; s/NSF-2: 40/NSF-2: 90/' groups.yaml
    fairlead ledger settle --ledger ledger.db --cluster atlas --tz UTC --book "$examples/prices.csv" \
        --nodes "$examples/nodes.csv" --sacct other.txt --seen 2027-01-02
    for kind in group grant job; do
        diff "$kind.before" <(report "$kind" month=2026-06)
        diff "$kind.json" <(report "$kind" month=2026-06 --json)
    done
    run -0 report account month=2026-07 format=Name,Total -P -n
    [[ $output == $'bio|59.04\ncfd|-28.80' ]]
    # Settled again, nothing moves any more.
    run -0 fairlead ledger settle --ledger ledger.db --cluster atlas --tz UTC --book "$examples/prices.csv" \
        --nodes "$examples/nodes.csv" --sacct other.txt --seen 2027-01-02
    [[ $output == "0 new, 2 known, 0 corrected, "* ]]
    run -0 fairlead cost close 2026-07 --ledger ledger.db --groups groups.yaml
    run -0 fairlead ledger settle --ledger ledger.db --cluster atlas --tz UTC --book "$examples/prices.csv" \
        --nodes "$examples/nodes.csv" --sacct other.txt --seen 2027-01-02
    [[ $output == "0 new, 2 known, 0 corrected, "* ]]
    run -0 fairlead ledger verify --ledger ledger.db --head "$head"
}

@test "a month is closed once, when it is over, settled to its end and priced" {
    until=2026-07-31 example
    run -1 fairlead cost close 2026-07 --ledger ledger.db
    [[ $output == *"settled up to 2026-07-31T00:00:00Z only"*"--until 2026-08-01 [FL-C305]" ]]
    settle_until() {
        fairlead ledger settle --ledger ledger.db --cluster atlas --tz UTC --book "$examples/prices.csv" \
            --nodes "$examples/nodes.csv" --sacct "$examples/sacct.txt" --seen 2027-01-01 --until "$1"
    }
    run -2 settle_until soon
    [[ $output == *"--until is 'soon'"*"[FL-X301]" ]]
    run -2 settle_until 2026-12-31
    [[ $output == *"expected a time before it [FL-X301]" ]]
    example
    for wrong in 2026-13 June; do
        run -2 fairlead cost close "$wrong" --ledger ledger.db
        [[ $output == *"is no month"*"[FL-X301]" ]]
    done
    run -1 fairlead cost close 2099-01 --ledger ledger.db
    [[ $output == *"cannot be closed before it is over"*"[FL-C305]" ]]
    sed 's/spot-3/new-3/; s/|813|/|815|/' "$examples/sacct.txt" >unpriced.txt
    run -1 fairlead ledger settle --ledger ledger.db --cluster atlas --tz UTC --book "$examples/prices.csv" \
        --nodes "$examples/nodes.csv" --sacct unpriced.txt --seen 2027-01-02
    run -0 report job month=2026-07
    [[ $output == *"Without a price yet: 1 runs "* ]]
    run -0 report job month=2026-06 --json
    [[ $(jq .unpriced_runs <<<"$output") == 0 ]]
    run -1 fairlead cost close 2026-07 --ledger ledger.db
    [[ $output == *"1 runs that ended before 2026-08-01T00:00:00Z have no price"*"[FL-C305]" ]]
    run -0 fairlead cost close 2026-06 --ledger ledger.db --format json
    [[ $(jq -r .month <<<"$output") == 2026-06 ]]
    run -1 fairlead cost close 2026-06 --ledger ledger.db
    [[ $output == *"2026-06 is closed"*"[FL-C305]" ]]
    run -1 fairlead cost close 2026-05 --ledger ledger.db
    [[ $output == *"2026-05 is closed, as all up to 2026-06 [FL-C305]" ]]
}

@test "an adjustment moves a cost with its reason, in open months alone" {
    example
    adjust() {
        fairlead cost adjust --ledger ledger.db --groups groups.yaml --date "${date-2026-07-03}" --author eva "$@"
    }
    run -0 adjust --from grant:NIH-1 --to grant:NSF-2 --amount 0.05 --reason "wrong key"
    [[ $output == 'adjustment 4: $0.05 from grant:NIH-1 to grant:NSF-2 on 2026-07-03' ]]
    run -0 report grant month=2026-07 format=Name,Adjusted,Total -P -n
    [[ $output == $'(none)|0.00|30.00\nNIH-1|-0.05|0.09\nNSF-2|0.05|0.15' ]]
    run -0 report grant month=2026-07
    [[ $output == *"2026-07-03 grant:NSF-2 0.050000000 USD by eva: wrong key"* ]]
    run -1 adjust --from grant:NIH-1 --to grant:ERC --amount 1 --reason x
    [[ $output == *"'grant:ERC' is not known"*"[FL-C306]" ]]
    run -1 adjust --from grant:NIH-1 --to grant:NSF-2 --amount -1 --reason x
    [[ $output == *"exchange --from and --to [FL-C306]" ]]
    run -1 adjust --from grant:NIH-1 --to grant:NSF-2 --amount 1 --reason " "
    [[ $output == *"no reason"*"[FL-C306]" ]]
    run -1 adjust --from grant:NIH-1 --to grant:NIH-1 --amount 1 --reason x
    [[ $output == *"[FL-C306]" ]]
    fairlead cost close 2026-07 --ledger ledger.db
    run -1 adjust --from grant:NIH-1 --to grant:NSF-2 --amount 1 --reason late
    [[ $output == *"2026-07 is closed"*"[FL-C305]" ]]
    date=2026-08-01 run -0 adjust --from grant:NIH-1 --to grant:NSF-2 --amount 1 --reason late
    run -0 fairlead ledger verify --ledger ledger.db
}

@test "currencies are never added up" {
    cp "$examples/groups.yaml" .
    sed 's/1.912300,USD/1.912300,EUR/; s/1.874500,USD/1.874500,EUR/' "$examples/prices.csv" >prices.csv
    fairlead ledger settle --ledger ledger.db --cluster atlas --tz UTC --book prices.csv \
        --nodes "$examples/nodes.csv" --sacct "$examples/sacct.txt" --seen 2027-01-01
    run -0 report account start=2026-06-01 end=2026-08-01 format=Name,Total,Currency -n
    [[ $output == *$'bio   0.24 EUR\ncfd  58.80 USD\nall   0.24 EUR\nall  58.80 USD' ]]
    run -0 report group start=2026-06-01 end=2026-08-01 format=Name,Total,Currency,Budget,Spent -n -P
    [[ $output == $'bio|0.24|EUR||\nbio|0.00|USD|4000.00|0.00\ncfd|58.80|USD|30000.00|30.00' ]]
}

@test "a timer gets all forms in a folder" {
    example
    run -0 report group month=2026-07 --output-dir reports/2026-07
    [[ $output == "" ]]
    [[ $(cd reports/2026-07 && echo *) == "group-2026-07-01-2026-08-01.csv group-2026-07-01-2026-08-01.html group-2026-07-01-2026-08-01.json group-2026-07-01-2026-08-01.txt" ]]
    diff reports/2026-07/*.json <(report group month=2026-07 --json)
    diff reports/2026-07/*.txt <(report group month=2026-07)
}

@test "a pool is divided by its rule, and what nobody takes stands by itself" {
    example
    pool() { fairlead cost pool "$@" --month 2026-07 --ledger ledger.db --groups groups.yaml --author eva; }
    run -0 pool fsx --kind storage --amount 100 --rule proportional
    [[ $output == "pool fsx of 2026-07: 3 entries added" ]]
    run -0 pool head-node --kind overhead --amount 7 --rule unallocated
    run -0 report group month=2026-07 format=Name,Compute,Shared,Total -n -P
    [[ $output == $'(head-node)|0.00|7.00|7.00\nbio|0.24|0.78|1.02\ncfd|30.00|99.22|129.22' ]]
    run -0 pool fsx --kind storage --amount 100 --rule quota --parts bio=3,cfd=1
    [[ $output == "pool fsx of 2026-07: 6 entries added" ]]
    run -0 pool fsx --kind storage --amount 100 --rule quota --parts bio=3,cfd=1
    [[ $output == "pool fsx of 2026-07: nothing has changed" ]]
    run -0 report grant month=2026-07 format=Name,Shared -n -P
    [[ $output == $'(head-node)|7.00\n(none)|25.00\nNIH-1|45.00\nNSF-2|30.00' ]]
    run -1 pool fsx --kind storage --amount 100 --rule quota
    [[ $output == *"[FL-C306]" ]]
    run -2 pool fsx --kind storage --amount 100 --rule fair
    printf 'taken,group,bytes\n2026-07-01,bio,600\n2026-07-01,cfd,200\n' >usage.csv
    run -0 pool fsx --kind storage --amount 100 --rule used --usage usage.csv --capacity 1000
    run -0 report group month=2026-07 format=Name,Shared -n -P
    [[ $output == $'(fsx)|20.00\n(head-node)|7.00\nbio|60.00\ncfd|20.00' ]]
    run -1 pool fsx --kind storage --amount 100 --rule used
    [[ $output == *"needs --usage"*"[FL-C306]" ]]
    run -0 fairlead ledger verify --ledger ledger.db
}

@test "a pool is priced by the book, and what has no price enters nothing" {
    example
    pool() { fairlead cost pool "$@" --month 2026-07 --ledger ledger.db --groups groups.yaml --author eva; }
    cp "$examples/storage.csv" "$examples/storage-prices.csv" .
    run -0 pool fsx --kind storage --quantities storage.csv --book storage-prices.csv --rule quota --parts bio=3,cfd=1
    [[ $output == "pool fsx of 2026-07: 3 entries added" ]]
    # 10 of 31 days at 0.145 for a GiB and month, then 0.150.
    run -0 report group month=2026-07 format=Name,Shared -n -P
    [[ $output == $'bio|133.55\ncfd|44.51' ]]
    run -0 pool fsx --kind storage --quantities storage.csv --book storage-prices.csv --rule quota --parts bio=3,cfd=1
    [[ $output == "pool fsx of 2026-07: nothing has changed" ]]
    echo '2026-07-20,storage:tape,100' >>storage.csv
    run -1 pool fsx --kind storage --quantities storage.csv --book storage-prices.csv --rule quota --parts bio=3,cfd=1
    [[ $output == *"storage.csv:"*"no price for storage:tape"*"[FL-C103]" ]]
    run -0 report group month=2026-07 format=Name,Shared -n -P
    [[ $output == $'bio|133.55\ncfd|44.51' ]]
    run -2 pool fsx --kind storage --quantities storage.csv --amount 1 --rule unallocated
    run -1 pool fsx --kind storage --rule unallocated
    [[ $output == *"needs --amount or --quantities"*"[FL-C306]" ]]
    # Without --book the prices are those of the section cost.
    printf 'schema: fairlead.config/1\ncost: {ledger: %s/ledger.db, prices: %s/storage-prices.csv}\n' "$PWD" "$PWD" >fairlead.yaml
    printf 'from,item,gib\n2026-07-02,transfer:internet,10\n' >transfer.csv
    run -0 fairlead --config fairlead.yaml cost pool internet --kind transfer --quantities transfer.csv --month 2026-07 --rule unallocated --author eva
    run -0 report group month=2026-07 format=Name,Shared -n -P
    [[ $output == $'(internet)|0.90\nbio|133.55\ncfd|44.51' ]]
}

@test "a threshold that was passed is told once, by a command that a shell never sees" {
    example
    cat >hook <<'END2'
#!/bin/bash
printf '%s|' "$@" >>"${0%/*}/told"
echo >>"${0%/*}/told"
[[ ! -e ${0%/*}/broken ]]
END2
    chmod 755 hook
    sed -i 's/pi: ben/pi: "$(touch owned); ben"/; s/amount: 30000, period: quarter/amount: 31/; s/{at: 100, then: reject}/{at: 50, then: note}, {at: 90, then: warn}, {at: 100, then: reject}/' groups.yaml
    alert() { fairlead cost alert --hook "$PWD/hook" --ledger ledger.db --groups groups.yaml --date 2026-07-03; }
    touch broken
    run -1 alert
    [[ $output == *"hook ended with status 1 for 50 % of cfd [FL-C404]"* ]]
    rm broken told
    run -0 alert
    [[ $output == "2 alerts told" ]]
    [[ $(<told) == 'cfd|$(touch owned); ben|50|30.000000000|31.000000000|USD|2026-07-01|'$'\n''cfd|$(touch owned); ben|90|30.000000000|31.000000000|USD|2026-07-01|' ]]
    [[ ! -e owned ]]
    run -0 alert
    [[ $output == "0 alerts told" && $(wc -l <told) == 2 ]]
    # By mail to the viewers of the group; who was told by the hook is told by mail as well only for the next threshold.
    cat >sendmail <<'END3'
#!/bin/bash
message=$(cat)
[[ $* == "-t -i" && $message != *"To: gone@"* ]] && printf '%s\n' "$message" >>"${0%/*}/mailed"
END3
    chmod 755 sendmail
    sed -i 's/{at: 90, then: warn}/{at: 90, then: warn}, {at: 95, then: warn}/; /^  cfd:/a\    viewers: [gone@south.example, pi@south.example]' groups.yaml
    mail() { fairlead cost alert --mail "$PWD/sendmail" --from fairlead@cluster.example --ledger ledger.db --groups groups.yaml --date 2026-07-03; }
    # Who cannot be reached keeps nobody else from being told, once.
    for again in 1 2; do
        run -1 mail
        [[ $output == *"gone@south.example"*"[FL-C404]"*"0 alerts told" && $(grep -c '^To: pi@' mailed) == 1 ]]
    done
    sed -i 's/gone@south.example, //' groups.yaml
    run -0 mail
    [[ $output == "1 alerts told" ]]
    grep -qx 'To: pi@south.example' mailed
    grep -qx 'Subject: cfd has used 95 % of its budget of $31.00' mailed
    run -0 mail
    [[ $output == "0 alerts told" && $(grep -c '^To: ' mailed) == 1 ]]
    run -2 fairlead cost alert --ledger ledger.db
    [[ $output == *"name a program with --hook or --mail [FL-X301]"* ]]
    run -2 fairlead cost alert --hook hook --ledger ledger.db
    chmod 777 hook
    run -1 alert
    [[ $output == *"[FL-X110]" ]]
}

#!/usr/bin/env bats
# `fairlead ledger`: settled once, never changed, whatever happens on the way.
bats_require_minimum_version 1.5.0

setup() {
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    cd "$BATS_TEST_TMPDIR"
    examples=$BATS_TEST_DIRNAME/../../conf/cost-examples
}

# settle LEDGER DUMP [SEEN]: a dump that was printed after all of its runs.
settle() {
    fairlead ledger settle --ledger "$1" --cluster "${cluster-atlas}" --tz UTC --book "$examples/prices.csv" \
        --nodes "$examples/nodes.csv" --sacct "$2" --seen "${3:-2027-01-01}"
}

# content LEDGER: all that is in it.
content() {
    python3 - "$1" <<'END'
import sqlite3, sys
ledger = sqlite3.connect(sys.argv[1])
for table in "entry", "run", "watermark", "day_sum", "closing":
    for row in sorted(ledger.execute(f"SELECT * FROM {table}")):
        print(table, *row)
END
}

# many N: a dump of N runs.
many() {
    awk -v n="$1" 'BEGIN {
        print "JobIDRaw|DBIndex|Account|State|NodeList|Start|End|ElapsedRaw|AllocTRES"
        for (i = 1; i <= n; i++)
            printf "%d|%d|bio|COMPLETED|hpc-%d|%d|%d|%d|cpu=%d\n", i, i, i % 64 + 1, 1780000000 + i * 60,
                1780000000 + i * 60 + i % 5000, i % 5000, i % 192 + 1
    }'
}

@test "runs are settled once" {
    run -0 settle ledger.db "$examples/sacct.txt"
    [[ $output == "2 new, 0 known, 0 corrected, 0 older than the ledger, 0 still running, 0 skipped" ]]
    run -0 settle ledger.db "$examples/sacct.txt"
    [[ $output == "0 new, 2 known, 0 corrected, 0 older than the ledger, 0 still running, 0 skipped" ]]
    [[ $(stat -c %a ledger.db) == 600 ]]
}

@test "what is settled is what fairlead cost price says" {
    many 20000 >dump.txt
    settle ledger.db dump.txt
    priced=$(fairlead cost price --tz UTC --book "$examples/prices.csv" --nodes "$examples/nodes.csv" --sacct dump.txt --csv |
        python3 -c 'import csv, sys; print(sum(int(row["Cost"].replace(".", "")) for row in csv.DictReader(sys.stdin)))')
    python3 - "$priced" <<'END'
import sqlite3, sys
total, = sqlite3.connect("ledger.db").execute("SELECT sum(nanos) FROM entry WHERE debit = 'account:bio'").fetchone()
assert total == int(sys.argv[1]), (total, sys.argv[1])
END
}

@test "a changed entry is found" {
    settle ledger.db "$examples/sacct.txt"
    run -0 fairlead ledger verify --ledger ledger.db
    [[ $output == "3 entries, unchanged since they were written; the last has "* ]]
    python3 - <<'END'
import sqlite3
with sqlite3.connect("ledger.db") as ledger:
    ledger.execute("DROP TRIGGER entry_stays")
    ledger.execute("UPDATE entry SET nanos = nanos - 1 WHERE id = 2")
END
    run -1 fairlead ledger verify --ledger ledger.db
    [[ $output == "fairlead: ledger.db: entry 2 (run "*" of atlas) does not follow from the one before it [FL-C301]" ]]
}

@test "the end of the ledger is checked against a checksum that was noted" {
    settle ledger.db "$examples/sacct.txt"
    fairlead ledger verify --ledger ledger.db --format json >out.json
    head=$(python3 -c 'import json; print(json.load(open("out.json"))["head"])')
    run -0 fairlead ledger verify --ledger ledger.db --head "${head^^}"
    [[ $output == "3 entries, "*"; the noted one is entry 3" ]]
    python3 - <<'END'
import sqlite3
with sqlite3.connect("ledger.db") as ledger:
    ledger.execute("DROP TRIGGER entry_is_kept")
    ledger.execute("DELETE FROM entry WHERE id = 3")
    ledger.execute("DELETE FROM day_sum WHERE payer = 'account:bio'")
END
    run -0 fairlead ledger verify --ledger ledger.db
    run -1 fairlead ledger verify --ledger ledger.db --head "$head"
    [[ $output == *"none of the 2 entries has the checksum that was noted"*"[FL-C301]" ]]
    run -2 fairlead ledger verify --ledger ledger.db --head "${head:1}"
    [[ $output == *"expected the 64 digits"*"[FL-X301]" ]]
}

@test "to verify makes no ledger and trusts none that others can write" {
    run -1 fairlead ledger verify --ledger none.db
    [[ $output == "fairlead: none.db: No such file or directory [FL-C302]" && ! -e none.db ]]
    settle ledger.db "$examples/sacct.txt"
    chmod 664 ledger.db
    run -1 fairlead ledger verify --ledger ledger.db
    [[ $output == "fairlead: ledger.db has mode 0664, so others than its owner can use it"*"[FL-C302]" ]]
    run -1 settle ledger.db "$examples/sacct.txt"
    [[ $output == *"has mode 0664"* ]]
}

@test "without the name of a cluster nothing is settled, and with users' texts neither" {
    sed 's/User/JobName/' "$examples/sacct.txt" >names.txt
    run -1 settle ledger.db names.txt
    [[ $output == "fairlead: names.txt:1: users can write to jobname,"*"[FL-C107]" ]]
    cluster="" run -1 settle ledger.db "$examples/sacct.txt"
    [[ $output == *"names no column Cluster; add it to sacct's --format or name the cluster with --cluster [FL-C107]" ]]
    [[ $(content ledger.db) == "" ]]
}

@test "an older dump undoes nothing" {
    sed 's/|bio|/|cfd|/' "$examples/sacct.txt" >other.txt
    settle ledger.db "$examples/sacct.txt"
    run -0 settle ledger.db other.txt 2026-12-31
    [[ $output == "0 new, 1 known, 0 corrected, 1 older than the ledger, 0 still running, 0 skipped" ]]
    run -0 settle ledger.db other.txt 2027-01-02
    [[ $output == "0 new, 1 known, 1 corrected, 0 older than the ledger, 0 still running, 0 skipped" ]]
    run -2 settle ledger.db other.txt tomorrow
    [[ $output == *"--seen is 'tomorrow'"*"[FL-X301]" ]]
}

# killed_at CALL RUNS STEP: kills a settle of RUNS runs at each STEP-th CALL that it makes.
killed_at() {
    many "$2" >dump.txt
    rm -f whole.db counted.db
    settle whole.db dump.txt
    whole=$(content whole.db)
    export -f settle
    export examples
    strace -f -c -e trace="$1" -o counts bash -c "settle counted.db dump.txt" >/dev/null
    calls=$(awk -v call="$1" '$NF == call { print $4 }' counts)
    echo "# killed at each ${3}th of $calls $1" >&3
    ((calls >= 2))
    for ((n = 1; n <= calls; n += $3)); do
        rm -f killed.db*
        strace -f -o /dev/null -e trace="$1" -e inject="$1:signal=KILL:when=$n" \
            bash -c "settle killed.db dump.txt" >/dev/null 2>&1 && false
        settle killed.db dump.txt >/dev/null
        [[ $(content killed.db) == "$whole" ]]
        fairlead ledger verify --ledger killed.db >/dev/null
    done
}

# Every call under --full, else every third.
every() { [[ -n ${FAIRLEAD_FULL-} ]] && echo 1 || echo 3; }

@test "killed at any sync, it loses nothing and doubles nothing" {
    killed_at fdatasync 12000 "$(every)"
}

@test "killed at any write, it loses nothing and doubles nothing" {
    killed_at pwrite64 150 "$(every)"
    killed_at pwrite64 12000 211
}

@test "killed where it removes its journal, it loses nothing and doubles nothing" {
    killed_at unlink 12000 1
}

@test "what a crash left unfinished is restored by the next settle, and verify says so" {
    settle ledger.db "$examples/sacct.txt"
    many 10 >dump.txt
    export -f settle
    export examples
    strace -f -o /dev/null -e trace=unlink -e inject=unlink:signal=KILL:when=1 \
        bash -c "settle ledger.db dump.txt" >/dev/null 2>&1 && false
    run -1 fairlead ledger verify --ledger ledger.db
    [[ $output == "fairlead: ledger.db: a settle that was cut off left it unfinished; settle again, which restores it [FL-C302]" ]]
    run -0 settle ledger.db dump.txt
    run -0 fairlead ledger verify --ledger ledger.db
    [[ $output == "13 entries, "* ]]
}

@test "while it waits for standard input, another can settle" {
    many 10 >dump.txt
    mkfifo slow
    settle ledger.db - <slow >one 3>&- &
    exec 5>slow
    head -n 5 dump.txt >&5
    run -0 settle ledger.db dump.txt 5>&-
    [[ $output == "10 new, "* ]]
    sed 1,5d dump.txt >&5
    exec 5>&-
    wait $!
    [[ $(cat one) == "0 new, 10 known, "* ]]
}

@test "two that settle at once enter each run once" {
    many 12000 >dump.txt
    settle ledger.db /dev/null 2>/dev/null || :
    settle ledger.db dump.txt >one 3>&- &
    settle ledger.db dump.txt >two
    wait $!
    [[ $(cat one two | awk '{ new += $1; known += $3 } END { print new, known }') == "12000 12000" ]]
    run -0 fairlead ledger verify --ledger ledger.db
}

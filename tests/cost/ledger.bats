#!/usr/bin/env bats
# `fairlead ledger`: settled once, never changed, whatever happens on the way.
bats_require_minimum_version 1.5.0

setup() {
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    cd "$BATS_TEST_TMPDIR"
    examples=$BATS_TEST_DIRNAME/../../conf/cost-examples
}

settle() {
    fairlead ledger settle --ledger "$1" --cluster atlas --tz UTC --book "$examples/prices.csv" --nodes "$examples/nodes.csv" \
        --sacct "$2"
}

# many N: a dump of N runs.
many() {
    awk -v n="$1" 'BEGIN {
        print "JobIDRaw|DBIndex|Account|State|NodeList|Start|ElapsedRaw|AllocTRES"
        for (i = 1; i <= n; i++)
            printf "%d|%d|bio|COMPLETED|hpc-%d|%d|%d|cpu=%d\n", i, i, i % 64 + 1, 1780000000 + i * 60, i % 5000, i % 192 + 1
    }'
}

@test "runs are settled once" {
    run -0 settle ledger.db "$examples/sacct.txt"
    [[ $output == "2 new, 0 known, 0 corrected, 0 still running, 0 skipped" ]]
    run -0 settle ledger.db "$examples/sacct.txt"
    [[ $output == "0 new, 2 known, 0 corrected, 0 still running, 0 skipped" ]]
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

@test "killed at any write, it loses nothing and doubles nothing" {
    many 12000 >dump.txt
    settle whole.db dump.txt
    whole=$(fairlead ledger verify --ledger whole.db)
    writes=$(strace -f -c -e trace=pwrite64,write,fdatasync,fsync -o counts fairlead ledger settle --ledger counted.db --cluster atlas --tz UTC \
        --book "$examples/prices.csv" --nodes "$examples/nodes.csv" --sacct dump.txt >/dev/null
        awk '$NF == "fdatasync" || $NF == "fsync" { sum += $4 } END { print sum }' counts)
    echo "# killed at each of $writes syncs" >&3
    ((writes >= 4))
    for ((n = 1; n <= writes; n++)); do
        rm -f killed.db*
        strace -f -o /dev/null -e trace=fdatasync,fsync -e inject=fdatasync,fsync:signal=KILL:when="$n" \
            fairlead ledger settle --ledger killed.db --cluster atlas --tz UTC --book "$examples/prices.csv" \
            --nodes "$examples/nodes.csv" --sacct dump.txt >/dev/null 2>&1 && false
        settle killed.db dump.txt >/dev/null
        [[ $(fairlead ledger verify --ledger killed.db) == "$whole" ]]
    done
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

#!/usr/bin/env bats
# The ledger in MariaDB is the one in SQLite: same entries, same checksums, same reports, whatever crashes.
bats_require_minimum_version 1.5.0

load mariadb

setup_file() {
    export db=$BATS_FILE_TMPDIR/db
    mariadb_folder "$db"
    mariadb_start "$db"
    export mariadb
}

teardown_file() {
    kill "$mariadb"
    wait "$mariadb" || :
}

setup() {
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    cd "$BATS_TEST_TMPDIR"
    here=$BATS_TEST_DIRNAME
    name=ledger$BATS_TEST_NUMBER
    mariadb_sql "$db" "CREATE DATABASE $name"
    place="mysql://db=$name unix_socket=$db/socket user=$(id -un)"
}

# settle LEDGER [SEEN]
settle() {
    fairlead ledger settle --ledger "$1" --cluster atlas --tz UTC --book book.csv --nodes nodes.csv \
        --sacct dump.txt --seen "${2-2027-01-01}" --wckeys
}

report() {
    local ledger=$1
    shift
    fairlead cost report "$@" start=2026-05-01 end=2026-09-01 --ledger "$ledger" --groups groups.yaml
}

@test "it has the same entries, checksums and reports as SQLite" {
    python3 "$here/report.py" make 1500 11 .
    settle ledger.db
    run -0 settle "$place"
    [[ $output == "1500 new, "* ]]
    run -0 settle "$place"
    [[ $output == "0 new, 1500 known, "* ]]
    diff <(fairlead ledger verify --ledger ledger.db) <(fairlead ledger verify --ledger "$place")
    for kind in group user account grant university job; do
        for form in --json --csv -P; do
            diff <(report ledger.db "$kind" "$form") <(report "$place" "$kind" "$form")
        done
        [[ $kind == job ]] || python3 "$here/report.py" check . "$kind" <(report "$place" "$kind" --json)
    done
    diff <(report ledger.db grant --focus) <(report "$place" grant --focus)
}

@test "corrections, closed months and adjustments are the same as in SQLite" {
    python3 "$here/report.py" make 300 12 .
    cp dump.txt first.txt
    for ledger in ledger.db "$place"; do
        cp first.txt dump.txt
        settle "$ledger"
        fairlead cost close 2026-06 --ledger "$ledger" --groups groups.yaml --author eva
        fairlead cost adjust --ledger "$ledger" --groups groups.yaml --from grant:NIH-1 --to grant:DOE-3 --amount 3 \
            --reason "ü: o'brien \\ \"quoted\"" --author eva --date 2026-07-02
        sed 's/|bio|/|cfd|/' first.txt >dump.txt
        settle "$ledger" 2027-01-02
        run -1 fairlead cost close 2026-06 --ledger "$ledger" --groups groups.yaml
        [[ $output == *"[FL-C305]" ]]
    done
    diff <(fairlead ledger verify --ledger ledger.db) <(fairlead ledger verify --ledger "$place")
    for kind in group grant job; do
        diff <(report ledger.db "$kind" --json) <(report "$place" "$kind" --json)
    done
}

# lived LEDGER: all that becomes of a ledger but runs alone: what instances cost, pools and their corrections, adjustments, a bill,
# closed months, and who was told and sent what. Prints what each command says.
lived() {
    local examples=$here/../../conf/cost-examples times
    sed 's/amount: 4000 /amount: 20 /' "$examples/groups.yaml" >groups.yaml
    printf '#!/bin/sh\necho "$@"\n' >hook
    printf '#!/bin/sh\nexec cat >/dev/null\n' >sendmail
    chmod 755 hook sendmail
    printf 'taken,group,bytes\n2026-07-01,bio,600\n2026-07-01,cfd,200\n' >usage.csv
    sed 's/|cfd|/|bio|/' "$examples/sacct.txt" >later.txt
    enter() { # enter DUMP SEEN
        fairlead ledger settle --ledger "$ledger" --cluster atlas --tz UTC --book "$examples/prices.csv" \
            --nodes "$examples/nodes.csv" --sacct "$1" --seen "$2" --instances "$examples/instances.csv" --month 2026-07
    }
    cost() { fairlead cost "$@" --ledger "$ledger" --groups groups.yaml; }
    pool() { cost pool "$@" --month 2026-07 --author eva; }
    bill() {
        fairlead cost reconcile --ledger "$ledger" --month 2026-07 --book "$examples/prices.csv" --nodes "$examples/nodes.csv" \
            --instances "$examples/instances.csv" --cur "$examples/bill.csv" --post --author eva || (($? == 1))
    }
    ledger=$1
    enter "$examples/sacct.txt" 2027-01-01
    cost close 2026-06 --author eva
    pool fsx --kind storage --amount 100 --rule proportional
    pool fsx --kind storage --amount 90.000000001 --rule used --usage usage.csv --capacity 1000
    pool head-node --kind overhead --amount 7 --rule unallocated
    pool idle --kind idle --rule quota --parts bio=1,cfd=4
    cost adjust --from grant:NIH-1 --to grant:NSF-2 --amount 0.05 --reason "wrong key" --author eva --date 2026-07-03
    cost adjust --from group:cfd --to university:north --amount 1.000000001 --reason "ü" --author eva --date 2026-07-03
    bill
    for times in once again; do
        cost alert --hook "$PWD/hook" --date 2026-07-03
        cost deliver month=2026-07 --output-dir "out.$times" --mail "$PWD/sendmail"
    done
    cost close 2026-07 --author eva
    enter later.txt 2027-01-02 || (($? == 1))
    cost report group month=2026-07 --html page.html
    cat page.html out.*/*
}

@test "what is shared, idle, moved, billed, told and sent is the same as in SQLite" {
    lived ledger.db >sqlite 2>&1
    mkdir other
    (cd other && lived "$place" >mariadb 2>&1)
    diff sqlite other/mariadb
    grep -q '^4 alerts told' sqlite
    grep -q '^0 alerts told' sqlite
    grep -q '; 4 sent, 0 sent before, ' sqlite
    grep -q '; 0 sent, 4 sent before, ' sqlite
    diff <(fairlead ledger verify --ledger ledger.db) <(fairlead ledger verify --ledger "$place")
    for kind in group user account grant university job; do
        for form in --json --csv -P --focus; do
            diff <(report ledger.db "$kind" "$form") <(report "$place" "$kind" "$form")
        done
    done
    # None of the kinds is missing.
    [[ $(mariadb_sql "$db" "SELECT group_concat(DISTINCT kind ORDER BY kind) FROM $name.entry") == \
        "$(python3 -c 'import sqlite3; print(",".join(sorted(kind for kind, in sqlite3.connect("ledger.db").execute("SELECT DISTINCT kind FROM entry"))))')" ]]
    for kind in adjustment boot close idle instance overhead storage unexplained -storage; do
        mariadb_sql "$db" "SELECT count(*) > 0 FROM $name.entry WHERE kind = '$kind'" | grep -qx 1 || { echo "no $kind"; false; }
    done
}

@test "tables of versions before are brought up, and nothing of them is lost" {
    python3 "$here/report.py" make 50 19 .
    settle "$place"
    before=$(fairlead ledger verify --ledger "$place")
    mariadb_sql "$db" "ALTER TABLE $name.entry DROP COLUMN region; DROP TABLE $name.delivery; UPDATE $name.ledger_version SET version = 2"
    run -1 fairlead ledger verify --ledger "$place"
    [[ $output == *"has tables of version 2; this release knows 4 [FL-C303]" ]]
    run -0 settle "$place"
    [[ $output == "0 new, 50 known, "* ]]
    [[ $(fairlead ledger verify --ledger "$place") == "$before" ]]
    mariadb_sql "$db" "SELECT count(*) FROM $name.delivery"
}

@test "a changed entry is found, and the database refuses to change one" {
    python3 "$here/report.py" make 50 13 .
    settle "$place"
    run -1 mariadb_sql "$db" "UPDATE $name.entry SET nanos = 1"
    [[ $output == *"entries of the ledger are never changed"* ]]
    run -1 mariadb_sql "$db" "DELETE FROM $name.entry"
    [[ $output == *"entries of the ledger are never removed"* ]]
    mariadb_sql "$db" "UPDATE $name.day_sum SET nanos = nanos + 1 LIMIT 1"
    run -1 fairlead ledger verify --ledger "$place"
    [[ $output == *"is not the sum of its entries [FL-C301]" ]]
    mariadb_sql "$db" "DROP TRIGGER $name.entry_stays; UPDATE $name.entry SET user = 'eve' WHERE id = 7"
    run -1 fairlead ledger verify --ledger "$place"
    [[ $output == *"entry 7 "*"does not follow from the one before it [FL-C301]" ]]
}

@test "a file of mode 0600 may hold the connection, and no message its password" {
    python3 "$here/report.py" make 20 14 .
    mariadb_sql "$db" "CREATE USER tester IDENTIFIED BY 'wonder'; GRANT ALL ON $name.* TO tester"
    echo "mysql://db=$name unix_socket=$db/socket user=tester password=wonder" >connection
    chmod 600 connection
    run -0 settle connection
    [[ $output == "20 new, "* ]]
    sed -i s/wonder/wrong/ connection
    run -1 settle connection
    [[ $output == *"[FL-C302]" && $output != *wrong* ]]
    chmod 640 connection
    run -1 settle connection
    [[ $output == *"has mode 0640"*"[FL-C302]" ]]
    run -1 settle "mysql://db=$name password=wonder"
    [[ $output == *"everybody can see a password on a command line"*"[FL-C302]" ]]
}

@test "two that settle at once enter each run once" {
    python3 "$here/report.py" make 3000 15 .
    settle "$place" >one 3>&- &
    settle "$place" >two
    wait $!
    [[ $(cat one two | awk '{ new += $1; known += $3 } END { print new, known }') == "3000 3000" ]]
    run -0 fairlead ledger verify --ledger "$place"
}

@test "one that makes the tables ends nobody's transaction" {
    python3 "$here/report.py" make 20 18 .
    settle "$place"
    # As it is seen by one that comes while another makes the tables.
    mariadb_sql "$db" "DELETE FROM $name.ledger_version"
    coproc other { mariadb --no-defaults --socket="$db/socket" -N --unbuffered "$name" 2>&1 3>&-; }
    other_pid=$!
    tell() {
        echo "$1" >&"${other[1]}"
        read -r -t 30 answer <&"${other[0]}"
    }
    tell "SELECT get_lock('fairlead $name', 0);"
    settle "$place" >out 3>&- &
    waits="SELECT count(*) FROM information_schema.processlist WHERE state = 'User lock'"
    for _ in {1..300}; do
        [[ $(mariadb_sql "$db" "$waits") == 0 ]] || break
        sleep 0.1
    done
    [[ $(mariadb_sql "$db" "$waits") == 1 ]]
    # Made, and in use: to make a trigger now would wait for this transaction, or end it.
    tell "INSERT INTO ledger_version VALUES (1, 4); START TRANSACTION; SELECT count(*) > 19 FROM entry;"
    [[ $answer == 1 ]]
    tell "SELECT release_lock('fairlead $name');"
    wait $!
    [[ $(<out) == "0 new, 20 known, "* ]]
    kill "$other_pid"
}

@test "a database that is killed while runs are settled loses nothing and doubles nothing" {
    python3 "$here/report.py" make 60 16 .
    settle ledger.db
    whole=$(fairlead ledger verify --ledger ledger.db)
    own=$BATS_TEST_TMPDIR/own
    mariadb_folder "$own"
    mariadb_start "$own"
    mariadb_sql "$own" "CREATE DATABASE counted"
    through() { # through DATABASE N [late]: a settle whose Nth message kills the database
        rm -f gate
        python3 "$here/killing_proxy.py" "$PWD/gate" "$own/socket" "$mariadb" "${@:2}" >sent 3>&- &
        proxy=$!
        until [[ -S gate ]]; do sleep 0.05; done
        settle "mysql://db=$1 unix_socket=$PWD/gate user=$(id -un)" >out 2>&1 && status=0 || status=$?
        wait $proxy || :
    }
    through counted 0
    ((status == 0))
    messages=$(<sent)
    echo "# killed at 12 of $messages messages" >&3
    ((messages > 300))
    for n in 30 $((messages / 2)) $((messages - 9)) $((messages - 8)) $((messages - 3)) $((messages - 1)); do
        for late in "" late; do
            mariadb_sql "$own" "CREATE DATABASE at_$n$late"
            through "at_$n$late" "$n" $late
            wait "$mariadb" || :
            ((status == 1))
            read -r message <out # a shell may say below that it was killed
            [[ $message == "fairlead: mysql://db=at_$n$late "*"[FL-C302]" ]]
            mariadb_start "$own"
            settle "mysql://db=at_$n$late unix_socket=$own/socket user=$(id -un)" >/dev/null
            [[ $(fairlead ledger verify --ledger "mysql://db=at_$n$late unix_socket=$own/socket user=$(id -un)") == "$whole" ]]
        done
    done
    mariadb_kill
}

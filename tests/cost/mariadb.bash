# shellcheck shell=bash
# A MariaDB of a test's own: its own folder and socket, no network.

# mariadb_folder FOLDER: makes a database folder, whose user is the caller's own name without a password.
mariadb_folder() {
    mkdir -p "$1"
    mariadb-install-db --no-defaults --datadir="$1/data" --auth-root-authentication-method=socket \
        --auth-root-socket-user="$(id -un)" --user="$(id -un)" --skip-test-db >"$1/install.log" 2>&1
}

# mariadb_start FOLDER: returns once it answers; its pid is in $mariadb.
mariadb_start() {
    mariadbd --no-defaults --datadir="$1/data" --socket="$1/socket" --pid-file="$1/pid" --skip-networking \
        --user="$(id -un)" --innodb-buffer-pool-size=64M --skip-log-bin >>"$1/log" 2>&1 3>&- &
    mariadb=$!
    until mariadb_sql "$1" "DO 1" >/dev/null 2>&1; do
        kill -0 "$mariadb" || { cat "$1/log"; return 1; }
        sleep 0.1
    done
}

# mariadb_kill: kills it as a crash would.
mariadb_kill() {
    kill -9 "$mariadb"
    wait "$mariadb" || :
}

# mariadb_sql FOLDER STATEMENT
mariadb_sql() { mariadb --no-defaults --socket="$1/socket" -N -e "$2"; }

# shellcheck shell=bash
# Helpers for bats files that need a live cluster:
#
#   load lib
#   setup_file() { cluster_up --prefix "$prefix" --nodes 2; }
#   teardown_file() { cluster_down; }
#   teardown() { cluster_report; }
#
#   @test "..." { run -0 as ada srun id -un; }

# The folder of this file, also when a test in another folder loads it.
CLUSTER=$(cd "${BASH_SOURCE[0]%/*}" && pwd)/cluster

# Starts the cluster of this file. Takes the options of `cluster up`.
cluster_up() {
  export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster
  # $$ is the process that runs this file. Should bats itself be killed, that
  # process may go on for a while, so the cluster ends with either of them.
  "$CLUSTER" up "$CLUSTER_DIR" --owner "$$" --owner "$BATS_ROOT_PID" "$@"
}

cluster_down() {
  "$CLUSTER" down "$CLUSTER_DIR"
}

# Prints the ends of the logs if the test has failed. Call it in teardown.
cluster_report() {
  [[ -n ${BATS_TEST_COMPLETED:-} ]] || "$CLUSTER" logs "$CLUSTER_DIR" "${1:-8}"
}

# as NAME [VAR=VALUE...] CMD...: on the login side, as this user.
as() {
  local name=$1
  shift
  "$CLUSTER" exec "$CLUSTER_DIR" --user "$name" -- "$@"
}

# on NODE [--user NAME] [VAR=VALUE...] CMD...: on a node, as root if not told.
on() {
  local node=$1
  shift
  "$CLUSTER" exec "$CLUSTER_DIR" --node "$node" "$@"
}

# wait_for SECONDS CONDITION...: until the command succeeds, or the time is up.
wait_for() {
  local deadline=$((${EPOCHREALTIME//[!0-9]/} + $1 * 1000000)) limit=$1
  shift
  until "$@" >/dev/null 2>&1; do
    if ((${EPOCHREALTIME//[!0-9]/} >= deadline)); then
      printf 'still not so after %d s: %s\n' "$limit" "$*" >&2
      return 1
    fi
    sleep 0.1
  done
}

# gate NAME: makes a gate in the shared folder, where a job of ada's waits.
gate() { as ada mkfifo "/run/cluster/shared/$1"; }

# at_gate NAME: the line of a script that waits there; it reads what open_gate says into $word.
at_gate() { printf ': >/run/cluster/shared/%s.reached; read -r word </run/cluster/shared/%s' "$1" "$1"; }

# reached NAME: a job waits at the gate.
reached() { [[ -e $CLUSTER_DIR/shared/$1.reached ]]; }

# open_gate NAME [WORD]: lets a job go on. Fails where none comes to the gate.
open_gate() {
  # shellcheck disable=SC2016
  as ada timeout 20 sh -c 'echo "$1" >"$0"' "/run/cluster/shared/$1" "${2-}"
}

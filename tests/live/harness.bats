#!/usr/bin/env bats
# Tests of the harness itself: that the cluster is a real one, that its nodes
# are apart from each other and that nothing of it stays behind.

# Words in single quotes are for shells inside the cluster.
# shellcheck disable=SC2016

bats_require_minimum_version 1.5.0
load lib

setup_file() {
  local conf=$BATS_FILE_TMPDIR/conf prefix=$BATS_FILE_TMPDIR/prefix
  local before=${EPOCHREALTIME//[!0-9]/}
  mkdir -p "$conf"/{head,n2,default} "$prefix/lib/slurm"
  echo head >"$conf/head/fairlead.yaml"
  echo two >"$conf/n2/fairlead.yaml"
  echo other >"$conf/default/fairlead.yaml"
  # As if an ordinary user had built it, with a careless umask.
  echo plugin >"$prefix/lib/slurm/example.so"
  chmod -R a+w "$prefix"
  chown -R 5001 "$prefix"
  cluster_up --nodes 2 --conf-dir "$conf" --prefix "$prefix"
  export START_US=$((${EPOCHREALTIME//[!0-9]/} - before))
}

teardown_file() {
  cluster_down
}

teardown() {
  # Clusters a failed test has left, none otherwise.
  local dir
  for dir in "$BATS_TEST_TMPDIR"/*/; do "$CLUSTER" down "$dir"; done
  cluster_report
}

# The pid namespace tells every process of a cluster, whatever its name.
namespace_of() {
  local pid
  read -r pid _ <"$1/state/head"
  readlink "/proc/$pid/ns/pid"
}

# Processes inside the namespace $1, and those outside that name the folder $2.
processes_of() {
  local process
  for process in /proc/[0-9]*; do
    if [[ $(readlink "$process/ns/pid") == "$1" ]] ||
      tr '\0' ' ' 2>/dev/null <"$process/cmdline" | grep -qF "_keep $2 "; then
      echo "$process"
    fi
  done 2>/dev/null
}

# Processes in whose view of the file systems $1 is mounted somewhere.
mounts_of() {
  # The kernel writes a blank as \040.
  grep -lF "${1// /\\040}/" /proc/[0-9]*/mountinfo 2>/dev/null || true
}

nothing_left() {
  [[ -z $(processes_of "$1" "$2") && -z $(mounts_of "$2") && ! -e $2 ]]
}

root_only() {
  local path=$1 owner mode
  while true; do
    read -r owner mode < <(as root stat -c '%u %a' "$path")
    [[ $owner == 0 ]] || return 1
    # Writable by others only where they cannot replace what is not theirs.
    ((!(8#$mode & 8#022) || 8#$mode & 8#1000)) || return 1
    [[ $path != / ]] || return 0
    path=$(dirname "$path")
  done
}

# Starts a cluster in a folder and ends it, with a job in between.
try_in() {
  local namespace
  # Its callers clean up behind it with ||, which switches errexit off in here.
  "$CLUSTER" up "$1" --nodes 1 --owner "$$" "${@:2}" || return 1
  namespace=$(namespace_of "$1") || return 1
  [[ $("$CLUSTER" exec "$1" --user ben srun id -un) == ben ]] || return 1
  # What is looked for below must be there now.
  [[ -n $(processes_of "$namespace" "$1") && -n $(mounts_of "$1") ]] || return 1
  "$CLUSTER" down "$1" || return 1
  nothing_left "$namespace" "$1"
}

@test "a job of ada runs as ada on both nodes" {
  run -0 as ada srun -Q --nodes 2 sh -c 'echo "$(id -u) $(id -gn) $(hostname) $SLURMD_NODENAME"'
  [[ $(sort <<<"$output") == $'5001 genomics n1 n1\n5001 genomics n2 n2' ]]
}

@test "root may run jobs too" {
  run -0 as root srun -Q --nodes 2 id -u
  [[ $output == $'0\n0' ]]
}

@test "a batch job runs" {
  local job
  job=$(as ben sbatch --parsable --nodes 2 --output /run/cluster/shared/batch.out \
    --wrap 'srun id -un')
  wait_for 10 job_completed "$job"
  [[ $(<"$CLUSTER_DIR/shared/batch.out") == $'ben\nben' ]]
}

job_completed() {
  as root scontrol show job "$1" | grep -q JobState=COMPLETED
}

@test "exec passes status, input, variables and words" {
  run -7 as ada sh -c 'exit 7'
  [[ $(echo in | as ada cat) == in ]]
  [[ $(as ada ONE='a b' sh -c 'echo "$ONE"') == 'a b' ]]
  [[ $(as ada printf '%s|' 'a b' '*' --node) == 'a b|*|--node|' ]]
  [[ $(as ada pwd) == / ]]
  [[ $(on n1 --user ada sh -c 'id -un; hostname') == $'ada\nn1' ]]
  SLURM_JOB_ID=9 LD_PRELOAD_X=1 run -0 as ada env
  [[ $output != *SLURM_JOB_ID* && $output == *HOME=/tmp* ]]
}

@test "exec refuses an unknown user or node" {
  run -2 as nobody-of-that-name id
  run -2 on n3 id
  run -2 on ../n1 id
}

@test "the folders of a node are its own" {
  local folder
  for folder in /tmp /run /var /var/tmp /dev/shm; do
    on n1 touch "$folder/mark"
    run ! on n2 test -e "$folder/mark"
    run ! as root test -e "$folder/mark"
    [[ ! -e $folder/mark ]]
  done
}

@test "the shared folder is shared, and anyone may write there" {
  on n1 --user ada sh -c 'echo hello >/run/cluster/shared/note'
  [[ $(on n2 cat /run/cluster/shared/note) == hello ]]
  [[ $(as ben cat /run/cluster/shared/note) == hello ]]
  [[ $(<"$CLUSTER_DIR/shared/note") == hello ]]
  run ! as ben rm -f /run/cluster/shared/note
}

@test "each node has its own configuration" {
  [[ $(as root cat /run/cluster/etc/fairlead.yaml) == head ]]
  [[ $(on n1 cat /run/cluster/etc/fairlead.yaml) == other ]]
  [[ $(on n2 cat /run/cluster/etc/fairlead.yaml) == two ]]
}

@test "what is installed belongs to root and is read-only" {
  root_only /run/cluster/prefix/lib/slurm/example.so
  root_only /run/cluster/etc/fairlead.yaml
  root_only /run/cluster/slurm/slurm.conf
  run ! on n1 touch /run/cluster/prefix/mark
  run ! as root touch /run/cluster/src/mark
  run ! on n1 touch /run/cluster/etc/mark
}

@test "the controller has FAIRLEAD_CONFIG, and the munge key is root's" {
  as root sh -c 'tr "\0" "\n" <"/proc/$(pidof slurmctld)/environ"' |
    grep -qx FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml
  [[ $(as root stat -c '%U %a' /var/lib/munge/munge.key) == 'root 400' ]]
}

@test "slurm.conf takes the options, and extra lines replace nodes and partitions" {
  local dir=$BATS_TEST_TMPDIR/c
  cat >"$BATS_TEST_TMPDIR/extra" <<END
NodeName=n1 NodeAddr=127.0.0.1 Port=6821 CPUs=4 RealMemory=2000 Features=big
NodeName=n2 NodeAddr=127.0.0.1 Port=6822 CPUs=1 RealMemory=500
PartitionName=large Nodes=n1 Default=YES
PartitionName=small Nodes=n2
END
  printf '#!/bin/sh\necho prolog >>/run/cluster/shared/hooks\n' >"$BATS_TEST_TMPDIR/hook"
  chmod +x "$BATS_TEST_TMPDIR/hook"
  "$CLUSTER" up "$dir" --owner "$$" --src "$BATS_TEST_TMPDIR" \
    --slurm-extra "$BATS_TEST_TMPDIR/extra" --prolog /run/cluster/src/hook \
    --epilog /run/cluster/src/hook --job-submit throttle \
    --plugstack <(echo 'optional absent.so')
  run -0 "$CLUSTER" exec "$dir" sinfo --noheader --format '%R %c %m %f'
  [[ $(sort <<<"$output") == $'large 4 2000 big\nsmall 1 500 (null)' ]]
  "$CLUSTER" exec "$dir" --user ada srun true
  wait_for 5 eval "[[ \$(wc -l <'$dir/shared/hooks') == 2 ]]"
  "$CLUSTER" exec "$dir" scontrol show config | grep -Eq 'JobSubmitPlugins += throttle'
  [[ $(<"$dir/slurm/plugstack.conf") == 'optional absent.so' ]]
  "$CLUSTER" down "$dir"
}

@test "a cluster that cannot start says why, and leaves nothing" {
  local dir=$BATS_TEST_TMPDIR/c
  echo 'NoSuchSetting=1' >"$BATS_TEST_TMPDIR/extra"
  run -1 "$CLUSTER" up "$dir" --owner "$$" --slurm-extra "$BATS_TEST_TMPDIR/extra"
  [[ $output == *NoSuchSetting* && $output == *'did not start'* ]]
  [[ ! -e $dir && -z $(mounts_of "$dir") && -z $(processes_of none "$dir") ]]
}

@test "up refuses a folder that is in use" {
  run -1 "$CLUSTER" up "$CLUSTER_DIR" --owner "$$"
  [[ $output == *'not empty'* ]]
  as root sinfo >/dev/null
}

@test "down leaves no process, no mount and no folder" {
  try_in "$BATS_TEST_TMPDIR/c"
}

@test "down keeps a folder that was there before, empty" {
  local dir=$BATS_TEST_TMPDIR/c
  mkdir "$dir"
  "$CLUSTER" up "$dir" --nodes 1 --owner "$$"
  "$CLUSTER" down "$dir"
  [[ -d $dir && -z $(ls -A "$dir") ]]
  "$CLUSTER" down "$dir"
}

@test "down ends jobs and sessions that are still running" {
  local dir=$BATS_TEST_TMPDIR/c namespace
  "$CLUSTER" up "$dir" --nodes 1 --owner "$$"
  namespace=$(namespace_of "$dir")
  "$CLUSTER" exec "$dir" --user ada sbatch --output /dev/null --wrap 'sleep 300'
  "$CLUSTER" exec "$dir" --user ada setsid srun sleep 300 3>&- &
  wait_for 5 eval "(( \$('$CLUSTER' exec '$dir' pgrep -c sleep) >= 2 ))"
  "$CLUSTER" down "$dir"
  nothing_left "$namespace" "$dir"
}

@test "the cluster ends when its owner is killed" {
  local dir=$BATS_TEST_TMPDIR/c owner namespace
  # The owner is by default the process that calls cluster.
  bash -c '"$1" up "$2" --nodes 1 && exec sleep 300' _ "$CLUSTER" "$dir" 3>&- &
  owner=$!
  wait_for 10 "$CLUSTER" exec "$dir" scontrol show node n1
  namespace=$(namespace_of "$dir")
  kill -KILL "$owner"
  wait_for 5 nothing_left "$namespace" "$dir"
}

@test "the cluster ends when its keeper is killed" {
  local dir=$BATS_TEST_TMPDIR/c keeper namespace
  "$CLUSTER" up "$dir" --nodes 1 --owner "$$"
  namespace=$(namespace_of "$dir")
  read -r keeper _ <"$dir/state/keeper"
  kill -KILL "$keeper"
  wait_for 5 eval "[[ -z \$(processes_of '$namespace' '$dir') ]]"
  "$CLUSTER" down "$dir"
  nothing_left "$namespace" "$dir"
}

@test "the cluster ends when its controller does, and keeps the logs" {
  local dir=$BATS_TEST_TMPDIR/c namespace
  "$CLUSTER" up "$dir" --nodes 1 --owner "$$"
  namespace=$(namespace_of "$dir")
  "$CLUSTER" exec "$dir" sh -c 'kill -ABRT "$(cat /run/slurmctld.pid)"' || true
  wait_for 5 eval "[[ -z \$(processes_of '$namespace' '$dir') ]]"
  run -0 "$CLUSTER" logs "$dir"
  [[ $output == *'slurmctld ended with status 134'* ]]
  run -1 "$CLUSTER" exec "$dir" true
  "$CLUSTER" down "$dir"
}

@test "interrupting up leaves nothing" {
  local dir=$BATS_TEST_TMPDIR/c up
  "$CLUSTER" up "$dir" --nodes 1 --owner "$$" 3>&- &
  up=$!
  wait_for 5 test -e "$dir/state/head"
  kill -TERM "$up"
  wait "$up" || true
  [[ ! -e $dir && -z $(mounts_of "$dir") && -z $(processes_of none "$dir") ]]
}

@test "two clusters start at once" {
  local first second
  try_in "$BATS_TEST_TMPDIR/a" 3>&- &
  first=$!
  try_in "$BATS_TEST_TMPDIR/b" 3>&- &
  second=$!
  wait "$first"
  wait "$second"
}

@test "scratch, sources and programs may lie below /tmp, /run, /var or elsewhere" {
  local place top
  for place in /tmp /run /var/tmp "$HOME" "$BATS_TEST_DIRNAME/../../build"; do
    [[ -d $place ]] || continue
    top=$(mktemp -d "$place/harness test.XXXXXX")
    mkdir -p "$top/src/tests/live" "$top/prefix/lib"
    cp "$CLUSTER" "$top/src/tests/live/"
    # A checkout of an ordinary user.
    chown -R 5001 "$top"
    CLUSTER=$top/src/tests/live/cluster try_in "$(realpath "$top")/c" \
      --src "$top/src" --prefix "$top/prefix" || {
      rm -rf "$top"
      return 1
    }
    rm -rf "$top"
  done
}

@test "the controller can be stopped and started again, and keeps its jobs" {
  id=$(as ada sbatch --parsable --hold --wrap true)
  "$CLUSTER" controller "$CLUSTER_DIR" stop
  run ! as ada squeue
  "$CLUSTER" controller "$CLUSTER_DIR" start
  run -0 as ada squeue -h -o %i
  [[ $output == "$id" ]]
  as ada scancel "$id"
}

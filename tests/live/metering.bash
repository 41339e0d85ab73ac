# shellcheck shell=bash
# What slurmctld does within job_submit, for bats.

# metered OBJECT: slurmctld calls this plugin of the prefix through the meter, from a restart on.
metered() {
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    cp "$FAIRLEAD_BUILD/tests/live/job_submit_meter.so" "$CLUSTER_DIR/prefix/lib/slurm/"
    printf '%s\n' "$1" >"$CLUSTER_DIR/shared/meter"
    rm -f "$CLUSTER_DIR/shared/meter.ns"
    sed -i 's/^JobSubmitPlugins=.*/JobSubmitPlugins=meter/' "$CLUSTER_DIR/slurm/slurm.conf"
    "$CLUSTER" controller "$CLUSTER_DIR" start
}

unmetered() {
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    sed -i 's/^JobSubmitPlugins=.*/JobSubmitPlugins=fairlead/' "$CLUSTER_DIR/slurm/slurm.conf"
    "$CLUSTER" controller "$CLUSTER_DIR" start
}

# The pid of slurmctld outside of the cluster.
controller_pid() {
    local head pid
    read -r head _ <"$CLUSTER_DIR/state/head"
    for pid in $(pgrep -x slurmctld); do
        [[ $(readlink "/proc/$pid/ns/pid") != "$(readlink "/proc/$head/ns/pid")" ]] || printf '%s\n' "$pid"
    done
}

# calls_of COMMAND...: the system calls that slurmctld makes within job_submit while the command runs.
calls_of() {
    local trace=$BATS_TEST_TMPDIR/trace
    strace -f -o "$trace" -p "$(controller_pid)" 2>"$trace.said" 3>&- &
    local tracer=$!
    wait_for 10 grep -q attached "$trace.said" || { cat "$trace.said" >&2; return 1; }
    "$@"
    kill -INT "$tracer"
    wait "$tracer" || :
    # Each thread's calls between two marks (meter.c); what it was in when another thread's line came is named
    # twice. A signal is no call.
    awk '{ name = $2; sub(/\(.*/, "", name); sub(/^<\.\.\./, $3, name) }
        $2 ~ /^close\(-471[12]/ { inside[$1] = $2 ~ /^close\(-4711/; in_mark[$1] = /unfinished/; marks++; next }
        in_mark[$1] && $2 == "<..." { in_mark[$1] = 0; next }
        inside[$1] && name !~ /^[-+]/ { print name }
        END { if (marks == 0) print "no call was seen" }' "$trace" | sort -u
}

# calls_nothing_but_memory COMMAND...: within job_submit, while the command runs, slurmctld makes no system call but for memory
# and futexes.
calls_nothing_but_memory() {
    local call
    run -0 calls_of "$@"
    # shellcheck disable=SC2154
    echo "calls: ${lines[*]}"
    for call in "${lines[@]}"; do
        [[ $call =~ ^(brk|mmap|munmap|madvise|futex)$ ]] || return 1
    done
}

# shellcheck shell=bash
# Kills a program before each change of a file that it makes, and lets it go on (row F1). A test says with `begin` how all is
# before a run, with `proceed` how what was killed goes on, and with `check` what must be there in the end.
# shellcheck disable=SC2034,SC2154 # used by the tests; set by lib.bash

source "$BATS_TEST_DIRNAME/../fault/kill_at.bash"
sweep_setup() { kill_at=${FAIRLEAD_BUILD:?set by scripts/test}/tests/fault/kill_at streams=1 under=(); }

# counted CMD...: how many changes strace sees in a whole run.
counted() {
    "${under[@]}" strace -f -qq -e signal=none -e trace="$change_trace" -o trace "$@" >/dev/null || return
    changes_in trace
}

# sweep EVERY CMD...: CMD, killed at each of its changes; outside of FAIRLEAD_FULL at every so many. Ends with the first
# run that ends by itself, so that a clock that adds a change takes none away.
sweep() {
    local every=$1 total n killed=0 ended=137
    shift
    [[ -z ${FAIRLEAD_FULL-} ]] || every=1
    begin
    total=$(counted "$@")
    proceed
    check
    for ((n = 1; n <= 3 * total && ended == 137; n += every)); do
        begin
        ended=0
        "${under[@]}" "$kill_at" "$n" "$@" >/dev/null 2>&1 || ended=$?
        ((ended != 137)) || ((++killed))
        proceed
        check
    done
    printf '# %d changes by strace, killed at %d, every %d of them\n' "$total" "$killed" "$every" >&3
    # The last ones may not come: progress is written by the clock.
    ((ended == 0 && killed * every >= total - 4 && total > 10))
}

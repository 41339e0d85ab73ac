#!/usr/bin/env bats
# slurmctld's memory under a storm of jobs that a rule refuses.
bats_require_minimum_version 1.5.0
load lib
# shellcheck source=tests/live/site.bash
source "$BATS_TEST_DIRNAME/site.bash"
load policy_site
load metering

setup_file() {
    policy_site
    install -m 0755 "$FAIRLEAD_BUILD/tests/live/submit" "$CLUSTER_DIR/shared/submit"
}
teardown_file() { cluster_down; }
teardown() { cluster_report; }

# storm JOBS: submits them in four threads of one client; all are refused.
storm() { [[ $(as ada /run/cluster/shared/submit odd "$1" 4 2>/dev/null) == "0 taken, $1 refused" ]]; }

# The kilobytes that slurmctld has in memory.
resident() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$(controller_pid)/status"; }

@test "refusals leave nothing in slurmctld's memory" {
    rules '- {name: w, warn: "{job_name} of {user} is seen"}' '- {name: c, append: {comment: "{work_dir}", features: fast}}' \
        '- {name: s, when: {script: {regex: "^#!.*sh"}}, set: {qos: normal, mail_user: "{user}@example.org"}}' \
        '- {name: n, when: {job_name: odd}, reject: "no {job_name}"}'
    jobs=2000
    [[ -z ${FAIRLEAD_FULL-} ]] || jobs=20000
    storm 500
    before=$(resident)
    storm "$jobs"
    after=$(resident)
    printf '%d jobs: from %d to %d kB\n' "$jobs" "$before" "$after"
    ((after - before < 1024))
}

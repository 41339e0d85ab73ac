#!/usr/bin/env bats
# Results of jobs that slurmctld has forgotten, with real accounting: slurmctld, slurmdbd and MariaDB.
bats_require_minimum_version 1.5.0
load site_cluster
load staging_site

setup_file() {
    staging_cluster "$STAGING_CONFIG" --accounting yes
    printf 'MinJobAge=2\n' >>"$CLUSTER_DIR/slurm/slurm.conf"
    as root scontrol reconfigure
}
teardown_file() { cluster_down; }
teardown() {
    cluster_report
    no_jobs_left
}
W=/run/cluster/shared/work

# slurmctld lets go of jobs once a minute.
forgotten() { ! as root scontrol show job "$1" >/dev/null 2>&1; }
# leaves NAME COMMAND: a job whose result is for one that succeeds.
leaves() {
    as ada sbatch --parsable -o /dev/null "$(job_script "$1.sh" \
        "#STAGE out src=$W/$1 dst=s3://lab/$1 when=success" "echo $1 >$W/$1" "$2")"
}

@test "where slurmctld has forgotten the job, slurmdbd says whether it succeeded" {
    good=$(leaves good true)
    bad=$(leaves bad 'exit 3')
    again=$(leaves again '[ -n "$SLURM_RESTART_COUNT" ] || { scontrol requeue "$SLURM_JOB_ID"; sleep 30; }')
    wait_for 30 has_state "$bad" FAILED
    wait_for 90 has_restarted "$again"
    wait_for 40 no_job_of ada
    for id in "$good" "$bad" "$again"; do wait_for 100 forgotten "$id"; done
    run -0 fairlead stage export --once
    [[ $(stored lab/good) == good && $(stored lab/again) == again && ! -e $CLUSTER_DIR/shared/s3/lab/bad ]]
    [[ -z $(find "$CLUSTER_DIR/shared/state/stage/queue" -name '*.json') ]]
}
has_restarted() { [[ $(field Restarts "$1") == 1 ]]; }

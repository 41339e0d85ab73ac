#!/usr/bin/env bats
# A job_submit plugin that was built for a neighbour of the Slurm that is here.
bats_require_minimum_version 1.5.0
load site_cluster

setup_file() { site_cluster; }
teardown_file() { cluster_down; }
teardown() { cluster_report; }

# plugin FOLDER: slurmctld, which does not run, finds this one of the builds of tests/abi at its next start.
plugin() { install -m 0755 "$FAIRLEAD_BUILD/tests/abi/$1/job_submit_fairlead.so" "$CLUSTER_DIR/prefix/lib/slurm/"; }

enable() { fairlead enable --jobsubmit --dry-run --slurm-conf "/run/cluster/slurm/slurm.conf"; }

@test "slurmctld starts with the job_submit plugin of another X.Y.Z, which judges jobs and says whose it is" {
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    plugin other_version
    : >"$CLUSTER_DIR/log/slurmctld.log"
    "$CLUSTER" controller "$CLUSTER_DIR" start
    run -0 enable
    logged 'fairlead: built for Slurm [0-9.]+, runs in [0-9.]+'
    run ! as ada sbatch -p empty --wrap true
    [[ $output == *"[FL-E101]"* ]]
}

@test "slurmctld refuses the job_submit plugin of another X.Y" {
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    plugin other_release
    run -1 enable
    [[ $output == *"job_submit_fairlead.so is built for Slurm "*" is installed, which would refuse it"*"[FL-P203]"* ]]
    run ! as root timeout 20 slurmctld -D
    ((status != 124))
    [[ $output$(<"$CLUSTER_DIR/log/slurmctld.log") == *"failed to initialize job_submit plugin"* ]]
    install -m 0755 "$FAIRLEAD_STAGE$SITE_PREFIX/lib/slurm/job_submit_fairlead.so" "$CLUSTER_DIR/prefix/lib/slurm/"
    "$CLUSTER" controller "$CLUSTER_DIR" start
    run -0 as ada srun -Q hostname
}

#!/usr/bin/env bats
# Data that goes to each node of a job (mode=local), on three nodes whose /tmp is their own.
bats_require_minimum_version 1.5.0
load site_cluster
load staging_site

setup_file() { staging_cluster; }
teardown_file() { cluster_down; }
teardown() {
    fault
    cluster_report
    no_jobs_left
}
W=/run/cluster/shared/work

@test "each node gets its copy from the shared path, before any step, and its epilog keeps no record" {
    object lab/in/a.txt seven
    script=$(job_script local.sh '#SBATCH -N3' "#STAGE in src=s3://lab/in/ dst=$W/ref/" \
        "#STAGE in src=$W/ref/ dst=/tmp/%u.%j/ mode=local" 'srun -l cat /tmp/ada.$SLURM_JOB_ID/a.txt | sort')
    id=$(as ada sbatch --parsable -o /run/cluster/shared/local.out "$script")
    wait_for 40 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/local.out") == $'0: seven\n1: seven\n2: seven' ]]
    for node in n1 n2 n3; do
        run -0 on "$node" -- stat -c %u "/tmp/ada.$id/a.txt"
        [[ $output == 5001 ]]
    done
    [[ $(grep -c "^$id in" "$CLUSTER_DIR/shared/s3/calls") == 4 ]] # once for all, and once a node
    run -0 fairlead_of ada stage status "$id"
    [[ ${lines[0]} == "$id"*" in   ready"* && ${lines[1]} == "$id"*" node ready"*" (as on node n1)" ]]
    wait_for 20 all_idle
    for node in n1 n2 n3; do run ! on "$node" -- test -e "/run/fairlead/stage/jobs/$id"; done
}

@test "a node that cannot take it holds the job with its name; no step runs on any node and none drains" {
    as ada sh -c "mkdir -p $W/ref && echo x >$W/ref/a.txt"
    on n2 -- mkdir -p -m 0755 /tmp/blocked
    for node in n1 n3; do on "$node" -- mkdir -p -m 1777 /tmp/blocked; done
    script=$(job_script blocked.sh '#SBATCH -N3' "#STAGE in src=$W/ref/ dst=/tmp/blocked/%j/ mode=local" 'echo ran; srun echo ran')
    id=$(as ada sbatch --parsable -o /run/cluster/shared/blocked.out "$script")
    wait_for 40 is_held "$id"
    [[ $(comment_of "$id") == "FL-S111: "*"(on node n2). Job $id held"*"scontrol release $id"* ]]
    [[ ! -s $CLUSTER_DIR/shared/blocked.out ]]
    wait_for 20 says_who_holds "$id"
    run -1 fairlead_of ada stage wait "$id" --timeout 5
    [[ $output == *" node held "* ]]
    wait_for 20 all_idle
    nobody_drained
}

says_who_holds() { [[ $(fairlead_of ada stage status "$1") == "$1"*" node held "*"(on node n2) [FL-S111]" ]]; }

@test "how far the first node is its user sees, and nobody else" {
    as ada sh -c "mkdir -p $W/ref && echo x >$W/ref/a.txt"
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(as ada sbatch --parsable -o /dev/null "$(job_script seen.sh "#STAGE in src=$W/ref/ dst=/tmp/seen/ mode=local" true)")
    wait_for 20 copying_waits
    wait_for 10 shows_half "$id"
    run -1 fairlead_of ben stage status "$id"
    fault
    copying_goes_on
    wait_for 30 has_state "$id" COMPLETED
    run -0 fairlead_of ada stage status "$id" --format json
    [[ $output == *'"direction":"in","mode":"local","state":"ready"'* ]]
}
shows_half() { [[ $(fairlead_of ada stage status "$1") == *" node staging"*"50 %"* ]]; }

@test "a source in S3, results and held jobs have no node of their own" {
    for line in "in src=s3://lab/in/ dst=/tmp/x/ mode=local" "out src=/tmp/x dst=s3://lab/x mode=local" \
        "in src=$W/ref/ dst=/tmp/x/ mode=local when=queued"; do
        run ! as ada sbatch "$(job_script wrong.sh "#STAGE $line" true)"
        [[ $output == *"[FL-S101]"* ]]
    done
}

@test "F6: a requeue starts anew on the nodes that it gets" {
    as ada sh -c "mkdir -p $W/ref && echo x >$W/ref/a.txt"
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    script=$(job_script again.sh "#STAGE in src=$W/ref/ dst=/tmp/again/ mode=local" 'cat /tmp/again/a.txt')
    id=$(as ada sbatch --parsable -o /run/cluster/shared/again.out "$script")
    wait_for 20 copying_waits
    fault
    as ada scontrol requeue "$id"
    copying_goes_on
    wait_for 60 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/again.out") == x ]]
    nobody_drained
}

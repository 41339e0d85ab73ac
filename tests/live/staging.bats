#!/usr/bin/env bats
# Data of jobs: staged in before they start and out after they have ended, on three nodes. Faults have
# the names of docs/staging.md.
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

@test "one job stages in, computes and stages out" {
    object lab/in/a.txt seven
    script=$(job_script first.sh "#STAGE in src=s3://lab/in/ dst=$W/%j/" \
        "#STAGE out src=$W/%j/result dst=s3://lab/out/%j" \
        "tr a-z A-Z <$W/\$SLURM_JOB_ID/a.txt >$W/\$SLURM_JOB_ID/result")
    id=$(as ada sbatch --parsable -o /run/cluster/shared/first.out "$script")
    wait_for 30 has_state "$id" COMPLETED
    wait_for 20 all_idle
    fairlead stage export --once
    [[ $(stored "lab/out/$id") == SEVEN ]]
    run -0 fairlead_of ada stage wait "$id" --timeout 5
    run -0 fairlead_of ada stage status "$id"
    [[ ${lines[0]} == "$id"*in*ready* && ${lines[1]} == "$id"*out*exported* ]]
    run -1 fairlead_of ben stage status "$id"
}

@test "a job that exports nothing of its user's environment stages all the same" {
    object lab/in/a.txt seven
    script=$(job_script bare_environment.sh "#STAGE in src=s3://lab/in/ dst=$W/none/" "#STAGE out src=$W/none.out dst=s3://lab/none" \
        "srun -Q /bin/cat $W/none/a.txt >$W/none.out")
    id=$(as ada sbatch --export=NONE --parsable -o /dev/null "$script")
    wait_for 30 has_state "$id" COMPLETED
    id=$(as ada sbatch --export=NONE --parsable -o /dev/null --stage-in=s3://lab/in/:$W/nil/ --stage-out=$W/nil.out:s3://lab/nil \
        --wrap "srun -Q /bin/cat $W/nil/a.txt >$W/nil.out")
    wait_for 30 has_state "$id" COMPLETED
    wait_for 20 all_idle
    run -0 fairlead stage export --once
    [[ $(stored lab/none) == seven && $(stored lab/nil) == seven ]]
}

@test "options say the same, as often as they are given, and srun and salloc have them too" {
    object lab/in/a.txt one
    object lab/more/b.txt two
    for command in "srun -Q" "salloc -Q srun -Q"; do
        rm -rf "$CLUSTER_DIR/shared/work/"*
        # shellcheck disable=SC2086
        run -0 as ada ${command%% *} -Q --stage-in=s3://lab/in/:$W/a/ --stage-in=s3://lab/more/b.txt:$W/b.txt \
            ${command#* -Q} cat $W/a/a.txt $W/b.txt
        [[ $output == $'one\ntwo' ]]
    done
    id=$(as ada sbatch --parsable --stage-in=s3://lab/in/:$W/c/ --stage-in=profile=reference -o /dev/null --wrap "cat $W/c/a.txt $W/ref/r >$W/c/result" \
        --stage-out=$W/c/result:s3://lab/out/c) && status=0 || status=$?
    ((status == 0))
    wait_for 30 is_held "$id" # s3://lab/ref/ is not there yet
    object lab/ref/r three
    as ada scontrol release "$id"
    wait_for 40 has_state "$id" COMPLETED
    [[ $(work c/result) == $'one\nthree' ]]
}

@test "a source that is missing holds the job with the reason, its node stays idle, and released it runs" {
    id=$(as ada sbatch --parsable --stage-in=s3://lab/absent/a.dat:$W/a.dat -o /run/cluster/shared/absent.out \
        --wrap "cat $W/a.dat")
    wait_for 30 is_held "$id"
    [[ $(comment_of "$id") == *"FL-S110: s3://lab/absent/a.dat not found. Job $id held, nothing deleted. Fix it, then: scontrol release $id"* ]]
    [[ ! -e $CLUSTER_DIR/shared/absent.out ]]
    wait_for 20 all_idle
    object lab/absent/a.dat here
    as ada scontrol release "$id"
    wait_for 40 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/absent.out") == here ]]
    [[ $(comment_of "$id") == "FL-S: staged in, "* ]]
    nobody_drained
}

@test "F4, F5: while the first node still copies no step starts on any node, whoever asks" {
    object lab/slow/a.txt late
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    as ada srun -Q -N3 --stage-in=s3://lab/slow/:$W/slow/ sh -c "cat $W/slow/a.txt" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    pid=$!
    wait_for 20 copying_waits
    wait_for 20 marked_on_all
    id=$(as root squeue -h -o %A)
    # Another step of the user's, in the middle of it: what it reads says when it ran.
    as ada srun -Q --overlap --jobid="$id" -N1 -n1 -w n1 cat $W/slow/a.txt >"$BATS_TEST_TMPDIR/other" 2>&1 3>&- &
    other=$!
    half_shown() { [[ $(fairlead_of ada stage status "$id") == *"staging"*"[##########..........]  50 %"* ]]; }
    wait_for 15 half_shown
    [[ ! -s $BATS_TEST_TMPDIR/out && ! -s $BATS_TEST_TMPDIR/other ]]
    copying_goes_on
    wait "$pid"
    wait "$other" || : # where the allocation ended first
    [[ $(<"$BATS_TEST_TMPDIR/out") == $'late\nlate\nlate' ]]
    [[ $(<"$BATS_TEST_TMPDIR/other") != *"No such file"* ]]
    [[ $(grep -c "^$id in" "$CLUSTER_DIR/shared/s3/calls") == 1 ]]
}
marked_on_all() {
    local node
    for node in n1 n2 n3; do on "$node" -- sh -c 'ls /run/fairlead/jobs/*/unstaged.json' || return; done
}

@test "F6: a node that registers while its prolog stages for long keeps the job" {
    object lab/in/a.txt kept
    sed -i.kept 's/deadline: 25/deadline: 80/' "$CLUSTER_DIR"/conf/n[1-3]/fairlead.yaml
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(as ada sbatch --parsable --no-requeue -N2 -w n1,n2 --stage-in=s3://lab/in/:$W/long/ -o /run/cluster/shared/long.out \
        --wrap "srun cat $W/long/a.txt")
    as ada srun -Q -w n3 --stage-in=s3://lab/in/:$W/short/ cat $W/short/a.txt >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    pid=$!
    wait_for 20 copying_waits
    wait_for 40 older_than_slurms_own "$id" # BatchStartTimeout of 10 s, and MessageTimeout of 5
    echo SlurmctldDebug=debug2 >>"$CLUSTER_DIR/slurm/slurm.conf"
    as root scontrol reconfigure
    wait_for 30 logged 'node n1 registered with|node_registration complete for n1'
    [[ $(field Restarts "$id") == 0 && $(field JobState "$id") == RUNNING ]]
    run logged 'missing from batch node'
    ((status == 1))
    fault
    copying_goes_on
    copying_goes_on || : # both may have read the first word
    wait_for 30 has_state "$id" COMPLETED
    wait "$pid"
    [[ $(<"$CLUSTER_DIR/shared/long.out") == $'kept\nkept' && $(<"$BATS_TEST_TMPDIR/out") == kept ]]
    sed -i '$d' "$CLUSTER_DIR/slurm/slurm.conf"
    as root scontrol reconfigure
    for node in n1 n2 n3; do mv "$CLUSTER_DIR/conf/$node/fairlead.yaml.kept" "$CLUSTER_DIR/conf/$node/fairlead.yaml"; done
}
older_than_slurms_own() { [[ $(field RunTime "$1") > 00:00:16 ]]; }

@test "F5: where the first node fails for its data, the others run nothing and no node drains" {
    run ! as ada srun -N3 --stage-in=s3://lab/nothing/:$W/nothing/ echo ran
    [[ $output == *"FL-S110"* && $output != *ran* ]]
    wait_for 20 all_idle
    id=$(as ada sbatch --parsable -N3 --stage-in=s3://lab/nothing/:$W/nothing/ -o /run/cluster/shared/nothing.out \
        --wrap "echo ran; srun echo ran")
    wait_for 30 is_held "$id"
    [[ ! -e $CLUSTER_DIR/shared/nothing.out ]]
    as ada scancel "$id"
    wait_for 20 all_idle
}

@test "srun and salloc end with the reason on their terminal" {
    run ! as ada srun --stage-in=s3://lab/absent/b.dat:$W/b.dat echo ran
    [[ $output == *"s3://lab/absent/b.dat not found [FL-S110]"* && $output != *ran* ]]
    run ! as ada salloc --stage-in=s3://lab/absent/b.dat:$W/b.dat srun echo ran
    [[ $output == *"FL-S110"* && $output != *$'\nran'* ]]
    wait_for 20 all_idle
}

@test "F7: a service that does not answer holds the job; F2: a fault of the node drains it, with its reason" {
    object lab/in/a.txt one
    fault service_fault FL-S112 S3 does not answer
    id=$(as ada sbatch --parsable --stage-in=s3://lab/in/:$W/s/ -o /dev/null --wrap true)
    wait_for 30 is_held "$id"
    [[ $(comment_of "$id") == *"FL-S112: S3 does not answer. Job $id held"* ]]
    nobody_drained
    as ada scancel "$id"
    fault node_fault FL-S121 /fsx: Input/output error
    id=$(as ada sbatch --parsable -w n2 --stage-in=s3://lab/in/:$W/s/ -o /dev/null --wrap true)
    wait_for 30 is_drained n2
    [[ $(reason_of n2) == "/fsx: Input/output error [FL-S121]" ]]
    as root scancel "$id"
    back_in_service n2
}
is_drained() { [[ $(state_of "$1") == drain* ]]; }

@test "F2: past the brake a fault of the node holds the job, and the node stays in service" {
    object lab/in/a.txt one
    echo 'brake: {nodes: 0, percent: 0}' >>"$CLUSTER_DIR/conf/n3/fairlead.yaml"
    fault node_fault FL-S121 /fsx: Input/output error
    id=$(as ada sbatch --parsable -w n3 --stage-in=s3://lab/in/:$W/br/ -o /run/cluster/shared/braked.out --wrap 'echo ran')
    wait_for 30 is_held "$id"
    [[ $(comment_of "$id") == *"FL-S121: /fsx: Input/output error. Job $id held"* && ! -e $CLUSTER_DIR/shared/braked.out ]]
    wait_for 20 all_idle
    fault
    sed -i '/^brake:/d' "$CLUSTER_DIR/conf/n3/fairlead.yaml"
    as ada scontrol release "$id"
    wait_for 40 has_state "$id" COMPLETED
    nobody_drained
}

@test "a node that cannot keep the mark of a job's data drains with our reason, and the job does not run" {
    object lab/in/a.txt one
    on n2 -- sh -c 'mkdir -p /run/fairlead; mv /run/fairlead /run/fairlead.away; touch /run/fairlead'
    id=$(as ada sbatch --parsable -w n2 --stage-in=s3://lab/in/:$W/m/ -o /dev/null --wrap 'touch /run/cluster/shared/unmarked')
    wait_for 30 is_drained n2
    as root scancel "$id"
    on n2 -- sh -c 'rm /run/fairlead; mv /run/fairlead.away /run/fairlead'
    [[ $(reason_of n2) == *"/run/fairlead"*"[FL-X201]" && ! -e $CLUSTER_DIR/shared/unmarked ]]
    back_in_service n2
}

@test "F6: a requeue in the middle of it starts anew with a higher epoch, and one copy runs in the end" {
    object lab/in/a.txt one
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(as ada sbatch --parsable --stage-in=s3://lab/in/:$W/rq/ -o /run/cluster/shared/rq.out --wrap "cat $W/rq/a.txt")
    wait_for 20 copying_waits
    fault
    as ada scontrol requeue "$id"
    wait_for 60 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/rq.out") == one ]]
    epochs=$(awk -v id="$id" '$1 == id { print $3 }' "$CLUSTER_DIR/shared/s3/calls")
    [[ $(wc -l <<<"$epochs") == 2 && $(sort -n <<<"$epochs") == "$epochs" ]]
    nobody_drained
}

@test "F6: scancel in the middle of it ends the copying, and the nodes are free" {
    object lab/in/a.txt one
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(as ada sbatch --parsable -N2 --stage-in=s3://lab/in/:$W/sc/ -o /dev/null --wrap true)
    wait_for 20 copying_waits
    as ada scancel "$id"
    wait_for 40 all_idle
    has_state "$id" CANCELLED
    [[ -z $(as root ps -eo args | grep '[f]airlead-stage --work') ]]
    nobody_drained
}

@test "F5: a script that asks for data does not run where no prolog of ours ran, nor do its steps" {
    object lab/in/a.txt one
    prolog=$CLUSTER_DIR/conf/n2/prolog
    cp -p "$prolog" "$BATS_TEST_TMPDIR/prolog"
    printf '#!/bin/sh\n' >"$prolog"
    script=$(job_script bare.sh "#STAGE in src=s3://lab/in/ dst=$W/bare/" 'echo the script ran' 'srun -l echo ran')
    id=$(as ada sbatch --parsable -w n2 -o /run/cluster/shared/bare.out "$script")
    wait_for 30 has_state "$id" FAILED
    [[ $(<"$CLUSTER_DIR/shared/bare.out") == *"[FL-S130]"* && $(<"$CLUSTER_DIR/shared/bare.out") != *ran* ]]
    id=$(as ada sbatch --parsable -N2 -w n1,n2 -o /run/cluster/shared/half.out "$script")
    wait_for 30 has_state "$id" FAILED
    [[ $(<"$CLUSTER_DIR/shared/half.out") == *"the script ran"*"[FL-S130]"* ]]
    [[ $(<"$CLUSTER_DIR/shared/half.out") != *"1: ran"* ]]
    # What a step is told of its script does not depend on what the user exports.
    script=$(job_script unexported.sh "#STAGE in src=s3://lab/in/ dst=$W/bare/" 'srun --export=NONE -l /bin/echo ran')
    id=$(as ada sbatch --parsable -N2 -w n1,n2 -o /run/cluster/shared/unexported.out "$script")
    wait_for 30 has_state "$id" FAILED
    [[ $(<"$CLUSTER_DIR/shared/unexported.out") == *"[FL-S130]"* ]]
    [[ $(<"$CLUSTER_DIR/shared/unexported.out") != *"1: ran"* ]]
    # A job that the script submits is none of them.
    script=$(job_script outer.sh "#STAGE in src=s3://lab/in/ dst=$W/bare/" \
        "sbatch --wait -w n2 -o /run/cluster/shared/inner.out --wrap 'srun echo ran'")
    id=$(as ada sbatch --parsable -w n1 -o /dev/null "$script")
    wait_for 40 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/inner.out") == ran ]]
    cp -p "$BATS_TEST_TMPDIR/prolog" "$prolog"
    wait_for 20 all_idle
    nobody_drained
}

@test "T3, T4: what is no path, and another user's bucket, is refused at submission, and nothing is queued" {
    run ! as ada sbatch --stage-in=s3://lab/../x:$W/x --wrap true
    [[ $output == *"[FL-S102]"* ]]
    run ! as ada sbatch --stage-in="$(printf 's3://lab/a\nb:/x')" --wrap true
    [[ $output == *"[FL-S102]"* ]]
    run ! as ada sbatch --stage-in=s3://lab/a --wrap true
    [[ $output == *"has no destination"*"[FL-S101]"* ]]
    run ! as ben sbatch --stage-in=s3://lab/in/:$W/x/ --wrap true
    [[ $output == *"'s3://lab/in/' is not allowed; ben may read s3://home/ben/, s3://climate/ [FL-S103]"* ]]
    script=$(job_script thief.sh "#STAGE in src=s3://home/ada/x dst=$W/x" true)
    run ! as ben sbatch "$script"
    [[ $output == *"[FL-S103]"* ]]
    script=$(job_script slip.sh "#STAGE in scr=s3://home/ada/x dst=$W/x" true)
    run ! as ada sbatch "$script"
    [[ $output == *"line 2 of the script: #STAGE: unknown word 'scr', did you mean 'src'? [FL-S101]"* ]]
    run ! as ben sbatch -J ../../lab --stage-in=s3://home/ben/%x:$W/x --wrap true
    [[ $output == *"[FL-S102]"* ]]
    [[ -z $(as root squeue -h) ]]
}

@test "T4: a record that a user forges is stripped, and one without the controller's stages nothing" {
    record=$(printf '{"schema":"fairlead.staging/1","id":"1","transfers":[{"direction":"in","source":"s3://lab/in/a.txt","destination":"%s/forged","verify":"checksum","when":"start","on_fail":"hold"}]}' "$W")
    object lab/in/a.txt one
    run -0 as ben SPANK_FAIRLEAD_STAGE="$record" FAIRLEAD_STAGE="$record" STAGE_REQUEST=$'1\nin s3://lab/in/a.txt:'"$W/forged" srun -Q true
    install -m 0755 "$FAIRLEAD_BUILD/tests/live/forge" "$CLUSTER_DIR/shared/forge"
    id=$(as ben /run/cluster/shared/forge debug "FAIRLEAD_STAGE=$record")
    wait_for 10 logged 'stripped forged FAIRLEAD_ entries of user 5002'
    wait_for 20 has_state "$id" COMPLETED
    run ! as ben /run/cluster/shared/forge debug $'STAGE_REQUEST=1\nin s3://lab/in/a.txt:'"$W/forged"
    [[ ! -e $CLUSTER_DIR/shared/work/forged ]]
    on n1 -- env SLURM_JOB_ID=990 SLURMD_NODENAME=n1 SLURM_NODELIST=n1 SLURM_JOB_UID=5002 SLURM_JOB_PARTITION=debug \
        SPANK_STAGE_REQUEST=$'1\nin s3://lab/in/a.txt:'"$W/forged" /run/cluster/etc/prolog
    run -0 on n1 -- cat /run/fairlead/jobs/990/unstaged.json
    [[ $output == *"[FL-S104]"* && ! -e $CLUSTER_DIR/shared/work/forged ]]
    on n1 -- env SLURM_JOB_ID=990 "$SITE_PREFIX/libexec/fairlead/fairlead-epilog"
    run ! on n1 -- test -e /run/fairlead/jobs/990
}

@test "T4: where nodes check requests themselves, the same map holds" {
    sed -i 's/^admission: controller/admission: node/' "$CLUSTER_DIR"/conf/n?/fairlead.yaml
    object lab/in/a.txt one
    run -0 as ada srun -Q -w n1 --stage-in=s3://lab/in/:$W/%u.%j/ sh -c "cat $W/ada.\$SLURM_JOB_ID/a.txt"
    [[ $output == one ]]
    on n1 -- env SLURM_JOB_ID=991 SLURMD_NODENAME=n1 SLURM_NODELIST=n1 SLURM_JOB_UID=5002 SLURM_JOB_PARTITION=debug \
        SPANK_STAGE_REQUEST=$'1\nin s3://lab/in/a.txt:'"$W/forged" /run/cluster/etc/prolog
    run -0 on n1 -- cat /run/fairlead/jobs/991/unstaged.json
    [[ $output == *"[FL-S103]"* && ! -e $CLUSTER_DIR/shared/work/forged ]]
    on n1 -- env SLURM_JOB_ID=991 "$SITE_PREFIX/libexec/fairlead/fairlead-epilog"
    sed -i 's/^admission: node/admission: controller/' "$CLUSTER_DIR"/conf/n?/fairlead.yaml
}

@test "F3: where the program on the first node is killed, the job is held and nothing of it runs" {
    object lab/in/a.txt one
    fault gate
    as ada mkfifo /run/cluster/shared/s3/gate 2>/dev/null || :
    id=$(as ada sbatch --parsable -N2 --stage-in=s3://lab/in/:$W/k/ -o /run/cluster/shared/killed.out --wrap "echo ran")
    wait_for 20 copying_waits
    leader=$(as root ps -eo ppid,args | awk '/[f]airlead-stage --work/ { print $1; exit }')
    as root kill -9 "$leader"
    wait_for 40 is_held "$id"
    [[ $(comment_of "$id") == *"FL-S123"*"scontrol release $id"* && ! -e $CLUSTER_DIR/shared/killed.out ]]
    wait_for 10 nothing_copies # it ends with its parent
    as root scancel "$id"
    nobody_drained
}

@test "F15: results that no epilog queued are found once the job has ended" {
    id=$(as ada sbatch --parsable --stage-out=$W/lost:s3://lab/found -o /dev/null --wrap "echo found >$W/lost")
    wait_for 30 has_state "$id" COMPLETED
    wait_for 20 all_idle
    queue=$CLUSTER_DIR/shared/state/stage/queue
    file=$(basename "$queue/$id".*.json)
    mv "$queue/$file" "$CLUSTER_DIR/shared/state/stage/jobs/$id/${file:${#id}+1:-5}.out.json"
    run -0 fairlead stage export --once
    [[ $(stored lab/found) == found ]]
}

@test "a task of an array has its own numbers, and a job's name its place" {
    script=$(job_script array.sh "#STAGE out src=$W/%x.%A.%a dst=s3://home/%u/%x/%A/%a" \
        "echo \$SLURM_ARRAY_TASK_ID >$W/\$SLURM_JOB_NAME.\$SLURM_ARRAY_JOB_ID.\$SLURM_ARRAY_TASK_ID")
    id=$(as ada sbatch --parsable -J sweep --array=3-4 -o /dev/null "$script")
    wait_for 30 no_job_of ada
    wait_for 20 all_idle
    run -0 fairlead stage export --once
    [[ $(stored "home/ada/sweep/$id/3") == 3 && $(stored "home/ada/sweep/$id/4") == 4 ]]
}

@test "a step that asks for itself inside an allocation is told that staging is for jobs" {
    run ! as ada salloc -Q srun --stage-in=s3://lab/in/:$W/x/ echo ran
    [[ $output == *"[FL-S130]"* && $output != *ran* ]]
}

@test "a pause does not let a job run without its data" {
    fairlead pause
    wait_for 5 logged 'fairlead: paused'
    run ! as ada srun --stage-in=s3://lab/absent/c:$W/c echo ran
    [[ $output == *"FL-S110"* && $output != *ran* ]]
    fairlead resume
    wait_for 5 logged 'fairlead: resumed'
    wait_for 20 all_idle
}

@test "results wait for the service, are tried again, and those of a job that failed only where asked for" {
    script=$(job_script bad.sh "#STAGE out src=$W/%j.always dst=s3://lab/kept/%j" \
        "#STAGE out src=$W/%j.success dst=s3://lab/unkept/%j when=success" \
        "echo a >$W/\$SLURM_JOB_ID.always; echo b >$W/\$SLURM_JOB_ID.success; exit 3")
    id=$(as ada sbatch --parsable -o /dev/null "$script")
    wait_for 30 has_state "$id" FAILED
    wait_for 20 all_idle
    fault service_fault FL-S112 S3 does not answer
    run -1 fairlead stage export --once
    run -1 fairlead_of ada stage wait "$id" --timeout 1
    [[ $output == *waiting*"S3 does not answer [FL-S112]"* ]]
    fault
    run -0 fairlead stage export --once # not due yet
    [[ ! -e $CLUSTER_DIR/shared/s3/lab/kept/$id ]]
    rm "$CLUSTER_DIR/shared/state/stage/jobs/$id/"*.retry.json
    run -0 fairlead stage export --once
    [[ $(stored "lab/kept/$id") == a && ! -e $CLUSTER_DIR/shared/s3/lab/unkept/$id ]]
    [[ -z $(find "$CLUSTER_DIR/shared/state/stage/queue" -name "$id.*") && $(work "$id.always") == a ]]
}

@test "config check finds a slurm.conf that cannot stage, and slurmctld refuses with it" {
    run -0 fairlead config check
    [[ $output == *"staging: 3 prefixes of buckets, 1 profiles"* && $output != *staging.file_systems* ]]
    sed -i.kept '/import_folders/d' "$CLUSTER_DIR/conf/head/fairlead.yaml"
    run -0 fairlead config check
    [[ $output == *"staging: note: no file system is named as the site's"*staging.file_systems* ]]
    mv "$CLUSTER_DIR/conf/head/fairlead.yaml.kept" "$CLUSTER_DIR/conf/head/fairlead.yaml"
    sed -i.kept 's/^staging:/&\n  stall: 20/' "$CLUSTER_DIR/conf/head/fairlead.yaml"
    run -1 fairlead config check
    [[ $output == *"staging.stall: 20 s; expected 60 or more"*"[FL-X106]"* ]]
    mv "$CLUSTER_DIR/conf/head/fairlead.yaml.kept" "$CLUSTER_DIR/conf/head/fairlead.yaml"
    sed -i 's/^PrologFlags=Alloc,DeferBatch/PrologFlags=Alloc/' "$CLUSTER_DIR/slurm/slurm.conf"
    as root scontrol reconfigure
    wait_for 10 without_defer
    run -1 fairlead config check
    [[ $output == *"PrologFlags=Alloc; without"*"[FL-S104]"* && $output != *BatchStartTimeout* ]]
    run ! as ada sbatch --stage-in=s3://lab/in/:$W/x/ --wrap true
    [[ $output == *"[FL-S104]"* ]]
    sed -i 's/^PrologFlags=Alloc$/PrologFlags=Alloc,DeferBatch/' "$CLUSTER_DIR/slurm/slurm.conf"
    as root scontrol reconfigure
}
without_defer() { ! as root scontrol show config | grep -q DeferBatch; }

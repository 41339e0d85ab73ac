#!/usr/bin/env bats
# Jobs that stage between a real S3 server, Debian 13's radosgw, and the file system: all of Fairlead's own
# programs at work, the copying too. The nodes have their keys from tests/fakes/imds.
bats_require_minimum_version 1.5.0
load site_cluster
load staging_site

setup_file() {
    [[ -x ${FAIRLEAD_STAGE:?set by scripts/test}/run/cluster/prefix/libexec/fairlead/fairlead-stage ]] ||
        skip "fairlead-stage is not built"
    S3_ROOT=/
    if ! grep -q '^VERSION_CODENAME=trixie' /etc/os-release; then
        S3_ROOT=$("$BATS_TEST_DIRNAME/../../scripts/debian-root" trixie) || skip "no Debian 13 can be made here"
    fi
    export S3_ROOT STAGING_COPIES=real
    staging_cluster "${STAGING_CONFIG/deadline: 25/deadline: 25
  stall: 4
  s3_endpoint: http://127.0.0.1:7480}"
    keys
    start_s3
    s3 bucket lab
    s3 bucket home
}

# The role of the instances, as IMDS tells of it.
keys() {
    printf '{"paths": {"/latest/meta-data/iam/security-credentials/fairlead-node": %s}}' \
        '"{\"Code\":\"Success\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"FAIRLEADTEST\",\"SecretAccessKey\":\"test/secret+of=radosgw\",\"Token\":\"token\",\"Expiration\":\"2099-01-01T00:00:00Z\"}"' \
        >"$CLUSTER_DIR/shared/imds.json"
    fake imds --data /run/cluster/shared/imds.json
    local file line
    line="  imds_endpoint: http://127.0.0.1:$(<"$CLUSTER_DIR/shared/imds.port")"
    for file in "$CLUSTER_DIR"/conf/n*/fairlead.yaml; do printf '%s\n' "$line" >>"$file"; done
    printf 'testing:\n%s\n' "$line" >>"$CLUSTER_DIR/conf/head/fairlead.yaml"
}

inside() { nsenter --net --target "$(cut -d' ' -f1 "$CLUSTER_DIR/state/head")" "$@"; }

start_s3() {
    S3_WORK=$(mktemp -d "${S3_ROOT%/}/tmp/fairlead-s3.XXXXXX")
    "$SITE_REPO/tests/aws/radosgw" "$S3_ROOT" "$S3_WORK" "$(cut -d' ' -f1 "$CLUSTER_DIR/state/head")" >"$S3_WORK/out" 2>&1 3>&- &
    S3_PID=$!
    export S3_WORK S3_PID
    until [[ -e $S3_WORK/ready ]]; do
        kill -0 "$S3_PID" 2>/dev/null || { tail -n 40 "$S3_WORK/out" >&2; return 1; }
        sleep 0.2
    done
}

s3() {
    AWS_ACCESS_KEY_ID=FAIRLEADTEST AWS_SECRET_ACCESS_KEY='test/secret+of=radosgw' \
        inside "$SITE_REPO/tests/fakes/s3_client" http://127.0.0.1:7480 "$@"
}

teardown_file() {
    if [[ -n ${S3_PID-} ]]; then
        kill "$S3_PID" 2>/dev/null || :
        while kill -0 "$S3_PID" 2>/dev/null; do sleep 0.1; done
        rm -rf "${S3_WORK:?}"
    fi
    [[ -z ${CLUSTER_DIR-} ]] || cluster_down
}
teardown() { [[ -z ${CLUSTER_DIR-} ]] || cluster_report; }
W=/run/cluster/shared/work

@test "a job of three nodes computes on data from S3, and its results are in S3" {
    head -c 3000000 /dev/urandom >"$BATS_TEST_TMPDIR/big"
    s3 put lab run7/big "$BATS_TEST_TMPDIR/big"
    printf 'seven' | s3 put lab run7/deep/er/a.txt
    script=$(job_script real.sh '#SBATCH -N3' "#STAGE in src=s3://lab/run7/ dst=$W/%u/%j/" \
        "#STAGE out src=$W/%u/%j/out/ dst=s3://home/%u/%x/%j/" \
        "cd $W/\$USER/\$SLURM_JOB_ID && mkdir out" 'srun -l cat deep/er/a.txt | sort >out/said' 'sha256sum <big >out/sum')
    id=$(as ada sbatch --parsable -J real -o /run/cluster/shared/real.out "$script")
    wait_for 40 has_state "$id" COMPLETED
    [[ $(stat -c %U:%a "$CLUSTER_DIR/shared/work/ada") == UNKNOWN:* ]]
    wait_for 20 all_idle
    run -0 fairlead stage export --once
    [[ $(s3 get home "ada/real/$id/said") == $'0: seven\n1: seven\n2: seven' ]]
    [[ $(s3 get home "ada/real/$id/sum") == "$(sha256sum <"$BATS_TEST_TMPDIR/big")" ]]
    run -0 fairlead_of ada stage wait "$id" --timeout 5
    run -0 fairlead_of ada stage status "$id"
    [[ ${lines[0]} == *in*ready*"100 %"*"2 of 2 files"* && ${lines[1]} == *out*exported*"2 of 2 files"* ]]
    run -0 fairlead_of ada stage manifest "$id"
    [[ ${lines[0]} == "$id in" && $output == *"crc64nvme:"*"  3000000 B  $W/ada/$id/big"* ]]
    [[ $output == *"$id out"*"crc64nvme:"*" B  s3://home/ada/real/$id/said"* ]]
    run -0 fairlead_of ada stage manifest "$id" --format json
    python3 - "$id" <<<"$output" 3<&0 <<'END' || false
import json, os, sys
into, out = json.load(os.fdopen(3))
assert into["manifest"]["job"] == int(sys.argv[1]) and into["manifest"]["phase"] == "in", into
assert sorted(file["size"] for file in into["files"]) == [5, 3000000], into
assert {file["source"] for file in into["files"]} == {"s3://lab/run7/big", "s3://lab/run7/deep/er/a.txt"}, into
assert len(out["files"]) == 2 and all(file["checksum"].startswith("crc64nvme:") for file in out["files"]), out
END
    run -1 fairlead_of ben stage manifest "$id"
    [[ $output == *"[FL-S132]"* ]]
}

@test "what goes to each node is in the manifest as the first one got it" {
    as ada sh -c "mkdir -p $W/ref && printf reference >$W/ref/r"
    id=$(as ada sbatch --parsable -N2 -o /run/cluster/shared/local.out \
        "$(job_script local.sh "#STAGE in src=$W/ref/ dst=/tmp/%u.%j/ mode=local" 'srun cat /tmp/ada.$SLURM_JOB_ID/r')")
    wait_for 40 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/local.out") == referencereference ]]
    wait_for 20 all_idle
    run -0 fairlead_of ada stage status "$id"
    [[ $output == "$id"*" node ready"*"100 %"*"1 of 1 files"*" (as on node n1)" ]]
    run -0 fairlead_of ada stage manifest "$id"
    [[ ${lines[0]} == "$id in, to each node" && ${lines[1]} == *"crc64nvme:"*"  9 B  /tmp/ada.$id/r" ]]
    run -0 fairlead_of ada stage manifest "$id" --format json
    [[ $(jq -r '.[0] | .mode, .manifest.phase, .files[0].path' <<<"$output") == $'local\nin\n'"/tmp/ada.$id/r" ]]
    run -1 fairlead_of ben stage manifest "$id"
}

# queued NAME: a script of ada's whose data comes in while its job is held; no job starts meanwhile.
queued() {
    as root scontrol update PartitionName=debug State=DOWN
    as ada sbatch --parsable -o "/run/cluster/shared/$1.out" "$(job_script "$1.sh" \
        "#STAGE in src=s3://lab/$1/ dst=$W/%u/$1/ when=queued" "cat $W/ada/$1/deep/b.txt")"
}
# The object goes before the job starts, so that only what was staged while it was held can be there.
start_without() {
    s3 delete lab "$1/deep/b.txt"
    as root scontrol update PartitionName=debug State=UP
}

@test "data that came in while the job was held is not asked for again when it starts" {
    printf 'before' | s3 put lab early/deep/b.txt
    id=$(queued early)
    run -0 fairlead stage import --once
    [[ $(cat "$CLUSTER_DIR/shared/work/ada/early/deep/b.txt") == before && $(field Priority "$id") != 0 ]]
    start_without early
    wait_for 40 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/early.out") == before ]]
    run -0 fairlead_of ada stage manifest "$id"
    [[ ${lines[0]} == "$id in" && $output == *"crc64nvme:"*"  6 B  $W/ada/early/deep/b.txt"* ]]
}

@test "what was changed since it came in is staged again; where that cannot be, the job is held" {
    printf 'before' | s3 put lab spoilt/deep/b.txt
    id=$(queued spoilt)
    run -0 fairlead stage import --once
    as ada sh -c "printf other! >$W/ada/spoilt/deep/b.txt"
    start_without spoilt
    wait_for 40 is_held "$id"
    [[ $(comment_of "$id") == *"FL-S110"* && ! -s $CLUSTER_DIR/shared/spoilt.out ]]
    printf 'before' | s3 put lab spoilt/deep/b.txt
    as ada scontrol release "$id"
    wait_for 40 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/spoilt.out") == before ]]
    nobody_drained
}

@test "what S3 does not have holds the job; put there and released, it runs" {
    id=$(as ada sbatch --parsable --stage-in=s3://lab/later.dat:$W/later.dat -o /run/cluster/shared/later.out --wrap "cat $W/later.dat")
    wait_for 40 is_held "$id"
    [[ $(comment_of "$id") == *"FL-S110: "*"later.dat"*"scontrol release $id"* ]]
    wait_for 20 all_idle
    printf 'here' | s3 put lab later.dat
    as ada scontrol release "$id"
    wait_for 40 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/later.out") == here ]]
}

@test "T1: a destination that the user may not write, or a link on its way, holds the job and writes nothing" {
    printf 'x' | s3 put lab x
    as ben mkdir -m 0755 "$W/bens"
    id=$(as ada sbatch --parsable --stage-in=s3://lab/x:$W/bens/x -o /dev/null --wrap true)
    wait_for 40 is_held "$id"
    [[ $(comment_of "$id") == *"FL-S111"* ]]
    as ada ln -s /etc "$W/link"
    id=$(as ada sbatch --parsable --stage-in=s3://lab/x:$W/link/x -o /dev/null --wrap true)
    wait_for 40 is_held "$id"
    [[ $(comment_of "$id") == *"FL-S118"* && ! -e /etc/x && -z $(ls "$CLUSTER_DIR/shared/work/bens") ]]
    as root scancel --user=ada
    nobody_drained
}

@test "T5: no key of the role is in a file, log or environment that a user can read" {
    printf 'x' | s3 put lab x
    kill -STOP "$(pgrep -P "$S3_PID")"
    id=$(as ada sbatch --parsable --stage-in=s3://lab/x:$W/secret -o /dev/null --wrap true)
    wait_for 20 copies_for "$id"
    wait_for 20 works_as_ada
    # Of all that runs for it, root's part and the user's: what the user sees, and what root does of the user's.
    mapfile -t pids < <(as root ps -eo pid=,args= | awk '/[f]airlead-(stage|prolog)/ { print $1 }')
    ((${#pids[@]} >= 3))
    local of_root=0 of_ada=0 owner
    for pid in "${pids[@]}"; do
        # One that has ended meanwhile has nothing to read.
        owner=$(as root ps -o euser= -p "$pid") || continue
        as ada cat "/proc/$pid/environ" "/proc/$pid/cmdline" >>"$BATS_TEST_TMPDIR/seen" 2>/dev/null || :
        as root cat "/proc/$pid/environ" "/proc/$pid/cmdline" >>"$BATS_TEST_TMPDIR/seen" 2>/dev/null || continue
        case $owner in
            root) of_root=$((of_root + 1)) ;;
            ada) of_ada=$((of_ada + 1)) ;;
        esac
    done
    ((of_root > 0))
    ((of_ada > 0))
    run -0 grep -aqF fairlead-stage "$BATS_TEST_TMPDIR/seen"
    run ! grep -aqF 'test/secret+of=radosgw' "$BATS_TEST_TMPDIR/seen"
    kill -CONT "$(pgrep -P "$S3_PID")"
    file=$(echo "$CLUSTER_DIR/shared/state/stage/jobs/$id"/in.*/request.json)
    [[ -s $file ]]
    run ! as ada cat "/run/cluster/shared${file#"$CLUSTER_DIR/shared"}"
    run ! as ada ls /run/cluster/shared/state/stage/jobs
    wait_for 60 job_is_over "$id"
    # The one file that has it is the test's own.
    [[ $(grep -rlF 'test/secret+of=radosgw' "$CLUSTER_DIR/shared" "$CLUSTER_DIR/log") == "$CLUSTER_DIR/shared/imds.json" ]]
    as root scancel "$id"
}
works_as_ada() { as root ps -u ada -o args= | grep -q '[f]airlead-stage'; }
copies_for() { compgen -G "$CLUSTER_DIR/shared/state/stage/jobs/$1/in.*/progress.json" >/dev/null; }
job_is_over() { has_state "$1" COMPLETED || is_held "$1"; }

@test "S3 that is gone holds the job, and results wait until it is back" {
    out=$(as ada sbatch --parsable --stage-out=$W/kept:s3://home/ada/kept -o /dev/null --wrap "printf kept >$W/kept")
    wait_for 40 has_state "$out" COMPLETED
    wait_for 20 all_idle
    kill -STOP "$(pgrep -P "$S3_PID")"
    id=$(as ada sbatch --parsable --stage-in=s3://lab/x:$W/gone -o /dev/null --wrap true)
    wait_for 60 is_held "$id"
    [[ $(comment_of "$id") == *"FL-S112"* || $(comment_of "$id") == *"FL-S119"* ]]
    run -1 fairlead stage export --once
    run -0 fairlead_of ada stage status "$out"
    [[ $output == *out*waiting*"[FL-S"?* ]]
    kill -CONT "$(pgrep -P "$S3_PID")"
    sed -i 's/"due":[0-9]*/"due":0/' "$CLUSTER_DIR/shared/state/stage/jobs/$out/"*.retry.json
    run -0 fairlead stage export --once
    [[ $(s3 get home ada/kept) == kept ]]
    as ada scontrol release "$id"
    wait_for 60 has_state "$id" COMPLETED
    nobody_drained
}

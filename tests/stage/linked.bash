# shellcheck shell=bash
# A folder $fsx/lab that is linked to s3://lab/data/, in the way of Lustre (tests/fakes/lfs) or of FSx's tasks
# (tests/fakes/fsx), and jobs that have ended. What tests of linked folders share.
# shellcheck disable=SC2034,SC2154 # used by the tests; set by lib.bash

# linked_site
linked_site() {
    fake_s3 --also bin/lfs.d/objects
    fsx=$here/home/fsx
    mkdir -p "$fsx/lab" bin && mkdir -m 0777 bin/lfs.d
    chown -R "$uid:$uid" home
    cp "$fakes/lfs" bin/lfs
    rules '{}'
    printf '%s' "schema: fairlead.config/1
staging:
  lfs: $here/bin/lfs
  stall: 3
  links: [{prefix: s3://lab/data/, folder: $fsx/lab/, mount: $fsx}]
" >config.yaml
    config=$here/config.yaml
}

# rules JSON: what the fake does beside what is always the same.
rules() { printf '{"mount": "%s", "folder": "%s/lab", %s\n' "$fsx" "$fsx" "${1#\{}" | sed 's/, }$/}/' >bin/lfs.json; }

# known FILES: a tree of theirs in S3 and in the linked folder, with no data in the file system.
known() {
    tree from "$1"
    s3 tree lab data/run/ from
    cp -a from "$fsx/lab/run"
    chown -R "$uid:$uid" "$fsx"
    find "$fsx/lab/run" -type f -print0 | xargs -0 env -i PATH="$PATH" bin/lfs --release
    rm -f calls bin/lfs.d/calls
}

# task_site: the same where FSx exports; slurmctld has forgotten the jobs.
task_site() {
    prefix=${FAIRLEAD_STAGE:?set by scripts/test}/run/cluster/prefix
    linked_site
    unset config # of fairlead-stage alone
    start imds "$fakes/imds" imds.port --data imds.json
    known_user
    may_write everyone
    said_by_fsx '{}'
    start fsx "$fakes/fsx" fsx.port --state fsx.json --calls fsx.calls --tasks fsx.tasks
    mkdir -p state/stage/queue
    slurmctld_says 1 'slurm_load_jobs error: Invalid job id specified'
    printf '{"paths": {"/latest/meta-data/iam/security-credentials/fairlead-node": %s}}' \
        "\"{\\\"Code\\\":\\\"Success\\\",\\\"Type\\\":\\\"AWS-HMAC\\\",\\\"AccessKeyId\\\":\\\"$AWS_ACCESS_KEY_ID\\\",\\\"SecretAccessKey\\\":\\\"$AWS_SECRET_ACCESS_KEY\\\",\\\"Token\\\":\\\"token\\\",\\\"Expiration\\\":\\\"2099-01-01T00:00:00Z\\\"}\"" >imds.json
    printf '%s' "schema: fairlead.config/1
region: us-east-2
state_dir: $here/state
scontrol: $here/bin/scontrol
testing: {aws_endpoint: \"http://127.0.0.1:$(<fsx.port)\", imds_endpoint: \"http://127.0.0.1:$(<imds.port)\"}
staging:
  lfs: $here/bin/lfs
  stall: 3
  s3_endpoint: $endpoint
  links: [{prefix: s3://lab/data/, folder: $fsx/lab/, mount: $fsx, export: task, file_system: fs-0123456789abcdef0}]
" >config.yaml
}

# known_user: $uid is ada on that machine; may_write HOLDER: who may write to the bucket.
known_user() {
    { grep -v "^[^:]*:[^:]*:$uid:" /etc/passwd; echo "ada:x:$uid:$uid::/:/bin/sh"; } >passwd
}
may_write() {
    printf '%s\n' 'schema: fairlead.private/1' "staging: {buckets: [{prefix: \"s3://lab/\", write: [\"$1\"]}]}" >private.yaml
    chmod 0600 private.yaml
}

# slurmctld_says STATUS TEXT: what scontrol shows of each job; sacct_says STATUS TEXT.
slurmctld_says() { command_says scontrol "$@"; }
sacct_says() { command_says sacct "$@"; }
command_says() {
    printf '%s\n' "$3" >"bin/$1.text"
    # shellcheck disable=SC2016
    printf '%s\n' '#!/bin/sh' '[ "$1" != ping ] || exec echo "Slurmctld(primary) at head is DOWN, BACKUP is UP"' \
        "cat '$here/bin/$1.text' >&$(($2 == 0 ? 1 : 2))" "exit $2" >"bin/$1"
    chmod 0755 "bin/$1"
}

# said_by_fsx JSON: what the fake has beside the command by which it exports.
said_by_fsx() {
    printf '{"mount": "%s", "export": ["/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "%s/bin/lfs", "--export"], %s\n' "$fsx" "$here" "${1#\{}" |
        sed 's/, }$/}/' >fsx.new
    mv fsx.new fsx.json
}

# job ID FILES [SOURCE DESTINATION]: a job that has ended, with its results in the linked folder or elsewhere.
job() {
    local source=${3-$fsx/lab/$1/} destination=${4-s3://lab/data/$1/}
    mkdir -p -m 0755 state/stage/status "state/stage/jobs/$1"
    tree "$source" "$2"
    chown -R "$uid:$uid" "$source"
    plan "$1" "$source" "$destination" >"state/stage/queue/$1.0.$1.json"
}

# plan ID SOURCE DESTINATION [WHEN] [RESTART]: what the prolog keeps of a job that stages out.
plan() {
    /usr/bin/python3 - "$uid" "$@" <<'END_OF_PYTHON'
import json, sys
uid, job, source, destination = int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:5]
when, restart = [*sys.argv[5:], *("always", "0")[len(sys.argv) - 5:]]
transfer = {"direction": "out", "source": source, "destination": destination, "verify": "checksum",
            "when": when, "on_fail": "hold"}
request = {"schema": "fairlead.staging/1", "id": str(job), "transfers": [transfer]}
plan = {"schema": "fairlead.stage-plan/1", "job": job, "restart": int(restart), "cluster": "c", "uid": uid, "gid": uid,
        "groups": [uid], "account": "physics", "request": json.dumps(request)}
print(json.dumps(plan))
END_OF_PYTHON
}

# installed CMD...: with the installed programs at the place that they were built for, and a /run of its own, in
# which what is in the folder `node` is below /run/fairlead.
machine=() # what else of a machine it has for itself
installed() {
    unshare "${machine[@]}" --mount /bin/sh -c 'mount -t tmpfs none /run && mkdir -p /run/cluster/prefix /run/fairlead &&
        mount --bind "$0" /run/cluster/prefix && { [ ! -e passwd ] || mount --bind passwd /etc/passwd; } && { [ ! -e node ] || cp -R node/. /run/fairlead; } && exec "$@"' \
        "$prefix" "$@"
}
fairlead() { installed /run/cluster/prefix/bin/fairlead --config "$here/config.yaml" "$@"; }
exports() { fairlead stage export --once; }
waits() { [[ -e state/stage/queue/$1.0.$1.json ]]; }
there() { diff -r "$fsx/lab/$1" "bin/lfs.d/objects/data/$1"; }

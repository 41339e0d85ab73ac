# shellcheck shell=bash
# A site that stages data: three nodes, a map of buckets, and tests/fakes/stage in place of fairlead-stage:
# s3://BUCKET/KEY is the file shared/s3/BUCKET/KEY. What tests of staging share.
load "${BASH_SOURCE[0]%/*}/placement_site"

STAGING_CONFIG='schema: fairlead.config/1
admission: controller
state_dir: /run/cluster/shared/state
default_partition: debug
staging:
  deadline: 25
  queued: true
  import_folders: [/run/cluster/shared/work]
  profiles:
    reference: ["in src=s3://lab/ref/ dst=/run/cluster/shared/work/ref/"]'

STAGING_MAP='schema: fairlead.private/1
staging:
  buckets:
    - {prefix: "s3://lab/", read: ["group:genomics"], write: ["user:ada"]}
    - {prefix: "s3://home/%u/", read: [everyone], write: [everyone]}
    - {prefix: "s3://climate/", read: ["group:climate"], write: ["group:climate"]}'

# staging_cluster [CONFIG [OPTION...]]: starts it for this bats file; with STAGING_COPIES=real fairlead-stage itself copies.
# STAGING_LOST_AFTER is for tests of jobs that are lost in the prolog.
staging_cluster() {
    local number node config=${1-$STAGING_CONFIG}
    (($# == 0)) || shift
    site_new "$BATS_FILE_TMPDIR/site" "${FAIRLEAD_STAGE:?set by scripts/test}"
    for number in 1 2 3; do site_node "$number" m5.large; done
    site_extra 'PartitionName=debug Default=YES Nodes=n[1-3] State=UP OverSubscribe=FORCE:4' \
        'PrologFlags=Alloc,DeferBatch' 'PrologEpilogTimeout=90' "BatchStartTimeout=${STAGING_LOST_AFTER-90}" "$(cred_expire)"
    site_config "$config"
    for node in head n1 n2 n3; do
        printf '%s\n' "$STAGING_MAP" >"$SITE/conf/$node/private.yaml"
        chmod 0600 "$SITE/conf/$node/private.yaml"
    done
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster
    : "${FAIRLEAD_BUILD:?set by scripts/test}"
    site_up "$CLUSTER_DIR" --owner "$$" --owner "$BATS_ROOT_PID" "$@"
    [[ ${STAGING_COPIES-} == real ]] || install -m 0755 "$SITE_REPO/tests/fakes/stage" "$CLUSTER_DIR/prefix/libexec/fairlead/fairlead-stage"
    mkdir -m 1777 "$CLUSTER_DIR/shared/"{s3,work}
    mkdir -m 1777 "$CLUSTER_DIR/shared/s3/"{lab,home,climate}
    known_users
}

# slurmctld looks a user up with their first job.
known_users() {
    as ada srun -Q true
    as ben srun -Q true
    wait_for 10 both_known
}
both_known() { [[ $(as root cat /run/fairlead/admission/callers.json) == *ada*ben* ]]; }

# object BUCKET/KEY TEXT; content BUCKET/KEY; in_work PATH
object() {
    mkdir -p "$(dirname "$CLUSTER_DIR/shared/s3/$1")"
    printf '%s\n' "$2" >"$CLUSTER_DIR/shared/s3/$1"
}
stored() { cat "$CLUSTER_DIR/shared/s3/$1"; }
work() { cat "$CLUSTER_DIR/shared/work/$1"; }

# fault [WORD...]: what the copying meets from now on; nothing without a word.
fault() {
    rm -f "$CLUSTER_DIR/shared/s3/fault" "$CLUSTER_DIR/shared/s3/gate.reached"
    (($# == 0)) || printf '%s\n' "$*" >"$CLUSTER_DIR/shared/s3/fault"
}
copying_waits() { [[ -e $CLUSTER_DIR/shared/s3/gate.reached ]]; }
copying_goes_on() { timeout 20 sh -c ': >"$0"' "$CLUSTER_DIR/shared/s3/gate"; }

# fairlead WORD...: as root on the login side; as_user NAME WORD...: as that user.
fairlead() { as root FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml "$SITE_PREFIX/bin/fairlead" "$@"; }
fairlead_of() {
    local user=$1
    shift
    as "$user" FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml "$SITE_PREFIX/bin/fairlead" "$@"
}

state_of() { as root sinfo -h -N -o '%N %T' | awk -v node="$1" '$1 == node { print $2; exit }'; }
no_job_of() { [[ -z $(as root squeue -h -u "$1") ]]; }
# A test that fails leaves none for the next.
no_jobs_left() {
    local user
    [[ -n $(as root squeue -h) ]] || return 0
    for user in ada ben; do as root scancel --user="$user"; done
    wait_for 40 all_idle || :
}
nothing_copies() { ! as root ps -eo args | grep -q '[f]airlead-stage --work'; }
all_idle() { ! as root sinfo -h -N -o %T | grep -qvx idle; }
is_held() { has_state "$1" PENDING && [[ $(field Reason "$1") == job_requeued_in_held_state ]]; }
logged() { grep -qE "$1" "$CLUSTER_DIR"/log/slurmctld.log; }

# job_script NAME LINE...: a batch script in the shared folder; prints its path.
job_script() {
    local path=$CLUSTER_DIR/shared/$1
    shift
    { printf '#!/bin/sh\n'; printf '%s\n' "$@"; } >"$path"
    chmod 0755 "$path"
    printf '/run/cluster/shared/%s\n' "${path##*/}"
}

#!/usr/bin/env bats
# The recipes of conf/policy-examples in a slurmctld: each case of their tests is really submitted, or is an
# update of a job that really waits, and what becomes of it is what the case expects of `fairlead policy test`.
bats_require_minimum_version 1.5.0
load lib
# shellcheck source=tests/live/site.bash
source "$BATS_TEST_DIRNAME/site.bash"
load policy_site

EXAMPLES=$BATS_TEST_DIRNAME/../../conf/policy-examples

setup_file() {
    policy_site
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    cp "$FAIRLEAD_BUILD/tests/live/job_submit_witness.so" "$CLUSTER_DIR/prefix/lib/slurm/"
    sed -i -e '/^PartitionName=/d;/^Licenses=/d' -e 's/^JobSubmitPlugins=.*/JobSubmitPlugins=fairlead,witness/' \
        "$CLUSTER_DIR/slurm/slurm.conf"
    cat "$BATS_TEST_DIRNAME/recipes.conf" >>"$CLUSTER_DIR/slurm/slurm.conf"
    sed -i 's/^default_partition:.*/default_partition: batch/' "$CONF"
    users_of_the_cases
    "$CLUSTER" controller "$CLUSTER_DIR" start
    as root scontrol create reservation=workshop-may starttime=now+30days duration=60 users=ada nodes=n1
    as root scontrol create reservation=tests starttime=now+30days duration=60 users=ada nodes=n2
    for user in "${USERS[@]}" ada; do as "$user" sbatch --hold -o /dev/null --wrap true; done
    wait_for 10 everybody_is_known
}
teardown_file() { cluster_down; }
teardown() { cluster_report; }

# The users whom cases name, and one in each group that they name.
USERS=(mallory trudy in-new-users in-operators in-on-call in-eu-data)
users_of_the_cases() {
    local user number=5100 passwd='' group=''
    for user in "${USERS[@]}"; do
        number=$((number + 1))
        passwd+="$user:x:$number:100::/tmp:/bin/bash"$'\n'
        [[ $user != in-* ]] || group+="${user#in-}:x:$((number + 1000)):$user"$'\n'
    done
    printf %s "$passwd" | tee -a "$CLUSTER_DIR/users/passwd" | as root tee -a /etc/passwd >/dev/null
    printf %s "$group" | tee -a "$CLUSTER_DIR/users/group" | as root tee -a /etc/group >/dev/null
}
# A rule that asks for somebody's groups refuses them until they are looked up.
everybody_is_known() {
    local user known
    known=$(as root cat /run/fairlead/admission/callers.json) || return
    for user in "${USERS[@]}" ada; do [[ $known == *"\"$user\""* ]] || return; done
}

# replay RECIPE: puts its rules in force and runs its cases.
replay() {
    local before
    before=$(revision)
    { cat "$EXAMPLES/$1.yaml"; printf '# for %s\n' "$BATS_TEST_NAME"; } >"$RULES"
    wait_for 5 changed_from "$before"
    "$BATS_TEST_DIRNAME/recipe_cases.py" "$CLUSTER" "$CLUSTER_DIR" "$EXAMPLES/tests/$1.yaml"
}

@test "accounts" { replay accounts; }
@test "blocked" { replay blocked; }
@test "carbon" { replay carbon; }
@test "comments" { replay comments; }
@test "defaults" { replay defaults; }
@test "exempt" { replay exempt; }
@test "features" { replay features; }
@test "gpu" { replay gpu; }
@test "interactive" { replay interactive; }
@test "licences" { replay licences; }
@test "mail" { replay mail; }
@test "maintenance" { replay maintenance; }
@test "memory" { replay memory; }
@test "mpi" { replay mpi; }
@test "names" { replay names; }
@test "nodes" { replay nodes; }
@test "partitions" { replay partitions; }
@test "qos" { replay qos; }
@test "reservations" { replay reservations; }
@test "residency" { replay residency; }
@test "sharing" { replay sharing; }
@test "updates" { replay updates; }

@test "no recipe is missing above" {
    for recipe in "$EXAMPLES"/*.yaml; do
        name=${recipe##*/}
        grep -qx "@test \"${name%.yaml}\" { replay ${name%.yaml}; }" "$BATS_TEST_FILENAME"
    done
}

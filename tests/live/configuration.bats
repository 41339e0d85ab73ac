#!/usr/bin/env bats
# A configuration that is missing, empty, unreadable or malformed: what is said, and who goes on.
bats_require_minimum_version 1.5.0
load site_cluster

setup_file() { site_cluster; }
teardown_file() { cluster_down; }
setup() {
    # A test before may have stopped the controller, and its nodes answer again one by one.
    wait_for 20 is_idle n1
    wait_for 20 is_idle n3
    for place in head n1 n3; do
        cp "$CLUSTER_DIR/conf/$place/fairlead.yaml" "$BATS_TEST_TMPDIR/$place.yaml"
    done
}
teardown() {
    cluster_report
    for place in head n1 n3; do
        rm -rf "$CLUSTER_DIR/conf/$place/fairlead.yaml"
        cp "$BATS_TEST_TMPDIR/$place.yaml" "$CLUSTER_DIR/conf/$place/fairlead.yaml"
    done
}

# broken KIND FILE: leaves such a configuration at FILE.
broken() {
    rm -f "$2"
    case $1 in
        missing) ;;
        empty) : >"$2" ;;
        unreadable) mkdir "$2" ;;
        malformed) printf 'schema: fairlead.config/1\npartitions: [\n' >"$2" ;;
        unknown-key) printf 'schema: fairlead.config/1\nadmision: node\n' >"$2" ;;
        bad-value) printf 'schema: fairlead.config/1\ndefaults:\n  mode: observ\n' >"$2" ;;
    esac
}

# said KIND: what the error must say.
said() {
    case $1 in
        missing) echo 'cannot read .*fairlead.yaml: No such file or directory \[FL-X101\]' ;;
        empty) echo 'fairlead.yaml is empty; expected at least .* \[FL-X102\]' ;;
        unreadable) echo 'cannot read .*fairlead.yaml: it is not a regular file \[FL-X103\]' ;;
        malformed) echo 'fairlead.yaml:[0-9]+:[0-9]+: .* \[FL-X104\]' ;;
        unknown-key) echo "fairlead.yaml:2:1: unknown key 'admision' .*did you mean 'admission'\? \[FL-X105\]" ;;
        bad-value) echo "fairlead.yaml:3:9: mode is 'observ', did you mean 'observe'\? \[FL-X106\]" ;;
    esac
}

kinds="missing empty unreadable malformed unknown-key bad-value"

@test "slurmctld starts with any of them, says so, and lets jobs pass where no rules are enforced" {
    for kind in missing empty malformed unknown-key bad-value; do
        "$CLUSTER" controller "$CLUSTER_DIR" stop
        broken $kind "$CLUSTER_DIR/conf/head/fairlead.yaml"
        : >"$CLUSTER_DIR/log/slurmctld.log"
        "$CLUSTER" controller "$CLUSTER_DIR" start
        logged "error: fairlead: .*$(said $kind); every job passes unchanged"
        wait_for 20 is_idle n3
        run -0 as ada srun -Q hostname
        [[ $output == n3 ]]
        rm -rf "$CLUSTER_DIR/conf/head/fairlead.yaml"
    done
}

# enforced KIND: a configuration that enforces rules, broken.
enforced() {
    broken "$1" "$CLUSTER_DIR/conf/head/fairlead.yaml"
    [[ $1 == unreadable ]] || printf 'policy_mode: enforce\n' >>"$CLUSTER_DIR/conf/head/fairlead.yaml"
}

@test "slurmctld starts with any of them, and refuses jobs with the reason where rules are enforced or may be" {
    for kind in empty unreadable malformed unknown-key bad-value; do
        "$CLUSTER" controller "$CLUSTER_DIR" stop
        enforced $kind
        : >"$CLUSTER_DIR/log/slurmctld.log"
        "$CLUSTER" controller "$CLUSTER_DIR" start
        logged "error: fairlead: .*fairlead.yaml.*; every job is refused"
        run ! as ada sbatch --wrap true
        [[ $output == *"the rules of this site cannot be read"*fairlead.yaml*"[FL-A205]"* ]]
        run -0 as root sbatch --hold --parsable -o /dev/null --wrap true
        as root scancel "$output"
        rm -rf "$CLUSTER_DIR/conf/head/fairlead.yaml"
    done
}

@test "slurmctld starts with broken rules in policy.d, and refuses jobs with their place" {
    head=$CLUSTER_DIR/conf/head
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    printf 'schema: fairlead.config/1\nstate_dir: /run/cluster/shared/state\npolicy_mode: enforce\n' >"$head/fairlead.yaml"
    mkdir "$head/policy.d"
    printf 'schema: fairlead.policy/1\npolicy:\n  - {name: b, rejct: x}\n' >"$head/policy.d/broken.yaml"
    : >"$CLUSTER_DIR/log/slurmctld.log"
    "$CLUSTER" controller "$CLUSTER_DIR" start
    logged "error: fairlead: .*broken.yaml:3:.*; every job is refused"
    run ! as ada sbatch --wrap true
    [[ $output == *"the rules of this site cannot be read"*"broken.yaml:3:"*"[FL-A205]"* ]]
    rm -r "$head/policy.d" "$head/fairlead.yaml"
}

@test "a pause lets jobs through while rules cannot be read, and policy_broken: accept does" {
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    conf=$CLUSTER_DIR/conf/head/fairlead.yaml
    printf 'policy_mode: enforce\nstate_dir: /run/cluster/shared/state\nnonsense: 1\n' >"$conf"
    "$CLUSTER" controller "$CLUSTER_DIR" start
    wait_for 20 is_idle n3
    run ! as ada sbatch --wrap true
    [[ $output == *FL-A205* ]]
    run -1 fairlead policy status
    [[ $output == *"every job is refused [FL-A205]"* && $output == *"expected"*"[FL-X"* ]]
    run -1 fairlead policy status --format json
    [[ $output == *'"refuses": true'* ]]
    as root touch /run/cluster/shared/state/paused
    wait_for 5 logged 'paused: every job passes'
    run -0 as ada srun -Q hostname
    as root rm /run/cluster/shared/state/paused
    wait_for 5 logged 'resumed: every job is refused'
    printf 'policy_broken: accept # for now\n' >>"$conf"
    wait_for 5 accepted
}
accepted() { as ada srun -Q hostname; }

@test "slurmctld takes the configuration up as soon as it is mended" {
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    broken empty "$CLUSTER_DIR/conf/head/fairlead.yaml"
    "$CLUSTER" controller "$CLUSTER_DIR" start
    cp "$BATS_TEST_TMPDIR/head.yaml" "$CLUSTER_DIR/conf/head/fairlead.yaml"
    wait_for 5 refused_in_debug
    as root scancel -u ada
}
refused_in_debug() { as ada sbatch --hold -p empty --wrap true 2>&1 | grep -q FL-E101; }

@test "on a node, a job that asks for nothing runs with any of them, and nothing drains" {
    for kind in $kinds; do
        broken $kind "$CLUSTER_DIR/conf/n3/fairlead.yaml"
        run -0 as ada srun -Q -w n3 hostname
        [[ $output == n3 ]]
        rm -rf "$CLUSTER_DIR/conf/n3/fairlead.yaml"
    done
    wait_for 10 is_idle n3
}

@test "on a node, a job that asks for EFA is refused in words with any of them, and nothing drains" {
    for kind in $kinds; do
        broken $kind "$CLUSTER_DIR/conf/n1/fairlead.yaml"
        run ! as ada srun -Q -p hpc -w n1 --efa=required hostname
        [[ $output == *"could not be checked: "* && $output == *FL-E204* && $output != *n1 ]]
        rm -rf "$CLUSTER_DIR/conf/n1/fairlead.yaml"
    done
    wait_for 10 is_idle n1
}

@test "on a node, a step that asks for pinning is refused in words with any of them" {
    for kind in $kinds; do
        broken $kind "$CLUSTER_DIR/conf/n3/fairlead.yaml"
        run ! as ada srun -Q -w n3 --efa-pin hostname
        [[ $output =~ $(said $kind) && $output != *n3 ]]
        rm -rf "$CLUSTER_DIR/conf/n3/fairlead.yaml"
    done
    wait_for 10 is_idle n3
}

@test "a configuration that users cannot read refuses their pinned steps, in words" {
    chmod 0600 "$CLUSTER_DIR/conf/n3/fairlead.yaml"
    run ! as ada srun -Q -w n3 --efa-pin hostname
    [[ $output == *"cannot read"*"Permission denied [FL-X103]"* ]]
    chmod 0644 "$CLUSTER_DIR/conf/n3/fairlead.yaml"
}

@test "root acts on no configuration that others could have written" {
    chmod 0666 "$CLUSTER_DIR/conf/n1/fairlead.yaml"
    run ! as ada srun -Q -p hpc -w n1 --efa=required hostname
    [[ $output == *"is writable by others (mode 0666)"*"[FL-E204]"* ]]
    wait_for 10 is_idle n1
    chmod 0644 "$CLUSTER_DIR/conf/n1/fairlead.yaml"
}

@test "a mistake in plugstack.conf on the nodes alone drains none of them" {
    script=$(job_script held.sh true)
    id=$(as ada sbatch --parsable --hold -o /dev/null "$script")
    cp "$CLUSTER_DIR/slurm/plugstack.conf" "$BATS_TEST_TMPDIR/plugstack"
    sed -i 's#config=#confg=#' "$CLUSTER_DIR/slurm/plugstack.conf"
    as root scontrol release "$id"
    wait_for 10 no_jobs_on n3
    wait_for 10 is_ended "$id"
    cp "$BATS_TEST_TMPDIR/plugstack" "$CLUSTER_DIR/slurm/plugstack.conf"
    wait_for 10 is_idle n3
}
is_ended() { as root scontrol show job "$1" | grep -qE 'JobState=(FAILED|COMPLETED)'; }

@test "a plugin that plugstack.conf names twice acts once" {
    cp "$CLUSTER_DIR/slurm/plugstack.conf" "$BATS_TEST_TMPDIR/plugstack"
    cat "$BATS_TEST_TMPDIR/plugstack" >>"$CLUSTER_DIR/slurm/plugstack.conf"
    run -0 --separate-stderr as ada srun -Q --efa-pin=verbose hostname
    [[ $output == n3 && $(grep -c 'policy auto' <<<"$stderr") -eq 1 ]]
    cp "$BATS_TEST_TMPDIR/plugstack" "$CLUSTER_DIR/slurm/plugstack.conf"
}

@test "pause and resume work with a bad configuration and without slurmctld" {
    for place in head n3; do
        printf 'bad_key: 1\n' >>"$CLUSTER_DIR/conf/$place/fairlead.yaml"
    done
    run ! as ada srun -Q -w n3 --efa-pin hostname
    [[ $output == *FL-X105* ]]
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    fairlead pause
    "$CLUSTER" controller "$CLUSTER_DIR" start
    wait_for 20 is_idle n3
    run -0 as ada srun -Q -w n3 --efa-pin hostname
    fairlead resume
    run ! as ada srun -Q -w n3 --efa-pin hostname
}

@test "fairlead config check says the same, with status 1" {
    for kind in $kinds; do
        broken $kind "$BATS_TEST_TMPDIR/fairlead.yaml"
        run -1 "$FAIRLEAD_BUILD/cli/fairlead" config check "$BATS_TEST_TMPDIR/fairlead.yaml"
        [[ $output =~ $(said $kind) ]]
        rm -rf "$BATS_TEST_TMPDIR/fairlead.yaml"
    done
}

@test "the shipped configuration is fine" {
    run -0 on n3 -- "$SITE_PREFIX/bin/fairlead" config check "$SITE_PREFIX/share/fairlead/conf/fairlead.yaml"
    [[ $output == *": fine" ]]
}

@test "slurmctld warns of a private file that others can read" {
    install -m 0644 /dev/stdin "$CLUSTER_DIR/conf/head/private.yaml" <<<'schema: fairlead.private/1'
    touch "$CLUSTER_DIR/conf/head/fairlead.yaml"
    wait_for 5 logged 'private.yaml has mode 0644; expected 0600.*\[FL-X108\]'
    rm "$CLUSTER_DIR/conf/head/private.yaml"
}

@test "a part of a step that others could have written is not loaded, and who asks for nothing runs" {
    sed -i 's#$# step=/run/cluster/shared/spank-step.so#' "$CLUSTER_DIR/slurm/plugstack.conf"
    install -m 0775 "$FAIRLEAD_STAGE$SITE_PREFIX/lib/fairlead/spank-step.so" "$CLUSTER_DIR/shared/"
    run ! as ada srun -Q --efa-pin hostname
    [[ $output == *"spank-step.so is not loaded: root alone must be able to write"*"[FL-P203]"* && $output != *n3 ]]
    run ! as ada env FAIRLEAD_PIN=on srun -Q hostname
    [[ $output == *"[FL-P203]"* ]]
    run -0 as ada srun -Q hostname
    rm "$CLUSTER_DIR/shared/spank-step.so"
    run -0 as ada srun -Q hostname
    sed -i 's#$# pin=on#' "$CLUSTER_DIR/slurm/plugstack.conf"
    run ! as ada srun -Q hostname
    [[ $output == *"spank-step.so is not loaded"*"[FL-P203]"* ]]
    sed -i 's# step=.*##' "$CLUSTER_DIR/slurm/plugstack.conf"
    run -0 as ada srun -Q --efa-pin hostname
}

@test "a planning part that others could have written is not loaded" {
    sed -i 's#$# core=/run/cluster/shared/spank-core.so#' "$CLUSTER_DIR/slurm/plugstack.conf"
    install -m 0777 "$FAIRLEAD_STAGE$SITE_PREFIX/lib/fairlead/spank-core.so" "$CLUSTER_DIR/shared/"
    run ! as ada srun -Q --efa-pin hostname
    [[ $output == *"is writable by others (mode 0777)"*"[FL-P203]"* && $output != *n3 ]]
    chown 5001 "$CLUSTER_DIR/shared/spank-core.so"
    chmod 0755 "$CLUSTER_DIR/shared/spank-core.so"
    run ! as ada srun -Q --efa-pin hostname
    [[ $output == *"belongs to user 5001; it must belong to root"* ]]
    rm "$CLUSTER_DIR/shared/spank-core.so"
    run ! as ada srun -Q --efa-pin hostname
    [[ $output == *"No such file or directory"*"[FL-P203]"* ]]
    sed -i 's# core=.*##' "$CLUSTER_DIR/slurm/plugstack.conf"
    run -0 as ada srun -Q --efa-pin hostname
}

@test "an unknown word in plugstack.conf is an error, not a plugin that silently does nothing" {
    cp "$CLUSTER_DIR/slurm/plugstack.conf" "$BATS_TEST_TMPDIR/plugstack"
    sed -i 's#config=#confg=#' "$CLUSTER_DIR/slurm/plugstack.conf"
    run ! as ada srun -Q hostname
    [[ $output == *"unknown word 'confg=/run/cluster/etc/fairlead.yaml'"*"[FL-X105]"* ]]
    cp "$BATS_TEST_TMPDIR/plugstack" "$CLUSTER_DIR/slurm/plugstack.conf"
    run -0 as ada srun -Q hostname
}

@test "the testing section is refused in a production path" {
    run -0 on n1 -- sh -c 'mkdir -p /run/etc && mount --bind /run/etc /etc/apt &&
        cp /run/cluster/etc/fairlead.yaml /etc/apt/ &&
        /run/cluster/prefix/bin/fairlead config check /etc/apt/fairlead.yaml; umount /etc/apt'
    [[ $output == *"/etc/apt/fairlead.yaml:"[0-9]*"[FL-X107]"* ]]
}

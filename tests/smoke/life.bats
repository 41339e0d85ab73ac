#!/usr/bin/env bats
# The whole life of the packages beside a cluster: installed, enabled as they tell, upgraded while a step runs,
# disabled, removed, purged. Run by scripts/smoke, in a Debian of its own.
bats_require_minimum_version 1.5.0
load installed
# shellcheck source=tests/packages/files.bash
source "$BATS_TEST_DIRNAME/../packages/files.bash"

setup_file() {
    files_below / >"$BATS_FILE_TMPDIR/before"
    three_nodes
    three_up
    # From now on Slurm's configuration is where it is on any machine.
    sed -i '/^PlugStackConfig=/d' "$CLUSTER_DIR/slurm/slurm.conf"
    mkdir "$CLUSTER_DIR/slurm/plugstack.conf.d"
    echo 'include /etc/slurm/plugstack.conf.d/*.conf' >"$CLUSTER_DIR/slurm/plugstack.conf"
    as root sh -c 'rm -r /etc/slurm && ln -s /run/cluster/slurm /etc/slurm'
    # One without `testing` for all: each node is what this machine is, without EFA.
    as root sh -c 'mkdir /etc/fairlead && cp /run/cluster/etc/fairlead.yaml /etc/fairlead'
    as ada sh -c "mkdir $W/in && echo seven >$W/in/a.txt"
    cp -a "$CLUSTER_DIR/slurm" "$BATS_FILE_TMPDIR/slurm"
}
teardown_file() {
    cluster_down
    purge_packages
}
teardown() { cluster_report; }

# admin CMD...: on this machine, whose /etc/slurm is the cluster's.
admin() {
    # shellcheck disable=SC2016 # expanded inside
    unshare --mount --propagation private sh -c 'mount --bind "$0" /etc/slurm && exec "$@"' "$CLUSTER_DIR/slurm" "$@"
}

# follow TEXT: does to slurm.conf and the daemons what `fairlead enable` and `fairlead disable` say.
follow() {
    local conf=$CLUSTER_DIR/slurm/slurm.conf text word line was
    text=$'\n'$(<"$conf")$'\n'
    while read -r word line; do
        case $word in
            add) text+=$line$'\n' ;;
            change) was=$line ;;
            to) text=${text/$'\n'"$was"$'\n'/$'\n'"$line"$'\n'} ;;
            take)
                read -r word line <<<"$line"
                text=${text/$'\n'"$line"$'\n'/$'\n'}
                ;;
        esac
    done <<<"$1"
    text=${text#$'\n'}
    printf '%s' "$text" >"$conf"
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    "$CLUSTER" controller "$CLUSTER_DIR" start
    as root scontrol reconfigure
    wait_for 20 all_idle
}

submission_is_judged() {
    run ! as ada sbatch -p empty --wrap true
    [[ $output == *"partition 'empty' has no EFA node type"*"[FL-E101]"* ]]
}
# submit [LINE]: a job that asks for pinning and for staging; LINE comes before its step.
submit() {
    local step="srun -Q sh -c 'echo pinned to \$FAIRLEAD_PIN_CPUS with \$(cat $W/data/a.txt)'"
    as ada sbatch --parsable -o /run/cluster/shared/job.out "$(job_script job.sh '#SBATCH --efa-pin' \
        "#STAGE in src=$W/in/ dst=$W/data/" "#STAGE out src=$W/data/a.txt dst=$W/out/%j" "${1-}" "$step")"
}
written() { cat "$CLUSTER_DIR/shared/job.out"; }

@test "installing them changes nothing of Slurm" {
    run -0 admin "${APT[@]}" install "$PACKAGES"/fairlead*.deb
    diff -r "$BATS_FILE_TMPDIR/slurm" "$CLUSTER_DIR/slurm"
    run ! grep -q efa-pin <(as ada srun --help)
    [[ $(as ada srun -Q hostname) == n3 ]]
}

@test "enable refuses a plugin for another release before Slurm sees it" {
    cp /usr/lib/*/slurm-wlm/spank_fairlead.so "$CLUSTER_DIR/prefix/lib/slurm"
    restamp "$CLUSTER_DIR/prefix/lib/slurm/spank_fairlead.so" 1
    run -1 as root fairlead enable --spank
    [[ $output == *"/run/cluster/prefix/lib/slurm/spank_fairlead.so is built for Slurm "*.255.*" is installed, which would refuse it"*"[FL-P203]"* ]]
    rm "$CLUSTER_DIR/prefix/lib/slurm/spank_fairlead.so"
    diff -r "$BATS_FILE_TMPDIR/slurm" "$CLUSTER_DIR/slurm"
}

known() { as root grep -q "$1" /run/fairlead/admission/callers.json; }

@test "enabled as they tell, a job goes through all of them" {
    run -0 admin fairlead enable --spank --jobsubmit --prolog
    follow "$output"
    submission_is_judged
    # slurmctld looks a user up with their first job.
    as ada srun -Q true
    wait_for 10 known ada
    id=$(submit)
    wait_for 30 has_state "$id" COMPLETED
    [[ $(written) == "pinned to "[0-9]*" with seven" ]]
    wait_for 20 enqueued "$id"
    fairlead stage export --once
    [[ $(work "out/$id") == seven ]]
}

@test "none can be removed while Slurm uses it" {
    for package in fairlead fairlead-slurm-plugins fairlead-slurmctld; do
        run ! admin "${APT[@]}" remove "$package"
        [[ $output == *"Slurm still uses it"* ]]
    done
    run -0 as ada srun -Q --efa-pin hostname
}

# newer FOLDER: the packages of a release after this one.
newer() {
    local package work=$BATS_TEST_TMPDIR/package
    for package in "$PACKAGES"/fairlead*.deb; do
        dpkg-deb -R "$package" "$work"
        sed -i -E 's/^Version: .*/&.1/; s/\(= [^)]*/&.1/' "$work/DEBIAN/control"
        dpkg-deb -Zgzip -b "$work" "$1"
        rm -r "$work"
    done
}
mapped_by_slurmctld() { as root sh -c 'cat "/proc/$(cat /run/slurmctld.pid)/maps"' | grep -o 'job_submit_fairlead.so.*' | sort -u; }

@test "upgraded while a step runs, it ends well, the next is pinned too, and slurmctld goes on" {
    mkdir "$BATS_TEST_TMPDIR/newer"
    newer "$BATS_TEST_TMPDIR/newer"
    gate upgrade
    id=$(submit "srun -Q sh -c '$(at_gate upgrade); echo \$word, pinned to \$FAIRLEAD_PIN_CPUS'")
    wait_for 30 reached upgrade
    run -0 admin "${APT[@]}" install "$BATS_TEST_TMPDIR"/newer/*.deb
    [[ $(dpkg-query -W -f '${Version}\n' fairlead fairlead-slurm-plugins fairlead-slurmctld | sort -u) == *.1 ]]
    [[ $(mapped_by_slurmctld) == "job_submit_fairlead.so (deleted)" ]]
    submission_is_judged
    open_gate upgrade upgraded
    wait_for 30 has_state "$id" COMPLETED
    [[ $(written) == "upgraded, pinned to "[0-9]*$'\npinned to '[0-9]*" with seven" ]]
    wait_for 20 enqueued "$id"
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    "$CLUSTER" controller "$CLUSTER_DIR" start
    [[ $(mapped_by_slurmctld) == job_submit_fairlead.so ]]
    submission_is_judged
}

@test "disabled, a script that asks for pinning still runs, and nothing else is left in Slurm" {
    run -0 admin fairlead disable --spank --jobsubmit --prolog
    follow "$output"
    step="srun -Q sh -c 'echo pinned to \$FAIRLEAD_PIN_CPUS.'"
    id=$(as ada sbatch --parsable -o /run/cluster/shared/job.out "$(job_script job.sh '#SBATCH --efa-pin' "$step")")
    wait_for 30 has_state "$id" COMPLETED
    [[ $(written) == *"pinned to ." ]]
    diff "$BATS_FILE_TMPDIR/slurm/slurm.conf" "$CLUSTER_DIR/slurm/slurm.conf"
    as ada sbatch -p empty -o /dev/null --wrap true
}

@test "removed they leave their configuration, and purged nothing, and Slurm goes on" {
    run -0 admin "${APT[@]}" remove fairlead fairlead-slurm-plugins fairlead-slurmctld
    diff -r "$BATS_FILE_TMPDIR/slurm" "$CLUSTER_DIR/slurm"
    [[ -e /etc/fairlead/fairlead.yaml && ! -e /usr/bin/fairlead ]]
    run -0 admin "${APT[@]}" purge fairlead fairlead-slurm-plugins fairlead-slurmctld
    diff "$BATS_FILE_TMPDIR/before" <(files_below /)
    [[ $(as ada srun -Q hostname) == n3 ]]
    run ! grep -q efa-pin <(as ada srun --help)
}

#!/usr/bin/env bats
# docs/quick-start.md as a stranger follows it: its own commands, on a Debian as debootstrap leaves it, from
# apt to a pinned job and a cost report.
bats_require_minimum_version 1.5.0
source "$BATS_TEST_DIRNAME/root.bash"

setup_file() {
    REPO=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    ROOT=$BATS_FILE_TMPDIR/root
    export REPO ROOT
    "$REPO/packaging/build" --quick --output "$BATS_FILE_TMPDIR/packages"
    new_root
    mkdir "$ROOT/trial"
    cp "$BATS_FILE_TMPDIR/packages/"*.deb "$ROOT/trial"
    # Nobody answers apt's questions here.
    echo 'APT::Get::Assume-Yes "true";' >"$ROOT/etc/apt/apt.conf.d/yes"
    in_root apt-get update -qq
}

# blocks_of FENCES: the commands of the guide's blocks that begin so, in their order.
blocks_of() { sed -nE "/$1/,/^\`\`\`\$/{/^\`\`\`/!p}" "$REPO/docs/quick-start.md"; }

# on_trial: the commands of stdin, on a machine named trial whose services and network end with them. Files that a
# boot would empty are new.
on_trial() {
    # shellcheck disable=SC2016 # expanded inside
    timeout --kill-after=5 120 unshare --mount --pid --net --uts --ipc --fork --kill-child --propagation private /bin/sh -euc '
        root=$1
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount --rbind /sys "$root/sys"
        mount -t tmpfs -o mode=0755 run "$root/run"
        mkdir "$root/run/lock"
        hostname trial
        ip link set lo up
        # Slurm resolves names only where there is an address other than 127.0.0.1.
        ip address add 192.0.2.1/32 dev lo
        printf "127.0.0.1 localhost\n192.0.2.1 trial\n" >"$root/etc/hosts"
        cd "$root"
        exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
            bash -euo pipefail -c "cd /trial && . /dev/stdin"
    ' sh "$ROOT"
}

# recorded: slurmdbd hears of a job a little after its end.
recorded='for ((look = 0; look < 300; look++)); do [[ -z $(sacct -Xn -o end | grep T) ]] || break; sleep 0.1; done'

@test "the guide installs with apt alone, from the Debian and from the folder of packages" {
    blocks_of '^```apt$' >"$BATS_TEST_TMPDIR/commands"
    [[ $(wc -l <"$BATS_TEST_TMPDIR/commands") -eq 4 ]]
    run -0 in_root bash -euc "cd /trial && $(<"$BATS_TEST_TMPDIR/commands")"
    for package in fairlead fairlead-slurm-plugins fairlead-slurmctld slurmdbd; do
        [[ $(in_root dpkg-query -W -f '${db:Status-Status}' "$package") == installed ]]
    done
}

@test "the guide leads from a bare machine to a pinned job and a report of what it cost" {
    # From 24.05 on daemons want a cgroup hierarchy of their own, which a machine within another has not.
    [[ $(in_root slurmd -V) == *' 22.'* ]] || echo CgroupPlugin=disabled >"$ROOT/etc/slurm/cgroup.conf"
    blocks_of '^```trial$|^```cluster$' | sed "/^fairlead cost report/i $recorded" >"$BATS_TEST_TMPDIR/commands"
    (($(wc -l <"$BATS_TEST_TMPDIR/commands") >= 45))
    run -0 --separate-stderr on_trial <"$BATS_TEST_TMPDIR/commands"
    [[ $output == *"/etc/fairlead/fairlead.yaml: fine"* ]]
    [[ $output == *"/etc/slurm/plugstack.conf.d/fairlead.conf: on"* ]]
    [[ $output == *"problems 0, advice "* ]]
    [[ $stderr == *"efa-pin: "*" ranks sharing CPUs 0"* ]]
    [[ $output =~ "Cost by account".*"lab ".*" 0.0"[1-9]" USD" ]]
}

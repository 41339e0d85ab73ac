#!/usr/bin/env bats
# The packages for a Slurm that no package has installed: /opt/slurm, as on ParallelCluster. What stands there
# is this Debian's own Slurm, moved.
bats_require_minimum_version 1.5.0
source "$BATS_TEST_DIRNAME/root.bash"

setup_file() {
    REPO=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    ROOT=$BATS_FILE_TMPDIR/root
    export REPO ROOT
    opt_slurm "$BATS_FILE_TMPDIR/opt/slurm"
    # The builder's /opt is its own.
    # shellcheck disable=SC2016 # expanded inside
    unshare --mount --propagation private /bin/sh -euc '
        mount --bind "$1/opt" /opt
        cd "$2"
        packaging/build --slurm-prefix /opt/slurm --quick --output "$1/packages"
    ' sh "$BATS_FILE_TMPDIR" "$REPO"
    new_root
    mkdir "$ROOT/packages"
    cp "$BATS_FILE_TMPDIR/packages/"*.deb "$ROOT/packages"
    cp -a "$BATS_FILE_TMPDIR/opt/slurm" "$ROOT/opt"
    in_root apt-get update -qq
    # The libraries of Slurm's own programs.
    apt_get install libc6 libmunge2 libreadline8
    for package in "$ROOT"/packages/*.deb; do
        apt_get satisfy "$(dpkg-deb -f "$package" Depends | sed -E 's/fairlead \([^)]*\), //')"
    done
    cat >"$ROOT/opt/slurm/etc/slurm.conf" <<'CONF'
ClusterName=test
SlurmctldHost=localhost
PluginDir=/opt/slurm/lib/slurm
NodeName=n1
PartitionName=all Nodes=n1 Default=YES
Include more.conf
CONF
    touch "$ROOT/opt/slurm/etc/more.conf"
    mkdir "$ROOT/opt/slurm/etc/plugstack.conf.d"
    echo 'include /opt/slurm/etc/plugstack.conf.d/*.conf' >"$ROOT/opt/slurm/etc/plugstack.conf"
}

# opt_slurm FOLDER: this machine's Slurm, as `make install` lays one out.
opt_slurm() {
    local plugins
    plugins=$(dirname "$(dpkg -L slurm-wlm-basic-plugins | grep '/auth_munge\.so$')")
    mkdir -p "$1"/{bin,sbin,etc,include,lib}
    cp -a "$plugins" "$1/lib/slurm"
    rm -f "$1"/lib/slurm/*fairlead*
    cp -a "${plugins%/*}"/libslurm.so* "$1/lib"
    cp -a /usr/include/slurm "$1/include"
    cp /usr/bin/{srun,sbatch,scontrol} "$1/bin"
    cp /usr/sbin/slurmctld "$1/sbin"
}

moved_srun() { in_root env SLURM_CONF=/opt/slurm/etc/slurm.conf LD_LIBRARY_PATH=/opt/slurm/lib/slurm /opt/slurm/bin/srun "$@"; }

@test "packages for a Slurm below a prefix name no package of Slurm, and say so in their version" {
    version=$(dpkg-query -W -f '${source:Upstream-Version}' libslurm-dev)
    for package in "$ROOT"/packages/*.deb; do
        [[ $(dpkg-deb -f "$package" Version) == *"+slurm${version%.*}.local" ]]
        run -1 grep -o 'slurm[a-z-]* (.*\|libslurm' <(dpkg-deb -f "$package" Depends)
    done
    [[ $(ls "$ROOT"/packages | wc -l) -eq 4 ]]
}

@test "their plugins lie below the prefix, and installing them changes none of Slurm's files" {
    files >"$BATS_FILE_TMPDIR/before"
    (cd "$ROOT/opt/slurm" && find . -type f -exec sha256sum {} +) >"$BATS_FILE_TMPDIR/slurm"
    run -0 install_packages
    (cd "$ROOT/opt/slurm" && sha256sum --quiet -c "$BATS_FILE_TMPDIR/slurm")
    [[ -e $ROOT/opt/slurm/lib/slurm/spank_fairlead.so && -e $ROOT/opt/slurm/lib/slurm/job_submit_fairlead.so ]]
    [[ -z $(find "$ROOT/usr" -name spank_fairlead.so) ]]
}

@test "the command finds the libslurm that it was built for without help" {
    run -0 in_root ldd /usr/bin/fairlead
    [[ $output == *"=> /opt/slurm/lib/libslurm.so."* ]]
    run -0 in_root fairlead version
}

@test "enable knows where slurm.conf is, and srun there has the options" {
    run ! grep -q efa-pin <(moved_srun --help)
    run -0 in_root env LD_LIBRARY_PATH=/opt/slurm/lib/slurm fairlead enable --spank --jobsubmit --prolog
    [[ $output == *"/opt/slurm/etc/plugstack.conf.d/fairlead.conf"* ]]
    [[ $(moved_srun --help) == *--efa-pin* ]]
}

@test "no package goes while the configuration below the prefix needs it" {
    echo 'JobSubmitPlugins=fairlead' >"$ROOT/opt/slurm/etc/more.conf"
    run ! apt_get remove fairlead-slurmctld
    [[ $output == *"fairlead-slurmctld: Slurm still uses it"*"JobSubmitPlugins=fairlead names it"* ]]
    : >"$ROOT/opt/slurm/etc/more.conf"
}

@test "the package of nodes goes without a file of the prefix, which others may share" {
    run -1 grep /opt/slurm <(in_root dpkg -L fairlead-slurm-plugins)
    run -0 apt_get remove fairlead-slurm-plugins
    [[ -e $ROOT/opt/slurm/etc/plugstack.conf.d/fairlead.conf ]]
    [[ $(moved_srun --help) == *--efa-pin* ]]
}

@test "purging leaves nothing, and Slurm as it was" {
    run -0 apt_get purge fairlead fairlead-slurm-plugins fairlead-slurmctld libfairlead-dev
    diff "$BATS_FILE_TMPDIR/before" <(files)
    run -0 moved_srun --help
    [[ $output != *--efa-pin* ]]
}

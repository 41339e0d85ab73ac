#!/usr/bin/env bats
# The Debian packages: what they hold, and what installing, switching on and off and removing them does, in
# a Debian of its own that is thrown away.
bats_require_minimum_version 1.5.0
source "$BATS_TEST_DIRNAME/root.bash"

setup_file() {
    REPO=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    ROOT=$BATS_FILE_TMPDIR/root
    export REPO ROOT
    "$REPO/packaging/build" --output "$BATS_FILE_TMPDIR/packages"
    # Once more, elsewhere and from nothing that the first build has left.
    mkdir "$BATS_FILE_TMPDIR/elsewhere"
    TMPDIR=$BATS_FILE_TMPDIR/elsewhere "$REPO/packaging/build" --output "$BATS_FILE_TMPDIR/again"
    new_root
    mkdir "$ROOT/packages"
    cp "$BATS_FILE_TMPDIR/packages/"*.deb "$ROOT/packages"
    in_root apt-get update -qq
    apt_get install lintian systemd slurmctld slurmd slurm-client cmake g++ make
    for package in "$ROOT"/packages/*.deb; do
        apt_get satisfy "$(dpkg-deb -f "$package" Depends | sed -E 's/fairlead \([^)]*\), //')"
    done
    in_root sh -c 'mkdir -p /site && cp /bin/true /site/prolog'
    cat >"$ROOT/etc/slurm/slurm.conf" <<'CONF'
ClusterName=test
SlurmctldHost=localhost
NodeName=n1
PartitionName=all Nodes=n1 Default=YES
JobSubmitPlugins=lua
Prolog=/site/prolog
PrologFlags=NoHold
CONF
}

slurm_files() { (cd "$ROOT/etc" && find slurm -type f -exec sha256sum {} + | sort); }
own_file() { echo "$ROOT/etc/slurm/plugstack.conf.d/fairlead.conf"; }

@test "two builds in different folders give identical packages" {
    (cd "$BATS_FILE_TMPDIR/packages" && sha256sum -- *.deb) >"$BATS_TEST_TMPDIR/first"
    [[ $(wc -l <"$BATS_TEST_TMPDIR/first") -eq 4 ]]
    diff "$BATS_TEST_TMPDIR/first" <(cd "$BATS_FILE_TMPDIR/again" && sha256sum -- *.deb)
}

@test "lintian finds no error and no warning" {
    run -0 in_root sh -c 'lintian --allow-root --fail-on error,warning /packages/*.deb'
    run ! grep -E '^[EW]:' <<<"$output"
}

# on_slurm PACKAGE: what it depends on of Slurm's programs.
on_slurm() { dpkg-deb -f "$ROOT/packages/$1"_*.deb Depends | sed 's/, /\n/g' | grep -E '^slurm'; }

@test "plugins depend on the release of Slurm that they are built for, up to the next" {
    version=$(dpkg-query -W -f '${source:Upstream-Version}' libslurm-dev)
    IFS=. read -r year month _ <<<"$version"
    from=">= $year.$month" below="<< $year.$(printf %02d $((10#$month + 1)))~"
    diff <(on_slurm fairlead-slurm-plugins) <(printf 'slurmd (%s) | slurm-client (%s)\n' "$from" "$from" "$below" "$below")
    diff <(on_slurm fairlead-slurmctld) <(printf 'slurmctld (%s)\n' "$from" "$below")
    run ! on_slurm fairlead
}

@test "installing changes no configuration of Slurm and enables no unit" {
    files >"$BATS_FILE_TMPDIR/before"
    slurm_files >"$BATS_TEST_TMPDIR/slurm"
    run -0 install_packages
    diff "$BATS_TEST_TMPDIR/slurm" <(slurm_files)
    run ! grep -r fairlead "$ROOT/etc/systemd"
    [[ -z $(find "$ROOT/etc/systemd" -name '*fairlead*') ]]
    for unit in accountant.service node-scan.service reports.timer stage-export.service stage-import.service topology.timer; do
        [[ $(in_root systemctl is-enabled "fairlead-$unit" || :) == disabled ]]
    done
}

@test "what is installed finds its own parts, and the shipped configuration is fine" {
    run -0 in_root fairlead version
    run -0 in_root fairlead config check
    [[ $output == "/etc/fairlead/fairlead.yaml: fine" ]]
    run -0 in_root fairlead catalog show hpc7a.96xlarge
    for page in man1/fairlead.1 man5/fairlead.yaml.5 man7/fairlead-options.7 man8/fairlead-prolog.8; do
        in_root test -e "/usr/share/man/$page.gz"
    done
    run -0 in_root systemd-analyze verify --man=no /lib/systemd/system/fairlead-topology.timer
}

@test "the unit that records a node is sound, and what it starts records this one" {
    unit=/lib/systemd/system/fairlead-node-scan.service
    run -0 in_root systemd-analyze verify --man=no "$unit"
    command=$(sed -n 's/^ExecStart=//p' "$ROOT$unit")
    mkdir "$ROOT/var/lib/fairlead" # the shared storage of the site
    # shellcheck disable=SC2086 # its words
    run -0 in_root env "$(sed -n 's/^Environment=//p' "$ROOT$unit")" $command
    [[ $output == *"EFA interfaces "* ]]
    run -0 in_root stat -c '%U %a' /run/fairlead/machine.json
    [[ $output == "root 644" ]]
    grep -q '"cores":\[' "$ROOT/run/fairlead/machine.json"
    rm -r "$ROOT/var/lib/fairlead" "$ROOT"/run/fairlead/*.{json,xml}
}

@test "programs of a site build against the library with CMake, and plan as the command does" {
    cp -r "$ROOT/usr/share/doc/libfairlead-dev/examples/site" "$ROOT/tmp/site"
    cp "$REPO/tests/fixtures/topologies/hpc7a.96xlarge.xml" "$ROOT/tmp/site"
    run -0 in_root sh -c 'cd /tmp/site && cmake -B build -DCMAKE_CXX_FLAGS="-Wall -Wextra -Werror" && cmake --build build'
    run -0 in_root /tmp/site/build/best_pin /tmp/site/hpc7a.96xlarge.xml 4
    [[ ${lines[0]} == "--efa-pin=by:numa: 0 ranks span NUMA nodes, 0 cores idle" ]]
    efas=$(sed -n 's/^rank [0-9]* near //p' <<<"$output")
    plan=$(in_root fairlead pin plan --topology /tmp/site/hpc7a.96xlarge.xml --ntasks 4 --pin by:numa --format json)
    diff <(printf '%s\n' "$efas") <(jq -r '.ranks[].nics[]' <<<"$plan")
    run -1 in_root /tmp/site/build/best_pin /tmp/site/rules.yaml 4
    [[ $output == *"[FL-P204]" ]]
}

@test "programs of a site build against the library with pkg-config, and judge by its rules and their own" {
    run -0 in_root sh -c 'cd /tmp/site && g++ -std=c++23 site_rules.cpp $(pkg-config --cflags --libs fairlead) -o site_rules &&
        echo ai bio >open'
    shown=$(sed -n '/^```site_rules$/,/^```$/{//!p}' "$REPO/docs/extend.md")
    diff <(printf '%s\n' "$shown") <(sed -n 's/^\$ //p' <<<"$shown" | while read -r line; do
        printf '$ %s\n' "$line"
        in_root sh -c "cd /tmp/site && ./$line" 3>&- </dev/null || :
    done)
    run -2 in_root sh -c 'cd /tmp/site && ./site_rules rules.yaml open partitoin=gpu'
    [[ $output == *"did you mean 'partition'?"*"[FL-X105]" ]]
}

@test "the library defines nothing but the functions of its headers, so that it meets no name of a program's own" {
    archive=$(in_root sh -c 'echo /usr/lib/*/libfairlead.a')
    run -0 in_root sh -c "nm -C --defined-only $archive | sed -n 's/^[0-9a-f]* [TDBRi] //p'"
    [[ $output == *"fairlead::api::plan("* ]]
    run ! grep -v '^fairlead::api::' <<<"$output"
}

@test "a configuration that is bad changes nothing" {
    slurm_files >"$BATS_TEST_TMPDIR/slurm"
    cp "$ROOT/etc/fairlead/fairlead.yaml" "$BATS_TEST_TMPDIR"
    echo 'partitoins: {}' >>"$ROOT/etc/fairlead/fairlead.yaml"
    run -1 in_root fairlead enable --spank --jobsubmit
    [[ $output == *FL-X105* ]]
    diff "$BATS_TEST_TMPDIR/slurm" <(slurm_files)
    cp "$BATS_TEST_TMPDIR/fairlead.yaml" "$ROOT/etc/fairlead/"
}

@test "an object that does not load changes nothing" {
    object=$(in_root sh -c 'echo /usr/lib/*/slurm-wlm/spank_fairlead.so')
    slurm_files >"$BATS_TEST_TMPDIR/slurm"
    mv "$ROOT$object" "$BATS_TEST_TMPDIR/kept.so"
    run -1 in_root fairlead enable --spank
    [[ $output == *"spank_fairlead.so is in none of the folders"*FL-P203* ]]
    echo "no object" >"$ROOT$object"
    run -1 in_root fairlead enable --spank
    [[ $output == *"does not load"*FL-P203* ]]
    diff "$BATS_TEST_TMPDIR/slurm" <(slurm_files)
    mv "$BATS_TEST_TMPDIR/kept.so" "$ROOT$object"
}

@test "a dry run shows and writes nothing" {
    slurm_files >"$BATS_TEST_TMPDIR/slurm"
    run -0 in_root fairlead enable --spank --dry-run
    [[ $output == *"plugstack.conf.d/fairlead.conf: would be on"* ]]
    diff "$BATS_TEST_TMPDIR/slurm" <(slurm_files)
}

@test "enable prints what docs/install.md shows, and srun knows the options" {
    run ! grep -q efa-pin <(in_root srun --help)
    run -0 in_root fairlead enable --spank --jobsubmit --prolog
    diff <(sed -n '/^```enable$/,/^```$/{//!p}' "$REPO/docs/install.md") <(printf '%s\n' "$output")
    grep -qx 'required spank_fairlead.so' "$(own_file)"
    [[ $(in_root srun --help) == *--efa-pin* && $(in_root sbatch --help) == *--efa-pin* ]]
}

@test "after disable the options are still there, and enable undoes it" {
    cp "$(own_file)" "$BATS_TEST_TMPDIR/on"
    run -0 in_root fairlead disable --spank
    grep -qx 'required spank_fairlead.so off' "$(own_file)"
    [[ $(in_root sbatch --help) == *--efa-pin* ]]
    run -0 in_root fairlead enable --spank
    diff "$BATS_TEST_TMPDIR/on" "$(own_file)"
}

@test "a line of the site that names the plugin, with optional, is refused" {
    mv "$(own_file)" "$BATS_TEST_TMPDIR/on"
    echo 'optional spank_fairlead.so' >"$ROOT/etc/slurm/plugstack.conf.d/site.conf"
    run -1 in_root fairlead enable --spank
    [[ $output == *"site.conf:1: \`optional spank_fairlead.so\` names the plugin already"*FL-X106* ]]
    [[ ! -e $(own_file) ]]
    rm "$ROOT/etc/slurm/plugstack.conf.d/site.conf"
    mv "$BATS_TEST_TMPDIR/on" "$(own_file)"
}

# stays PACKAGE WHY: apt does not remove it.
stays() {
    run ! apt_get remove "$1"
    [[ $output == *"$1: Slurm still uses it"*"$2"* ]]
}

@test "no package goes while Slurm's configuration needs it" {
    conf=$ROOT/etc/slurm/slurm.conf
    cp "$conf" "$BATS_TEST_TMPDIR"
    sed -i 's/^JobSubmitPlugins=.*/Include more.conf/' "$conf"
    echo 'JobSubmitPlugins=lua,fairlead' >"$ROOT/etc/slurm/more.conf"
    stays fairlead-slurmctld "JobSubmitPlugins=lua,fairlead names it"
    echo 'Epilog=/usr/libexec/fairlead/fairlead-epilog' >"$ROOT/etc/slurm/more.conf"
    stays fairlead-slurm-plugins "Epilog=/usr/libexec/fairlead/fairlead-epilog runs fairlead-epilog"
    mkdir "$ROOT/etc/slurm/prolog.d"
    ln -s /usr/libexec/fairlead/fairlead-prolog "$ROOT/etc/slurm/prolog.d/50_fairlead-prolog"
    echo 'Prolog=/etc/slurm/prolog.d/*' >"$ROOT/etc/slurm/more.conf"
    stays fairlead-slurm-plugins "Prolog=/etc/slurm/prolog.d/*,/site/prolog runs fairlead-prolog" # both lines count
    echo 'PrologSlurmctld=/usr/libexec/fairlead/fairlead-prolog-slurmctld' >"$ROOT/etc/slurm/more.conf"
    stays fairlead "PrologSlurmctld=/usr/libexec/fairlead/fairlead-prolog-slurmctld"
    in_root srun --help >/dev/null
    rm -r "$ROOT/etc/slurm/prolog.d" "$ROOT/etc/slurm/more.conf"
    cp "$BATS_TEST_TMPDIR/slurm.conf" "$conf"
}

@test "removing and purging takes the line along and leaves nothing" {
    run -0 apt_get purge fairlead fairlead-slurm-plugins fairlead-slurmctld libfairlead-dev
    diff "$BATS_FILE_TMPDIR/before" <(files)
    run -0 in_root srun --help
}

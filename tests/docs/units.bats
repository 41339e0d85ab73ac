#!/usr/bin/env bats
# The systemd units: systemd reads them without a complaint, and none is open to more than it needs.
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    command -v systemd-analyze >/dev/null || skip "systemd is not installed here"
    units=$BATS_TEST_TMPDIR/units
    mkdir "$units"
    for unit in packaging/systemd/*.in; do
        sed 's|@CMAKE_INSTALL_PREFIX@/bin/fairlead|/bin/true|' "$unit" >"$units/$(basename "$unit" .in)"
    done
}

@test "systemd finds nothing wrong with a unit" {
    (($(find "$units" -type f | wc -l) >= 7))
    run -0 systemd-analyze verify --man=no "$units"/*
    [[ $output != *"$units"* ]]
    echo 'ProtectSytem=full' >>"$units/fairlead-topology.service"
    run systemd-analyze verify --man=no "$units"/*
    [[ $output == *"Unknown key"*ProtectSytem* ]]
}

# exposure UNIT: systemd's own figure, 0 for nothing to 10 for all, times ten.
exposure() {
    systemd-analyze security --offline=true --no-pager "$units/$1" | sed -nE 's/.*exposure level for .*: ([0-9]+)\.([0-9]).*/\1\2/p'
}

@test "no unit is more exposed than its work asks for" {
    # What runs as root and takes the ids of users is the most.
    while read -r unit most; do
        found=$(exposure "$unit.service")
        [[ -n $found ]] && ((10#$found <= most)) || { echo "$unit: $found, at most $most"; false; }
    done <<'UNITS'
fairlead-accountant 22
fairlead-node-scan 32
fairlead-reports 28
fairlead-stage-export 40
fairlead-stage-import 40
fairlead-topology 30
UNITS
}

@test "every service gives up new privileges and writing to the system" {
    for unit in "$units"/*.service; do
        grep -qx 'NoNewPrivileges=yes' "$unit"
        grep -qxE 'ProtectSystem=(full|strict)' "$unit"
        grep -qE '^CapabilityBoundingSet=' "$unit"
        run ! grep -E '^CapabilityBoundingSet=.*(SYS_PTRACE|NET_ADMIN)' "$unit"
        [[ $unit == */fairlead-stage-export.service ]] || run ! grep -E '^CapabilityBoundingSet=.*SYS_ADMIN' "$unit"
    done
}

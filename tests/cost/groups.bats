#!/usr/bin/env bats
# `fairlead cost groups`: who pays.
bats_require_minimum_version 1.5.0

setup() {
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    groups=$BATS_TEST_DIRNAME/../../conf/cost-examples/groups.yaml
}

@test "groups are shown with accounts, grants and budgets" {
    run -0 fairlead cost groups --groups "$groups"
    [[ ${lines[1]} == 'bio          ada        north        bio,bio-gpu          NIH-1 60 %, NSF-2 40 %   $4,000.00 a month' ]]
    [[ ${lines[-1]} == 'site: budget $200,000.00 a month' ]]
}

@test "as JSON with every field" {
    fairlead cost groups --groups "$groups" --format json | python3 -c '
import json, sys
all = json.load(sys.stdin)
bio = all["groups"][0]
assert all["schema"] == "fairlead.cost-groups/1"
assert bio["grants"] == [{"grant": "NIH-1", "percent": "60"}, {"grant": "NSF-2", "percent": "40"}], bio
assert bio["budget"] == {"amount": "4000.000000000", "currency": "USD", "period": "month"}
assert bio["thresholds"][2] == {"at": 95, "then": "require_qos", "qos": "low"}
assert bio["viewers"] == ["office@north.example"], bio
assert all["universities"]["north"]["viewers"] == ["dean@north.example", "finance@north.example"]
assert all["universities"]["south"] == {"budget": None, "viewers": []}
assert all["site"]["viewers"] == ["board@cluster.example"]'
}

@test "the file lies beside the configuration by default" {
    cp "$groups" "$BATS_TEST_TMPDIR/groups.yaml"
    run -0 fairlead --config "$BATS_TEST_TMPDIR/fairlead.yaml" cost groups
    [[ $output == *"NIH-1 60 %"* ]]
}

@test "slurmdbd's tree of accounts is a file to begin with" {
    printf '#!/bin/sh\necho "$*" >%s\nprintf "root||\\nbio|root|\\nbio||ada\\nbio-gpu|bio|\\ncfd|root|\\n"\n' \
        "$BATS_TEST_TMPDIR/asked" >"$BATS_TEST_TMPDIR/sacctmgr"
    chmod 0755 "$BATS_TEST_TMPDIR/sacctmgr"
    printf 'schema: fairlead.config/1\nscontrol: %s/scontrol\n' "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/fairlead.yaml"
    fairlead --config "$BATS_TEST_TMPDIR/fairlead.yaml" cost groups --from-slurmdbd >"$BATS_TEST_TMPDIR/groups.yaml"
    [[ $(<"$BATS_TEST_TMPDIR/asked") == "--noheader --parsable2 --readonly show associations format=account,parentname,user" ]]
    run -0 fairlead --config "$BATS_TEST_TMPDIR/fairlead.yaml" cost groups
    [[ ${lines[1]} =~ ^bio\ .*\ bio,bio-gpu\  && ${lines[2]} =~ ^cfd\  ]]
}

@test "a mistake is named with its place" {
    printf 'schema: fairlead.groups/1\ngroups:\n  bio: {acounts: [bio]}\n' >"$BATS_TEST_TMPDIR/g.yaml"
    run -1 fairlead cost groups --groups "$BATS_TEST_TMPDIR/g.yaml"
    [[ $output == *"g.yaml:3:9: unknown key 'acounts' in group bio, did you mean 'accounts'? [FL-X105]" ]]
}

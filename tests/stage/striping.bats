#!/usr/bin/env bats
# Large files that are staged into Lustre lie over several storage targets.
bats_require_minimum_version 1.5.0
load lib

setup() {
    stage_setup
    fake_s3
    fsx=$here/home/fsx
    mkdir -p "$fsx" bin && mkdir -m 0777 bin/lfs.d
    cp "$fakes/lfs" bin/lfs
    chown -R "$uid:$uid" home
    printf '%s' "schema: fairlead.config/1
staging:
  lfs: $here/bin/lfs
  stripes: {folders: [$fsx], at_least: 1, count: 4}
" >config.yaml
    config=$here/config.yaml
    rules '{}'
    head -c 1048576 /dev/urandom >large
    head -c 1048575 large >small
    s3 put lab large large
    s3 put lab small small
}
teardown() { stage_teardown; }

rules() { printf '{"mount": "%s", "folder": "%s", %s\n' "$fsx" "$fsx" "${1#\{}" | sed 's/, }$/}/' >bin/lfs.json; }
layout_of() { awk -v inode="$(stat -c %i "$1")" '$1 == inode { print $2 }' bin/lfs.d/layouts; }

@test "a file of the size that the site names has its layout from the beginning, by the user; others are left alone" {
    stages one in 30 s3://lab/large "$fsx/new/folder/large"
    stages two in 30 s3://lab/small "$fsx/small"
    stages three in 30 s3://lab/large "$here/home/large"
    cmp large "$fsx/new/folder/large"
    cmp small "$fsx/small"
    cmp large home/large
    [[ $(layout_of "$fsx/new/folder/large") == 4 && $(wc -l <bin/lfs.d/layouts) == 1 ]]
    [[ $(cut -d' ' -f1,2 bin/lfs.d/calls) == "$uid setstripe" ]]
    [[ -z $(find home -name '.fairlead-*') ]]
}

@test "what Lustre does not stripe is staged all the same" {
    rules '{"refuse": {"setstripe": "Inappropriate ioctl for device"}}'
    stages one in 30 s3://lab/large "$fsx/large"
    cmp large "$fsx/large"
    rm bin/lfs
    stages two in 30 s3://lab/large "$fsx/again"
    cmp large "$fsx/again"
}

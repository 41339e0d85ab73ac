#!/usr/bin/env bats
# Many files and a large one: the memory of fairlead-stage stays what it is, and all arrives byte for byte. With FAIRLEAD_FULL
# 100,000 files and 4 GiB.
bats_require_minimum_version 1.5.0
load lib

setup_file() { more_time; }
setup() { stage_setup; peak=${FAIRLEAD_BUILD:?set by scripts/test}/tests/stage/peak; }
teardown() {
    stage_teardown
    rm -rf home store # gigabytes
}

# measured FOLDER in|out SOURCE DESTINATION: stages, and sets $kib to the most that one of its processes held.
measured() {
    request "$1" "$2" 1500 "$3" "$4"
    "$peak" "$here/$1.kib" "$stage" --work "$here/$1"
    kib=$(<"$1.kib")
    printf '# %s: %d KiB (VmHWM)\n' "$1" "$kib" >&3
    ((kib > 1024 && kib <= 256 * 1024))
}

# many FOLDER FILES: that many of 0 to 255 bytes, a thousand in each folder.
many() {
    /usr/bin/python3 - "$1" "$2" <<'END_OF_PYTHON'
import pathlib, sys
root, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
for number in range(count):
    if number % 1000 == 0:
        folder = root / f"{number // 1000:03d}"
        folder.mkdir(parents=True)
    (folder / f"{number:06d}").write_bytes((b"%d " % number * 40)[: number % 256])
END_OF_PYTHON
}

@test "many small files: 100,000 in one stage with FAIRLEAD_FULL, 5,000 without" {
    local count=5000
    [[ -z ${FAIRLEAD_FULL-} ]] || count=100000
    endpoint=http://127.0.0.1:1 # of nobody
    many home/many "$count"
    chown -R "$uid:$uid" home
    measured files in "$here/home/many/" "$here/home/copies/"
    diff -r home/many home/copies
    [[ $(manifest_agrees files) == "$count" && $(leftovers home) == 0 ]]
    # Once more: nothing is copied, and nothing more is held.
    measured files in "$here/home/many/" "$here/home/copies/"
    [[ $(manifest_agrees files) == "$count" ]]
}

@test "one large file: 4 GiB to S3 and back with FAIRLEAD_FULL, 256 MiB without" {
    local mib=256
    [[ -z ${FAIRLEAD_FULL-} ]] || mib=4096
    fake_s3
    head -c "$((mib * 1024 * 1024 + 5))" /dev/urandom >home/large
    chown "$uid:$uid" home/large
    measured upload out "$here/home/large" s3://lab/large
    (($(grep -c 'PUT /lab/large?partNumber=.* 200' calls) == mib / 8 + 1))
    measured download in s3://lab/large "$here/home/back"
    cmp home/large home/back
    grep -q '"verified":"crc64nvme"' download/manifest
}

#!/usr/bin/env bats
# The rows T1, T2, T3, T5 and T6 of the threats: a copy has the user's rights and no others, and goes nowhere
# else than where it was told to.
bats_require_minimum_version 1.5.0
load lib

setup() { stage_setup; fake_s3; }
teardown() { stage_teardown; }

@test "T1: links and .. on the way are refused, whoever owns them" {
    echo x | s3 put lab data/one
    mkdir -p home/real outside
    chmod 0777 outside
    ln -s "$here/outside" home/link
    ln -s "$here/outside/file" home/file
    run -1 stages work in 30 s3://lab/data/ "$here/home/link"
    [[ $(outcome work) == "data_fault FL-S118" ]]
    run -1 stages work in 30 s3://lab/data/ "$here/home/link/below"
    [[ $(outcome work) == "data_fault FL-S118" ]]
    run -1 stages work in 30 s3://lab/data/one "$here/home/file"
    [[ $(outcome work) == "data_fault FL-S118" && -L home/file ]]
    run -1 stages work in 30 s3://lab/data/one "$here/home/real/../../outside/x"
    [[ $(outcome work) == "data_fault FL-S102" ]]
    run -1 stages work out 30 "$here/home/link" s3://lab/x
    [[ $(outcome work) == "data_fault FL-S118" ]]
    run -1 stages work out 30 /proc/self/root/etc/hostname s3://lab/x
    [[ $(outcome work) == "data_fault FL-S118" ]]
    [[ -z $(ls -A outside) ]]
}

# Swaps a folder and a link of its name, again and again, until it is killed.
attack() {
    cat >attack.py <<'END_OF_PYTHON'
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
folder, link = (os.fsencode(name) for name in sys.argv[1:])
open("attacking", "w").close()
while True:
    if libc.renameat2(-100, folder, -100, link, 2):
        sys.exit(os.strerror(ctypes.get_errno()))
END_OF_PYTHON
    mkdir -m 0777 -p mark
    (cd mark && exec setpriv --reuid "$uid" --regid "$uid" --clear-groups /usr/bin/python3 ../attack.py "$@") 3>&- &
    started+=("$!")
    until [[ -e mark/attacking ]]; do kill -0 "$!"; sleep 0.02; done
}

@test "T1: a folder that is swapped for a link meanwhile leads nothing elsewhere" {
    local i outcomes=''
    tree from 40
    s3 tree lab data/sub/ from
    mkdir -p home/in/sub outside
    chmod 0777 outside
    ln -s "$here/outside" home/in/other
    chown -hR "$uid:$uid" home/in
    attack "$here/home/in/sub" "$here/home/in/other"
    for ((i = 0; i < 20; i++)); do
        rm -rf work
        stages work in 30 s3://lab/data/ "$here/home/in" 2>/dev/null || :
        outcomes+="$(outcome work)"$'\n'
    done
    kill "${started[-1]}"
    [[ -z $(ls -A outside) ]]
    sort <<<"$outcomes" | uniq -c
    [[ -z $(grep -v -e '^done$' -e '^data_fault FL-S118$' -e '^$' <<<"$outcomes") ]]
    grep -q FL-S118 <<<"$outcomes" # it was met at least once
}

@test "the rights of its services are enough to take a user's" {
    echo x | s3 put lab data/one
    for unit in export import; do
        rights=$(sed -n 's/^CapabilityBoundingSet=//p' "$BATS_TEST_DIRNAME/../../packaging/systemd/fairlead-stage-$unit.service.in")
        rights=${rights,,}
        rm -rf home/x work
        request work in 30 s3://lab/data/one "$here/home/x"
        rights=$(sed 's/cap_/+/g; s/ /,/g' <<<"$rights")
        run -0 setpriv --bounding-set "-all,$rights" "$stage" --work "$here/work" ${config:+--config "$config"}
        [[ $(outcome work) == done ]]
    done
}

@test "T2: pipes, sockets, folders and devices are not written through" {
    echo x | s3 put lab data/one
    mkfifo home/one
    run -1 stages work in 30 s3://lab/data/one "$here/home/one"
    [[ $(outcome work) == "data_fault FL-S118" && -p home/one ]]
    rm home/one
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("home/one")'
    run -1 stages work in 30 s3://lab/data/one "$here/home/one"
    [[ $(outcome work) == "data_fault FL-S118" && -S home/one ]]
    chown "$uid:$uid" home/one
    run -1 stages work out 30 "$here/home/one" s3://lab/socket
    [[ $(outcome work) == "data_fault FL-S118" ]]
    rm home/one
    mknod home/one c 1 3
    run -1 stages work in 30 s3://lab/data/one "$here/home/one"
    [[ $(outcome work) == "data_fault FL-S118" && -c home/one ]]
    rm home/one
    mkdir -p home/one/sub
    run -1 stages work in 30 s3://lab/data/ "$here/home"
    [[ $(outcome work) == "data_fault FL-S118" && -d home/one/sub ]]
    run -1 stages work out 30 /dev/zero s3://lab/zero
    [[ $(outcome work) == "data_fault FL-S118" ]]
}

@test "T2: a temporary file that another made is not used" {
    local name
    echo secret | s3 put lab data/one
    # The journal of a killed run names it; it is now a second name of another file.
    request work in 30 s3://lab/data/one "$here/home/one"
    strace -f -qq -o /dev/null -e trace=renameat,renameat2 -e inject=renameat,renameat2:signal=KILL:when=1 "$stage" --work "$here/work" || :
    name=$(find home -name '.fairlead-*.part')
    [[ -n $name ]]
    as_user cp "$name" home/mine
    as_user ln -f home/mine "$name"
    printf precious >home/mine
    stages work in 30 s3://lab/data/one "$here/home/one"
    [[ $(cat home/one) == secret && $(cat home/mine) == precious ]]
}

@test "T3, T6: keys that are no path below the destination are refused before anything is made" {
    local key
    for key in '../escape' 'a/../../escape' '/leading' 'a//b' './a' 'a/.' 'a/..' 'line/' "$(printf 'k%.0s' {1..256})"; do
        echo x | s3 put lab "data/ok"
        echo x | s3 put lab "data/$key"
        run -1 stages work in 30 s3://lab/data/ "$here/home/in"
        [[ $(outcome work) == "data_fault FL-S117" ]]
        [[ -z $(ls -A home) ]]
        s3 delete lab "data/$key"
    done
    echo x | s3 put lab 'data/nul\x00byte'
    run -1 stages work in 30 s3://lab/data/ "$here/home/in"
    [[ $(outcome work) == "data_fault FL-S117" && -z $(ls -A home) ]]
    s3 delete lab 'data/nul\x00byte'
    # What looks odd and is a name all the same.
    for key in '..a' '$(id)' '; rm -rf *' "a'b\"c" 'tab\x09and\x0aline' '-rf' '%2e%2e' 'é+ &<>'; do
        echo x | s3 put lab "data/$key"
    done
    stages work in 30 s3://lab/data/ "$here/home/in"
    (($(find home/in -type f -print0 | tr -cd '\0' | wc -c) == 9))
}

@test "T3: names of files that no key can have are refused" {
    mkdir home/out
    touch home/out/"$(printf 'latin\xff')"
    run -1 stages work out 30 "$here/home/out" s3://lab/out
    [[ $(outcome work) == "data_fault FL-S117" ]]
}

@test "files are read and written with the user's rights alone" {
    mkdir -m 0700 rootly
    echo secret >rootly/file
    echo secret >hidden
    chmod 0600 hidden
    run -1 stages work out 30 "$here/rootly/file" s3://lab/x
    [[ $(outcome work) == "data_fault FL-S111" ]]
    run -1 stages work out 30 "$here/hidden" s3://lab/x
    [[ $(outcome work) == "data_fault FL-S111" ]]
    echo x | s3 put lab one
    run -1 stages work in 30 s3://lab/one "$here/rootly/one"
    [[ $(outcome work) == "data_fault FL-S111" ]]
    run -1 stages work in 30 s3://lab/one "$here/new"
    [[ $(outcome work) == "data_fault FL-S111" ]]
    [[ $(ls rootly) == file && -z $(s3 list lab | grep -v one) ]]
}

@test "T5: the process with the user's rights has no rights more, and no credential anywhere" {
    local hand
    random_bytes $((20 * 1024 * 1024)) large
    s3 put lab large large
    spoiled '[{"match": "GET /lab/large", "kind": "stall", "times": -1}]'
    request work in 60 s3://lab/large "$here/home/x"
    "$stage" --work "$here/work" 3>&- &
    started+=("$!")
    until [[ -s spoiled ]]; do kill -0 "$!"; sleep 0.02; done
    hand=$(pgrep -P "$!")
    grep -qx "Uid:	$uid	$uid	$uid	$uid" "/proc/$hand/status"
    grep -qx "Gid:	$uid	$uid	$uid	$uid" "/proc/$hand/status"
    grep -qx "Groups:	$uid " "/proc/$hand/status"
    grep -qx 'NoNewPrivs:	1' "/proc/$hand/status"
    (($(grep -c '^Cap...:	0000000000000000$' "/proc/$hand/status") == 5))
    [[ ! -s /proc/$hand/environ ]]
    (($(find "/proc/$hand/fd" -lname 'socket:*' | wc -l) == 16)) # one a lane: nothing to the network
    # What the user may see of both, and of the folder.
    run as_user cat "/proc/$hand/environ" "/proc/$!/environ" "/proc/$hand/maps" "$here/work/journal"
    [[ $output != *AWS* && $output != *radosgw* ]]
    ((status != 0))
    run as_user ls "$here/work"
    ((status != 0))
    # And nowhere in its memory, its command line or a file.
    python3 - "$hand" <<'END_OF_PYTHON'
import pathlib, re, sys
process, secret = pathlib.Path("/proc") / sys.argv[1], b"test/secret+of=radosgw"
assert secret not in (process / "cmdline").read_bytes()
with open(process / "mem", "rb", 0) as memory:
    for line in (process / "maps").read_text().splitlines():
        begin, end, rights = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
        if rights.startswith("r") and "[v" not in line:
            memory.seek(int(begin, 16))
            assert secret not in memory.read(int(end, 16) - int(begin, 16)), line
END_OF_PYTHON
    run grep -rlF 'test/secret+of=radosgw' work home calls spoiled
    [[ -z $output ]]
}

@test "the process with the user's rights ends with the other, and when the user kills it nothing is drained" {
    local hand
    random_bytes $((20 * 1024 * 1024)) large
    s3 put lab large large
    spoiled '[{"match": "GET /lab/large", "kind": "stall", "times": -1}]'
    request work in 60 s3://lab/large "$here/home/x"
    "$stage" --work "$here/work" 3>&- &
    started+=("$!")
    until [[ -s spoiled ]]; do kill -0 "$!"; sleep 0.02; done
    hand=$(pgrep -P "$!")
    kill -9 "$!"
    wait "$!" || :
    while kill -0 "$hand" 2>/dev/null; do sleep 0.02; done
    rm spoiled
    spoiled '[{"match": "GET /lab/large", "kind": "stall", "times": 3}]'
    request work in 60 s3://lab/large "$here/home/x"
    "$stage" --work "$here/work" 3>&- &
    started+=("$!")
    until [[ -s spoiled ]]; do kill -0 "$!"; sleep 0.02; done
    as_user kill -9 "$(pgrep -P "$!")"
    wait "$!" || :
    [[ $(outcome work) == "service_fault FL-S119" ]]
}

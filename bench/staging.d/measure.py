"""The ways of bench/staging, in turns: seconds, processor seconds of all processes of a way, and the most memory
that one of them held.

usage: measure.py FOLDER FAIRLEAD_STAGE ROUNDS [GROUP]
  GROUP  how the groups to measure begin, "GET" or "copy large"; default: all
"""
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

folder, stage, rounds = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
chosen = sys.argv[4] if len(sys.argv) > 4 else ""
SERVER = "http://127.0.0.1:8480"
USER = 2001
LARGE, SMALL = os.stat(folder / "store/lab/large").st_size, 256 << 10
MANY = len(os.listdir(folder / "store/lab/small"))
home = folder / "home"
source = folder / "store/lab"
environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "AWS_ACCESS_KEY_ID": "BENCH", "AWS_SECRET_ACCESS_KEY": "bench",
               "HOME": str(home)}


class Failed(Exception):
    pass


def run(argv, **options):
    """Seconds, processor seconds of a command and its children, and the KiB of the largest of them. time(1) starts it,
    because what is started from here counts this program's own memory as its own."""
    argv = ["time", "-q", "-f", "%M", "-o", str(folder / "held"), *argv]
    begun = time.perf_counter()
    child = subprocess.Popen(argv, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=open(folder / "said", "wb"), **options)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    if child.returncode != 0:
        raise Failed(f"{argv[6]} ended with {child.returncode}: {(folder / 'said').read_text()[-2000:]}")
    return seconds, usage.ru_utime + usage.ru_stime, int((folder / "held").read_text())


def staged(phase, source, destination, verify="checksum"):
    work = folder / "job"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(0o700)
    (work / "request.json").write_text(json.dumps({
        "schema": "fairlead.stage/1", "cluster": "c", "job": 4711, "epoch": 1, "phase": phase, "uid": USER, "gid": USER,
        "groups": [USER], "deadline": 600, "s3_endpoint": SERVER,
        "transfers": [{"source": str(source), "destination": str(destination), "verify": verify}]}))
    measured = run([stage, "--work", str(work)])
    outcome = json.loads((work / "result.json").read_text())
    if outcome["outcome"] != "done":
        raise Failed(outcome["message"])
    return measured


RCLONE = ["rclone", "--config", "/dev/null", "--s3-provider", "Other", "--s3-env-auth", "--s3-endpoint", SERVER,
          "--s3-no-check-bucket", "--s3-list-version", "2", "--s3-no-head", "--ignore-times", "--no-check-dest",
          "--no-traverse", "--fast-list", "--ignore-checksum", "--s3-disable-checksum",
          "--transfers", "16", "--checkers", "16", "--multi-thread-streams", "16", "--multi-thread-cutoff", "64M",
          "--s3-chunk-size", "16M", "--s3-upload-cutoff", "16M", "--s3-upload-concurrency", "16", "--buffer-size", "16M"]


def rclone(source, destination):
    return run(RCLONE + ["copyto" if str(source).endswith("large") else "copy", str(source), str(destination)])


def wrk(small):
    """What the server gives to a client that keeps nothing, for the time of this many bytes."""
    script = folder / "wrk.lua"
    script.write_text("local n = 0\nrequest = function() n = n + 1; return wrk.format('GET', "
                      f"string.format('/lab/small/%05d', n % {MANY})) end\n" if small else "")
    said = subprocess.run(["wrk", "-t2", "-c16", "-d5", "--timeout", "30", "-s", str(script), SERVER + "/lab/large"],
                          capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise Failed(said)
    number, unit = re.search(r"Transfer/sec:\s+([\d.]+)(.B)", said).groups()
    rate = float(number) * {"KB": 2**10, "MB": 2**20, "GB": 2**30}[unit]
    return (SMALL * MANY if small else LARGE) / rate, 0, 0


def same(small):
    """What lies in home is what was to be copied."""
    args = [source / "small", home / "small"] if small else [source / "large", home / "large"]
    subprocess.run(["diff", "-rq", *map(str, args)], check=True)


def stored(small):
    """What the server got is what was sent."""
    if small:
        subprocess.run(["diff", "-rq", str(source / "small"), str(source / "up/small")], check=True)
        return
    parts = sorted((source / "parts").iterdir(), key=lambda path: int(path.name))
    with open(source / "large", "rb") as large:
        for path in parts:
            part = path.read_bytes()
            if large.read(len(part)) != part:
                raise Failed(f"part {path.name} is not what was sent")
        if large.read(1):
            raise Failed("parts are missing")


GROUPS = {
    "GET large": ({
        "fairlead": lambda: staged("in", "s3://lab/large", home / "large"),
        "rclone": lambda: rclone(":s3:lab/large", home / "large"),
        "curl, unchecked": lambda: run(["curl", "-sfo", str(home / "large"), SERVER + "/lab/large"]),
        "wrk": lambda: wrk(False)}, LARGE, lambda: same(False)),
    "GET small": ({
        "fairlead": lambda: staged("in", "s3://lab/small/", f"{home}/small/"),
        "rclone": lambda: rclone(":s3:lab/small", home / "small"),
        "wrk": lambda: wrk(True)}, SMALL * MANY, lambda: same(True)),
    "PUT large": ({
        "fairlead": lambda: staged("out", source / "large", "s3://lab/up/large"),
        "rclone": lambda: rclone(source / "large", ":s3:lab/up/large")}, LARGE, lambda: stored(False)),
    "PUT small": ({
        "fairlead": lambda: staged("out", f"{source}/small/", "s3://lab/up/small/"),
        "rclone": lambda: rclone(source / "small", ":s3:lab/up/small")}, SMALL * MANY, lambda: stored(True)),
    "copy large": ({
        "fairlead": lambda: staged("in", source / "large", home / "large"),
        "fairlead verify=size": lambda: staged("in", source / "large", home / "large", "size"),
        "cp": lambda: run(["cp", str(source / "large"), str(home / "large")])}, LARGE, lambda: same(False)),
    "copy small": ({
        "fairlead": lambda: staged("in", f"{source}/small/", f"{home}/small/"),
        "fairlead verify=size": lambda: staged("in", f"{source}/small/", f"{home}/small/", "size"),
        "cp": lambda: run(["cp", "-r", str(source / "small"), str(home / "small")])}, SMALL * MANY, lambda: same(True)),
}


def begin_anew(size):
    """Nothing is there of the way before. Each way finds as much memory that was just given back: in a virtual machine a
    page that was free for long may cost a fault of the host, which whoever comes first would pay."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    os.chown(home, USER, USER)
    for path in (folder / "store/lab/parts", folder / "store/lab/up/small"):
        shutil.rmtree(path, ignore_errors=True)
    block = bytes(16 << 20)
    with open(home / "touched", "wb") as file:
        for _ in range(size // len(block) + 1):
            file.write(block)
    os.unlink(home / "touched")


os.chmod(source, 0o755)
print(f"{'':<12}{'way':<22}{'s':>8}{'MiB/s':>8}{'CPU s':>8}{'MiB held':>10}   medians of {rounds} rounds")
for name, (ways, size, check) in GROUPS.items():
    if not name.startswith(chosen):
        continue
    times = {way: [] for way in ways}
    for turn in range(rounds):
        order = list(ways.items())
        for way, copy in order[turn % len(order):] + order[: turn % len(order)]:
            begin_anew(size)
            times[way].append(copy())
            if way != "wrk":
                check()
    for way, each in times.items():
        seconds, processor, held = (statistics.median(column) for column in zip(*each))
        print(f"{name:<12}{way:<22}{seconds:8.2f}{size / seconds / 2**20:8.0f}{processor:8.2f}{held / 1024:10.0f}", flush=True)

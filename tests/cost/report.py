#!/usr/bin/env python3
"""Makes a dump and says what reports of it must show, with Python's fractions and nothing of Fairlead.

usage: report.py make ROWS SEED FOLDER      writes book.csv, nodes.csv, groups.yaml and dump.txt
       report.py check FOLDER KIND JSON     compares a report of KIND, from 2026-05-01 to 2026-09-01
"""
import collections
import datetime
import json
import random
import sys
from fractions import Fraction
from pathlib import Path

UTC = datetime.timezone.utc
NODES = {"a": ("c7a.large", "on-demand"), "s": ("c7a.large", "spot"), "g": ("p5.48xlarge", "on-demand")}
PRICES = { # of an hour, until and from July
    ("c7a.large", "on-demand"): (Fraction("0.1026"), Fraction("0.11")),
    ("c7a.large", "spot"): (Fraction("0.0333333333"), Fraction("0.0410000001")),
    ("p5.48xlarge", "on-demand"): (Fraction("98.32"), Fraction("98.32")),
}
GROUPS = { # accounts, university, grants in percent
    "bio": (["bio", "bio-gpu"], "north", [("NIH-1", 60), ("NSF-2", 40)]),
    "cfd": (["cfd"], "south", [("DOE-3", 100)]),
    "zoo": (["zoo"], "", []),
}
GRANTS = {"NIH-1": ("2026-01-01", "2026-12-31", []), "NSF-2": ("2026-06-15", "2026-07-31", ["nsf"]),
          "DOE-3": ("2026-01-01", "2026-12-31", [])}
COLUMNS = "JobIDRaw|DBIndex|Account|User|Partition|WCKey|State|NodeList|Start|End|ElapsedRaw|Suspended"
CHANGE = int(datetime.datetime(2026, 7, 1, tzinfo=UTC).timestamp())


def seconds(text):
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def row(rng, number):
    prefix = rng.choice("aasg")
    nodes = rng.choice((1, 1, 2, 7))
    start = rng.randint(seconds("2026-05-02"), seconds("2026-08-20"))
    if rng.random() < 0.2: # over the end of a month
        start = rng.choice((CHANGE, seconds("2026-08-01"))) - rng.randint(1, 5000)
    elapsed = rng.choice((0, 1, rng.randint(2, 9000), rng.randint(2, 300000)))
    suspended = rng.choice((0, 0, 0, rng.randint(1, 4000)))
    hosts = f"{prefix}-1" if nodes == 1 else f"{prefix}-[1-{nodes}]"
    account = rng.choice(("bio", "bio-gpu", "cfd", "zoo", "other"))
    state = rng.choice(("COMPLETED", "COMPLETED", "FAILED", "NODE_FAIL"))
    user = rng.choice(("ada", "ben", "=1+1"))
    wckey = rng.choice(("", "", "*", "nsf", "*nsf"))
    return [str(number), str(900 + number), account, user, rng.choice(("cpu", "gpu")), wckey, state, hosts, str(start),
            str(start + elapsed + suspended), str(elapsed), f"{suspended // 3600:02}:{suspended // 60 % 60:02}:{suspended % 60:02}"]


def make(rows, seed, folder):
    rng = random.Random(seed)
    with open(folder / "book.csv", "w", encoding="ascii") as book:
        book.write("region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n")
        for (name, purchase), (before, after) in PRICES.items():
            for since, until, price in ("", "2026-07-01", before), ("2026-07-01", "", after):
                book.write(f",,{name},,{purchase},{since},{until},{float(price):.10f},USD\n")
    with open(folder / "nodes.csv", "w", encoding="ascii") as nodes:
        nodes.write("nodes,instance_type,purchase,region,az\n")
        for prefix, (name, purchase) in NODES.items():
            nodes.write(f"{prefix}-[1-9],{name},{purchase},,\n")
    with open(folder / "groups.yaml", "w", encoding="ascii") as groups:
        groups.write("schema: fairlead.groups/1\ngroups:\n")
        for name, (accounts, university, grants) in GROUPS.items():
            groups.write(f"  {name}:\n    accounts: [{', '.join(accounts)}]\n    pi: pi-of-{name}\n"
                         "    budget: {amount: 5000, period: month}\n")
            if university:
                groups.write(f"    university: {university}\n")
            if grants:
                groups.write("    grants: {" + ", ".join(f"{grant}: {part}" for grant, part in grants) + "}\n")
        groups.write("grants:\n")
        for name, (start, end, wckeys) in GRANTS.items():
            groups.write(f"  {name}: {{start: {start}, end: {end}, wckeys: [{', '.join(wckeys)}]}}\n")
        groups.write("universities: {north: {}, south: {}}\n")
    with open(folder / "dump.txt", "w", encoding="ascii") as dump:
        dump.write(COLUMNS + "\n")
        for number in range(1, rows + 1):
            dump.write("|".join(row(rng, number)) + "\n")


def largest_remainders(whole, weights):
    """Whole parts in proportion that sum to the whole."""
    total = sum(weights)
    exact = [Fraction(whole) * weight / total for weight in weights]
    parts = [value.__floor__() for value in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: whole - sum(parts)]:
        parts[i] += 1
    return parts


def pieces(start, stop):
    """A stretch of time cut at the months, each with its month's last second."""
    while True:
        moment = datetime.datetime.fromtimestamp(start, UTC)
        behind = datetime.datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=UTC)
        end = min(stop, int(behind.timestamp()))
        yield start, end, int(behind.timestamp()) - 1
        if end >= stop:
            return
        start = end


def day(second):
    return datetime.datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d")


def lines_of(cells):
    """(day, kind, nanos, node-seconds) of a run."""
    _, _, _, _, _, _, state, hosts, start, end, elapsed, _ = cells
    kind = NODES[hosts[0]]
    nodes = int(hosts.rstrip("]").rpartition("-")[2]) if "[" in hosts else 1
    start, end, elapsed = int(start), int(end), int(elapsed)
    for what, begin, stop in ("node_fail" if state == "NODE_FAIL" else "run", start, start + elapsed), ("suspended", start + elapsed, end):
        if what == "suspended" and begin == stop:
            continue
        parts = list(pieces(begin, stop))
        used = [Fraction((b - a) * nodes) * PRICES[kind][a >= CHANGE] for a, b, _ in parts]
        whole = round(sum(used) / 3600 * 10**9)
        nanos = largest_remainders(whole, used) if sum(used) else [0] * len(parts)
        for (a, b, last), amount in zip(parts, nanos):
            yield day(min(end, last)), what, amount, (b - a) * nodes


def sums(folder):
    """What the ledger keeps of each day."""
    found = collections.Counter()
    for line in open(folder / "dump.txt", encoding="ascii").read().splitlines()[1:]:
        cells = line.split("|")
        for when, what, nanos, _ in lines_of(cells):
            hosts = cells[7]
            found[when, cells[2], cells[3], what, cells[4], cells[5].lstrip("*"), NODES[hosts[0]]] += nanos
    return found


def group_of(account):
    return next((name for name, (accounts, _, _) in GROUPS.items() if account in accounts), None)


def grants_of(when, group, wckey, nanos):
    """(grant, nanos): what is paid by none has no name."""
    grants = GROUPS[group][2] if group else []
    holds = lambda grant: GRANTS[grant][0] <= when <= GRANTS[grant][1]
    for grant, _ in grants:
        if wckey and wckey in GRANTS[grant][2] and holds(grant):
            return [(grant, nanos)]
    if not grants:
        return [("(none)", nanos)]
    parts = largest_remainders(nanos, [part for _, part in grants])
    return [(grant if holds(grant) else "(none)", part) for (grant, _), part in zip(grants, parts)]


def expected(folder, kind):
    totals = collections.Counter()
    for (when, account, user, _, _, wckey, _), nanos in sums(folder).items():
        if not "2026-05-01" <= when < "2026-09-01":
            continue
        group = group_of(account)
        names = {"group": group or "(none)", "user": user, "account": account,
                 "university": (GROUPS[group][1] if group else "") or "(none)"}
        for name, part in grants_of(when, group, wckey, nanos) if kind == "grant" else [(names[kind], nanos)]:
            totals[name] += part
    return totals


def nanos_of(text):
    return int(text.replace(".", ""))


def check(folder, kind, path):
    report = json.load(open(path, encoding="utf-8"))
    shown = {line["name"]: nanos_of(line["total"]) for line in report["lines"]}
    wanted = expected(folder, kind)
    assert shown == dict(wanted), {name: (shown.get(name), wanted[name]) for name in shown.keys() | wanted.keys()
                                   if shown.get(name) != wanted[name]}
    whole, = report["totals"]
    assert nanos_of(whole["total"]) == sum(wanted.values())
    for part in "instance_types", "days":
        assert sum(nanos_of(each["amount"]) for each in report[part]) == sum(wanted.values()), part
    for line in report["lines"]:
        assert nanos_of(line["total"]) == sum(nanos_of(line[part]) for part in ("compute", "suspended", "waste", "reclaimed", "boot", "idle", "shared", "adjusted"))
        assert nanos_of(line["shared"]) == sum(nanos_of(line[part]) for part in ("storage", "transfer", "overhead"))
    print(len(shown), "lines,", whole["total"])


if sys.argv[1] == "make":
    make(int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
else:
    check(Path(sys.argv[2]), sys.argv[3], sys.argv[4])

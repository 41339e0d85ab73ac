#!/usr/bin/env python3
"""Makes dumps of sacct and prices them a second time, with Python's fractions and nothing of Fairlead.

usage: independent.py make ROWS SEED FOLDER    writes book.csv, nodes.csv and dump.txt, with 1 % garbage
       independent.py price FOLDER             prints what `fairlead cost price --csv` must print of them,
                                               its first eight columns
"""
import csv
import datetime
import random
import re
import sys
from fractions import Fraction
from pathlib import Path

UTC = datetime.timezone.utc
KEYS = ("region", "az", "instance_type", "os", "purchase")
COLUMNS = ("State", "JobName", "JobIDRaw", "Account", "NodeList", "ElapsedRaw", "AllocTRES", "Start", "End", "DBIndex")
KINDS = { # prefix of the nodes: type, purchase, zone, CPUs, MiB, GPUs
    "c": ("c7a.24xlarge", "on-demand", "us-east-2a", 96, 196608, 0),
    "s": ("c7a.24xlarge", "spot", "us-east-2b", 96, 196608, 0),
    "g": ("p5.48xlarge", "capacity-block", "us-east-2a", 192, 2097152, 8),
    "w": ("hpc7a.96xlarge", "on-demand", "us-east-2b", None, None, None),
}


def second(day, hour=0):
    return int(datetime.datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) + 3600 * hour


def shown(moment):
    return datetime.datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def book():
    """Spot changes every seven hours; on-demand once, and is dearer in one zone for a while."""
    yield ",,c7a.24xlarge,Linux,on-demand,,2026-03-01,4.92672,USD"
    yield ",,c7a.24xlarge,Linux,on-demand,2026-03-01,,5.01,USD"
    yield ",us-east-2a,c7a.24xlarge,Linux,on-demand,2026-02-10T06:30:00Z,2026-02-11,5.5000000001,USD"
    yield ",,p5.48xlarge,,capacity-block,,,31.464,USD"
    yield "us-east-2,,,,,,,7.2,USD"
    start = second("2026-01-01")
    for i in range(400):
        a, b = start + i * 25200, start + (i + 1) * 25200
        yield f",us-east-2b,c7a.24xlarge,Linux/UNIX,spot,{shown(a)}Z,{shown(b)}Z,{1 + i % 17 / 10000:.6f},USD"


def row(rng, number):
    prefix = rng.choice("ccssgw")
    kind = KINDS[prefix]
    nodes = rng.choice((1, 1, 1, 2, 3, 16))
    first = rng.randint(1, 1000 - nodes)
    hosts = f"{prefix}-{first}" if nodes == 1 else f"{prefix}-[{first}-{first + nodes - 1}]"
    start = rng.randint(second("2026-01-02"), second("2026-04-01"))
    elapsed = rng.choice((0, 1, rng.randint(2, 7200), rng.randint(2, 200000)))
    tres = ""
    if rng.random() < 0.8:
        cpus = rng.randint(1, kind[3] or 192) * nodes
        tres = f"billing={cpus},cpu={cpus},mem={rng.choice((f'{rng.randint(1, 400) * nodes}G', '7.81G', '500M'))},node={nodes}"
        if prefix == "g":
            gpus = rng.randint(1, 8) * nodes
            tres += f",gres/gpu={gpus},gres/gpu:h100={gpus}"
    name = rng.choice(("relax", "a|b", "|", "x y", "=1+1", "ü"))
    return ["COMPLETED", name, str(number), "chem", hosts, str(elapsed), tres, shown(start), shown(start + elapsed),
            str(100000 + number)]


def garbage(rng, line):
    return rng.choice((lambda: line[: rng.randint(0, 20)] or "x", lambda: line.replace("|", ";"), lambda: "\x00\xff\x1b[2J",
                       lambda: re.sub(r"\|2026-", "|20x6-", line), lambda: re.sub(r"[csgw]-", "[-", line, count=1)))()


def make(rows, seed, folder):
    rng = random.Random(seed)
    (folder / "book.csv").write_text("region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n"
                                     + "\n".join(book()) + "\n")
    with open(folder / "nodes.csv", "w", encoding="utf-8") as file:
        file.write("nodes,instance_type,purchase,region,az,cpus,memory_mb,gpus\n")
        for prefix, (name, purchase, zone, *sizes) in KINDS.items():
            cells = ",".join("" if size is None else str(size) for size in sizes)
            file.write(f"{prefix}-[1-1000],{name},{purchase},us-east-2,{zone},{cells}\n")
    with open(folder / "dump.txt", "w", encoding="latin-1") as dump, open(folder / "bad", "w", encoding="ascii") as bad:
        dump.write("|".join(COLUMNS) + "\n")
        for number in range(1, rows + 1):
            line = "|".join(row(rng, number))
            if rng.random() < 0.01:
                line = garbage(rng, line)
                bad.write(f"{number + 1}\n")
            dump.write(line + "\n")


def normal(key, value):
    value = value.lower()
    return "linux" if key == "os" and value == "linux/unix" else value


def moment(text):
    if not text:
        return None
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=UTC).timestamp())


def prices_of(folder, kind):
    """The rows that fit a node, the most specific first."""
    name, purchase, zone, *_ = kind
    node = dict(zip(KEYS, ("us-east-2", zone, name, "linux", purchase)))
    rows = []
    for line in csv.DictReader(open(folder / "book.csv", encoding="utf-8")):
        filled = [key for key in KEYS if line[key]]
        if all(normal(key, line[key]) == node[key] for key in filled):
            rows.append((len(filled), moment(line["valid_from"]), moment(line["valid_to"]), Fraction(line["price_per_hour"])))
    return sorted(rows, key=lambda price: -price[0])


def dollar_seconds(prices, start, stop):
    """Hour price times seconds, one constant piece after another."""
    edges = sorted({edge for _, a, b, _ in prices for edge in (a, b) if edge is not None and start < edge < stop} | {start, stop})
    total = Fraction(0)
    for a, b in zip(edges, edges[1:]):
        total += (b - a) * next(price for _, since, until, price in prices
                                if (since is None or since <= a) and (until is None or a < until))
    return total


def share_of(tres, nodes, kind):
    if not tres or kind[3] is None:
        return Fraction(1)
    given = dict(item.split("=") for item in tres.split(","))
    unit = {"M": 1, "G": 1024}[given["mem"][-1]]
    shares = [Fraction(given["cpu"]) / (nodes * kind[3]), Fraction(given["mem"][:-1]) * unit / (nodes * kind[4])]
    if "gres/gpu" in given:
        shares.append(Fraction(given["gres/gpu"]) / (nodes * kind[5]))
    return min(Fraction(1), max(shares))


def nano(value):
    """Nine places; Python rounds fractions half to even."""
    nanos = round(value * 10**9)
    return f"{nanos // 10**9}.{nanos % 10**9:09}"


def price(folder):
    bad = {int(line) for line in open(folder / "bad", encoding="ascii")}
    prices = {prefix: prices_of(folder, kind) for prefix, kind in KINDS.items()}
    for number, line in enumerate(open(folder / "dump.txt", encoding="latin-1"), 1):
        if number == 1 or number in bad:
            continue
        # The name alone may hold bars, so what follows it is counted from the end.
        job, _, hosts, elapsed, tres, start, _, _ = line.rstrip("\n").rsplit("|", 8)[1:]
        prefix, span = re.fullmatch(r"(\w)-\[?([\d-]+)\]?", hosts).groups()
        low, _, high = span.partition("-")
        nodes = int(high or low) - int(low) + 1
        kind, begin = KINDS[prefix], moment(start)
        share = share_of(tres, nodes, kind)
        cost = dollar_seconds(prices[prefix], begin, begin + int(elapsed)) * nodes * share / 3600
        print(job, nodes, elapsed, kind[0], kind[1], nano(share), nano(cost), "USD", sep=",")


if sys.argv[1] == "make":
    make(int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
else:
    price(Path(sys.argv[2]))

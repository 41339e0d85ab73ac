#!/usr/bin/env python3
"""Compares what ranks printed in the virtual machine with what must be so.

    check.py ranks FOLDER NAME COUNT    one line of rank.c from each of COUNT ranks, and
        [--plan ARG...]                 `fairlead pin plan` with these words gives the same rows
        [--not-bound NAME]              Fairlead tells of interfaces and binds nothing: the kernel
                                        reports the CPUs of the same step without it
        [--memory POLICY]               the memory policy that the kernel reports
        [--memory-on NODE]              the policy binds to this NUMA node, where pages are
        [--fenced]                      the kernel allows the CPUs of the job and no others
        [--step]                        it allows fewer, those of the step, which the plan is of
        [--one-thread]                  no rank has two hardware threads of a core
        [--whole-cores]                 each has both of all its cores
    check.py disjoint FOLDER NAME NAME  no CPU is in both

FOLDER holds the results of one setting; nodes, threads and topology.xml lie above it. Prints what is
wrong, and nothing where all is well.
"""
import argparse
import json
import re
import subprocess
import sys
from pathlib import Path


def cpu_set(text):
    cpus = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        cpus.update(range(int(first), int(last or first) + 1))
    return cpus


def cpu_list(cpus):
    """As the kernel prints it."""
    ranges = []
    for cpu in sorted(cpus):
        if ranges and ranges[-1][1] == cpu - 1:
            ranges[-1][1] = cpu
        else:
            ranges.append([cpu, cpu])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)


def table(path):
    """Lines of `NUMBER CPULIST`."""
    return [(int(number), cpu_set(cpus)) for number, cpus in map(str.split, path.open())]


class Results:
    def __init__(self, folder, name):
        self.folder, self.name = Path(folder), name
        lines = (self.folder / f"{name}.out").read_text().splitlines()
        rows = [dict(word.split("=", 1) for word in line.split()) for line in lines
                if line.startswith("rank=")]
        self.ranks = sorted(rows, key=lambda row: int(row["rank"]))
        self.nodes = table(self.folder.parent / "nodes")
        self.cores = {frozenset(cpus) for _, cpus in table(self.folder.parent / "threads")}

    def numa_of(self, cpus):
        return {node for node, members in self.nodes if members & cpus}

    def step_cpus(self):
        """What the kernel lets the ranks use."""
        return cpu_set(self.ranks[0]["fence"])

    def cpus(self):
        """Of all ranks."""
        return set().union(*(cpu_set(rank["cpus"]) for rank in self.ranks))

    def job_cpus(self):
        """What slurmctld says that it gave to the job on this node."""
        job, node = self.ranks[0]["job"], self.ranks[0]["node"]
        for record in (self.folder / "jobs").read_text().split("\n\n"):
            if re.search(rf"JobId={job}\b", record):
                for nodes, cpus in re.findall(r"Nodes=(\S+) CPU_IDs=(\S+)", record):
                    if nodes == node:
                        return cpus
        raise SystemExit(f"{self.name}: scontrol tells no CPUs of job {job} on {node}")


def plan_of(results, fairlead, allowed, words):
    command = [fairlead, "pin", "plan", "--format", "json",
               "--topology", str(results.folder.parent / "topology.xml"),
               "--allowed", allowed, "--ntasks", str(len(results.ranks)), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr or done.stdout}")
    return json.loads(done.stdout)


def check_plan(results, plan):
    for rank, row in zip(results.ranks, plan["ranks"]):
        told = {"pin_cpus": row["cpus"], "pin_numa": ",".join(map(str, row["numa"])),
                "pin_nics": ",".join(row["nics"]), "pin_gpus": ",".join(row["gpus"]),
                "pin_policy": plan["policy"]}
        if rank["cpus"] != row["cpus"]:
            yield f"rank {rank['rank']}: plan {row['cpus']}, kernel {rank['cpus']}"
        for word, planned in told.items():
            if rank[word] != planned:
                yield (f"rank {rank['rank']}: FAIRLEAD_{word.upper()} is '{rank[word]}', "
                       f"the plan says '{planned}'")


def check_asked_policy(plan):
    """That a policy is not replaced by another for want of devices."""
    asked = plan["policy_asked"]
    if asked not in ("auto", plan["policy"]):
        yield f"by:{asked} was asked for, by:{plan['policy']} planned"


def check_devices(results, policy):
    """That ranks of by:nic and by:gpu have something to be near to."""
    if policy in ("nic", "gpu") and len({rank[f"pin_{policy}s"] for rank in results.ranks}) < 2:
        yield f"by:{policy}: all ranks have {policy}s '{results.ranks[0][f'pin_{policy}s']}'"


def check_not_bound(results, plain):
    for rank, other in zip(results.ranks, plain.ranks, strict=True):
        where = f"rank {rank['rank']}"
        if rank["pin_cpus"] != "unset" or rank["pin_policy"] != "none":
            yield (f"{where}: FAIRLEAD_PIN_CPUS {rank['pin_cpus']}, FAIRLEAD_PIN_POLICY "
                   f"{rank['pin_policy']}; expected unset, none")
        if not rank["pin_nics"] or other["pin_policy"] != "unset":
            yield f"{where}: interfaces '{rank['pin_nics']}', and without {other['pin_policy']}"
        if rank["cpus"] != other["cpus"]:
            yield f"{where}: CPUs {rank['cpus']}, without Fairlead {other['cpus']}"


def check_memory(results, policy):
    """Pages are where the rank is, and the kernel's policy is the one asked for."""
    for rank in results.ranks:
        near = results.numa_of(cpu_set(rank["cpus"]))
        touched, bound = cpu_set(rank["touched"]), cpu_set(rank["memnodes"])
        where = (f"rank {rank['rank']}: CPUs {rank['cpus']}, policy {rank['mem']} "
                 f"{rank['memnodes'] or '-'}, pages on NUMA {rank['touched'] or '-'}")
        if not rank["mem"].startswith(policy):
            yield f"{where}; expected policy {policy}"
        elif policy == "default" and bound:
            yield f"{where}; expected no nodes in the policy"
        elif policy == "interleave" and (touched != bound or not near <= bound):
            yield f"{where}; expected pages on each node of the policy"
        elif policy in ("prefer", "bind") and bound != near:
            yield f"{where}; expected NUMA {cpu_list(near)} in the policy"
        elif policy != "interleave" and not (touched and touched <= near):
            yield f"{where}; expected them on {cpu_list(near)}"


def check_memory_on(results, node):
    for rank in results.ranks:
        if (rank["mem"], rank["memnodes"], rank["touched"]) != ("bind", node, node):
            yield (f"rank {rank['rank']}: policy {rank['mem']} {rank['memnodes'] or '-'}, pages on "
                   f"NUMA {rank['touched'] or '-'}; expected bind {node}")


def check_step_fence(results):
    """That the step has CPUs of its own."""
    for rank in results.ranks:
        if not cpu_set(rank["fence"]) < cpu_set(results.job_cpus()):
            yield (f"rank {rank['rank']}: the kernel allows {rank['fence']}, expected fewer than "
                   f"the job's {results.job_cpus()}")
        if cpu_set(rank["fence"]) != results.step_cpus():
            yield (f"rank {rank['rank']}: the kernel allows {rank['fence']}, another rank "
                   f"{cpu_list(results.step_cpus())}")


def check_fence(results, fenced):
    """That the setting of the test is in force."""
    every = set.union(*(cpus for _, cpus in results.nodes))
    allowed = cpu_set(results.job_cpus()) if fenced else every
    for rank in results.ranks:
        if cpu_set(rank["fence"]) != allowed:
            yield (f"rank {rank['rank']}: the kernel allows {rank['fence']}, "
                   f"expected {cpu_list(allowed)}")


def check_one_thread(results):
    for rank in results.ranks:
        if any(len(core & cpu_set(rank["cpus"])) > 1 for core in results.cores):
            yield f"rank {rank['rank']}: CPUs {rank['cpus']} are hardware threads of one core"


def check_whole_cores(results):
    for rank in results.ranks:
        own = cpu_set(rank["cpus"])
        if any(core & own and not core <= own for core in results.cores):
            yield f"rank {rank['rank']}: CPUs {rank['cpus']} have half of a core"


def check_ranks(options):
    results = Results(options.folder, options.name)
    if len(results.ranks) != options.count:
        yield f"{options.name}: {len(results.ranks)} ranks printed a line, expected {options.count}"
        return
    if options.plan is not None:
        allowed = cpu_list(results.step_cpus()) if options.step else results.job_cpus()
        plan = plan_of(results, options.fairlead, allowed, options.plan)
        yield from check_plan(results, plan)
        yield from check_asked_policy(plan)
        yield from check_devices(results, plan["policy_asked"])
    if options.not_bound:
        yield from check_not_bound(results, Results(options.folder, options.not_bound))
    if options.memory:
        yield from check_memory(results, options.memory)
    if options.one_thread:
        yield from check_one_thread(results)
    if options.whole_cores:
        yield from check_whole_cores(results)
    if options.memory_on:
        yield from check_memory_on(results, options.memory_on)
    if options.step:
        yield from check_step_fence(results)
    else:
        yield from check_fence(results, options.fenced)


def check_disjoint(options):
    first, second = (Results(options.folder, name).cpus() for name in (options.name, options.other))
    if first & second:
        yield f"{options.name} and {options.other} share CPUs {cpu_list(first & second)}"


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    ranks = commands.add_parser("ranks")
    ranks.set_defaults(check=check_ranks)
    ranks.add_argument("folder")
    ranks.add_argument("name")
    ranks.add_argument("count", type=int)
    ranks.add_argument("--fairlead")
    ranks.add_argument("--not-bound")
    ranks.add_argument("--whole-cores", action="store_true")
    ranks.add_argument("--one-thread", action="store_true")
    ranks.add_argument("--fenced", action="store_true")
    ranks.add_argument("--step", action="store_true")
    ranks.add_argument("--memory")
    ranks.add_argument("--memory-on")
    ranks.add_argument("--plan", nargs=argparse.REMAINDER)
    disjoint = commands.add_parser("disjoint")
    disjoint.set_defaults(check=check_disjoint)
    for word in ("folder", "name", "other"):
        disjoint.add_argument(word)
    options = parser.parse_args()
    try:
        problems = list(options.check(options))
    except FileNotFoundError as error:
        problems = [f"the guest did not get as far as {Path(error.filename).name}"]
    print("".join(f"{problem}\n" for problem in problems), end="")
    sys.exit(bool(problems))


main()

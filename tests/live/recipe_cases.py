#!/usr/bin/env python3
"""Runs the cases of a recipe against the slurmctld of a live cluster, whose rules are the recipe's.

usage: recipe_cases.py CLUSTER FOLDER CASES.yaml
  CLUSTER  tests/live/cluster
  FOLDER   the folder of the running cluster
Prints a line for each case. Exit status 0 if all are as expected, 1 if not.

Jobs are submitted held, so that none starts; srun and salloc wait, and end when their job is cancelled. A case
that asks for a group is run by the user in-GROUP, one that names nobody by ada. Cases of fields become sbatch.
An update is one of a held job of the same user's, which root submits, past all rules.
"""
import datetime
import pathlib
import re
import shlex
import subprocess
import sys
import time

import yaml

# Cases that cannot be run live: (recipe, case): why.
NOT_LIVE = {}
KNOWN_KEYS = {"name", "submit", "fields", "user", "groups", "script", "expect"}
OF_A_RULE = r"\[FL-" r"A2\d\d\]"
KNOWN_EXPECTATIONS = {"accept", "refuse", "set", "warn", "hold"}
OPTIONS = {"partition": "-p", "qos": "-q", "begin_time": "-b"}
SHARED = "/run/cluster/shared"
LIMIT = 20  # seconds


class Site:
    def __init__(self, cluster, folder):
        self.cluster, self.folder = cluster, pathlib.Path(folder)

    def words(self, user, words):
        inside = ["sh", "-c", f'cd {SHARED} && exec "$@"', "sh", *words]
        return [self.cluster, "exec", str(self.folder), "--user", user, "--", "TZ=UTC", *inside]

    def run(self, user, *words):
        done = subprocess.run(self.words(user, words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=LIMIT, check=False)
        return done.returncode, done.stdout

    def job(self, number):
        """The words of `scontrol show job`, by name; the last of a name counts."""
        status, text = self.run("root", "scontrol", "-o", "show", "job", str(number))
        assert status == 0, text
        return {name: value.strip() for name, value in re.findall(r"(\S+?)=(.*?)(?= [A-Z][\w/:]*=|\s*$)", text)}

    def read(self, name):
        path = self.folder / "log" / name
        return path.read_text(errors="replace") if path.exists() else ""


class Answer:
    """What a command printed, and the job that it left, if any; what an update that was taken left as it was."""

    def __init__(self, taken, text, job=None, qos=""):
        self.taken, self.text, self.job, self.qos, self.unchanged = taken, text, job, qos, []


def user_of(case):
    groups = [group for group in case.get("groups", []) if group != "users"]
    return case.get("user") or (f"in-{groups[0]}" if groups else "ada")


def plain(value):
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.strftime("%Y-%m-%dT%H:%M:%S")
    return ",".join(value) if isinstance(value, list) else str(value)


def command_of(case):
    if "fields" not in case:
        return shlex.split(case["submit"])
    return ["sbatch", "--wrap=true", *(f"{OPTIONS[field]}{plain(value)}" for field, value in case["fields"].items())]


def submission(site, case, words):
    """--hold where the rule is not to be seen holding the job itself."""
    hold = [] if "hold" in case["expect"] else ["--hold"]
    if words[0] == "sbatch":
        status, text = site.run(user_of(case), "sbatch", *hold, "-o/dev/null", *words[1:])
        number = re.search(r"Submitted batch job (\d+)", text)
        assert (status == 0) == bool(number), text
        return look(site, text, number and number[1])
    command = [] if words[0] == "srun" else ["true"]
    return allocation(site, user_of(case), [words[0], *hold, *words[1:], *command])


def allocation(site, user, words):
    """srun and salloc say the number of their job and wait for it."""
    waiting = subprocess.Popen(site.words(user, words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    text, number = "", None
    for line in waiting.stdout:
        text += line
        number = re.search(r"(?:Pending job allocation|job) (\d+)", line)
        if number:
            break
    answer = look(site, text, number and number[1])
    waiting.communicate(timeout=LIMIT)  # it ends with its job
    return answer


def look(site, text, number):
    if not number:
        return Answer(False, text)
    qos, _, arguments = site.read("witness").partition("\n")
    job = site.job(number) | {"arguments": arguments}
    site.run("root", "scancel", number)
    return Answer(True, text, job, qos)


def update(site, case, words):
    user = user_of(case)
    status, number = site.run("root", "sbatch", "--parsable", "--hold", f"--uid={user}", "-o/dev/null", "--wrap=true")
    assert status == 0, number
    number = number.strip()
    before = len(site.read("slurmctld.log"))
    status, text = site.run(user, *(re.sub(r"(?i)^(jobid)=1$", rf"\1={number}", word) for word in words))
    if status != 0:  # Slurm 22.05 shows the user no sentence, the plugin's thread logs it
        deadline = time.monotonic() + LIMIT
        while "refused an update" not in site.read("slurmctld.log")[before:] and time.monotonic() < deadline:
            time.sleep(0.05)
        text += site.read("slurmctld.log")[before:]
    answer = look(site, text, number)
    answer.taken = status == 0
    asked = dict(word.split("=", 1) for word in words[3:])
    if "TimeLimit" in asked:
        asked["TimeLimit"] = time_limit(asked["TimeLimit"])
    answer.unchanged = [name for name, value in asked.items() if answer.job.get(name) != value]
    return answer


# What a field of a case is in `scontrol show job`, each as (seen, expected).

def time_limit(text):
    """4h, 1-0 and the like as D-HH:MM:SS."""
    days, hours = 0, int(text.rstrip("h")) if text.endswith("h") else 0
    if "-" in text:
        days, hours = map(int, text.split("-"))
    return f"{days}-" * bool(days) + f"{hours:02}:00:00"


def nodes(job, end):
    least, _, most = job["NumNodes"].partition("-")
    return most or least if end else least


def begin_time(job):
    """A held job may have none."""
    return job["EligibleTime"].replace("Unknown", "")


def admin_comment(job):
    """Without the names of the rules that acted, which stand behind what they wrote."""
    return re.sub("(^|;)fairlead-rules=[^;]*$", "", job.get("AdminComment", ""))


FIELDS = {
    "partition": lambda job, value: (job["Partition"], value or "batch"),
    "time_limit": lambda job, value: (job["TimeLimit"], time_limit(value) if value else "UNLIMITED"),
    "least_nodes": lambda job, value: (nodes(job, 0), value),
    "most_nodes": lambda job, value: (nodes(job, 1), value),
    "account": lambda job, value: (job.get("Account", "(null)"), value),
    "tasks": lambda job, value: (job["NumTasks"], value),
    "features": lambda job, value: (job.get("Features", ""), value),
    "licenses": lambda job, value: (job.get("Licenses", "(null)"), value or "(null)"),
    "comment": lambda job, value: (job.get("Comment", ""), value),
    "admin_comment": lambda job, value: (admin_comment(job), value),
    "mail_user": lambda job, value: (job.get("MailUser", "") if value else "@" in job.get("MailUser", ""), value or False),
    "threads_per_core": lambda job, value: (job["ReqB:S:C:T"].split(":")[-1], value or "*"),
    "exclusive": lambda job, value: (job["OverSubscribe"] == "NO", value == "true"),
    "requeue": lambda job, value: (job["Requeue"], "1" if value == "true" else "0"),
    "begin_time": lambda job, value: (begin_time(job) if value else begin_time(job) > "2030", value or False),
    "script_args": lambda job, value: (job["arguments"], value),
}


def expected(value):
    value = plain(value)
    return {"unset": "", "True": "true", "False": "false"}.get(value, value)


def differences(case, answer):
    expect = case["expect"]
    assert not set(expect) - KNOWN_EXPECTATIONS, expect
    refuse = expect.get("refuse")
    if refuse:
        if answer.taken:
            yield f"it is taken, not refused by {refuse}"
        if not re.search(rf"\(rule {re.escape(refuse)}\) {OF_A_RULE}|\[{re.escape(refuse)}\]", answer.text):
            yield f"{refuse} is not named: {answer.text}"
        return
    if not answer.taken or re.search(OF_A_RULE, answer.text):
        yield f"it is refused: {answer.text}"
        return
    for name in answer.unchanged:
        yield f"the update did not change {name}"
    said = re.findall(r"fairlead: (.*)", answer.text)
    if "warn" in expect and not any(re.search(expect["warn"], line) for line in said):
        yield f"no warning matches {expect['warn']}: {answer.text}"
    if "hold" in expect and (answer.job["JobState"] == "PENDING" and answer.job["Priority"] == "0") != expect["hold"]:
        yield f"the job is {answer.job['JobState']}, priority {answer.job['Priority']}"
    for field, value in expect.get("set", {}).items():
        wanted = expected(value)
        seen, wanted = (answer.qos, wanted) if field == "qos" else FIELDS[field](answer.job, wanted)
        if seen != wanted:
            yield f"{field} is {seen!r}, expected {wanted!r}"


def run_case(site, case):
    assert not set(case) - KNOWN_KEYS, case
    words = command_of(case)
    for name in words:
        if name.endswith(".sh"):
            (site.folder / "shared" / name).write_text(case.get("script", "#!/bin/sh\n"))
    answer = update(site, case, words) if words[0] == "scontrol" else submission(site, case, words)
    return list(differences(case, answer))


def main(cluster, folder, path):
    site, recipe = Site(cluster, folder), pathlib.Path(path).stem
    cases = yaml.safe_load(pathlib.Path(path).read_text())["cases"]
    failed = live = 0
    for case in cases:
        reason = NOT_LIVE.get((recipe, case["name"]))
        if reason:
            print(f"not live - {case['name']}: {reason}")
            continue
        live += 1
        found = run_case(site, case)
        failed += bool(found)
        print(f"{'not ok' if found else 'ok'} - {case['name']}")
        for difference in found:
            print(f"  {difference}")
    print(f"{live} of {len(cases)} cases live, {failed} failed")
    return 1 if failed or live == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

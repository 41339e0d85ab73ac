#!/usr/bin/env python3
"""Runs the commands that documents show and compares what they print.

usage: console.py FILE...

Each block of a document is fenced and says behind the fence what it is:

  console             lines "$ COMMAND", each followed by its output; run here with /bin/sh, in a folder that
                      is the document's own and shows the sources
  WORD                the commands of a test, which looks for blocks of this word
  KIND run-by FILE    the commands of that test, which runs them in other surroundings
  KIND not-run: WHY   commands that no test runs
  yaml, text, ...     no commands

Prints TAP.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

NO_COMMANDS = {"cmake", "conf", "ini", "json", "text", "yaml"}
FENCE = re.compile(r"( *)```(.*)")


def blocks(text):
    """Line, mark and lines of each block; one that is merely indented has no mark."""
    found, inside, before = [], False, ""
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.fullmatch(line)
        if fence:
            inside = not inside
            if inside:
                found.append((number, fence[2], []))
        elif inside:
            found[-1][2].append(line)
        elif line.startswith("    ") and not before.strip():
            found.append((number, "", [line]))
        before = line
    return found


def commands(lines):
    """Pairs of a command and the output shown below it."""
    pairs = []
    for line in lines:
        if line.startswith("$ "):
            pairs.append((line[2:], []))
        elif pairs:
            pairs[-1][1].append(line)
    return pairs


def words_of(line):
    """What a test that runs a command of the documents has of it."""
    command = re.split(" {2,}", line.strip().removeprefix("$ "))[0]
    named = re.match(r"fairlead((?: [a-z][a-z-]+)+)", command)
    return named[1].strip() if named else command


def complaint(mark, lines):
    """What is wrong with the mark of a block; nothing where all is well."""
    kind, _, rest = mark.partition(" ")
    if not kind:
        return "a block without a mark"
    if rest.startswith("run-by "):
        test = pathlib.Path(rest.removeprefix("run-by "))
        if not test.is_file():
            return f"there is no {test}"
        text = test.read_text(encoding="utf-8")
        return "; ".join(f"{test} does not run '{words_of(line)}'" for line in lines
                         if line.strip() and words_of(line) not in text)
    if rest:
        return None if re.fullmatch(r"not-run: \S.*", rest) else f"'{rest}' is no reason"
    if kind in NO_COMMANDS:
        return "commands in a block of a file" if commands(lines) else None
    looked_for = any(f"```{kind}$" in path.read_text(encoding="utf-8") for path in pathlib.Path("tests").rglob("*.bats"))
    return None if kind == "console" or looked_for else f"no test looks for '{kind}'"


def same(shown, printed):
    return "\n".join(shown).rstrip() == printed.rstrip()


def run(command, folder):
    done = subprocess.run(["/bin/sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


class Tap:
    def __init__(self):
        self.number = self.failed = 0

    def tell(self, good, name, more=""):
        self.number += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.number} {name}")
        if not good:
            print("".join(f"# {line}\n" for line in more.splitlines()), end="")


def check(path, folder, tap):
    for number, mark, lines in blocks(path.read_text(encoding="utf-8")):
        wrong = complaint(mark, lines)
        tap.tell(not wrong, f"{path}:{number}: {mark}", wrong or "")
        if mark != "console":
            continue
        for command, shown in commands(lines):
            printed = run(command, folder)
            tap.tell(same(shown, printed), f"{path}: {command}", printed)


def main():
    tap = Tap()
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            for entry in ("conf", "docs", "examples", "tests"):
                os.symlink(pathlib.Path(entry).resolve(), pathlib.Path(folder, entry))
            check(pathlib.Path(name), folder, tap)
    print(f"1..{tap.number}")
    sys.exit(1 if tap.failed or not tap.number else 0)


main()

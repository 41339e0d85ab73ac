#!/usr/bin/env python3
"""Runs the commands that a document shows and compares what they print.

usage: console.py FILE...

A fenced block marked `console` holds lines "$ COMMAND", each followed by its output. Commands run in
the current folder with /bin/sh. Prints TAP.
"""
import subprocess
import sys


def blocks(text, kind):
    """The contents of the fenced blocks of that kind."""
    inside, lines = False, []
    for line in text.splitlines():
        if not inside and line.strip() == "```" + kind:
            inside, lines = True, []
        elif inside and line.strip() == "```":
            inside = False
            yield lines
        elif inside:
            lines.append(line)


def commands(lines):
    """Pairs of a command and the output shown below it."""
    pairs = []
    for line in lines:
        if line.startswith("$ "):
            pairs.append((line[2:], []))
        elif pairs:
            pairs[-1][1].append(line)
    return pairs


def same(shown, printed):
    return "\n".join(shown).rstrip() == printed.rstrip()


def main():
    failed = number = 0
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for lines in blocks(text, "console"):
            for command, shown in commands(lines):
                number += 1
                run = subprocess.run(
                    ["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60
                )
                printed = run.stdout + run.stderr
                good = same(shown, printed)
                failed += not good
                print(f"{'ok' if good else 'not ok'} {number} {path}: {command}")
                if not good:
                    print("".join(f"# {line}\n" for line in printed.splitlines()), end="")
    print(f"1..{number}")
    sys.exit(1 if failed or not number else 0)


main()

#!/usr/bin/env python3
"""Looks for the commands of fairlead that documents name, and their options, in its help. Prints those
that it does not know.

usage: named.py FILE...
"""
import functools
import pathlib
import re
import subprocess
import sys

# In code of a paragraph, which may go on in the next line, or at the start of a line of a block.
NAMED = re.compile(r"`(fairlead [^`]+)`|^ *(?:[$#] )?(fairlead [^\n`]+)", re.M)
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


@functools.cache
def help_of(path):
    return subprocess.run(["fairlead", *path, "--help"], check=True, capture_output=True, text=True).stdout


def below(path):
    _, _, listed = help_of(path).partition("\nSubcommands:\n")
    return set(re.findall(r"^  ([a-z][a-z-]*) ", listed, re.M))


def options(words):
    """Those before what another command gets."""
    for word in words:
        if word in ("--", "|", "&&", "||", ";"):
            return
        yield from re.findall(r"^\[?(--[a-z-]+)", word)
        if word.endswith(";"):
            return


def unknown(words):
    """What fairlead does not know of a command's words."""
    path = ()
    while words and words[0] in below(path):
        path += (words.pop(0),)
    if words and below(path) and not words[0].startswith(("-", "<")):
        return words[0]
    known = set(OPTION.findall(help_of(path))) | set(OPTION.findall(help_of(())))
    return ", ".join(option for option in options(words) if option not in known)


def main():
    seen = failed = 0
    for name in sys.argv[1:]:
        for found in NAMED.finditer(pathlib.Path(name).read_text(encoding="utf-8")):
            command = " ".join((found[1] or found[2]).split())
            seen += 1
            if what := unknown(command.split()[1:]):
                failed += 1
                print(f"{name}: {command}: {what}")
    print(f"{seen} commands")
    sys.exit(1 if failed or not seen else 0)


main()

#!/usr/bin/env -S python3 -B
"""Makes the manual pages that pages.md lists.

usage: make.py FAIRLEAD VERSION OUTPUT

  FAIRLEAD  the program, whose help is asked
  OUTPUT    a folder; gets man1/fairlead.1 and so on. OUTPUT.d tells make of which files they are

pages.md has a page below each heading "# NAME(SECTION): what it is", in Markdown. A line that begins
with @ brings what is known elsewhere:

  @document FILE [HEADING]  a document, or its part below a heading
  @file FILE [LINES]        a file as it is, or its first lines
  @program SOURCE           the comment at the head of a program
  @usage SOURCE NAME        the line of its messages that says how it is called
  @own-options              the options of fairlead before a command
  @commands                 the help of each command of fairlead
  @help-footer COMMAND      what stands below a command's options
  @options SOURCE           the option table of the SPANK plugin
"""
import pathlib
import re
import subprocess
import sys

import roff

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATE = "2026-11-23"
read_files = {pathlib.Path(__file__), pathlib.Path(roff.__file__)}


def read(name):
    read_files.add(ROOT / name)
    return (ROOT / name).read_text(encoding="utf-8")


class Help:
    """The help of a command: what it is, how it is called, its parts, and what stands below them."""

    def __init__(self, program, command):
        text = subprocess.run([program, *command, "--help"], check=True, capture_output=True, text=True).stdout
        self.what, rest = text.split("\nUsage: ", 1)
        self.usage, rest = rest.split("\n", 1)
        self.what = self.what.strip()
        self.parts = dict(re.findall(r"^(\w+):\n((?:  .*\n)*)", rest, re.M))
        self.below = re.sub(r"^(?:Positionals|Options|Subcommands):\n(?:  .*\n)*", "", rest, flags=re.M).strip("\n")

    def entries(self, part):
        """Pairs of an entry of a part and what it is."""
        pairs = []
        for line in self.parts.get(part, "").splitlines():
            found = re.match(r"  (\S.*?)(?:  +(.*))?$", line)
            if found:
                pairs.append((found[1], found[2] or ""))
            else:
                pairs[-1] = (pairs[-1][0], (pairs[-1][1] + " " + line.strip()).strip())
        return pairs


def below(text):
    """What stands below options: prose, or a list or a program to be typed."""
    lines = text.splitlines()
    if any(line.startswith(("  ", "fairlead ")) for line in lines):
        return roff.verbatim(lines)
    return [".PP", roff.filled(lines)] if lines else []


def command_page(program, command=()):
    """Each command below this one, in the order of the help."""
    page = Help(program, command)
    inner = page.entries("Subcommands")
    done = []
    if command and not inner:
        usage = page.usage.replace("[OPTIONS] ", "").replace(" [OPTIONS]", "")
        done = [".SS " + roff.literal(usage), roff.filled([page.what])]
    for term, what in page.entries("Positionals") + page.entries("Options"):
        if not inner and not term.startswith("-h,"):
            done += roff.described(roff.code(term), [roff.filled([what])] if what else [])
    if command:
        done += below(page.below)
    for word, _ in inner:
        done += command_page(program, (*command, word))
    return done


def own_options(program):
    """The options before a command."""
    return [line for term, what in Help(program, ()).entries("Options")
            for line in roff.described(roff.code(term), [roff.filled([what])])]


def section_of(text, heading):
    """The lines of a document below a heading, up to the next of its rank."""
    lines, fenced, rank = [], False, 0
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        head = None if fenced else re.match(r"(#+) (.*)", line)
        if rank and head and len(head[1]) <= rank:
            break
        if rank:
            lines.append(line)
        elif head and head[2] == heading:
            rank = len(head[1])
    if not rank:
        sys.exit(f"make.py: no heading '{heading}'")
    return lines


def document(argument):
    name, _, heading = argument.partition(" ")
    text = read(name)
    lines = section_of(text, heading) if heading else text.splitlines()[1:]
    return roff.markdown(lines)


def file_text(argument):
    name, _, count = argument.partition(" ")
    return roff.verbatim(read(name).splitlines()[:int(count) if count else None])


def program_comment(name):
    comment = []
    for line in read(name).splitlines():
        if not line.startswith("///"):
            break
        comment.append(line[3:].removeprefix(" "))
    what = comment[0].split(": ", 1)[1]  # behind the program's name
    return roff.markdown([what[0].upper() + what[1:], *comment[1:]])


def strings(text):
    """The literals of C++ in the text, each with those that follow it at once."""
    runs = re.findall(r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*', text)
    return ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', run)) for run in runs]


def usage(argument):
    """How a program is called, by its own message."""
    source, name = argument.split(" ")
    text, = (run for run in strings(read(source)) if "usage: " in run)
    called = text.split("usage: ", 1)[1].split(", run by")[0].split("\\n")[0]
    return [".PP", roff.code(name) + " " + roff.literal(called.removeprefix(name + " "))]


def plugin_options(source):
    table = read(source).split("entries[] = {", 1)[1].split("};", 1)[0]
    done = []
    for entry in re.findall(r"\{(\".*?),\s*(needs_argument|takes_argument)\}", table, re.S):
        name, value, what = strings(entry[0])
        value = f"={value}" if entry[1] == "needs_argument" else f"[={value}]"
        done += roff.described(roff.code(f"--{name}{value}"), [roff.filled([what.removeprefix("[fairlead] ")])])
    return done


def bring(line, program):
    """What a line that begins with @ stands for."""
    word, _, argument = line[1:].partition(" ")
    made = {
        "document": document, "file": file_text, "program": program_comment, "usage": usage,
        "options": plugin_options, "commands": lambda _: command_page(program),
        "own-options": lambda _: own_options(program),
        "help-footer": lambda command: below(Help(program, command.split()).below),
    }
    return made[word](argument)


def page_body(lines, program):
    done, prose = [], []
    for line in [*lines, "@end"]:
        if not line.startswith(("@", "## ")):
            prose.append(line)
            continue
        done += roff.markdown(prose)
        prose = []
        if line.startswith("## "):
            done.append(".SH " + line[3:].upper())
        elif line != "@end":
            done += bring(line, program)
    return done


def write_page(output, head, lines, made_of):
    program, version = made_of
    name, section, what = re.fullmatch(r"(\S+)\((\d)\): (.*)", head).groups()
    # From groff 1.23 on each paragraph goes back to the adjustment that AD names.
    top = [f'.TH "{name}" {section} {DATE} "Fairlead {version}"', ".nh", ".ad l", ".ds AD l",
           ".SH NAME", f"{roff.literal(name)} \\- {what}"]
    path = output / f"man{section}" / f"{name}.{section}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*top, *page_body(lines, program)]) + "\n", encoding="utf-8")


def main():
    program, version, folder = sys.argv[1:]
    output = pathlib.Path(folder)
    _, *pages = re.split(r"^# ", read("packaging/man/pages.md"), flags=re.M)
    for page in pages:
        head, *lines = page.rstrip().splitlines()
        write_page(output, head, lines, (program, version))
    made = f"{output}/man1/fairlead.1: " + " ".join(sorted(map(str, read_files)))
    pathlib.Path(f"{output}.d").write_text(made + "\n", encoding="utf-8")


main()

"""Text and the Markdown of docs/ in the letters of roff, with the macros of man(7)."""
import re

INLINE = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<bold>.+?)\*\*|(?<!\w)\*(?P<italic>\w[^*]*)\*"
                    r"|\[(?P<link>[^]]+)\]\([^)]+\)")
BULLET = re.compile(r"(- |\d+\. )")
LETTERS = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def literal(text):
    """As it is typed, in every font and at the start of a line."""
    escaped = "".join(LETTERS.get(letter, letter) for letter in text)
    return "\\&" + escaped if escaped.startswith(".") else escaped


def breakable(text):
    """With places where a long word may go on in the next line."""
    return re.sub(r"(?<=\S)([,/|])(?=\S)", r"\1\\:", text)


def code(text):
    return "\\fB" + breakable(literal(text)) + "\\fR"


def words(text):
    """Prose, with what Markdown marks in it."""
    done, at = "", 0
    for mark in INLINE.finditer(text):
        done += plain(text[at:mark.start()])
        at = mark.end()
        if mark["code"]:
            done += code(mark["code"])
        elif mark["bold"]:
            done += "\\fB" + words(mark["bold"]) + "\\fR"
        elif mark["italic"]:
            done += "\\fI" + words(mark["italic"]) + "\\fR"
        else:
            done += words(mark["link"])
    return done + plain(text[at:])


def plain(text):
    return breakable(text.replace("\\", "\\e"))


def filled(lines):
    """Lines of prose; one that begins with a dot or an apostrophe is none of roff's requests."""
    text = words(" ".join(line.strip() for line in lines))
    return "\\&" + text if text.startswith((".", "'")) else text


def verbatim(lines):
    return [".PP", ".RS 4", ".nf", *(literal(line) for line in lines), ".fi", ".RE"]


def described(term, lines):
    """A term and what it is; `term` is in the letters of roff."""
    return [".TP", term, *(lines or ["\\&"])]


def row(cells, heads):
    """The first cell is the term; of several others each has its column's head in front."""
    rest = [(head, cell) for head, cell in zip(heads[1:], cells[1:]) if cell]
    if len(heads) > 2:
        rest = [(head, f"{head}: {cell}" if head else cell) for head, cell in rest]
    return described(words(cells[0]), [filled(["; ".join(cell for _, cell in rest)])])


def cells_of(line):
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def table(lines):
    heads, _, *rows = map(cells_of, lines)
    return [".PP", *(line for cells in rows for line in row(cells, heads))]


def item(lines):
    """An item of a list, whose further lines may hold blocks of their own."""
    mark = BULLET.match(lines[0]).group()
    width = len(mark)
    inner = [lines[0][width:], *(line[width:] if line[:width].isspace() else line for line in lines[1:])]
    first, *rest = markdown(inner)[1:]  # without the .PP of the first paragraph
    sign = "\\(bu" if mark == "- " else mark.strip()
    return [f".IP {sign} {width}", first, *([f".RS {width}", *rest, ".RE"] if rest else [])]


def taken(lines, goes_on):
    """How many lines belong together."""
    count = 1
    while count < len(lines) and goes_on(lines[count]):
        count += 1
    return count


def trimmed(lines):
    return "\n".join(lines).strip("\n").split("\n")


def block(lines):
    """The first block of the lines in the letters of roff, and how many lines it was."""
    line = lines[0]
    if not line.strip():
        return [], 1
    if line.startswith("```"):
        count = taken(lines, lambda other: not other.startswith("```"))
        return verbatim(lines[1:count]), count + 1
    if line.startswith("#"):
        return [".SS " + plain(line.lstrip("#").strip().replace("`", ""))], 1
    if line.startswith("    "):
        count = taken(lines, lambda other: other.startswith("    ") or not other)
        return verbatim(other[4:] for other in trimmed(lines[:count])), count
    if line.startswith("|"):
        count = taken(lines, lambda other: other.startswith("|"))
        return table(lines[:count]), count
    if BULLET.match(line):
        count = taken(lines, lambda other: not other or other.startswith(" "))
        return item(trimmed(lines[:count])), count
    if line.startswith("!["):
        return [], 1
    count = taken(lines, lambda other: other.strip() and not other.startswith(("```", "|", "- ", "#", "  ")))
    return [".PP", filled(lines[:count])], count


def markdown(lines):
    done = []
    while lines:
        made, count = block(lines)
        done, lines = done + made, lines[count:]
    return done

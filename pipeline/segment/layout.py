"""Lines of a text put together to units: the stretches that a value never crosses.

A unit is a paragraph whose lines were only wrapped, one list item, one heading, or one table cell. Whether a
line end is a wrap or a border follows from list markers, from how the two lines meet (a lower-case letter, a
preposition, a full stop), and from the width at which the document wraps its lines.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from pipeline.segment import columns
from pipeline.segment.words import is_abbreviation, is_genitive, is_label, label_text, may_be_genitive, words

Kind = Literal["line", "item", "cell"]

MARKER = re.compile(
    r"""(?:(?P<bullet>[•·●○◦▪▫■□◆►▶➢➤✓✔‣⁃∙*+»>]|o(?=\ {2}))
      | (?P<dash>[-–—‒−])
      | (?P<number>\(?\d{1,3}[a-z]?(?:\.\d{1,2}){0,3}[.)])
      | (?P<letter>\(?[a-zA-Z][.)])
      | (?P<roman>[IVXLC]{1,6}[.)])
      | (?P<section>§\s?\d{1,4}[a-z]?(?:\.(?:\s\d{1,3}\.)?|\s*$))
      | (?P<article>Art\.?\s?\d{1,4}[a-z]?(?:[.:)](?:\s\d{1,3}\.)?|\s*$)|Ad\.?\s?\d{1,3}[.:)]?)
      | (?P<heading>\#{1,6})
    )(?=\s|$)""",
    re.VERBOSE,
)
"""What opens a list item, by kind."""
LETTERS_OF_MARKERS = "AoIVXLC"
"""The letters that markers of more than a letter and a sign begin with."""

LABEL = re.compile(r"\S[^:\n]{0,90}?:[*_]{0,3}(?=\s|$)")
LONGEST_LABEL = 92
"""Characters that ``LABEL`` can have with its colon, and no marks of emphasis."""
THOUSANDS = re.compile(r"\d{3}(?=\s|,\d|$)")
FIRST_LETTERS = re.compile(r"[\w-]{1,40}")
BREAK_CHARACTERS = "\f\x1c\x1d\x1e"
CLOSERS = "”\"»)]’'“"
MIN_WRAP = 25
"""No prose is wrapped at fewer characters; shorter lines tell nothing about a width."""
MAX_INDENT = 12
"""What stands further to the right is centred, and its place tells nothing about a width."""
OVERHANG = 1.4
"""How much longer than the wrap width a line can be that got back the rest of a divided word."""
SLACK = 0.95
"""Lines of proportional type that were filled to the margin differ by some characters."""


class Line(NamedTuple):
    """A line that is not blank: where its first character stands, its text without outer space, its indentation."""

    start: int
    text: str
    indent: int
    marker: re.Match[str] | None

    @property
    def body(self) -> int:
        """Where the list marker ends, in the line."""
        return self.marker.end() if self.marker else 0

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def width(self) -> int:
        return len(self.text) + (self.indent if self.indent <= MAX_INDENT else 0)


class _Fit(NamedTuple):
    """Whether the first word of the next line would not have fitted in a line, leniently and strictly."""

    full: bool
    over: bool


NO_FIT = _Fit(full=False, over=False)


@dataclass(slots=True)
class Unit:
    """A stretch that no value crosses, with what its layout says."""

    start: int
    end: int
    kind: Kind
    block: int
    """Number of the block of lines, between blank lines, that it begins in."""
    indent: int = 0
    marker: str | None = None
    """What the list marker looks like: the same for all items of a list."""
    rank: int = 0
    """How high in a hierarchy such markers usually stand; 0 is the highest."""
    marker_end: int = 0
    """Where the list marker ends."""
    row: int = -1
    column: int = 0


def units_of(text: str) -> list[Unit]:
    """Return the units of ``text`` in order: together they hold all its characters but white space."""
    blocks = list(_blocks(text))
    wraps = [_sure_wraps(block) for block in blocks]
    usual = _usual_width(blocks, wraps)
    found: list[Unit] = []
    for number, (block, own) in enumerate(zip(blocks, wraps, strict=True)):
        width = _quartile(own) if len(own) > 1 else usual or (own[0] if own else 0)
        _add_units(found, block, number, width)
    return found


def _blocks(text: str) -> Iterator[list[Line]]:
    """Yield the runs of lines that no blank line or page end divides."""
    block: list[Line] = []
    at = 0
    for raw in text.splitlines(keepends=True):
        stripped = raw.strip()
        if stripped:
            indent = len(raw) - len(raw.lstrip())
            block.append(Line(at + indent, stripped, indent, _marker(stripped)))
        if block and (not stripped or raw[-1] in BREAK_CHARACTERS):
            yield block
            block = []
        at += len(raw)
    if block:
        yield block


def _marker(line: str) -> re.Match[str] | None:
    """Return the list marker that opens the line; a day's ordinal (``14. grudnia``) is none."""
    if line[0].isalpha() and line[0] not in LETTERS_OF_MARKERS and line[1:2] not in (".", ")"):
        return None  # nearly all lines
    found = MARKER.match(line)
    if found and found.lastgroup == "number" and line[found.end() - 1] == ".":
        following = line[found.end() : found.end() + 24].split(maxsplit=1)
        if following and following[0].strip(",.;:").lower() in words("ordinal_goes_on"):
            return None
    return found


def _ends(line: str) -> bool:
    """Tell whether the line closes with punctuation that ends a sentence, a clause or an item."""
    text = line.rstrip(CLOSERS)
    if not text:
        return False
    if text[-1] != ".":
        return text[-1] in "!?…;:"
    last = text[:-1][-24:].rsplit(None, 1)[-1:] or [""]
    return not is_abbreviation(last[0].lstrip('([„"'))


def _first_word(line: str) -> int:
    space = line.find(" ", 0, 40)
    return space if space > 0 else min(len(line), 40)


def _quartile(widths: Sequence[int]) -> int:
    """Return the lower quartile: a line that got back the rest of a divided word is longer than the wrap width."""
    return sorted(widths)[len(widths) // 4]


def _usual_width(blocks: Sequence[Sequence[Line]], wraps: Sequence[Sequence[int]]) -> int:
    """Return the width at which the whole document was wrapped; 0 where it was not, or nothing tells."""
    pooled = sorted(width for found in wraps for width in found)
    if not pooled:
        return 0
    middle = pooled[len(pooled) // 2]
    n_lines = sum(map(len, blocks))
    n_within = sum(line.width <= middle * OVERHANG for block in blocks for line in block)
    return max(_quartile(pooled), int(middle * 0.8)) if n_within >= n_lines * 0.85 else 0


def _sure_wraps(block: Sequence[Line]) -> list[int]:
    """Return the widths of the lines that certainly were wrapped: the next one goes on in lower case."""
    return [
        before.width
        for before, line in pairwise(block)
        if line.text[0].islower()
        and before.width >= MIN_WRAP
        and line.marker is None
        and not _ends(before.text)
        and _first_letters(line.text) not in words("line_opens")
        and not (_has_label(line.text) and line.text[-1] != ":")
    ]


def _add_units(found: list[Unit], block: Sequence[Line], number: int, width: int) -> None:
    all_lower = len(block) > 2 and all(line.text[0].islower() for line in block)
    opening: Line | None = None
    fit = NO_FIT
    moved = 0  # what the line before may have lost to the one before it, when a divided word was joined
    for place, line in enumerate(block):
        if width and place:
            before = block[place - 1].width
            reach = before + moved + 1 + _first_word(line.text)
            fit = _Fit(reach >= width * SLACK, reach > width + 1)
            moved = max(0, before - width)
        borders = columns.borders(block, place)
        if borders or (line.text[0] in columns.RULE_SIGNS and columns.is_rule(line.text)):
            found.extend(_cells(line, borders, number, place))
            opening = None
        elif opening is not None and _goes_on(opening, block[place - 1], line, fit, all_lower):
            found[-1].end = line.end
        else:
            found.append(_unit(line, line.start, line.end, number))
            opening = line


def _unit(line: Line, start: int, end: int, block: int) -> Unit:
    marker = line.marker
    if marker is None or marker.lastgroup == "heading":
        return Unit(
            start, end, "line", block, line.indent, marker_end=start + (marker.end() if marker else 0)
        )
    shape = marker.group() if marker.lastgroup == "bullet" else f"{marker.lastgroup}{marker.group()[-1]}"
    return Unit(start, end, "item", block, line.indent, shape, _rank(marker), start + marker.end())


def _rank(marker: re.Match[str]) -> int:
    kind, sign = str(marker.lastgroup), marker.group()
    if kind in ("section", "article"):
        return 0
    if kind == "roman" or (kind == "letter" and sign.strip("(.)").isupper()):
        return 1
    if kind == "number":
        return 2 if sign[-1] == "." else 3
    return 4 if kind == "letter" else 5


def _goes_on(opening: Line, before: Line, line: Line, fit: _Fit, all_lower: bool) -> bool:
    """Tell whether ``line`` goes on with the unit that ``opening`` began and ``before`` is the last line of."""
    head = line.text[0]
    full = fit.full
    ends = _ends(before.text)
    if line.marker is not None:
        same = opening.marker is not None and opening.marker.lastgroup == line.marker.lastgroup
        weak = line.marker.lastgroup in ("dash", "number", "letter", "roman")
        return weak and not same and full and not ends and before.text[-1] not in ",:"
    last = before.text[-24:].rsplit(None, 1)[-1]
    if last.lstrip("(„") in words("line_goes_on") or before.text[-1] in "-–—/(„":
        return True
    if head.isdecimal() and last in words("number_follows"):
        return True
    if (
        fit is not NO_FIT
        and before.text[-1].isdecimal()
        and THOUSANDS.match(line.text)
        and before.width >= MIN_WRAP
    ):
        return True
    if _opens_bracket(before.text) and ")" in line.text[:80] and not ends:
        return True
    labelled = _has_label(line.text) and not (full and head.islower())
    if labelled and (ends or not head.islower() or _opens_line(opening.text)):
        return False
    if not full and _first_letters(line.text) in words("line_opens"):
        return False
    if line.indent > opening.indent and (opening.marker is not None or _is_under_value(opening, line)):
        return True
    if head.islower():
        return full or not (ends or all_lower)
    if ends:
        return fit.over and line.indent <= before.indent + 1
    return full or _goes_on_in_genitive(before.text, line.text)


def _goes_on_in_genitive(before: str, line: str) -> bool:
    if not before[-1].isalpha() or not is_genitive(_first_letters(line)):
        return False
    return not may_be_genitive(_first_letters(before))  # else the two lines are of one kind, as in a list


def _has_label(line: str) -> bool:
    if ":" not in line[:LONGEST_LABEL]:  # faster than to let the pattern fail
        return False
    found = LABEL.match(line)
    return found is not None and is_label(label_text(found.group()))


def _is_under_value(opening: Line, line: Line) -> bool:
    label = LABEL.match(opening.text)
    return (
        label is not None and label.end() < len(opening.text) and line.indent > opening.indent + label.end()
    )


def _opens_line(line: str) -> bool:
    return _has_label(line) or _first_letters(line) in words("line_opens")


def _opens_bracket(line: str) -> bool:
    tail = line[-200:]
    return tail.rfind("(") > tail.rfind(")")


def _first_letters(line: str) -> str:
    found = FIRST_LETTERS.match(line)
    return found.group().lower() if found else ""


def _cells(line: Line, borders: Sequence[tuple[int, int]], block: int, row: int) -> Iterator[Unit]:
    start = 0
    for column, (border, following) in enumerate([*borders, (len(line.text), len(line.text))]):
        end = following if line.text[border:following].strip() else border
        cell = line.text[start:end]
        if cell.strip():
            first = line.start + start + len(cell) - len(cell.lstrip())
            yield Unit(
                first,
                first + len(cell.strip()),
                "cell",
                block,
                line.indent,
                row=row,
                column=column,
                marker_end=first,
            )
        start = following

"""Table cells in a line of plain text: what tabs, pipes, bullets and wide gaps divide."""

import re
from collections.abc import Sequence
from typing import Protocol

COLUMN_GAP = re.compile(r"\t *|  +|(?: [|•](?= |$))+ ?")
RULE = re.compile(r"[-=|:+_ ]*[-=|+_][-=|:+_ ]*")
"""A line of signs alone, as between the head and the body of a table."""
RULE_SIGNS = "-=|:+_"
"""What such a line begins with."""
NARROW = 3
WIDE = 2 * NARROW
"""Justified type stretches the spaces between words, at most to this many."""

Border = tuple[int, int]


class Row(Protocol):
    """What has to be known of a line: its text without outer space, its indentation, where its list marker ends."""

    @property
    def text(self) -> str: ...
    @property
    def indent(self) -> int: ...
    @property
    def body(self) -> int: ...


def borders(block: Sequence[Row], place: int) -> list[Border]:
    """Return the gaps between cells in a line of a block, as spans of its text; none where it is no table row."""
    line = block[place]
    text = line.text
    if "\t" not in text and "  " not in text and "|" not in text and " • " not in text:
        return []
    gaps = [gap for gap in COLUMN_GAP.finditer(text) if gap.start() > 0 and gap.end() < len(text)]
    tabs = [gap.span() for gap in gaps if "\t" in gap.group()]
    if tabs:
        only = len(tabs) == 1 and (tabs[0][0] == line.body or text[tabs[0][0] - 1] == ":")
        return [] if only and not _in_table(block, place) else tabs
    signs = [gap.span() for gap in gaps if not gap.group().isspace()]
    if len(signs) > 1 or (signs and (text[0] != "|" or text[-1] == "|")):
        return signs
    spaces = [gap.span() for gap in gaps if gap.group().isspace() and gap.start() != line.body]
    least = WIDE if _is_justified(text, spaces) else NARROW
    return [gap for gap in spaces if _divides(block, place, gap, least)]


def is_rule(line: str) -> bool:
    """Tell whether the line is drawn of signs, not written."""
    return RULE.fullmatch(line) is not None


def _divides(block: Sequence[Row], place: int, gap: Border, least: int) -> bool:
    text = block[place].text
    start, end = gap
    before, after, size = text[start - 1], text[end], end - start
    if after in ":;,.)" or (before == ":" and not (size > WIDE and text[-1] == ":")):
        return False
    if size > least:
        return True
    if least > NARROW or after.islower() or before == ".":
        return False
    return size == NARROW or _aligned(block, place, gap)


def _is_justified(text: str, gaps: Sequence[Border]) -> bool:
    narrow = [end for start, end in gaps if end - start <= NARROW + 1]
    return len(narrow) > 2 and any(text[end].islower() for end in narrow)


def _in_table(block: Sequence[Row], place: int) -> bool:
    return any(line.text.count("\t") > 1 for line in _beside(block, place))


def _aligned(block: Sequence[Row], place: int, gap: Border) -> bool:
    """Tell whether a neighbouring line has a gap of two or more spaces in the same place."""
    start, end = gap
    for other in _beside(block, place):
        shift = block[place].indent - other.indent
        if "  " in other.text[max(0, start + shift - 1) : max(0, end + shift + 1)]:
            return True
    return False


def _beside(block: Sequence[Row], place: int) -> Sequence[Row]:
    return (*block[max(0, place - 1) : place], *block[place + 1 : place + 2])

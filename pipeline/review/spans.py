"""A document's text cut at the borders of everything that was found in it, so that each stretch can be coloured."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pipeline.document import Span

WINDOW = 60_000
"""Characters of a document shown on either side of a place; a longer one is not shown whole."""

NEIGHBOURS = 100
"""Characters shown on either side of a short sentence."""


class Mark(NamedTuple):
    """Something found in a document."""

    start: int
    end: int
    kinds: str
    """Name of its table; ``missed`` besides where a reviewer found it."""
    title: str
    """What it says."""
    row: int
    """Number of its row; of a missed one, of its decision, negative."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text under the same marks."""

    text: str
    kinds: str
    """Names of the tables that found it, and ``missed``, separated by spaces; empty for plain text."""
    title: str
    """What was read there."""
    rows: tuple[int, ...]
    """Numbers of the rows."""


def window(text: str, place: int) -> Span:
    """Return the stretch of a text to show around a place: all of it, unless it is very long."""
    return Span(max(0, place - WINDOW), min(len(text), place + WINDOW))


def locate(sentence: str, text: str) -> list[int]:
    """Return every offset at which ``text`` stands in ``sentence``."""
    found = []
    at = sentence.find(text)
    while at >= 0:
        found.append(at)
        at = sentence.find(text, at + 1)
    return found


def neighbours(text: str, start: int, end: int) -> tuple[str, str]:
    """Return some words before and after a stretch, on one line, with ``…`` where the text goes on."""
    before, after = text[max(0, start - NEIGHBOURS) : start], text[end : end + NEIGHBOURS]
    if start > NEIGHBOURS:
        before = "…" + before.partition(" ")[2]
    if end + NEIGHBOURS < len(text):
        after = after.rpartition(" ")[0] + "…"
    return " ".join(before.split()), " ".join(after.split())


def pieces(text: str, marks: Iterable[Mark], shown: Span) -> list[Piece]:
    """Return the shown stretch of a text in pieces; marks of several tables may overlap."""
    inside = sorted(
        (
            mark._replace(start=max(mark.start, shown.start), end=min(mark.end, shown.end))
            for mark in marks
            if mark.start < shown.end and mark.end > shown.start
        ),
        key=lambda mark: (mark.start, -mark.end),
    )
    borders = sorted({*shown, *(mark.start for mark in inside), *(mark.end for mark in inside)})
    found: list[Piece] = []
    held: list[Mark] = []
    upcoming = 0
    for start, end in pairwise(borders):
        held = [mark for mark in held if mark.end > start]
        while upcoming < len(inside) and inside[upcoming].start <= start:
            held.append(inside[upcoming])
            upcoming += 1
        found.append(
            Piece(
                text[start:end],
                " ".join(dict.fromkeys(kind for mark in held for kind in mark.kinds.split())),
                "; ".join(mark.title for mark in held),
                tuple(mark.row for mark in held),
            )
        )
    return found

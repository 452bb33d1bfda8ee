"""Sentences of a unit: where a full stop, a question or exclamation mark or an ellipsis ends one."""

import re
from collections.abc import Iterator
from itertools import islice

from pipeline.segment.full_stops import CAPITAL, LOOKBACK, Stop, ends_sentence, has_verb
from pipeline.segment.layout import Unit
from pipeline.segment.words import is_abbreviation, is_known, is_plain

STOP = re.compile(
    r"([.!?…](?<![.!?…].)[.!?…]*+)([”\"»)\]’'“]*+)(?=\s+(?:([–—−-])\s+)?(?:([„\"“«(\[‚'‘]*+)(\w+|§))?)"
)
"""A mark, not from its middle on, the brackets and quotation marks that it closes, and what follows: a dash, what is opened, a word."""
PLAIN = frozenset(".?!")
PAIRED = re.compile(
    r"\([^()]{0,600}\)|\"[^\"]{0,100}\"|„[^„”“\"]{0,100}[”“\"]|“[^”“]{0,100}”|«[^»]{0,100}»|»[^«]{0,100}«"
)
"""What may hold full stops that end nothing."""
OMISSION = re.compile(r"[(\[](?:\.\.\.?|…)[)\]]")
"""What stands for words left out of a quotation."""
NOTE = re.compile(rf"(?:\([^()]{{1,80}}[^().!?…]\)|{OMISSION.pattern})(?=\s+[„\"]?{CAPITAL})")
"""A remark between two sentences: an agency, an author, a reference, an omission."""
LONGEST = 24
"""Characters of a word in front of a full stop that are looked at."""
ELLIPSIS = 4
"""More dots than these are the leader of a table of contents or a blank to fill in; twice as many behind a word."""
QUOTATION = 100
"""The longest title or saying that is read as a part of the sentence around it, full stops and all."""
SMALL_SAMPLE = 100
"""As many full stops of a paragraph are looked at to tell this."""
QUOTES = (("„", '”“"'), ("“", "”"), ('"', '"'), ("«", "»"), ("»", "«"))
SMALL_SENTENCES = 3
"""As many sentences that begin in small letters, and more than others, show that a text begins its sentences so."""


def sentences_of(text: str, unit: Unit) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each sentence of a unit."""
    start = unit.start
    opened = closed = -1
    small: bool | None = None
    for stop in STOP.finditer(text, unit.marker_end, unit.end):
        begin, end = stop.span()
        if begin < start:
            continue
        while closed <= begin or opened < start:
            found = PAIRED.search(text, closed if opened >= start else start, unit.end)
            opened, closed = found.span() if found else (unit.end, unit.end + 1)
        mark, closing, following = stop.group(1, 2, 5)
        if following and following[0].isupper() and begin <= opened and mark in PLAIN and not closing:
            ends = (
                mark != "."
                or is_plain(text[max(start, begin - LONGEST) : begin].rpartition(" ")[2])
                or _ends(text, start, stop, unit)
            )
        elif _opens_small(text, stop):
            ends = len(mark) < 3 and not closing and _is_word(text, start, begin)
            if ends and small is None:
                small = _begins_small(text, unit)
            ends = ends and small is True and not _inside_brackets(text, start, stop)
        else:
            ends = _ends(text, start, stop, unit)
        if not ends:
            continue
        yield start, end
        start = end + 1
        if text[start].isspace():
            start = _skip_space(text, start, unit.end)
        if text[start] in "([" and (note := NOTE.match(text, start, unit.end)):
            yield start, note.end()
            start = _skip_space(text, note.end(), unit.end)
    yield start, unit.end


def _skip_space(text: str, at: int, end: int) -> int:
    while at < end and text[at].isspace():
        at += 1
    return at


def _is_word(text: str, start: int, begin: int) -> bool:
    """Tell whether a whole word, and no abbreviation, initial or number, stands in front of the stop."""
    return is_plain(text[max(start, begin - LONGEST) : begin].rpartition(" ")[2])


def _opens_small(text: str, stop: re.Match[str]) -> bool:
    """Tell whether the next word is written small, and neither opens a bracket nor is the letter of a point: ``b) …``."""
    opening, following = stop.group(4, 5)
    if opening or not following or not (following[0].islower() and following.islower()):
        return False
    return len(following) > 1 or text[stop.end(5) : stop.end(5) + 2] != ") "


def _ends(text: str, start: int, stop: re.Match[str], unit: Unit) -> bool:
    mark, closing, _, opening, following = stop.groups("")
    begin, end = stop.span()
    at = _skip_space(text, end, unit.end)
    note = NOTE.match(text, at, unit.end) if text[at : at + 1] in ("(", "[") else None
    if not following and not note:
        return mark != "." and text[at : at + 1] not in ":;" and not OMISSION.match(text, at, unit.end)
    if opening and following.islower() and following[0].islower() and not note:
        return False
    if _is_blank(text, stop):
        return False
    if closing and OMISSION.fullmatch(text, begin - 1, end):
        return start < begin - 1 and text[begin - 2].isspace()
    if _inside_brackets(text, start, stop) or (not closing and _inside_quotation(text, start, stop)):
        return False
    if mark != ".":
        return True
    word = _word_before(text, max(start, unit.marker_end), begin)
    if (note or opening[:1] == "(") and is_abbreviation(word):
        return False
    before = text[max(start, begin - LOOKBACK) : begin]
    at = stop.start(5) if following else at
    return ends_sentence(Stop(before, word, following or text[at], text[at : min(unit.end, at + 40)]))


def _is_blank(text: str, stop: re.Match[str]) -> bool:
    """Tell whether the dots are the leader of a table of contents or a blank to fill in."""
    behind_word = text[stop.start() - 1].isalpha() and not (stop[5] or "0")[0].isdigit()
    return len(stop[1]) > (2 * ELLIPSIS if behind_word else ELLIPSIS)


def _word_before(text: str, start: int, end: int) -> str:
    tail = text[max(start, end - LONGEST) : end].rsplit(None, 1)
    return tail[-1].lstrip("([{„“\"«‚'/–-") if tail else ""


def _inside_brackets(text: str, start: int, stop: re.Match[str]) -> bool:
    """Tell whether the stop stands in brackets that a longer sentence goes on after."""
    begin = max(start, stop.start() - LOOKBACK)
    opened = text.rfind("(", begin, stop.start())
    if opened < 0 or opened < text.rfind(")", begin, stop.start()):
        return False
    if ")" in stop[2]:
        return opened != start and stop.start() - opened > 1
    return text.find(")", stop.end(), stop.end() + LOOKBACK) >= 0


def _inside_quotation(text: str, start: int, stop: re.Match[str]) -> bool:
    """Tell whether the stop stands in a short quotation that the sentence around it goes on after, or in a title."""
    begin = max(start, stop.start() - QUOTATION)
    for opening, closings in QUOTES:
        opened = text.rfind(opening, begin, stop.start())
        if opened < 0 or not text[opened + 1].isalnum() or (opened > start and text[opened - 1].isalnum()):
            continue
        if any(text.find(mark, opened + 1, stop.start()) >= 0 for mark in closings):
            continue
        ends = [end for mark in closings if (end := text.find(mark, stop.end() + 1, opened + QUOTATION)) >= 0]
        if not ends or text[min(ends) - 1].isspace():
            continue
        end = min(ends) + 1
        after = text[end : end + 2].lstrip()[:1]
        if after.islower() or after in (",", ";"):
            return True
        introduced = text[start:opened].rstrip()[-1:]
        return introduced not in ("", ":", ".", "?", "!") and not has_verb(text[opened:end])
    return False


def _begins_small(text: str, unit: Unit) -> bool:
    """Tell whether the unit is written without capitals at the beginning of its sentences."""
    small = capital = 0
    for stop in islice(STOP.finditer(text, unit.marker_end, unit.end), SMALL_SAMPLE):
        _, closing, dash, _, following = stop.groups()
        if following is None or not following[0].islower():
            capital += 1
        elif not (dash or closing) and _is_word(text, unit.start, stop.start()):
            small += is_known(_word_before(text, unit.start, stop.start()))
    return small >= SMALL_SENTENCES and small > capital

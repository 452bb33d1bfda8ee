"""A text as extractors expect it, every character still traced to its source.

Spaces are plain, line ends are ``\\n``, words are whole: encoding accidents are repaired, ligatures and
hyphenation undone, and tokens that hide a value (``2012r.``, ``100zł``) taken apart. Runs of spaces, tabs
and lines stay, since tables and lists are told by them; a page end becomes a blank line. Normalising twice
changes nothing.
"""

import html
import re
import unicodedata
from collections.abc import Iterator

from pipeline.document import AlignedText, Edit
from pipeline.normalise import glued, hyphenation, mojibake
from pipeline.normalise.kinds import (
    COMBINING,
    LIGATURES,
    LINE_BREAK,
    MISREAD,
    REPLACED,
    SAME_SIZE,
    WIDTHLESS,
    WITHOUT_WIDTH,
    all_of,
    kinds_of,
)

ROUNDS = 8
"""What one step uncovers an earlier one may change; few texts need more than one round and one that finds nothing."""

ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}[0-9]{0,2});")
LINE_END = re.compile("\f[\n\f]*|\r\n?|[\v\x1c-\x1e\u2028\u2029]")
CUT_BY_SOFT_HYPHEN = re.compile("\xad(?<=[^\\W_].)(?=[ \t]*\n[ \t]*[^\\W_])")
TO_TRANSLATE = re.compile(f"[{''.join(map(chr, REPLACED))}]")
LIGATURE = re.compile("[ﬀ-ﬆ]")
INVISIBLE = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in WITHOUT_WIDTH)}]+")
BEYOND_LATIN_1 = re.compile("[^\x00-\xff]+")


def normalise(content: AlignedText) -> AlignedText:
    """Return ``content`` normalised (NFC); a character that stayed maps to the source that it mapped to before.

    An inserted space maps to an empty span. A line end that cut a word moves behind it.
    """
    for _ in range(ROUNDS):
        before = content.text
        content = _round(content)
        if content.text == before:
            break
    return content


def _round(content: AlignedText) -> AlignedText:
    if "&" in content.text:
        content = content.edited(_entities(content.text))
    text, kinds = content.text, kinds_of(content.text)
    found = all_of(kinds)
    if found & LINE_BREAK:
        content = content.edited(_line_ends(content.text))
    if found & MISREAD:
        content = content.edited(mojibake.repairs(content.text))
        found = all_of(kinds_of(content.text))
    if "\xad" in content.text:
        content = content.edited(
            Edit(*match.span(), "-") for match in CUT_BY_SOFT_HYPHEN.finditer(content.text)
        )
    if found & SAME_SIZE:
        content = _translated(content)
        found |= WIDTHLESS  # what stands for a byte that has no character
    if found & COMBINING:
        content = content.edited(
            Edit(*match.span(), LIGATURES[match.group()]) for match in LIGATURE.finditer(content.text)
        )
    if found & WIDTHLESS:
        content = content.edited(Edit(*match.span(), "") for match in INVISIBLE.finditer(content.text))
    if found & COMBINING and not unicodedata.is_normalized("NFC", content.text):
        content = content.edited(_compositions(content.text))
    content = content.edited(hyphenation.joins(content.text))
    if content.text != text:
        kinds = kinds_of(content.text)
    return content.edited(glued.separations(content.text, kinds))


def _translated(content: AlignedText) -> AlignedText:
    """Replace characters one for one, which leaves the alignment as it is."""
    if TO_TRANSLATE.search(content.text) is None:
        return content
    text = content.text
    for character in set(TO_TRANSLATE.findall(text)):  # few, and faster than str.translate
        text = text.replace(character, REPLACED[ord(character)])
    return AlignedText(text, content.starts, content.ends)


def _entities(text: str) -> Iterator[Edit]:
    """Yield the edits that decode character references left in a text that was once HTML."""
    for match in ENTITY.finditer(text):
        character = html.unescape(match.group())
        if character not in (match.group(), "\ufffd"):
            yield Edit(*match.span(), character)


def _line_ends(text: str) -> Iterator[Edit]:
    for match in LINE_END.finditer(text):
        start, end = match.span()
        if text[start] != "\f":
            yield Edit(start, end, "\n\n" if text[start] == "\u2029" else "\n")
            continue
        blank_from = start
        while blank_from and text[blank_from - 1] == "\n":
            blank_from -= 1
        yield Edit(start, end, "\n" * max(0, 2 - (start - blank_from)))


def _compositions(text: str) -> Iterator[Edit]:
    """Yield the edits that compose characters (NFC), as small as can be."""
    for start, end in _combinations(text):
        composed = unicodedata.normalize("NFC", text[start:end])
        if composed != text[start:end]:
            yield Edit(start, end, composed)


def _combinations(text: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches of ``text`` that compose on their own: a character and what combines with it."""
    start = 0
    for match in BEYOND_LATIN_1.finditer(text):
        start = max(start, match.start() - 1)
        for at in range(start + 1, match.end()):
            if not _combines(text[at]):
                yield start, at
                start = at
        yield start, match.end()
        start = match.end()


def _combines(character: str) -> bool:
    """Tell whether a character may become part of the one before it."""
    return unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff"

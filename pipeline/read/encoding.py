"""Decide the character encoding of a text.

In this order: a byte order mark, valid UTF-8, then the Central European single-byte encodings
(Windows-1250, ISO-8859-2, CP852) and the declared one, by how well the outcome reads as Polish.
A declaration is a hint, not an order: servers and editors declare wrongly.
"""

import codecs
import re
from collections import Counter
from typing import NamedTuple

from pipeline.document import StageError

LEGACY = ("cp1250", "iso8859-2", "cp852")
"""Encodings that Polish texts come in, the likeliest first: it wins where all read the same."""

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

SAMPLE = 200_000
"""Bytes that a decision between single-byte encodings looks at."""

ACCIDENTAL = 4
"""Bytes after the first of a sequence: with more of them valid UTF-8 is no accident."""

NOT_FOR_DOCUMENTS = frozenset(
    ("idna", "mbcs", "oem", "palmos", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")
)
"""Codecs for other things than documents (``codecs``, Python Specific Encodings); some know no replacement character."""

DECLARED_BONUS = 2.0
"""What a declaration counts: about as much as one letter."""


class Decoded(NamedTuple):
    """A text and the name of the Python codec that decoded it. The byte order mark is dropped."""

    text: str
    encoding: str


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode a text; raises ``StageError`` (stage ``decode``) where no encoding makes it one."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_marked(data, encoding)
    unmarked = unmarked_utf16(data)
    if unmarked is not None:
        return unmarked
    try:
        decoded = Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        if _mostly_utf8(data):
            return Decoded(data.decode("utf-8", "plextract-cp1250"), "utf-8")
    else:
        if not _utf8_by_accident(data, decoded.text):
            return decoded
    encoding = best_legacy(data, codec_name(declared))
    return Decoded(data.decode(encoding, "replace"), encoding)


def decode_as(data: bytes, encoding: str) -> str:
    """Decode a part of a text whose encoding is known; what is wrong in it is read as ``decode`` would."""
    return data.decode(encoding, "plextract-cp1250" if encoding == "utf-8" else "replace")


def _utf8_by_accident(data: bytes, text: str) -> bool:
    """Tell whether a few bytes of another encoding happen to be valid UTF-8, as those of ``ÓŁ`` in Windows-1250."""
    size = len(data) - len(text)
    if not 0 < size <= ACCIDENTAL:
        return False
    legacy = data.decode(best_legacy(data), "replace")
    return polish_score(text) < 0 and all(
        match.group() in POLISH_LOWER or match.group() in POLISH_UPPER for match in NON_ASCII.finditer(legacy)
    )


def codec_name(declared: str | None) -> str | None:
    """Return Python's name of a declared charset, None where it knows none (or it is no text encoding)."""
    if not declared:
        return None
    try:
        info = codecs.lookup(declared.strip().strip("\"'"))
        "".encode(info.name)
    except (LookupError, ValueError):
        return None
    return None if info.name in NOT_FOR_DOCUMENTS else info.name


def best_legacy(data: bytes, declared: str | None = None) -> str:
    """Return the single-byte encoding in which ``data`` reads most like Polish."""
    sample = _sample(data)
    candidates = list(LEGACY)
    if declared is not None and declared not in candidates and not declared.startswith(("utf", "ascii")):
        candidates.append(declared)

    places = Counter(TRIPLE.findall(b" " + sample + b" "))
    joined = b"".join(places)

    def score(encoding: str) -> float:
        if encoding in LEGACY:
            text = joined.decode(encoding, "replace")  # a character a byte
            judged = map(_weight, text[1::3], text[::3], text[2::3])
            return sum(n * weight for n, weight in zip(places.values(), judged, strict=True))
        return polish_score(sample.decode(encoding, "replace"), foreign=True)

    # the first of equals
    return max(candidates, key=lambda encoding: score(encoding) + DECLARED_BONUS * (encoding == declared))


# --- how Polish a text reads ---------------------------------------------------------------------------------

POLISH_LOWER = {"ł": 2.0, "ą": 2.0, "ę": 2.0, "ó": 2.0, "ż": 2.0, "ś": 2.0, "ć": 2.0, "ń": 2.0, "ź": 1.5}
POLISH_UPPER = frozenset("ĄĆĘŁŃÓŚŹŻ")
NEIGHBOURS = frozenset("áčďéěíňřšťúůýžäöüßľĺŕôÁČĎÉÍŇŘŠŤÚÝŽÄÖÜ")
"""Letters of other languages that Polish texts quote names in."""
TYPOGRAPHY = frozenset("„”“’‘‚«»‹›–—…•§°©®€\xa0\xad·×±²")
NON_ASCII = re.compile(r"[^\x00-\x7f]")
TRIPLE = re.compile(rb"(?=(.[\x80-\xff].))", re.DOTALL)
"""A byte beyond ASCII between its neighbours: of a text of any length there are few different ones."""


def polish_score(text: str, *, foreign: bool = False) -> float:
    """Return how much the characters beyond ASCII look like Polish, each judged between its neighbours.

    ``foreign`` lets letters of other alphabets pass: the encoding was declared for them.
    """
    padded = f" {text} "
    return sum(
        _weight(match.group(), padded[match.start() - 1], padded[match.end()], foreign)
        for match in NON_ASCII.finditer(padded)
    )


def _weight(character: str, before: str, after: str, foreign: bool = False) -> float:
    inside = before.isalpha() and after.isalpha()
    if character in POLISH_LOWER:
        # after a capital a small letter is fine only if it does not stand between two: RóW
        return -1.0 if before.isupper() and after.isupper() else POLISH_LOWER[character]
    if character in POLISH_UPPER:
        return -2.0 if before.islower() else 1.5
    if character in TYPOGRAPHY:
        return -2.0 if inside and character != "\xa0" else 0.5
    if "\x80" <= character <= "\x9f" or character == "\ufffd":
        return -4.0
    if character in NEIGHBOURS:
        if before.isdigit() or after.isdigit():
            return -1.0
        return -1.0 if character.isupper() and before.islower() else 0.2
    if character.isalpha():
        return 0.3 if foreign else -1.0
    return -3.0 if inside else -1.0


def _sample(data: bytes) -> bytes:
    """Return the start of the data, and where that has too few bytes beyond ASCII, lines with such from all of it."""
    if len(data) <= SAMPLE:
        return data
    head = data[:SAMPLE]
    if len(head) - len(head.translate(None, _HIGH)) >= 200:
        return head
    found: list[bytes] = []
    size = 0
    for match in re.finditer(rb"[^\n]{0,100}[\x80-\xff][^\n]{0,100}", data):
        found.append(match.group())
        size += len(match.group())
        if size > SAMPLE:
            break
    return b"\n".join(found)


_HIGH = bytes(range(0x80, 0x100))


# --- Unicode encodings ---------------------------------------------------------------------------------------


def _decode_marked(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8-sig":
            return Decoded(data.decode(encoding, "plextract-cp1250"), encoding)
        raise StageError(
            "decode",
            "undecodable",
            f"the text begins like {encoding.upper()} but is not valid at byte {error.start:,}",
        ) from error


def unmarked_utf16(data: bytes) -> Decoded | None:
    """Return the text where every other byte of it is zero, as in UTF-16 without a byte order mark."""
    head = data[:4096]
    if len(head) < 4 or head.count(0) * 4 < len(head):
        return None
    for encoding, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if high.count(0) * 2 > len(high) and head.count(0) - high.count(0) == 0:
            try:
                return Decoded(data.decode(encoding), encoding)
            except UnicodeDecodeError:
                return None
    return None


UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def _mostly_utf8(data: bytes) -> bool:
    """Tell whether only some bytes are wrong: cut off at the end, or a few lines pasted from elsewhere."""
    lengths = list(map(len, UTF8_SEQUENCE.findall(data)))
    stray = len(data) - len(data.translate(None, _HIGH)) - sum(lengths)
    return len(lengths) > 1 and len(lengths) >= 2 * stray


def _as_cp1250(error: UnicodeError) -> tuple[str, int]:
    """Error handler for ``decode``: read bytes that are no UTF-8 as Windows-1250."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    if error.end == len(error.object):
        return "\ufffd", error.end  # a sequence cut off at the end
    return wrong.decode("cp1250", "replace"), error.end


codecs.register_error("plextract-cp1250", _as_cp1250)

"""Which kinds of characters a text has, and where.

Most steps of normalising concern few texts, and those in few places. To look every character up in a table once costs
less than to search for the characters of one step.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
import numpy.typing as npt

from pipeline.normalise.mojibake import LEADS

Kinds = npt.NDArray[np.uint8]
"""The kinds of each character of a text, a bit each."""

LINE_BREAK, SAME_SIZE, WIDTHLESS, MISREAD, COMBINING, DIGIT, LETTER, FULL_STOP = (
    1 << bit for bit in range(8)
)

LINE_BREAKS = "\f\r\v\x1c\x1d\x1e\u2028\u2029"
SPACES = "\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
HYPHENS = "\u2010\u2011"
REPLACED = {ord(space): " " for space in SPACES} | {ord(hyphen): "-" for hyphen in HYPHENS}
"""What is replaced by one other character."""
# control characters come from Windows-1250 that was read as ISO-8859: dashes, quotes, ś, ź
REPLACED |= {code: bytes([code]).decode("cp1250", "ignore") or "\u200b" for code in range(0x80, 0xA0)}
LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
WITHOUT_WIDTH = (
    (0x00, 0x08), (0x0E, 0x1B), (0x1F, 0x1F), (0x7F, 0x7F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C),
    (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F), (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xFFFE, 0xFFFF),
)  # fmt: skip
"""Control characters, soft hyphens, and what has no width: joiners, marks of direction, variation selectors."""
FIRST_COMBINING = 0x300
"""Characters before it are composed (NFC) whatever stands beside them; so are those of ``TYPOGRAPHY``."""
TYPOGRAPHY = "–—‘’‚“”„†‡•…‰′″‹›€"
LOOKED_UP = 2**20
"""Characters that are looked up at a time: of a text of any length, little is held besides its kinds."""
CODES = 0x110000


@cache
def _table() -> Kinds:
    table = np.zeros(CODES, np.uint8)

    def mark(kind: int, codes: Iterable[int]) -> None:
        table[list(codes)] |= kind

    table[FIRST_COMBINING:] = COMBINING
    table[list(map(ord, TYPOGRAPHY))] = 0
    table[0x80:] |= LETTER
    mark(LETTER, (*range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1)))
    mark(DIGIT, range(ord("0"), ord("9") + 1))
    mark(FULL_STOP, (ord("."),))
    mark(LINE_BREAK, map(ord, LINE_BREAKS))
    mark(SAME_SIZE, REPLACED)
    mark(WIDTHLESS, (code for first, last in WITHOUT_WIDTH for code in range(first, last + 1)))
    mark(MISREAD, map(ord, LEADS))
    return table


def kinds_of(text: str) -> Kinds:
    """Return the kinds of every character; ``LETTER`` and ``COMBINING`` are also those that may be one."""
    return np.concatenate([
        _table()[np.frombuffer(text[at : at + LOOKED_UP].encode("utf-32-le", "surrogatepass"), np.uint32)]
        for at in range(0, max(len(text), 1), LOOKED_UP)
    ])  # fmt: skip


def all_of(kinds: Kinds) -> int:
    """Return the kinds that a text has."""
    return int(np.bitwise_or.reduce(kinds))

"""Cut a plain text that is too large for one document into parts, each a document of its own.

Cuts are at the ends of paragraphs where there are any: else of lines, of sentences, of words. The parts of a file
are all its bytes in order, but for a byte order mark. What a file is, and its encoding, is decided once for all of it.
"""

import codecs
import re
from collections.abc import Iterator
from typing import IO, NamedTuple

from pipeline.document import StageError
from pipeline.read.encoding import BYTE_ORDER_MARKS, decode
from pipeline.read.formats import HEAD, format_of
from pipeline.storage import Place

CUT_ABOVE = 2 * 2**20
"""Bytes up to which a text stays whole: some thousand pages, which hardly any document has."""
PART_BYTES = 2**19
"""Bytes after which a part ends at the next border."""
WINDOW = 2**16
"""Bytes in which a border is looked for."""
SAMPLE = 2**12
"""Bytes of each part that the choice of an encoding looks at."""

BORDERS = (
    re.compile(r"(?>\r\n|\r|\n)[ \t]*(?>\r\n|\r|\n)[ \t\r\n]*"),
    re.compile(r"\r\n|\r|\n"),
    re.compile(r"(?<=[^\W\d_]{3})[.!?][\"'”)]*[ \t]+"),
    re.compile(r"[ \t]+"),
)
"""What a text may be cut after, the best first: paragraphs, lines, sentences, words."""


class Part(NamedTuple):
    """Bytes ``start`` to ``stop`` of the plain text named ``of``, in ``encoding``."""

    of: str
    start: int
    stop: int
    encoding: str

    @property
    def name(self) -> str:
        return f"{self.of}#bytes={self.start}-{self.stop}"


def parts(path: Place, name: str, size: int) -> Iterator[Part]:
    """Yield the parts of a plain text of ``size`` bytes; none where it is to be read whole, or is no plain text.

    Only its beginning and the places where it could be cut are read. Raises ``OSError``.
    """
    if size <= CUT_ABOVE:
        return
    with path.open("rb") as file:
        head = file.read(WINDOW)
        try:
            if format_of(head, name) != "text":
                return
        except StageError:
            return  # reading it will say why
        mark, wide = _byte_order(head)
        cuts, samples = [len(mark)], [head[len(mark) : HEAD]]
        while size - cuts[-1] > PART_BYTES + WINDOW:
            cut = _cut(file, cuts[-1], wide)
            file.seek(cut)
            samples.append(file.read(SAMPLE))
            cuts.append(cut)
    encoding = wide or decode(b"\n".join(map(_whole_words, samples))).encoding
    for start, stop in zip(cuts, [*cuts[1:], size], strict=True):
        yield Part(name, start, stop, encoding)


def _byte_order(head: bytes) -> tuple[bytes, str | None]:
    """Return the byte order mark, and the codec of the bytes after it where characters have several each."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            order = "be" if mark in (codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE) else "le"
            return mark, None if encoding == "utf-8-sig" else f"{encoding}-{order}"
    unmarked = decode(head[: len(head) // 4 * 4]).encoding if b"\x00" in head else ""
    return b"", unmarked if unmarked.startswith("utf-16") else None


def _cut(file: IO[bytes], start: int, wide: str | None) -> int:
    """Return where a part that begins at ``start`` ends."""
    begin = start + PART_BYTES
    file.seek(begin)
    window = file.read(WINDOW)
    if wide:
        text = window.decode(wide, "replace")  # what stands for wrong bytes has as many
        return begin + len(text[: _border(text)].encode(wide))
    return begin + _border(
        window.decode("latin-1")
    )  # a character a byte; what borders are made of is the same in all


def _border(window: str) -> int:
    """Return after how many characters a window is best cut."""
    for border in BORDERS:
        if (found := border.search(window)) and found.end() < len(window):
            return found.end()
    cut = len(window) // 2
    while cut and "\x80" <= window[cut] <= "\xbf":
        cut -= 1  # not within a character of UTF-8
    return cut


def _whole_words(sample: bytes) -> bytes:
    """Return a stretch of a text without the word, and so the character, that it may end within."""
    return sample[: sample.rfind(b" ") + 1] or sample.rstrip(bytes(range(0x80, 0x100)))

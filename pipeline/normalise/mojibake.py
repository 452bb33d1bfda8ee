"""Undo UTF-8 that was read as a single-byte encoding (``Ĺ‚`` for ``ł``), character by character.

``ftfy`` repairs whole texts without saying which characters became which; here every repair is an edit with
a place, so that offsets hold. Only sequences that stand for a character likely in a Polish document are
touched, and none of them occurs in Polish.
"""

import re
from collections.abc import Iterator

from pipeline.document import Edit

LIKELY = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ„”“’‘‚«»–—…•·§°©®€½¼²³×±\xa0\xadáäčďéěëíľĺňöôőŕřšťúůüűýžßÁÄČÉĚÍÖŘŠŤÚÜÝŽàâçèêîïñ→−\ufeff"
MISREAD_AS = ("cp1250", "cp1252", "iso8859-2", "iso8859-1", "cp852")


def _misread(character: str, encoding: str) -> str:
    """Return what the UTF-8 bytes of ``character`` look like in ``encoding``, undefined bytes as C1 controls."""
    return "".join(
        bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in character.encode("utf-8")
    )


_REPAIRS: dict[str, str] = {}
for _encoding in MISREAD_AS:
    for _character in LIKELY:
        _REPAIRS.setdefault(_misread(_character, _encoding), _character)

LEADS = "".join(sorted({sequence[0] for sequence in _REPAIRS}))
"""The characters that misread ones begin with."""
_LEAD = re.compile(f"[{re.escape(LEADS)}]")


def repairs(text: str) -> Iterator[Edit]:
    """Yield the edits that undo misread UTF-8 in ``text``."""
    done = 0
    for match in _LEAD.finditer(text):
        start = match.start()
        for size in (3, 2):
            sequence = text[start : start + size]
            character = _REPAIRS.get(sequence)
            if character is not None and start >= done:
                done = start + len(sequence)
                yield Edit(start, done, character)
                break

"""Gold in and out: from reviewers' decisions, and in the formats of other annotation tools.

Every format carries the same documents (``evaluate.scoring.GoldDocument``): a source, its decoded text, its
reference date, and rows by table with offsets into that text. Reading raises ``ValueError`` naming the place.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.evaluate.scoring import GoldDocument, read_gold
from pipeline.gold import brat, contract, label_studio

Reader = Callable[[Path], list[GoldDocument]]
Writer = Callable[[Sequence[GoldDocument], Path], None]

FORMATS: dict[str, tuple[Reader, Writer]] = {
    "contract": (read_gold, contract.write),
    "labelstudio": (label_studio.read, label_studio.write),
    "brat": (brat.read, brat.write),
}
"""How each format is read and written; the path is a file, of ``brat`` a folder."""

"""Texts for measuring time: the documents of ``corpus/`` with other numbers in them, and long ordinary ones of their sentences."""

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

from pipeline.document import AlignedText, Document
from pipeline.extractors import amounts, dates, partner_counts
from pipeline.normalise import normalise
from pipeline.read import discover, read
from pipeline.segment import segment

DOCS = Path(__file__).resolve().parent.parent / "corpus"
MONTHS = (
    "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
    "lipca", "sierpnia", "września", "października", "listopada", "grudnia",
)  # fmt: skip
COUNTS = ("dwóch", "trzech", "czterech", "pięciu", "sześciu", "siedmiu", "ośmiu", "dziewięciu", "dziesięciu")
SWAPPED = re.compile(rf"\d+|\b(?:{'|'.join((*MONTHS, *COUNTS))})\b")
ONE_WITH_A_VALUE = 8
"""Of so many sentences of an ordinary text one holds something to extract; in ``corpus/`` itself most do."""
SHORTEST, PARAGRAPH = 40, 5
"""Characters that a sentence of an ordinary text has at least, and sentences of its paragraphs."""
TABLES = (dates, amounts, partner_counts)


def document(text: str) -> Document:
    """Return a text as the pipeline normalises and segments it."""
    content = normalise(AlignedText.of(text))
    segments = segment(content.text)
    return Document("bench", content, True, segments.units, segments.sentences)


def sources(*folders: str) -> list[str]:
    """Return the texts of the documents in folders of ``corpus/``."""
    return [raw.content.text for raw in map(read, discover([DOCS / folder for folder in folders]))]


def varied(text: str, random: Random) -> str:
    """Return ``text`` with other numbers, months and counts, so that nothing remembered of its values helps."""

    def other(found: re.Match[str]) -> str:
        old = found.group()
        if not old.isdecimal():
            return random.choice(MONTHS if old in MONTHS else COUNTS)
        if len(old) == 4 and old.startswith(("19", "20")):
            return f"{old[:2]}{random.randrange(20):02}"
        if len(old) <= 2:  # what may be a day, a month or an hour stays one
            return str(random.randint(1, 12 if int(old) <= 12 else 28)).zfill(len(old))
        return "".join(random.choice("123456789") for _ in old)

    return SWAPPED.sub(other, text)


def ordinary(size: int, random: Random) -> str:
    """Return a text of at least ``size`` characters: sentences of the corpus in random order, one in eight with a value."""
    plain: list[str] = []
    telling: list[str] = []
    for text in sources("docs", "fresh/docs"):
        whole = document(text)
        rows = [row.start for table in TABLES for row in table.extract(whole)]
        for sentence in whole.sentences:
            words = " ".join(whole.text[sentence.start : sentence.end].split())
            if words.endswith(".") and len(words) > SHORTEST:
                holds = any(sentence.start <= start < sentence.end for start in rows)
                (telling if holds else plain).append(words)
    paragraphs: list[str] = []
    total = 0
    while total < size:
        chosen = [_sentence(plain, telling, random) for _ in range(PARAGRAPH)]
        paragraphs.append(" ".join(chosen))
        total += len(paragraphs[-1]) + 2
    return "\n\n".join(paragraphs)


def _sentence(plain: Sequence[str], telling: Sequence[str], random: Random) -> str:
    return varied(random.choice(plain if random.randrange(ONE_WITH_A_VALUE) else telling), random)

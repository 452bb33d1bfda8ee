"""A stand-in for the pipeline, simple enough to foresee every row."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from pipeline.document import RawDocument
from pipeline.flow import Extraction, Settings
from pipeline.records import DateMention, DocumentRecord, OrganisationMention

Write = Callable[..., Path]
"""Writes texts as files of a folder and returns it: ``documents(a="text", b="text")``."""
OWN_RULES = """
- id: own.short_names
  purpose: Bodies known by a short name.
  kind: known
  words: [Dolina Wkry]
  org_type: association
  score: 0.9
  examples:
    - "Wniosek złożyła w maju [Dolina Wkry|Dolina Wkry]."
"""
"""Rules of a user, for ``organisations.yaml``."""


def part_files(out: Path) -> dict[str, bytes]:
    """Return the bytes of all part files of a run, what it keeps for a later one included."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*.parquet"))}


def years_and_capitals(
    raw: RawDocument, nlp: object = None, settings: Settings | None = None, **_: object
) -> Extraction:
    """Read every four digits as a year and every word in capitals as an organisation, and nothing else."""
    text = raw.content.text
    place = {
        "doc_id": raw.doc_id,
        "raw_start": None,
        "raw_end": None,
        "sentence": text,
        "label": None,
        "score": 0.5,
    }
    return Extraction(
        document=DocumentRecord(
            doc_id=raw.doc_id, source=raw.source, media_type=raw.media_type, encoding=raw.encoding,
            sha256=raw.sha256, n_bytes=raw.n_bytes, n_chars=len(text), n_tokens=len(text.split()), title=None,
            reference_date=None, raw_text=raw.raw_text, text=text, also_at=[], part_of=None, byte_start=None,
        ),
        mentions=(
            *(DateMention(
                **place, start=found.start(), end=found.end(), text=found[0], rule="dates.year", edtf=found[0],  # type: ignore[arg-type]
                first_day=date(int(found[0]), 1, 1), last_day=date(int(found[0]), 12, 31), precision="year",
                kind="point", time_from=None, time_to=None, approximate=False, relative=False,
            )
            for found in re.finditer(r"\d{4}", text)),
            *(OrganisationMention(
                **place, start=found.start(), end=found.end(), text=found[0], rule="organisations.capitals",  # type: ignore[arg-type]
                name=found[0], acronym=None, org_type="other", org_id=found[0].lower(), located_in=None, teryt=None,
            )
            for found in re.finditer(r"\b[A-Z]{2,}\b", text)),
        ),
        seconds={"extract": 0.25},
    )  # fmt: skip

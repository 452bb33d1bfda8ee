"""Every table that a run writes, each column declared once.

The frozen dataclasses below are the only declaration of a table. Its Arrow schema and field
metadata, the README's reference, the review page's columns and the fields that the scorer compares
all follow from them. The contract that they implement is described in README.md.

Offsets are half-open ``start``/``end`` in code points. Money is ``decimal.Decimal``, never a float.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, time
from decimal import Decimal
from operator import attrgetter
from typing import Any, ClassVar

import pyarrow as pa

MONEY = pa.decimal128(20, 2)


def column(
    arrow: pa.DataType,
    meaning: str,
    *,
    unit: str | None = None,
    null: bool = False,
    values: tuple[str, ...] = (),
) -> Any:
    """Declare one column: its Arrow type, a sentence of meaning, a unit, whether it may be null, and the only
    values that it takes, where these are listed.
    """
    return field(metadata={"arrow": arrow, "meaning": meaning, "unit": unit, "null": null, "values": values})


def vocabulary(record: "type[Record]", name: str) -> tuple[str, ...]:
    """Return the only values that a column takes; empty where any will do."""
    values: tuple[str, ...] = next(found for found in fields(record) if found.name == name).metadata["values"]
    return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A row of some table."""

    table: ClassVar[str]
    purpose: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord(Record):
    table: ClassVar[str] = "documents"
    purpose: ClassVar[str] = "one input document that was read"

    doc_id: str = column(pa.string(), "first 16 hex digits of the SHA-256 of the source's bytes")
    source: str = column(pa.string(), "path relative to the input root with / separators, or a URI")
    media_type: str = column(pa.string(), "media type, told by the content")
    encoding: str | None = column(pa.string(), "character encoding used to decode", null=True)
    sha256: str = column(pa.string(), "SHA-256 of the source's bytes, hexadecimal")
    n_bytes: int = column(pa.int64(), "size of the source", unit="byte")
    n_chars: int = column(pa.int32(), "length of text", unit="code point")
    n_tokens: int = column(pa.int32(), "number of words, numbers and punctuation marks in text", unit="token")
    title: str | None = column(pa.string(), "title that the source states; null if none", null=True)
    reference_date: date | None = column(
        pa.date32(), "date that relative expressions count from; null if unknown", null=True
    )
    raw_text: str | None = column(
        pa.string(), "decoded source before normalisation; null where the format has none", null=True
    )
    text: str = column(pa.string(), "normalised text that start and end index")
    also_at: list[str] = column(pa.list_(pa.string()), "other sources with the same bytes")
    part_of: str | None = column(
        pa.string(), "the large text file that this is a part of; null for a whole document", null=True
    )
    byte_start: int | None = column(pa.int64(), "where in that file the part begins", unit="byte", null=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention(Record):
    """What the rows of all four mention tables have in common."""

    values: ClassVar[tuple[str, ...]]
    """The columns that a scorer compares."""

    doc_id: str = column(pa.string(), "the document, as in documents.doc_id")
    start: int = column(pa.int32(), "first character in documents.text", unit="code point")
    end: int = column(pa.int32(), "one past the last character in documents.text", unit="code point")
    text: str = column(pa.string(), "exactly documents.text[start:end]")
    raw_start: int | None = column(
        pa.int32(), "the same place in documents.raw_text; null where the format has none",
        unit="code point", null=True,
    )  # fmt: skip
    raw_end: int | None = column(
        pa.int32(), "end of the same place in documents.raw_text", unit="code point", null=True
    )
    sentence: str = column(pa.string(), "the sentence or list item that holds the mention")
    label: str | None = column(
        pa.string(), "field label that the document gives: the text before a colon", null=True
    )
    rule: str = column(pa.string(), "id of the rule that found it, or ner:<model>")
    score: float = column(pa.float32(), "estimated probability that the row is right, 0 to 1")

    @property
    def shown(self) -> str:
        """The row's value in a few characters, as examples of rules and terminal output write it."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMention(Mention):
    table: ClassVar[str] = "dates"
    purpose: ClassVar[str] = "one mention of a date, month, year, or interval"
    values: ClassVar[tuple[str, ...]] = ("edtf", "time_from", "time_to")

    edtf: str = column(pa.string(), "the value in EDTF (ISO 8601-2)")
    first_day: date | None = column(pa.date32(), "first day covered; null at an open end", null=True)
    last_day: date | None = column(pa.date32(), "last day covered, inclusive; null at an open end", null=True)
    precision: str = column(
        pa.string(),
        "how fine it is; of an interval, its finer end",
        values=("day", "month", "quarter", "half", "season", "year", "decade", "century"),
    )
    kind: str = column(pa.string(), "whether it has one end or two", values=("point", "interval"))
    time_from: time | None = column(pa.time32("s"), "clock time said with the date", null=True)
    time_to: time | None = column(pa.time32("s"), "clock time at the end", null=True)
    approximate: bool = column(pa.bool_(), "said with ok., około, pod koniec and the like")
    relative: bool = column(pa.bool_(), "needed the reference date")

    @property
    def shown(self) -> str:
        times = [f"{clock:%H:%M}" for clock in (self.time_from, self.time_to) if clock is not None]
        return " ".join((self.edtf, *(["–".join(times)] if times else ())))


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountMention(Mention):
    table: ClassVar[str] = "amounts"
    purpose: ClassVar[str] = "one mention of an amount of money"
    values: ClassVar[tuple[str, ...]] = ("value", "value_max", "currency")

    value: Decimal = column(MONEY, "the amount; the lower one in a range", unit="currency")
    value_max: Decimal | None = column(MONEY, "the upper amount in a range", unit="currency", null=True)
    currency: str = column(pa.string(), "ISO 4217 code")
    approximate: bool = column(pa.bool_(), "said with ok., około, blisko, ponad, do and the like")
    tax: str | None = column(
        pa.string(), "without or with tax, where said with the amount", null=True, values=("net", "gross")
    )

    @property
    def shown(self) -> str:
        upper = "" if self.value_max is None else f"–{self.value_max:.2f}"
        tax = f" {self.tax}" if self.tax else ""
        return f"{'~' if self.approximate else ''}{self.value:.2f}{upper} {self.currency}{tax}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerCountMention(Mention):
    table: ClassVar[str] = "partner_counts"
    purpose: ClassVar[str] = "one mention of how many partners or units take part"
    values: ClassVar[tuple[str, ...]] = ("value", "value_max", "unit_type")

    value: int = column(pa.int64(), "how many; the lower bound of a range", unit="unit")
    value_max: int | None = column(pa.int64(), "the upper bound of a range", unit="unit", null=True)
    unit: str = column(pa.string(), "lemma of what is counted, singular")
    unit_type: str = column(
        pa.string(),
        "what kind of unit it is",
        values=(
            "municipality", "county", "voivodeship", "city", "local_government", "partnership", "partner",
            "member", "organisation",
        ),
    )  # fmt: skip
    qualifier: str | None = column(pa.string(), "lemma of the adjective that narrows the unit", null=True)
    approximate: bool = column(pa.bool_(), "said with ok., ponad, kilkanaście and the like")
    increment: bool = column(pa.bool_(), "joins an earlier number")
    elliptical: bool = column(pa.bool_(), "the unit is left out and carried over")

    @property
    def shown(self) -> str:
        marks = ("+" if self.increment else "") + ("~" if self.approximate else "")
        upper = "" if self.value_max is None else f"–{self.value_max}"
        unit = f"({self.unit})" if self.elliptical else self.unit
        return f"{marks}{self.value}{upper} {unit}" + (f" {self.qualifier}" if self.qualifier else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationMention(Mention):
    table: ClassVar[str] = "organisations"
    purpose: ClassVar[str] = "one mention of an organisation"
    values: ClassVar[tuple[str, ...]] = ("name",)

    name: str = column(pa.string(), "canonical name in the nominative, capitals as in the text")
    acronym: str | None = column(pa.string(), "acronym or short form that the document ties to it", null=True)
    org_type: str = column(
        pa.string(),
        "what kind of body it is",
        values=(
            "ministry", "government_office", "local_government", "association", "company", "fund", "university",
            "foundation", "media", "international", "other",
        ),
    )  # fmt: skip
    org_id: str = column(pa.string(), "the same for every mention of the same organisation in the run")
    located_in: str | None = column(
        pa.string(),
        "county and voivodeship of a local government, where that tells it from namesakes",
        null=True,
    )
    teryt: str | None = column(
        pa.string(),
        "code of a gmina, powiat or voivodeship in the register TERYT (TERC); null without --teryt, or where "
        "several units fit",
        null=True,
    )

    @property
    def shown(self) -> str:
        return f"{self.name} ({self.acronym})" if self.acronym else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRecord(Record):
    table: ClassVar[str] = "organisation_index"
    purpose: ClassVar[str] = "one organisation of the run, summed up over all its mentions"

    org_id: str = column(pa.string(), "as in organisations.org_id")
    name: str = column(pa.string(), "the most frequent canonical name, one not all in capitals before others")
    acronyms: list[str] = column(
        pa.list_(pa.string()), "acronyms that documents tie to it, in alphabetical order"
    )
    variants: list[str] = column(
        pa.list_(pa.string()), "the other canonical names of its mentions, in alphabetical order"
    )
    org_type: str = column(pa.string(), "its most frequent type but other")
    located_in: str | None = column(pa.string(), "as in organisations.located_in", null=True)
    teryt: str | None = column(pa.string(), "as in organisations.teryt", null=True)
    n_mentions: int = column(pa.int64(), "how many rows organisations has of it", unit="mention")
    n_documents: int = column(pa.int64(), "in how many documents these are", unit="document")
    first_date: date | None = column(
        pa.date32(),
        "earliest documents.reference_date of the documents that mention it; null where none has one",
        null=True,
    )
    last_date: date | None = column(pa.date32(), "the latest one", null=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRecord(Record):
    table: ClassVar[str] = "errors"
    purpose: ClassVar[str] = "one input that could not be read or processed"

    source: str = column(pa.string(), "path relative to the input root with / separators, or a URI")
    stage: str = column(
        pa.string(),
        "where it failed",
        values=("read", "decode", "normalise", "annotate", "extract", "write"),
    )
    error_type: str = column(pa.string(), "short name of the kind of error")
    message: str = column(pa.string(), "what went wrong, for a person")


MENTION_TABLES: tuple[type[Mention], ...] = (
    DateMention, AmountMention, PartnerCountMention, OrganisationMention,
)  # fmt: skip
EXTRACTED: tuple[type[Record], ...] = (DocumentRecord, *MENTION_TABLES, ErrorRecord)
"""The tables whose rows follow from one document each."""
TABLES: tuple[type[Record], ...] = (DocumentRecord, *MENTION_TABLES, OrganisationRecord, ErrorRecord)
"""All tables of a run, in the order in which they are made and shown."""


_schemas: dict[type[Record], pa.Schema] = {}
"""By table. A type is no ``Hashable`` to mypy, which ``functools.cache`` asks for."""


def schema(record: type[Record]) -> pa.Schema:
    """Return the Arrow schema of a table, every field with its meaning (and unit) as metadata."""
    if record not in _schemas:
        _schemas[record] = _declared_schema(record)
    return _schemas[record]


def _declared_schema(record: type[Record]) -> pa.Schema:
    arrow_fields = []
    for column_ in fields(record):
        about = {"description": column_.metadata["meaning"]}
        if column_.metadata["unit"]:
            about["unit"] = column_.metadata["unit"]
        if column_.metadata["values"]:
            about["values"] = ", ".join(column_.metadata["values"])
        arrow_fields.append(
            pa.field(column_.name, column_.metadata["arrow"], column_.metadata["null"], metadata=about)
        )
    return pa.schema(arrow_fields, metadata={"description": record.purpose})


def to_arrow(record: type[Record], rows: Iterable[Record] | Sequence[Record]) -> pa.Table:
    """Return ``rows`` as an Arrow table with exactly the declared columns; raises on a value that does not fit."""
    rows = list(rows)
    table_schema = schema(record)
    if not rows:
        return table_schema.empty_table()
    values = zip(*map(attrgetter(*table_schema.names), rows), strict=True)
    columns = [
        pa.array(column, type=arrow_type)
        for column, arrow_type in zip(values, table_schema.types, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=table_schema)

"""The columns of the tables as a description needs them, from the declarations in ``records``."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import pyarrow as pa

from pipeline.records import DocumentRecord, Mention, OrganisationMention, OrganisationRecord, Record

KEYS: dict[str, str] = {DocumentRecord.table: "doc_id", OrganisationRecord.table: "org_id"}
"""The column that tells the rows of a table apart, where one does."""

TYPE_NAMES = {"list<item: string>": "list<string>", "date32[day]": "date32", "float": "float32"}
"""Arrow types whose own spelling says too much or too little."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A column, and the table whose key it holds, if any."""

    name: str
    arrow: pa.DataType
    nullable: bool
    unit: str | None
    meaning: str
    values: tuple[str, ...]
    refers_to: type[Record] | None

    @property
    def type_name(self) -> str:
        """The Arrow type as people write it."""
        return TYPE_NAMES.get(str(self.arrow), str(self.arrow))


def columns(record: type[Record]) -> Iterator[Declared]:
    """Yield the columns of a table in their order."""
    for column in fields(record):
        about = column.metadata
        refers_to: type[Record] | None = None
        if issubclass(record, Mention) and column.name == KEYS[DocumentRecord.table]:
            refers_to = DocumentRecord
        elif record is OrganisationMention and column.name == KEYS[OrganisationRecord.table]:
            refers_to = OrganisationRecord
        yield Declared(
            column.name, about["arrow"], about["null"], about["unit"], about["meaning"], about["values"], refers_to
        )  # fmt: skip

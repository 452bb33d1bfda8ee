"""The extractors, a module a table: the table's name, ``rules()``, and ``extract(document)``, which returns its rows."""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from pipeline.document import Document
from pipeline.records import MENTION_TABLES, Mention
from pipeline.rules import Rule


class Extractor(Protocol):
    """What the module of a table has."""

    def rules(self) -> Sequence[Rule]:
        """Return the rules of the table; raises ``RuleError`` where they cannot be used."""

    def extract(self, document: Document) -> Sequence[Mention]:
        """Return the rows that the document gives, in text order."""


def extractor(table: type[Mention]) -> Extractor:
    """Return the module that extracts a table: the one of its name in this package."""
    return cast(Extractor, import_module(f"{__name__}.{table.table}"))


def load_rules() -> None:
    """Load and compile the rules of all tables; raises ``RuleError`` where some cannot be used."""
    for table in MENTION_TABLES:
        extractor(table).rules()

"""The organisations of a run, one row each: what its mentions say of it together, and when it was seen.

Summing up streams over the mentions: an index of a part of the run is small, and indices of parts merge into that of
the whole whatever the parts and their order. So the same pass runs in one process, in several or on a cluster.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from pipeline.records import OrganisationMention, OrganisationRecord


@dataclass(slots=True)
class _Entry:
    """What is known of one organisation so far."""

    names: Counter[str] = field(default_factory=Counter)
    acronyms: set[str] = field(default_factory=set)
    types: Counter[str] = field(default_factory=Counter)
    places: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    n_documents: int = 0
    days: set[date] = field(default_factory=set)
    """The earliest and the latest day so far; none where no document has a date."""

    def add(self, row: OrganisationMention) -> None:
        self.names[row.name] += 1
        self.types[row.org_type] += 1
        self.acronyms.update({row.acronym} if row.acronym else ())
        self.places.update({row.located_in} if row.located_in else ())
        self.codes.update({row.teryt} if row.teryt else ())

    def merge(self, other: "_Entry") -> None:
        self.names.update(other.names)
        self.types.update(other.types)
        self.acronyms |= other.acronyms
        self.places |= other.places
        self.codes |= other.codes
        self.n_documents += other.n_documents
        self.see(other.days)

    def see(self, days: Iterable[date]) -> None:
        known = self.days.union(days)
        self.days = {min(known), max(known)} if known else known

    def record(self, org_id: str) -> OrganisationRecord:
        name = min(self.names, key=lambda name: (name.isupper(), -self.names[name], name))
        return OrganisationRecord(
            org_id=org_id,
            name=name,
            acronyms=sorted(self.acronyms),
            variants=sorted(self.names.keys() - {name}),
            org_type=min(self.types, key=lambda kind: (kind == "other", -self.types[kind], kind)),
            located_in=min(self.places, default=None),
            teryt=min(self.codes, default=None),
            n_mentions=self.names.total(),
            n_documents=self.n_documents,
            first_date=min(self.days, default=None),
            last_date=max(self.days, default=None),
        )


class OrganisationIndex:
    """The organisations of the rows that were added; memory grows with organisations and their names only."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    def add(self, rows: Iterable[OrganisationMention], days: Mapping[str, date]) -> None:
        """Take in rows with the ids that hold for the run, all those of a document at once.

        ``days`` are the reference dates of the documents that have one, by ``doc_id``.
        """
        seen: set[tuple[str, str]] = set()
        for row in rows:
            entry = self._entries.setdefault(row.org_id, _Entry())
            entry.add(row)
            if (row.org_id, row.doc_id) not in seen:
                seen.add((row.org_id, row.doc_id))
                entry.n_documents += 1
                entry.see({days[row.doc_id]} if row.doc_id in days else ())

    def merge(self, other: "OrganisationIndex") -> None:
        """Take over what an index of other documents holds."""
        for org_id, entry in other._entries.items():
            self._entries.setdefault(org_id, _Entry()).merge(entry)

    def records(self) -> Iterator[OrganisationRecord]:
        """Yield the organisations, the one with most mentions first."""

        def order(org_id: str) -> tuple[int, str]:
            return -self._entries[org_id].names.total(), org_id

        for org_id in sorted(self._entries, key=order):
            yield self._entries[org_id].record(org_id)

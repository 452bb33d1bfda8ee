"""The organisations of a run, one row each: what its mentions say of it together, and when it was seen.

Summing up streams over the mentions: an index of a part of the run is small, and indices of parts merge into that of
the whole whatever the parts and their order. So the same pass runs in one process, in several or on a cluster.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from pipeline.records import OrganisationMention, OrganisationRecord
from pipeline.resolve.run import Naming, naming_of


@dataclass(slots=True)
class _Entry:
    """What is known of one organisation so far; a set that is mostly empty takes no room while it is."""

    names: Counter[str] = field(default_factory=Counter)
    acronyms: frozenset[str] = frozenset()
    types: Counter[str] = field(default_factory=Counter)
    places: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    n_documents: int = 0
    days: frozenset[date] = frozenset()
    """The earliest and the latest day so far; none where no document has a date."""

    def count(self, naming: Naming, n_rows: int) -> None:
        self.names[naming.name] += n_rows
        self.types[naming.org_type] += n_rows
        if naming.acronym:
            self.acronyms |= {naming.acronym}
        if naming.located_in:
            self.places |= {naming.located_in}
        if naming.teryt:
            self.codes |= {naming.teryt}

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
        self.days = frozenset({min(known), max(known)}) if known else known

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

        ``days`` are the reference dates of the documents that have one, by ``doc_id``. Rows that say the same can be
        counted beforehand: ``count`` and ``see`` do the same.
        """
        namings: Counter[Naming] = Counter()
        documents: defaultdict[str, set[str]] = defaultdict(set)
        for row in rows:
            namings[naming_of(row)] += 1
            documents[row.org_id].add(row.doc_id)
        for naming, n_rows in namings.items():
            self.count(naming, n_rows)
        for org_id, doc_ids in documents.items():
            self.see(org_id, len(doc_ids), [days[doc_id] for doc_id in doc_ids if doc_id in days])

    def count(self, naming: Naming, n_rows: int) -> None:
        """Take in what ``n_rows`` rows say, with the id that holds for the run."""
        self._entry(naming.org_id).count(naming, n_rows)

    def see(self, org_id: str, n_documents: int, days: Iterable[date]) -> None:
        """Take in how many documents more mention an organisation, and the reference dates of those that have one."""
        entry = self._entry(org_id)
        entry.n_documents += n_documents
        entry.see(days)

    def merge(self, other: "OrganisationIndex") -> None:
        """Take over what an index of other documents holds."""
        for org_id, entry in other._entries.items():
            self._entry(org_id).merge(entry)

    def _entry(self, org_id: str) -> _Entry:
        if org_id not in self._entries:
            self._entries[org_id] = _Entry()
        return self._entries[org_id]

    def records(self) -> Iterator[OrganisationRecord]:
        """Yield the organisations, the one with most mentions first."""

        def order(org_id: str) -> tuple[int, str]:
            return -self._entries[org_id].names.total(), org_id

        for org_id in sorted(self._entries, key=order):
            yield self._entries[org_id].record(org_id)

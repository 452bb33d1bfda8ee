"""The names of a whole run: which acronym stands for what, and which names are those of several organisations."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter
from typing import NamedTuple

from pipeline.records import OrganisationMention
from pipeline.resolve.identity import name_key, org_id, without_legal_form
from pipeline.resolve.territory import is_namesake

SEAT = re.compile(r" we? [^\W\d_a-ząćęłńóśźż]")
"""Where a body has its seat, in its name."""
MANY_TOWNS = re.compile(r"wyższa szkoła|akademia nauk stosowanych|kolegium", re.IGNORECASE)
"""Kinds of universities that many towns have; others are known by their acronym everywhere."""


class Naming(NamedTuple):
    """What a row says of its organisation: all that the names of a run depend on, and all that they change."""

    name: str
    acronym: str | None
    org_type: str
    org_id: str
    located_in: str | None
    teryt: str | None


_NAMING = attrgetter(*Naming._fields)


def naming_of(row: OrganisationMention) -> Naming:
    return Naming(*_NAMING(row))


class NameIndex:
    """What all rows of a run together say of names.

    ``add`` every row of the run first, in any order, or ``merge`` indices that hold parts of it; then ``apply``.
    Rows that say the same can be counted beforehand: ``count`` does what ``add`` does, ``resolved`` what ``apply``
    does. Memory grows with distinct names only.
    """

    def __init__(self) -> None:
        self._expansions: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(
            lambda: defaultdict(Counter)
        )
        self._types: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._codes: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
        """By the key of a name, the places that organisations of the name lie in, each with its code."""
        self._companies: defaultdict[str, set[str]] = defaultdict(set)
        """By the key of a company's name without its legal form, the keys that have one."""

    def add(self, rows: Iterable[OrganisationMention]) -> None:
        """Take note of the long names that rows tie to acronyms, and of the places that namesakes lie in."""
        for naming, n_rows in Counter(map(naming_of, rows)).items():
            self.count(naming, n_rows)

    def count(self, naming: Naming, n_rows: int) -> None:
        """Take note of what ``n_rows`` rows say."""
        key = name_key(naming.name)
        if naming.acronym and naming.name != naming.acronym:
            self._expansions[naming.acronym][key][naming.name] += n_rows
            self._types[key][naming.org_type] += n_rows
        if naming.located_in or naming.teryt:
            self._note(key, naming.located_in or "", naming.teryt)
        if bare := without_legal_form(key):
            self._companies[bare].add(key)

    def merge(self, other: "NameIndex") -> None:
        """Take over what another index holds; in which order indices are merged makes no difference."""
        for acronym, keys in other._expansions.items():
            for key, names in keys.items():
                self._expansions[acronym][key].update(names)
        for key, types in other._types.items():
            self._types[key].update(types)
        for key, codes in other._codes.items():
            for place, code in codes.items():
                self._note(key, place, code)
        for bare, companies in other._companies.items():
            self._companies[bare] |= companies

    def _note(self, key: str, place: str, code: str | None) -> None:
        codes = [one for one in (self._codes[key].get(place), code) if one]
        self._codes[key][place] = min(codes, default=None)

    def expansion(self, acronym: str) -> str | None:
        """Return the long name of an acronym; None where the run has none or several organisations for it.

        Short forms that only their document knows (``Lider``) and acronyms of a kind of body that many towns
        have (``Regionalna Izba Obrachunkowa w Łodzi``, ``RIO``) stand for nothing elsewhere.
        """
        found = self._expansions.get(acronym)
        if not found or len(found) != 1 or sum(map(str.isupper, acronym)) < 2:
            return None
        ((key, names),) = found.items()
        name = min(names, key=lambda name: (name.isupper(), -names[name], name))
        in_many_towns = SEAT.search(name) and (self._type(key) != "university" or MANY_TOWNS.search(name))
        return None if in_many_towns else name

    def _type(self, key: str) -> str:
        types = self._types[key]
        return min(types, key=lambda kind: (-types[kind], kind))

    def place(self, key: str, located_in: str | None) -> str | None:
        """Return where an organisation lies whose own document says ``located_in``: what the run knows more exactly.

        Where that fits several places of the run, it stays what it is.
        """
        said = _parts(located_in)
        places = [place for place in self._codes.get(key, ()) if place]
        exact = [one for one in places if not any(_parts(one) < _parts(other) for other in places)]
        found = [one for one in exact if _parts(one) >= said]
        return found[0] if len(found) == 1 else located_in

    def apply(self, rows: Iterable[OrganisationMention]) -> list[OrganisationMention]:
        """Return the rows in their order, an acronym on its own under the one long name that the run has for it."""
        known: dict[Naming, Naming] = {}
        applied = []
        for row in rows:
            naming = naming_of(row)
            if naming not in known:
                known[naming] = self.resolved(naming)
            applied.append(replace(row, **known[naming]._asdict()) if known[naming] != naming else row)
        return applied

    def resolved(self, naming: Naming) -> Naming:
        """Return what holds for the whole run in the place of what a row says."""
        return self._placed(self._formed(self._expanded(naming)))

    def _formed(self, naming: Naming) -> Naming:
        """Return a name that leaves out the legal form with the id of the run's only company of the name."""
        companies = self._companies.get(name_key(naming.name), set())
        return naming._replace(org_id=org_id(next(iter(companies)))) if len(companies) == 1 else naming

    def _expanded(self, naming: Naming) -> Naming:
        if naming.acronym and naming.name != naming.acronym:
            return naming
        name = self.expansion(naming.name)
        if name is None:
            return naming
        return naming._replace(
            name=name, acronym=naming.name, org_type=self._type(name_key(name)), org_id=org_id(name)
        )

    def _placed(self, naming: Naming) -> Naming:
        key = name_key(naming.name)
        if key not in self._codes:
            return naming
        place = self.place(key, naming.located_in)
        several = len({self.place(key, one) for one in self._codes[key] if one}) > 1
        return naming._replace(
            located_in=place,
            teryt=self._codes[key].get(place or "", naming.teryt),
            org_id=org_id(naming.name, place if several or is_namesake(naming.name) else None),
        )


def _parts(place: str | None) -> frozenset[str]:
    return frozenset(place.split(", ")) if place else frozenset()


def unify(rows: Iterable[OrganisationMention]) -> list[OrganisationMention]:
    """Return all rows of a run in their order, with the names and ids that hold for the whole run."""
    kept = list(rows)
    index = NameIndex()
    index.add(kept)
    return index.apply(kept)

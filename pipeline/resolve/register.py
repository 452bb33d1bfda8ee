"""TERC, the part of the official register TERYT that holds the units of territorial division, from its CSV.

The file is the one that Statistics Poland (GUS) publishes: UTF-8, semicolons, the columns of ``COLUMNS``, a row a
unit. A voivodeship's code has 2 digits, a county's 4, a gmina's 7: the last one (RODZ) tells its kind.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.resolve.territory import Candidate, Location, Unit, folded

COLUMNS = ("WOJ", "POW", "GMI", "RODZ", "NAZWA", "NAZWA_DOD", "STAN_NA")
URBAN, RURAL, URBAN_RURAL = "1", "2", "3"
"""Kinds of gminas. Other kinds are parts of gminas, which have no government of their own."""
KINDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "gmina": ((RURAL, URBAN_RURAL), (URBAN,)),
    "gmina wiejska": ((RURAL,),),
    "gmina miejsko-wiejska": ((URBAN_RURAL,),),
    "miasto": ((URBAN,), (URBAN_RURAL,)),
    "miasto i gmina": ((URBAN_RURAL,),),
}
"""What a unit's words say of its kind, the first choice first. ``Gmina Kłodzko`` is the rural one where both exist in
the voivodeship; the government of a town inside an urban-rural gmina is that of the gmina."""


@dataclass(frozen=True)
class Register:
    """The units of a file by kind and name."""

    units: Mapping[tuple[str, str], tuple[Candidate, ...]]

    def candidates(self, unit: Unit) -> tuple[Candidate, ...]:
        """Return the units that a name can mean, in the order of their codes."""
        if unit.kind in ("powiat", "województwo"):
            return self.units.get((unit.kind, unit.name), ())
        chosen: dict[str | None, tuple[Candidate, ...]] = {}
        for kinds in KINDS[unit.kind]:
            found = sorted(one for kind in kinds for one in self.units.get((kind, unit.name), ()))
            for voivodeship in dict.fromkeys(one.location.voivodeship for one in found):
                chosen.setdefault(
                    voivodeship, tuple(one for one in found if one.location.voivodeship == voivodeship)
                )
        return tuple(
            sorted((one for units in chosen.values() for one in units), key=lambda one: one.teryt or "")
        )


def read_register(path: Path) -> Register:
    """Return the register in a CSV of TERC; raises ``OSError``, and ``ValueError`` where the file is none."""
    status = path.stat()
    return _read_register(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=2)
def _read_register(path: Path, size: int, changed: int) -> Register:
    """Read a file once, as long as its size and time of change stay what they are."""
    units: defaultdict[tuple[str, str], list[Candidate]] = defaultdict(list)
    voivodeships: dict[str, str] = {}
    counties: dict[str, str | None] = {}
    for row in sorted(_rows(path), key=lambda row: (len(row["code"]), row["code"])):
        code, name = row["code"], folded(row["NAZWA"])
        if len(code) == 2:
            voivodeships[code] = name
            units["województwo", name].append(Candidate(Location(), code))
        elif len(code) == 4:
            # a town with the rights of a county is found as a gmina; its county has no adjective
            is_town = row["NAZWA_DOD"].casefold() != "powiat"
            counties[code] = None if is_town else name
            if not is_town:
                units["powiat", name].append(
                    Candidate(Location(voivodeship=voivodeships.get(code[:2])), code)
                )
        elif row["RODZ"] in (URBAN, RURAL, URBAN_RURAL):
            location = Location(counties.get(code[:4]), voivodeships.get(code[:2]))
            # ``Dobra (Szczecińska)`` is ``Gmina Dobra`` to most
            for spelling in {name, name.partition(" (")[0]}:
                units[row["RODZ"], spelling].append(Candidate(location, code))
    return Register({key: tuple(found) for key, found in units.items()})


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows with their ``code``; leading zeros that a spreadsheet took away are put back."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter=";")
        missing = [column for column in COLUMNS[:-1] if column not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{path} is no CSV of TERC: it lacks the column {missing[0]}")
        for row in reader:
            cells = {name: (row[name] or "").strip() for name in COLUMNS[:-1]}
            digits = [cells[name].zfill(2) for name in ("WOJ", "POW", "GMI") if cells[name]]
            code = "".join((*digits, cells["RODZ"]))
            if not (code.isascii() and code.isdigit() and len(code) in (2, 4, 7) and cells["NAZWA"]):
                raise ValueError(f"{path}, line {reader.line_num}: {code or 'nothing'} is no code of a unit")
            yield {**cells, "code": code}

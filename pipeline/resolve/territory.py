"""Where a local government lies, as far as that tells it from its namesakes: ``Gmina Brzeziny`` of two counties.

What a text says of counties and voivodeships is looked for beside the name, then in its sentence, then in the
whole document. Of the units that bear a name (in the register, or in ``rules/territory.yaml``) it must fit just one.
Of a name that neither knows, only what stands right beside it counts.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline import rules
from pipeline.morphology import REMEMBERED
from pipeline.nominative import nominative


class Location(NamedTuple):
    """A county and a voivodeship, as the adjectives that name them; either may be unknown."""

    county: str | None = None
    voivodeship: str | None = None

    def __str__(self) -> str:
        parts = (("powiat", self.county), ("województwo", self.voivodeship))
        return ", ".join(f"{kind} {name}" for kind, name in parts if name)


class Candidate(NamedTuple):
    """A unit that a name can mean: where it lies, and its code in the register."""

    location: Location
    teryt: str | None = None


class Unit(NamedTuple):
    """A unit of local government as its name has it; ``whole`` tells it from an office that is named after it."""

    kind: str
    name: str
    whole: bool = True


class Said(NamedTuple):
    """The counties and voivodeships that a stretch of text names."""

    counties: frozenset[str] = frozenset()
    voivodeships: frozenset[str] = frozenset()


class _Counties(BaseModel):
    model_config = ConfigDict(extra="forbid")
    meaning: str
    of: dict[str, list[str]]


class _Territory(BaseModel):
    model_config = ConfigDict(extra="forbid")
    counties: _Counties
    namesakes: _Counties


@cache
def _territory() -> _Territory:
    try:
        return _Territory.model_validate(rules.read_rules("territory.yaml"))
    except ValidationError as error:
        raise rules.RuleError(f"territory.yaml: {error}") from error


@cache
def counties() -> Mapping[str, tuple[Location, ...]]:
    """Return the counties by their adjective; ten of these name two."""
    found: dict[str, list[Location]] = {}
    for voivodeship, names in _territory().counties.of.items():
        for name in names:
            found.setdefault(name, []).append(Location(name, voivodeship))
    return {name: tuple(locations) for name, locations in found.items()}


@cache
def _namesakes() -> Mapping[str, tuple[Candidate, ...]]:
    return {
        folded(name): tuple(Candidate(_county(county)) for county in listed)
        for name, listed in _territory().namesakes.of.items()
    }


def _county(stated: str) -> Location:
    """Return the county that an entry of the namesakes means: its adjective, and its voivodeship where two bear it."""
    fitting = [
        location
        for locations in counties().values()
        for location in locations
        if stated in (location.county, f"{location.county} {location.voivodeship}")
    ]
    if len(fitting) != 1:
        raise rules.RuleError(f"territory.yaml: {stated} fits {len(fitting)} counties")
    return fitting[0]


def known_candidates(unit: Unit) -> tuple[Candidate, ...]:
    """Return the units that bear a name which several bear, as ``rules/territory.yaml`` has them."""
    if unit.kind == "powiat":
        found = counties().get(unit.name, ())
        return (
            tuple(Candidate(Location(voivodeship=one.voivodeship)) for one in found) if len(found) > 1 else ()
        )
    return _namesakes().get(unit.name, ())


def is_namesake(name: str) -> bool:
    """Tell whether ``rules/territory.yaml`` has several units of the name, or of the one that it is named after."""
    unit = unit_of(name)
    return unit is not None and bool(known_candidates(unit))


# --- names ---------------------------------------------------------------------------------------------------

UNIT = re.compile(
    r"(?:(?P<both>miasto i gmina|gmina i miasto)|(?P<rural>gmina wiejska)|(?P<mixed>gmina miejsko-wiejska)"
    r"|(?P<town>gmina miejska|(?:gmina )?miast[oa](?: stołeczne| st\.)?|m\. ?st\.)|(?P<gmina>gmina)"
    r"|(?P<powiat>powiat)|(?P<voivodeship>województwo)) (?P<name>\w.*)",
    re.IGNORECASE,
)
KIND_OF_GROUP = {
    "both": "miasto i gmina", "rural": "gmina wiejska", "mixed": "gmina miejsko-wiejska", "town": "miasto",
    "gmina": "gmina", "powiat": "powiat", "voivodeship": "województwo",
}  # fmt: skip
GMINAS = frozenset({"miasto i gmina", "gmina wiejska", "gmina miejsko-wiejska", "miasto", "gmina"})
DASHES = re.compile(r"\s*[‐‑–—-]\s*")
INSIDE = re.compile(r"(?<=\w )(?:gminy|miasta|powiatu)\s+\w.*", re.IGNORECASE)
"""The unit that an office or organ is named after: ``Urząd [Gminy Brzeziny]``."""


@lru_cache(maxsize=REMEMBERED)
def unit_of(name: str) -> Unit | None:
    """Return the unit of local government that a name in the nominative names or is named after; None for others."""
    whole = UNIT.fullmatch(name)
    found = whole
    if not whole and (inside := INSIDE.search(name)):
        found = UNIT.fullmatch(nominative(inside[0], number="sg"))
    if not found:
        return None
    place = found["name"]
    if found["town"] and found["town"].casefold().endswith("miasta"):  # ``Gmina Miasta Tarnowa``
        place = nominative(f"Miasta {place}", number="sg").partition(" ")[2]
    kind = next(kind for group, kind in KIND_OF_GROUP.items() if found[group])
    return Unit(kind, folded(place), whole is not None)


def folded(name: str) -> str:
    """Return the name of a place as it is compared: without capitals, every dash a hyphen, on one line."""
    return " ".join(DASHES.sub("-", name.casefold()).split())


# --- what a text says ----------------------------------------------------------------------------------------

ADJECTIVE = r"[^\W\d_]+(?:-[^\W\d_]+)*(?:sk|ck|dzk|zk)(?:iego|iemu|imi|ich|im|ie|i)(?:\s+(?:wschodni|zachodni)(?:ego|emu|m)?)?"
_LIST = rf"{ADJECTIVE}(?:(?:,|\s+i|\s+oraz)\s+{ADJECTIVE})*"
_COUNTY = (
    rf"(?:pow\.|powiat(?:u|owi|em|y|ów|om|ami|ach)?:?|powiecie|starost\w*)\s+(?P<county>{_LIST})(?![\w-])"
)
_VOIVODESHIP = rf"(?:woj\.|województw\w*:?)\s+(?P<voivodeship>{_LIST})(?![\w-])"
PLACES = re.compile(rf"\b(?:{_COUNTY}|{_VOIVODESHIP})", re.IGNORECASE)
_LINK = r"\s*[,(–—-]?\s*(?:(?:położon|leżąc)\w+\s+)?(?:(?:w|we|z|ze)\s+)?"
BESIDE = re.compile(
    rf"{_LINK}{_COUNTY}(?:{_LINK}{_VOIVODESHIP.replace('voivodeship', 'of_county')})?|{_LINK}{_VOIVODESHIP}",
    re.IGNORECASE,
)
"""What a name may be followed by: ``(powiat kaliski, woj. wielkopolskie)``, ``w powiecie kaliskim``."""
_POINTING = r"(?:w\s+powiecie|w\s+województwie|z\s+powiatu|z\s+województwa|(?:[wz]\s+)?(?:pow|woj)\.)"
STATING = re.compile(rf"\s*\(|\s*,?\s*(?:(?:położon|leżąc)\w+\s+)?{_POINTING}", re.IGNORECASE)
_ENDING = re.compile(r"(?:iego|iemu|imi|ich|im|ie|i)$")
_SIDE = re.compile(r"\b(wschodni|zachodni)\w*")


def said(text: str) -> Said:
    """Return the counties and voivodeships that ``text`` names."""
    return _said(PLACES.finditer(text))


def said_beside(text: str, end: int, limit: int) -> Said:
    """Return what is said right behind a name that ends at ``end``, before ``limit``."""
    found = BESIDE.match(text, end, limit)
    return _said([found]) if found else Said()


def states(text: str, end: int, limit: int) -> bool:
    """Tell whether what stands behind a name says where it lies, and does not go on to another partner.

    ``gmina Zalesie (powiat bialski)``, ``gmina Zalesie w powiecie bialskim``, but not ``Gmina Żory, Powiat Raciborski``.
    """
    return STATING.match(text, end, limit) is not None


def _said(found: Iterable[re.Match[str]]) -> Said:
    named: dict[str, set[str]] = {"county": set(), "voivodeship": set()}
    for match in found:
        for group, listed in match.groupdict().items():
            if listed:
                kind = "county" if group == "county" else "voivodeship"
                ending = "i" if kind == "county" else "ie"
                for adjective in re.findall(ADJECTIVE, listed, re.IGNORECASE):
                    named[kind].add(_base(adjective, ending))
    return Said(frozenset(named["county"]), frozenset(named["voivodeship"]))


def _base(adjective: str, ending: str) -> str:
    first, *side = adjective.casefold().split()
    return " ".join((_ENDING.sub(ending, first), *(_SIDE.sub(r"\1", word) for word in side)))


# --- which one is meant --------------------------------------------------------------------------------------


def fitting(candidates: Sequence[Candidate], heard: Said) -> Candidate | None:
    """Return the only candidate that lies where the text says, by its county or else by its voivodeship."""
    by_county = [one for one in candidates if one.location.county in heard.counties]
    if len(by_county) > 1:
        by_county = [one for one in by_county if one.location.voivodeship in heard.voivodeships]
    if not by_county:
        by_county = [one for one in candidates if one.location.voivodeship in heard.voivodeships]
    return by_county[0] if len(by_county) == 1 else None


def as_stated(heard: Said) -> Location | None:
    """Return the one location that a text states, its voivodeship filled in where only one has such a county."""
    if len(heard.counties) > 1 or len(heard.voivodeships) > 1 or not (heard.counties or heard.voivodeships):
        return None
    county = next(iter(heard.counties), None)
    voivodeship = next(iter(heard.voivodeships), None)
    known = counties().get(county, ()) if county else ()
    if voivodeship is None and len(known) == 1:
        return known[0]
    return Location(county, voivodeship)

"""Values as a person reads them: ``1 lipca 2012 – 30 kwietnia 2016``, ``10 622 115,00 zł``.

The words are data: ``texts.yaml`` beside this module has them in each language of the page.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.extractors.dates import edtf
from pipeline.records import AmountMention, DateMention, Mention, OrganisationMention, PartnerCountMention

LANGUAGES = ("pl", "en")
NARROW, NO_BREAK = "\u202f", "\u00a0"


@cache
def texts(language: str) -> Mapping[str, Any]:
    """Return everything that the page says in a language."""
    catalogue = yaml.safe_load((Path(__file__).with_name("texts.yaml")).read_text(encoding="utf-8"))
    found: Mapping[str, Any] = catalogue[language]
    return found


def in_words(record: type[Mention], values: Mapping[str, Any], language: str) -> str:
    """Return what a row says, of its value columns as JSON has them; ``values`` must be valid."""
    words = texts(language)["values"]
    if record is DateMention:
        return _date(values, words)
    if record is AmountMention:
        return _amount(values, words)
    if record is PartnerCountMention:
        return _count(values, words)
    assert record is OrganisationMention
    acronym = f" ({values['acronym']})" if values.get("acronym") else ""
    return f"{values['name']}{acronym} · {words['org_type'][values['org_type']]}"


def _date(values: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    value = edtf.parse(values["edtf"])
    if isinstance(value, edtf.Point):
        said = _point(value, words)
    else:
        end = words["open_end"] if value.end is None else _point(value.end, words)
        said = f"{_point(value.start, words)} – {end}"
    times = [str(values[name])[:5] for name in ("time_from", "time_to") if values.get(name)]
    return f"{said}, {words['at']} {'–'.join(times)}" if times else said


def _point(point: edtf.Point, words: Mapping[str, Any]) -> str:
    year = point.year
    if point.unspecified == 1:
        said = words["decade"].format(first=year, last=year + 9)
    elif point.unspecified:
        said = words["century"].format(first=year, last=year + 99)
    elif point.day is not None and point.part is not None:
        said = words["day"].format(day=point.day, month=words["months_of"][point.part - 1], year=year)
    elif point.part is None:
        said = str(year)
    elif (grouping := point.grouping) is None:
        said = f"{words['months'][point.part - 1]} {year}"
    else:
        said = words[grouping][point.part - edtf.GROUPINGS[grouping].start].format(year=year, next=year + 1)
    return f"{words['about']} {said}" if point.approximate else said


def money(value: Decimal, language: str) -> str:
    """Return an amount with two decimals, thousands set apart as the language does."""
    text = f"{value:,.2f}"
    return text if language == "en" else text.replace(",", NARROW).replace(".", ",")


def _amount(values: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    ends = [Decimal(values[name]) for name in ("value", "value_max") if values.get(name)]
    said = " – ".join(money(end, words["language"]) for end in ends)
    currency = words["currencies"].get(values["currency"], values["currency"])
    about = f"{words['about']} " if values.get("approximate") else ""
    tax = f" {words['tax'][values['tax']]}" if values.get("tax") else ""
    return f"{about}{said}{NO_BREAK}{currency}{tax}"


def _count(values: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    said = "–".join(str(values[name]) for name in ("value", "value_max") if values.get(name) is not None)
    about = f"{words['about']} " if values.get("approximate") else ""
    unit = values["unit"] + (f" {values['qualifier']}" if values.get("qualifier") else "")
    unit_type = words["unit_type"][values["unit_type"]]
    marks = [words[name] for name in ("increment", "elliptical") if values.get(name)]
    more = [*([unit_type] if unit_type != values["unit"] else []), *marks]
    return " · ".join((f"{about}{said} × {unit}", *more))

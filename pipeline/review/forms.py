"""Values as a reviewer types them, checked column by column before anything is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from pipeline.extractors.dates import edtf
from pipeline.records import DateMention, Mention, vocabulary
from pipeline.review.decisions import Values, as_json, value_columns

Kind = Literal["text", "edtf", "time", "money", "number", "currency", "choice", "flag"]
DERIVED = frozenset({"first_day", "last_day", "precision", "kind"})
"""Columns of a date that follow from its EDTF."""
CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT
    LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR
    NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
    STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD
    XDR XOF XPF YER ZAR ZMW ZWG ATS BEF CSK DDM DEM ESP FIM FRF GRD HRK IEP ITL LTL LUF LVL NLG PLZ PTE
    ROL SIT SKK SUR XEU
    """.split()  # noqa: SIM905 (one a line is 180 lines)
)
"""ISO 4217: the codes in use, then withdrawn ones of Europe that older documents name."""
MOST_MONEY = Decimal(10) ** 18
MOST_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Field:
    """One input of the form of a table."""

    name: str
    kind: Kind
    required: bool
    choices: tuple[str, ...] = ()


def fields_of(record: type[Mention]) -> list[Field]:
    """Return the inputs that a reviewer fills in for a table, in the order of its columns."""
    declared = {column.name: column for column in fields(record)}
    return [
        Field(
            name,
            _kind(name, str(declared[name].metadata["arrow"]), vocabulary(record, name)),
            not declared[name].metadata["null"],
            vocabulary(record, name),
        )
        for name in value_columns(record)
        if not (record is DateMention and name in DERIVED | {"approximate"})
    ]


def _kind(name: str, arrow: str, choices: tuple[str, ...]) -> Kind:
    if choices:
        return "choice"
    if name in ("edtf", "currency"):
        return "edtf" if name == "edtf" else "currency"
    for beginning, kind in _KINDS.items():
        if arrow.startswith(beginning):
            return kind
    return "text"


_KINDS: dict[str, Kind] = {"bool": "flag", "time": "time", "decimal": "money", "int": "number"}


def read_values(record: type[Mention], typed: Mapping[str, str]) -> tuple[Values, dict[str, str]]:
    """Return the values that were typed, and for each input that is wrong the name of its fault.

    Faults are names of messages in ``texts.yaml``: ``required``, ``edtf``, ``time``, ``money``, ``number``,
    ``currency``, ``choice``, ``order``, ``long``.
    """
    values: Values = {}
    faults: dict[str, str] = {}
    for field in fields_of(record):
        text = typed.get(field.name, "").strip()
        try:
            values[field.name] = _READ[field.kind](text, field) if text or field.kind == "flag" else None
        except (ValueError, InvalidOperation):
            faults[field.name] = field.kind
            continue
        if field.required and values[field.name] is None:
            faults[field.name] = "required"
        elif len(text) > MOST_CHARACTERS:
            faults[field.name] = "long"
    if not faults:
        _check_order(values, faults)
    if not faults and record is DateMention:
        values |= _derived(values["edtf"])
    return values, faults


def _check_order(values: Values, faults: dict[str, str]) -> None:
    lower, upper = values.get("value"), values.get("value_max")
    if lower is not None and upper is not None and Decimal(upper) <= Decimal(lower):
        faults["value_max"] = "order"
    if values.get("time_to") and not values.get("time_from"):
        faults["time_from"] = "required"


def _derived(text: str) -> Values:
    value = edtf.parse(text)
    return {
        "first_day": as_json(value.first_day),
        "last_day": as_json(value.last_day),
        "precision": value.precision,
        "kind": "interval" if isinstance(value, edtf.Interval) else "point",
        "approximate": value.approximate,
    }


def _edtf(text: str, field: Field) -> str:
    return str(edtf.parse(text))


def _time(text: str, field: Field) -> str:
    hours, _, rest = text.replace(".", ":").partition(":")
    return time.fromisoformat(f"{hours:0>2}:{rest or '00'}").replace(microsecond=0, tzinfo=None).isoformat()


def _money(text: str, field: Field) -> str:
    value = Decimal("".join(text.split()).replace(",", "."))
    if not value.is_finite() or not 0 <= value < MOST_MONEY or value != round(value, 2):
        raise ValueError(f"{text} is no amount with two decimals")
    return f"{value:.2f}"


def _number(text: str, field: Field) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise ValueError(f"{text} is no whole number")
    return int(text)


def _currency(text: str, field: Field) -> str:
    code = text.upper()
    if code not in CURRENCIES:
        raise ValueError(f"{text} is no code of ISO 4217")
    return code


def _choice(text: str, field: Field) -> str:
    if text not in field.choices:
        raise ValueError(f"{text} is none of the choices")
    return text


_READ: dict[Kind, Callable[[str, Field], Any]] = {
    "text": lambda text, field: text,
    "edtf": _edtf,
    "time": _time,
    "money": _money,
    "number": _number,
    "currency": _currency,
    "choice": _choice,
    "flag": lambda text, field: bool(text),
}

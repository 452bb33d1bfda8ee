"""What makes two names those of one organisation: the key that they share, and the id that follows from it.

An id follows from the name alone (and, among namesakes, from where the organisation lies), so that it does not
depend on the order of documents or the number of workers, and is the same in the next run.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import cache, lru_cache

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from pipeline import rules
from pipeline.morphology import REMEMBERED

VARIANTS = "organisations/variants.yaml"
WORDS = re.compile(r"[^\W_]+")


class Variant(BaseModel):
    """Spellings that name the same: regular expressions over whole words, and what stands for them in a key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    """What stands for them; nothing where names have the word or leave it out."""
    meaning: str
    spellings: list[str]
    legal_form: bool = False
    """Whether they are the legal form of a company, which names end in or leave out."""
    same: list[list[str]]
    """Names of one organisation, with several of the spellings."""
    other: list[list[str]] = []
    """Names of different organisations."""


@cache
def variants() -> Sequence[Variant]:
    """Return the spellings of ``rules/organisations/variants.yaml``; raises ``RuleError`` where it cannot be used."""
    try:
        return TypeAdapter(list[Variant]).validate_python(rules.read_rules(VARIANTS))
    except ValidationError as error:
        raise rules.RuleError(f"{VARIANTS}: {error}") from error


@cache
def _spellings() -> re.Pattern[str]:
    return re.compile(
        "|".join(
            rf"\b(?P<v{place}>{'|'.join(variant.spellings)})\b" for place, variant in enumerate(variants())
        )
    )


@lru_cache(maxsize=REMEMBERED)
def name_key(name: str) -> str:
    """Return what names of the same organisation share: capitals, quotes, signs and known variants aside."""
    plain = " ".join(WORDS.findall(name.casefold()))
    unified = _spellings().sub(lambda match: variants()[int(str(match.lastgroup)[1:])].key, plain)
    return " ".join(unified.split())


@lru_cache(maxsize=REMEMBERED)
def without_legal_form(key: str) -> str | None:
    """Return the key of a company's name without the legal form at its end; None where there is none."""
    bare = next((key.removesuffix(f" {form}") for form in _legal_forms() if key.endswith(f" {form}")), "")
    return bare or None


@cache
def _legal_forms() -> tuple[str, ...]:
    return tuple(variant.key for variant in variants() if variant.legal_form)


@lru_cache(maxsize=REMEMBERED)
def org_id(name: str, located_in: str | None = None) -> str:
    """Return the id of the organisation with this canonical name: 16 hexadecimal digits.

    ``located_in`` tells namesakes apart; leave it out where there are none.
    """
    key = name_key(name) if located_in is None else f"{name_key(name)} | {located_in}"
    return hashlib.sha256(key.encode()).hexdigest()[:16]

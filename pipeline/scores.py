"""How probable it is that a row is right, by the rule that found it.

The author of a rule writes a ``score``, which ranks it among others. What the column ``score`` of a row says is
that word held against gold: on the log-odds scale all rules of a table move by one ``shift``, so that they are
right as often as they claim on documents that no rule was written on; and where such documents show a rule
often enough, its own share of right rows counts (the mean of a Beta distribution whose prior weighs as much
as ``strength`` rows). The figures are data: ``rules/scores/calibration.yaml``, made by ``plextract calibrate``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.rules import RuleError, folders, read_yaml

FILE = "scores/calibration.yaml"
SURE = 0.999
"""No author is surer than this: odds have to be finite."""


class Tally(NamedTuple):
    """How many rows of a rule there were, and how many of them were right."""

    right: int
    rows: int


@dataclass(frozen=True, slots=True)
class TableEstimate:
    """What gold says of the rules of one table."""

    shift: float = 0.0
    """Added to the log-odds of every authored score."""
    rules: Mapping[str, Tally] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estimates:
    """What gold says of every table. With no tables, scores stay as authors wrote them."""

    strength: float = 0.0
    """How many rows the authored score weighs."""
    tables: Mapping[str, TableEstimate] = field(default_factory=dict)
    _known: dict[tuple[str, str, float], float] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """The probabilities that were asked for, by table, rule and authored score: there are only so many rules."""

    def probability(self, table: str, rule: str, authored: float) -> float:
        """Return the probability that a row of a rule is right, whose author gave it the score ``authored``."""
        key = (table, rule, authored)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._probability(*key)
        return known

    def _probability(self, table: str, rule: str, authored: float) -> float:
        estimate = self.tables.get(table)
        if estimate is None:
            return authored
        prior = shifted(authored, estimate.shift)
        tally = estimate.rules.get(rule, Tally(0, 0))
        return (tally.right + self.strength * prior) / (tally.rows + self.strength)


AS_WRITTEN = Estimates()
"""Leaves every score as its rule has it."""


def shifted(probability: float, shift: float) -> float:
    """Return a probability moved by ``shift`` on the log-odds scale."""
    bounded = min(max(probability, 1 - SURE), SURE)
    return 1 / (1 + math.exp(-math.log(bounded / (1 - bounded)) - shift))


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    shift: float
    rules: dict[str, tuple[int, int]]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    gold: list[str]
    model: str
    strength: float
    tables: dict[str, _Table]


@cache
def estimates() -> Estimates:
    """Return the estimates that come with the rules, or with the user's own; raises ``RuleError`` where their file cannot be used."""
    path = next((path for folder in reversed(folders()) if (path := folder / FILE).exists()), None)
    if path is None:
        return AS_WRITTEN
    try:
        data = _File.model_validate(read_yaml(path))
    except ValidationError as error:
        raise RuleError(f"{path}: {error}") from error
    return Estimates(
        data.strength,
        {
            name: TableEstimate(table.shift, {rule: Tally(*counts) for rule, counts in table.rules.items()})
            for name, table in data.tables.items()
        },
    )


def as_data(found: Estimates, *, gold: list[str], model: str) -> dict[str, Any]:
    """Return estimates as their file has them, with what they were measured on."""
    return _File(
        gold=gold,
        model=model,
        strength=found.strength,
        tables={
            name: _Table(
                shift=round(table.shift, 4), rules={rule: table.rules[rule] for rule in sorted(table.rules)}
            )
            for name, table in found.tables.items()
        },
    ).model_dump()

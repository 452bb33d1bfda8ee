"""What a rule for dates says beyond its pattern."""

from typing import Literal

from pipeline.rules import Rule

Reading = Literal[
    "point", "range", "open", "years", "cell", "day_word", "count", "period", "weekday", "holiday"
]  # fmt: skip


class DateRule(Rule):
    """A rule for dates."""

    reading: Reading = "point"
    """What the captures mean: a ``point``; a ``range`` whose captures begin with ``from_`` and ``to_``; an
    ``open`` range; a list of ``years``, one row each; a year alone in a table ``cell``; or something counted from the reference date: a
    ``day_word``, a ``count`` of units, a ``period``, a ``weekday``; or a ``holiday``."""
    ahead: bool = False
    """A ``count`` goes forward from the reference date."""
    named: bool = False
    """The date is part of a name: a round year there says nothing of when anything else in its sentence is."""

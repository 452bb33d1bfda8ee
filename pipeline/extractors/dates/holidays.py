"""Feasts that are named instead of a date, fixed and movable, in the Gregorian calendar of Poland."""

from datetime import date, timedelta

FIXED: dict[str, tuple[int, int]] = {
    "new_year": (1, 1),
    "epiphany": (1, 6),
    "womens_day": (3, 8),
    "labour_day": (5, 1),
    "constitution_day": (5, 3),
    "childrens_day": (6, 1),
    "assumption": (8, 15),
    "all_saints": (11, 1),
    "all_souls": (11, 2),
    "independence_day": (11, 11),
    "saint_nicholas": (12, 6),
    "christmas_eve": (12, 24),
    "christmas": (12, 25),
    "second_christmas_day": (12, 26),
    "new_years_eve": (12, 31),
}
"""Month and day of the feasts that stay."""

FROM_EASTER: dict[str, int] = {
    "fat_thursday": -52,
    "ash_wednesday": -46,
    "palm_sunday": -7,
    "maundy_thursday": -3,
    "good_friday": -2,
    "holy_saturday": -1,
    "easter": 0,
    "easter_monday": 1,
    "pentecost": 49,
    "corpus_christi": 60,
}
"""Days from Easter Sunday to the feasts that move."""


def easter(year: int) -> date:
    """Return Easter Sunday of a Gregorian year (the anonymous algorithm, Meeus, Astronomical Algorithms, ch. 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    l_ = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * l_) // 451
    month, day = divmod(h + l_ - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holiday(feast: str, year: int) -> date:
    """Return the day of ``feast`` in ``year``; raises ``KeyError`` for one that is not known."""
    if feast in FIXED:
        return date(year, *FIXED[feast])
    return easter(year) + timedelta(days=FROM_EASTER[feast])

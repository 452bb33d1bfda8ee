"""How far a share that was counted can be from the true one."""

import math

Z_95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution, for intervals of 95 %."""


def wilson(right: int, rows: int) -> tuple[float, float]:
    """Return the ends of Wilson's score interval (95 %) for a share; ``(0, 1)`` where nothing was counted.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if not rows:
        return 0.0, 1.0
    share, square = right / rows, Z_95**2
    centre = share + square / (2 * rows)
    margin = Z_95 * math.sqrt(share * (1 - share) / rows + square / (4 * rows**2))
    scale = 1 + square / rows
    return max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale)

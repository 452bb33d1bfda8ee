"""Small charts as inline SVG: labelled axes, a text alternative, colours by CSS classes of the page that holds them.

Nothing outside the SVG is needed. Text is escaped. Colours are ``var(--chart-1)`` and so on, which ``STYLE``
sets for light and for dark, after Okabe and Ito, told apart with every kind of colour vision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

STYLE = """
:root { --chart-1: #0072b2; --chart-2: #e69f00; --chart-3: #009e73; --chart-4: #cc79a7; --chart-ink: #444; --chart-grid: #ddd; }
@media (prefers-color-scheme: dark) {
  :root { --chart-1: #56b4e9; --chart-2: #f0b840; --chart-3: #35c79a; --chart-4: #e3a3c8; --chart-ink: #bbb; --chart-grid: #3a3f46; }
}
.chart { display: block; width: 100%; height: auto; }
.chart text { fill: var(--chart-ink); font: 12px system-ui, sans-serif; }
.chart .grid { stroke: var(--chart-grid); }
.chart .series-1 { fill: var(--chart-1); } .chart .series-2 { fill: var(--chart-2); }
.chart .series-3 { fill: var(--chart-3); } .chart .series-4 { fill: var(--chart-4); }
"""
"""The CSS that a page with charts has to have."""

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 240, 52, 12, 14, 46
WIDEST = 56
"""Of a column, so that few of them are no wall."""
LABEL_WIDTH = 46
"""Room for a label under a column."""

STEPS: tuple[int, ...] = tuple(part * 10**power for power in range(5) for part in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class Series:
    """Counts that are drawn in one colour, one for each column."""

    name: str
    values: Sequence[int]


def columns(
    title: str, labels: Sequence[str], series: Sequence[Series], *, x: str, y: str, width: int = 720
) -> str:
    """Return stacked columns, one for each of ``labels``; ``x`` and ``y`` name the axes, ``title`` is read out.

    Every label is shown where there is room, else every second, fifth, tenth and so on.
    """
    totals = [sum(one.values[place] for one in series) for place in range(len(labels))]
    top = _round_up(max(totals, default=0))
    wide, high = width - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    step = wide / max(len(labels), 1)
    thick = min(step * 0.8, WIDEST)
    parts = [_opened(title, width, HEIGHT)]
    for share in (0, 0.5, 1) if top > 1 else (0, 1):
        at = TOP + high * (1 - share)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{width - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{_number(top * share)}</text>')
    every = _every(len(labels), wide)
    for place, label in enumerate(labels):
        left, bottom = LEFT + step * place, float(TOP + high)
        for number, one in enumerate(series, start=1):
            tall = high * one.values[place] / top
            if not tall:
                continue
            bottom -= tall
            parts.append(
                f'<rect class="series-{number}" x="{left + (step - thick) / 2:.1f}" y="{bottom:.1f}" '
                f'width="{thick:.1f}" height="{tall:.1f}"><title>'
                f"{escape(label)}: {escape(one.name)} {one.values[place]}</title></rect>"
            )
        if place % every == 0:
            middle = left + step / 2
            parts.append(
                f'<text x="{middle:.1f}" y="{TOP + high + 16}" text-anchor="middle">{escape(label)}</text>'
            )
    parts.append(f'<text x="{LEFT + wide / 2:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x)}</text>')
    parts.append(
        f'<text x="13" y="{TOP + high / 2:.1f}" text-anchor="middle" '
        f'transform="rotate(-90 13 {TOP + high / 2:.1f})">{escape(y)}</text></svg>'
    )
    return "".join(parts)


def _opened(title: str, width: int, height: int) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
    )


def _every(labels: int, wide: int) -> int:
    """Return how many columns share a label, a round number."""
    room = max(int(wide / LABEL_WIDTH), 1)
    return next((every for every in STEPS if labels <= room * every), STEPS[-1])


def _round_up(value: int) -> int:
    """Return a round number that is not below ``value``, and even from 2 on."""
    if value <= 2:
        return max(value, 1)
    unit = int("1" + "0" * (len(str(value)) - 1))
    rounds: list[int] = [unit * part for part in (1, 2, 4, 6, 8, 10) if unit * part >= value]
    return rounds[0]


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f")

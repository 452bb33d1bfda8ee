"""Plots of what evaluation found. Needs matplotlib (the extra ``notebooks``)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from pipeline.evaluate.calibration import Outcome, expected_calibration_error, precision_coverage, reliability
from pipeline.evaluate.intervals import wilson

STYLES = (("#0072b2", "o", "-"), ("#009e73", "s", "--"), ("#d55e00", "^", "-."), ("#cc79a7", "D", ":"))
"""Colours of Okabe and Ito, told apart with every kind of colour vision, each with its own marker and line."""


def calibration(outcomes: Mapping[str, Sequence[Outcome]], path: Path) -> None:
    """Draw, by table, what scores claim against what was right, and the precision that each coverage has.

    The suffix of ``path`` chooses the format (``.svg``, ``.png``, ``.pdf``); raises ``ValueError`` for another.
    """
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    lowest = 1.0
    for (table, listed), (colour, marker, line) in zip(outcomes.items(), STYLES, strict=False):
        if not listed:
            continue
        bins = reliability(listed)
        shares = [found.right for found in bins]
        ends = [wilson(round(found.right * found.rows), found.rows) for found in bins]
        left.errorbar(
            [found.mean_score for found in bins],
            shares,
            yerr=[
                [max(share - low, 0) for share, (low, _) in zip(shares, ends, strict=True)],
                [max(high - share, 0) for share, (_, high) in zip(shares, ends, strict=True)],
            ],
            color=colour, marker=marker, linestyle="none", capsize=2, elinewidth=1,
            label=f"{table}: error {expected_calibration_error(listed):.3f}, {len(listed)} rows",
        )  # fmt: skip
        cuts = precision_coverage(listed)
        right.step(
            [cut.coverage for cut in cuts],
            [cut.precision for cut in cuts],
            where="pre", color=colour, linestyle=line, label=table,
        )  # fmt: skip
        lowest = min(lowest, *(low for low, _ in ends), *(found.mean_score for found in bins))
    floor = max(0.0, lowest - 0.02)
    left.plot([floor, 1], [floor, 1], color="#767676", linewidth=1, zorder=0)
    left.set(
        xlim=(floor, 1.005), ylim=(floor, 1.005), xlabel="mean score", ylabel="share right (95 % interval)",
        title="Do scores hold what they claim?",
    )  # fmt: skip
    right.set(xlim=(0, 1.005), xlabel="coverage: share of rows kept", ylabel="precision of the rows kept")
    right.set_title("What a least score leaves")
    for axes in (left, right):
        axes.grid(alpha=0.25)
        axes.legend(frameon=False, fontsize="small", loc="upper left" if axes is left else "lower left")
    figure.savefig(path, dpi=160)

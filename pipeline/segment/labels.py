"""Field labels that a document gives: the text before the ``:`` that opens a line or stands over a list."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from pipeline.segment.layout import Unit
from pipeline.segment.words import is_label, label_text

OPENING = re.compile(r"\S[^:]{0,90}?:[*_]{0,3}(?=\s|$)")
LONGEST_OPENING = 92
"""Characters that ``OPENING`` can have with its colon, and no marks of emphasis."""
NUMBERS = re.compile(r"[\d.,\s]+")
MAX_ROWS = 5
"""Rows of a table that are looked at to tell its heading."""


def labels_of(text: str, units: Sequence[Unit]) -> list[str | None]:
    """Return the label of each unit: its own, that of its column or row, or that of a line above."""
    labels: list[str | None] = []
    above = _Above()
    for table, group in groupby(units, key=lambda unit: unit.kind == "cell"):
        members = list(group)
        if table:
            labels.extend(_table_labels(text, members))
            above.clear()
            continue
        for unit in members:
            label, alone = _own_label(text, unit)
            if alone:
                labels.append(None)
                above.open(unit, label)
            else:
                inherited = above.over(unit, own=label is not None)
                labels.append(label or inherited)
    return labels


def _own_label(text: str, unit: Unit) -> tuple[str | None, bool]:
    """Return the label that opens the unit, and whether nothing follows it."""
    start = unit.marker_end or unit.start
    while start < unit.end and text[start].isspace():
        start += 1
    if (
        text.find(":", start, min(unit.end, start + LONGEST_OPENING)) < 0
    ):  # faster than to let the pattern fail
        return None, False
    found = OPENING.match(text, start, unit.end)
    if found is None:
        return None, False
    alone = found.end() == unit.end
    label = label_text(found.group())
    return (label if is_label(label) else None), alone


class _Above:
    """The labels of label-only lines that stand over what follows."""

    def __init__(self) -> None:
        self._open: list[tuple[str | None, Unit]] = []
        self._lines = 0
        self._items = False

    def clear(self) -> None:
        self._open.clear()

    def open(self, unit: Unit, label: str | None) -> None:
        if unit.kind == "item":
            self._close_items(unit)
        else:
            self._open.clear()
        self._open.append((label, unit))
        self._lines = 0
        self._items = False

    def over(self, unit: Unit, *, own: bool) -> str | None:
        """Return the label that an earlier line gives the unit, and forget labels that it ends."""
        if unit.kind == "item":
            if self._lines or not unit.rank:
                self._open.clear()
            self._close_items(unit)
            self._items = True
            return self._open[-1][0] if self._open else None
        if not self._open:
            return None
        label, opener = self._open[-1]
        directly = unit.block == opener.block
        if own or self._items or (self._lines and not directly):
            self._open.clear()
            return None
        self._lines += 1
        return label

    def _close_items(self, unit: Unit) -> None:
        while self._open:
            opener = self._open[-1][1]
            beside = opener.indent == unit.indent and (
                opener.marker == unit.marker or unit.rank < opener.rank
            )
            if opener.kind != "item" or not (beside or opener.indent > unit.indent):
                return
            self._open.pop()


def _table_labels(text: str, cells: Sequence[Unit]) -> list[str | None]:
    labels: list[str | None] = []
    for _, table in groupby(cells, key=lambda cell: cell.block):
        rows = [list(row) for _, row in groupby(table, key=lambda cell: cell.row)]
        header = _header(text, rows)
        for number, row in enumerate(rows):
            if header and not number:
                labels.extend(None for _ in row)
            else:
                labels.extend(_row_labels(text, row, header, named=len(rows) > 1))
    return labels


def _row_labels(
    text: str, row: Sequence[Unit], header: Mapping[int, str], *, named: bool
) -> Iterator[str | None]:
    """Yield the labels of a row: each cell's own, that of the cell in front of it, or that of its column."""
    name = _content(text, row[0]) if named and len(row) == 2 and not header else ""
    pending = None
    for cell in row:
        label, alone = _own_label(text, cell)
        yield None if alone else label or pending or header.get(cell.column)
        pending = label if alone else name if label is None and is_label(name) else None


def _header(text: str, rows: Sequence[Sequence[Unit]]) -> dict[int, str]:
    """Return the headings by column where the first row heads a table: words alone, over rows with numbers.

    Two columns may also be names and values; they have a heading where the values are alike.
    """
    names = {cell.column: _content(text, cell) for cell in rows[0]}
    columns = rows[0][-1].column
    same = [row for row in rows[1:MAX_ROWS] if len(row) > 1 and abs(row[-1].column - columns) < 2]
    values = [_content(text, row[-1]) for row in same]
    if len(names) < 2 or any(":" in name or any(map(str.isdigit, name)) for name in names.values()):
        return {}
    if not any(any(map(str.isdigit, _content(text, cell))) for row in same for cell in row):
        return {}
    if columns == 1 and len({NUMBERS.sub("", value) for value in values}) > 1:
        return {}
    return {column: name for column, name in names.items() if is_label(name)}


def _content(text: str, cell: Unit) -> str:
    return text[cell.start : cell.end].strip("|• ")

"""What reviewers decided, kept in SQLite beside the run: who, when, what stood there before and what should.

The log only grows: a later decision on the same row takes the place of an earlier one, and an undone one
stays with the time it was undone. Every decision is on the disk before it is answered (WAL, full
synchronisation), so a closed tab or a killed server loses none, and several processes may write.
"""

import json
import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from threading import RLock
from typing import Any, Literal, Self, get_args

from pipeline.records import MENTION_TABLES, Mention

FILE = "review.sqlite"
"""Name of the store within the folder of a run."""
WAIT_SECONDS = 30.0
"""How long one writer waits for another."""

Verdict = Literal["right", "wrong", "corrected", "missed", "unsure"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
Values = dict[str, Any]
"""Values of columns as JSON has them: decimals, dates and times as text."""

RUN_WIDE = frozenset({"org_id", "located_in", "teryt"})
"""Columns that follow from the whole run rather than from the place, so they are not a reviewer's to decide."""
_OF_MENTIONS = frozenset(column.name for column in fields(Mention))

_SCHEMA = """
CREATE TABLE IF NOT EXISTS decisions (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  "table" TEXT NOT NULL,
  doc_id TEXT NOT NULL,
  "start" INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  "text" TEXT NOT NULL,
  rule TEXT,
  score REAL,
  verdict TEXT NOT NULL CHECK (verdict IN ('right', 'wrong', 'corrected', 'missed', 'unsure')),
  "before" TEXT,
  "after" TEXT,
  note TEXT NOT NULL DEFAULT '',
  undone_at TEXT
);
CREATE INDEX IF NOT EXISTS decisions_of_rows ON decisions ("table", doc_id, "start", "end", reviewer);
CREATE INDEX IF NOT EXISTS decisions_undone ON decisions (undone_at) WHERE undone_at IS NOT NULL;
"""
_COLUMNS = (
    'id, at, reviewer, "table", doc_id, "start", "end", "text", rule, score, verdict, "before", "after", note'
)
_CURRENT = f"""
SELECT {_COLUMNS} FROM decisions AS latest
WHERE undone_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM decisions AS later
  WHERE later.undone_at IS NULL AND later.id > latest.id AND later.reviewer = latest.reviewer
    AND later."table" = latest."table" AND later.doc_id = latest.doc_id
    AND later."start" = latest."start" AND later."end" = latest."end"
)
"""


def value_columns(record: type[Mention]) -> tuple[str, ...]:
    """Return the columns of a table that a reviewer decides on, in their order."""
    return tuple(
        column.name
        for column in fields(record)
        if column.name not in _OF_MENTIONS and column.name not in RUN_WIDE
    )


def as_json(value: object) -> Any:
    """Return a value of a column as JSON has it."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date | time):
        return value.isoformat()
    return value


def values_of(record: type[Mention], row: Mapping[str, Any]) -> Values:
    """Return what a row says, without where it stands and who found it."""
    return {name: as_json(row[name]) for name in value_columns(record)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One reviewer's word on one row, or on a mention that no row has."""

    id: int
    at: datetime
    """When, in UTC."""
    reviewer: str
    table: str
    doc_id: str
    start: int
    end: int
    """The place of the row in ``documents.text``; of a missed mention, its own."""
    text: str
    rule: str | None
    score: float | None
    verdict: Verdict
    before: Values | None
    """What the row said; None for a missed mention."""
    after: Values | None
    """What it should say, and its ``start``, ``end`` and ``text``; of ``corrected`` and ``missed`` alone."""
    note: str

    @property
    def right_place(self) -> tuple[int, int]:
        """Where the mention stands by this decision, in ``documents.text``."""
        return (self.after["start"], self.after["end"]) if self.after else (self.start, self.end)


class Decisions:
    """The store of one run. Use it as a context, or close it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = RLock()  # the page answers in several threads

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the store at ``path``, made where there is none; raises ``sqlite3.Error`` where it cannot be had."""
        connection = sqlite3.connect(
            path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_SCHEMA)
        return cls(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def add(
        self,
        *,
        reviewer: str,
        table: str,
        doc_id: str,
        start: int,
        end: int,
        text: str,
        verdict: Verdict,
        rule: str | None = None,
        score: float | None = None,
        before: Values | None = None,
        after: Values | None = None,
        note: str = "",
        at: datetime | None = None,
    ) -> int:
        """Keep a decision and return its id; once this returns, it is on the disk."""
        row = (
            (at or datetime.now(UTC)).astimezone(UTC).isoformat(),
            reviewer, table, doc_id, start, end, text, rule, score, verdict, _json(before), _json(after), note,
        )  # fmt: skip
        with self._writing():
            cursor = self._connection.execute(
                'INSERT INTO decisions (at, reviewer, "table", doc_id, "start", "end", "text", rule, score, '
                f'verdict, "before", "after", note) VALUES ({", ".join("?" * len(row))})',
                row,
            )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def undo(self, reviewer: str) -> Decision | None:
        """Take back the reviewer's last decision that stands and return it; None where there is none."""
        with self._writing():
            found = self._connection.execute(
                f"SELECT {_COLUMNS} FROM decisions WHERE reviewer = ? AND undone_at IS NULL "
                "ORDER BY id DESC LIMIT 1",
                (reviewer,),
            ).fetchone()
            if found is None:
                return None
            self._connection.execute(
                "UPDATE decisions SET undone_at = ? WHERE id = ?", (datetime.now(UTC).isoformat(), found[0])
            )
        return _decision(found)

    def standing(self, *, doc_id: str | None = None, after_id: int = 0) -> list[Decision]:
        """Return each reviewer's last word on each row, in the order in which they were given."""
        condition = "AND id > ?" + (" AND doc_id = ?" if doc_id is not None else "")
        values = (after_id,) if doc_id is None else (after_id, doc_id)
        listed = self._read(f"{_CURRENT} {condition} ORDER BY id", values)
        return [_decision(row) for row in listed]

    def undone(self, known: Container[int] = ()) -> list[Decision]:
        """Return the decisions that were taken back, without those whose ids are ``known``."""
        listed = self._read(f"SELECT {_COLUMNS} FROM decisions WHERE undone_at IS NOT NULL ORDER BY id")
        return [_decision(row) for row in listed if row[0] not in known]

    def history(self, table: str, doc_id: str, start: int, end: int) -> list[tuple[Decision, bool]]:
        """Return every decision on one row in order, and whether it was undone."""
        listed = self._read(
            f'SELECT {_COLUMNS}, undone_at IS NOT NULL FROM decisions WHERE "table" = ? AND doc_id = ? '
            'AND "start" = ? AND "end" = ? ORDER BY id',
            (table, doc_id, start, end),
        )
        return [(_decision(row[:-1]), bool(row[-1])) for row in listed]

    def reviewers(self) -> list[str]:
        """Return everyone who ever decided, by name."""
        return [name for (name,) in self._read("SELECT DISTINCT reviewer FROM decisions ORDER BY 1")]

    def version(self) -> tuple[int, int]:
        """Return a mark that changes with every decision and every undo, also those of other processes."""
        [(last, undone)] = self._read(
            "SELECT (SELECT coalesce(max(id), 0) FROM decisions), "
            "(SELECT count(*) FROM decisions WHERE undone_at IS NOT NULL)"
        )
        return last, undone

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _read(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def _json(values: Values | None) -> str | None:
    return None if values is None else json.dumps(values, ensure_ascii=False, sort_keys=True)


def _decision(row: tuple[Any, ...]) -> Decision:
    values = dict(zip((column.name for column in fields(Decision)), row, strict=True))
    values["at"] = datetime.fromisoformat(values["at"])
    for name in ("before", "after"):
        values[name] = None if values[name] is None else json.loads(values[name])
    return Decision(**values)


# --- a later run ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """Decisions held against the rows of a run: those that apply to it, and those that do not, with the reason."""

    applying: list[Decision]
    stale: list[tuple[Decision, str]]


def carry_over(
    decisions: Iterable[Decision],
    rows: Mapping[tuple[str, str, int, int], Values],
    doc_ids: Container[str],
) -> CarriedOver:
    """Tell which decisions hold for a run's ``rows`` (by table, document, start, end).

    A decision holds where the row has the same span and the same values that a scorer compares. One on a
    missed mention holds as long as its document is there.
    """
    compared = {record.table: record.values for record in MENTION_TABLES}
    applying: list[Decision] = []
    stale: list[tuple[Decision, str]] = []
    for decision in decisions:
        row = rows.get((decision.table, decision.doc_id, decision.start, decision.end))
        if decision.doc_id not in doc_ids:
            stale.append((decision, "document gone"))
        elif decision.before is None:
            applying.append(decision)
        elif row is None:
            stale.append((decision, "row gone"))
        elif any(row.get(name) != decision.before.get(name) for name in compared[decision.table]):
            stale.append((decision, "value changed"))
        else:
            applying.append(decision)
    return CarriedOver(applying, stale)

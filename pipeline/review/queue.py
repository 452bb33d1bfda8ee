"""The rows of a run as a reviewer goes through them: filtered, ordered, and with what was decided.

DuckDB reads the run's Parquet once into a database of its own (in a temporary folder), where rows have
numbers. An order is an array of these numbers, so that a page or the next row is a look into an array,
whatever the number of rows.
"""

import tempfile
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from threading import RLock
from typing import Any, Literal, get_args

import duckdb
import numpy as np
import numpy.typing as npt

from pipeline.records import MENTION_TABLES, DocumentRecord, Mention
from pipeline.review.decisions import FILE, CarriedOver, Decision, Decisions, carry_over, values_of

Order = Literal["score", "place", "random", "rules", "disagreement"]
ORDERS: tuple[Order, ...] = get_args(Order)
"""Lowest score first; as in the documents; a random sample; each rule in turn; what only the model found."""
State = Literal["any", "open", "done", "right", "wrong", "corrected", "unsure", "disputed"]
STATES: tuple[State, ...] = get_args(State)
OPEN = 0
VERDICT_CODES = {"right": 1, "wrong": 2, "corrected": 3, "unsure": 4}
RECORDS: dict[str, type[Mention]] = {record.table: record for record in MENTION_TABLES}
ORDERS_HELD = 16
PAGE_ROWS = 40

RowIds = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class View:
    """What a reviewer wants to see, and in which order; an empty string does not filter."""

    table: str = ""
    document: str = ""
    """A part of ``documents.source``, or a whole ``doc_id``."""
    rule: str = ""
    """A rule's id, or its beginning followed by ``*``."""
    label: str = ""
    value: str = ""
    min_score: float = 0.0
    max_score: float = 1.0
    state: State = "any"
    order: Order = "score"
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a mention table, with its number in the queue."""

    id: int
    record: type[Mention]
    columns: dict[str, Any]
    source: str

    @property
    def mention(self) -> Mention:
        """The row as the pipeline made it."""
        return self.record(**self.columns)

    @property
    def values(self) -> dict[str, Any]:
        """What a reviewer decides on."""
        return values_of(self.record, self.columns)


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a reviewer has come with a view."""

    rows: int
    done: int


class UnreadableRun(Exception):  # noqa: N818 (it says what is so)
    """The tables of a run cannot be read."""


class Queue:
    """The rows of the run under ``out``. Raises ``UnreadableRun``."""

    def __init__(self, out: Path, decisions: Decisions) -> None:
        self.out = out
        self._decisions = decisions
        self._lock = RLock()
        self._folder = tempfile.TemporaryDirectory(prefix="plextract-review-")
        self._database = duckdb.connect(str(Path(self._folder.name) / "queue.duckdb"))
        self._database.execute("SET enable_progress_bar = false")
        try:
            self._load()
        except duckdb.Error as error:
            self.close()
            raise UnreadableRun(str(error).splitlines()[0]) from error
        self._orders: OrderedDict[View, RowIds] = OrderedDict()
        self._states: dict[str, npt.NDArray[np.int8]] = {}
        self._disputed: npt.NDArray[np.bool_] = np.zeros(self.n_rows, dtype=np.bool_)
        self._seen = (-1, -1)

    def close(self) -> None:
        self._database.close()
        self._folder.cleanup()

    # --- reading the run -------------------------------------------------------------------------------------

    def _load(self) -> None:
        run = self._database
        run.execute(
            "CREATE TABLE documents AS SELECT row_number() OVER () AS number, "
            "doc_id, source, title, media_type, reference_date, n_chars "
            f"FROM read_parquet('{_glob(self.out, DocumentRecord.table)}')"
        )
        parts = []
        for record in MENTION_TABLES:
            name = record.table
            run.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{_glob(self.out, name)}')")
            compared = ", ".join(f'CAST("{column}" AS VARCHAR)' for column in record.values)
            organisation = "org_id" if "org_id" in (column.name for column in fields(record)) else "NULL"
            parts.append(
                f'SELECT \'{name}\' AS "table", rowid AS row_at, doc_id, start, "end", rule, score, label, '
                f"concat_ws(' ', {compared}) AS value, {organisation} AS org_id FROM {name}"
            )
        run.execute(
            'CREATE TABLE queue AS SELECT row_number() OVER (ORDER BY documents.number, start, "end", "table") - 1 '
            "AS id, found.*, documents.source FROM (" + " UNION ALL ".join(parts) + ") AS found "
            "JOIN documents USING (doc_id) ORDER BY id"
        )
        run.execute(
            "CREATE TABLE by_rules AS SELECT org_id, bool_or(NOT starts_with(rule, 'ner:')) AS found "
            "FROM organisations GROUP BY org_id"
        )
        counted = run.execute("SELECT count(*) FROM queue").fetchone()
        assert counted is not None
        self.n_rows: int = counted[0]

    # --- views -----------------------------------------------------------------------------------------------

    def ids(self, view: View) -> RowIds:
        """Return the numbers of the rows of a view in its order, whatever their state."""
        view = replace(view, state="any")
        with self._lock:
            if view not in self._orders:
                condition, values = _condition(view)
                found = self._database.execute(
                    f"SELECT id FROM queue {'LEFT JOIN by_rules USING (org_id)' * (view.order == 'disagreement')} "
                    f"WHERE {condition} ORDER BY {_ordering(view)}",
                    values,
                ).fetchnumpy()
                self._orders[view] = np.asarray(found["id"], dtype=np.int64)
                if len(self._orders) > ORDERS_HELD:
                    self._orders.popitem(last=False)
            self._orders.move_to_end(view)
            return self._orders[view]

    def in_state(self, view: View, reviewer: str) -> RowIds:
        """Return the numbers of the rows of a view that are in its state for a reviewer."""
        ids = self.ids(view)
        self._renew()
        state = self._state_of(reviewer)[ids]
        chosen: RowIds = ids[_in_state(view.state, state, self._disputed[ids])]
        return chosen

    def counts(self, view: View, reviewer: str) -> Counts:
        ids = self.ids(view)
        self._renew()
        return Counts(len(ids), int(np.count_nonzero(self._state_of(reviewer)[ids])))

    def next_open(self, view: View, reviewer: str, after: int | None = None) -> int | None:
        """Return the first row of a view after row ``after`` that the reviewer has not decided, else one before it."""
        ids = self.ids(view)
        self._renew()
        undecided = self._state_of(reviewer)[ids] == OPEN
        position = -1 if after is None else self.position(ids, after)
        for stretch, offset in ((undecided[position + 1 :], position + 1), (undecided[: position + 1], 0)):
            if stretch.any():
                return int(ids[offset + int(np.argmax(stretch))])
        return None

    @staticmethod
    def position(ids: RowIds, row_id: int) -> int:
        """Return where a row stands in an order; -1 where it is not in it."""
        found = np.flatnonzero(ids == row_id)
        return int(found[0]) if len(found) else -1

    def page(self, ids: RowIds, around: int) -> tuple[int, list[Row]]:
        """Return the rows of the page that holds position ``around``, and the position of its first."""
        first = max(around, 0) // PAGE_ROWS * PAGE_ROWS
        return first, self.rows(ids[first : first + PAGE_ROWS].tolist())

    def rows(self, row_ids: Sequence[int]) -> list[Row]:
        """Return rows by number, in the order given; numbers that there are not are left out."""
        if not row_ids:
            return []
        with self._lock:
            listed = self._database.execute(
                'SELECT id, "table", row_at, source FROM queue WHERE id IN (SELECT unnest(?::BIGINT[]))',
                [list(row_ids)],
            ).fetchall()
            found: dict[int, Row] = {}
            for name, record in RECORDS.items():
                wanted = {at: (row_id, source) for row_id, table, at, source in listed if table == name}
                if not wanted:
                    continue
                columns = [column.name for column in fields(record)]
                chosen = ", ".join(f'"{column}"' for column in columns)
                for at, *values in self._database.execute(
                    f"SELECT rowid, {chosen} FROM {name} WHERE rowid IN (SELECT unnest(?::BIGINT[]))",
                    [list(wanted)],
                ).fetchall():
                    row_id, source = wanted[at]
                    found[row_id] = Row(row_id, record, dict(zip(columns, values, strict=True)), source)
        return [found[row_id] for row_id in row_ids if row_id in found]

    def row(self, row_id: int) -> Row | None:
        return next(iter(self.rows([row_id])), None)

    def choices(self) -> tuple[list[str], list[str]]:
        """Return the rules and the labels of the run, most frequent first."""
        with self._lock:
            return tuple(  # type: ignore[return-value]
                [
                    value
                    for (value,) in self._database.execute(
                        f"SELECT {column} FROM queue WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 500"
                    ).fetchall()
                ]
                for column in ("rule", "label")
            )

    # --- documents -------------------------------------------------------------------------------------------

    def document(self, doc_id: str) -> dict[str, Any] | None:
        """Return the columns of a document, its text included; None where the run has none of that id."""
        with self._lock:
            cursor = self._database.execute(
                f"SELECT * FROM read_parquet('{_glob(self.out, DocumentRecord.table)}') WHERE doc_id = ?",
                [doc_id],
            )
            names = [description[0] for description in cursor.description or ()]
            row = cursor.fetchone()
        return None if row is None else dict(zip(names, row, strict=True))

    def document_at(self, source: str) -> dict[str, Any] | None:
        """Return the columns of the document read from a source, also where others have the same bytes."""
        with self._lock:
            found = self._database.execute(
                f"SELECT doc_id FROM read_parquet('{_glob(self.out, DocumentRecord.table)}') "
                "WHERE source = ? OR list_contains(also_at, ?)",
                [source, source],
            ).fetchone()
        return None if found is None else self.document(found[0])

    def volumes(self) -> list[tuple[str, str, int, float]]:
        """Return table, rule, number of rows and mean score of every rule of the run."""
        with self._lock:
            return self._database.execute(
                'SELECT "table", rule, count(*), avg(score) FROM queue GROUP BY ALL ORDER BY ALL'
            ).fetchall()

    def rows_in(self, doc_ids: Sequence[str]) -> dict[tuple[str, str], int]:
        """Return how many rows documents have in each table, by document and table."""
        with self._lock:
            counted = self._database.execute(
                'SELECT doc_id, "table", count(*) FROM queue WHERE doc_id IN (SELECT unnest(?::VARCHAR[])) GROUP BY ALL',
                [list(doc_ids)],
            ).fetchall()
        return {(doc_id, table): rows for doc_id, table, rows in counted}

    def rows_of(self, doc_id: str) -> list[Row]:
        """Return all rows of a document, in text order."""
        with self._lock:
            listed = self._database.execute(
                "SELECT id FROM queue WHERE doc_id = ? ORDER BY id", [doc_id]
            ).fetchall()
        return self.rows([row_id for (row_id,) in listed])

    # --- decisions -------------------------------------------------------------------------------------------

    def decided(self, row: Row, reviewer: str) -> Decision | None:
        """Return a reviewer's last word on a row, None where there is none that holds for its value."""
        place = row.columns
        found = [
            decision
            for decision, undone in self._decisions.history(
                row.record.table, place["doc_id"], place["start"], place["end"]
            )
            if not undone and decision.reviewer == reviewer and decision.verdict != "missed"
        ]
        return next(iter(carry_over(found[-1:], _keyed([row]), {place["doc_id"]}).applying), None)

    def at(self, decision: Decision) -> int | None:
        """Return the number of the row that a decision was on, None where there is none."""
        return next((row.id for _, row in self._match([decision])), None)

    def states(self, row_ids: Sequence[int], reviewer: str) -> list[str]:
        """Return ``open`` or the reviewer's verdict for each row."""
        self._renew()
        names = {code: verdict for verdict, code in VERDICT_CODES.items()}
        return [names.get(int(code), "open") for code in self._state_of(reviewer)[list(row_ids)]]

    def carried_over(self) -> CarriedOver:
        """Hold all decisions of the store against the rows of this run."""
        listed = self._decisions.standing()
        with self._lock:
            here = {doc_id for (doc_id,) in self._database.execute("SELECT doc_id FROM documents").fetchall()}
        return carry_over(listed, _keyed([row for _, row in self._match(listed)]), here)

    def _match(self, decisions: Sequence[Decision]) -> list[tuple[Decision, Row]]:
        """Return the row that stands at the place of each decision, where there is one."""
        if not decisions:
            return []
        places = [(d.table, d.doc_id, d.start, d.end) for d in decisions]
        with self._lock:
            found = self._database.execute(
                "SELECT wanted.number, queue.id FROM (SELECT unnest(range(?::BIGINT)) AS number, "
                'unnest(?::VARCHAR[]) AS "table", unnest(?::VARCHAR[]) AS doc_id, unnest(?::INTEGER[]) AS start, '
                'unnest(?::INTEGER[]) AS "end") AS wanted JOIN queue USING ("table", doc_id, start, "end")',
                [len(places), *(list(column) for column in zip(*places, strict=True))],
            ).fetchall()
        rows = {row.id: row for row in self.rows(sorted({row_id for _, row_id in found}))}
        return [(decisions[number], rows[row_id]) for number, row_id in sorted(found)]

    def _state_of(self, reviewer: str) -> npt.NDArray[np.int8]:
        if reviewer not in self._states:
            self._states[reviewer] = np.zeros(self.n_rows, dtype=np.int8)
        return self._states[reviewer]

    def _renew(self) -> None:
        """Take in what was decided since, in this process or another; from the start where something was undone."""
        with self._lock:
            now = self._decisions.version()
            if now == self._seen:
                return
            last, undone = self._seen
            if now[1] != undone:
                self._states, last = {}, 0
            listed = self._decisions.standing(after_id=last)
            matched = self._match([decision for decision in listed if decision.verdict != "missed"])
            holding = carry_over(
                [decision for decision, _ in matched],
                _keyed([row for _, row in matched]),
                {decision.doc_id for decision, _ in matched},
            ).applying
            rows = {decision.id: row.id for decision, row in matched}
            for decision in holding:
                self._state_of(decision.reviewer)[rows[decision.id]] = VERDICT_CODES[decision.verdict]
            self._disputed = _differing(list(self._states.values()), self.n_rows)
            self._seen = now


@contextmanager
def opened(out: Path) -> Iterator[tuple[Queue, Decisions]]:
    """Open the rows of the run under ``out`` and the decisions on them."""
    with Decisions.open(out / FILE) as decisions:
        queue = Queue(out, decisions)
        try:
            yield queue, decisions
        finally:
            queue.close()


def _keyed(rows: Sequence[Row]) -> dict[tuple[str, str, int, int], dict[str, Any]]:
    return {
        (row.record.table, row.columns["doc_id"], row.columns["start"], row.columns["end"]): row.values
        for row in rows
    }


def _differing(states: list[npt.NDArray[np.int8]], n_rows: int) -> npt.NDArray[np.bool_]:
    """Tell the rows on which reviewers who decided said different things."""
    lowest = np.full(n_rows, 127, dtype=np.int8)
    highest = np.zeros(n_rows, dtype=np.int8)
    for state in states:
        lowest = np.minimum(lowest, np.where(state == OPEN, 127, state)).astype(np.int8)
        highest = np.maximum(highest, state)
    return (highest > 0) & (lowest < highest)


def _in_state(
    wanted: State, state: npt.NDArray[np.int8], disputed: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    if wanted == "any":
        return np.ones(len(state), dtype=np.bool_)
    if wanted == "disputed":
        return disputed
    if wanted == "done":
        return np.not_equal(state, OPEN)
    return np.equal(state, VERDICT_CODES.get(wanted, OPEN))


def _glob(out: Path, table: str) -> str:
    return str(out / table / "*.parquet").replace("'", "''")


def _condition(view: View) -> tuple[str, list[Any]]:
    wanted: list[tuple[str, list[Any]]] = [
        ("score BETWEEN ? AND ?", [view.min_score - 1e-6, view.max_score + 1e-6])
    ]
    if view.table:
        wanted.append(('"table" = ?', [view.table]))
    if view.document:
        wanted.append(("(contains(lower(source), lower(?)) OR doc_id = ?)", [view.document] * 2))
    if view.rule.endswith("*"):
        wanted.append(("starts_with(rule, ?)", [view.rule[:-1]]))
    elif view.rule:
        wanted.append(("rule = ?", [view.rule]))
    if view.label:
        wanted.append(("contains(lower(label), lower(?))", [view.label]))
    if view.value:
        wanted.append(("contains(lower(value), lower(?))", [view.value]))
    return " AND ".join(text for text, _ in wanted), [value for _, values in wanted for value in values]


def _ordering(view: View) -> str:
    shuffled = f"hash(id + {view.seed:d} * 1000003)"
    match view.order:
        case "score":
            return "score, id"
        case "place":
            return "id"
        case "random":
            return f"{shuffled}, id"
        case "rules":
            return f"row_number() OVER (PARTITION BY rule ORDER BY {shuffled}, id), rule"
        case "disagreement":
            return "NOT starts_with(rule, 'ner:'), coalesce(by_rules.found, true), score, id"

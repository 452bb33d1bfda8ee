"""The rows of a run as a reviewer goes through them: filtered, ordered, and with what was decided.

DuckDB reads the run's Parquet once into a database of its own (in a temporary folder), where rows have
numbers. An order is an array of these numbers, so that a page or the next row is a look into an array,
whatever the number of rows.
"""

import os
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cached_property
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
TABLES = tuple(RECORDS)
"""A table's number in the queue is its place here."""
ORDERS_HELD = 16
PAGE_ROWS = 40
ROWS_HELD = 4096
STRETCH = 8192
N_CPUS = os.cpu_count() or 1

FOLDER = "plextract-review-"

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
    def place(self) -> tuple[str, str, int, int]:
        """Table, document, start and end, which no other row has."""
        return self.record.table, self.columns["doc_id"], self.columns["start"], self.columns["end"]

    @property
    def values(self) -> dict[str, Any]:
        """What a reviewer decides on."""
        return values_of(self.record, self.columns)


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a reviewer has come with a view."""

    rows: int
    done: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a document comes from, and the numbers of its rows, which follow one another."""

    source: str
    rows: range


class UnreadableRun(Exception):  # noqa: N818 (it says what is so)
    """The tables of a run cannot be read."""


class Queue:
    """The rows of the run under ``out``. Raises ``UnreadableRun``."""

    def __init__(self, out: Path, decisions: Decisions) -> None:
        self.out = out
        self._decisions = decisions
        self._lock = RLock()
        _remove_what_was_left()
        self._folder = tempfile.TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}-")
        self._database = duckdb.connect(str(Path(self._folder.name) / "queue.duckdb"))
        self._database.execute("SET enable_progress_bar = false")
        try:
            self._load()
        except duckdb.Error as error:
            self.close()
            raise UnreadableRun(str(error).splitlines()[0]) from error
        self._orders: OrderedDict[View, RowIds] = OrderedDict()
        self._states: dict[str, npt.NDArray[np.int8]] = {}
        self._held: OrderedDict[int, Row] = OrderedDict()
        self._numbers: dict[tuple[str, str, int, int], int] = {}
        """The rows that were read last, by number, and their numbers by place."""
        self._seen = (0, 0)
        self._undone: set[int] = set()

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
        for code, (name, record) in enumerate(RECORDS.items()):
            run.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{_glob(self.out, name)}')")
            compared = ", ".join(f'CAST("{column}" AS VARCHAR)' for column in record.values)
            organisation = "org_id" if "org_id" in (column.name for column in fields(record)) else "NULL"
            parts.append(
                f'SELECT {code} AS "table", rowid AS row_at, doc_id, start, "end", rule, score, label, '
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
        places = run.execute(
            'SELECT "table", row_at, dense_rank() OVER (ORDER BY rule) - 1 AS rule FROM queue ORDER BY id'
        ).fetchnumpy()
        self._table = np.asarray(places["table"], dtype=np.int8)
        self._place = np.asarray(places["row_at"], dtype=np.int64)
        self._rule = np.asarray(places["rule"], dtype=np.int64)
        self.n_rows = len(self._table)
        listed = run.execute(
            "SELECT doc_id, any_value(documents.source), coalesce(min(id), 0), coalesce(max(id) + 1, 0) "
            "FROM documents LEFT JOIN queue USING (doc_id) GROUP BY doc_id"
        ).fetchall()
        self._documents = {doc_id: _Place(source, range(*ends)) for doc_id, source, *ends in listed}

    # --- views -----------------------------------------------------------------------------------------------

    def ids(self, view: View) -> RowIds:
        """Return the numbers of the rows of a view in its order, whatever their state."""
        view = replace(view, state="any")
        with self._lock:
            if view not in self._orders:
                condition, values = _condition(view)
                self._database.execute(f"SET threads = {N_CPUS}")
                found = self._database.execute(
                    f"SELECT id FROM queue {'LEFT JOIN by_rules USING (org_id)' * (view.order == 'disagreement')} "
                    f"WHERE {condition} ORDER BY {_ordering(view)}",
                    values,
                ).fetchnumpy()
                self._database.execute("SET threads = 1")  # which finds few rows faster
                self._orders[view] = self._arranged(view, np.asarray(found["id"], dtype=np.int64))
                if len(self._orders) > ORDERS_HELD:
                    self._orders.popitem(last=False)
            self._orders.move_to_end(view)
            return self._orders[view]

    def _arranged(self, view: View, ids: RowIds) -> RowIds:
        """Return rows that come in their own order in that of the view, where that is one of chance."""
        if view.order not in ("random", "rules"):
            return ids
        shuffled = ids[np.argsort(_scattered(ids, view.seed), kind="stable")]
        if view.order == "random":
            return shuffled
        rules = self._rule[shuffled]
        grouped = np.argsort(rules, kind="stable")
        sizes = np.bincount(rules)
        turn = np.empty(len(ids), dtype=np.int64)
        turn[grouped] = np.arange(len(ids)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return shuffled[np.lexsort((rules, turn))]

    def in_state(self, view: View, reviewer: str) -> RowIds:
        """Return the numbers of the rows of a view that are in its state for a reviewer."""
        ids = self.ids(view)
        if view.state == "any":
            return ids
        self._renew()
        if view.state == "disputed":
            fits = _differing(list(self._states.values()), self.n_rows)[ids]
        elif view.state == "done":
            fits = np.not_equal(self._state_of(reviewer)[ids], OPEN)
        else:
            fits = np.equal(self._state_of(reviewer)[ids], VERDICT_CODES.get(view.state, OPEN))
        chosen: RowIds = ids[fits]
        return chosen

    def counts(self, view: View, reviewer: str) -> Counts:
        ids = self.ids(view)
        self._renew()
        return Counts(len(ids), int(np.count_nonzero(self._state_of(reviewer)[ids])))

    def next_open(self, view: View, reviewer: str, after: int | None = None) -> int | None:
        """Return the first row of a view after row ``after`` that the reviewer has not decided, else one before it."""
        ids = self.ids(view)
        self._renew()
        state = self._state_of(reviewer)
        position = -1 if after is None else self.position(ids, after)
        for first, stop in ((position + 1, len(ids)), (0, position + 1)):
            for start in range(first, stop, STRETCH):  # the next one is near, mostly
                stretch = ids[start : min(start + STRETCH, stop)]
                if len(undecided := np.flatnonzero(state[stretch] == OPEN)):
                    return int(stretch[undecided[0]])
        return None

    def following(self, view: View, reviewer: str, row_id: int) -> int | None:
        """Return the row to show after a decision on ``row_id``: the next undecided one, or of a view of decided rows
        the next one in it. None where there is none.
        """
        if view.state in ("any", "open"):
            return self.next_open(view, reviewer, row_id)
        ids = self.in_state(view, reviewer)
        after = ids[self.position(ids, row_id) + 1 :]
        return int(after[0]) if len(after) else None

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
        with self._lock:
            held = {row_id: self._held[row_id] for row_id in row_ids if row_id in self._held}
            read = self._read(
                [row_id for row_id in row_ids if row_id not in held and 0 <= row_id < self.n_rows]
            )
            for row in read:
                self._held[row.id] = held[row.id] = row
                self._numbers[row.place] = row.id
            while len(self._held) > ROWS_HELD:
                self._numbers.pop(self._held.popitem(last=False)[1].place, None)
        return [held[row_id] for row_id in row_ids if row_id in held]

    def _read(self, row_ids: Sequence[int]) -> list[Row]:
        numbers = np.asarray(row_ids, dtype=np.int64)
        found: list[Row] = []
        for code, (name, record) in enumerate(RECORDS.items()):
            of_table = numbers[self._table[numbers] == code]
            if not len(of_table):
                continue
            wanted = dict(zip(self._place[of_table].tolist(), of_table.tolist(), strict=True))
            columns = [column.name for column in fields(record)]
            chosen = ", ".join(f'"{column}"' for column in columns)
            listed = self._database.execute(
                f"SELECT rowid, {chosen} FROM {name} WHERE rowid IN (SELECT unnest(?::BIGINT[]))",
                [list(wanted)],
            ).fetchall()
            for place, *values in listed:
                row = dict(zip(columns, values, strict=True))
                found.append(Row(wanted[place], record, row, self._documents[row["doc_id"]].source))
        return found

    def row(self, row_id: int) -> Row | None:
        return next(iter(self.rows([row_id])), None)

    @cached_property
    def choices(self) -> tuple[list[str], list[str]]:
        """The rules and the labels of the run, most frequent first."""
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
            counted = self._database.execute(
                'SELECT "table", rule, count(*), avg(score) FROM queue GROUP BY ALL'
            ).fetchall()
        return sorted((TABLES[code], *rest) for code, *rest in counted)

    def rows_in(self, doc_ids: Sequence[str]) -> dict[tuple[str, str], int]:
        """Return how many rows documents have in each table, by document and table."""
        with self._lock:
            counted = self._database.execute(
                'SELECT doc_id, "table", count(*) FROM queue WHERE doc_id IN (SELECT unnest(?::VARCHAR[])) GROUP BY ALL',
                [list(doc_ids)],
            ).fetchall()
        return {(doc_id, TABLES[code]): rows for doc_id, code, rows in counted}

    def rows_of(self, doc_id: str) -> list[Row]:
        """Return all rows of a document, in text order."""
        return self.rows(self._documents[doc_id].rows if doc_id in self._documents else ())

    # --- decisions -------------------------------------------------------------------------------------------

    def decided(self, row: Row, reviewer: str) -> Decision | None:
        """Return a reviewer's last word on a row, None where there is none that holds for its value."""
        return self.words_on(row).get(reviewer)

    def words_on(self, row: Row) -> dict[str, Decision]:
        """Return the last word on a row of each reviewer who has one that holds for its value."""
        place = row.columns
        said = self._decisions.history(row.record.table, place["doc_id"], place["start"], place["end"])
        last = {one.reviewer: one for one, undone in said if not undone and one.verdict != "missed"}
        holding = carry_over(last.values(), _keyed([row]), {place["doc_id"]}).applying
        return {decision.reviewer: decision for decision in holding}

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
        return carry_over(listed, _keyed([row for _, row in self._match(listed)]), self._documents.keys())

    def _match(self, decisions: Sequence[Decision]) -> list[tuple[Decision, Row]]:
        """Return the row that stands at the place of each decision, where there is one."""
        places = [(one.table, one.doc_id, one.start, one.end) for one in decisions]
        if all(place in self._numbers for place in places):  # decided in the page just now
            numbers = [self._numbers[place] for place in places]
            read = {row.id: row for row in self.rows(numbers)}
            return [(one, read[number]) for one, number in zip(decisions, numbers, strict=True)]
        known = [decision for decision in decisions if decision.doc_id in self._documents]
        if not known:
            return []
        wanted = [(TABLES.index(d.table), d.doc_id, d.start, d.end) for d in known]
        within = [
            self._documents[decision.doc_id].rows for decision in known
        ]  # so that one decision needs no full scan
        with self._lock:
            found = self._database.execute(
                "SELECT wanted.number, queue.id FROM (SELECT unnest(range(?::BIGINT)) AS number, "
                'unnest(?::INTEGER[]) AS "table", unnest(?::VARCHAR[]) AS doc_id, unnest(?::INTEGER[]) AS start, '
                'unnest(?::INTEGER[]) AS "end") AS wanted JOIN queue USING ("table", doc_id, start, "end") '
                "WHERE queue.id BETWEEN ? AND ?",
                [
                    len(wanted),
                    *(list(column) for column in zip(*wanted, strict=True)),
                    min(rows.start for rows in within),
                    max(rows.stop for rows in within),
                ],
            ).fetchall()
        rows = {row.id: row for row in self.rows(sorted({row_id for _, row_id in found}))}
        return [(known[number], rows[row_id]) for number, row_id in sorted(found)]

    def _state_of(self, reviewer: str) -> npt.NDArray[np.int8]:
        if reviewer not in self._states:
            self._states[reviewer] = np.zeros(self.n_rows, dtype=np.int8)
        return self._states[reviewer]

    def _renew(self) -> None:
        """Take in what was decided and taken back since, in this process or another."""
        with self._lock:
            now = self._decisions.version()
            if now == self._seen:
                return
            last, n_undone = self._seen
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
            if now[1] != n_undone:
                taken_back = self._decisions.undone(self._undone)
                self._undone.update(decision.id for decision in taken_back)
                for decision, row in self._match([one for one in taken_back if one.verdict != "missed"]):
                    before = self.decided(row, decision.reviewer)
                    code = OPEN if before is None else VERDICT_CODES[before.verdict]
                    self._state_of(decision.reviewer)[row.id] = code
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
    return {row.place: row.values for row in rows}


def _differing(states: list[npt.NDArray[np.int8]], n_rows: int) -> npt.NDArray[np.bool_]:
    """Tell the rows on which reviewers who decided said different things."""
    lowest = np.full(n_rows, 127, dtype=np.int8)
    highest = np.zeros(n_rows, dtype=np.int8)
    for state in states:
        lowest = np.minimum(lowest, np.where(state == OPEN, 127, state)).astype(np.int8)
        highest = np.maximum(highest, state)
    return (highest > 0) & (lowest < highest)


def _remove_what_was_left() -> None:
    """Remove the databases of servers that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*-*"):
        process = folder.name.removeprefix(FOLDER).partition("-")[0]
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (ValueError, OSError):
            continue


def _glob(out: Path, table: str) -> str:
    return str(out / table / "*.parquet").replace("'", "''")


def _condition(view: View) -> tuple[str, list[Any]]:
    wanted: list[tuple[str, list[Any]]] = [
        ("score BETWEEN ? AND ?", [view.min_score - 1e-6, view.max_score + 1e-6])
    ]
    if view.table:
        wanted.append(('"table" = ?', [TABLES.index(view.table)]))
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


def _scattered(ids: RowIds, seed: int) -> npt.NDArray[np.uint64]:
    """Return a number for each row that says nothing of it: SplitMix64 of the row's own and the seed."""
    mixed = ids.astype(np.uint64) + np.uint64(seed * 1_000_003 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def _ordering(view: View) -> str:
    match view.order:
        case "score":
            return "score, id"
        case "place" | "random" | "rules":
            return "id"
        case "disagreement":
            return "NOT starts_with(rule, 'ner:'), coalesce(by_rules.found, true), score, id"

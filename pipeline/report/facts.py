"""What a report counts, by SQL over the run, so that no table has to stand in memory."""

from dataclasses import dataclass

from pipeline.database import Run
from pipeline.records import MENTION_TABLES, TABLES

TOP = 20
ERRORS_SHOWN = 25
MENTION_NAMES = tuple(record.table for record in MENTION_TABLES)


@dataclass(frozen=True, slots=True)
class Counted:
    """A line of a table with a bar: what, of what kind, how many, and the bar's length in percent."""

    name: str
    about: str
    count: int
    percent: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """Documents of a kind, and how many of them have a row of each mention table."""

    name: str
    documents: int
    having: tuple[int, ...]

    @property
    def percents(self) -> tuple[int, ...]:
        return tuple(round(100 * having / self.documents) for having in self.having)


@dataclass(frozen=True, slots=True)
class Errors:
    """Inputs that failed: by kind, and the first of them."""

    kinds: list[Counted]
    first: list[tuple[str, str, str, str]]
    total: int


def grouped(number: float) -> str:
    """Return a number with thin spaces between its thousands."""
    return f"{number:,.0f}".replace(",", "\u202f")


def tables(run: Run) -> list[tuple[str, str, int]]:
    """Return the tables with what a row is, and how many rows there are."""
    return [(record.table, record.purpose, run.manifest["rows"][record.table]) for record in TABLES]


def coverage(run: Run) -> list[Coverage]:
    """Return how many documents have a row of each mention table: all, then by media type, most first."""
    having = ", ".join(
        f"count(*) FILTER (doc_id IN (SELECT doc_id FROM {name})) AS {name}" for name in MENTION_NAMES
    )
    rows = run.rows(
        f"SELECT media_type, count(*) AS n, {having} FROM documents GROUP BY ROLLUP (media_type) "
        "ORDER BY grouping(media_type) DESC, n DESC, media_type"
    )
    return [Coverage(name or "all documents", n, tuple(counts)) for name, n, *counts in rows if n]


def labels(run: Run) -> list[tuple[str, int, tuple[int, ...]]]:
    """Return the labels that documents give most rows: label, documents, rows of each mention table."""
    counts = ", ".join(f"count(*) FILTER (\"table\" = '{name}')" for name in MENTION_NAMES)
    rows = run.rows(
        f"SELECT label, count(DISTINCT doc_id) AS n, {counts} FROM mentions WHERE label IS NOT NULL "
        f"GROUP BY label ORDER BY n DESC, count(*) DESC, label LIMIT {TOP}"
    )
    return [(label, n, tuple(listed)) for label, n, *listed in rows]


def organisations(run: Run) -> list[Counted]:
    """Return the organisations with the most mentions."""
    return _with_bars(
        run.rows(
            "SELECT name, org_type || ' · ' || n_documents || CASE n_documents WHEN 1 THEN ' document' "
            f"ELSE ' documents' END, n_mentions FROM organisation_index ORDER BY n_mentions DESC, name, org_id LIMIT {TOP}"
        )
    )


def rules(run: Run) -> list[Counted]:
    """Return the rules with the most rows."""
    return _with_bars(
        run.rows(
            "SELECT rule, \"table\" || ' · mean score ' || format('{:.2f}', avg(score)), count(*) AS n "
            f'FROM mentions GROUP BY rule, "table" ORDER BY n DESC, rule LIMIT {TOP}'
        )
    )


def errors(run: Run) -> Errors:
    """Return what failed."""
    kinds = _with_bars(
        run.rows(
            "SELECT error_type, 'at ' || stage, count(*) AS n FROM errors GROUP BY error_type, stage ORDER BY n DESC, error_type, stage"
        )
    )
    first = run.rows(f"SELECT source, stage, error_type, message FROM errors LIMIT {ERRORS_SHOWN}")
    return Errors(
        kinds,
        [(source, stage, kind, message) for source, stage, kind, message in first],
        run.manifest["rows"]["errors"],
    )


def _with_bars(rows: list[tuple[str, str, int]]) -> list[Counted]:
    most = max((count for *_, count in rows), default=1)
    return [Counted(name, about, count, 100 * count / most) for name, about, count in rows]

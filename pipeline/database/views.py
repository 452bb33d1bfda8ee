"""Views over the tables of a run, in SQL that DuckDB and SQLite both take."""

from pipeline.records import MENTION_TABLES, DocumentRecord, Mention

SHOWN = {
    "dates": "edtf",
    "amounts": "CAST(value AS VARCHAR) || coalesce('–' || CAST(value_max AS VARCHAR), '') || ' ' || currency",
    "partner_counts": "CAST(value AS VARCHAR) || coalesce('–' || CAST(value_max AS VARCHAR), '') || ' ' || unit",
}
"""The value of a row in a few characters, where it is not simply the columns that a scorer compares."""
OF_DOCUMENTS = "source, title, media_type, reference_date"
"""What views of mentions add from ``documents``."""


def _views() -> dict[str, str]:
    documents = ", ".join(f"d.{name}" for name in OF_DOCUMENTS.split(", "))
    found = {
        f"{record.table}_in_documents": f"SELECT m.*, {documents} FROM {record.table} AS m "
        f"JOIN {DocumentRecord.table} AS d ON d.doc_id = m.doc_id"
        for record in MENTION_TABLES
    }
    found["mentions"] = " UNION ALL ".join(
        f"SELECT '{record.table}' AS \"table\", m.doc_id, d.source, d.title, d.reference_date, "
        f'm.start, m."end", m.text, {_shown(record)} AS shown, m.label, m.sentence, m.rule, m.score '
        f"FROM {record.table} AS m JOIN {DocumentRecord.table} AS d ON d.doc_id = m.doc_id"
        for record in MENTION_TABLES
    )
    counts = ", ".join(
        f"count(CASE WHEN \"table\" = '{record.table}' THEN 1 END) AS n_{record.table}"
        for record in MENTION_TABLES
    )
    found["sentences"] = (
        "SELECT doc_id, source, sentence, min(start) AS first_start, min(label) AS label, count(*) AS n_mentions, "
        f"{counts} FROM mentions GROUP BY doc_id, source, sentence"
    )
    return {name: f"CREATE VIEW {name} AS {select}" for name, select in found.items()}


def _shown(record: type[Mention]) -> str:
    compared = (f"coalesce(' ' || CAST({column} AS VARCHAR), '')" for column in record.values)
    return SHOWN.get(record.table, f"ltrim({' || '.join(compared)})")


VIEWS = _views()
"""The statement that makes each view: every mention table with its documents, all mentions, and the sentences
that hold any."""

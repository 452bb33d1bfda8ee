"""Label Studio's JSON: a task a document, a region a row, with the row's columns as inputs of the region.

Offsets are code points, as Label Studio has them since it stopped counting UTF-16 units; a file from before is
told by its texts and converted. ``labelling_config`` returns the interface that shows and edits such tasks.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from pipeline.evaluate.scoring import GoldDocument, Row, column_value, value_columns
from pipeline.gold.contract import ordered, plain
from pipeline.records import MENTION_TABLES, Mention, vocabulary

OPTIONAL = "optional"
TABLES: dict[str, type[Mention]] = {table.table: table for table in MENTION_TABLES}
COLOURS = ("#1f5fa8", "#1d7045", "#b36b00", "#8a2f83")


def write(documents: Sequence[GoldDocument], path: Path) -> None:
    """Write documents as tasks with one annotation each."""
    tasks = [_task(document) for document in documents]
    path.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> list[GoldDocument]:
    """Return the documents of exported tasks, of each its last annotation that was not cancelled."""
    try:
        tasks = list(json.loads(path.read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} is no list of tasks: {error}") from error
    documents = []
    for number, task in enumerate(tasks, start=1):
        try:
            documents.append(_document(task))
        except (KeyError, TypeError, ValueError, ArithmeticError, IndexError) as error:
            raise ValueError(f"{path}, task {number}: {type(error).__name__}: {error}") from error
    return documents


def labelling_config() -> str:
    """Return the labelling interface in Label Studio's XML."""
    labels = "".join(
        f"\n    <Label value={quoteattr(name)} background={quoteattr(colour)}/>"
        for name, colour in zip(TABLES, COLOURS, strict=True)
    )
    inputs = []
    for name, table in TABLES.items():
        for column in value_columns(table):
            choices = vocabulary(table, column)
            shown = f'perRegion="true" whenTagName="label" whenLabelValue={quoteattr(name)} toName="text"'
            field = quoteattr(f"{name}.{column}")
            header = f'\n  <Header value={quoteattr(column)} size="6"/>'
            if choices:
                listed = "".join(f"<Choice value={quoteattr(choice)}/>" for choice in choices)
                inputs.append(f"{header}\n  <Choices name={field} {shown}>{listed}</Choices>")
            else:
                inputs.append(
                    f'{header}\n  <TextArea name={field} {shown} maxSubmissions="1" editable="true"/>'
                )
    inputs.append(
        f'\n  <Choices name="{OPTIONAL}" perRegion="true" toName="text"><Choice value="{OPTIONAL}"/></Choices>'
    )
    return (
        '<View>\n  <Labels name="label" toName="text">' + labels + "\n  </Labels>"
        '\n  <Text name="text" value="$text" granularity="symbol"/>' + "".join(inputs) + "\n</View>\n"
    )


def _task(document: GoldDocument) -> dict[str, Any]:
    regions: list[dict[str, Any]] = []
    for name, table in TABLES.items():
        for row in ordered(document.rows.get(name, ())):
            regions += _regions(table, row, document.raw_text, len(regions))
    return {
        "data": {
            "text": document.raw_text,
            "source": document.source,
            "reference_date": plain(document.reference_date),
        },
        "annotations": [{"result": regions}],
    }


def _regions(table: type[Mention], row: Row, text: str, number: int) -> list[dict[str, Any]]:
    identity = f"{table.table}-{number}"
    place = {"start": row.start, "end": row.end, "text": text[row.start : row.end]}

    def region(name: str, kind: str, **value: Any) -> dict[str, Any]:
        return {
            "id": identity,
            "from_name": name,
            "to_name": "text",
            "type": kind,
            "value": {**place, **value},
        }

    found = [region("label", "labels", labels=[table.table])]
    for column, value in row.columns.items():
        if value is None:
            continue
        said = json.dumps(value) if isinstance(value, bool) else str(plain(value))
        name = f"{table.table}.{column}"
        if vocabulary(table, column):
            found.append(region(name, "choices", choices=[said]))
        else:
            found.append(region(name, "textarea", text=[said]))
    if row.optional:
        found.append(region(OPTIONAL, "choices", choices=[OPTIONAL]))
    return found


def _document(task: Mapping[str, Any]) -> GoldDocument:
    data = task["data"]
    text = data["text"]
    kept = [found for found in task.get("annotations", ()) if not found.get("was_cancelled")]
    regions = kept[-1]["result"] if kept else []
    by_id: dict[str, list[Mapping[str, Any]]] = {}
    for region in regions:
        by_id.setdefault(region["id"], []).append(region)
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for parts in by_id.values():
        name, row = _row(parts, text)
        rows[name].append(row)
    stated = data.get("reference_date")
    return GoldDocument(
        source=data["source"],
        raw_text=text,
        reference_date=date.fromisoformat(stated) if stated else None,
        rows={name: ordered(listed) for name, listed in rows.items()},
    )


def _row(parts: Sequence[Mapping[str, Any]], text: str) -> tuple[str, Row]:
    (label,) = [part for part in parts if part["type"] == "labels"]
    (name,) = label["value"]["labels"]
    if name not in TABLES:
        raise ValueError(f"there is no table {name}")
    table = TABLES[name]
    start, end = _span(label["value"], text)
    said = {
        part["from_name"]: (
            part["value"].get("text") if part["type"] == "textarea" else part["value"]["choices"]
        )
        for part in parts
        if part["type"] in ("textarea", "choices")
    }
    columns = {column: _said(table, column, said.get(f"{name}.{column}")) for column in value_columns(table)}
    return name, Row(start, end, columns, OPTIONAL in said)


def _span(value: Mapping[str, Any], text: str) -> tuple[int, int]:
    """Return a region's place in code points, whatever it is counted in."""
    start, end, said = value["start"], value["end"], value.get("text")
    if said is None or text[start:end] == said:
        return start, end
    wide = text.encode("utf-16-le")
    if wide[2 * start : 2 * end].decode("utf-16-le", "replace") == said:
        first = len(wide[: 2 * start].decode("utf-16-le"))
        return first, first + len(said)
    raise ValueError(f"the text at {start}:{end} is {text[start:end]!r}, not {said!r}")


def _said(table: type[Mention], column: str, said: Sequence[str] | str | None) -> Any:
    text = said if isinstance(said, str) else said[-1] if said else None
    kind = next(found for found in fields(table) if found.name == column).metadata["arrow"]
    if text is None or not text.strip():
        return False if str(kind) == "bool" else None
    return column_value(kind, {"true": True, "false": False}.get(text) if str(kind) == "bool" else text)

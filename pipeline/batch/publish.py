"""From finished shards to the datasets that users read: one row a content, one id an organisation, all at once.

The new datasets are built whole beside the old ones, with their manifest. That manifest is the point of no
return: from it on, a run that is killed is carried through by the next one.
"""

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import metadata, records, resolve, write
from pipeline.batch.shard import ShardReport, part_of
from pipeline.records import (
    TABLES,
    DocumentRecord,
    ErrorRecord,
    OrganisationMention,
    OrganisationRecord,
    Record,
)
from pipeline.storage import Place, RemotePath, remove_tree, sync_folder

MANIFEST = "manifest.json"
STAGING = ".staging"
FINISHED = "finished"
REPLACED = "replaced"
PART_BYTES = 128 * 2**20
"""Size in memory at which a part file is full; on disk it is a fraction of that."""
INDEX_ROWS = 65_536
"""Organisations that are written at a time."""


@dataclass(frozen=True, slots=True)
class Built:
    """Datasets that wait for their place: rows by table, and every file with its digest."""

    rows: dict[str, int]
    files: list[dict[str, Any]]


def build(shards: Sequence[tuple[Place, ShardReport]], finished: Place) -> Built:
    """Write the datasets of a run to ``finished`` from its shards' folders, in the order of the inputs.

    Of inputs with the same bytes the first keeps its rows and names the others in ``also_at``.
    """
    remove_tree(finished)
    repeats = _Repeats(shards)
    files: list[dict[str, Any]] = []
    rows = dict.fromkeys((record.table for record in TABLES), 0)
    organisations = _Organisations(shards, repeats)
    for record in TABLES:
        if record is OrganisationMention:
            tables = organisations.mentions()
        elif record is OrganisationRecord:
            tables = organisations.summed_up()
        else:
            tables = (
                repeats.without(record, write.read_table(part_of(folder, record)), number)
                for number, (folder, _) in enumerate(shards)
            )
        for number, table in enumerate(_parts(record, tables)):
            files.append(_write_part(record, table, finished, number))
            rows[record.table] += table.num_rows
    return Built(rows, files)


def _parts(record: type[Record], tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Join the tables of consecutive shards into part files of bounded size; an empty one where there are no rows."""
    schema = records.schema(record)
    held: list[pa.Table] = []
    held_bytes = parts = 0
    for table in tables:
        if table.num_rows:
            held.append(table.cast(schema))
            held_bytes += table.nbytes
        if held_bytes >= PART_BYTES:
            yield pa.concat_tables(held)
            held, held_bytes, parts = [], 0, parts + 1
    if held or not parts:
        yield pa.concat_tables(held) if held else schema.empty_table()


def _write_part(record: type[Record], table: pa.Table, finished: Place, number: int) -> dict[str, Any]:
    path = write.part_path(finished, record, number)
    write.write_table(table, path)
    return {
        "path": f"{record.table}/{path.name}",
        "rows": table.num_rows,
        "bytes": path.stat().st_size,
        "sha256": write.sha256_of(path),
    }


class _Repeats:
    """Which documents of which shard repeat the bytes of an earlier one, and where each content stands besides."""

    def __init__(self, shards: Sequence[tuple[Place, ShardReport]]) -> None:
        self.also_at: dict[str, list[str]] = {}
        self._repeated: list[set[str]] = []
        for folder, report in shards:
            identities = write.read_table(part_of(folder, DocumentRecord), ["doc_id", "sha256", "source"])
            repeated = set()
            for row in identities.to_pylist():
                if row["sha256"] in self.also_at:
                    self.also_at[row["sha256"]].append(row["source"])
                    repeated.add(row["doc_id"])
                else:
                    self.also_at[row["sha256"]] = []
            for sha256, source in report.duplicates:
                self.also_at[sha256].append(source)
            self._repeated.append(repeated)

    def kept(self, table: pa.Table, number: int) -> pa.Table:
        """Return the table of shard ``number``, which has ``doc_id``, without rows of repeated documents."""
        if not (repeated := self._repeated[number]):
            return table
        return table.filter(pc.invert(pc.is_in(table["doc_id"], pa.array(sorted(repeated), pa.string()))))

    def without(self, record: type[Record], table: pa.Table, number: int) -> pa.Table:
        """Return the table of shard ``number`` without rows of repeated documents, ``also_at`` filled in."""
        if record is ErrorRecord:
            return table
        table = self.kept(table, number)
        if record is DocumentRecord:
            column = table.schema.get_field_index("also_at")
            others = [self.also_at[sha256] for sha256 in table["sha256"].to_pylist()]
            table = table.set_column(
                column, table.schema.field(column), pa.array(others, table.schema.field(column).type)
            )
        return table


class _Organisations:
    """The organisations of a run: their mentions under the names and ids that hold for all of it, and each once."""

    def __init__(self, shards: Sequence[tuple[Place, ShardReport]], repeats: _Repeats) -> None:
        self._folders = [folder for folder, _ in shards]
        self._repeats = repeats
        self._names = resolve.NameIndex()
        self._index = resolve.OrganisationIndex()

    def mentions(self) -> Iterator[pa.Table]:
        """Yield each shard's mentions; what they come to is summed up on the way."""
        for number in range(len(self._folders)):
            self._names.add(self._rows(number))
        for number in range(len(self._folders)):
            rows = self._names.apply(self._rows(number))
            self._index.add(rows, self._days(number))
            yield records.to_arrow(OrganisationMention, rows)

    def summed_up(self) -> Iterator[pa.Table]:
        """Yield the organisations whose mentions have been gone through, so many at a time."""
        for held in _batched(self._index.records(), INDEX_ROWS):
            yield records.to_arrow(OrganisationRecord, held)

    def _read(
        self, number: int, record: type[Record], columns: list[str] | None = None
    ) -> list[dict[str, Any]]:
        table = write.read_table(part_of(self._folders[number], record), columns)
        rows: list[dict[str, Any]] = self._repeats.kept(table, number).to_pylist()
        return rows

    def _rows(self, number: int) -> list[OrganisationMention]:
        return [OrganisationMention(**row) for row in self._read(number, OrganisationMention)]

    def _days(self, number: int) -> dict[str, date]:
        """Return the reference dates of a shard's documents, of those that have one."""
        rows = self._read(number, DocumentRecord, ["doc_id", "reference_date"])
        return {row["doc_id"]: row["reference_date"] for row in rows if row["reference_date"]}


def _batched(rows: Iterator[OrganisationRecord], size: int) -> Iterator[list[OrganisationRecord]]:
    while held := list(islice(rows, size)):
        yield held


def write_manifest(manifest: Mapping[str, Any], finished: Place) -> None:
    """Describe built datasets and write their manifest: from now on they are the run."""
    metadata.describe(manifest, finished)
    for record in TABLES:
        sync_folder(finished / record.table)
    sync_folder(finished)
    with write.replacing(finished / MANIFEST) as file:
        file.write((json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode())
    sync_folder(finished)


def put_in_place(out: Place) -> bool:
    """Replace the datasets under ``out`` by finished ones, also those that a killed run left; tell if there were any.

    The old manifest goes first and the new one comes last, so that a manifest always describes what stands
    beside it.
    """
    finished = out / STAGING / FINISHED
    if isinstance(out, RemotePath):
        if not (finished / MANIFEST).exists():
            return False
        _copy_in_place(out)
    else:
        if read_manifest(finished) is None:  # none, or one that a power cut tore
            return False
        _rename_in_place(out)
    return True


def _rename_in_place(out: Path) -> None:
    finished = out / STAGING / FINISHED
    replaced = out / STAGING / REPLACED
    replaced.mkdir(exist_ok=True)
    (out / MANIFEST).unlink(missing_ok=True)
    sync_folder(out)
    for record in TABLES:
        if (finished / record.table).exists():  # else an interrupted attempt has moved it already
            shutil.rmtree(replaced / record.table, ignore_errors=True)
            if (out / record.table).exists():
                (out / record.table).rename(replaced / record.table)
            (finished / record.table).rename(out / record.table)
    for name in metadata.FILES:
        if (finished / name).exists():
            (finished / name).replace(out / name)
    sync_folder(out)
    (finished / MANIFEST).rename(out / MANIFEST)
    sync_folder(out)
    shutil.rmtree(out / STAGING)


def _copy_in_place(out: RemotePath) -> None:
    """Do the same where folders cannot be renamed; whatever it is cut short at, doing it again completes it."""
    finished = out / STAGING / FINISHED
    (out / MANIFEST).unlink(missing_ok=True)
    for record in TABLES:
        (out / record.table).remove_tree()
        for path in (finished / record.table).walk():
            path.copy_to(out / record.table / path.name)
    for name in metadata.FILES:
        if (finished / name).exists():
            (finished / name).copy_to(out / name)
    (finished / MANIFEST).copy_to(out / MANIFEST)
    (finished / MANIFEST).unlink()  # first of all, so that what is left of the rest is never taken for a run
    (out / STAGING).remove_tree()


def read_manifest(out: Place) -> dict[str, Any] | None:
    """Return the manifest of the run under ``out``; None where there is no run of plextract's."""
    try:
        manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and "plextract" in manifest.get("versions", {}) else None


def looks_like_a_run(out: Place) -> bool:
    """Tell a run whose manifest is damaged: there are part files of its tables and nothing that no run writes."""
    if isinstance(out, RemotePath) or not out.is_dir():
        return False
    tables = {record.table for record in TABLES}
    visible = [path for path in out.iterdir() if not path.name.startswith(".")]
    parts = [part for path in visible if path.name in tables for part in path.glob("*")]
    named = all(path.name in {*tables, *metadata.FILES, MANIFEST} for path in visible)
    return named and bool(parts) and all(re.fullmatch(r"part-\d+\.parquet", part.name) for part in parts)


def files_are_whole(out: Place, manifest: Mapping[str, Any]) -> bool:
    """Tell whether every file of the manifest stands under ``out`` with its bytes, and none besides."""
    listed = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    standing = {f"{record.table}/{path.name}" for record in TABLES for path in _files(out / record.table)}
    return standing == set(listed) and all(write.sha256_of(out / name) == sha for name, sha in listed.items())


def _files(folder: Place) -> list[Place]:
    if isinstance(folder, RemotePath):
        return list(folder.walk())
    return [path for path in folder.glob("*") if path.is_file()]

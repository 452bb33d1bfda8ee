"""From finished shards to the datasets that users read: one row a content, one id an organisation, all at once.

The new datasets are built whole beside the old ones, with their manifest. That manifest is the point of no
return: from it on, a run that is killed is carried through by the next one.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import metadata, records, write
from pipeline.batch import kept, parts
from pipeline.batch.organisations import Organisations
from pipeline.batch.shard import ShardReport
from pipeline.batch.staged import part_of, read_part
from pipeline.records import (
    TABLES,
    DocumentRecord,
    ErrorRecord,
    OrganisationMention,
    OrganisationRecord,
    Record,
)
from pipeline.storage import Place, RemotePath, remove_tree

MANIFEST = "manifest.json"
STAGING = ".staging"
FINISHED = "finished"
REPLACED = "replaced"
FOLDERS = (*(record.table for record in TABLES), kept.KEPT)
"""What a run has in its output folder, besides single files."""
PART_BYTES = 128 * 2**20
"""Size in memory (``parts.row_bytes``) at which a part file is full; on disk it is a fraction of that."""


@dataclass(frozen=True, slots=True)
class Built:
    """Datasets that wait for their place: rows by table, and every file with its digest."""

    rows: dict[str, int]
    files: list[dict[str, Any]]
    kept: list[dict[str, Any]]
    """What is kept beside them for a later run."""


def build(shards: Sequence[tuple[Place, ShardReport]], finished: Place) -> Built:
    """Write the datasets of a run to ``finished`` from its shards' folders, in the order of the inputs.

    Of inputs with the same bytes the first keeps its rows and names the others in ``also_at``.
    """
    remove_tree(finished)
    repeats = _Repeats(shards)
    files: list[dict[str, Any]] = []
    rows = dict.fromkeys((record.table for record in TABLES), 0)
    organisations = Organisations(len(shards), repeats.rows)
    unresolved = kept.Unresolved()

    def staged(record: type[Record]) -> Iterator[pa.Table]:
        return (repeats.without(record, number) for number in range(len(shards)))

    for record in TABLES:
        if record is OrganisationMention:
            tables = unresolved.noting(organisations.mentions())
        elif record is OrganisationRecord:
            tables = organisations.summed_up()
        else:
            tables = staged(record)
        for number, table in enumerate(parts.cut(records.schema(record), tables, PART_BYTES)):
            files.append(_write_part(record, table, finished, number))
            rows[record.table] += table.num_rows
    files_kept = [
        _write_part(record, table, finished / kept.KEPT, number, within=f"{kept.KEPT}/")
        for record, tables in (
            (kept.FollowedRecord, staged(kept.FollowedRecord)),
            (kept.UnresolvedRecord, iter(unresolved.tables)),
        )
        for number, table in enumerate(parts.cut(records.schema(record), tables, PART_BYTES))
    ]
    return Built(rows, files, files_kept)


def _write_part(
    record: type[Record], table: pa.Table, folder: Place, number: int, within: str = ""
) -> dict[str, Any]:
    path = write.part_path(folder, record, number)
    write.write_table(table, path)
    return {
        "path": f"{within}{record.table}/{path.name}",
        "rows": table.num_rows,
        "bytes": path.stat().st_size,
        "sha256": write.sha256_of(path),
    }


class _Repeats:
    """Which documents of which shard repeat the bytes of an earlier one, and where each content stands besides."""

    def __init__(self, shards: Sequence[tuple[Place, ShardReport]]) -> None:
        self._shards = shards
        self.also_at: dict[str, list[str]] = {}
        self._repeated: list[set[str]] = [set() for _ in shards]
        for number, (_, report) in enumerate(shards):
            identities = self.rows(number, DocumentRecord, ["doc_id", "sha256", "source"])
            for doc_id, sha256, source in zip(*_columns(identities), strict=True):
                if sha256 in self.also_at:
                    self.also_at[sha256].append(source)
                    self._repeated[number].add(doc_id)
                else:
                    self.also_at[sha256] = []
            for sha256, source in report.duplicates:
                self.also_at[sha256].append(source)

    def rows(self, number: int, record: type[Record], columns: list[str] | None = None) -> pa.Table:
        """Return a table of shard ``number`` without rows of repeated documents; of all columns or only some."""
        folder, report = self._shards[number]
        if not report.rows[DocumentRecord.table if record is kept.FollowedRecord else record.table]:
            empty = records.schema(record).empty_table()
            return empty.select(columns) if columns else empty
        repeated = self._repeated[number]
        if not repeated or record is ErrorRecord:
            return read_part(part_of(folder, record), columns)
        table = read_part(part_of(folder, record), ["doc_id", *columns] if columns else None)
        table = table.filter(pc.invert(pc.is_in(table["doc_id"], pa.array(sorted(repeated), pa.string()))))
        return table.select(columns) if columns else table

    def without(self, record: type[Record], number: int) -> pa.Table:
        """Return a table of shard ``number`` without rows of repeated documents, ``also_at`` filled in."""
        table = self.rows(number, record)
        if record is DocumentRecord:
            column = table.schema.get_field_index("also_at")
            others = [self.also_at[sha256] for sha256 in table["sha256"].to_pylist()]
            table = table.set_column(
                column, table.schema.field(column), pa.array(others, table.schema.field(column).type)
            )
        return table


def _columns(table: pa.Table) -> list[list[str]]:
    return [column.to_pylist() for column in table.columns]


def write_manifest(manifest: Mapping[str, Any], finished: Place) -> None:
    """Describe built datasets and write their manifest: from now on they are the run."""
    metadata.describe(manifest, finished)
    with write.replacing(finished / MANIFEST) as file:
        file.write((json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode())


def put_in_place(out: Place) -> bool:
    """Replace the datasets under ``out`` by finished ones, also those that a killed run left; tell if there were any.

    The old manifest goes first and the new one comes last, so that a manifest always describes what stands
    beside it.
    """
    finished = out / STAGING / FINISHED
    if not (finished / MANIFEST).exists():
        return False
    if isinstance(out, RemotePath):
        _copy_in_place(out)
    else:
        _rename_in_place(out)
    return True


def _rename_in_place(out: Path) -> None:
    finished = out / STAGING / FINISHED
    replaced = out / STAGING / REPLACED
    replaced.mkdir(exist_ok=True)
    (out / MANIFEST).unlink(missing_ok=True)
    for name in FOLDERS:
        if (finished / name).exists():  # else an interrupted attempt has moved it already
            shutil.rmtree(replaced / name, ignore_errors=True)
            if (out / name).exists():
                (out / name).rename(replaced / name)
            (finished / name).rename(out / name)
    for name in metadata.FILES:
        if (finished / name).exists():
            (finished / name).replace(out / name)
    (finished / MANIFEST).rename(out / MANIFEST)
    shutil.rmtree(out / STAGING)


def _copy_in_place(out: RemotePath) -> None:
    """Do the same where folders cannot be renamed; whatever it is cut short at, doing it again completes it."""
    finished = out / STAGING / FINISHED
    (out / MANIFEST).unlink(missing_ok=True)
    for name in FOLDERS:
        (out / name).remove_tree()
        for path in (finished / name).walk():
            path.copy_to(out / path.relative_to(finished).as_posix())
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


def files_are_whole(out: Place, manifest: Mapping[str, Any]) -> bool:
    """Tell whether every file of the manifest stands under ``out`` with its bytes, and none besides."""
    return _are_whole(out, [record.table for record in TABLES], manifest["files"])


def kept_is_whole(out: Place, manifest: Mapping[str, Any]) -> bool:
    """Tell the same of what is kept beside the datasets."""
    folders = [f"{kept.KEPT}/{record.table}" for record in kept.TABLES]
    return _are_whole(out, folders, manifest["kept"]["files"])


def _are_whole(out: Place, folders: Iterable[str], files: Iterable[Mapping[str, Any]]) -> bool:
    listed = {entry["path"]: entry["sha256"] for entry in files}
    standing = {f"{folder}/{path.name}" for folder in folders for path in _files(out / folder)}
    return standing == set(listed) and all(write.sha256_of(out / name) == sha for name, sha in listed.items())


def _files(folder: Place) -> list[Place]:
    if isinstance(folder, RemotePath):
        return list(folder.walk())
    return [path for path in folder.glob("*") if path.is_file()]

"""A run's tables in the files of other programs: exact where the format can hold it, and a warning where it cannot."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

from pipeline.database import Run
from pipeline.export import databases, plain_text, workbook

Format = Literal["csv", "xlsx", "jsonl", "duckdb", "sqlite"]
FORMATS: tuple[Format, ...] = get_args(Format)
WRITERS: dict[Format, Callable[[Run, Path], list[str]]] = {
    "csv": plain_text.to_csv,
    "jsonl": plain_text.to_jsonl,
    "xlsx": workbook.to_xlsx,
    "duckdb": databases.to_duckdb,
    "sqlite": databases.to_sqlite,
}
FOLDERS: tuple[Format, ...] = ("csv", "jsonl")
"""Formats that are a folder with a file a table."""


class UnfitTarget(Exception):  # noqa: N818 (it says what is so)
    """A place where an export must not be written; the message says why, for a person."""


def target_of(out: Path, to: Format) -> Path:
    """Return where the export of the run under ``out`` goes unless told otherwise: beside it."""
    run = out.resolve()
    return run.with_name(f"{run.name}-{to}" if to in FOLDERS else f"{run.name}.{to}")


def export(run: Run, to: Format, target: Path) -> list[str]:
    """Write the run's tables to ``target`` (a folder for csv and jsonl) and return warnings for a person.

    What stands at ``target`` is replaced, once the new file is whole. Raises ``UnfitTarget`` and ``OSError``.
    """
    if to in FOLDERS:
        if target.exists() and not target.is_dir():
            raise UnfitTarget(f"{target} is a file; {to} needs a folder")
        if (target / "manifest.json").exists():
            raise UnfitTarget(f"{target} holds a run; give another folder")
    elif target.is_dir():
        raise UnfitTarget(f"{target} is a folder; {to} is one file")
    return WRITERS[to](run, target)

"""List the inputs of a run: files, folders, globs, standard input, lists of files and tables of texts.

What cannot be an input still comes out, as a source with its problem, so that nothing is lost silently.
"""

import glob
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.read.large_texts import CUT_ABOVE, parts
from pipeline.read.source import (
    DEFAULT_MAX_BYTES,
    Columns,
    Problem,
    Source,
    no_file,
    os_problem,
    posix,
    refused,
)
from pipeline.read.tables import TABLE_SUFFIXES, rows
from pipeline.storage import Place, Status, files_under, folder_of, is_uri, place

NO_DOCUMENTS = frozenset((
    ".bat", ".c", ".cfg", ".cmd", ".conf", ".cpp", ".css", ".go", ".h", ".ini", ".ipynb", ".java", ".js",
    ".json", ".lock", ".map", ".mjs", ".ps1", ".py", ".pyc", ".rb", ".rs", ".scss", ".sh", ".sql", ".toml",
    ".ts", ".tsx", ".yaml", ".yml",
))  # fmt: skip
"""Suffixes of code and settings, which a folder may hold beside its documents; passed over there, read when named."""
SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
STDIN = "-"


def discover(
    inputs: Iterable[str | os.PathLike[str]],
    *,
    files_from: str | os.PathLike[str] | None = None,
    text_column: str | None = None,
    id_column: str | None = None,
    date_column: str | None = None,
) -> Iterator[Source]:
    """Yield the inputs of a run, in the order given, folders in path order.

    An input is a file, a folder (all of it, but hidden files), a glob, a URI of any of these, or ``-`` for
    standard input. ``files_from`` names a text file with a path or URI a line (``-``: standard input). A ``.jsonl``, ``.csv`` or
    ``.parquet`` file is a table whose rows are the inputs: ``text_column`` holds their text (``text`` if not
    given), ``id_column`` their names, ``date_column`` their reference dates (ISO 8601).

    Names are relative to the folder, or where several inputs are given to the folder that holds them all; what
    has a URI is named by it (``file://`` is a path).
    Files are listed, not loaded. What is missing or unreadable is a source with a ``problem``.
    """
    given = [_local(os.fspath(entry)) for entry in inputs]
    expanded = [path for entry in given for path in _expand(entry)]
    root = _root([_static_part(entry) for entry in given if entry != STDIN and not is_uri(entry)])
    walk = _Walk(Columns(text_column, id_column, date_column))
    for path in expanded:
        if path == STDIN:
            yield _stdin()
        elif is_uri(path):
            yield from walk.remote(path)
        else:
            yield from walk.visit(Path(path), _relative(path, root))
    if files_from is not None:
        yield from _listed(files_from, walk)


def _local(entry: str) -> str:
    """Return an input as it is named, a ``file://`` URI as the path that it is."""
    named = place(entry) if is_uri(entry) else None
    return str(named) if isinstance(named, Path) else entry


def _expand(entry: str) -> list[str]:
    """Return the paths that an input stands for; one that matches nothing stays, to be reported as missing."""
    if entry == STDIN or is_uri(entry) or not glob.has_magic(entry) or os.path.lexists(entry):
        return [entry]
    return sorted(glob.glob(entry, recursive=True)) or [entry]  # noqa: PTH207 - Path.glob takes no absolute pattern


def _static_part(entry: str) -> str:
    """Return the folder that an input's paths are within: itself, a file's, or that of a glob before its first wildcard."""
    if glob.has_magic(entry) and not os.path.lexists(entry):
        parts = Path(entry).parts
        magic = next(number for number, part in enumerate(parts) if glob.has_magic(part))
        return str(Path(*parts[:magic])) if magic else "."
    return entry if Path(entry).is_dir() else str(Path(entry).parent)


def _root(folders: list[str]) -> str | None:
    try:
        return os.path.commonpath([os.path.abspath(folder) for folder in folders])  # noqa: PTH100 - keeps symlinks
    except ValueError:  # none, or on several drives
        return None


def _relative(path: str, root: str | None) -> str:
    if root is None:
        return posix(path)
    try:
        return posix(os.path.relpath(path, root))
    except ValueError:
        return posix(path)


def _stdin() -> Source:
    data = sys.stdin.buffer.read(DEFAULT_MAX_BYTES + 1)
    return Source(STDIN, data=data, size=len(data))


def _listed(files_from: str | os.PathLike[str], walk: "_Walk") -> Iterator[Source]:
    name = os.fspath(files_from)
    try:
        if name == STDIN:
            yield from _listed_lines(sys.stdin.buffer, walk)
        else:
            with Path(name).open("rb") as lines:
                yield from _listed_lines(lines, walk)
    except OSError as error:
        yield Source(posix(name), problem=os_problem(error))


def _listed_lines(lines: Iterable[bytes], walk: "_Walk") -> Iterator[Source]:
    for number, line in enumerate(lines):
        entry = os.fsdecode(line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line).rstrip("\r\n")
        entry = _local(entry)
        if is_uri(entry):
            yield from walk.remote(entry)
        elif entry.strip():
            yield from walk.visit(Path(entry), posix(entry))


class _Walk:
    """Visits files and folders, tables within them included."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._linked: set[tuple[int, int]] = set()
        """Folders that a link led to, by device and inode: links to links would else make paths without end."""

    def visit(self, path: Path, name: str) -> Iterator[Source]:
        """Yield the inputs at a path that was named."""
        try:
            status = path.stat()
        except OSError as error:
            yield Source(name, path, problem=os_problem(error))
        except ValueError as error:
            yield refused(name, "not_found", f"this is no possible path: {error}")
        else:
            if stat.S_ISDIR(status.st_mode):
                yield from self._folder(path, "" if name == "." else f"{name}/", ())
            else:
                yield from self._file(path, name, status)

    def remote(self, uri: str) -> Iterator[Source]:
        """Yield the inputs that a URI names, by their URIs."""
        try:
            for path in files_under(uri):
                below = path.uri[len(folder_of(uri)) :].split("/") if path.uri != uri else []
                if any(map(_passed_over, below)) or (below and path.suffix.lower() in NO_DOCUMENTS):
                    continue
                yield from self._file(path, path.uri, path.stat())
        except OSError as error:
            yield Source(uri, problem=os_problem(error))

    def _file(self, path: Place, name: str, status: os.stat_result | Status) -> Iterator[Source]:
        if not stat.S_ISREG(status.st_mode):
            yield Source(name, path, problem=no_file(status.st_mode))
        elif path.suffix.lower() in TABLE_SUFFIXES:
            yield from rows(path, name, self.columns)
        elif status.st_size > CUT_ABOVE:
            yield from _large(path, name, status)
        else:
            yield Source(name, path, size=status.st_size, mtime_ns=status.st_mtime_ns)

    def _folder(self, folder: Path, prefix: str, above: tuple[tuple[int, int], ...]) -> Iterator[Source]:
        """Yield the inputs of a folder in path order; ``above`` are the folders around it, by device and inode."""
        try:
            status = folder.stat()
            here = (status.st_dev, status.st_ino)
            if here in above:  # a link to a folder that we are in
                return
            with os.scandir(folder) as listing:
                entries = [(entry, _is_folder(entry)) for entry in listing if not _passed_over(entry.name)]
        except OSError as error:
            yield Source(prefix.rstrip("/") or ".", problem=_folder_problem(error))
            return
        entries.sort(key=lambda pair: pair[0].name + "/" * pair[1])  # as the whole paths sort
        for entry, is_folder in entries:
            name = prefix + entry.name
            if is_folder:
                if not entry.is_symlink() or self._is_new(entry):
                    yield from self._folder(folder / entry.name, f"{name}/", (*above, here))
                continue
            suffix = _suffix(entry.name)
            if suffix in NO_DOCUMENTS:
                continue
            try:
                status = entry.stat()
            except OSError as error:
                yield Source(name, entry.path, problem=os_problem(error))
                continue
            plain = stat.S_ISREG(status.st_mode) and suffix not in TABLE_SUFFIXES
            if not plain or status.st_size > CUT_ABOVE:
                yield from self._file(folder / entry.name, name, status)
            else:  # without a Path: there may be millions
                yield Source(name, entry.path, size=status.st_size, mtime_ns=status.st_mtime_ns)

    def _is_new(self, link: "os.DirEntry[str]") -> bool:
        """Tell whether no link before led to the same folder; its files are listed once."""
        status = link.stat()
        folder = (status.st_dev, status.st_ino)
        known = folder in self._linked
        self._linked.add(folder)
        return not known


def _large(path: Place, name: str, status: os.stat_result | Status) -> Iterator[Source]:
    """Yield the parts of a large file, or itself where it is not one to be cut."""
    try:
        cut = list(parts(path, name, status.st_size))
    except OSError as error:
        yield Source(name, path, problem=os_problem(error))
        return
    for part in cut:
        yield Source(part.name, path, size=part.stop - part.start, part=part, mtime_ns=status.st_mtime_ns)
    if not cut:
        yield Source(name, path, size=status.st_size, mtime_ns=status.st_mtime_ns)


def _passed_over(name: str) -> bool:
    """Tell hidden files, lock files of office programs and what operating systems leave in folders."""
    return name.startswith((".", "~$")) or name.lower() in SYSTEM_FILES


def _suffix(name: str) -> str:
    """Return what ``Path.suffix`` is for a name, in small letters."""
    dot = name.rfind(".")
    return name[dot:].lower() if 0 < dot < len(name) - 1 else ""


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _folder_problem(error: OSError) -> Problem:
    problem = os_problem(error)
    return problem._replace(message=problem.message.replace("the file", "the folder"))

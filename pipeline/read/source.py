"""What an input is before it is read, and how its bytes are fetched."""

import hashlib
import os
import stat
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple, cast

from pipeline.document import Stage, StageError
from pipeline.read.large_texts import Part
from pipeline.storage import Place, StorageError

DEFAULT_MAX_BYTES = 64 * 2**20
"""Largest input that is read, in bytes; also the limit for what a compressed one unpacks to, times ``UNPACKING``."""
UNPACKING = 4
"""How many times ``max_bytes`` the unpacked parts of a compressed document may have together."""


class Problem(NamedTuple):
    """Why an input cannot be read, known before anyone tries."""

    stage: Stage
    error_type: str
    message: str


class Columns(NamedTuple):
    """The columns of a table of texts that hold the texts, their names and their reference dates."""

    text: str | None = None
    identifier: str | None = None
    date: str | None = None


class Row(NamedTuple):
    """Where a row of the table named ``of`` is found again: the ``mark`` that its reader gave it."""

    of: str
    path: Place
    columns: Columns
    mark: int
    sha256: str = ""
    """Of its text, once that has been let go."""


@dataclass(frozen=True, slots=True)
class Source:
    """An input: a file or object at ``path``, or bytes or a text held in memory, or a ``problem`` in its place.

    A run may hold millions: ``path`` is a plain string where a folder lists a file, and ``mtime_ns`` what the listing told.

    ``name`` identifies it in the output: its path relative to the input root with ``/`` separators, its URI,
    ``-`` for standard input, ``TABLE#ID`` for a row of a table of texts, ``FILE#bytes=START-STOP`` for a ``part``
    of a file. ``size`` is in bytes. A row's ``text`` may be None, to be read again when it is needed.
    """

    name: str
    path: Place | str | None = None
    data: bytes | None = None
    text: str | None = None
    reference_date: date | None = None
    size: int | None = None
    problem: Problem | None = None
    part: Part | None = None
    row: Row | None = None
    mtime_ns: int | None = None

    def __post_init__(self) -> None:
        if not self.name.isascii():
            object.__setattr__(self, "name", writable(self.name))

    @property
    def place(self) -> Place | None:
        """Where the file or object is."""
        return Path(self.path) if isinstance(self.path, str) else self.path

    @property
    def file_name(self) -> str:
        """The name of the file that the input is, or is in."""
        within = self.part or self.row
        return within.of if within else self.name

    def without_text(self) -> "Source":
        """Return the input without what can be read again, so that many of them can be held at once."""
        if self.row is None or self.text is None:
            return self
        return replace(self, text=None, row=self.row._replace(sha256=sha256_of_text(self.text)))


def sha256_of_text(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def writable(text: str) -> str:
    """Return a text as UTF-8 can hold it: bytes of a file name that are none, and lone surrogates, escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def refused(name: str, error_type: str, message: str) -> Source:
    """Return a source that stands for an input that cannot be read."""
    return Source(name, problem=Problem("read", error_type, message))


def os_problem(error: OSError) -> Problem:
    """Put a failed system call into words."""
    match error:
        case StorageError():
            return Problem("read", "io_error", str(error))
        case FileNotFoundError():
            return Problem("read", "not_found", "no such file; it may have been moved or deleted")
        case PermissionError():
            return Problem("read", "permission", "the file may not be read: permission denied")
        case IsADirectoryError():
            return Problem("read", "not_a_file", "this is a folder, not a file")
        case _:
            return Problem("read", "io_error", f"the file could not be read: {error.strerror or error}")


def load(source: Source, max_bytes: int) -> bytes:
    """Return the bytes of an input (a text's as UTF-8); raises ``StageError`` where it has none to give."""
    if source.problem is not None:
        raise StageError(*source.problem)
    if (at := source.place) is not None:
        data = _load_file(at, max_bytes, source.part)
        if source.part is not None and len(data) < source.part.stop - source.part.start:
            raise StageError("read", "changed", "the file became shorter after it was listed")
    elif source.text is not None:
        data = source.text.encode("utf-8", "replace")
    else:
        data = source.data or b""
    if len(data) > max_bytes:
        raise too_large(len(data), max_bytes)
    return data


def too_large(n_bytes: int, max_bytes: int) -> StageError:
    found, limit = (f"{number / 2**20:,.1f} MiB" for number in (n_bytes, max_bytes))
    return StageError("read", "too_large", f"the input has {found}, more than the limit of {limit}")


def _load_file(path: Place, max_bytes: int, part: Part | None) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for a writer for ever
            raise StageError(*no_file(status.st_mode))
        n_bytes = part.stop - part.start if part else status.st_size
        if n_bytes > max_bytes:
            raise too_large(n_bytes, max_bytes)
        with path.open("rb") as file:
            if part is None:
                return cast(bytes, file.read(max_bytes + 1))
            file.seek(part.start)
            return cast(bytes, file.read(n_bytes))
    except OSError as error:
        raise StageError(*os_problem(error)) from error
    except ValueError as error:  # a null byte in the path
        raise StageError("read", "not_found", f"this is no possible path: {error}") from error


def no_file(mode: int) -> Problem:
    """Return the problem of what is no regular file."""
    return Problem("read", "not_a_file", f"this is {_kind(mode)}, not a file")


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"


def posix(path: "os.PathLike[str] | str") -> str:
    """Return a path as it is written in the output: ``/`` separators, no ``.`` or ``..`` that can be resolved."""
    return Path(os.path.normpath(path)).as_posix()

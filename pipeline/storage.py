"""Where bytes come from and go to: files of this machine, or objects of a store, by their URI.

A place is a ``Path``, or a ``RemotePath``, which answers to the same few methods. ``pyarrow.fs`` reaches
``s3://``, ``gs://`` and ``hdfs://``; any other scheme is fsspec's, where that and its driver are installed.
Credentials, regions and endpoints are what the environment says (``AWS_ENDPOINT_URL``, ``AWS_ACCESS_KEY_ID``,
``GOOGLE_APPLICATION_CREDENTIALS``, ...): nothing of them is ever in a manifest or a mark.
"""

import contextlib
import hashlib
import io
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple, cast
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+)://")
_RENAMES = frozenset({"hdfs", "viewfs"})
"""Schemes where an object is not written whole or not at all, but can be renamed."""


class StorageError(OSError):
    """A place that cannot be reached or used; the message says why, for a person."""


class Status(NamedTuple):
    """What a listing tells of a file: bytes, and when it was last changed."""

    st_size: int
    st_mtime_ns: int
    st_mode: int = stat.S_IFREG


@dataclass(frozen=True, slots=True, order=True)
class RemotePath:
    """An object or a folder of objects at ``uri``, with the methods of ``Path`` that this package needs."""

    uri: str
    known: Status | None = field(default=None, compare=False)
    """What a listing has told already, so that nobody asks again."""

    def __str__(self) -> str:
        return self.uri

    def __truediv__(self, name: str) -> "RemotePath":
        return RemotePath(f"{self.uri}/{name}")

    @property
    def name(self) -> str:
        return self.uri.rpartition("/")[2]

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix

    @property
    def parent(self) -> "RemotePath":
        return RemotePath(self.uri.rpartition("/")[0])

    def as_posix(self) -> str:
        return self.uri

    def relative_to(self, above: "RemotePath") -> PurePosixPath:
        return PurePosixPath(self.uri.removeprefix(above.uri).lstrip("/"))

    def stat(self) -> Status:
        """Raise ``FileNotFoundError`` where there is no such object."""
        if self.known is None:
            status = _status(self._info())
            if status is None:
                raise FileNotFoundError(f"{self} does not exist")
            return status
        return self.known

    def exists(self) -> bool:
        return bool(self._info().type)

    def is_dir(self) -> bool:
        return bool(self._info().type.name == "Directory")

    def is_file(self) -> bool:
        return bool(self._info().type.name == "File")

    def mkdir(self, *, parents: bool = True, exist_ok: bool = True) -> None:
        """Make a folder where the store has folders; object stores have none to make."""
        if self._scheme in _RENAMES:
            with _plain_words(self):
                self._fs.create_dir(self._key, recursive=True)

    def iterdir(self) -> "Iterator[RemotePath]":
        """Yield what is directly in the folder, in the order of names; nothing where there is none."""
        return self._listed(recursive=False)

    def walk(self) -> "Iterator[RemotePath]":
        """Yield all files at any depth, in the order of their paths, with what the listing tells of them."""
        return (path for path in self._listed(recursive=True) if path.known)

    def open(self, mode: str = "rb", *, encoding: str | None = None, newline: str | None = None) -> IO[Any]:
        with _plain_words(self):
            stream = self._fs.open_input_file(self._key)
        if encoding is None:
            return cast(IO[bytes], stream)
        return io.TextIOWrapper(stream, encoding=encoding, newline=newline)

    def read_bytes(self) -> bytes:
        with _plain_words(self), self._fs.open_input_stream(self._key) as file:
            return cast(bytes, file.read())

    def read_text(self, encoding: str = "utf-8") -> str:
        return self.read_bytes().decode(encoding)

    def write_bytes(self, data: bytes) -> None:
        """Put the object whole or not at all."""
        with _plain_words(self):
            key = self._key
            if self._scheme in _RENAMES:
                key = f"{self.parent._key}/.{self.name}.{secrets.token_hex(4)}"
                self._fs.create_dir(self.parent._key, recursive=True)
            with self._fs.open_output_stream(key) as file:
                file.write(data)
            if key != self._key:
                self._fs.move(key, self._key)

    def unlink(self, *, missing_ok: bool = False) -> None:
        try:
            with _plain_words(self):
                self._fs.delete_file(self._key)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def copy_to(self, target: "RemotePath") -> None:
        """Copy within the store, so that no byte comes through this machine."""
        with _plain_words(self):
            target.mkdir() if target._scheme not in _RENAMES else target.parent.mkdir()
            self._fs.copy_file(self._key, target._key)

    def remove_tree(self) -> None:
        with _plain_words(self), contextlib.suppress(FileNotFoundError):
            self._fs.delete_dir(self._key)

    @property
    def _scheme(self) -> str:
        return self.uri.partition("://")[0].lower()

    @property
    def _fs(self) -> Any:
        return _file_system(self._scheme, urlsplit(self.uri).netloc)

    @property
    def _key(self) -> str:
        """The path as the file system wants it: stores of buckets have the bucket's name in it."""
        rest = self.uri.partition("://")[2]
        return "/" + rest.partition("/")[2] if self._scheme in _RENAMES else rest

    def _info(self) -> Any:
        with _plain_words(self):
            return self._fs.get_file_info(self._key)

    def _listed(self, *, recursive: bool) -> "Iterator[RemotePath]":
        from pyarrow import fs  # noqa: PLC0415 (the libraries of the stores take their time to load)

        selector = fs.FileSelector(self._key, recursive=recursive, allow_not_found=True)
        with _plain_words(self):
            infos = self._fs.get_file_info(selector)
        start = len(self._key.rstrip("/")) + 1
        for info in sorted(infos, key=lambda info: info.path):
            yield RemotePath(f"{self.uri}/{info.path[start:]}", _status(info))


Place = Path | RemotePath


def is_uri(text: str) -> bool:
    return _SCHEME.match(text) is not None


def place(text: str | os.PathLike[str]) -> Place:
    """Return the place that a path or a URI names; ``file://`` is a path."""
    text = os.fspath(text)
    found = _SCHEME.match(text)
    if found is None:
        return Path(text)
    if found[1].lower() == "file":
        return Path(url2pathname(urlsplit(text).path))
    return RemotePath(text.rstrip("/"))


@contextlib.contextmanager
def replacing(path: Place) -> Iterator[IO[bytes]]:
    """Give a file to write whose content stands at ``path`` once the block ends well, and never in part.

    A local file is on the disk by then, under its name once ``sync_folder`` has put its folder there. An object
    is held in memory until it is put.
    """
    if isinstance(path, RemotePath):
        held = io.BytesIO()
        yield held
        path.write_bytes(held.getvalue())
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")  # of any machine
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def sync_folder(folder: Place) -> None:
    """Put the names of a folder's files on the disk, so that a machine that stops has them when it starts again."""
    if isinstance(folder, RemotePath) or os.name == "nt":  # stores and Windows know nothing of the kind
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_tree(path: Place) -> None:
    """Remove a folder with all that is in it, or nothing where there is none."""
    if isinstance(path, RemotePath):
        path.remove_tree()
    elif path.exists():
        shutil.rmtree(path)


def sha256_of(path: Place) -> str:
    """Return the SHA-256 of a file's bytes, hexadecimal."""
    if isinstance(path, RemotePath):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_under(uri: str) -> Iterator[RemotePath]:
    """Yield the objects that a URI names: itself, all in a folder, or those that its wildcards fit.

    Raises ``FileNotFoundError`` where there are none. ``*`` and ``?`` stay within a name, ``**/`` spans folders.
    """
    magic = re.search(r"[*?]", uri) is not None
    top = RemotePath(folder_of(uri))
    if not magic and (status := _status(top._info())):
        yield RemotePath(top.uri, status)
        return
    fits: Callable[[str], object] = re.compile(_pattern(uri), re.DOTALL).fullmatch if magic else bool
    found = False
    for path in top.walk():
        if fits(path.uri):
            found = True
            yield path
    if not found:
        raise FileNotFoundError(f"there is nothing at {uri}")


def folder_of(uri: str) -> str:
    """Return the URI of the folder that all objects of ``files_under`` are in: itself, or that before its wildcards."""
    return re.sub(r"/[^/]*[*?].*", "", uri, flags=re.DOTALL).rstrip("/")


def _pattern(wildcards: str) -> str:
    kinds = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(
        kinds.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*\*|\*|\?)", wildcards) if part
    )


def _status(info: Any) -> Status | None:
    return Status(int(info.size or 0), int(info.mtime_ns or 0)) if info.type.name == "File" else None


@cache
def _file_system(scheme: str, host: str) -> Any:
    from pyarrow import fs  # noqa: PLC0415

    try:
        if scheme in ("s3", "gs", "gcs", "hdfs", "viewfs"):
            return fs.FileSystem.from_uri(f"{scheme}://{unquote(host)}/")[0]
        import fsspec  # noqa: PLC0415

        return fs.PyFileSystem(fs.FSSpecHandler(fsspec.filesystem(scheme)))
    except ImportError as error:
        raise StorageError(f"{scheme}:// needs fsspec and its driver for {scheme}: {error}") from error
    except (OSError, ValueError) as error:
        raise StorageError(f"{scheme}://{host} cannot be used: {error}") from error


@contextlib.contextmanager
def _plain_words(path: RemotePath) -> Iterator[None]:
    """Turn what a store says into an error that a person can act on."""
    try:
        yield
    except StorageError:
        raise
    except OSError as error:
        said = str(error)
        if "ACCESS_DENIED" in said or "FORBIDDEN" in said or "HTTP status 403" in said:
            raise PermissionError(f"{path}: access denied; check the credentials") from error
        if "NO_SUCH_BUCKET" in said or "bucket does not exist" in said:
            raise StorageError(f"{path}: there is no such bucket") from error
        if isinstance(error, FileNotFoundError) or "NO_SUCH_KEY" in said:
            raise FileNotFoundError(f"{path} does not exist") from error
        raise StorageError(f"{path}: {said.splitlines()[0] if said else 'cannot be reached'}") from error

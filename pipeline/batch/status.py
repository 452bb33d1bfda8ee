"""Where a run stands, in a file that schedulers read: ``OUT/.status.json``, replaced whole once a second.

What its process cannot say itself, that it was killed, is told by the lock that a run holds on its folder.
"""

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pipeline.storage import Place

STATUS = ".status.json"
EVERY_SECONDS = 1.0

State = Literal["running", "finished", "failed", "interrupted"]


@dataclass(frozen=True, slots=True)
class Status:
    """How far a run has come. Bytes are those of documents read, as stored; ``rows`` are of shards that are done.

    ``interrupted`` is a run that was killed or stopped, ``failed`` one that an error ended: both can be resumed.
    """

    state: State
    documents: int = 0
    total_documents: int = 0
    n_bytes: int = 0
    errors: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    seconds_left: float | None = None
    """An estimate from the documents done in this attempt; null before the first, and while the datasets are built."""
    message: str | None = None
    updated: str = ""
    """When this was written, ISO 8601 in UTC."""
    pid: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; bytes are those of documents read, as stored."""

    documents: int
    total_documents: int
    n_bytes: int
    total_bytes: int
    """Of all inputs, as far as that is known beforehand; 0 where it is not."""
    errors: int
    rows: dict[str, int] = field(default_factory=dict)
    """Rows by table of the shards that are done."""


class StatusFile:
    """Writes the status of the run under ``out``, where that is a folder of this machine.

    One that cannot be written to does not end the run here.
    """

    def __init__(self, out: Place) -> None:
        self._path = out / STATUS if isinstance(out, Path) else None
        self._started = time.monotonic()
        self._written = -EVERY_SECONDS
        self._taken_over: float | None = None
        """What of the work was done before this attempt."""
        self.latest = Status("running", pid=os.getpid())

    def progress(self, progress: Progress) -> None:
        """Note how far the run is; what is left is told by bytes where their total is known, else by documents."""
        work, whole = progress.documents, progress.total_documents
        if progress.total_bytes:
            work, whole = progress.n_bytes, progress.total_bytes
        if self._taken_over is None:
            self._taken_over = work
        seconds = time.monotonic() - self._started
        done = work - self._taken_over
        is_last = progress.documents == progress.total_documents
        listed = progress.total_documents != self.latest.total_documents
        if listed:
            self._taken_over, done = work, 0
        self.latest = replace(
            self.latest,
            documents=progress.documents,
            total_documents=progress.total_documents,
            n_bytes=progress.n_bytes,
            errors=progress.errors,
            rows=progress.rows,
            seconds=round(seconds, 1),
            seconds_left=round(seconds * max(whole - work, 0) / done, 1) if done and not is_last else None,
        )
        if listed or is_last or time.monotonic() - self._written >= EVERY_SECONDS:
            self._write()

    def rows(self, rows: dict[str, int]) -> None:
        """Put the rows of the datasets in the place of those of the shards."""
        self.latest = replace(self.latest, rows=rows)

    def end(self, state: State, message: str | None = None) -> None:
        seconds = round(time.monotonic() - self._started, 1)
        left = 0.0 if state == "finished" else None
        self.latest = replace(self.latest, state=state, message=message, seconds=seconds, seconds_left=left)
        self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        if self._path is None:
            return
        latest = replace(self.latest, updated=datetime.now(UTC).isoformat(timespec="seconds"))
        unfinished = self._path.with_name(f"{STATUS}.{os.getpid()}")
        with contextlib.suppress(OSError):
            # no fsync: after a reboot an older status is as good, and a run is not to wait for its disk
            unfinished.write_text(json.dumps(asdict(latest), ensure_ascii=False) + "\n", encoding="utf-8")
            unfinished.replace(self._path)
            return
        with contextlib.suppress(OSError):  # a disk that is full
            unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def told(out: Place) -> Iterator[StatusFile]:
    """Give the status file of a run and close it with how the block ended."""
    status = StatusFile(out)
    status.progress(Progress(documents=0, total_documents=0, n_bytes=0, total_bytes=0, errors=0))
    try:
        yield status
    except Exception as error:
        status.end("failed", str(error) or type(error).__name__)
        raise
    except BaseException:
        status.end("interrupted")
        raise
    status.end("finished")


def read_status(out: Path) -> Status | None:
    """Return the status of the run under ``out``; None where there is none."""
    try:
        status = Status(**json.loads((out / STATUS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    if status.state == "running" and not _held(out):
        return replace(status, state="interrupted", seconds_left=None)
    return status


def _held(folder: Path) -> bool:
    """Tell whether a process holds the lock of a run on ``folder``."""
    try:
        import fcntl  # noqa: PLC0415 (POSIX only)
    except ImportError:
        return True
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False

"""One shard of a run: its inputs through read and flow to part files, then a completion mark.

This is all that a worker does, on this machine or another. What goes wrong with a document becomes a row
of ``errors``; only what goes wrong with the machine (a full disk) raises.
"""

import gc
import json
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipeline import flow, read, records, write
from pipeline.batch.limits import DEFAULT_MAX_MEMORY, DEFAULT_MAX_SECONDS, TimeLimitError, limited
from pipeline.document import RawDocument, Stage, StageError
from pipeline.flow import Extraction, Settings
from pipeline.read import DEFAULT_MAX_BYTES, Source
from pipeline.records import EXTRACTED, DocumentRecord, ErrorRecord, Mention, Record
from pipeline.storage import Place, RemotePath, sync_folder

if TYPE_CHECKING:
    from spacy.language import Language

MARK = "done.json"
COLLECT_AFTER = 100_000
"""How many more objects that can form cycles must be there before the collector looks for some."""


@dataclass(frozen=True, slots=True)
class Job:
    """What all shards of a run have in common; ``model`` names the model for a process that must load it itself."""

    staging: Place
    settings: Settings
    model: str = "none"
    max_bytes: int = DEFAULT_MAX_BYTES
    max_seconds: float = DEFAULT_MAX_SECONDS
    """Seconds that one document may take; 0 is no limit, as for memory."""
    max_memory: int = DEFAULT_MAX_MEMORY
    """Bytes of memory that one document may add to its process's."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A stretch of a run's inputs, and the digest of everything that its rows follow from."""

    number: int
    key: str
    sources: tuple[Source, ...]


class Duplicate(NamedTuple):
    """An input with the same bytes as one before it in the shard."""

    sha256: str
    source: str


@dataclass(frozen=True, slots=True)
class ShardReport:
    """What a shard came to. Its JSON is the completion mark: with it, all part files are there and whole."""

    key: str
    documents: int
    """Inputs taken on, those that failed or were duplicates included."""
    n_bytes: int
    """Bytes of the inputs that could be read."""
    rows: dict[str, int]
    duplicates: list[Duplicate]
    left_out: int = 0
    """Rows below the least score that was asked for."""
    seconds: dict[str, float] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    """The part files on a disk with their SHA-256: after a power cut some may be shorter, or zeros."""

    @classmethod
    def of_mark(cls, path: Place) -> "ShardReport":
        """Read a completion mark; raises ``OSError``, ``ValueError`` or ``TypeError`` where it is none."""
        data = json.loads(path.read_text(encoding="utf-8"))
        data["duplicates"] = [Duplicate(*pair) for pair in data["duplicates"]]
        return cls(**data)

    @classmethod
    def of_whole(cls, shard: "Shard", folder: Place) -> "ShardReport | None":
        """Return the report of a shard that is marked complete in ``folder`` with all its bytes; else None."""
        try:
            report = cls.of_mark(folder / MARK)
            if report.key != shard.key:
                return None
            whole = all(write.sha256_of(folder / name) == sha256 for name, sha256 in report.parts.items())
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return report if whole else None


@dataclass(frozen=True, slots=True)
class Step:
    """One input done: how many bytes it had, and whether it failed."""

    n_bytes: int
    failed: bool


def shard_folder(staging: Place, shard: Shard) -> Place:
    return staging / f"shard-{shard.key[:32]}"


def part_of(folder: Place, record: type[Record]) -> Place:
    """Return the path of a table's rows within a shard's folder."""
    return folder / f"{record.table}.parquet"


def process_shard(
    shard: Shard,
    job: Job,
    nlp: "Language | None",
    *,
    begin: Callable[[], None] = lambda: None,
    done: Callable[[Step], None] = lambda step: None,
    crashed: Collection[int] = (),
    hung: Collection[int] = (),
    deadly: bool = False,
) -> ShardReport:
    """Process the shard's inputs into part files in its folder and mark it complete.

    Documents keep the order of the inputs, mentions follow it and then their offsets. ``begin`` and ``done``
    are called before and after each input. ``crashed`` are
    positions of inputs that killed the process in an earlier attempt, ``hung`` of those whose process had to be
    ended: they are not tried again. With ``deadly``, a document that cannot be stopped ends the process.
    """
    _collect_seldom()
    folder = shard_folder(job.staging, shard)
    work = _Work(nlp, job, deadly=deadly)
    for position, source in enumerate(shard.sources):
        begin()
        if position in hung:
            step = work.too_slow(source.name)
        elif position in crashed:
            step = work.fail(
                source.name, "extract", "Crash", "processing this document ends the whole process"
            )
        else:
            step = work.take(source)
        done(step)
    started = time.perf_counter()
    rows = _write(work, folder, [source.name for source in shard.sources])
    work.seconds["write"] = time.perf_counter() - started
    report = ShardReport(
        key=shard.key,
        documents=len(shard.sources),
        n_bytes=work.n_bytes,
        rows=rows,
        duplicates=work.duplicates,
        left_out=sum(extraction.left_out for extraction in work.extractions),
        seconds=work.seconds,
        parts=_digests(folder),
    )
    with write.replacing(folder / MARK) as file:
        file.write(json.dumps(asdict(report), ensure_ascii=False).encode())
    sync_folder(folder)
    return report


def _digests(folder: Place) -> dict[str, str]:
    if isinstance(folder, RemotePath):  # a store has an object whole or not at all
        return {}
    paths = [part_of(folder, record) for record in EXTRACTED]
    return {path.name: write.sha256_of(path) for path in paths}


def _collect_seldom() -> None:
    """Let the collector of cycles leave alone what is loaded, and look at the rest more seldom than by default.

    Rules and dictionaries stay, and rows hold no cycles: to go through them again and again takes a tenth of the
    time of a run.
    """
    if gc.get_threshold()[0] != COLLECT_AFTER:
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER, 50, 100)


class _Work:
    """What has come of the inputs of a shard so far."""

    def __init__(self, nlp: "Language | None", job: Job, *, deadly: bool) -> None:
        self.nlp = nlp
        self.job = job
        self.deadly = deadly
        self.extractions: list[Extraction] = []
        self.errors: list[ErrorRecord] = []
        self.duplicates: list[Duplicate] = []
        self.seconds: dict[str, float] = {}
        self.n_bytes = 0
        self._seen: set[str] = set()

    def take(self, source: Source) -> Step:
        """Process one input within the limits; whatever goes wrong becomes a row of ``errors``."""
        raw: RawDocument | None = None
        stage: Stage = "read"
        try:
            with limited(self.job.max_seconds, self.job.max_memory, deadly=self.deadly):
                raw = self._read(source)
                if raw.sha256 in self._seen:
                    extraction = None
                else:
                    stage = "extract"
                    extraction = flow.process(raw, self.nlp, self.job.settings)
        except TimeLimitError:
            return self.too_slow(source.name, stage, raw)
        except StageError as error:
            if error.error_type == MemoryError.__name__:
                return self.too_big(source.name, error.stage, raw)
            return self.fail(source.name, error.stage, error.error_type, error.message, raw)
        except MemoryError:
            return self.too_big(source.name, stage, raw)
        except Exception as error:
            message = str(error) or "no message"
            return self.fail(source.name, stage, type(error).__name__, message, raw)
        self.n_bytes += raw.n_bytes
        if extraction is None:
            self.duplicates.append(Duplicate(raw.sha256, raw.source))
            return Step(raw.n_bytes, failed=False)
        self._seen.add(raw.sha256)
        self.extractions.append(extraction)
        for done, seconds in extraction.seconds.items():
            self._count(done, seconds)
        return Step(raw.n_bytes, failed=False)

    def _read(self, source: Source) -> RawDocument:
        started = time.perf_counter()
        try:
            return read.read(source, max_bytes=self.job.max_bytes)
        finally:
            self._count("read", time.perf_counter() - started)

    def too_slow(self, source: str, stage: Stage = "extract", raw: RawDocument | None = None) -> Step:
        message = f"took longer than {self.job.max_seconds:g} s"
        return self.fail(source, stage, "Timeout", message, raw)

    def too_big(self, source: str, stage: Stage, raw: RawDocument | None) -> Step:
        message = f"needs more memory than {self.job.max_memory:,} bytes, or than there is"
        return self.fail(source, stage, "OutOfMemory", message, raw)

    def fail(
        self, source: str, stage: Stage, error_type: str, message: str, raw: RawDocument | None = None
    ) -> Step:
        n_bytes = raw.n_bytes if raw else 0
        self.n_bytes += n_bytes
        self.errors.append(error_row(source, stage, error_type, message))
        return Step(n_bytes, failed=True)

    def _count(self, stage: str, seconds: float) -> None:
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds


def error_row(source: str, stage: Stage, error_type: str, message: str) -> ErrorRecord:
    """Return a row of ``errors`` that can be written whatever the message holds (lone surrogates cannot)."""

    def writable(text: str) -> str:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")

    return ErrorRecord(source=writable(source), stage=stage, error_type=error_type, message=writable(message))


def _write(work: _Work, folder: Place, order: Sequence[str]) -> dict[str, int]:
    try:
        return _write_rows(work.extractions, work.errors, folder)
    except OSError:
        raise
    except Exception:
        # some value does not fit its column: find whose, so that only that document is lost
        fitting = []
        for extraction in work.extractions:
            reason = _misfit(extraction)
            if reason is None:
                fitting.append(extraction)
            else:
                work.fail(extraction.document.source, "write", type(reason).__name__, str(reason))
        errors = sorted(work.errors, key=lambda error: order.index(error.source))
        return _write_rows(fitting, errors, folder)


def _misfit(extraction: Extraction) -> Exception | None:
    for record, rows in _tables([extraction], []).items():
        try:
            records.to_arrow(record, rows)
        except Exception as error:
            return error
    return None


def _write_rows(
    extractions: Sequence[Extraction], errors: Sequence[ErrorRecord], folder: Place
) -> dict[str, int]:
    return {
        record.table: write.write_rows(record, rows, part_of(folder, record))
        for record, rows in _tables(extractions, errors).items()
    }


def _tables(
    extractions: Sequence[Extraction], errors: Sequence[ErrorRecord]
) -> dict[type[Record], Sequence[Record]]:
    tables: dict[type[Record], list[Record]] = {record: [] for record in EXTRACTED}
    tables[ErrorRecord] += errors
    for extraction in extractions:
        tables[DocumentRecord].append(extraction.document)
        mentions: list[Mention] = sorted(extraction.mentions, key=lambda row: (row.start, row.end))
        for mention in mentions:
            tables[type(mention)].append(mention)
    return dict(tables)

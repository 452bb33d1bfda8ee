"""One shard of a run: its inputs through read and flow to part files, then a completion mark.

This is all that a worker does, on this machine or another. What goes wrong with a document becomes a row
of ``errors``; only what goes wrong with the machine (a full disk) raises.
"""

import gc
import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from pipeline import flow, read, records, write
from pipeline.batch import kept
from pipeline.batch.kept import Taken
from pipeline.batch.limits import DEFAULT_MAX_MEMORY, DEFAULT_MAX_SECONDS, TimeLimitError, limited
from pipeline.batch.staged import part_of, write_part
from pipeline.document import RawDocument, Stage, StageError
from pipeline.flow import Extraction, Settings
from pipeline.read import DEFAULT_MAX_BYTES, Source
from pipeline.read.source import writable
from pipeline.records import EXTRACTED, DocumentRecord, ErrorRecord, Mention, Record
from pipeline.storage import Place, RemotePath, sync_folder

if TYPE_CHECKING:
    from spacy.language import Language

MARK = "done.json"
PLACE = attrgetter("start", "end")
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
    since: kept.Earlier | None = None
    """A run with the same settings, rules, code and model, whose rows are taken over where documents are the same."""


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
    """What a shard came to. Its JSON is the completion mark: with it, all part files are there and whole.

    A table without rows has none.
    """

    key: str
    documents: int
    """Inputs taken on, those that failed or were duplicates included."""
    n_bytes: int
    """Bytes of the inputs that could be read."""
    rows: dict[str, int]
    duplicates: list[Duplicate]
    left_out: int = 0
    """Rows below the least score that was asked for."""
    taken_over: int = 0
    """Inputs whose rows, or those of the same bytes in the shard, are an earlier run's."""
    seconds: dict[str, float] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    """The part files on a disk with their SHA-256: after a power cut some may be shorter, or zeros."""

    def has(self, record: type[Record]) -> bool:
        """Tell whether the shard has rows of a table, and so a part file of it."""
        return bool(self.rows[DocumentRecord.table if record is kept.FollowedRecord else record.table])

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
        taken_over=work.taken_over,
        seconds=work.seconds,
    )
    report = replace(report, parts=_digests(report, folder))
    with write.replacing(folder / MARK) as file:
        file.write(json.dumps(asdict(report), ensure_ascii=False).encode())
    sync_folder(folder)
    return report


def _digests(report: ShardReport, folder: Place) -> dict[str, str]:
    if isinstance(folder, RemotePath):  # a store has an object whole or not at all
        return {}
    paths = [part_of(folder, record) for record in (*EXTRACTED, kept.FollowedRecord) if report.has(record)]
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
        self.extractions: list[Extraction | Taken] = []
        self.errors: list[ErrorRecord] = []
        self.duplicates: list[Duplicate] = []
        self.seconds: dict[str, float] = {}
        self.n_bytes = 0
        self.taken_over = 0
        self.keys: dict[str, bytes] = {}
        """By its digest, what the rows of each content follow from."""
        self._earlier = kept.rows_of(job.since) if job.since else None
        self._unchanged: set[str] = set()

    def take(self, source: Source) -> Step:
        """Process one input within the limits; whatever goes wrong becomes a row of ``errors``."""
        raw: RawDocument | None = None
        stage: Stage = "read"
        rows: Extraction | Taken | None = None
        try:
            with self._limited():
                raw = self._read(source)
                key = kept.key_of(raw)
                repeated = raw.sha256 in self.keys
                number = self._earlier.find(key) if self._earlier and not repeated else None
                if not repeated and number is None:
                    stage = "extract"
                    rows = flow.process(raw, self.nlp, self.job.settings)
            if number is not None:
                rows = self._taken_over(number, raw)  # row groups of many documents count as none's
                if rows is None:
                    stage = "extract"
                    with self._limited():
                        rows = flow.process(raw, self.nlp, self.job.settings)
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
        self.taken_over += raw.sha256 in self._unchanged
        if rows is None:
            self.duplicates.append(Duplicate(raw.sha256, raw.source))
            return Step(raw.n_bytes, failed=False)
        self.keys[raw.sha256] = key
        self.extractions.append(rows)
        if isinstance(rows, Extraction):
            for done, seconds in rows.seconds.items():
                self._count(done, seconds)
        return Step(raw.n_bytes, failed=False)

    def _limited(self) -> AbstractContextManager[None]:
        return limited(self.job.max_seconds, self.job.max_memory, deadly=self.deadly)

    def _taken_over(self, number: int, raw: RawDocument) -> Taken | None:
        """Return the rows of a document that is the earlier run's ``number``; None where they are gone."""
        started = time.perf_counter()
        taken = self._earlier.take(number, raw) if self._earlier else None
        if taken is not None:
            self._unchanged.add(raw.sha256)
        self._count("take_over", time.perf_counter() - started)
        return taken

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
    return ErrorRecord(source=writable(source), stage=stage, error_type=error_type, message=writable(message))


def _write(work: _Work, folder: Place, order: Sequence[str]) -> dict[str, int]:
    try:
        return _write_rows(work.extractions, work.errors, work.keys, folder)
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
        return _write_rows(fitting, errors, work.keys, folder)


def _misfit(extraction: Extraction | Taken) -> Exception | None:
    try:
        for _ in _tables([extraction], []):
            pass
    except Exception as error:
        return error
    return None


def _write_rows(
    extractions: Sequence[Extraction | Taken],
    errors: Sequence[ErrorRecord],
    keys: Mapping[str, bytes],
    folder: Place,
) -> dict[str, int]:
    tables = dict(_tables(extractions, errors))
    of_documents = [kept.followed(found, keys[found.document.sha256]) for found in extractions]
    written = {**tables, kept.FollowedRecord: records.to_arrow(kept.FollowedRecord, of_documents)}
    for record, table in written.items():
        if table.num_rows:
            write_part(table, part_of(folder, record))
    return {record.table: table.num_rows for record, table in tables.items()}


def _tables(
    extractions: Sequence[Extraction | Taken], errors: Sequence[ErrorRecord]
) -> Iterator[tuple[type[Record], pa.Table]]:
    for record in EXTRACTED:
        if issubclass(record, Mention):
            yield record, _mentions(record, extractions)
        elif record is DocumentRecord:
            yield record, records.to_arrow(record, [found.document for found in extractions])
        else:
            yield record, records.to_arrow(record, errors)


def _mentions(record: type[Mention], extractions: Sequence[Extraction | Taken]) -> pa.Table:
    """Return the rows of a table, document by document and then in text order."""
    pieces: list[pa.Table] = []
    for taken, group in groupby(extractions, key=lambda found: isinstance(found, Taken)):
        if taken:
            pieces += [found.mentions[record] for found in group if isinstance(found, Taken)]
        else:
            made: list[Mention] = []
            for found in group:
                if isinstance(found, Extraction):
                    made += sorted(found.rows(record), key=PLACE)
            pieces.append(records.to_arrow(record, made))
    return pa.concat_tables(pieces).combine_chunks() if pieces else records.to_arrow(record, [])

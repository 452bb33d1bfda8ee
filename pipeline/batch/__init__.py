"""A whole run on one machine: inputs into shards, shards through one process or several, then the datasets.

Nothing stands in the output folder's datasets before all of it does. What a killed run had finished waits in
``.staging`` for ``resume``; each shard's folder carries the digest of everything its rows follow from, so that
nothing of other inputs, settings, rules, model or code is ever taken over.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pipeline import write
from pipeline.batch import provenance, publish, workers
from pipeline.batch.limits import DEFAULT_MAX_MEMORY, DEFAULT_MAX_SECONDS
from pipeline.batch.publish import FINISHED, MANIFEST, STAGING
from pipeline.batch.shard import Job, Shard, ShardReport, Step, process_shard, shard_folder
from pipeline.batch.since import ManifestError, Opened, Since, opened
from pipeline.batch.status import Progress, StatusFile, told
from pipeline.flow import Settings
from pipeline.models import ModelInfo
from pipeline.read import DEFAULT_MAX_BYTES, Source
from pipeline.records import TABLES
from pipeline.storage import Place, RemotePath, remove_tree

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["EngineError", "ManifestError", "OutputError", "Progress", "Since", "Summary", "run"]

SHARD_DOCUMENTS = 32
SHARD_BYTES = 2 * 2**20
"""Limits of a shard, in inputs and in bytes as far as they are known beforehand: what is lost when a run is killed."""
SHARD_DOCUMENT_BYTES = 2**16
"""Bytes of a shard that stand for one more input where another size is asked for."""
FILE_NAME = attrgetter("file_name")


Engine = Callable[[Sequence[Shard], Job], Iterable[ShardReport]]
"""Takes shards through ``process_shard`` somewhere, and gives their reports as they come, in any order."""


class OutputError(Exception):
    """An output folder that cannot be used; the message says why, for a person."""


class EngineError(Exception):
    """Shards that could not be taken through; the message says why, for a person. What is done stays done."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to."""

    out: Place
    rows: dict[str, int]
    n_bytes: int
    seconds: float
    model: str
    resumed_documents: int
    """Inputs whose rows were taken over from an earlier, unfinished run."""
    left_out: int = 0
    """Rows below the least score that was asked for."""
    since: Since | None = None
    """What was taken over from a finished run, where one was named."""

    @property
    def errors(self) -> int:
        return self.rows["errors"]

    @property
    def progress(self) -> Progress:
        """How far a run is all of whose rows were taken over."""
        return Progress(
            documents=self.resumed_documents,
            total_documents=self.resumed_documents,
            n_bytes=self.n_bytes,
            total_bytes=self.n_bytes,
            errors=self.errors,
            rows=self.rows,
        )


def run(
    sources: Iterable[Source],
    out: Place,
    nlp: "Language | ModelInfo | None",
    settings: Settings,
    *,
    model: str = "none",
    max_bytes: int = DEFAULT_MAX_BYTES,
    max_seconds: float = DEFAULT_MAX_SECONDS,
    max_memory: int = DEFAULT_MAX_MEMORY,
    options: dict[str, str | None] | None = None,
    n_workers: int = 1,
    apart: bool = False,
    shard_bytes: int | None = None,
    engine: Engine | None = None,
    resume: bool = False,
    since: Place | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
    notice: Callable[[str], None] = lambda sentence: None,
) -> Summary:
    """Process ``sources`` into the datasets under ``out``, replacing a run that stands there.

    ``model`` names what ``nlp`` was loaded from, for the workers to do the same. ``options`` are settings
    of reading that the manifest names. A document that takes more than ``max_seconds``, or ``max_memory`` bytes
    on top of what its process holds, becomes a row of ``errors``; 0 is no limit. With ``resume``, shards that an
    unfinished run with the same inputs and settings completed are taken over. ``n_workers`` and ``engine``, which
    takes the shards through other processes or machines than this one's, do not change a byte of the datasets.
    Nor does ``since``, the manifest of a finished run (or its folder), whose rows are taken over for documents
    that are the same; ``notice`` is told why, where nothing can be.
    With ``apart``, and with several workers, documents are processed in other processes than this one, which
    outlives any of them; ``nlp`` need not be loaded then, and may be what is known of it.
    ``shard_bytes`` is about how much input a shard has, and so what a kill costs a worker; it does not change a byte either.
    Raises ``OutputError`` where ``out`` holds something that is not plextract's or another run is at work there,
    and ``ManifestError`` where ``since`` is no run of plextract.
    """
    started = time.perf_counter()
    seconds: dict[str, float] = {}
    with _claimed(out) as staging, told(out) as status:
        run_settings = {
            "model": model,
            **_plain(asdict(settings)),
            "teryt": write.sha256_of(settings.teryt) if settings.teryt else None,
            "max_bytes": max_bytes,
            "max_seconds": max_seconds,
            "max_memory": max_memory,
            **(options or {}),
        }
        follows = provenance.follows(run_settings, nlp)
        shards = list(_shards(_in_path_order(sources), follows.key, shard_bytes))
        seconds["discover"] = time.perf_counter() - started
        inputs_key = provenance.digest([shard.key for shard in shards])
        publish.put_in_place(out)  # what a run killed at the very end left
        staging.mkdir(exist_ok=True)
        if resume and (standing := _standing(out, inputs_key)):
            remove_tree(staging)
            status.progress(standing.progress)
            return standing
        earlier = _opened(since, shards, follows, notice) if since is not None else None
        if not resume:
            _empty(staging, keep=())
        reports = dict(_completed(shards, staging)) if resume else {}
        resumed = sum(done.documents for done in reports.values())
        _empty(staging, keep=[shard_folder(staging, shard).name for shard in shards if shard.key in reports])

        missing = [shard for shard in shards if shard.key not in reports]
        board = _Board([source for shard in shards for source in shard.sources], report, status)
        board.add(reports.values())
        job = Job(
            staging, settings, model, max_bytes, max_seconds, max_memory, earlier.earlier if earlier else None
        )
        if engine is not None:
            work = engine(missing, job)
        elif apart or n_workers > 1:
            work = workers.process_shards(missing, job, n_workers=n_workers, show=board.show)
        elif isinstance(nlp, ModelInfo):
            raise TypeError("a model that is not loaded is for work in other processes")
        else:
            work = (process_shard(shard, job, nlp, done=board.step) for shard in missing)
        for done in work:
            reports[done.key] = done
            if engine is not None or apart or n_workers > 1:
                board.add([done])
            else:
                board.add_rows(done)

        finishing = time.perf_counter()
        ordered = [(shard_folder(staging, shard), reports[shard.key]) for shard in shards]
        built = publish.build(ordered, staging / FINISHED)
        status.rows(built.rows)
        seconds |= _by_stage(reports.values())
        seconds["finish"] = time.perf_counter() - finishing
        seconds["total"] = time.perf_counter() - started
        n_bytes = sum(done.n_bytes for done in reports.values())
        left_out = sum(done.left_out for done in reports.values())
        taken = earlier.came_to(reports.values(), built.rows["errors"]) if earlier else None
        publish.write_manifest(
            {
                "versions": follows.versions,
                "rules": follows.rules,
                "run": inputs_key,
                "settings": run_settings,
                "inputs": {
                    "sources": board.total,
                    "bytes": n_bytes,
                    **({"since": taken.counts} if taken else {}),
                },
                "rows": built.rows,
                "left_out": left_out,
                "files": built.files,
                "kept": {"key": follows.key, "files": built.kept},
                "seconds": {stage: round(spent, 3) for stage, spent in seconds.items()},
            },
            staging / FINISHED,
        )
        publish.put_in_place(out)
    return Summary(
        out,
        built.rows,
        n_bytes,
        seconds["total"],
        provenance.model_label(follows.versions["model"]),
        resumed,
        left_out,
        taken,
    )


def _opened(
    since: Place, shards: Iterable[Shard], follows: provenance.Follows, notice: Callable[[str], None]
) -> Opened:
    """Look at the run that rows are to be taken over from, and tell why where none can be."""
    found = opened(since, {source.name for shard in shards for source in shard.sources}, follows)
    if found.refused:
        notice(found.refused)
    return found


def _by_stage(reports: Iterable[ShardReport]) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for report in reports:
        for stage, spent in report.seconds.items():
            seconds[stage] = seconds.get(stage, 0.0) + spent
    return seconds


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int | float | str | None) else str(value)
        for name, value in values.items()
    }


# --- the output folder ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def _claimed(out: Place) -> Iterator[Place]:
    """Take hold of ``out`` for one run and give its staging folder; raises ``OutputError`` where that cannot be."""
    staging = out / STAGING
    try:
        if out.exists() and not out.is_dir():
            raise OutputError(f"{out} is not a folder")
    except OSError as error:
        raise OutputError(f"{out} cannot be written to: {error.strerror or error}") from error
    ours = publish.read_manifest(out) is not None or staging.is_dir() or publish.looks_like_a_run(out)
    if not ours and out.exists():
        foreign = sorted(path.name for path in out.iterdir() if not path.name.startswith("."))
        if foreign:
            raise OutputError(
                f"{out} is not empty and holds no run of plextract (it has no {MANIFEST}, but {foreign[0]}). "
                "Give another folder, or empty this one."
            )
    try:
        staging.mkdir(parents=True, exist_ok=True)
        release = _lock(out)
    except OSError as error:
        raise OutputError(f"{out} cannot be written to: {error.strerror or error}") from error
    try:
        yield staging
    finally:
        with contextlib.suppress(OSError):
            if not isinstance(staging, RemotePath):
                staging.rmdir()  # only where nothing waits in it to be resumed
        release()


def _lock(folder: Place) -> Callable[[], None]:
    """Hold ``folder`` for this process alone and return what lets go of it; a process that dies lets go too."""
    if isinstance(
        folder, RemotePath
    ):  # stores have no such locks: that two runs do not meet is up to the caller
        return lambda: None
    try:
        import fcntl  # noqa: PLC0415 (POSIX only)
    except ImportError:  # Windows: that two runs do not meet is up to the caller
        return lambda: None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OutputError(f"another run is writing to {folder}") from None
    return partial(os.close, handle)


def _empty(staging: Place, keep: Iterable[str]) -> None:
    kept = set(keep)
    for path in staging.iterdir():
        if path.name in kept:
            continue
        if path.is_dir():
            remove_tree(path)
        else:
            path.unlink()


def _standing(out: Place, inputs_key: str) -> Summary | None:
    """Return the summary of the run under ``out`` if it is whole and the very one that is asked for."""
    manifest = publish.read_manifest(out)
    if manifest is None or manifest.get("run") != inputs_key or not publish.files_are_whole(out, manifest):
        return None
    return Summary(
        out=out,
        rows={record.table: manifest["rows"][record.table] for record in TABLES},
        n_bytes=manifest["inputs"]["bytes"],
        seconds=0.0,
        model=provenance.model_label(manifest["versions"]["model"]),
        resumed_documents=manifest["inputs"]["sources"],
        left_out=manifest["left_out"],
    )


# --- shards --------------------------------------------------------------------------------------------------


def _in_path_order(sources: Iterable[Source]) -> Iterator[Source]:
    """Yield the inputs by path, rows and parts of a file in their own order, and what was named twice once."""
    held = (source.without_text() for source in sources)
    ordered = sorted(held, key=FILE_NAME)  # folders come sorted, which takes little
    for _, group in groupby(ordered, key=FILE_NAME):
        alike = list(group)
        yield from alike if len(alike) == 1 else _once(alike)


def _once(sources: Iterable[Source]) -> Iterator[Source]:
    seen = set()
    for source in sources:
        named = (source.name, source.place)
        if source.path is None or named not in seen:
            yield source
        seen.add(named)


def _shards(sources: Iterable[Source], run_key: str, shard_bytes: int | None = None) -> Iterator[Shard]:
    """Cut the inputs into shards, by limits that do not depend on how many workers there are."""
    most_bytes = shard_bytes or SHARD_BYTES
    most = max(1, shard_bytes // SHARD_DOCUMENT_BYTES) if shard_bytes else SHARD_DOCUMENTS
    held: list[Source] = []
    held_bytes = 0
    number = 0
    for source in sources:
        if held and (len(held) == most or held_bytes + (source.size or 0) > most_bytes):
            yield _shard(number, held, run_key)
            held, held_bytes, number = [], 0, number + 1
        held.append(source)
        held_bytes += source.size or 0
    if held:
        yield _shard(number, held, run_key)


def _shard(number: int, sources: Sequence[Source], run_key: str) -> Shard:
    identities = [provenance.source_identity(source) for source in sources]
    return Shard(number, provenance.digest(run_key, number, identities), tuple(sources))


def _completed(shards: Iterable[Shard], staging: Place) -> Iterator[tuple[str, ShardReport]]:
    for shard in shards:
        if report := ShardReport.of_whole(shard, shard_folder(staging, shard)):
            yield shard.key, report


class _Board:
    """Counts what is done and reports it."""

    def __init__(
        self, sources: Sequence[Source], report: Callable[[Progress], None], status: StatusFile
    ) -> None:
        self.total = len(sources)
        self._total_bytes = sum(source.size or 0 for source in sources)
        self.rows: dict[str, int] = {}
        self._status = status
        self._report = report
        self.documents = self.n_bytes = self.errors = 0

    def step(self, step: Step) -> None:
        self.documents += 1
        self.n_bytes += step.n_bytes
        self.errors += step.failed
        self.show()

    def add(self, reports: Iterable[ShardReport]) -> None:
        for report in reports:
            self.documents += report.documents
            self.n_bytes += report.n_bytes
            self.errors += report.rows["errors"]
            self.add_rows(report)
        self.show()

    def add_rows(self, report: ShardReport) -> None:
        for table, n_rows in report.rows.items():
            self.rows[table] = self.rows.get(table, 0) + n_rows

    def show(self, documents: int = 0, n_bytes: int = 0, errors: int = 0) -> None:
        """Report the counts, and on top of them those of shards that are not done yet."""
        progress = Progress(
            documents=min(self.documents + max(documents, 0), self.total),
            total_documents=self.total,
            n_bytes=self.n_bytes + max(n_bytes, 0),
            total_bytes=self._total_bytes,
            errors=self.errors + max(errors, 0),
            rows=dict(self.rows),
        )
        self._status.progress(progress)
        self._report(progress)

"""Shards through several processes of one machine, surviving a document that kills its process."""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline import annotate, forkserver
from pipeline.annotate import ModelChoice, ModelError
from pipeline.batch.shard import Job, Shard, ShardReport, Step, process_shard

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from spacy.language import Language

POLL_SECONDS = 0.2
SHARDS_AHEAD = 2
"""Shards handed out a worker, so that none waits for the next one."""

Show = Callable[[int, int, int], None]
"""Told how many documents, bytes and errors the unfinished shards have come to."""


def usable_cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Loaded(NamedTuple):
    """What worker processes have loaded: the model, and warnings for the user."""

    choice: ModelChoice
    warnings: tuple[str, ...]


def loaded(model: str) -> Loaded:
    """Ask a worker process what ``model`` stands for, so that this one need not load it; raises ``ModelError``."""
    if forkserver.is_available():
        answer, ours = multiprocessing.Pipe(duplex=False)
        with answer:
            with ours:
                asked = forkserver.context(model).Process(target=_tell, args=(model, ours), daemon=True)
                with contextlib.suppress(EOFError, ConnectionError):  # the forkserver came to an end
                    asked.start()
            with contextlib.suppress(EOFError, ConnectionError):
                said = answer.recv()
                if isinstance(said, ModelError):
                    raise said
                return Loaded(*said)
    # where nothing can be asked, or it died of the question
    annotator = annotate.load_annotator(model)
    return Loaded(annotator.choice, annotator.warnings)


def process_shards(shards: Iterable[Shard], job: Job, *, n_workers: int, show: Show) -> Iterator[ShardReport]:
    """Process shards in ``n_workers`` processes and yield their reports as they come.

    Each process loads the model once. Where a process dies (a library that crashes, memory that runs out), the shards
    it could have been at are tried again one by one, and the document that ends the process becomes an error row.
    """
    waiting = deque(shards)
    while waiting:
        with _Pool(job, min(n_workers, len(waiting)), show) as pool:
            yield from pool.work_through(waiting)
        for shard in pool.suspects:
            yield _alone(shard, job, show)


def _alone(shard: Shard, job: Job, show: Show) -> ShardReport:
    """Process one shard in a process of its own, again without the document that it died at, until it ends well."""
    ended = NONE_ENDED
    while True:
        with _Pool(job, 1, show) as pool:
            for report in pool.work_through(deque([shard]), ended):
                return report
        position = pool.documents_begun - 1
        if position < 0 or position in (*ended.crashed, *ended.hung):
            raise RuntimeError("a worker process cannot be started or ends outside of any document")
        ended = ended.after(position, hung=bool(job.max_seconds) and pool.seconds_at_it > job.max_seconds)


class Ended(NamedTuple):
    """Positions in a shard of the documents that ended their process: by a crash, or because they hung."""

    crashed: tuple[int, ...] = ()
    hung: tuple[int, ...] = ()

    def after(self, position: int, *, hung: bool) -> "Ended":
        if hung:
            return self._replace(hung=(*self.hung, position))
        return self._replace(crashed=(*self.crashed, position))


NONE_ENDED = Ended()


class _Pool:
    """Worker processes and the counters that they share with this one."""

    def __init__(self, job: Job, n_workers: int, show: Show) -> None:
        context = forkserver.context(job.model)
        self._job = job
        self._ahead = n_workers * SHARDS_AHEAD
        self._show = show
        self._counts: Any = context.Array("q", [0, 0, 0, 0, 0])  # begun, done, bytes, errors, when begun
        self._executor = ProcessPoolExecutor(
            n_workers, mp_context=context, initializer=_start_worker, initargs=(job.model, self._counts)
        )
        self._pending: dict[Future[ShardReport], Shard] = {}
        self.suspects: list[Shard] = []
        """Shards that were under way when a process died."""
        self.seconds_at_it = 0.0
        """How long the document begun last had taken when that was noticed."""

    def __enter__(self) -> "_Pool":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            # waiting for shards that nobody will collect would keep Ctrl-C waiting
            for process in multiprocessing.active_children():
                process.terminate()
        self._executor.shutdown(wait=True, cancel_futures=True)

    @property
    def documents_begun(self) -> int:
        return int(self._counts[0])

    def work_through(self, waiting: deque[Shard], ended: Ended = NONE_ENDED) -> Iterator[ShardReport]:
        """Yield reports until ``waiting`` is empty or a process dies, which leaves ``suspects``."""
        try:
            while waiting or self._pending:
                while waiting and len(self._pending) < self._ahead:
                    shard = waiting.popleft()
                    future = self._executor.submit(_process, shard, self._job, ended)
                    self._pending[future] = shard
                done, _ = wait(self._pending, POLL_SECONDS, FIRST_COMPLETED)
                for future in sorted(done, key=lambda future: self._pending[future].number):
                    report = future.result()
                    del self._pending[future]
                    self._count(report)
                    yield report
                self._show(*self._counts[1:4])
        except BrokenProcessPool:
            self.seconds_at_it = (time.monotonic_ns() - self._counts[4]) / 1e9
            self.suspects = sorted(self._pending.values(), key=lambda shard: shard.number)
            self._show(0, 0, 0)

    def _count(self, report: ShardReport) -> None:
        """Take a finished shard off the counts of the unfinished: its report counts from now on."""
        with self._counts.get_lock():
            self._counts[1] -= report.documents
            self._counts[2] -= report.n_bytes
            self._counts[3] -= report.rows["errors"]


# --- inside a worker process ---------------------------------------------------------------------------------

_nlp: "Language | None" = None
_counts: Any = None


def _start_worker(model: str, counts: Any) -> None:
    global _nlp, _counts  # noqa: PLW0603 (a process of the pool has no other place that outlives a call)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; only the first process answers it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _nlp = _annotator(model).nlp
    if _nlp is None and model != "none":
        raise ModelError(f"there is no model {model} here")
    _counts = counts


def _annotator(model: str) -> "annotate.Annotator":
    from pipeline import warm  # noqa: PLC0415 (it loads the rules, if its process has not yet)

    return warm.annotator(model)


def _tell(model: str, question: "Connection") -> None:
    answer: object
    try:
        annotator = _annotator(model)
    except ModelError as error:
        answer = error
    else:
        answer = (annotator.choice, annotator.warnings)
    with contextlib.suppress(BrokenPipeError):  # who asked was interrupted
        question.send(answer)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _process(shard: Shard, job: Job, ended: Ended) -> ShardReport:
    def begin() -> None:
        with _counts.get_lock():
            _counts[0] += 1
            _counts[4] = time.monotonic_ns()

    def done(step: Step) -> None:
        with _counts.get_lock():
            _counts[1] += 1
            _counts[2] += step.n_bytes
            _counts[3] += step.failed

    return process_shard(
        shard, job, _nlp, begin=begin, done=done, crashed=ended.crashed, hung=ended.hung, deadly=True
    )

"""Shards through many machines: Ray Data hands them to a pool of actors, each of which holds the loaded model.

Every actor runs the same ``process_shard`` as one machine does, and writes to the same staging folder, which all
machines must reach under the same name: a shared file system or a URI. What is retried and where is Ray's to
decide; a shard that is taken on twice comes to the same bytes, and one that has its mark is not processed again.
"""

import contextlib
import os
import pickle
import queue
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline import annotate, environment
from pipeline.batch import Engine, EngineError, provenance, workers
from pipeline.batch.shard import Job, Shard, ShardReport, process_shard, shard_folder

if TYPE_CHECKING:
    import pyarrow as pa

BLOCKS = 10_000
"""Tasks at most that Ray is to keep track of; of more shards than that, a task has several."""
BEGUN = "begun"
"""In a shard's folder: some process took it on. Who finds it, without a mark, goes on with care."""

HEAD_SECONDS = 45.0
"""How long the head of a cluster may be out of reach. After a minute, Ray would end the process without a word."""
HEAD_POLL_SECONDS = 5.0


class NotInstalledError(Exception):
    """Ray is not there; the message says how to get it."""


def engine(address: str | None = None, n_workers: int | None = None) -> Engine:
    """Return what takes shards through the cluster at ``address`` (without one, a cluster of this machine alone).

    ``n_workers`` actors work, as many as the cluster has processors if not given. Raises ``NotInstalledError``.
    """
    # Ray tells its makers about its use unless it is told not to
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray.data  # noqa: PLC0415, F401 (an extra)
    except ImportError as error:
        raise NotInstalledError("--engine ray needs Ray: pip install 'plextract[ray]'") from error
    return partial(_process_shards, address=address, n_workers=n_workers)


def _process_shards(
    shards: Sequence[Shard], job: Job, *, address: str | None, n_workers: int | None
) -> Iterator[ShardReport]:
    """Yield the shards' reports as they come; raises ``EngineError`` where Ray gives up."""
    if not shards:
        return
    import ray  # noqa: PLC0415
    import ray.data  # noqa: PLC0415

    try:
        with _connected(address):
            ray.data.DataContext.get_current().enable_progress_bars = False
            size = n_workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
            listing = ray.data.from_items(
                [{"shard": pickle.dumps(shard)} for shard in shards],
                override_num_blocks=min(len(shards), BLOCKS),
            )
            reports = listing.map_batches(
                _Worker,
                fn_constructor_args=(job, os.environ.get(environment.RULES), _followed()),
                batch_size=1,
                batch_format="pyarrow",
                num_cpus=1,
                # no more than are wanted, and none has to wait until all could be started
                compute=ray.data.ActorPoolStrategy(min_size=1, max_size=size, initial_size=size),
            )
            for row in _while_reachable(reports.iter_rows(), ray.get_runtime_context().gcs_address):
                yield pickle.loads(row["report"])
    except (ray.exceptions.RayError, ConnectionError) as error:
        raise EngineError(f"Ray could not complete the run: {_last_line(error)}") from error


@contextlib.contextmanager
def _connected(address: str | None) -> Iterator[None]:
    import ray  # noqa: PLC0415

    local = address is None and "RAY_ADDRESS" not in os.environ
    ray.init(
        address=address,
        log_to_driver=False,
        logging_level="error",
        **({"include_dashboard": False} if local else {}),
    )
    try:
        yield
    finally:
        ray.shutdown()


def _while_reachable(rows: Iterable[Any], head: str) -> Iterator[Any]:
    """Yield rows as they come; raises ``ConnectionError`` once the head of the cluster is gone for good.

    Ray itself waits for it for ever.
    """
    coming: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

    def take() -> None:
        try:
            for row in rows:
                coming.put((row, None))
        except BaseException as error:
            coming.put((None, error))
        else:
            coming.put((None, StopIteration()))

    threading.Thread(target=take, daemon=True).start()
    reached = time.monotonic()
    while True:
        try:
            row, ended = coming.get(timeout=HEAD_POLL_SECONDS)
        except queue.Empty:
            if _answers(head):
                reached = time.monotonic()
            elif time.monotonic() - reached >= HEAD_SECONDS:
                raise ConnectionError(
                    f"the head of the cluster, {head}, has not answered for {HEAD_SECONDS:g} s"
                ) from None
            continue
        reached = time.monotonic()
        if isinstance(ended, StopIteration):
            return
        if ended is not None:
            raise ended
        yield row


def _answers(head: str) -> bool:
    host, _, port = head.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=HEAD_POLL_SECONDS):
            return True
    except OSError:
        return False


def _followed() -> tuple[str, str]:
    """Return what rows follow from that this machine may have otherwise: digests of the code and of all rules."""
    return provenance.code_digest(), provenance.rules_digest()


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


class _Worker:
    """An actor: loads the model once, then takes on one shard after another."""

    def __init__(self, job: Job, rules: str | None, followed: tuple[str, str]) -> None:
        if rules:  # the machines of a cluster do not have the environment of the one that started the run
            os.environ[environment.RULES] = rules
        if _followed() != followed:
            raise RuntimeError(
                "this machine has another version of plextract, or other rules, than the one that started the run"
            )
        self.job = job
        self.nlp = annotate.load_model(job.model)

    def __call__(self, batch: "pa.Table") -> "pa.Table":
        import pyarrow as pa  # noqa: PLC0415

        reports = [self._report(pickle.loads(shard)) for shard in batch["shard"].to_pylist()]
        return pa.table({"report": [pickle.dumps(report) for report in reports]})

    def _report(self, shard: Shard) -> ShardReport:
        folder = shard_folder(self.job.staging, shard)
        if report := ShardReport.of_whole(shard, folder):
            return report
        begun = folder / BEGUN
        if begun.exists():
            # a machine went down, or a document ended the process that read it: a process apart finds out which
            return _first(workers.process_shards([shard], self.job, n_workers=1, show=lambda *_: None))
        folder.mkdir(parents=True, exist_ok=True)
        begun.write_bytes(b"")
        # a document that hangs ends the actor; Ray starts it anew, and it finds the shard begun
        return process_shard(shard, self.job, self.nlp, deadly=True)


def _first(reports: Iterable[ShardReport]) -> ShardReport:
    return next(iter(reports))

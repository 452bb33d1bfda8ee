"""The process that worker processes are forked from, started before anything else is loaded.

It loads rules and model once, while the first process lists its inputs, and every worker shares that memory with it.
Imports nothing that takes time. Where a system has no such process (Windows), workers start from nothing.
"""

import multiprocessing
import os
import signal
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING

from pipeline import environment

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

PRELOADED = "pipeline.warm"
WARM_MODEL = "PLEXTRACT_WARM_MODEL"
"""Environment variable that names to the process the model to load; nobody else sets it."""

_rules: list[str | None] = []
"""The folder of own rules that the process was started with, once it was."""


def is_available() -> bool:
    return "forkserver" in multiprocessing.get_all_start_methods()


def start(model: str) -> None:
    """Start the process, if there is none yet, and return at once; it loads the rules and ``model`` meanwhile."""
    if not is_available() or _rules:
        return
    _rules.append(os.environ.get(environment.RULES))
    from multiprocessing import forkserver  # noqa: PLC0415 (POSIX only)

    forkserver.set_forkserver_preload([PRELOADED])
    resource_tracker.ensure_running()  # beforehand, since it lets signals through when it is done
    earlier = os.environ.get(WARM_MODEL)
    os.environ[WARM_MODEL] = model
    # Ctrl-C reaches all processes, and only the first one answers it
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        if earlier is None:
            del os.environ[WARM_MODEL]
        else:
            os.environ[WARM_MODEL] = earlier


def context(model: str) -> "ForkServerContext | SpawnContext":
    """Return what starts worker processes under the rules that hold now."""
    start(model)
    if not _rules or _rules != [os.environ.get(environment.RULES)]:
        return multiprocessing.get_context("spawn")
    return multiprocessing.get_context("forkserver")

"""Compiles the rules and loads a model on import, for the process that worker processes are forked from."""

import ctypes
import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

from pipeline.forkserver import WARM_MODEL

if TYPE_CHECKING:
    from pipeline.annotate import Annotator

PR_SET_PDEATHSIG = 1
"""A number of Linux's: prctl(2)."""


def _prepare(model: str | None) -> "Annotator | None":
    """Return the loaded model; None where it, or the rules, cannot be had: who needs them says why.

    A transformer is left to the workers: the libraries under it do not all survive a fork.
    """
    _end_with_parent(signal.SIGKILL)  # until this is done, nothing else tells that nobody waits for it
    gc.disable()  # nothing of what is loaded is ever let go
    try:
        from pipeline import annotate, flow, read, write  # noqa: PLC0415 (who waits for it may end in the meantime)

        write.load_libraries()
        flow.process(read.read(read.Source("warm-up", text="5 maja 2014 r. 20 gmin otrzymało 2 mln zł.")))
        return annotate.load_annotator(model) if model and not _has_transformer(model) else None
    except Exception:
        return None
    finally:
        _end_with_parent(0)
        gc.freeze()
        gc.enable()


def _end_with_parent(number: int) -> None:
    """Have the system send this process a signal when its parent ends; 0 is none. Linux can do so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def _has_transformer(model: str) -> bool:
    from pipeline import annotate  # noqa: PLC0415

    info = annotate.select_model(model).info
    return info is not None and any("transformer" in component for component in info.components)


_asked_for = os.environ.pop(WARM_MODEL, None)
_annotator = _prepare(_asked_for)


def annotator(model: str) -> "Annotator":
    """Return what ``model`` stands for, as it was loaded on import or loaded now; raises ``ModelError``."""
    if _annotator is not None and model in (_asked_for, _annotator.choice.reference):
        return _annotator
    from pipeline import annotate  # noqa: PLC0415

    return annotate.load_annotator(model)

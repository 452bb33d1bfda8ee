"""Compiles the rules and loads a model on import, for the process that worker processes are forked from."""

import gc
import os

from pipeline import annotate, flow, read, write
from pipeline.annotate import Annotator
from pipeline.forkserver import WARM_MODEL


def _prepare(model: str | None) -> Annotator | None:
    """Return the loaded model; None where it, or the rules, cannot be had: who needs them says why.

    A transformer is left to the workers: the libraries under it do not all survive a fork.
    """
    started_by = os.getppid()
    gc.disable()  # nothing of what is loaded is ever let go
    try:
        write.load_libraries()
        flow.process(read.read(read.Source("warm-up", text="5 maja 2014 r. 20 gmin otrzymało 2 mln zł.")))
        if os.getppid() != started_by:
            os._exit(1)
        return annotate.load_annotator(model) if model and not _has_transformer(model) else None
    except Exception:
        return None
    finally:
        gc.freeze()
        gc.enable()


def _has_transformer(model: str) -> bool:
    info = annotate.select_model(model).info
    return info is not None and any("transformer" in component for component in info.components)


_asked_for = os.environ.pop(WARM_MODEL, None)
_annotator = _prepare(_asked_for)


def annotator(model: str) -> Annotator:
    """Return what ``model`` stands for, as it was loaded on import or loaded now; raises ``ModelError``."""
    if _annotator is not None and model in (_asked_for, _annotator.choice.reference):
        return _annotator
    return annotate.load_annotator(model)

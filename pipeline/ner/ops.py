"""The choice of the matrix library that spaCy models compute with."""

import os
import time
from functools import cache

import numpy as np
from thinc.api import NumpyOps, Ops, set_current_ops
from threadpoolctl import threadpool_limits

OPS_SETTING = "PLEXTRACT_OPS"
"""Environment variable that names the matrix library: `numpy`, `blis`, or `auto` (measure; the default)."""


def choose_ops(setting: str | None = None) -> Ops:
    """Set thinc's matrix library for models made from now on, and return it.

    `setting` (default: the environment's PLEXTRACT_OPS, else `auto`) is `numpy` (NumPy's BLAS), `blis`, or `auto`:
    the faster of the two on a few multiplications of the size the models make, measured once a process.
    From then on the process multiplies with one thread: matrices this small gain nothing from more, which wait in
    busy loops and take the processor from other workers. Raises ValueError at any other setting.
    """
    choice = setting or os.environ.get(OPS_SETTING) or "auto"
    if choice not in ("auto", "numpy", "blis"):
        raise ValueError(f"{OPS_SETTING} must be auto, numpy or blis, not {choice!r}")
    threadpool_limits(limits=1, user_api="blas")
    use_blis = _blis_is_faster() if choice == "auto" else choice == "blis"
    ops: Ops = NumpyOps(use_blis=use_blis)
    set_current_ops(ops)
    return ops


@cache
def _blis_is_faster() -> bool:
    """Whether blis beats NumPy's BLAS at the product that dominates a window encoder, by the best of seven rounds."""
    generator = np.random.default_rng(0)
    tokens = generator.random((1000, 288), dtype=np.float32)
    weights = generator.random((288, 288), dtype=np.float32)

    def best(ops: NumpyOps) -> float:
        times = []
        for _ in range(7):
            begin = time.perf_counter()
            ops.gemm(tokens, weights, trans2=True)
            times.append(time.perf_counter() - begin)
        return min(times)

    return best(NumpyOps(use_blis=True)) < best(NumpyOps(use_blis=False))

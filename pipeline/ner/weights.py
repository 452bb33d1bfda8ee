"""Weights made small for saving, and restored at loading."""

from typing import Any

import numpy as np
from thinc.api import Model

TABLE, SCALE = "E", "scale"
TABLES = ("hashembed", "gram_embed")
LEAST = 1e-3
"""Rows whose largest weight is smaller count as this large, which half precision can still hold divided by 127."""


def narrow(model: Model[Any, Any]) -> None:
    """Store each row of the hash tables as bytes with a scale of its own, all other weights in half precision."""
    for node in model.walk():
        for name in node.param_names:
            weights: Any = node.get_param(name)
            if node.name in TABLES:
                scale = np.maximum(np.abs(weights).max(axis=1, keepdims=True), LEAST) / 127
                node.set_param(name, np.round(weights / scale).astype(np.int8))
                node.attrs[SCALE] = scale.astype(np.float16)
            else:
                node.set_param(name, weights.astype(np.float16))


def widen(model: Model[Any, Any]) -> None:
    """Give weights that `narrow` has made small the single precision that they are computed with."""
    for node in model.walk():
        if SCALE in node.attrs:
            table: Any = node.get_param(TABLE)
            node.set_param(TABLE, table.astype(np.float32) * node.attrs.pop(SCALE).astype(np.float32))
        for name in node.param_names:
            weights: Any = node.get_param(name) if node.has_param(name) else None
            if weights is not None and weights.dtype == np.float16:
                node.set_param(name, weights.astype(np.float32))

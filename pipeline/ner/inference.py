"""What spaCy's `MaxoutWindowEncoder` computes, in fewer passes over memory, for prediction on a processor."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from thinc.api import Model

from pipeline.ner.crf import Floats

EPSILON = 1e-8
"""Added to the variance by thinc's layer norm."""


def encode(encoder: Model[Any, Any], texts: Sequence[Floats]) -> Floats:
    """The encoded tokens of all texts in one array: `encoder.predict(texts)` one after another, but for rounding.

    `encoder` is the layer of that architecture with a window of one token, its weights on the processor; a text is an
    array of shape (tokens, width). Texts lie apart by as many rows of zeros as the encoder pads with.
    """
    pad = int(encoder.attrs["pad"])
    width = texts[0].shape[1]
    lengths = [len(text) for text in texts]
    rows = np.concatenate(
        [np.arange(length) + begin for length, begin in zip(lengths, _begins(lengths, pad), strict=True)]
    )
    state: Floats = np.zeros((sum(lengths) + pad * (len(lengths) + 1), width), dtype=np.float32)
    state[rows] = np.concatenate(texts)
    window: Floats = np.zeros((len(state), 3 * width), dtype=np.float32)
    for maxout, norm in _layers(encoder):
        ops: Any = maxout.ops  # thinc's array types do not go with NumPy's
        pieces = maxout.get_dim("nP")
        weights: Any = maxout.get_param("W")
        bias: Any = maxout.get_param("b")
        gain: Any = norm.get_param("G")
        shift: Any = norm.get_param("b")
        window[1:, :width] = state[:-1]
        window[:, width : 2 * width] = state
        window[:-1, 2 * width :] = state[1:]
        by_piece = np.ascontiguousarray(np.swapaxes(weights, 0, 1)).reshape(pieces * width, 3 * width)
        scores: Floats = ops.gemm(window, by_piece, trans2=True)
        scores += np.swapaxes(bias, 0, 1).reshape(-1)
        best = scores[:, :width].copy()
        for piece in range(1, pieces):
            np.maximum(best, scores[:, piece * width : (piece + 1) * width], out=best)
        best -= best.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", best, best) / width
        best *= (1 / np.sqrt(variance + EPSILON))[:, None]
        best *= gain
        best += shift
        state += best
    encoded: Floats = state[rows]
    return encoded


def _begins(lengths: Sequence[int], pad: int) -> list[int]:
    begins = []
    at = pad
    for length in lengths:
        begins.append(at)
        at += length + pad
    return begins


def _layers(encoder: Model[Any, Any]) -> list[tuple[Model[Any, Any], Model[Any, Any]]]:
    """The maxout layer and the layer norm of each convolution, in their order."""
    nodes = list(encoder.walk())
    return list(
        zip(
            [node for node in nodes if node.name == "maxout"],
            [node for node in nodes if node.name == "layernorm"],
            strict=True,
        )
    )

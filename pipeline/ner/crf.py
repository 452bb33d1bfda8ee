"""A linear-chain conditional random field over the tags of a span labelling scheme.

Tags are `O` and, for each label, `B-`, `I-`, `E-` and `S-` (first, inner, last, only token of a span). Scores are
natural logarithms up to a constant; sequences that are no tagging have NEVER for a score. All arrays are NumPy's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Tags = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Span = tuple[int, int, str]

OUTSIDE = "O"
BEGIN, INSIDE, END, SINGLE = "BIES"
MISSING = -1
"""Stands for the tag of a token that nobody annotated: every tag is allowed there."""
NEVER = np.float32(-1e4)
LEAST = np.float32(1e-8)
"""Stands for a chance of nought, whose logarithm there is none."""


class TagScheme:
    """The tags of some labels, and which of them may follow which."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self.tags = (OUTSIDE, *(f"{kind}-{label}" for label in self.labels for kind in "BIES"))
        self.index = {tag: place for place, tag in enumerate(self.tags)}
        opens, closes = f"{OUTSIDE}{BEGIN}{SINGLE}", f"{OUTSIDE}{END}{SINGLE}"
        count = len(self.tags)
        self.start: Floats = np.where([tag[0] in opens for tag in self.tags], 0, NEVER).astype(np.float32)
        self.end: Floats = np.where([tag[0] in closes for tag in self.tags], 0, NEVER).astype(np.float32)
        self.transitions: Floats = np.full((count, count), NEVER, dtype=np.float32)
        for i, before in enumerate(self.tags):
            for j, after in enumerate(self.tags):
                if after[0] in opens if before[0] in closes else after[0] in "IE" and after[2:] == before[2:]:
                    self.transitions[i, j] = 0

    def of_spans(self, length: int, spans: Sequence[Span]) -> Tags:
        """Tags of a text of `length` tokens with these disjoint spans (half-open, in tokens)."""
        tags: Tags = np.zeros(length, dtype=np.int32)
        for start, end, label in spans:
            first = self.index[f"{BEGIN}-{label}"]
            if end - start == 1:
                tags[start] = first + "BIES".index(SINGLE)
            else:
                tags[start] = first
                tags[start + 1 : end - 1] = first + "BIES".index(INSIDE)
                tags[end - 1] = first + "BIES".index(END)
        return tags

    def of_bilou(self, tag: str) -> int:
        """Our tag for one of spaCy's (`L` last, `U` only, `-` unannotated)."""
        return self.index.get(tag.replace("L-", f"{END}-", 1).replace("U-", f"{SINGLE}-", 1), MISSING)

    def spans(self, tags: Sequence[int]) -> list[Span]:
        """The spans of a valid sequence of tags."""
        found: list[Span] = []
        start = 0
        for place, tag in enumerate(tags):
            if tag == 0:
                continue
            kind, label = self.tags[tag].split("-", 1)
            if kind in (BEGIN, SINGLE):
                start = place
            if kind in (END, SINGLE):
                found.append((start, place + 1, label))
        return found


@dataclass(frozen=True, slots=True)
class Field:
    """Scores of the tags at the borders of a text and of each tag after each other one, constraints included."""

    start: Floats
    end: Floats
    transitions: Floats


@dataclass(frozen=True, slots=True)
class Gradient:
    """The loss of a batch (negative log likelihood per token) and its derivatives."""

    loss: float
    emissions: list[Floats]
    start: Floats
    end: Floats
    transitions: Floats


def gradient(field: Field, emissions: Sequence[Floats], gold: Sequence[Tags]) -> Gradient:
    """Loss and derivatives for texts with the tags `gold`, summed over what MISSING leaves open.

    An emission is an array of shape (tokens, tags). Texts of no tokens are passed over.
    """
    order = sorted((place for place in range(len(gold)) if len(gold[place])), key=lambda i: -len(gold[i]))
    lengths = [len(gold[place]) for place in order]
    count = len(field.start)
    result = [np.zeros_like(emission) for emission in emissions]
    if not order:
        return Gradient(
            0.0,
            result,
            np.zeros_like(field.start),
            np.zeros_like(field.end),
            np.zeros_like(field.transitions),
        )
    steps, texts = lengths[0], len(order)
    # Two copies side by side: every tagging, and those that agree with gold. Column 2k and 2k + 1 hold text k.
    scores: Floats = np.zeros((steps, texts, 2, count), dtype=np.float32)
    for column, place in enumerate(order):
        tags = gold[place]
        scores[: len(tags), column, :] = emissions[place][:, None]
        known = np.flatnonzero(tags != MISSING)
        wrong = np.full((len(known), count), NEVER, dtype=np.float32)
        wrong[np.arange(len(known)), tags[known]] = 0
        scores[known, column, 1] += wrong
    scores = scores.reshape(steps, texts * 2, count)
    active = [2 * sum(length > step for length in lengths) for step in range(steps)]
    factors = np.exp(field.transitions)
    first, last = (np.broadcast_to(border, scores[0].shape) for border in (field.start, field.end))
    forward, total = _forward(factors, scores, active, first, last)
    backward = _backward(factors, scores, active, last)
    marginals = np.exp(np.minimum(forward + backward - total[:, None], 0))
    excess = (marginals[:, 0::2] - marginals[:, 1::2]) / sum(lengths)
    for column, place in enumerate(order):
        result[place] = excess[: lengths[column], column]
    sign = np.tile(np.array([1, -1], dtype=np.float32), texts)
    pairs = np.zeros_like(field.transitions)
    for step in range(1, steps):
        rows = active[step]
        before = forward[step - 1, :rows]
        after = backward[step, :rows] + scores[step, :rows]
        top_before, top_after = before.max(axis=1), after.max(axis=1)
        weight = sign[:rows] * np.exp(np.minimum(top_before + top_after - total[:rows], 80))
        pairs += (np.exp(before - top_before[:, None]) * weight[:, None]).T @ np.exp(
            after - top_after[:, None]
        )
    return Gradient(
        loss=float((total[0::2] - total[1::2]).sum()) / sum(lengths),
        emissions=result,
        start=excess[0].sum(axis=0),
        end=sum((excess[size - 1, column] for column, size in enumerate(lengths)), np.zeros_like(field.end)),
        transitions=(pairs * factors / sum(lengths)).astype(np.float32),
    )


def _product(scores: Floats, factors: Floats) -> Floats:
    """log(exp(scores) @ factors) over the last axis."""
    top = scores.max(axis=-1, keepdims=True)
    product = np.exp(scores - top) @ factors
    return np.asarray(np.log(np.maximum(product, 1e-30)) + top, dtype=np.float32)


def _forward(
    factors: Floats, scores: Floats, active: list[int], first: Floats, last: Floats
) -> tuple[Floats, Floats]:
    """Scores of all beginnings of a tagging up to each token, and of all taggings.

    `scores` has the axes (step, …, text, tag), texts sorted by length so that `active[step]` of them reach a step;
    `first` and `last` (…, text, tag) are for the borders, `factors` the exponentials of the transitions.
    """
    forward = np.full_like(scores, NEVER)
    forward[0] = first + scores[0]
    ends = forward[0].copy()
    for step in range(1, len(scores)):
        rows = active[step]
        reached = _product(forward[step - 1, ..., :rows, :], factors) + scores[step, ..., :rows, :]
        forward[step, ..., :rows, :] = reached
        ends[..., :rows, :] = reached
    ends += last
    top = ends.max(axis=-1, keepdims=True)
    return forward, (np.log(np.exp(ends - top).sum(axis=-1)) + top[..., 0]).astype(np.float32)


def _backward(factors: Floats, scores: Floats, active: list[int], last: Floats) -> Floats:
    """Scores of all ends of a tagging after each token; axes as in `_forward`."""
    turned = np.swapaxes(factors, -1, -2)
    backward = np.broadcast_to(last, scores.shape).copy()
    for step in range(len(scores) - 2, -1, -1):
        rows = active[step + 1]
        after = backward[step + 1, ..., :rows, :] + scores[step + 1, ..., :rows, :]
        backward[step, ..., :rows, :] = _product(after, turned)
    return backward


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of texts that lie one after another in an array: where each begins and ends (half-open), longest
    first, and whether that is the border of its text; elsewhere a token with the tag `O` stands beside it."""

    begins: Places
    ends: Places
    at_start: Flags
    at_end: Flags

    def __len__(self) -> int:
        return len(self.begins)

    @property
    def sizes(self) -> Places:
        """Tokens of each stretch."""
        return self.ends - self.begins

    def tokens(self) -> Places:
        """The places of all tokens, stretch by stretch."""
        return np.concatenate([np.arange(*ends) for ends in zip(self.begins, self.ends, strict=True)])

    def joined(self) -> "Stretches":
        """The same stretches in an array of their tokens alone (see `tokens`)."""
        borders = np.cumsum(self.sizes)
        return Stretches(borders - self.sizes, borders, self.at_start, self.at_end)

    def borders(self, field: Field) -> tuple[Floats, Floats]:
        """What each tag scores at the first and at the last token of each stretch, for its neighbour outside."""
        first = np.where(self.at_start[:, None], field.start, field.transitions[0])
        last = np.where(self.at_end[:, None], field.end, field.transitions[:, 0])
        return first.astype(np.float32), last.astype(np.float32)


def texts(lengths: Sequence[int], holding: Places | None = None) -> Stretches:
    """Whole texts as stretches: all that have tokens, or those that hold one of some places."""
    sizes = np.asarray(lengths, dtype=np.int64)
    ends = np.cumsum(sizes)
    chosen = (
        np.flatnonzero(sizes) if holding is None else np.unique(np.searchsorted(ends, holding, side="right"))
    )
    chosen = chosen[np.argsort(-sizes[chosen], kind="stable")]
    border = np.ones(len(chosen), dtype=bool)
    return Stretches(ends[chosen] - sizes[chosen], ends[chosen], border, border)


def around(places: Places, lengths: Sequence[int], margin: int) -> Stretches:
    """The stretches of texts that hold some places (ascending) with a margin of tokens on either side."""
    borders = np.concatenate([[0], np.cumsum(lengths)])
    text = np.searchsorted(borders, places, side="right") - 1
    starts, stops = borders[text], borders[text + 1]
    begins = np.maximum(places - margin, starts)
    ends = np.minimum(places + margin + 1, stops)
    new = np.ones(len(places), dtype=bool)
    new[1:] = (begins[1:] > ends[:-1]) | (text[1:] != text[:-1])
    last = np.append(new[1:], True)[: len(places)]
    begins, ends, starts, stops = begins[new], ends[last], starts[new], stops[last]
    order = np.argsort(begins - ends, kind="stable")
    return Stretches(begins[order], ends[order], (begins == starts)[order], (ends == stops)[order])


def _rows(sizes: Places, step: int) -> int:
    """How many stretches, longest first, have more tokens than `step`."""
    return int(np.searchsorted(-sizes, -step, side="left"))


def decode(field: Field, emissions: Floats, stretches: Stretches) -> Tags:
    """The best tag of each token, found by Viterbi's search over all stretches at once; `O` outside them."""
    tags: Tags = np.zeros(len(emissions), dtype=np.int32)
    if not len(stretches):
        return tags
    begins, sizes = stretches.begins, stretches.sizes
    first, last = stretches.borders(field)
    best = first + emissions[begins]
    origins: list[Tags] = []
    for step in range(1, int(sizes[0])):
        rows = _rows(sizes, step)
        paths = best[:rows, :, None] + field.transitions
        origin = paths.argmax(axis=1)
        origins.append(origin.astype(np.int32))
        best[:rows] = (
            np.take_along_axis(paths, origin[:, None], axis=1)[:, 0] + emissions[begins[:rows] + step]
        )
    current = (best + last).argmax(axis=1).astype(np.int32)
    for step in range(int(sizes[0]) - 1, -1, -1):
        rows = _rows(sizes, step)
        tags[begins[:rows] + step] = current[:rows]
        if step:
            current[:rows] = origins[step - 1][np.arange(rows), current[:rows]]
    return tags


def mean_marginals(fields: Sequence[Field], emissions: Sequence[Floats], stretches: Stretches) -> Floats:
    """The probability of each tag at each token of the stretches, averaged over several fields.

    `emissions` has an array of shape (tokens, tags) a field, and so has the result; every token is in a stretch.
    The forward and backward passes are scaled step by step (Rabiner 1989) instead of computed in logarithms.
    """
    members, count = len(fields), len(fields[0].start)
    begins, sizes = stretches.begins, stretches.sizes
    steps = int(sizes[0])
    active = [_rows(sizes, step) for step in range(steps)]
    stacked = np.stack(emissions)
    weights = np.exp(stacked - stacked.max(axis=-1, keepdims=True))
    factors = np.exp(np.stack([field.transitions for field in fields]))
    turned = np.ascontiguousarray(np.swapaxes(factors, 1, 2))
    borders = [stretches.borders(field) for field in fields]
    first, last = (np.exp(np.stack([pair[side] for pair in borders])) for side in (0, 1))

    forward: Floats = np.empty((members, int(sizes.sum()), count), dtype=np.float32)
    state = first * weights[:, begins]
    forward[:, begins] = state
    for step in range(1, steps):
        rows = active[step]
        places = begins[:rows] + step
        state = (state[:, :rows] @ factors) * weights[:, places]
        state /= state.sum(axis=-1, keepdims=True)
        forward[:, places] = state
    backward = last
    chances = np.empty((len(stacked[0]), count), dtype=np.float32)
    for step in range(steps - 1, -1, -1):
        rows = active[step]
        places = begins[:rows] + step
        if step + 1 < steps and (going := active[step + 1]):
            after = places[:going] + 1
            back = (backward[:, :going] * weights[:, after]) @ turned
            backward[:, :going] = back / back.sum(axis=-1, keepdims=True)
        both = forward[:, places] * backward[:, :rows]
        chances[places] = (both / both.sum(axis=-1, keepdims=True)).mean(axis=0)
    return chances


def likeliest(scheme: TagScheme, chances: Floats, lengths: Sequence[int]) -> Tags:
    """The valid tags of texts whose chances have the largest product, token by token.

    That is the likeliest tag of each token where these make a valid sequence, and found by search elsewhere.
    """
    tags: Tags = chances.argmax(axis=1).astype(np.int32)
    whole = texts(lengths)
    follows = np.empty(len(tags), dtype=bool)
    follows[1:] = scheme.transitions[tags[:-1], tags[1:]] == 0
    follows[whole.begins] = scheme.start[tags[whole.begins]] == 0
    follows[whole.ends - 1] &= scheme.end[tags[whole.ends - 1]] == 0
    if follows.all():
        return tags
    unsettled = texts(lengths, holding=np.flatnonzero(~follows))
    field = Field(scheme.start, scheme.end, scheme.transitions)
    places = unsettled.tokens()
    tags[places] = decode(field, np.log(np.maximum(chances, LEAST)), unsettled)[places]
    return tags

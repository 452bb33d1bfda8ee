"""The conditional random field, held against enumeration of every tagging."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ner import crf
from pipeline.ner.crf import MISSING, NEVER, Field, Floats, Tags, TagScheme

SCHEME = TagScheme(["orgName", "placeName"])
COUNT = len(SCHEME.tags)


def random_field(seed: int) -> Field:
    random = np.random.default_rng(seed)
    start, end = random.normal(size=(2, COUNT)).astype(np.float32)
    transitions = random.normal(size=(COUNT, COUNT)).astype(np.float32)
    return Field(start + SCHEME.start, end + SCHEME.end, transitions + SCHEME.transitions)


def random_emissions(seed: int, lengths: Sequence[int], spread: float = 2.0) -> list[Floats]:
    random = np.random.default_rng(seed)
    return [spread * random.normal(size=(length, COUNT)).astype(np.float32) for length in lengths]


def path_score(field: Field, emissions: Floats, tags: Sequence[int]) -> float:
    total = float(field.start[tags[0]] + field.end[tags[-1]])
    total += sum(float(row[tag]) for row, tag in zip(emissions, tags, strict=True))
    return total + sum(float(field.transitions[pair]) for pair in itertools.pairwise(tags))


def enumerated_loss(field: Field, emissions: Sequence[Floats], gold: Sequence[Tags]) -> float:
    loss = 0.0
    for scores, tags in zip(emissions, gold, strict=True):
        paths = list(itertools.product(range(COUNT), repeat=len(tags)))
        values = np.array([path_score(field, scores, path) for path in paths])
        agree = [all(t in (MISSING, p) for p, t in zip(path, tags, strict=True)) for path in paths]
        loss += np.logaddexp.reduce(values) - np.logaddexp.reduce(values[agree])
    return loss / sum(map(len, gold))


def test_tags_and_spans_are_each_others_inverse() -> None:
    spans = [(0, 1, "orgName"), (1, 4, "placeName"), (5, 7, "orgName")]
    tags = SCHEME.of_spans(8, spans)
    assert [SCHEME.tags[tag] for tag in tags] == [
        "S-orgName", "B-placeName", "I-placeName", "E-placeName", "O", "B-orgName", "E-orgName", "O",
    ]  # fmt: skip
    assert SCHEME.spans(tags.tolist()) == spans


@pytest.mark.parametrize(
    ("bilou", "tag"),
    [("L-orgName", "E-orgName"), ("U-orgName", "S-orgName"), ("B-orgName", "B-orgName"), ("O", "O")],
)
def test_tags_of_spacy(bilou: str, tag: str) -> None:
    assert SCHEME.of_bilou(bilou) == SCHEME.index[tag]


def test_what_nobody_annotated_and_unknown_labels_are_missing() -> None:
    assert SCHEME.of_bilou("-") == SCHEME.of_bilou("B-brand") == MISSING


def test_only_taggings_are_allowed() -> None:
    def allowed(before: str, after: str) -> bool:
        return bool(SCHEME.transitions[SCHEME.index[before], SCHEME.index[after]] > NEVER)

    assert allowed("B-orgName", "I-orgName")
    assert allowed("E-orgName", "B-orgName")
    assert not allowed("B-orgName", "O")
    assert not allowed("B-orgName", "E-placeName")
    assert not allowed("O", "I-orgName")
    assert SCHEME.start[SCHEME.index["E-orgName"]] == NEVER
    assert SCHEME.end[SCHEME.index["B-orgName"]] == NEVER


def test_loss_and_derivatives_are_those_of_enumeration() -> None:
    field, lengths = random_field(0), (3, 1, 4, 2)
    emissions = random_emissions(1, lengths)
    gold = [
        SCHEME.of_spans(3, [(0, 2, "orgName")]),
        np.array([MISSING], dtype=np.int32),
        SCHEME.of_spans(4, [(1, 4, "placeName")]),
        np.array([0, MISSING], dtype=np.int32),
    ]
    found = crf.gradient(field, emissions, gold)
    assert found.loss == pytest.approx(enumerated_loss(field, emissions, gold), rel=1e-4)

    step = 1e-2
    for array, derivative, place in [
        (emissions[0], found.emissions[0], (1, 2)),
        (emissions[2], found.emissions[2], (3, 0)),
        (field.start, found.start, (1,)),
        (field.end, found.end, (3,)),
        (field.transitions, found.transitions, (0, 0)),
        (field.transitions, found.transitions, (1, 2)),
    ]:
        array[place] += step
        above = enumerated_loss(field, emissions, gold)
        array[place] -= 2 * step
        below = enumerated_loss(field, emissions, gold)
        array[place] += step
        assert derivative[place] == pytest.approx((above - below) / (2 * step), rel=2e-2, abs=1e-5)


def test_no_text_no_loss() -> None:
    empty = np.zeros((0, COUNT), dtype=np.float32)
    found = crf.gradient(random_field(0), [empty], [np.zeros(0, dtype=np.int32)])
    assert found.loss == 0
    assert found.emissions[0].shape == (0, COUNT)


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=4),
    st.integers(0, 10_000),
    st.sampled_from([0.0, 5.0, 40.0]),
)
@settings(max_examples=60, deadline=None)
def test_decoding_finds_a_best_tagging(lengths: list[int], seed: int, lead: float) -> None:
    field = random_field(seed)
    emissions = random_emissions(seed + 1, lengths, spread=3.0)
    random = np.random.default_rng(seed)
    for scores in emissions:
        scores[:, 0] += lead * (random.random(len(scores)) < 0.5)
    scores = np.concatenate(emissions)
    tags = crf.decode(field, scores, crf.texts(lengths))
    assert len(tags) == sum(lengths)
    begin = 0
    for scores, length in zip(emissions, lengths, strict=True):
        own = tags[begin : begin + length].tolist()
        begin += length
        if length > 4:
            assert SCHEME.spans(own) is not None
        elif length:
            best = max(path_score(field, scores, p) for p in itertools.product(range(COUNT), repeat=length))
            assert path_score(field, scores, own) == pytest.approx(best, abs=1e-3)


def test_decoding_nothing() -> None:
    nothing = np.zeros((0, COUNT), dtype=np.float32)
    assert len(crf.decode(random_field(0), nothing, crf.texts([]))) == 0


def test_stretches_keep_to_their_text_and_their_margin() -> None:
    found = crf.around(np.array([1, 6, 9]), [3, 9], margin=1)
    assert sorted(zip(found.begins, found.ends, found.at_start, found.at_end, strict=True)) == [
        (0, 3, True, True),
        (5, 11, False, False),
    ]
    assert found.tokens().tolist() == [5, 6, 7, 8, 9, 10, 0, 1, 2]
    assert found.joined().begins.tolist() == [0, 6]
    at_borders = crf.around(np.array([3, 11]), [3, 9], margin=2)
    assert sorted(zip(at_borders.begins, at_borders.ends, strict=True)) == [(3, 6), (9, 12)]
    alone = crf.around(np.array([1, 6, 9]), [3, 9], margin=0)
    assert sorted(zip(alone.begins, alone.ends, strict=True)) == [(1, 2), (6, 7), (9, 10)]


def test_whole_texts_longest_first() -> None:
    found = crf.texts([2, 0, 3])
    assert list(zip(found.begins, found.ends, strict=True)) == [(2, 5), (0, 2)]
    assert found.at_start.all()
    assert found.at_end.all()
    some = crf.texts([2, 0, 3, 4], holding=np.array([1, 5, 8]))
    assert list(zip(some.begins, some.ends, strict=True)) == [(5, 9), (0, 2)]


def test_marginals_are_those_of_enumeration() -> None:
    fields = [random_field(0), random_field(5)]
    lengths = (3, 1, 2)
    emissions = [random_emissions(seed, lengths) for seed in (1, 2)]
    found = crf.mean_marginals(fields, [np.concatenate(member) for member in emissions], crf.texts(lengths))
    for text, length in enumerate(lengths):
        expected = np.zeros((length, COUNT))
        for field, member in zip(fields, emissions, strict=True):
            paths = list(itertools.product(range(COUNT), repeat=length))
            values = np.array([path_score(field, member[text], path) for path in paths])
            chances = np.exp(values - np.logaddexp.reduce(values))
            for path, chance in zip(paths, chances, strict=True):
                expected[np.arange(length), path] += chance / 2
        begin = sum(lengths[:text])
        np.testing.assert_allclose(found[begin : begin + length], expected, atol=1e-4)


def test_likeliest_tags_are_valid_and_best() -> None:
    random = np.random.default_rng(3)
    lengths = (4, 1, 3, 0, 2)
    chances = random.dirichlet(np.full(COUNT, 0.3), sum(lengths)).astype(np.float32)
    tags = crf.likeliest(SCHEME, chances, lengths)
    plain = Field(SCHEME.start, SCHEME.end, SCHEME.transitions)
    logs = np.log(np.maximum(chances, crf.LEAST))
    begin = 0
    for length in lengths:
        if length:
            own, scores = tags[begin : begin + length].tolist(), logs[begin : begin + length]
            best = max(path_score(plain, scores, p) for p in itertools.product(range(COUNT), repeat=length))
            assert path_score(plain, scores, own) == pytest.approx(best, abs=1e-3)
            begin += length

"""The corpus that speed is measured on: the same for a seed, no two documents alike; and what was made fast beside what is plain."""

import sys
from itertools import islice
from pathlib import Path

import pytest

from pipeline.lexicon import SHAPES, dictionary_classes, look_of

BENCH = Path(__file__).resolve().parent.parent / "bench"


def test_a_seed_fixes_the_corpus_and_no_document_comes_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    import corpus  # noqa: PLC0415

    first = list(islice(corpus.documents(1, seed=3), 40))
    assert first == list(islice(corpus.documents(9, seed=3), 40)), (
        "a larger corpus begins with the smaller one"
    )
    assert len({content for _, content in first}) == 40
    assert first[0] != next(corpus.documents(1, seed=4))
    assert {name.rpartition(".")[2] for name, _ in first} == {"txt", "html"}
    sys.modules.pop("corpus")


@pytest.mark.parametrize(
    "form", ["Gmina", "XIV", "L", "m", "ZMP", "ǅ", "ª", "łódź", "²", "12", "007", "-", "„", "x2"]
)
def test_shapes_that_are_not_asked_about_are_not_missed(form: str) -> None:
    shapes = {name for name, shape in SHAPES.items() if shape(form) is not None}
    assert look_of(form) == frozenset(shapes | dictionary_classes(form) if form[0].isalpha() else shapes)

"""Lexical features of word forms, and the store that computes them once."""

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.ner.features import FeatureName, FormFeatures, dictionary_features, form_features

NAMES: list[FeatureName] = ["norm", "stem", "lemma", "suffix", "shape", "class", "case"]


@pytest.fixture
def blank() -> Language:
    return spacy.blank("pl")


@pytest.mark.parametrize(
    ("form", "word_class", "case", "lemma"),
    [
        ("Ministerstwem", "c|s", "i|s", "ministerstwo"),
        ("ZUS", "O|s", "adgiln|ps", "zus"),
        ("Poznaniu", "GNc|s", "dl|s", "poznanie"),
        ("przez", "|r", "|", "przez"),
        ("2014", "_", "_", ""),
        ("–", "_", "_", ""),
        ("Xyzzybrzdęk", "|x", "|", ""),
    ],
)
def test_dictionary_features(form: str, word_class: str, case: str, lemma: str) -> None:
    assert dictionary_features(form) == (word_class, case, lemma)


def test_case_forms_share_a_lemma() -> None:
    forms = ["stowarzyszenie", "Stowarzyszenia", "STOWARZYSZENIEM", "stowarzyszeniu"]
    assert {dictionary_features(form)[2] for form in forms} == {"stowarzyszenie"}


def test_form_features_in_the_order_asked() -> None:
    assert form_features("Kłodzku", ["suffix", "norm", "stem", "shape"]) == [
        "zku",
        "kłodzku",
        "kłodz",
        "Xxxxx",
    ]


def test_unknown_form_takes_its_stem_for_a_lemma() -> None:
    assert form_features("Brzdękpol", ["lemma"]) == ["?brzdę"]


@given(st.text(max_size=30))
@settings(max_examples=300)
def test_every_string_has_every_feature(form: str) -> None:
    values = form_features(form, NAMES)
    assert len(values) == len(NAMES)
    assert all(isinstance(value, str) for value in values)
    assert values == form_features(form, NAMES)


def test_rows_are_computed_once_a_form(blank: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    features = FormFeatures(("norm", "class"))
    doc = blank("Gmina i gmina i Gmina")
    forms = np.unique(doc.to_array("ORTH").astype(np.uint64))
    first = features.rows(doc.vocab.strings, forms)

    def fail(*_: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr("pipeline.ner.features.form_features", fail)
    assert (features.rows(doc.vocab.strings, forms) == first).all()


def test_rows_grow_past_their_first_size(blank: Language) -> None:
    features = FormFeatures(("norm",))
    words = [f"słowo{i}" for i in range(3000)]
    doc = Doc(blank.vocab, words=words)
    rows = features.rows(doc.vocab.strings, doc.to_array("ORTH").astype(np.uint64))
    assert len({int(row[0]) for row in rows}) == 3000


def test_features_of_a_process_are_bounded(blank: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.ner.features.MAX_KNOWN_FORMS", 5)
    features = FormFeatures(("norm",))
    for begin in range(0, 40, 4):
        doc = Doc(blank.vocab, words=[f"słowo{i}" for i in range(begin, begin + 4)])
        rows = features.rows(doc.vocab.strings, doc.to_array("ORTH").astype(np.uint64))
        assert len({int(row[0]) for row in rows}) == 4
        assert len(features) <= 9

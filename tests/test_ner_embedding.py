"""The embedding layer over lexical features."""

import pickle

import numpy as np
import pytest
import spacy
import thinc.api
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Model

from pipeline.ner.embedding import lexical_hash_embed
from pipeline.ner.features import FeatureName

NAMES: list[FeatureName] = ["norm", "stem", "lemma", "suffix", "shape", "class", "case", "grams"]
TEXTS = ["Gmina Kłodzko podpisała umowę.", "Rada Miejska w Łodzi", "", "gmina", "12.05.2014"]


@pytest.fixture
def blank() -> Language:
    return spacy.blank("pl")


def layer(blank: Language, width: int = 8) -> Model[list[Doc], list[thinc.types.Floats2d]]:
    model = lexical_hash_embed(width, NAMES, [50] * len(NAMES), [width] * len(NAMES))
    model.initialize(X=[blank("Gmina Kłodzko")])
    return model


def test_layer_gives_a_vector_a_token(blank: Language) -> None:
    docs = [blank(text) for text in TEXTS]
    outputs = layer(blank).predict(docs)
    assert [output.shape for output in outputs] == [(len(doc), 8) for doc in docs]


def test_layer_predicts_what_it_computes_in_training(blank: Language) -> None:
    docs = [blank(text) for text in TEXTS]
    model = layer(blank)
    trained, _ = model(docs, is_train=True)
    for _ in range(2):
        for expected, found in zip(trained, model.predict(docs), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_layer_of_empty_documents(blank: Language) -> None:
    outputs = layer(blank).predict([blank(""), blank("")])
    assert [output.shape for output in outputs] == [(0, 8), (0, 8)]


def test_layer_forgets_vectors_when_weights_change(blank: Language) -> None:
    model = layer(blank)
    docs = [blank("Gmina Kłodzko")]
    before = model.predict(docs)[0].copy()
    for node in model.walk():
        if node.has_param("W"):
            node.set_param("W", np.ascontiguousarray(node.get_param("W")[..., ::-1]))
    assert not np.allclose(model.predict(docs)[0], before)


def test_layer_learns(blank: Language) -> None:
    model = layer(blank)
    docs = [blank("Gmina Kłodzko")]
    optimizer = thinc.api.Adam(0.05)
    target = [np.ones_like(output) for output in model.predict(docs)]
    losses = []
    for _ in range(30):
        outputs, backprop = model.begin_update(docs)
        wrong = [output - wanted for output, wanted in zip(outputs, target, strict=True)]
        losses.append(sum(float((diff**2).sum()) for diff in wrong))
        backprop(wrong)
        model.finish_update(optimizer)
    assert losses[-1] < 0.5 * losses[0]


def test_layer_survives_pickling_copying_and_bytes(blank: Language) -> None:
    model = layer(blank)
    docs = [blank(text) for text in TEXTS]
    expected = model.predict(docs)
    twins = [pickle.loads(pickle.dumps(model)), model.copy(), layer(blank).from_bytes(model.to_bytes())]
    for twin in twins:
        for found, wanted in zip(twin.predict(docs), expected, strict=True):
            np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    ("features", "rows"), [(["norm"], [10, 10]), ([], []), (["norm", "colour"], [10, 10])]
)
def test_layer_refuses_bad_settings(features: list[str], rows: list[int]) -> None:
    with pytest.raises(ValueError, match=r"tables of|unknown features"):
        lexical_hash_embed(8, features, rows, rows)  # type: ignore[arg-type]


def test_words_are_forgotten_in_training_only(blank: Language) -> None:
    names: list[FeatureName] = ["norm", "shape"]
    model = lexical_hash_embed(8, names, [50, 50], [8, 8], word_dropout=1.0)
    model.initialize(X=[blank("Gmina")])
    docs = [blank("Gmina Umowa")]
    trained, _ = model(docs, is_train=True)
    np.testing.assert_allclose(trained[0][0], trained[0][1])
    predicted = model.predict(docs)[0]
    assert not np.allclose(predicted[0], predicted[1])

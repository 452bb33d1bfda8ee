"""The component that finds names: training, saving, and what it does to documents."""

import pickle
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Span
from spacy.training import Example

from pipeline.ner.finder import NameFinder
from pipeline.ner.weights import narrow

TEXT = "Gmina Kłodzko i Rada Miejska w Łodzi"
NAMES = ["norm", "stem", "lemma", "suffix", "shape", "class", "case", "grams"]


def small_pipeline() -> Language:
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("pl")
    embed = {
        "@architectures": "plextract.LexicalHashEmbed.v2",
        "width": 16,
        "features": NAMES,
        "rows": [100] * len(NAMES),
        "widths": [16] * len(NAMES),
    }
    encode = {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": 16,
        "depth": 1,
        "window_size": 1,
        "maxout_pieces": 2,
    }
    model = {
        "@architectures": "plextract.SpanTagger.v1",
        "tok2vec": {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode},
    }
    nlp.add_pipe("plextract_ner", name="ner", config={"model": model})
    example = Example.from_dict(nlp.make_doc(TEXT), {"entities": [(0, 13, "orgName"), (16, 36, "orgName")]})
    optimizer = nlp.initialize(lambda: [example])
    for _ in range(40):
        nlp.update([example], sgd=optimizer)
    return nlp


@pytest.fixture(scope="module")
def trained() -> Language:
    return small_pipeline()


def test_entry_points_serve_a_trained_pipeline(trained: Language) -> None:
    assert isinstance(trained.get_pipe("ner"), NameFinder)
    doc = trained(TEXT)
    assert [(span.text, span.label_) for span in doc.ents] == [
        ("Gmina Kłodzko", "orgName"),
        ("Rada Miejska w Łodzi", "orgName"),
    ]


def test_narrow_weights_are_half_as_large_and_find_the_same() -> None:
    nlp = small_pipeline()
    before = nlp(TEXT)
    size = len(nlp.get_pipe("ner").model.to_bytes())
    narrow(nlp.get_pipe("ner").model)
    assert len(nlp.get_pipe("ner").model.to_bytes()) < 0.5 * size
    again = small_pipeline().from_bytes(nlp.to_bytes())
    assert [span.text for span in again(TEXT).ents] == [span.text for span in before.ents]
    model = again.get_pipe("ner").model
    kept = {
        str(node.get_param(name).dtype)
        for node in model.walk()
        for name in node.param_names
        if node.has_param(name)
    }
    assert kept == {"float32"}


def test_a_committee_of_equals_finds_what_each_finds(trained: Language) -> None:
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("pl")
    member = trained.config["components"]["ner"]["model"]
    nlp.add_pipe(
        "plextract_ner",
        name="ner",
        config={"model": {"@architectures": "plextract.Committee.v1", "member": member, "members": 3}},
    )
    twins = nlp.get_pipe("ner")
    twins.cfg["labels"] = list(trained.get_pipe("ner").labels)
    for layer in twins.model.layers:
        layer.from_bytes(trained.get_pipe("ner").model.to_bytes())
    for text in (TEXT, "", "i", "Rada Miejska i Gmina Kłodzko i Gmina i Łódź"):
        assert [span.text for span in nlp(text).ents] == [span.text for span in trained(text).ents]
    again = pickle.loads(pickle.dumps(nlp))
    assert [span.text for span in again(TEXT).ents] == [span.text for span in trained(TEXT).ents]


def test_saving_and_pickling_keep_what_was_learnt(trained: Language, tmp_path: Path) -> None:
    expected = [(span.text, span.label_) for span in trained(TEXT).ents]
    trained.to_disk(tmp_path / "model")
    for twin in (spacy.load(tmp_path / "model"), pickle.loads(pickle.dumps(trained))):
        assert [(span.text, span.label_) for span in twin(TEXT).ents] == expected
        assert twin.get_pipe("ner").labels == ("orgName",)


def test_entities_that_are_there_stay(trained: Language) -> None:
    doc = trained.make_doc(TEXT)
    doc.ents = [Span(doc, 1, 2, label="placeName")]
    found = trained.get_pipe("ner")(doc)
    assert [(span.text, span.label_) for span in found.ents] == [
        ("Kłodzko", "placeName"),
        ("Rada Miejska w Łodzi", "orgName"),
    ]


def test_tokens_without_a_name_are_outside_not_unknown(trained: Language) -> None:
    doc = trained("i")
    assert [token.ent_iob_ for token in doc] == ["O"]


def test_what_nobody_annotated_is_not_learnt_as_outside() -> None:
    nlp = small_pipeline()
    reference = nlp.make_doc(TEXT)
    reference.set_ents([Span(reference, 0, 2, label="orgName")], missing=[reference[2:7]], default="outside")
    optimizer = nlp.resume_training()
    for _ in range(20):
        nlp.update([Example(nlp.make_doc(reference.text), reference)], sgd=optimizer)
    assert [span.text for span in nlp(reference.text).ents] == ["Gmina Kłodzko", "Rada Miejska w Łodzi"]


def test_a_label_comes_before_the_weights(trained: Language) -> None:
    ner = trained.get_pipe("ner")
    assert ner.add_label("orgName") == 0
    with pytest.raises(ValueError, match="brand cannot be added"):
        ner.add_label("brand")

"""The shipped pipeline: what it carries, that it loads anywhere, and floors under its quality."""

import importlib.util
import json
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import spacy
from spacy.language import Language
from thinc.api import get_current_ops, set_current_ops

from pipeline.ner.ops import choose_ops

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "models" / "pl_nkjp_sm"
HOLDOUT = ROOT / "models" / "train" / "holdout"
LABELS = {"persName", "orgName", "placeName", "geogName", "date", "time"}
MAX_BYTES = 12_000_000
STRICT_FLOOR, RELAXED_FLOOR = 0.94, 0.96


@pytest.fixture(scope="module")
def nlp() -> Iterator[Language]:
    before = get_current_ops()
    choose_ops()
    yield spacy.load(MODEL)
    set_current_ops(before)


def organisations(nlp: Language, text: str) -> list[str]:
    return [span.text for span in nlp(text).ents if span.label_ == "orgName"]


def load_script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "models" / "train" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_size_stays_small() -> None:
    assert sum(path.stat().st_size for path in MODEL.rglob("*") if path.is_file()) < MAX_BYTES


def test_label_scheme_is_that_of_the_polish_models(nlp: Language) -> None:
    assert set(nlp.get_pipe("ner").labels) == LABELS
    assert nlp.pipe_names == ["ner"]


def test_card_names_data_licences_and_scores() -> None:
    card = json.loads((MODEL / "meta.json").read_text(encoding="utf-8"))
    assert card["license"] == "GPL-3.0-or-later"
    assert any("NKJP" in source["name"] and source["license"] == "CC BY" for source in card["sources"])
    assert card["performance"]["ents_f"] > 0.83
    assert card["performance"]["ents_per_type"]["orgName"]["f"] > 0.72


def test_no_path_of_the_training_machine_is_carried() -> None:
    for name in ("config.cfg", "meta.json"):
        text = (MODEL / name).read_text(encoding="utf-8")
        assert "/tmp" not in text
        assert '.spacy"' not in text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Gmina Baćkowice zawarła ugodę z Powiatem Opatowskim.", ["Gmina Baćkowice", "Powiatem Opatowskim"]),
        ("Lider: Stowarzyszenie „Kraina Sanu” (SKS)", ["Stowarzyszenie „Kraina Sanu”", "SKS"]),
        ("• Urząd Marszałkowski Województwa Opolskiego", ["Urząd Marszałkowski Województwa Opolskiego"]),
        ("Dotację wypłacił Europejski Fundusz Społeczny.", ["Europejski Fundusz Społeczny"]),
        ("Spotkanie odbyło się w Nałęczowie, a nocleg w Kazimierzu Dolnym.", []),
        ("Koszty bez VAT podano w PLN zgodnie z RPO i strategią ZIT.", []),
    ],
)
def test_organisations_of_plain_sentences(nlp: Language, text: str, found: list[str]) -> None:
    assert organisations(nlp, text) == found


def test_holdout_stays_above_the_floor(nlp: Language) -> None:
    scoring = load_script("evaluate_gold")
    strict, relaxed = scoring.Tally(), scoring.Tally()
    for document in scoring.read_gold(HOLDOUT):
        raw = document["raw_text"]
        scoring.score(scoring.predict(nlp, raw), document["organisations"], raw, strict, relaxed)
    assert strict.wanted > 140
    assert strict.figures()[2] >= STRICT_FLOOR
    assert relaxed.figures()[2] >= RELAXED_FLOOR


def test_holdout_marks_are_half_open_offsets() -> None:
    scoring = load_script("evaluate_gold")
    for document in scoring.read_gold(HOLDOUT):
        assert "[[" not in document["raw_text"]
        for row in document["organisations"]:
            name = document["raw_text"][row["start"] : row["end"]]
            assert name == name.strip()
            assert name


def test_survives_saving_pickling_and_worker_processes(nlp: Language, tmp_path: Path) -> None:
    texts = ["Gmina Baćkowice zawarła ugodę z Powiatem Opatowskim.", "Rada Miejska w Ożarowie"] * 20
    expected = [organisations(nlp, text) for text in texts]
    assert expected[0]
    nlp.to_disk(tmp_path / "again")
    for twin in (spacy.load(tmp_path / "again"), pickle.loads(pickle.dumps(nlp))):
        assert [organisations(twin, text) for text in texts] == expected
    docs = nlp.pipe(texts, n_process=2, batch_size=10)
    assert [[span.text for span in doc.ents if span.label_ == "orgName"] for doc in docs] == expected


def test_same_text_gives_the_same_entities_alone_and_in_a_batch(nlp: Language) -> None:
    texts = [
        "Gmina Baćkowice i Powiat Opatowski.",
        "",
        "Rada Miejska w Ożarowie przyjęła budżet.",
        "ul. Długa 5",
    ]
    alone = [[(span.start_char, span.end_char, span.label_) for span in nlp(text).ents] for text in texts]
    batch = [[(span.start_char, span.end_char, span.label_) for span in doc.ents] for doc in nlp.pipe(texts)]
    assert alone == batch

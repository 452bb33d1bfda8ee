"""plextract as a component of spaCy pipelines."""

from datetime import date
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from pipeline import component
from pipeline.records import MENTION_TABLES

TEXT = "W  2012/2013 r. wójtowie\u00a020 gmin i Związek Miast Polskich (ZMP) dali 2,5mln zł do 5.05.2014r."
VALUES = {
    "dates": [("2012/2013 r.", "2012/2013"), ("5.05.2014r.", "2014-05-05")],
    "amounts": [("2,5mln zł", "2500000.00 PLN")],
    "partner_counts": [("20 gmin", "20 gmina")],
    "organisations": [
        ("Związek Miast Polskich", "Związek Miast Polskich (ZMP)"),
        ("ZMP", "Związek Miast Polskich (ZMP)"),
    ],
}


@pytest.fixture(scope="module")
def blank() -> Language:
    nlp = spacy.blank("pl")
    nlp.add_pipe("plextract")
    return nlp


def values(doc: Doc) -> dict[str, list[tuple[str, str]]]:
    return {
        table: [(span.text, span._.value.shown) for span in spans]
        for table, spans in doc.spans.items()
        if spans
    }


def test_spans_with_values_are_put_on_a_doc(blank: Language) -> None:
    doc = blank(TEXT)
    assert values(doc) == VALUES
    for record in MENTION_TABLES:
        for span in doc.spans[record.table]:
            row = span._.value
            assert type(row) is record
            assert span.label_ == record.table
            assert doc.text[row.raw_start : row.raw_end].split() == span.text.split()


def test_a_mention_that_ends_inside_a_token_takes_the_whole_token_and_keeps_its_offsets(
    blank: Language,
) -> None:
    doc = Doc(blank.vocab, words=["Koszt:5", "złotych-netto", "i", "2012rok"], spaces=[True] * 3 + [False])
    (span,) = blank(doc).spans["amounts"]
    assert span.text == "Koszt:5 złotych-netto"
    assert doc.text[span._.value.raw_start : span._.value.raw_end] == "5 złotych"


def test_docs_keep_their_values_when_they_are_stored(blank: Language) -> None:
    doc = blank(TEXT)
    rows = [span._.value for span in doc.spans["dates"]]
    again = Doc(blank.vocab).from_bytes(doc.to_bytes())
    assert values(again) == VALUES
    (stored,) = DocBin(docs=[doc], store_user_data=True).get_docs(spacy.blank("pl").vocab)
    assert [span._.value for span in stored.spans["dates"]] == rows


def test_a_pipeline_is_stored_with_its_settings(tmp_path: Path) -> None:
    nlp = spacy.blank("pl")
    nlp.add_pipe("plextract", config={"reference_date": "2016-04-21"})
    nlp.to_disk(tmp_path / "mine")
    doc = spacy.load(tmp_path / "mine")("Umowę podpisano wczoraj.")
    (span,) = doc.spans["dates"]
    assert span._.value.edtf == "2016-04-20"
    again = spacy.blank("pl", config=nlp.config).from_bytes(nlp.to_bytes())
    assert again.pipe_names == ["plextract"]


def test_a_doc_can_have_a_reference_date_of_its_own(blank: Language) -> None:
    docs = [blank.make_doc("Podpisano wczoraj."), blank.make_doc("Podpisano wczoraj.")]
    docs[0]._.reference_date = date(2016, 4, 21)
    first, second = blank.pipe(docs)
    assert [span._.value.edtf for span in first.spans["dates"]] == ["2016-04-20"]
    assert not second.spans["dates"]
    assert second._.reference_date is None


def test_streams_and_several_processes_give_the_same(blank: Language) -> None:
    texts = [TEXT, "w 2014 roku", ""]
    alone = [values(doc) for doc in blank.pipe(texts)]
    assert alone[0] == VALUES
    assert [values(doc) for doc in blank.pipe(texts, n_process=2, batch_size=1)] == alone


def test_entities_of_the_pipeline_are_respected() -> None:
    nlp = spacy.blank("pl")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "ORG", "pattern": "Kwiatpolem"}])
    nlp.add_pipe("plextract")
    doc = nlp("Umowę z\u00a0\u00a0Kwiatpolem i z Kwiatexem podpisano w maju.")
    (span,) = doc.spans["organisations"]
    assert (span.text, span._.value.rule) == ("Kwiatpolem", "ner:pl_pipeline")
    assert [entity.text for entity in doc.ents] == ["Kwiatpolem"]


def test_the_bundled_model_can_propose_names() -> None:
    nlp = spacy.blank("pl")
    nlp.add_pipe("plextract", config={"model": "pl_nkjp_sm"})
    doc = nlp("Wójt spotkał się z Tauronem i Googlem.")
    assert [(span.text, span._.value.rule) for span in doc.spans["organisations"]] == [
        ("Tauronem", "ner:pl_nkjp_sm"),
        ("Googlem", "ner:pl_nkjp_sm"),
    ]
    assert not doc.ents


def test_a_span_that_is_none_of_ours_has_no_value(blank: Language) -> None:
    doc = blank("w 2014 roku")
    assert doc[0:1]._.value is None


def test_an_extension_of_another_package_is_not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    Span.set_extension("value", default=1, force=True)
    try:
        with pytest.raises(ValueError, match="another package"):
            component._extend(Span, "value", component.value_of)
    finally:
        Span.set_extension("value", getter=component.value_of, force=True)

"""Score a pipeline on DocBin files by exact entity spans, as spaCy does: precision, recall, F1 in percent, a line a label."""

import argparse
from pathlib import Path

import spacy
from spacy.scorer import Scorer
from spacy.tokens import DocBin
from spacy.training import Example

from pipeline.ner.ops import choose_ops


def scores(model: str | Path, corpus: Path) -> dict[str, tuple[float, float, float]]:
    """Precision, recall and F1 (0 to 1) of `model` on `corpus`, for `all` and for each label."""
    nlp = spacy.load(model)
    gold = list(DocBin().from_disk(corpus).get_docs(nlp.vocab))
    predicted = nlp.pipe(nlp.make_doc(doc.text) for doc in gold)
    examples = [Example(guess, doc) for guess, doc in zip(predicted, gold, strict=True)]
    result = Scorer.score_spans(examples, "ents")
    table = {"all": (result["ents_p"], result["ents_r"], result["ents_f"])}
    for label, figures in sorted(result["ents_per_type"].items()):
        table[label] = (figures["p"], figures["r"], figures["f"])
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="path or name of a pipeline")
    parser.add_argument("corpora", nargs="+", type=Path, help="DocBin files")
    options = parser.parse_args()
    choose_ops()
    for corpus in options.corpora:
        print(corpus.name)
        for label, figures in scores(options.model, corpus).items():
            print(f"  {label:10}", *(f"{100 * figure:5.1f}" for figure in figures))


if __name__ == "__main__":
    main()

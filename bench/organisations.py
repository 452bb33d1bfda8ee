"""What each source adds to the table of organisations, and what the table costs beside the NER that it starts from.

    python bench/organisations.py [--gold corpus/gold.jsonl --docs corpus/docs] [--other corpus/fresh/docs]

First, strict, relaxed and canonical F1 and B³ on documents with gold: rules alone, each model's names of organisations
alone (put into the nominative, nothing else), and both. Then processor seconds: bare NER of the same sentences in
batches, the NER stage as a run does it, and the table stage (extract and resolve): at first sight, after the documents
of `--other` have filled the caches of the dictionary, and the best of some further passes over the same text,
taken in turns.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import annotate, models, resolve
from pipeline.document import Document
from pipeline.evaluate.clusters import b_cubed
from pipeline.evaluate.scoring import GoldDocument, Rows, predicted_rows, read_gold, score
from pipeline.extractors import organisations
from pipeline.normalise import normalise
from pipeline.read import discover, read
from pipeline.records import OrganisationMention
from pipeline.segment import segment

if TYPE_CHECKING:
    from spacy.language import Language

ROOT = Path(__file__).resolve().parent.parent
PASSES = 9
Extract = Callable[[Document], list[OrganisationMention]]


@dataclass(frozen=True)
class Source:
    """Who proposes organisations: the documents as it sees them, and how their rows are made."""

    name: str
    documents: Sequence[Document]
    extract: Extract


def documents(folder: Path, sources: Sequence[str] | None = None) -> Iterator[Document]:
    """Yield the documents of a folder, or those of ``sources`` in their order, ready for extraction."""
    by_source = {raw.source: raw for raw in map(read, discover([folder]))}
    for source in by_source if sources is None else sources:
        raw = by_source[source]
        content = normalise(raw.content)
        segments = segment(content.text)
        yield Document(raw.doc_id, content, raw.raw_text is not None, segments.units, segments.sentences)


def with_entities(nlp: "Language", plain: Sequence[Document]) -> list[Document]:
    """Return the documents with what a model finds in them."""
    model = annotate.model_name(nlp)
    return [
        replace(document, entities=annotate.entities(nlp, document.text, document.sentences), model=model)
        for document in plain
    ]


def table(document: Document) -> list[OrganisationMention]:
    """Return the rows of a document as a run has them before it is whole."""
    return resolve.resolve(document, organisations.extract(document))


def spans_alone(document: Document) -> list[OrganisationMention]:
    """Return the model's names of organisations as they are, in the nominative."""
    rows = [
        OrganisationMention(
            **document.place(entity.start, entity.end), rule=f"ner:{document.model}", score=1.0,
            name=resolve.nominative(" ".join(document.text[entity.start : entity.end].split())), acronym=None,
            org_type="other", org_id="", located_in=None, teryt=None,
        )
        for entity in document.entities
        if entity.label == "orgName"
    ]  # fmt: skip
    return resolve.resolve(document, rows)


def measure(gold: Sequence[GoldDocument], source: Source) -> str:
    """Return a line of the scores of a source over all documents together."""
    found = [source.extract(document) for document in source.documents]
    index = resolve.NameIndex()
    for rows in found:
        index.add(rows)
    predicted: list[Rows] = [predicted_rows(index.apply(rows)) for rows in found]
    golden = [document.rows for document in gold]
    scores = score(golden, predicted)
    figures = [scores[f"organisations.{kind}"].f1 for kind in ("strict", "relaxed", "canonical")]
    return f"{source.name:<28}" + "".join(f"{f1:>11.3f}" for f1 in (*figures, b_cubed(golden, predicted).f1))


def seconds(work: Callable[[], object]) -> float:
    """Return the processor seconds that something takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def cost(nlp: "Language", other: Sequence[Document], plain: Sequence[Document]) -> None:
    """Print what the stages take on ``plain``, once ``other`` has been through them."""
    for document in with_entities(nlp, other):
        table(document)
    sentences = [
        text
        for one in plain
        for sentence in one.sentences
        if (text := one.text[sentence.start : sentence.end]).strip()
    ]
    sentences.sort(key=len)  # the kindest to NER: sentences of like length fill a batch evenly
    annotated = with_entities(nlp, plain)
    first = seconds(lambda: [table(document) for document in annotated])
    # in turns, so that whatever else the machine does falls on all of them
    passes = [
        (
            seconds(lambda: [doc.ents for doc in nlp.pipe(sentences)]),
            seconds(lambda: with_entities(nlp, plain)),
            seconds(lambda: [table(document) for document in annotated]),
        )
        for _ in range(PASSES)
    ]
    bare, stage, cached = map(min, zip(*passes, strict=True))
    print(f"\n{'processor time':<28}{'seconds':>11}{'of bare NER':>13}")
    for label, spent in (
        ("bare NER", bare), ("NER stage", stage), ("table, at first sight", first), ("table, cached", cached),
    ):  # fmt: skip
        print(f"{label:<28}{spent:>11.3f}{spent / bare:>13.1%}")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gold", type=Path, default=ROOT / "corpus/gold.jsonl")
    parser.add_argument("--docs", type=Path, default=ROOT / "corpus/docs")
    parser.add_argument("--other", type=Path, default=ROOT / "corpus/fresh/docs")
    options = parser.parse_args()
    gold = read_gold(options.gold)
    plain = list(documents(options.docs, [document.source for document in gold]))
    loaded = {info.name: annotate.load_model(info.name) for info in models.installed_models()}
    for name, nlp in loaded.items():  # timed first, while the caches have seen nothing of these documents
        print(f"{name}, {sum(len(one.text) for one in plain):,} characters", end="")
        cost(nlp, list(documents(options.other)), plain)
        print()
    print(f"{'F1':<28}" + "".join(f"{kind:>11}" for kind in ("strict", "relaxed", "canonical", "B³")))
    print(measure(gold, Source("rules alone", plain, table)))
    for name, nlp in loaded.items():
        annotated = with_entities(nlp, plain)
        print(measure(gold, Source(f"{name} alone", annotated, spans_alone)))
        print(measure(gold, Source(f"rules and {name}", annotated, table)))


if __name__ == "__main__":
    main()

"""Make the shipped directory from pipelines trained with several seeds: a committee of them, small weights, no leftover
strings, a model card with scores."""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import spacy
from evaluate import scores
from evaluate_gold import Tally, predict, read_gold, score
from spacy.language import Language
from spacy.util import load_model_from_config

from pipeline.ner.ops import choose_ops
from pipeline.ner.weights import narrow

CARD: dict[str, Any] = {
    "lang": "pl",
    "spacy_version": ">=3.8.0,<3.9.0",
    "name": "nkjp_sm",
    "version": "1.1.0",
    "description": "Polish named entities for documents of local government: lexical features from SGJP, trained on NKJP1M and on sentences made by grammar",
    "author": "plextract",
    "license": "GPL-3.0-or-later",
    "requirements": ["plextract", "morfeusz2"],
    "sources": [
        {
            "name": "NKJP1M, the 1-million-word subcorpus of the National Corpus of Polish, named-entity layer",
            "author": "Przepiórkowski, Bańko, Górski, Lewandowska-Tomaszczyk (eds.) 2012",
            "license": "CC BY",
            "url": "http://nkjp.pl",
        },
        {
            "name": "SGJP, the Grammatical Dictionary of Polish, by way of Morfeusz 2",
            "author": "Woliński, Saloni, Wołosz, Gruszczyński, Skowrońska, Bronk",
            "license": "BSD-2-Clause",
            "url": "http://morfeusz.sgjp.pl",
        },
        {
            "name": "Sentences about local government made by grammar (models/train/grammar)",
            "author": "plextract",
            "license": "CC0-1.0",
            "url": "",
        },
    ],
}


def spans_card(model: Path, corpus: Path) -> dict[str, Any]:
    """Precision, recall and F1 over exact spans, under the names that spaCy's own model cards use."""
    table = scores(model, corpus)
    overall = table.pop("all")
    labels = {
        label: {key: round(x, 4) for key, x in zip("prf", row, strict=True)} for label, row in table.items()
    }
    p, r, f = (round(x, 4) for x in overall)
    return {"ents_p": p, "ents_r": r, "ents_f": f, "ents_per_type": labels}


def gold_card(nlp: Language, gold: Path) -> dict[str, Any]:
    """Precision, recall and F1 of organisations in the documents of a gold file, strict and relaxed."""
    strict, relaxed = Tally(), Tally()
    for document in read_gold(gold):
        raw = document["raw_text"]
        score(predict(nlp, raw), document["organisations"], raw, strict, relaxed)
    return {
        name: dict(zip("prf", (round(x, 4) for x in tally.figures()), strict=True))
        for name, tally in (("strict", strict), ("relaxed", relaxed))
    }


def committee(trained: list[Path]) -> Language:
    """One pipeline whose component asks those of all trained pipelines."""
    members = [spacy.load(path) for path in trained]
    config = members[0].config.copy()
    settings = config["components"]["ner"]
    settings["model"] = {
        "@architectures": "plextract.Committee.v1",
        "members": len(members),
        "member": settings["model"],
    }
    nlp = load_model_from_config(config)
    ner = nlp.get_pipe("ner")
    for label in members[0].get_pipe("ner").labels:
        ner.add_label(label)
    ner.model.set_dim("nO", len(ner.scheme.tags))
    for layer, member in zip(ner.model.layers, members, strict=True):
        layer.from_bytes(member.get_pipe("ner").model.to_bytes())
    return nlp


def needed_strings(nlp: Language) -> list[str]:
    """The strings that the components and the tokenizer need; the features need none."""
    kept = {label for labels in nlp.pipe_labels.values() for label in labels}
    tokenizer: Any = nlp.tokenizer
    for chunk, tokens in tokenizer.rules.items():
        kept.add(chunk)
        kept.update(value for token in tokens for value in token.values() if isinstance(value, str))
    return sorted(kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trained", type=Path, nargs="+", help="model-best of each training run")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with dev.spacy and test.spacy")
    parser.add_argument("--gold", type=Path, help="gold.jsonl of the development documents")
    parser.add_argument("--holdout", type=Path, help="folder of marked texts")
    options = parser.parse_args()
    choose_ops()
    nlp = committee(options.trained) if len(options.trained) > 1 else spacy.load(options.trained[0])
    narrow(nlp.get_pipe("ner").model)
    nlp.config["paths"] |= {"train": None, "dev": None}
    shutil.rmtree(options.out, ignore_errors=True)
    nlp.to_disk(options.out)
    strings = json.dumps(needed_strings(nlp), ensure_ascii=False, indent=0)
    (options.out / "vocab" / "strings.json").write_text(strings + "\n", encoding="utf-8")

    shipped = spacy.load(options.out)
    performance: dict[str, Any] = spans_card(options.out, options.data / "test.spacy")
    performance["nkjp_dev"] = spans_card(options.out, options.data / "dev.spacy")
    if options.gold:
        performance["organisations_corpus"] = gold_card(shipped, options.gold)
    if options.holdout:
        performance["organisations_holdout"] = gold_card(shipped, options.holdout)
    card = json.loads((options.out / "meta.json").read_text(encoding="utf-8"))
    card |= CARD | {"performance": performance}
    (options.out / "meta.json").write_text(
        json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    size = sum(path.stat().st_size for path in options.out.rglob("*") if path.is_file())
    print(json.dumps(performance, indent=1), f"{size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

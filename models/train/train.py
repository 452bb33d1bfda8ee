"""Train a pipeline from a spaCy config: `spacy train` with the matrix library chosen by measurement."""

import argparse
import sys
from pathlib import Path

from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config
from thinc.api import require_gpu

from pipeline.ner.ops import choose_ops


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("out", type=Path, help="folder for model-best and model-last")
    parser.add_argument("--train", type=Path, required=True, help="DocBin to learn from")
    parser.add_argument("--dev", type=Path, required=True, help="DocBin that chooses the best checkpoint")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--gpu", type=int, default=-1, help="number of a GPU, or -1")
    options = parser.parse_args()
    if options.gpu >= 0:
        require_gpu(options.gpu)
    else:
        choose_ops()
    overrides = {
        "paths.train": str(options.train),
        "paths.dev": str(options.dev),
        "system.seed": options.seed,
        "training.seed": options.seed,
    }
    nlp = init_nlp(load_config(options.config, overrides=overrides, interpolate=False), use_gpu=options.gpu)
    options.out.mkdir(parents=True, exist_ok=True)
    train(nlp, options.out, use_gpu=options.gpu, stdout=sys.stdout, stderr=sys.stderr)


if __name__ == "__main__":
    main()

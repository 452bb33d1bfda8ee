"""Texts whose encoding is told right, by this project and by charset-normalizer, on the documents of ``corpus/``.

    python bench/encodings.py

The first 300 and 1500 characters of each document are written in Windows-1250, ISO-8859-2 and CP852 (what one of them
cannot write is left out); right is who gives the same text back.
"""

import warnings
from pathlib import Path

from charset_normalizer import from_bytes

from pipeline.read import discover, read
from pipeline.read.encoding import LEGACY, decode

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
SETS = ("docs", "fresh/docs", "holdout/docs", "unseen/docs")
SIZES = (300, 1500)


def theirs(data: bytes) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        best = from_bytes(data).best()
    return None if best is None else str(best)


def main() -> None:
    sources = discover([CORPUS / folder for folder in SETS])
    texts = [text for source in sources if (text := read(source).raw_text)]
    print("encoding     texts  plextract  charset-normalizer")
    for encoding in LEGACY:
        samples = [text[:size].encode(encoding, "ignore") for text in texts for size in SIZES]
        samples = [data for data in samples if not data.isascii()]
        ours = sum(decode(data, None).text == data.decode(encoding) for data in samples)
        others = sum(theirs(data) == data.decode(encoding) for data in samples)
        print(f"{encoding:11}  {len(samples):5}  {ours:9}  {others:18}")


if __name__ == "__main__":
    main()

"""How often ``pipeline.resolve.nominative`` gives the base form of a name, next to baselines and installable peers.

    pip install -e ".[bench]"
    python bench/nominative.py kpwr-ne-lemmas-tune.tsv.xz [--errors N] [--only nam_org]

The file holds names of the KPWr corpus, a row a mention: base form, text form, token lemmas, tags, spacing,
category. The file to learn from joins the tokens of the text form by spaces and says whether a space followed
each; the file to measure on, which has one more column, holds the text as it was. A row is right where the result equals
the base form with capitals; runs of white space count as one space.

``lemma by lemma`` puts together the annotators' lemmas of the tokens, a tagger that never errs, with the capitals of
the text. The peers are those that PyPI has for Polish and that work with what they bring along: simplemma and lemmagen3
know words only, polish-inflection also inflects phrases, but from the nominative. Peers that are not installed are left
out. Last comes what is still wrong, by kind.
"""

import argparse
import lzma
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pipeline.morphology import analyse, like
from pipeline.resolve import nominative


@dataclass(frozen=True)
class Name:
    """A mention of a name and what an annotator gave as its base form."""

    base: str
    text: str
    lemmas: str
    category: str


def names(path: Path) -> Iterator[Name]:
    """Yield the rows of a file of the KPWr name lemmas."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = [unquoted(field) for field in line.rstrip("\n").split("\t")]
            base, text, lemmas, _, spacing, category = row[:6]
            if len(row) == 6:
                tokens = zip(text.split(" "), spacing.split(), strict=False)
                text = "".join(token + (" " if spaced == "True" else "") for token, spaced in tokens)
            yield Name(one_line(base), one_line(text), one_line(lemmas), category)


def unquoted(field: str) -> str:
    """Return a field without the quotes that some rows have around it, with those inside doubled."""
    if len(field) > 1 and field[0] == field[-1] == '"':
        return field[1:-1].replace('""', '"')
    return field


def one_line(text: str) -> str:
    """Return ``text`` with every run of white space as one space."""
    return " ".join(text.split())


WORD = re.compile(r"\w+|[^\w\s]")


def by_words(text: str, lemmas: Sequence[str]) -> str:
    """Return ``text`` with each token replaced by its lemma in the token's capitals; unchanged where their numbers differ."""
    tokens = list(WORD.finditer(text))
    if len(tokens) != len(lemmas):
        return text
    parts, done = [], 0
    for token, lemma in zip(tokens, lemmas, strict=True):
        parts += (text[done : token.start()], like(lemma, token[0]))
        done = token.end()
    return "".join((*parts, text[done:]))


def by_lookup(lemma: Callable[[str], str]) -> Callable[[Name], str]:
    """Return the method that asks for the lemma of each word by itself."""
    return lambda name: by_words(name.text, [lemma(token) for token in WORD.findall(name.text)])


def peers() -> Iterator[tuple[str, Callable[[Name], str]]]:
    """Yield the installed peers."""
    if find_spec("simplemma"):
        import simplemma  # noqa: PLC0415

        yield "simplemma", by_lookup(lambda word: simplemma.lemmatize(word, lang="pl"))
    if find_spec("lemmagen3"):
        import lemmagen3  # noqa: PLC0415

        yield "lemmagen3", by_lookup(lemmagen3.Lemmatizer("pl").lemmatize)
    if find_spec("polish_inflection"):
        import polish_inflection  # noqa: PLC0415

        yield "polish-inflection, words", by_lookup(polish_inflection.podstawowa_forma)
        yield (
            "polish-inflection, phrase",
            lambda name: polish_inflection.odmien_fraze(name.text, polish_inflection.MIANOWNIK),
        )


def methods() -> Iterator[tuple[str, Callable[[Name], str]]]:
    """Yield everything that is measured, ours last."""
    yield "form unchanged", lambda name: name.text
    yield "lemma by lemma", lambda name: by_words(name.text, name.lemmas.split(" "))
    yield from peers()
    yield "plextract", lambda name: nominative(name.text)


def kind_of_error(name: Name, got: str) -> str:
    """Say what is wrong with a result."""
    if got.casefold() == name.base.casefold():
        return "capitals alone"
    if name.text == name.base:
        return "a nominative was changed"
    expected, words, text = name.base.split(), got.split(), name.text.split()
    if len(expected) != len(text):
        return "the base form adds or drops words"
    if got == name.text:
        unknown = any(not analyse(word) for word, base in zip(text, expected, strict=True) if word != base)
        return "left as it was, a word unknown" if unknown else "left as it was, words known"
    if len(words) == len(expected) and words[0] == expected[0]:
        return "first word right, a later one wrong"
    return "first word wrong"


def main() -> None:
    """Print the accuracy of each method on organisations and on all rows, and the first errors if asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path)
    parser.add_argument("--errors", type=int, default=0, help="print so many kinds of errors")
    parser.add_argument("--only", default="nam_", help="categories that the errors are taken from")
    options = parser.parse_args()
    rows = list(names(options.path))
    groups = {"nam_org_*": [row for row in rows if row.category.startswith("nam_org")], "all rows": rows}
    print(f"{'':26}" + "".join(f"{group:>12} ({len(members)})" for group, members in groups.items()))
    for label, method in methods():
        started = time.process_time()
        shares = [
            sum(method(row) == row.base for row in members) / len(members) for members in groups.values()
        ]
        seconds = time.process_time() - started
        print(f"{label:26}" + "".join(f"{share:18.1%}" for share in shares) + f"   {seconds:.1f} s")
    kinds = {
        group: Counter(
            kind_of_error(row, got) for row in members if (got := nominative(row.text)) != row.base
        )
        for group, members in groups.items()
    }
    print("\nstill wrong")
    for kind, _ in kinds["all rows"].most_common():
        print(f"{kind:36}" + "".join(f"{kinds[group][kind]:8} {group}" for group in groups))
    wrong = Counter(
        (row.text, nominative(row.text), row.base, row.category)
        for row in rows
        if row.category.startswith(options.only) and nominative(row.text) != row.base
    )
    for (text, got, base, category), count in wrong.most_common(options.errors):
        print(f"{count:4} {text} → {got} (not {base}) {category}")


if __name__ == "__main__":
    main()

"""Lexical features of Polish word forms: what a form shows by itself and what SGJP, the Grammatical Dictionary of
Polish, says of it by way of Morfeusz 2.

A feature depends on the form alone, so that it is computed once a process.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal

import morfeusz2
import numpy as np
import numpy.typing as npt
from spacy.lang.lex_attrs import word_shape
from spacy.strings import StringStore, get_string_id

FeatureName = Literal["norm", "stem", "suffix", "shape", "lemma", "class", "case", "grams"]
FormArray = npt.NDArray[np.uint64]

STEM_LENGTH = 5
SUFFIX_LENGTH = 3
LONG_GRAMS, SHORT_GRAMS = 6, 10
"""How many runs of four and of three letters are taken, from the start of a form with a mark before and after it."""
GRAMS = LONG_GRAMS + SHORT_GRAMS
GRAM_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # multiplicative hashing, Knuth 6.4
MAX_KNOWN_FORMS = 300_000
"""Word forms whose features a process keeps; past it they are computed anew. With all features they take 110 MB."""

# The name kinds of SGJP and its parts of speech (NKJP tag set), folded to the letters that a form's class is made of.
_NAME_KINDS = {
    "imię": "I",
    "pseudonim": "I",
    "przydomek": "I",
    "nazwisko": "N",
    "nazwa_geograficzna": "G",
    "człon_nazwy_geograficznej": "g",
    "nazwa_organizacji": "O",
    "nazwa_instytucji": "O",
    "człon_nazwy_organizacji": "O",
    "człon_nazwy_instytucji": "O",
    "nazwa_firmy": "F",
    "marka": "F",
    "tytuł": "T",
    "nazwa_pospolita": "c",
}
_PARTS_OF_SPEECH = {
    **dict.fromkeys(("subst", "depr", "ger"), "s"),
    **dict.fromkeys(("adj", "adja", "adjp", "adjc"), "a"),
    **dict.fromkeys(
        ("fin", "praet", "inf", "imps", "impt", "pcon", "pant", "bedzie", "aglt", "winien", "pred"), "v"
    ),
    **dict.fromkeys(("ppas", "pact"), "p"),
    **dict.fromkeys(("dig", "romandig"), "d"),
    **dict.fromkeys(("conj", "comp"), "k"),
    "num": "n",
    "prep": "r",
    "interp": "i",
    "brev": "b",
    "adv": "w",
    "ign": "x",
}
_OTHER_KIND, _COMMON_AS_PROPER, _OTHER_PART, _SEVERAL_SEGMENTS = "X", "E", "q", "+"
_CASES = {"nom": "n", "gen": "g", "dat": "d", "acc": "a", "inst": "i", "loc": "l"}


@cache
def _analyser() -> morfeusz2.Morfeusz:
    return morfeusz2.Morfeusz(generate=False)


def dictionary_features(form: str) -> tuple[str, str, str]:
    """Class, case and lemma of a word form in SGJP, over all its readings.

    The class is `<name kinds>|<parts of speech>`, a letter each in alphabetical order, with `+` where the form can
    be split into several segments; the case is `<case letters><number letters>` of its nominal readings; the lemma is
    the longest nominal one (the longest of all where none is nominal), empty for a form that SGJP does not know.
    """
    if not any(map(str.isalpha, form)):
        return "_", "_", ""
    kinds: set[str] = set()
    parts: set[str] = set()
    cases: set[str] = set()
    numbers: set[str] = set()
    nominal: set[str] = set()
    lemmas: set[str] = set()
    last = 0
    for start, end, (_, lemma, tag, names, _) in _analyser().analyse(form):
        last = max(last, end)
        if start:
            continue
        fields = tag.split(":")
        parts.add(_PARTS_OF_SPEECH.get(fields[0], _OTHER_PART))
        for name in names:
            kind = _NAME_KINDS.get(name, _OTHER_KIND)
            kinds.add(_COMMON_AS_PROPER if kind == "c" and lemma[:1].isupper() else kind)
        if fields[0] == "ign":
            continue
        base = lemma.split(":")[0] if len(lemma) > 1 else lemma
        lemmas.add(base)
        if fields[0] in ("subst", "adj", "ppas", "pact", "depr") and len(fields) > 2:
            numbers.update(number[0] for number in fields[1].split("."))
            cases.update(_CASES[case] for case in fields[2].split(".") if case in _CASES)
            if fields[0] == "subst":
                nominal.add(base)
    several = _SEVERAL_SEGMENTS if last > 1 else ""
    best = max(nominal or lemmas, key=lambda base: (len(base), base), default="")
    return (
        f"{''.join(sorted(kinds))}|{''.join(sorted(parts))}{several}",
        "".join(sorted(cases)) + "|" + "".join(sorted(numbers)),
        best.lower(),
    )


def form_features(form: str, names: Iterable[FeatureName]) -> list[str]:
    """The values of the named features of one word form.

    `norm` is the form in lower case, `stem` its first five and `suffix` its last three letters, `shape` spaCy's word
    shape (`Xxxx`, `dd.dd`), the other three those of `dictionary_features` (an unknown form's lemma is its stem).
    The runs of letters are not among them (`letter_grams`).
    """
    lower = form.lower()
    word_class, case, lemma = dictionary_features(form)
    values: dict[FeatureName, str] = {
        "norm": lower,
        "stem": lower[:STEM_LENGTH],
        "suffix": form[-SUFFIX_LENGTH:],
        "shape": word_shape(form),
        "lemma": lemma or "?" + lower[:STEM_LENGTH],
        "class": word_class,
        "case": case,
    }
    return [values[name] for name in names]


def letter_grams(forms: Sequence[str]) -> FormArray:
    """Hashes of the runs of three and four letters of each form, GRAMS columns, 0 where there are fewer."""
    letters = SHORT_GRAMS + 2
    framed = np.array(
        [f"^{form.lower()}$"[:letters].ljust(letters, "\0") for form in forms], dtype=f"U{letters}"
    )
    codes = framed.view(np.uint32).reshape(len(forms), letters).astype(np.uint64)
    grams = np.zeros((len(forms), GRAMS), dtype=np.uint64)
    begin = 0
    with np.errstate(over="ignore"):
        for length, count in ((4, LONG_GRAMS), (3, SHORT_GRAMS)):
            hashed = np.full((len(forms), count), length, dtype=np.uint64)
            for offset in range(length):
                hashed = (hashed ^ codes[:, offset : offset + count]) * GRAM_FACTOR
            whole = codes[:, length - 1 : length - 1 + count] != 0
            grams[:, begin : begin + count] = np.where(whole, hashed >> np.uint64(32), np.uint64(0))
            begin += count
    return grams


class FormFeatures:
    """Rows of hashed features, one a word form, computed at the first sight of the form and kept for the process.

    A feature takes a column, the runs of letters (`grams`, which come last) GRAMS of them; 0 is for what is not there.
    """

    def __init__(self, names: tuple[FeatureName, ...]) -> None:
        self.names = tuple(name for name in names if name != "grams")
        self.grams = "grams" in names
        self._index: dict[int, int] = {}
        self._rows: FormArray = np.zeros((1024, self.columns), dtype=np.uint64)

    @property
    def columns(self) -> int:
        """The length of a row."""
        return len(self.names) + (GRAMS if self.grams else 0)

    def __len__(self) -> int:
        return len(self._index)

    def rows(self, strings: StringStore, forms: FormArray) -> FormArray:
        """The feature rows of distinct forms, given as hashes that `strings` knows, in their order."""
        if len(self._index) > MAX_KNOWN_FORMS:
            self._index.clear()
        index = self._index
        keys = forms.tolist()
        found = [index.get(form, -1) for form in keys]
        missing = [place for place, known in enumerate(found) if known < 0]
        if missing:
            begin = self._add([strings[keys[place]] for place in missing])
            for offset, place in enumerate(missing):
                index[keys[place]] = found[place] = begin + offset
        return self._rows[found]

    def _add(self, forms: list[str]) -> int:
        """Compute the rows of new forms; return the place of the first."""
        begin = len(self._index)
        if begin + len(forms) > len(self._rows):
            grown = np.zeros((max(2 * len(self._rows), begin + len(forms)), self.columns), dtype=np.uint64)
            grown[:begin] = self._rows[:begin]
            self._rows = grown
        rows = self._rows[begin : begin + len(forms)]
        rows[:, : len(self.names)] = [
            [get_string_id(value) if value else 0 for value in form_features(form, self.names)]
            for form in forms
        ]
        if self.grams:
            rows[:, len(self.names) :] = letter_grams(forms)
        return begin


@cache
def features_of_forms(names: tuple[FeatureName, ...]) -> FormFeatures:
    """The process's store of these features."""
    return FormFeatures(names)

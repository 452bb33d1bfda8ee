"""A unit of text as words and signs, with what the grammar of names asks of them."""

import bisect
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import lru_cache
from itertools import accumulate, chain, compress

from pipeline import morphology
from pipeline.document import Document, Span
from pipeline.morphology import REMEMBERED, Reading
from pipeline.nominals import Option, options
from pipeline.rules import tokens_of

BROKEN = re.compile(r"-[ \t]*\n[ \t]*-")
"""A hyphen at the end of a line, repeated at the beginning of the next as Polish spelling asks."""
TOKEN = re.compile(rf"(\s*+)([^\W\d_]+(?:(?:{BROKEN.pattern}|[-‐‑'’])\w+)*|\d+|,,|''|\S|\Z)")
"""A word, number or sign with the space in front of it, or what space there is at the end."""
ROMAN = re.compile(r"(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
SPACE = re.compile(r"(?<=[^\s-])(?=\s)")
"""Where a stretch of text can end: before white space that is no part of a word broken at the end of a line."""
STRETCH = 40
"""Characters that are cut into tokens at once."""
NUMBERED = re.compile(r"-\d+$")
OPENING = frozenset({"„", '"', "«", "“", "‚", "'", "”", ",,", "»"})
CLOSING = frozenset({"”", '"', "»", "“", "’", "'", "''", "«"})


Words = Mapping[str, Sequence[int]]
"""From the words of a document, its longest runs of letters, to where they stand."""


def words_of(document: Document, calling: Set[str]) -> Words:
    """Return the words that begin with a capital or are among ``calling``, each with its places in text order."""
    tokens = tokens_of(document)
    forms = {*tokens.forms}
    words: dict[str, list[int]] = {
        form: [] for form in forms if form in calling or (form and form[0].isupper())
    }
    for form, start in compress(
        zip(tokens.forms, tokens.starts, strict=True), map(words.__contains__, tokens.forms)
    ):
        words[form].append(start)
    return words


class Unit:
    """The tokens of a stretch of text that no name crosses: words, numbers and signs.

    ``words[i]`` stands in ``text[starts[i]:ends[i]]``, and ``gaps[i]`` between it and the one before. ``legal`` are
    the places of legal forms among them. Few names reach far behind the word that calls a rule: what is far behind
    the last one is cut into tokens only when it is asked for.
    """

    __slots__ = ("_end", "_rest", "ends", "gaps", "legal", "starts", "text", "words")

    def __init__(self, text: str, span: Span, legal_forms: Iterable[Span], calls: Sequence[int]) -> None:
        """Cut ``text[span]`` into tokens; each legal form is one token, and none begins behind the last of ``calls``."""
        self.text = text
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.gaps: list[str] = []
        self.legal: set[int] = set()
        self._rest, self._end = span
        for first, last in legal_forms:
            gap = self._cut(first)
            self.legal.add(len(self.words))
            self.words.append(text[first:last])
            self.starts.append(first)
            self.ends.append(last)
            self.gaps.append(gap)
            self._rest = last
        self._cut_on(calls[-1])

    def _cut(self, end: int) -> str:
        """Cut the text up to ``end`` into tokens, and return the white space that is left over."""
        found = TOKEN.findall(self.text, self._rest, end)
        gap: str = found.pop()[0]
        if found and not found[-1][1]:
            gap = found.pop()[0]  # space at the end, without a token
        if found:
            before, cut = zip(*found, strict=True)
            borders = [*accumulate(map(len, chain.from_iterable(found)), initial=self._rest)]
            self.words += [BROKEN.sub("-", word) if "\n" in word else word for word in cut]
            self.starts += borders[1::2]
            self.ends += borders[2::2]
            self.gaps += before
        self._rest = end
        return gap

    def _cut_on(self, offset: int) -> None:
        """Cut the text up to some space that no token holds, ``STRETCH`` characters behind ``offset``, or to its end."""
        space = SPACE.search(self.text, max(self._rest, offset) + STRETCH, self._end)
        self._cut(space.end() if space else self._end)

    def _has(self, at: int) -> bool:
        """Tell whether a place behind what was cut so far is one of the unit."""
        while at >= len(self.words) and self._rest < self._end:
            self._cut_on(self._rest)
        return at < len(self.words)

    def word(self, at: int) -> str:
        """Return the token at a place, empty outside the unit."""
        words = self.words
        return words[at] if 0 <= at < len(words) or (at > 0 and self._has(at)) else ""

    def near(self, at: int) -> bool:
        """Tell whether the token at a place follows the one before after white space of one line or a line end."""
        gaps = self.gaps
        if at <= 0 or (at >= len(gaps) and not self._has(at)):
            return False
        gap = gaps[at]
        return gap == " " or (gap.isspace() and "\t" not in gap)

    def capital(self, at: int) -> bool:
        """Tell whether a word with a first capital stands there."""
        return self.word(at)[:1].isupper()

    def at_offset(self, offset: int) -> int | None:
        """Return the place of the token that begins at an offset up to the last call; None where none begins there."""
        at = bisect.bisect_left(self.starts, offset)
        return at if at < len(self.starts) and self.starts[at] == offset else None


@lru_cache(maxsize=REMEMBERED)
def nouns(word: str) -> tuple[Option, ...]:
    """Return the readings of a word as a noun."""
    return tuple(option for option in options(word) if option.noun)


@lru_cache(maxsize=REMEMBERED)
def adjectives(word: str) -> frozenset[Reading]:
    """Return the readings of a word as an adjective or participle."""
    return frozenset(option.reading for option in options(word) if not option.noun)


@lru_cache(maxsize=REMEMBERED)
def lemmas(word: str) -> frozenset[str]:
    """Return the lemmas of a word as a noun or adjective."""
    return frozenset(option.lemma for option in options(word))


@lru_cache(maxsize=REMEMBERED)
def noun_lemmas(word: str) -> frozenset[str]:
    """Return the lemmas of a word as a noun."""
    return frozenset(option.lemma for option in nouns(word))


@lru_cache(maxsize=REMEMBERED)
def singular_lemmas(word: str) -> frozenset[str]:
    """Return the lemmas of a word as a noun in the singular."""
    return frozenset(option.lemma for option in nouns(word) if option.reading.number == "sg")


@lru_cache(maxsize=REMEMBERED)
def spellings(word: str) -> frozenset[str]:
    """Return a word and its lemmas in small letters."""
    return frozenset({word.lower(), *map(str.lower, lemmas(word))})


@lru_cache(maxsize=REMEMBERED)
def in_case(word: str, case: str) -> bool:
    """Tell whether the word can stand in a case; one that the dictionary does not know can stand in any."""
    found = options(word)
    if any(option.reading.case == case for option in found):
        return True
    return is_unknown(word) or (bool(found) and all(option.kind == "guess" for option in found))


@lru_cache(maxsize=REMEMBERED)
def is_unknown(word: str) -> bool:
    """Tell whether the dictionary knows nothing of the word."""
    return word[:1].isalpha() and not options(word) and not morphology.analyse(word)


FUNCTION_WORDS = frozenset({
    "w", "we", "z", "ze", "na", "do", "od", "po", "przed", "przy", "pod", "nad", "dla", "bez", "o", "u", "za", "przez",
    "oraz", "i", "a", "ale", "lub", "albo", "czy", "jak", "jeśli", "gdy", "co", "to", "nie", "ponad", "około", "wobec",
    "według", "podczas", "wśród", "między", "poza", "że", "który", "która", "które", "tak", "są", "jest", "się",
})  # fmt: skip


def is_function_word(word: str) -> bool:
    """Tell whether the word is a preposition, conjunction or the like (with a capital where a line begins)."""
    return len(word) > 1 and word.lower() in FUNCTION_WORDS


@lru_cache(maxsize=REMEMBERED)
def is_first_name(word: str) -> bool:
    """Tell whether the word is a first name and no common noun."""
    kinds = {option.kind for option in nouns(word)}
    return "first" in kinds and "common" not in kinds


@lru_cache(maxsize=REMEMBERED)
def only_place(word: str) -> bool:
    """Tell whether the dictionary knows the word as the name of a place and as nothing common."""
    kinds = {option.kind for option in options(word)}
    return "place" in kinds and "common" not in kinds


@lru_cache(maxsize=REMEMBERED)
def is_verb(word: str) -> bool:
    """Tell whether the word can be a finite verb (at the beginning of a sentence it has a capital too)."""
    return any(
        analysis.pos in ("fin", "praet", "imps", "impt", "bedzie") for analysis in morphology.analyse(word)
    )


def is_roman(word: str) -> bool:
    """Tell whether the word is a Roman numeral."""
    return bool(word) and ROMAN.fullmatch(word) is not None


@lru_cache(maxsize=REMEMBERED)
def is_acronym(word: str) -> bool:
    """Tell whether the word is written like an acronym: ``ZMP``, ``NFOŚiGW``, ``ARiMR``."""
    word = NUMBERED.sub("", word)
    if len(word) > 12 or not word[:1].isupper() or not word.isalpha():
        return False
    capitals = sum(character.isupper() for character in word)
    return capitals >= 2 and (word.isupper() or (capitals >= len(word) / 2 and not word[1:].islower()))

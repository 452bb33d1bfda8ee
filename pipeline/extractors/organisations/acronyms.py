"""Acronyms: those that a document ties to a long name, and those that are known by themselves."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline import morphology
from pipeline.extractors.organisations.tokens import Words, is_acronym
from pipeline.morphology import REMEMBERED
from pipeline.nominative import nominative

BRACKETED = re.compile(
    r"\s*\((?:[^()\n]{0,40}?(?:dalej|skrócie|skrót|tzw\.?)(?:\s+jako|\s+zwan\w+)?\s*:?\s*)?"
    r"[„\"«]?([^\W\d_]+(?:[ \u00a0-][^\W\d_]+){0,2})[”\"»]?\s*[),;–-]"
)
CALLED = re.compile(
    r"[^„”\"\n]{0,200}?\bzwan\w{1,3}\s+(?:w\s+(?:dalszej\s+)?\w+\s+\w+\s+)?dalej:?\s*[„\"«]([^”\"»\n]{2,40})[”\"»]"
)
CALLED_BARE = re.compile(r"\s*[,(]\s*zwan\w{1,3}\s+dalej\s+([^\W\d_a-ząćęłńóśźż][^\W\d_]+)\s*(?=[.,;)]|$)")
"""Without quotes the capital says where the short form begins, and a sign where it ends."""
DASHED = re.compile(r"\s+[–—-]\s+([^\W\d_]+(?: [^\W\d_]+)?)(?=\s*(?:$|\n|[,;)]|\s[–—-]\s|\s(?:i|oraz|a)\s))")
CANDIDATE = re.compile(r"(?<![\w/.@-])([^\W\d_a-ząćęłńóśźż][^\W\d_]+)(?:-[a-ząęó]{1,3})?(?![\w/@])(?!\.\w)")
SAID_SHORT = re.compile(r"\s*,\s+w\s+skrócie:?\s+[„\"«]?([^\W\d_]+)")
TAIL = re.compile(r"\s+(?:we?|im\.|imienia)\s.*| (?:sp\. z o\.o\.|S\.A\.)$", re.DOTALL)
"""What an acronym often leaves out: a place, a patron, a legal form."""
LETTERS = re.compile(r"[^\W\d_]+")
SMALL = frozenset(["i", "w", "z", "o", "ds", "im", "na", "do", "oraz", "we", "ze", "dla", "nr"])


@dataclass(frozen=True, slots=True)
class Definition:
    """Where a document ties an acronym to the name in front of it."""

    start: int
    end: int
    acronym: str


def definition_after(text: str, name: str, end: int, false: frozenset[str]) -> Definition | None:
    """Return the acronym in brackets, after a dash or after ``w skrócie`` right behind the name that ends at ``end``."""
    for pattern in (BRACKETED, DASHED, SAID_SHORT):
        found = pattern.match(text, end)
        if found and _acceptable(found[1], false) and found.end(1) - found.start(1) < len(name):
            return Definition(*found.span(1), _one_line(found[1]))
    return None


def short_form_after(text: str, end: int, limit: int) -> str | None:
    """Return how a contract calls the party that it names before ``end``: ``zwaną dalej „Liderem”`` → ``Lider``."""
    if text.find("zwan", end, limit) < 0:
        return None
    found = CALLED.match(text, end, limit) or CALLED_BARE.match(text, end, limit)
    return nominative(_one_line(found[1])) if found else None


def _acceptable(text: str, false: frozenset[str]) -> bool:
    parts = text.split()
    return all(is_acronym(part) for part in parts) and _one_line(text) not in false


def _one_line(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=REMEMBERED)
def initials(name: str) -> str:
    """Return the initials of a name's words in capitals, small words left out."""
    return "".join(word[0] for word in re.findall(r"[^\W\d_]+", name) if word.lower() not in SMALL).upper()


@lru_cache(maxsize=REMEMBERED)
def spellings(name: str) -> frozenset[str]:
    """Return the acronyms of three letters or more that a name may have: with or without its place, with small words."""
    forms = set()
    for text in (name, TAIL.sub("", name)):
        words = re.findall(r"[^\W\d_]+", text)
        forms.add("".join(word[0].upper() for word in words if word.lower() not in SMALL))
        forms.add("".join(word[0] if word.lower() in SMALL else word[0].upper() for word in words))
    return frozenset(form for form in forms if len(form) > 2)


def candidates(text: str, words: Words) -> list[tuple[int, int, str]]:
    """Return the words of a text that are written like acronyms, with their places, headings in capitals aside.

    They have three letters or more: two are more often a unit, a code or a programme.
    """
    written_so = [word for word in words if len(word) > 2 and is_acronym(word)]
    found: list[tuple[int, int, str]] = []
    for start in sorted(start for word in written_so for start in words[word]):
        match = CANDIDATE.match(text, start)
        if match and not _in_capitals(text, *match.span()):
            found.append((*match.span(), match[1]))
    return found


def occurrences(text: str, words: Words, acronyms: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield every place where one of the acronyms stands as a word, also with a case ending (``ZMP-u``)."""
    places: dict[int, list[str]] = {}
    for acronym in sorted(acronyms, key=len, reverse=True):
        for start in words.get(LETTERS.match(acronym)[0], ()):  # type: ignore[index]  # it begins with a letter
            places.setdefault(start, []).append(acronym)
    done = 0
    for start in sorted(places):
        matches = (_as_a_word(acronym).match(text, start) for acronym in places[start])
        match = next(filter(None, matches), None) if start >= done else None
        if match is not None:
            done = match.end()
            yield *match.span(), _one_line(match[1])


@lru_cache(maxsize=REMEMBERED)
def _as_a_word(acronym: str) -> re.Pattern[str]:
    spelt = re.escape(acronym).replace(r"\ ", r"\s")
    return re.compile(rf"(?<![\w/@-])({spelt})(?:-[a-ząęó]{{1,3}})?(?![\w/@])(?!\.\w)")


@lru_cache(maxsize=REMEMBERED)
def names_body(word: str) -> bool:
    """Tell whether the dictionary has the acronym as the name of an institution, organisation or firm."""
    return any(
        analysis.lemma == word and kind in ("nazwa_instytucji", "nazwa_organizacji", "nazwa_firmy")
        for analysis in morphology.analyse(word)
        for kind in analysis.kinds
    )


def _in_capitals(text: str, start: int, end: int) -> bool:
    """Tell whether the word stands in a heading in capitals, where any word looks like an acronym."""
    around = text[max(0, start - 25) : start] + text[end : end + 25]
    letters = [character for character in around if character.isalpha()]
    return len(letters) > 8 and sum(map(str.isupper, letters)) > 0.8 * len(letters)

"""What Polish words tell about sentences and lines, from the vocabulary and the dictionary."""

import re
from functools import cache, lru_cache

from pipeline import morphology, rules
from pipeline.morphology import REMEMBERED

CLOCK = re.compile(r"\d{1,2}[.:]\d{2}\b")
PAST = re.compile(r"(\w+(?:ł(?=e)|ł[ao]|li|ły))(?:e?[mś]|śmy|ście)")
"""A verb in the past with its personal ending, which the dictionary has without: ``byłem``, ``podpisaliśmy``."""
NAMES = frozenset({"nazwisko", "imię", "nazwa_geograficzna"})
_FUNCTION = frozenset({"prep", "conj", "comp", "adv", "part", "ppron12", "ppron3"})
ABBREVIATIONS = ("anywhere", "inside", "behind_number", "closes")
MAX_LABEL = 80
MAX_LABEL_WORDS = 8
_FINITE = frozenset({"fin", "praet", "imps", "bedzie", "winien", "pred"})
_NOMINAL = frozenset({"subst", "adj", "ppas", "depr", "ger", "brev", "ign"})


@cache
def words(category: str) -> frozenset[str]:
    """Return the words of a category of ``rules/vocabulary/abbreviations.yaml``, in lower case unless it is exact."""
    _, entry = rules.vocabulary()[category]
    return frozenset(form if entry.get("exact") else form.lower() for form in entry["forms"])


@lru_cache(maxsize=REMEMBERED)
def is_abbreviation(word: str, *, listed: bool = False) -> bool:
    """Tell whether a full stop after the word may belong to it: ``r``, ``m.in``, ``S.A``; ``listed``: and it is in the vocabulary."""
    lower = word.lower()
    dotted = not listed and "." in word and all(len(part) < 2 for part in word.split("."))
    return dotted or any(lower in words(f"abbreviation_{kind}") for kind in ABBREVIATIONS)


@lru_cache(maxsize=REMEMBERED)
def is_plain(word: str) -> bool:
    """Tell whether a full stop after the word is not its own: letters, all but the first small, and no abbreviation."""
    return len(word) > 2 and word[1:].islower() and word.isalpha() and not is_abbreviation(word)


@lru_cache(maxsize=REMEMBERED)
def is_genitive(word: str) -> bool:
    """Tell whether the word is a noun or adjective in the genitive and cannot stand in the nominative.

    A line that begins with such a word goes on with the noun phrase of the line before.
    """
    tags = _tags(word.capitalize())
    cases = [tag[2].split(".") for tag in tags if tag[0] in ("subst", "adj") and len(tag) > 2]
    others = len(cases) < len(tags) or any({"nom", "voc", "inst"} & {*each} for each in cases)
    return any("gen" in each for each in cases) and not others


@lru_cache(maxsize=REMEMBERED)
def may_be_genitive(word: str) -> bool:
    """Tell whether the word can be a genitive and is no nominative singular (``gminy``, ``powiatu``, not ``związek``)."""
    forms = [tag[1:3] for tag in _tags(word.capitalize()) if tag[0] in ("subst", "adj") and len(tag) > 2]
    return any("gen" in cases for _, cases in forms) and not any(
        "sg" in number and "nom" in cases for number, cases in forms
    )


@lru_cache(maxsize=REMEMBERED)
def is_finite_verb(word: str) -> bool:
    """Tell whether the dictionary knows the word (in lower case) only as a finite verb or an impersonal form."""
    return all(tag[0] in _FINITE for tag in _tags(word) or [["ign"]])


@lru_cache(maxsize=REMEMBERED)
def is_oblique(word: str, *, genitive: bool = False) -> bool:
    """Tell whether the word is a noun or adjective that is no nominative and no mere accusative; ``genitive``: that can be one."""
    tags = [tag for tag in _tags(word) if tag[0] != "brev"]
    if not tags or any(tag[0] not in ("subst", "adj") or len(tag) < 3 for tag in tags):
        return False
    cases = {case for tag in tags for case in tag[2].split(".")} - {"acc", "voc"}
    return bool(cases) and "nom" not in cases and (not genitive or "gen" in cases)


@lru_cache(maxsize=REMEMBERED)
def is_common(word: str) -> bool:
    """Tell whether the dictionary knows the word, and no person or place of that name."""
    analyses = morphology.analyse(word) if word.isalpha() else ()
    return bool(_tags(word)) and not any(NAMES & {*analysis.kinds} for analysis in analyses)


@lru_cache(maxsize=REMEMBERED)
def is_known(word: str) -> bool:
    """Tell whether the dictionary knows the word, and not as an abbreviation alone."""
    return any(tag[0] != "brev" for tag in _tags(word))


@lru_cache(maxsize=REMEMBERED)
def can_open_name(word: str) -> bool:
    """Tell whether the word can begin a name: a noun, an adjective, or one that the dictionary does not know."""
    kinds = {tag[0] for tag in _tags(word)} or {"ign"}
    return not kinds.isdisjoint(_NOMINAL) and kinds.isdisjoint(_FUNCTION)


@lru_cache(maxsize=REMEMBERED)
def is_label(label: str) -> bool:
    """Tell whether what stands before a colon can be the label of a field: short, and no sentence."""
    parts = label.split()
    if not (0 < len(parts) <= MAX_LABEL_WORDS and len(label) <= MAX_LABEL):
        return False
    if not any(character.isalpha() for character in label) or label.count("(") != label.count(")"):
        return False
    if ";" in label or "http" in label or label.count("„") != label.count("”") or label.count('"') % 2:
        return False
    if CLOCK.match(label) or (len(parts) > 1 and parts[-1] in words("line_goes_on")):
        return False
    if any(
        part[-1] == "." and not part[0].isdigit() and not is_abbreviation(part.lstrip("([")[:-1])
        for part in parts[:-1]
    ):
        return False
    if any(mark in label for mark in ("! ", "? ", "...", "…")):
        return False
    return len(parts) < 4 or not any(is_finite_verb(part.strip(",()").lower()) for part in parts)


def label_text(opening: str) -> str:
    """Return a label without its colon, white space and Markdown emphasis."""
    return " ".join(opening.rstrip("*_")[:-1].strip("*_").split())


def _tags(word: str) -> list[list[str]]:
    if not word.isalpha():  # Morfeusz complains on stderr of U+FFFD, and has nothing to say of the rest
        return []
    found = morphology.analyse(word)
    if not found and (past := PAST.fullmatch(word)):
        found = tuple(stem for stem in morphology.analyse(word[: past.end(1)]) if stem.pos == "praet")
    return [analysis.tag.split(":") for analysis in found]

"""Full stops that end a sentence, told from those of Polish abbreviations, ordinals, points of a list and initials."""

import re
from functools import cache
from typing import NamedTuple

from pipeline.segment.words import (
    can_open_name,
    is_abbreviation,
    is_common,
    is_finite_verb,
    is_oblique,
    words,
)

CAPITAL = r"[^\W\d_a-ząćęłńóśźż]"
LOOKBACK = 600
"""Characters in front of a full stop that are searched for a verb."""

WORD = re.compile(r"\w+")
NUMBER = re.compile(r"\d+[a-z]?")
LARGE = re.compile(r"\d[ \xa0]?\d{3}$")
"""A number too large for that of a point: a year, thousands."""
POINT = re.compile(rf"\d{{1,3}}[a-z]?\.\s+[„(]?{CAPITAL}")
"""The number of a point with the beginning of its sentence: ``7. Wykonawca``."""
MARKS = re.compile(r"(?:(?:(?:art|ust|pkt|ad|lp)\.?|§)\s*|\d+[a-z]?(?:[.)]\s*|\s+|$))*", re.IGNORECASE)
"""Nothing but the signs and numbers of an article or a point: ``Art. 5. 1.``."""
ROMAN = re.compile(r"[IVXL]+")
ROMAN_PART = re.compile(r"[IVX]+\b(?:\.?\s*\d|\s+w(?:\.|iek|\b))")
"""A month in Roman numerals in front of a year, or a century: a number in front of it is an ordinal."""
INITIAL = re.compile(rf"(?:{CAPITAL}|Ch|Cz|Dz|Rz|Sz)\.")
INITIALS = re.compile(rf"(?:{CAPITAL}\.)*(?:{CAPITAL}|Ch|Cz|Rz|Sz)")


class Stop(NamedTuple):
    """A full stop with what stands around it."""

    before: str
    """The sentence so far, without the full stop; its last ``LOOKBACK`` characters."""
    word: str
    """The word that it closes; ``""`` where there is none."""
    next_word: str
    after: str
    """What begins with the next word."""

    @property
    def previous(self) -> str:
        """The word in front of the one that it closes, with its punctuation."""
        return ["", "", *self.before[-80:].split()][-2]

    @property
    def is_early(self) -> bool:
        """Tell whether at most two words stand in front: too few for a sentence that ends with a number or an initial."""
        return len(self.before.split(None, 2)) < 3


def ends_sentence(stop: Stop) -> bool:
    """Tell whether a sentence ends with the full stop, a capital letter or a digit following."""
    word, previous = stop.word, stop.previous
    joined = previous.lower() + word.lower()
    if previous[-1:] == "." and len(word) < 3 and is_abbreviation(joined, listed=True):
        word = joined  # "m. in.", "S. A."
    if NUMBER.fullmatch(word):
        return _number_ends(stop)
    if ROMAN.fullmatch(word) and (len(word) > 1 or stop.is_early or previous[-1:] in (":", ";")):
        return _roman_number_ends(stop)
    if INITIALS.fullmatch(word) and not ("." in word and is_abbreviation(word, listed=True)):
        return _initials_end(stop)
    if not is_abbreviation(word) or _is_acronym(stop):
        return True
    return _abbreviation_ends(stop, word.lower())


def _abbreviation_ends(stop: Stop, word: str) -> bool:
    previous, following = stop.previous, stop.next_word.lower()
    opens_name = INITIAL.match(stop.after) is not None or can_open_name(following)
    if word in words("abbreviation_inside"):
        return word in words("also_words") and not (opens_name or following[0].isdigit())
    roman = previous[-1:] in ("I", "V", "X")
    if word == "w" and not roman:
        return False
    counted = word in words("abbreviation_behind_number")
    if counted and not (roman or previous[-1:].isdigit() or previous.lower() in words("counts")):
        return False
    if following[0].isdigit():
        if POINT.match(stop.after):
            return True
        return not counted and previous.lower() not in words("line_goes_on") and _is_complete(stop.before)
    if word in words("abbreviation_closes") or word == "w":
        return True
    if counted:
        return not (is_oblique(stop.next_word) or (opens_name and stop.next_word.isupper()))
    if following in words("title_goes_on"):
        return False
    return not opens_name or _is_complete(stop.before)


def _roman_number_ends(stop: Stop) -> bool:
    if stop.is_early or stop.previous[-1:] in (":", ";"):
        return False
    return not (is_abbreviation(stop.previous.rstrip(".")) and is_oblique(stop.next_word, genitive=True))


def _initials_end(stop: Stop) -> bool:
    if stop.next_word[0].isdigit() or (stop.is_early and len(stop.word) == 1):
        return False
    if INITIAL.match(stop.after):
        return False
    return not can_open_name(stop.next_word.lower()) or (
        stop.previous[-1:] != "." and is_common(stop.next_word)
    )


def _number_ends(stop: Stop) -> bool:
    """Tell whether a full stop behind a number is neither that of a point nor that of an ordinal."""
    previous, following = stop.previous, stop.next_word.lower()
    if LARGE.search(stop.before):
        return True
    labelled = stop.before.rpartition(": ")[2]
    if MARKS.fullmatch(labelled) and (labelled == stop.before or stop.word == "1" or labelled != stop.word):
        return False
    if previous[-1:] in (";", ",") and not previous[0].isdigit():
        return False
    if following[0].isdigit():
        return POINT.match(stop.after) is not None
    if stop.is_early or ROMAN_PART.match(stop.after):
        return False
    if previous.lower() in words("ordinal_behind"):
        return not can_open_name(following) or (is_common(stop.next_word) and _is_complete(stop.before))
    if is_abbreviation(previous.rstrip(".")):
        return True
    return not is_oblique(stop.next_word, genitive=previous.lower() not in words("line_goes_on"))


def _is_acronym(stop: Stop) -> bool:
    word = stop.word
    return (
        len(word) > 1 and word != "PS" and word.isalpha() and word.isupper() and not stop.next_word.isupper()
    )


def _is_complete(before: str) -> bool:
    """Tell whether the words can be a sentence: they have a label, or a verb in their last clause."""
    if ": " in before:
        return True
    return has_verb(_clause_opening().split(before)[-1])


@cache
def _clause_opening() -> re.Pattern[str]:
    return re.compile(rf",\s+(?:{'|'.join(sorted(words('clause_opens')))})\s")


def has_verb(text: str) -> bool:
    """Tell whether a word of the text is a finite verb and nothing else."""
    return any(is_finite_verb(word.lower()) for word in WORD.findall(text) if word.isalpha())

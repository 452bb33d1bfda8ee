"""Join words and numbers that a line end cuts in two, and tell a cut from a hyphen that belongs there.

``pod-⏎stawie`` was cut; ``kujawsko-⏎pomorskie``, ``Bielsko-⏎Biała`` and ``2015-⏎2019`` keep the hyphen.
"""

import re
from collections.abc import Iterator

from pipeline.document import Edit
from pipeline.morphology import analyse

CUTS = tuple(re.compile(hyphen + r"(?<=[^\W_].)[ \t]*\n[ \t]*(?=[^\W_])") for hyphen in "-–")
"""Patterns of their own, since each is searched for by its fixed beginning."""
LETTERS = re.compile(r"[^\W\d_]*")
LIST_NUMBER = re.compile(r"\d{1,3}[.)](?:\s|$)")
FUSED = frozenset((
    "biało", "blisko", "cało", "ciemno", "ciężko", "czarno", "dawno", "długo", "dobro", "dolno", "drugo",
    "głęboko", "głucho", "górno", "grubo", "inno", "jasno", "jawno", "jedno", "krótko", "lekko", "lewo",
    "mało", "miękko", "nisko", "nowo", "obco", "ogólno", "ostro", "pełno", "pierwszo", "płasko", "powszechno",
    "prawo", "prosto", "pusto", "różno", "równo", "samo", "staro", "szeroko", "szybko", "środkowo", "średnio",
    "trzecio", "trudno", "twardo", "wąsko", "wielko", "wolno", "wschodnio", "wspólno", "wszystko", "wysoko",
    "zachodnio", "zielono", "złoto", "żywo",
))  # fmt: skip
"""Stems of adjectives that grow together with the next word (``małopolski``), unlike those that stand beside
it (``społeczno-gospodarczy``); the two are told apart by meaning (rules of Polish spelling, PWN, § 167 to 169)."""
COLOURS = ("czerwon", "zielon", "czarn", "niebiesk", "biał", "żółt")


def joins(text: str) -> Iterator[Edit]:
    """Yield the edits that put cut words together; the line end moves behind the joined word."""
    places = [match.span() for cut in CUTS for match in cut.finditer(text)]
    for start, end in sorted(places):
        keep = _keeps_hyphen(text, start, end)
        if keep is None:
            continue
        yield Edit(start, end, text[start] if keep else "")
        word_end = end
        while word_end < len(text) and not text[word_end].isspace():
            word_end += 1
        line_end = text.find("\n", word_end)
        rest = text[word_end : line_end if line_end >= 0 else len(text)]
        if rest[:1] == " " and rest.strip() and text[word_end - 1] not in "-–":
            yield Edit(word_end, word_end + 1, "\n")


def _keeps_hyphen(text: str, start: int, end: int) -> bool | None:
    """Tell whether the hyphen at ``start`` belongs to the word; None where nothing was cut."""
    before, after = text[start - 1], text[end]
    if text[start] == "–" and not (before.isdigit() and after.isdigit()):
        return None
    if not (before.isalpha() and after.isalpha()):  # digits, and numbers that are none, such as ½
        return None if LIST_NUMBER.match(text, end) else True
    first_start = start
    while first_start and text[first_start - 1].isalpha():
        first_start -= 1
    second = LETTERS.match(text, end)
    return hyphenated(text[first_start:start], second.group() if second else "")


def hyphenated(first: str, second: str) -> bool:
    """Tell whether ``first`` and ``second`` make a word with a hyphen, rather than one that was cut there."""
    capitals = first.isupper() and second.isupper()
    if not capitals:
        if second[0].isupper() or (first.isupper() and len(first) > 1):
            return True  # Bielsko-Biała, ZIT-u
        if first[0].isupper() and not _stem_of_adjective(first.lower()):
            return False  # a name, which the dictionary need not know
    first, second = first.lower(), second.lower()
    if _stem_of_adjective(first) and _is_a(second, "adj"):
        return first not in FUSED or (first == "biało" and second.startswith(COLOURS))
    if any(_known(form) for form in (first + second, (first + second).capitalize())):
        return False
    if len(first) == 1:
        return True  # e-usług
    return min(len(first), len(second)) >= 4 and _is_a(first, "subst") and _is_a(second, "subst")


def _stem_of_adjective(stem: str) -> bool:
    return len(stem) >= 4 and stem.endswith("o") and any(_is_a(stem[:-1] + end, "adj") for end in "yi")


def _is_a(form: str, part_of_speech: str) -> bool:
    return any(reading.pos == part_of_speech for reading in analyse(form))


def _known(form: str) -> bool:
    return any(reading.pos != "ign" for reading in analyse(form))

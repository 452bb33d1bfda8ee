"""How many partners and units take part: ``rules/partner_counts.yaml`` says what such a count looks like.

A first pass reads every count with its unit, and marks what a number without a unit may refer to; a second
pass (``pipeline.extractors.ellipsis``) gives the numbers that leave their unit out the one that they mean.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from pipeline import morphology
from pipeline.document import Document, Span
from pipeline.extractors.ellipsis import CountRule, Found, Unit, resolved
from pipeline.morphology import REMEMBERED, Reading
from pipeline.numbers import Number, folded_tokens_of
from pipeline.patterns import Capture, Patterns
from pipeline.records import PartnerCountMention
from pipeline.rules import Match, RuleSet, lexicon, rule_set

LOCAL_GOVERNMENT_UNIT = Unit("jednostka samorządu terytorialnego", "local_government")
YEAR = re.compile(r"(?:19|20)\d\d")
ADJECTIVES = frozenset({"adj", "ppas", "pact"})
NOUNS = frozenset({"subst", "depr"})
FUNCTION_WORDS = frozenset(
    {"prep", "conj", "comp", "part", "qub", "adv", "pred", "interj", "inf", *ADJECTIVES}
)
AGREEMENT = frozenset({"porozumienia", "umowy", "listu", "deklaracji", "konsorcjum"})
"""What the parties (strony) of are partners; other strony are sides and pages."""
NOT_COUNTED = re.compile(r"\s?(?:%|‰|proc\b|[.,:/]\d|r\.|zł\b|km\b|m²|ha\b)")
TOUCHING = re.compile(r"[\w.,:/°§#-]")


def rules() -> Sequence[CountRule]:
    """Return the rules of the table."""
    return _rule_set().rules


@cache
def _rule_set() -> RuleSet[CountRule]:
    return rule_set("partner_counts", CountRule)


def extract(document: Document) -> list[PartnerCountMention]:
    """Return the counts of partners and units that the document names, in text order."""
    reading = _Reading(document)
    found = [row for row, _ in _rule_set().read(folded_tokens_of(document), reading, ask_blocking=True)]
    return [
        PartnerCountMention(
            **document.place(row.start, row.end),
            rule=row.match.rule.id,
            score=row.match.rule.score,
            value=row.low,
            value_max=row.high,
            unit=row.unit.lemma,
            unit_type=row.unit.unit_type,
            qualifier=row.qualifier,
            approximate=row.approximate,
            increment=row.increment,
            elliptical=row.elliptical,
        )
        for row in resolved(document, found)
        if row.unit is not None
    ]


class _Reading:
    """Makes counts, and what numbers without a unit may refer to, of matches."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __call__(self, match: Match[CountRule]) -> Sequence[Found] | None:
        reads = match.rule.reads
        if reads == "nothing":
            return ()
        if reads == "people":
            return () if _unit(match)[0].unit_type == "member" else None
        if reads in ("mentioned", "asked"):
            return self._thing(match)
        if reads in ("other", "money"):
            return self._other(match)
        number = _number(match, "low")
        if number is None or not self._counts(match, number):
            return None
        high = _number(match, "high")
        if high is not None and not self._is_range(match, number, high):
            return None
        if reads == "count":
            return self._count(match, number, high)
        if reads == "given":
            return self._given(match, number, high)
        if reads == "gapped" and not number.in_words:
            return None
        if reads == "labelled":
            return self._labelled(match, number)
        if number.scale != 1 or number.value >= 1000 or self._follows_its_noun(match):
            return None
        qualifier = _qualifier(match.captures.get("adjective", ()), None)
        return [_found(match, number, high, qualifier=qualifier, joins=_joins(match, "adjective"))]

    def _counts(self, match: Match[CountRule], number: Number) -> bool:
        """Tell whether the number can count things at all, where it stands."""
        text, start, end = self.document.text, match.start, match.end
        if number.value < 1 or number.value > 10**6 or not number.is_integer:
            return False
        if YEAR.fullmatch(match.captures["low"][0].forms[0]):
            return False
        if start and TOUCHING.match(text[start - 1]):
            return False
        return not (end < len(text) and NOT_COUNTED.match(text, end))

    def _is_range(self, match: Match[CountRule], low: Number, high: Number) -> bool:
        signs = [form.lower() for capture in match.captures.get("range_sign", ()) for form in capture.forms]
        if "do" in signs:
            before = self.document.text[max(0, match.reach.start - 3) : match.reach.start].split()
            if before and before[-1].lower() in ("z", "ze"):
                return False
        return low.value < (high.value_max or high.value)

    def _count(self, match: Match[CountRule], number: Number, high: Number | None) -> Sequence[Found] | None:
        unit, head = _unit(match)
        readings = _readings(head.forms[0], unit)
        exact = high or number
        if not _fits(exact, readings):
            return None
        if unit.lemma == "strona" and not self._is_party(match, head):
            return None
        if number.value == 1 and high is None and not number.in_words and self._is_name(head):
            return None
        before = match.captures.get("modifier", ())
        if readings and not all(readings & _adjective_readings(adjective) for adjective in before):
            return None
        end, after = match.end, []
        for adjective in match.captures.get("after", ()):
            shared = readings & _adjective_readings(adjective) if readings else _adjective_readings(adjective)
            if not shared or self._is_phrase(adjective):
                kept = self.document.text[match.start : adjective.start].rstrip(" ,\n")
                end = match.start + len(re.sub(r"\s(?:i|oraz)$", "", kept))
                break
            after.append(adjective)
        return [
            _found(
                match,
                number,
                high,
                end=end,
                unit=unit,
                genders=_genders(readings),
                qualifier=_qualifier([*before, *after], unit),
                joins=_joins(match, "modifier"),
            )
        ]

    def _given(self, match: Match[CountRule], number: Number, high: Number | None) -> Sequence[Found] | None:
        part = _number(match, "part")
        if part is not None and part.value >= number.value:
            return None
        unit, head = _unit(match)
        readings = _readings(head.forms[0], unit)
        plural = frozenset(reading for reading in readings if reading.number == "pl")
        before = match.captures.get("modifier", ())
        if readings and not all(
            plural & _adjective_readings(one) for one in before if one.start < head.start
        ):
            return None
        if readings and not plural:
            return None
        if unit.lemma == "strona" and not head.forms[0][0].isupper():
            return None
        if match.rule.id == "count.of_units" and not any(reading.case == "gen" for reading in plural):
            return None  # four from the gmina (z gminy), not of the gminas (z gmin)
        if number.value == 1 and match.rule.id == "count.of_so_many" and not self._is_subject(match):
            return None
        adjectives = [*match.captures.get("modifier", ()), *match.captures.get("after", ())]
        fitting = [adjective for adjective in adjectives if readings & _adjective_readings(adjective)]
        return [
            _found(
                match, number, high, unit=unit, genders=_genders(readings), qualifier=_qualifier(fitting, unit), elliptical=True
            )
        ]  # fmt: skip

    def _labelled(self, match: Match[CountRule], number: Number) -> Sequence[Found] | None:
        """Read a number that stands alone, where the label of its place says what it counts."""
        label = self.document.sentence_at(match.start).label
        unit = _unit_of_label(label) if label else None
        return None if unit is None else [_found(match, number, None, unit=unit, elliptical=True)]

    def _thing(self, match: Match[CountRule]) -> Sequence[Found] | None:
        unit, head = _unit(match)
        readings = _readings(head.forms[0], unit)
        _, plural, _ = _numbers(readings)
        if readings and not plural:
            return None
        return [Found(match, match.start, match.end, unit=unit, genders=_genders(readings))]

    def _other(self, match: Match[CountRule]) -> Sequence[Found] | None:
        """Read a number of something else, so that no unit is taken for what it counts."""
        if match.rule.reads == "money":
            return [Found(match, match.start, match.end)]
        noun = match.captures["noun"][-1].forms[0]
        number = _number(match, "low")
        readings = _readings_of_noun(noun)
        if number is None or not readings or not _fits(number, readings):
            return None
        if not all(
            readings & _adjective_readings(adjective) for adjective in match.captures.get("modifier", ())
        ):
            return None
        if lexicon().value("time_word", noun):
            return ()
        return [Found(match, match.start, match.end, genders=_genders(readings))]

    def _is_party(self, match: Match[CountRule], head: Capture) -> bool:
        following = self.document.text[head.end : head.end + 20].split()
        named = bool(following) and following[0].strip(".,;").lower() in AGREEMENT
        both = lexicon().value("number_unit", match.captures["low"][0].forms[0]) == 2 and match.captures[
            "low"
        ][0].forms[0].lower().startswith("ob")
        return not both and (named or head.forms[0][0].isupper())

    def _follows_its_noun(self, match: Match[CountRule]) -> bool:
        """Tell whether what is counted stands before the verb: ``gości było 24``."""
        verbs = match.captures.get("verb", ())
        if not verbs or verbs[0].start > match.start:
            return False
        before = self.document.text[max(0, match.reach.start - 30) : match.reach.start].split()
        readings = (
            reading
            for word in before[-1:]
            for analysis in morphology.analyse(word.lower())
            if analysis.pos == "subst"
            for reading in analysis.readings
        )
        genitive = any(reading.number == "pl" and reading.case == "gen" for reading in readings)
        return genitive and lexicon().value("unit", before[-1]) is None

    def _is_subject(self, match: Match[CountRule]) -> bool:
        """Tell "one of eleven did" from "which is one of eleven": the subject is nominative and opens a clause."""
        before = self.document.text[max(0, match.start - 12) : match.start].rstrip()
        apposed = before.endswith((",", "–", "(")) or before.split()[-1:] in (["to"], ["jako"])
        return match.captures["low"][0].forms[0].lower() in ("jeden", "jedna", "jedno") and not apposed

    def _is_phrase(self, adjective: Capture) -> bool:
        """Tell whether a participle goes on with a preposition: ``samorządów skupionych w obszarze``."""
        participle = any(
            analysis.pos in ("ppas", "pact") for analysis in morphology.analyse(adjective.forms[-1])
        )
        following = self.document.text[adjective.end : adjective.end + 20].split()
        return (
            participle and bool(following) and any(a.pos == "prep" for a in morphology.analyse(following[0]))
        )

    def _is_name(self, head: Capture) -> bool:
        """Tell whether a numbered list goes on with a name: ``1 Gmina Bytów``."""
        return head.forms[0][:1].isupper() and bool(
            re.match(r"\s[^\W\d_a-ząćęłńóśźż]", self.document.text[head.end : head.end + 2])
        )


def _number(match: Match[CountRule], name: str) -> Number | None:
    number: Number | None = match.value(name)
    return number


def _found(
    match: Match[CountRule],
    number: Number,
    high: Number | None,
    *,
    end: int | None = None,
    unit: Unit | None = None,
    genders: frozenset[str] = frozenset(),
    qualifier: str | None = None,
    joins: bool = False,
    elliptical: bool = False,
) -> Found:
    upper = number.value_max if high is None else high.value_max or high.value
    limits = [capture.forms[0].lower() for capture in match.captures.get("roughly", ())]
    approximate = any(limit not in ("od", "do") for limit in limits)
    return Found(
        match,
        match.start,
        match.end if end is None else end,
        low=int(number.value),
        high=None if upper is None else int(upper),
        unit=unit,
        genders=genders,
        qualifier=qualifier,
        approximate=approximate or number.approximate or "roughly_after" in match.captures,
        increment=joins or "joins" in match.captures,
        elliptical=elliptical,
    )


def _joins(match: Match[CountRule], name: str) -> bool:
    """Tell whether an adjective among the captures joins the number to an earlier one."""
    return any(
        lexicon().value("increment_word", form) for one in match.captures.get(name, ()) for form in one.forms
    )


def _unit(match: Match[CountRule]) -> tuple[Unit, Capture]:
    """Return the unit that a match names, and the capture that begins with its noun."""
    for name in ("local_government_unit", "institution_unit", "unit"):
        if match.has(name):
            head = match.captures[name][-1]
            break
    else:
        head = Capture(match.start, match.end, [""], None)
    if match.rule.unit and match.rule.unit_type:
        return Unit(match.rule.unit, match.rule.unit_type), head
    if name == "local_government_unit":
        return LOCAL_GOVERNMENT_UNIT, head
    return Unit(*head.value), head


@lru_cache(maxsize=256)
def _unit_of_label(label: str) -> Unit | None:
    """Return what a label such as ``Liczba gmin`` counts."""
    tokens = lexicon().lex(label, [Span(0, len(label))])
    for found in _label_pattern().finditer(tokens):
        captures = found.captures
        if "local_government_unit" in captures:
            return LOCAL_GOVERNMENT_UNIT
        head = captures["unit"][0]
        unit = Unit(*head.value)
        numbers = {reading.number for reading in _readings(head.forms[0], unit)}
        return unit if "pl" in numbers or not numbers else None
    return None


@cache
def _label_pattern() -> Patterns:
    unit = "({local_government_unit}|{unit:unit}|{unit_short:unit})"
    label = f"^(({{plural_number_word}}|w tym) )?({{modifier}} ){{0,3}}{unit}(?!{{dash}})"
    return Patterns({"label": label}, lexicon())


@lru_cache(maxsize=REMEMBERED)
def _readings(form: str, unit: Unit) -> frozenset[Reading]:
    """Return the grammatical readings of a unit's noun; none for an abbreviation."""
    analyses = [analysis for analysis in morphology.analyse(form.lower()) if analysis.pos in NOUNS]
    own = [analysis for analysis in analyses if analysis.lemma == unit.lemma.split()[0]]
    return frozenset(reading for analysis in own or analyses for reading in analysis.readings)


@lru_cache(maxsize=REMEMBERED)
def _readings_of_noun(form: str) -> frozenset[Reading]:
    """Return the grammatical readings of what can be counted and is no unit; none for every other word."""
    analyses = morphology.analyse(form)
    if lexicon().value("unit", form) or any(analysis.pos in FUNCTION_WORDS for analysis in analyses):
        return frozenset()
    return frozenset(
        reading for analysis in analyses if analysis.pos in NOUNS for reading in analysis.readings
    )


@lru_cache(maxsize=REMEMBERED)
def _genders(readings: frozenset[Reading]) -> frozenset[str]:
    return frozenset(reading.gender for reading in readings)


def _adjective_readings(adjective: Capture) -> frozenset[Reading]:
    return _readings_of_adjective(adjective.forms[-1])


@lru_cache(maxsize=REMEMBERED)
def _readings_of_adjective(form: str) -> frozenset[Reading]:
    return frozenset(
        reading
        for analysis in morphology.analyse(form.lower())
        if analysis.pos in ADJECTIVES
        for reading in analysis.readings
    )


def _fits(number: Number, readings: frozenset[Reading]) -> bool:
    """Tell whether a noun can go with a number: ``1 powiat``, ``4 gminy``, ``5 gmin``, but not ``2013 gminy``."""
    if not readings:
        return True
    singular, plural, after_few = _numbers(readings)
    if number.value == 1 and number.value_max is None:
        return singular
    if plural and after_few:
        last, teens = int(number.value) % 10, int(number.value) % 100 // 10 == 1
        return last in (2, 3, 4) and not teens and number.value_max is None
    return plural


@lru_cache(maxsize=REMEMBERED)
def _numbers(readings: frozenset[Reading]) -> tuple[bool, bool, bool]:
    """Return whether a noun can be singular, whether plural, and whether so only as after two, three and four."""
    cases = {reading.case for reading in readings if reading.number == "pl"}
    singular = any(reading.number == "sg" for reading in readings)
    return singular, bool(cases), cases <= {"nom", "acc", "voc"}


def _qualifier(adjectives: Sequence[Capture], unit: Unit | None) -> str | None:
    """Return the lemma of the first adjective that narrows the unit and is no part of its name."""
    for adjective in adjectives:
        form = adjective.forms[-1].lower()
        if len(adjective.forms) == 1 and lexicon().value("plain_modifier", form):
            continue
        for analysis in morphology.analyse(form):
            if analysis.pos == "adj":
                graded = analysis.tag.endswith((":sup", ":com"))
                if unit and any(word[:-1] == analysis.lemma[:-1] for word in unit.lemma.split()):
                    break
                lemma = (graded and morphology.inflect(analysis, "sg", "nom", "m1")) or analysis.lemma
                return "-".join((*(word.lower() for word in adjective.forms[:-1] if word.isalpha()), lemma))
    return None

"""The number grammar against an independent generator, Morfeusz, and digits in every grouping."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words  # type: ignore[import-untyped]

from pipeline import morphology
from pipeline.document import Span
from pipeline.lexicon import without_diacritics
from pipeline.numbers import Number, evaluate, folded, ordinal, read
from pipeline.rules import lexicon

UNITS = ["", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć"]
TEENS = [
    "dziesięć", "jedenaście", "dwanaście", "trzynaście", "czternaście", "piętnaście", "szesnaście", "siedemnaście",
    "osiemnaście", "dziewiętnaście",
]  # fmt: skip
TENS = [
    "", "", "dwadzieścia", "trzydzieści", "czterdzieści", "pięćdziesiąt", "sześćdziesiąt", "siedemdziesiąt",
    "osiemdziesiąt", "dziewięćdziesiąt",
]  # fmt: skip
HUNDREDS = [
    "",
    "sto",
    "dwieście",
    "trzysta",
    "czterysta",
    "pięćset",
    "sześćset",
    "siedemset",
    "osiemset",
    "dziewięćset",
]
SCALES = ["", "tysiąc", "milion", "miliard"]
ORDINAL_UNITS = [
    "",
    "pierwszy",
    "drugi",
    "trzeci",
    "czwarty",
    "piąty",
    "szósty",
    "siódmy",
    "ósmy",
    "dziewiąty",
]
ORDINAL_TENS = [
    "", "dziesiąty", "dwudziesty", "trzydziesty", "czterdziesty", "pięćdziesiąty", "sześćdziesiąty",
    "siedemdziesiąty", "osiemdziesiąty", "dziewięćdziesiąty",
]  # fmt: skip
ORDINAL_TEENS = [
    "", "jedenasty", "dwunasty", "trzynasty", "czternasty", "piętnasty", "szesnasty", "siedemnasty", "osiemnasty",
    "dziewiętnasty",
]  # fmt: skip
CASES = ["nom", "gen", "dat", "acc", "inst", "loc"]

numbers = st.one_of(st.integers(0, 999), st.integers(0, 10**6), st.integers(0, 10**12 - 1))


def lemmas_below_thousand(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    tens, units = divmod(rest, 10)
    small = [TEENS[units]] if tens == 1 else [TENS[tens], UNITS[units]]
    return [word for word in (HUNDREDS[hundreds], *small) if word]


def inflected(lemma: str, case: str, pos: tuple[str, ...], number: str | None = None) -> str:
    """Return a form of a word in that case, of those that Morfeusz knows."""
    for form in morphology.forms(lemma):
        if form.tag.split(":")[0] in pos and not form.tag.endswith(":col"):
            for reading in morphology.readings_of(form.tag):
                if reading.case == case and number in (None, reading.number):
                    return form.form
    raise AssertionError((lemma, case))


def in_case(number: int, case: str) -> str:
    """Write a number in an oblique case: ``dwóch milionów trzystu tysięcy pięciu``."""
    words: list[str] = []
    for power in (3, 2, 1, 0):
        group = number // 1000**power % 1000
        if group == 0:
            continue
        lemmas = lemmas_below_thousand(group)
        if power and group == 1:
            lemmas = []
        for lemma in lemmas:
            stays = lemma == "jeden" and group != 1  # dwudziestu jeden
            words.append(
                lemma if stays else inflected(lemma, case, ("num", "adj"), "sg" if group == 1 else None)
            )
        if power:
            words.append(inflected(SCALES[power], case, ("subst",), "sg" if group == 1 else "pl"))
    return " ".join(words)


@given(numbers)
@settings(max_examples=300, deadline=None)
def test_words_round_trip_with_num2words(number: int) -> None:
    found = read(num2words(number, lang="pl"))
    assert found is not None
    assert found.value == number
    assert found.value_max is None


@given(st.integers(1, 10**12 - 1))
@settings(max_examples=150, deadline=None)
def test_words_without_polish_letters(number: int) -> None:
    assert read(without_diacritics(num2words(number, lang="pl"))) == read(num2words(number, lang="pl"))


@given(st.integers(1, 10**9), st.sampled_from(CASES))
@settings(max_examples=300, deadline=None)
def test_every_case(number: int, case: str) -> None:
    found = read(in_case(number, case))
    assert found is not None
    assert found.value == number


@given(st.integers(1, 10**9), st.sampled_from(CASES))
@settings(max_examples=100, deadline=None)
def test_every_case_without_polish_letters(number: int, case: str) -> None:
    assert read(without_diacritics(in_case(number, case))) == read(in_case(number, case))


@given(st.sampled_from([*UNITS[2:], *TEENS, *TENS[2:]]), st.sampled_from(CASES), st.booleans())
@settings(deadline=None)
def test_collectives_in_every_case(lemma: str, case: str, plain: bool) -> None:
    forms = {
        form.form
        for form in morphology.forms(lemma)
        if form.tag.split(":")[0] == "num" and form.tag.endswith(":col")
        if any(reading.case == case for reading in morphology.readings_of(form.tag))
    }
    value = read(lemma)
    for form in forms:
        found = read(without_diacritics(form) if plain else form)
        assert found is not None
        assert value is not None
        assert found.value == value.value


def test_there_are_collectives_to_test() -> None:
    forms = {form.form for form in morphology.forms("pięć") if form.tag.endswith(":col")}
    assert {"pięcioro", "pięciorga", "pięciorgiem"} <= forms


@given(st.integers(1, 9), st.integers(3, 9), st.sampled_from(CASES))
@settings(deadline=None)
def test_fractions_in_every_case(numerator: int, denominator: int, case: str) -> None:
    if numerator >= denominator:
        return
    number = "sg" if numerator == 1 else "pl"
    few = "gen" if numerator > 4 and case in ("nom", "acc") else case
    top = next(
        form.form
        for form in morphology.forms(UNITS[numerator])
        if form.tag.split(":")[0] in ("num", "adj") and not form.tag.endswith(":col")
        if any(
            r.case == case and r.gender == "f" and r.number == number
            for r in morphology.readings_of(form.tag)
        )
    )
    bottom = next(
        form.form
        for form in morphology.forms(ORDINAL_UNITS[denominator])
        if any(
            r.case == few and r.gender == "f" and r.number == number for r in morphology.readings_of(form.tag)
        )
    )
    found = read(f"{top} {bottom}")
    assert found is not None
    assert found.value == Decimal(numerator) / denominator


@given(st.integers(21, 999))
@settings(deadline=None)
def test_hyphens_between_words(number: int) -> None:
    found = read("-".join(lemmas_below_thousand(number)))
    assert found is not None
    assert found.value == number


@given(st.integers(0, 10**12), st.sampled_from([" ", "\u00a0", "\u2009", "\u202f", "."]), st.integers(0, 99))
@settings(deadline=None)
def test_grouped_digits(number: int, separator: str, cents: int) -> None:
    grouped = f"{number:,}".replace(",", separator)
    assert read(grouped) == Number(Decimal(number))
    assert read(f"{grouped},{cents:02}") == Number(Decimal(f"{number}.{cents:02}"), places=2)


@given(st.integers(1000, 10**12), st.integers(0, 99))
@settings(deadline=None)
def test_english_digits(number: int, cents: int) -> None:
    assert read(f"{number:,}.{cents:02}") == Number(Decimal(f"{number}.{cents:02}"), places=2)


@given(st.integers(1, 99), st.sampled_from(CASES))
@settings(deadline=None)
def test_ordinals_in_every_case(number: int, case: str) -> None:
    tens, units = divmod(number, 10)
    if tens == 1 and units:
        lemmas = [ORDINAL_TEENS[units]]
    else:
        lemmas = [word for word in (ORDINAL_TENS[tens], ORDINAL_UNITS[units]) if word]
    forms: list[str] = []
    for lemma in lemmas:
        forms += [" ", inflected(lemma, case, ("adj",), "sg")]
    assert ordinal(forms[1:]) == number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("dwa tysiące piętnastego", 2015),
        ("tysiąc dziewięćset dziewięćdziesiątego dziewiątego", 1999),
        ("dwutysięcznego", 2000),
        ("setną", 100),
        ("dwudziestego pierwszego", 21),
        ("pazdziernika", None),
        ("dwadzieścia", None),
        ("piąty dwudziesty", None),
        ("", None),
    ],
)
def test_ordinal(text: str, value: int | None) -> None:
    forms = [part for word in text.split(" ") for part in (word, " ")][:-1]
    assert ordinal(forms) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10 622 115", "10622115"),
        ("1'250'000", "1250000"),
        ("1 234,5", "1234.5"),
        ("12.50", "12.5"),
        ("2,5 mln", "2500000"),
        ("2,199 mln", "2199000"),
        ("120 tys.", "120000"),
        ("5mln", "5000000"),
        ("3 mln 107 tys.", "3107000"),
        ("3 mln i 107 tys.", "3107000"),
        ("1 mln 250 tys. 300", "1250300"),
        ("1,25 miliona", "1250000"),
        ("trzy i pół miliona", "3500000"),
        ("pół miliona", "500000"),
        ("półtora miliarda", "1500000000"),
        ("półtorej", "1.5"),
        ("ćwierć miliona", "250000"),
        ("trzy czwarte miliona", "750000"),
        ("milion", "1000000"),
        ("tysiąca", "1000"),
        ("tysiąc i jeden", "1001"),
        ("sto i osiem", "108"),
        ("dwoje", "2"),
        ("siedmiorga", "7"),
        ("obydwie", "2"),
        ("trójka", "3"),
        ("dwudziestu sześciu", "26"),
        ("286\n400", "286400"),
        ("½", "0.5"),
        ("2½", "2.5"),
        ("1 ¼ mln", "1250000"),
        ("15 mln. 200 tys.", "15200000"),
    ],
)
def test_value(text: str, value: str) -> None:
    found = read(text)
    assert found is not None
    assert found.value == Decimal(value)
    assert found.value_max is None
    assert not found.approximate


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("kilka", 3, 9),
        ("kilku", 3, 9),
        ("parę", 2, 9),
        ("kilkanaście", 11, 19),
        ("kilkunastu", 11, 19),
        ("kilkadziesiąt", 20, 99),
        ("kilkuset", 200, 999),
        ("sto kilkadziesiąt", 120, 199),
        ("dwadzieścia kilka", 23, 29),
        ("kilka tysięcy", 3000, 9000),
        ("kilkunastu milionów", 11_000_000, 19_000_000),
    ],
)
def test_indefinite(text: str, low: int, high: int) -> None:
    found = read(text)
    assert found is not None
    assert found == Number(Decimal(low), Decimal(high), approximate=True, scale=found.scale, in_words=True)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "gmina", "trzy cztery", "dwa-trzy", "miliony", "tysięcy", "dwadzieścia jedenaście", "sto dwieście",
        "tysiąc milion", "10 622 1155", "61 633 50 56", "dwa i trzy", "trzydziestu i osiem", "art. 5", "1.2.3", "trzy pierwsze",
    ],
)  # fmt: skip
def test_no_well_formed_number(text: str) -> None:
    assert read(text) is None


def test_two_thirds_cannot_count() -> None:
    found = read("dwóch trzecich")
    assert found is not None
    assert not found.is_integer


def test_evaluate_takes_token_forms() -> None:
    assert evaluate(["dwa", " ", "miliony"]) == Number(
        Decimal(2_000_000), scale=Decimal(1_000_000), in_words=True
    )


@given(st.text(alphabet="0123456789 .,-/i§\n\tatysmlnzł", max_size=60))
@settings(max_examples=300, deadline=None)
def test_folding_keeps_the_text(text: str) -> None:
    tokens = lexicon().lex(text, [Span(0, len(text))])
    runs = folded(tokens)
    assert "".join(runs.forms) == text
    assert len(runs.codes) == len(runs.forms)
    assert all(text.startswith(form, start) for form, start in zip(runs.forms, runs.starts, strict=True))
    for code, form in zip(runs.codes, runs.forms, strict=True):
        if code == lexicon().run_code("number", "integer"):
            found = read(form)
            assert found is not None
            assert found.is_integer


@given(st.text(max_size=40))
@settings(deadline=None)
def test_values_are_decimal(text: str) -> None:
    found = read(text)
    assert found is None or isinstance(found.value, Decimal)

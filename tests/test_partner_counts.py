"""Partner counts: every rule's examples, agreement, ellipsis, and what is not counted."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words  # type: ignore[import-untyped]

from pipeline.examples import TABLES, Table, as_document, parse
from pipeline.extractors import partner_counts
from pipeline.records import PartnerCountMention


def found(text: str) -> list[PartnerCountMention]:
    return partner_counts.extract(as_document(parse(text)))


def shown(text: str) -> list[str]:
    return [row.shown for row in found(text)]


@given(st.integers(5, 1899).filter(lambda number: number % 10 not in (2, 3, 4)))
@settings(deadline=None, max_examples=60)
def test_digits_and_words_count_alike(number: int) -> None:
    in_digits, in_words = found(f"Jest {number} gmin."), found(f"Jest {num2words(number, lang='pl')} gmin.")
    assert [row.value for row in in_digits] == [row.value for row in in_words] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "W 2014 gminy podpisały umowę.",
        "W 2013 gminy podpisały umowę.",
        "5 gminy",
        "1 gmin",
        "Zgodnie z art. 4 gminy płacą.",
        "Etap 2 gminy zakończą w maju.",
        "Dwie trzecie członków się zgodziły.",
        "412 tys. osób, 25 wniosków, 12 spotkań i 74 km tras",
        "1.632.845 gości odwiedziło nas od 1 kwietnia 2008 r.",
        "Wpłynęły 34 wnioski, 12 dofinansowano.",
        "W związku z tym na 40 stronach.",
        "1 Gmina Bytów",
        "15 marca gminy zapłacą 5 zł.",
        "Zarząd liczy 5 członków.",
        "Gminy podpisały umowę.",
        "",
    ],
)
def test_not_counted(text: str) -> None:
    assert shown(text) == []


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("61 partnerstw, z których 17 dostało granty, a 18 – dotacje.", ["61 partnerstwo", "17 (partnerstwo)", "18 (partnerstwo)"]),
        ("14 gmin wiejskich, cztery miejsko-wiejskie oraz trzy powiaty", ["14 gmina wiejski", "4 (gmina) miejsko-wiejski", "3 powiat"]),
        ("Przyjechało pięć gmin i 12 wójtów. Dwunastu wróciło.", ["5 gmina"]),
        ("Winny są 2 gminy; jedna złożyła wniosek.", ["2 gmina", "1 (gmina)"]),
        ("Liczba gmin: 342\nLiczba mieszkańców: 21 000", ["342 (gmina)"]),
        ("Uchwały podjęło 9 z 11 gmin.", ["9 (gmina)", "11 gmina"]),
        ("Kolejne 2 gminy i jeden powiat przystąpią w maju.", ["+2 gmina", "+1 powiat"]),
        ("Od 5 do 10 jednostek samorządu terytorialnego", ["5–10 jednostka samorządu terytorialnego"]),
        ("Z dwóch do pięciu gmin.", ["5 gmina"]),
        ("Sto kilkadziesiąt organizacji pozarządowych", ["~120–199 organizacja pozarządowy"]),
        ("Trójka partnerów i oboje członkowie", ["3 partner", "2 członek"]),
    ],
)  # fmt: skip
def test_rows(text: str, rows: list[str]) -> None:
    assert shown(text) == rows


def test_the_unit_ends_before_a_place() -> None:
    (row,) = found("Z inicjatywy dwudziestu samorządów województwa opolskiego.")
    assert (row.text, row.unit, row.unit_type) == ("dwudziestu samorządów", "samorząd", "local_government")


@given(st.text(alphabet="0123456789 .,;()gminyapowtzktórych–i", max_size=80))
@settings(deadline=None)
def test_rows_never_overlap(text: str) -> None:
    rows = found(text)
    assert all(left.end <= right.start for left, right in itertools.pairwise(rows))
    assert all(row.text == text[row.start : row.end] for row in rows)
    assert all(row.value >= 1 for row in rows)


PIECES = [
    " ".join(words[at : at + 4])
    for table in TABLES[:3]
    for rule in table.rules()
    for example in (*rule.examples, *rule.negatives)
    for words in [parse(example).text.split()]
    for at in range(0, len(words), 3)
]


@pytest.mark.parametrize("table", TABLES[:3], ids=lambda table: table.name)
@given(
    st.lists(
        st.sampled_from(PIECES) | st.sampled_from(["1", "2", "\n", ",", ";", "(", ")", "i"]), max_size=10
    )
)
@settings(deadline=None, max_examples=150)
def test_no_mixture_of_examples_fails(table: Table, pieces: list[str]) -> None:
    document = as_document(parse("@2016-02-29 " + " ".join(pieces)))
    assert all(row.text == document.text[row.start : row.end] for row in table.extract(document))

"""Names come out in the nominative, and one organisation has one id whatever a run does."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import examples, resolve
from pipeline.extractors import organisations
from pipeline.records import OrganisationMention
from pipeline.resolve import NameIndex, name_key, nominative, org_id, unify
from pipeline.resolve.identity import Variant, variants


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        (
            "Norweskim Związkiem Władz Lokalnych i Regionalnych",
            "Norweski Związek Władz Lokalnych i Regionalnych",
        ),
        ("Stowarzyszenia Łódzki Obszar Metropolitalny", "Stowarzyszenie Łódzki Obszar Metropolitalny"),
        ("Miasta Łodzi", "Miasto Łódź"),
        ("Miasta Tarnowa", "Miasto Tarnów"),
        ("Miasta Szczecin", "Miasto Szczecin"),
        ("Miastu Będzin", "Miasto Będzin"),
        ("Miasta Jeleniej Góry", "Miasto Jelenia Góra"),
        ("Gminą Lubicz", "Gmina Lubicz"),
        ("Gminą Miasta Tarnowa", "Gmina Miasta Tarnowa"),
        ("Gminy Miejskiej Kłodzko", "Gmina Miejska Kłodzko"),
        ("powiatowi kłodzkiemu", "powiat kłodzki"),
        ("powiatem golubsko-dobrzyńskim", "powiat golubsko-dobrzyński"),
        ("Eko-Ciepło Spółką Akcyjną", "Eko-Ciepło Spółka Akcyjna"),
        ("Szkole Głównej Handlowej w Warszawie", "Szkoła Główna Handlowa w Warszawie"),
        ("Wyższej Szkole Zarządzania w Wałbrzychu", "Wyższa Szkoła Zarządzania w Wałbrzychu"),
        (
            "Katolickiemu Uniwersytetowi Lubelskiemu Jana Pawła II",
            "Katolicki Uniwersytet Lubelski Jana Pawła II",
        ),
        ("Akademią Górniczo-Hutniczą", "Akademia Górniczo-Hutnicza"),
        ("PKP Polskich Linii Kolejowych S.A.", "PKP Polskie Linie Kolejowe S.A."),
        ("Fundacji „Zielona Jura”", "Fundacja „Zielona Jura”"),
        ("RADY MIEJSKIEJ W HAJNÓWCE", "RADA MIEJSKA W HAJNÓWCE"),
        ("Prawa i Sprawiedliwości", "Prawo i Sprawiedliwość"),
        ("Miasta i Gminy Skawina", "Miasto i Gmina Skawina"),
        ("Magurskiemu Parkowi Narodowemu", "Magurski Park Narodowy"),
        ("II Liceum Ogólnokształcącego w Rybniku", "II Liceum Ogólnokształcące w Rybniku"),
        ("Lasów Państwowych", "Lasy Państwowe"),
        ("ZUS-u", "ZUS"),
        ("SAPARD-u", "SAPARD"),
        ("NFOŚiGW-owi", "NFOŚiGW"),
        ("MOSiRu", "MOSiR"),
        ("GOPSem", "GOPS"),
        ("Eko-Ziemi", "Eko-Ziemia"),
        (
            "Przedsiębiorstwem Produkcyjno-Handlowo-Usługowym Gamrat S.A.",
            "Przedsiębiorstwo Produkcyjno-Handlowo-Usługowe Gamrat S.A.",
        ),
    ],
)
def test_nominative(phrase: str, expected: str) -> None:
    assert nominative(phrase) == expected


@pytest.mark.parametrize(
    "name",
    [
        "Urząd Marszałkowski Województwa Łódzkiego w Łodzi", "Miasto Opole", "Gmina Laskowa", "Koleje Karkonoskie sp. z o.o.",
        "Związek Miast Polskich", "Hydro Plus spółka jawna", "Nord universitet", "Głos Beskidu", "ZMP", "", "„”", "Eurocities",
    ],
)  # fmt: skip
def test_a_nominative_stays(name: str) -> None:
    assert nominative(name) == name


def test_a_known_number_decides() -> None:
    assert nominative("Gminy Stare Babice", number="sg") == "Gmina Stare Babice"


@given(st.text(max_size=60))
def test_any_text_keeps_its_words_and_signs(text: str) -> None:
    result = nominative(text)
    signs = [sign for sign in text if not sign.isalnum()]
    assert [sign for sign in result if not sign.isalnum()] == signs


def mentions(text: str, doc_id: str = "example") -> list[OrganisationMention]:
    document = replace(examples.as_document(examples.parse(text)), doc_id=doc_id)
    return resolve.resolve(document, organisations.extract(document))


def named(*names: str) -> list[OrganisationMention]:
    """Return mentions as an extractor could find them, each of a name."""
    (model,) = mentions("Związek Miast Polskich.")
    return [replace(model, name=name, org_type="company", org_id=org_id(name)) for name in names]


def test_a_document_ties_an_acronym_to_every_mention_of_its_name() -> None:
    rows = mentions("Związek Miast Polskich (ZMP) pisze do Związku Miast Polskich. Tak mówi ZMP.")
    assert len(rows) == 4
    assert {row.name for row in rows} == {"Związek Miast Polskich"}
    assert {row.acronym for row in rows} == {"ZMP"}
    assert len({row.org_id for row in rows}) == 1


def test_an_id_is_that_of_the_name_alone() -> None:
    assert org_id("Fundacja „Zielona Jura”") == org_id("FUNDACJA ZIELONA JURA")
    assert org_id("Związek Gmin Wiejskich RP") == org_id("Związek Gmin Wiejskich Rzeczypospolitej Polskiej")
    assert org_id("Jurabud sp. z o.o.") == org_id("Jurabud spółka z o.o.")
    assert org_id("Gmina Lubicz") != org_id("Gmina Lubin")
    assert org_id("Związek Miast Polskich") == "60b12e031635a1c3"


@pytest.mark.parametrize("variant", variants(), ids=lambda variant: variant.key)
def test_variants_of_a_name_are_one_organisation_and_others_are_not(variant: Variant) -> None:
    assert variant.same
    for names in variant.same:
        assert len(names) > 1
        assert {org_id(name) for name in names} == {org_id(names[0])}
    for names in variant.other:
        assert len({org_id(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fundacja Zielona Jura", "Fundacja Zielona Góra"),
        ("Przedszkole nr 5", "Przedszkole nr 15"),
        ("Powiat Bielski", "Miasto Bielsk"),
        ("Urząd Miasta Łodzi", "Rada Miasta Łodzi"),
        ("Eko S.A.", "Eko"),
    ],
)
def test_names_that_only_look_alike_are_kept_apart(one: str, other: str) -> None:
    assert org_id(one) != org_id(other)


@given(st.text(max_size=40))
def test_a_key_of_a_key_is_the_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


def test_a_run_ties_an_acronym_to_its_only_long_name() -> None:
    rows = [
        *mentions("Związek Powiatów Polskich (ZPP) zaprasza.", "a"),
        *mentions("Na wniosek ZPP zebrano głosy.", "b"),
    ]
    unified = unify(rows)
    assert {row.name for row in unified} == {"Związek Powiatów Polskich"}
    assert len({row.org_id for row in unified}) == 1
    assert [(row.doc_id, row.start) for row in unified] == [(row.doc_id, row.start) for row in rows]


def test_an_acronym_with_two_expansions_stays_its_own_name_elsewhere() -> None:
    rows = [
        *mentions("Zakład Gospodarki Komunalnej (NIK) działa.", "a"),
        *mentions("Najwyższa Izba Kontroli (NIK) bada.", "b"),
        *mentions("Raport NIK wydano.", "c"),
    ]
    unified = unify(rows)
    assert [row.name for row in unified if row.doc_id == "c"] == ["NIK"]
    assert {row.name for row in unified if row.text == "NIK" and row.doc_id == "b"} == {
        "Najwyższa Izba Kontroli"
    }


@pytest.mark.parametrize(
    ("long", "acronym", "everywhere"),
    [
        ("Regionalna Izba Obrachunkowa w Łodzi", "RIO", False),
        ("Państwowa Wyższa Szkoła Zawodowa w Nowym Sączu", "PWSZ", False),
        ("Uniwersytet Mikołaja Kopernika w Toruniu", "UMK", True),
        ("Związek Miast Polskich", "ZMP", True),
    ],
)
def test_an_acronym_of_a_kind_that_many_towns_have_holds_in_its_document(
    long: str, acronym: str, everywhere: bool
) -> None:
    rows = [
        *mentions(f"{long} ({acronym}) pisze. {acronym} bada.", "a"),
        *mentions(f"Opinia {acronym} wpłynęła.", "b"),
    ]
    unified = unify(rows)
    assert {row.name for row in unified if row.doc_id == "a"} == {long}
    assert {row.name for row in unified if row.doc_id == "b"} <= {long if everywhere else acronym}
    assert not everywhere or len({row.org_id for row in unified}) == 1


def test_a_company_is_the_same_without_its_legal_form_unless_there_are_two() -> None:
    (full, bare), other = named("Jurabud sp. z o.o.", "JURABUD"), named("Jurabud S.A.")
    assert {row.org_id for row in unify([full, bare])} == {org_id("Jurabud sp. z o.o.")}
    assert [row.org_id for row in unify([full, bare, *other])] == [
        org_id("Jurabud sp. z o.o."), org_id("Jurabud"), org_id("Jurabud S.A."),
    ]  # fmt: skip


def test_order_and_chunks_change_nothing() -> None:
    rows = [
        *mentions("Związek Powiatów Polskich (ZPP) i ZWIĄZEK POWIATÓW POLSKICH (ZPP).", "a"),
        *mentions("ZPP i Najwyższa Izba Kontroli (NIK).", "b"),
        *mentions("Raport NIK i ZPP.", "c"),
    ]
    wanted = {(row.doc_id, row.start): row for row in unify(rows)}
    for seed in range(5):
        shuffled = rows.copy()
        random.Random(seed).shuffle(shuffled)
        index = NameIndex()
        for row in shuffled:
            index.add([row])
        assert {(row.doc_id, row.start): row for row in index.apply(shuffled)} == wanted

"""Namesakes are told apart by where their documents say they lie, and by nothing else."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import examples
from pipeline.extractors import organisations
from pipeline.records import OrganisationMention
from pipeline.resolve import Register, org_id, read_register, resolve, territory, unify
from pipeline.resolve.territory import Location, Said, Unit, known_candidates, said, unit_of

TERC = """\
WOJ;POW;GMI;RODZ;NAZWA;NAZWA_DOD;STAN_NA
02;;;;DOLNOŚLĄSKIE;województwo;2024-01-01
02;08;;;kłodzki;powiat;2024-01-01
02;08;02;1;Kłodzko;gmina miejska;2024-01-01
02;08;09;2;Kłodzko;gmina wiejska;2024-01-01
10;;;;ŁÓDZKIE;województwo;2024-01-01
10;21;;;brzeziński;powiat;2024-01-01
10;21;01;1;Brzeziny;gmina miejska;2024-01-01
10;21;02;2;Brzeziny;gmina wiejska;2024-01-01
10;61;;;Łódź;miasto na prawach powiatu;2024-01-01
10;61;01;1;Łódź;gmina miejska;2024-01-01
10;61;02;9;Łódź-Bałuty;delegatura;2024-01-01
12;;;;MAŁOPOLSKIE;województwo;2024-01-01
12;06;;;krakowski;powiat;2024-01-01
12;06;11;3;Skawina;gmina miejsko-wiejska;2024-01-01
12;06;11;4;Skawina;miasto;2024-01-01
12;06;11;5;Skawina;obszar wiejski;2024-01-01
14;;;;MAZOWIECKIE;województwo;2024-01-01
14;05;;;grodziski;powiat;2024-01-01
14;05;03;3;Grodzisk (Mazowiecki);gmina miejsko-wiejska;2024-01-01
30;;;;WIELKOPOLSKIE;województwo;2024-01-01
30;05;;;grodziski;powiat;2024-01-01
30;07;;;kaliski;powiat;2024-01-01
30;07;02;2;Brzeziny;gmina wiejska;2024-01-01
"""


@pytest.fixture
def register(tmp_path: Path) -> Register:
    path = tmp_path / "TERC.csv"
    path.write_text("\ufeff" + TERC, encoding="utf-8")
    return read_register(path)


def mentions(
    text: str, doc_id: str = "example", register: Register | None = None
) -> list[OrganisationMention]:
    document = replace(examples.as_document(examples.parse(text)), doc_id=doc_id)
    return resolve(document, organisations.extract(document), register)


def places(text: str, name: str = "Gmina Brzeziny", register: Register | None = None) -> set[str | None]:
    return {row.located_in for row in mentions(text, register=register) if row.name == name}


# --- what a text says of places ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "counties", "voivodeships"),
    [
        ("w powiecie kaliskim", {"kaliski"}, set()),
        ("pow. kaliski, woj. wielkopolskie", {"kaliski"}, {"wielkopolskie"}),
        ("POWIAT KALISKI W WOJEWÓDZTWIE WIELKOPOLSKIM", {"kaliski"}, {"wielkopolskie"}),
        ("powiatów: kaliskiego, tureckiego i kolskiego", {"kaliski", "turecki", "kolski"}, set()),
        ("powiatem golubsko-dobrzyńskim", {"golubsko-dobrzyński"}, set()),
        ("w powiecie łódzkim wschodnim", {"łódzki wschodni"}, set()),
        ("starosty kaliskiego i Województwa Kujawsko-Pomorskiego", {"kaliski"}, {"kujawsko-pomorskie"}),
        ("województwo: łódzkie", set(), {"łódzkie"}),
        ("powiat pięknych jezior, powiatowy rzecznik, w powiecie", set(), set()),
        ("Powiązania z województwem", set(), set()),
    ],
)
def test_counties_and_voivodeships_are_read_in_every_form(
    text: str, counties: set[str], voivodeships: set[str]
) -> None:
    assert said(text) == Said(frozenset(counties), frozenset(voivodeships))


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Gmina Brzeziny", Unit("gmina", "brzeziny")),
        ("gmina Lisia Góra", Unit("gmina", "lisia góra")),
        ("Gmina Miejska Kłodzko", Unit("miasto", "kłodzko")),
        ("Gmina Miasta Tarnowa", Unit("miasto", "tarnów")),
        ("Miasto Skarżysko – Kamienna", Unit("miasto", "skarżysko-kamienna")),
        ("Gmina Miasto Szczecin", Unit("miasto", "szczecin")),
        ("Miasto Stołeczne Warszawa", Unit("miasto", "warszawa")),
        ("Gmina Wiejska Kłodzko", Unit("gmina wiejska", "kłodzko")),
        ("Miasto i Gmina Skawina", Unit("miasto i gmina", "skawina")),
        ("Powiat Grodziski", Unit("powiat", "grodziski")),
        ("Województwo Łódzkie", Unit("województwo", "łódzkie")),
        ("Urząd Gminy Brzeziny", Unit("gmina", "brzeziny", whole=False)),
        ("Zarząd Powiatu Grodziskiego", Unit("powiat", "grodziski", whole=False)),
        ("Urząd Miasta i Gminy Skawina", Unit("miasto i gmina", "skawina", whole=False)),
        ("Związek Gmin Wiejskich RP", None),
        ("Rada Miejska w Kłodzku", None),
        ("Gmina", None),
    ],
)
def test_the_unit_of_a_name(name: str, unit: Unit | None) -> None:
    assert unit_of(name) == unit


def test_there_are_314_counties_and_every_namesake_lies_in_one() -> None:
    assert sum(len(found) for found in territory.counties().values()) == 314
    assert len(known_candidates(Unit("gmina", "brzeziny"))) == 2
    assert len(known_candidates(Unit("powiat", "grodziski"))) == 2
    assert known_candidates(Unit("powiat", "kaliski")) == ()
    assert known_candidates(Unit("gmina", "lubicz")) == ()


# --- one document --------------------------------------------------------------------------------------------

KALISZ = "powiat kaliski, województwo wielkopolskie"
BRZEZINY = "powiat brzeziński, województwo łódzkie"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Umowę podpisała Gmina Brzeziny (powiat kaliski).", {KALISZ}),
        ("Umowę podpisała Gmina Brzeziny, pow. brzeziński, woj. łódzkie.", {BRZEZINY}),
        ("Umowę podpisała Gmina Brzeziny. Leży w powiecie kaliskim.", {KALISZ}),
        ("W województwie wielkopolskim działa lider. Umowę podpisała Gmina Brzeziny.", {KALISZ}),
        ("Umowę podpisały Powiat Kaliski i Gmina Brzeziny.", {KALISZ}),
        # a county that none of the namesakes lies in says nothing
        ("Gmina Brzeziny leży daleko. W powiecie toruńskim powstał związek.", {None}),
        # nor do the counties of both
        ("Gmina Brzeziny, a także powiat kaliski i powiat brzeziński.", {None}),
        # what stands right behind the name comes before what stands elsewhere
        (
            "Gmina Brzeziny (powiat kaliski) i Gmina Brzeziny (powiat brzeziński) się różnią.",
            {KALISZ, BRZEZINY},
        ),
        ("Umowę podpisała Gmina Brzeziny.", {None}),
    ],
)
def test_a_namesake_lies_where_its_document_says(text: str, expected: set[str | None]) -> None:
    assert places(text) == expected


def test_of_a_name_that_is_not_known_to_be_shared_only_what_stands_beside_it_counts() -> None:
    assert places("Gmina Zalipie (powiat bialski, woj. lubelskie).", "Gmina Zalipie") == {
        "powiat bialski, województwo lubelskie"
    }
    assert places("Wniosek gminy Zalipie w powiecie kaliskim.", "gmina Zalipie") == {KALISZ}
    assert places("Gmina Zalipie, Powiat Kaliski i Powiat Turecki.", "Gmina Zalipie") == {None}
    assert places("Gmina Zalipie i w powiecie kaliskim.", "Gmina Zalipie") == {None}


def test_a_county_with_a_namesake_lies_in_the_voivodeship_that_is_named() -> None:
    assert places("Powiat Grodziski leży w województwie mazowieckim.", "Powiat Grodziski") == {
        "województwo mazowieckie"
    }
    assert places("Powiat Kaliski leży w województwie mazowieckim.", "Powiat Kaliski") == {None}


def test_an_office_is_told_from_that_of_a_namesake() -> None:
    assert places("Urząd Gminy Brzeziny. W powiecie kaliskim.", "Urząd Gminy Brzeziny") == {KALISZ}


# --- a run ---------------------------------------------------------------------------------------------------


def ids(rows: list[OrganisationMention], name: str = "Gmina Brzeziny") -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        if row.name.casefold() == name.casefold():
            found.setdefault(row.doc_id, set()).add(row.org_id)
    return found


def test_namesakes_of_two_counties_have_two_ids_and_one_of_no_known_county_a_third() -> None:
    rows = unify(
        [
            *mentions("Gmina Brzeziny (powiat kaliski).", "a"),
            *mentions("Gmina Brzeziny w powiecie brzezińskim.", "b"),
            *mentions("W powiecie kaliskim leży gmina Brzeziny.", "c"),
            *mentions("Gmina Brzeziny.", "d"),
        ]
    )
    found = ids(rows)
    assert found["a"] == found["c"]
    assert len(set.union(*found.values())) == 3
    assert found["d"] == {org_id("Gmina Brzeziny")}


def test_without_other_evidence_a_name_is_one_organisation() -> None:
    rows = unify([*mentions("Gmina Brzeziny (powiat kaliski).", "a"), *mentions("Gmina Brzeziny.", "b")])
    assert len(set.union(*ids(rows).values())) == 1
    assert {row.located_in for row in rows if row.name == "Gmina Brzeziny"} == {KALISZ}
    # the id of a known namesake is the same in a run that has the other one too
    assert ids(rows)["a"] == {org_id("Gmina Brzeziny", KALISZ)}


def test_a_name_that_is_not_known_to_be_shared_is_split_only_by_contradicting_places() -> None:
    alone = unify([*mentions("Gmina Zalipie (powiat bialski).", "a"), *mentions("Gmina Zalipie.", "b")])
    assert set.union(*ids(alone, "Gmina Zalipie").values()) == {org_id("Gmina Zalipie")}
    both = unify([*alone, *mentions("Gmina Zalipie (powiat kaliski).", "c")])
    assert len(set.union(*ids(both, "Gmina Zalipie").values())) == 2


def test_a_less_exact_place_joins_the_only_one_that_it_fits() -> None:
    rows = unify(
        [
            *mentions("Gmina Zalipie (woj. lubelskie).", "a"),
            *mentions("Gmina Zalipie (powiat bialski).", "b"),
            *mentions("Gmina Zalipie (powiat kaliski).", "c"),
        ]
    )
    found = ids(rows, "Gmina Zalipie")
    assert found["a"] == found["b"] != found["c"]


def test_the_order_of_documents_changes_nothing() -> None:
    texts = [
        "Gmina Brzeziny (powiat kaliski).", "Gmina Brzeziny w powiecie brzezińskim.", "Gmina Brzeziny.",
        "Gmina Zalipie (woj. lubelskie).", "Gmina Zalipie (powiat bialski).", "Gmina Zalipie (powiat kaliski).",
        "Urząd Gminy Brzeziny i powiat kaliski.", "Powiat Grodziski w województwie mazowieckim.", "Powiat Grodziski.",
    ]  # fmt: skip
    rows = [row for number, text in enumerate(texts) for row in mentions(text, str(number))]
    wanted = {(row.doc_id, row.start): row for row in unify(rows)}
    for seed in range(5):
        shuffled = rows.copy()
        random.Random(seed).shuffle(shuffled)
        assert {(row.doc_id, row.start): row for row in unify(shuffled)} == wanted


# --- codes of the register -----------------------------------------------------------------------------------


def codes(text: str, register: Register | None) -> dict[str, str | None]:
    return {row.name: row.teryt for row in mentions(text, register=register)}


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ("Województwo Łódzkie płaci.", "Województwo Łódzkie", "10"),
        ("Porozumienie z powiatem kłodzkim.", "powiat kłodzki", "0208"),
        ("Miasto Łódź płaci.", "Miasto Łódź", "1061011"),
        # where a town and the gmina around it share a name, the words tell which is meant
        ("Gmina Kłodzko płaci.", "Gmina Kłodzko", "0208092"),
        ("Gmina Miejska Kłodzko płaci.", "Gmina Miejska Kłodzko", "0208021"),
        ("Miasto Kłodzko płaci.", "Miasto Kłodzko", "0208021"),
        # a town inside an urban-rural gmina has no government of its own
        ("Miasto i Gmina Skawina płaci.", "Miasto i Gmina Skawina", "1206113"),
        ("Gmina Skawina płaci.", "Gmina Skawina", "1206113"),
        ("Miasto Skawina płaci.", "Miasto Skawina", "1206113"),
        # what the register adds to tell namesakes apart may be left out
        ("Gmina Grodzisk płaci.", "Gmina Grodzisk", "1405033"),
        # namesakes
        ("Gmina Brzeziny płaci.", "Gmina Brzeziny", None),
        ("Gmina Brzeziny w powiecie kaliskim.", "Gmina Brzeziny", "3007022"),
        ("Gmina Brzeziny leży w województwie łódzkim.", "Gmina Brzeziny", "1021022"),
        ("Powiat Grodziski płaci.", "Powiat Grodziski", None),
        ("Powiat Grodziski w województwie wielkopolskim.", "Powiat Grodziski", "3005"),
        # not in the register, or not where it has it
        ("Gmina Zalipie płaci.", "Gmina Zalipie", None),
        ("Gmina Skawina (powiat kaliski) płaci.", "Gmina Skawina", None),
        # an office is not the unit
        ("Urząd Gminy Skawina płaci.", "Urząd Gminy Skawina", None),
        ("Związek Miast Polskich płaci.", "Związek Miast Polskich", None),
    ],
)
def test_codes(text: str, name: str, code: str | None, register: Register) -> None:
    assert codes(text, register)[name] == code


def test_without_a_register_there_are_no_codes() -> None:
    assert codes("Gmina Skawina i powiat kłodzki.", None) == {"Gmina Skawina": None, "powiat kłodzki": None}


def test_ids_are_the_same_with_and_without_a_register(register: Register) -> None:
    for text in ("Gmina Brzeziny w powiecie kaliskim.", "Gmina Skawina płaci.", "Powiat Grodziski."):
        with_it = [row.org_id for row in mentions(text, register=register)]
        assert with_it == [row.org_id for row in mentions(text)]


def test_all_mentions_of_an_organisation_have_its_code(register: Register) -> None:
    rows = unify(
        [
            *mentions("Gmina Brzeziny w powiecie kaliskim.", "a", register),
            *mentions("Gmina Brzeziny.", "b", register),
        ]
    )
    assert {row.teryt for row in rows if row.name == "Gmina Brzeziny"} == {"3007022"}


def test_a_register_that_a_spreadsheet_has_saved_keeps_its_zeros(tmp_path: Path) -> None:
    path = tmp_path / "TERC.csv"
    path.write_text(
        "WOJ;POW;GMI;RODZ;NAZWA;NAZWA_DOD;STAN_NA\r\n2;;;;DOLNOŚLĄSKIE;województwo;2024-01-01\r\n"
        "2;8;;;kłodzki;powiat;2024-01-01\r\n2;8;9;2;Kłodzko;gmina wiejska;2024-01-01\r\n",
        encoding="utf-8",
    )
    assert [one.teryt for one in read_register(path).candidates(Unit("gmina", "kłodzko"))] == ["0208092"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a,b\n1,2\n", "lacks the column WOJ"),
        (TERC + "XX;;;;NIC;województwo;2024-01-01\n", "line 25: XX is no code"),
        (TERC + "10;21;02;;Brzeziny;gmina;2024-01-01\n", "line 25: 102102 is no code"),
    ],
)
def test_a_file_that_is_no_register_is_refused(content: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "TERC.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=reason):
        read_register(path)


def test_a_register_that_has_changed_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "TERC.csv"
    path.write_text(TERC, encoding="utf-8")
    unit = Unit("gmina", "zalipie")
    assert read_register(path).candidates(unit) == ()
    path.write_text(TERC + "30;07;03;2;Zalipie;gmina wiejska;2024-01-01\n", encoding="utf-8")
    (found,) = read_register(path).candidates(unit)
    assert (found.teryt, found.location) == ("3007032", Location("kaliski", "wielkopolskie"))

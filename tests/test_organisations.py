"""Organisations are found whole, in the nominative, and nothing else is taken for one."""

from dataclasses import replace
from itertools import count, takewhile

import pytest

from pipeline import examples
from pipeline.document import Entity, Span
from pipeline.extractors import organisations
from pipeline.extractors.organisations.acronyms import initials
from pipeline.extractors.organisations.rulebook import word_list
from pipeline.extractors.organisations.tokens import Unit
from pipeline.records import OrganisationMention
from pipeline.rules import RuleError


def found(text: str) -> list[tuple[str, str]]:
    rows = organisations.extract(examples.as_document(examples.parse(text)))
    return [(row.text, row.name) for row in rows]


def marked(text: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return what is marked in a text as ``[span|name]`` (``=`` where the span is the name), and what is found."""
    parsed = examples.parse(text)
    wanted = [
        (parsed.text[start:end], parsed.text[start:end] if name == "=" else name)
        for start, end, name in parsed.marks
    ]
    rows = organisations.extract(examples.as_document(parsed))
    return wanted, [(row.text, row.name) for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        "Siedziba [Związku Gmin Wiejskich Rzeczypospolitej Polskiej|Związek Gmin Wiejskich Rzeczypospolitej Polskiej] z siedzibą w Poznaniu.",
        "List do [Urzędu Marszałkowskiego Województwa Łódzkiego w Łodzi|Urząd Marszałkowski Województwa Łódzkiego w Łodzi] wysłano.",
        "Pyta [Biuro Promocji i Współpracy z Zagranicą Urzędu Miasta Torunia|=].",
        "Wygrało [Polskie Górnictwo Naftowe i Gazownictwo S.A.|=]",
        "Uczy w [Państwowej Wyższej Szkole Zawodowej w Nowym Sączu|Państwowa Wyższa Szkoła Zawodowa w Nowym Sączu].",
        "Zgodę dała [Krajowa Rada Regionalnych Izb Obrachunkowych|=].",
        "Album wydała [Miejska Biblioteka Publiczna im. Marii Konopnickiej w Suwałkach|=].",
        "Partner: [Gmina Nowe Miasto nad Wartą|=], ul. Poznańska 14",
        "Obradowała [Komisja Wspólna Rządu i Samorządu Terytorialnego|=].",
        "Pismo z [Zarządu Głównego Związku Nauczycielstwa Polskiego|Zarząd Główny Związku Nauczycielstwa Polskiego].",
    ],
)
def test_a_name_ends_where_its_grammar_ends(text: str) -> None:
    wanted, got = marked(text)
    assert got == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Umowę podpisały [Ministerstwo Rozwoju|=] i [Ministerstwo Finansów|=].",
        "Z [Ministerstwa Rozwoju|Ministerstwo Rozwoju] i [Narodowego Funduszu Zdrowia|Narodowy Fundusz Zdrowia] przyszły pisma.",
        "Dotację dostały [gminy Lubaczów|gmina Lubaczów], [Oleszyce|gmina Oleszyce] oraz [Stary Dzików|gmina Stary Dzików].",
        "Zadanie powierzono [powiatom nowosądeckiemu|powiat nowosądecki] i [limanowskiemu|powiat limanowski].",
        "Rozmawiano z [Gminą Lubicz|Gmina Lubicz] i [Powiatem Chełmińskim|Powiat Chełmiński].",
    ],
)
def test_coordination_gives_a_row_each(text: str) -> None:
    wanted, got = marked(text)
    assert got == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Gmina złożyła wniosek, a urząd go przyjął. Rada i zarząd milczą.",
        "W ramach Programu Operacyjnego Infrastruktura i Środowisko oraz Strategii Rozwoju Kraju wydano środki.",
        "Nocleg w Hotelu Grand, zwiedzanie Poznania i ratusza w Toruniu.",
        "Biuro mieści się przy ul. Związku Walki Młodych 4 i placu Rady Europy 1.",
        "Przewodniczący Rady Jan Kowalski otworzył sesję.",
        "Podatek VAT, NIP 000-00-00-000, umowa z JST w formule ZIT, RPO na lata.",
        "Powiat: kłodzki, Województwo: dolnośląskie, Gmina: Kłodzko",
    ],
)
def test_what_is_no_organisation_gives_no_row(text: str) -> None:
    assert found(text) == []


def test_a_name_goes_on_over_a_line_end() -> None:
    text = "połączy dwie uczelnie i Magurski Park\nNarodowy, a potem"
    document = replace(examples.as_document(examples.parse(text)), units=(Span(0, len(text)),))
    (row,) = organisations.extract(document)
    assert (row.text, row.name) == ("Magurski Park\nNarodowy", "Magurski Park Narodowy")


def test_headings_keep_their_capitals() -> None:
    assert found("UCHWAŁA RADY GMINY LUBICZ") == [("RADY GMINY LUBICZ", "RADA GMINY LUBICZ")]


def test_an_acronym_stands_for_its_name_wherever_it_stands() -> None:
    name = "Instytut Partnerstwa Lokalnego"
    text = "Pomógł Instytut Partnerstwa Lokalnego (IPL). Raport IPL-u i IPL/2014 oraz ipl."
    assert found(text) == [(name, name), ("IPL", name), ("IPL-u", name)]


def test_an_acronym_behind_an_organ_is_that_of_its_unit() -> None:
    text = "Zgromadzenie Związku Komunalnego Gmin Pojezierza (ZKGP) obraduje."
    assert found(text)[1] == ("ZKGP", "Związek Komunalny Gmin Pojezierza")


def test_every_mention_has_a_type_a_score_and_a_rule() -> None:
    rows = organisations.extract(examples.as_document(examples.parse("Wójt Gminy Lubicz i ZUS piszą.")))
    assert [(row.org_type, row.rule) for row in rows] == [
        ("local_government", "org.municipality"),
        ("government_office", "org.known_office"),
    ]
    assert all(0 < row.score <= 1 for row in rows)


def with_entity(text: str, name: str) -> list[OrganisationMention]:
    document = examples.as_document(examples.parse(text))
    start = text.index(name)
    entity = Entity(start, start + len(name), "orgName")
    return organisations.extract(replace(document, entities=(entity,), model="some_model"))


def test_a_model_adds_what_the_rules_do_not_know() -> None:
    (row,) = with_entity("Partnerem jest Zielona Dolina z Torunia.", "Zielona Dolina")
    assert (row.text, row.rule) == ("Zielona Dolina", "ner:some_model")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Umowa Rodziny a Doliny z Torunia.", "Rodziny a Doliny"),
        ("Spotkanie z gminami AO w maju.", "gminami AO"),
        ("Wpis 3/2014 w rejestrze.", "3/2014"),
    ],
)
def test_what_a_model_takes_for_one_name_and_is_none(text: str, name: str) -> None:
    assert with_entity(text, name) == []


def test_a_form_that_can_be_singular_is_left_to_the_model() -> None:
    (row,) = with_entity("Spotkanie z radnymi gminy AO w maju.", "gminy AO")
    assert (row.text, row.rule) == ("gminy AO", "ner:some_model")


def test_a_rule_decides_where_a_model_cuts_a_name_short() -> None:
    (row,) = with_entity("Wniosek Związku Gmin Wiejskich RP przyjęto.", "Związku Gmin")
    assert (row.text, row.name) == ("Związku Gmin Wiejskich RP", "Związek Gmin Wiejskich RP")


def test_initials_leave_small_words_out() -> None:
    assert initials("Narodowy Fundusz Ochrony Środowiska i Gospodarki Wodnej") == "NFOŚGW"


def test_a_model_decides_whether_a_small_gmina_is_a_place() -> None:
    text = "Drogę remontuje gmina Zakopane od maja."
    document = examples.as_document(examples.parse(text))
    start = text.index("gmina")
    place = Entity(start, start + len("gmina Zakopane"), "placeName")
    assert [row.text for row in organisations.extract(document)] == ["gmina Zakopane"]
    assert organisations.extract(replace(document, entities=(place,), model="some_model")) == []


def test_a_programme_that_a_model_takes_for_a_body_is_left_out() -> None:
    assert with_entity("Płaci Szwajcarski Program Współpracy.", "Szwajcarski Program Współpracy") == []


def test_a_contract_gives_its_parties_short_forms() -> None:
    text = "zawarta przez Gminę Rybnik, NIP 000, zwaną dalej „Liderem”, oraz Powiat Raciborski."
    rows = organisations.extract(examples.as_document(examples.parse(text)))
    assert [(row.name, row.acronym) for row in rows] == [
        ("Gmina Rybnik", "Lider"),
        ("Powiat Raciborski", None),
    ]


def test_initials_tie_an_acronym_that_is_never_explained() -> None:
    text = "Uniwersytet Jana Kochanowskiego w Kielcach bada. Dane UJK są nowe."
    assert found(text)[1] == ("UJK", "Uniwersytet Jana Kochanowskiego w Kielcach")


def test_an_unknown_word_list_is_an_error_that_names_the_file() -> None:
    with pytest.raises(RuleError, match=r"words\.yaml: nonsense"):
        word_list("nonsense")


@pytest.mark.parametrize(
    ("text", "org_type"),
    [
        ("Kancelaria Energetyczna Prąd sp.k. złożyła ofertę.", "company"),
        ("Towarzystwo Ubezpieczeń Wisła S.A. Składkę zapłacono.", "company"),
        ("Zjazd miało Towarzystwo Miłośników Kolei Wąskotorowych.", "association"),
        ("Autobusy ma MPK w Świdnicy.", "company"),
        ("Wóz dostała OSP w Buku.", "association"),
        ("Próby ma Gminny Ośrodek Kultury w Lipnicy.", "local_government"),
        ("Kontrolę zapowiada Rada Unii Europejskiej.", "international"),
        ("Paczki rozdał Caritas Diecezji Toruńskiej.", "other"),
    ],
)
def test_the_kind_of_a_body_follows_from_its_name(text: str, org_type: str) -> None:
    rows = organisations.extract(examples.as_document(examples.parse(text)))
    assert [row.org_type for row in rows] == [org_type]


def test_a_short_form_with_the_acronym_of_a_kind_is_the_long_name_with_the_same_rest() -> None:
    rows = found("Ochotnicza Straż Pożarna w Buku prosi. OSP w Buku i OSP w Lesku czekają.")
    assert [name for _, name in rows] == [
        "Ochotnicza Straż Pożarna w Buku", "Ochotnicza Straż Pożarna w Buku", "OSP w Lesku",
    ]  # fmt: skip


def test_an_acronym_that_also_begins_another_name_of_its_kind_stands_for_none() -> None:
    text = "Ochotnicza Straż Pożarna w Buku prosi, OSP w Lesku czeka. Zabraknie OSP."
    rows = organisations.extract(examples.as_document(examples.parse(text)))
    assert [(row.name, row.acronym) for row in rows] == [
        ("Ochotnicza Straż Pożarna w Buku", None), ("OSP w Lesku", None), ("OSP", None),
    ]  # fmt: skip


def test_a_short_form_of_a_contract_needs_no_quotes() -> None:
    text = "Nadzór ma Komenda Powiatowa Policji w Turku, zwana dalej Komendą."
    rows = organisations.extract(examples.as_document(examples.parse(text)))
    assert [(row.name, row.acronym) for row in rows] == [("Komenda Powiatowa Policji w Turku", "Komenda")]


def test_a_hyphen_repeated_at_a_line_end_is_one_hyphen() -> None:
    assert found("Bada to zespół Akademii Górniczo-\n-Hutniczej w Krakowie.") == [
        ("Akademii Górniczo-\n-Hutniczej w Krakowie", "Akademia Górniczo-Hutnicza w Krakowie")
    ]


def test_a_unit_is_cut_on_as_far_as_it_is_asked_for() -> None:
    text = "Gmina " + "Lubicz i Związek Miast Mniej-\n-więcej Nowych, " * 20 + "koniec"
    unit = Unit(text, Span(0, len(text)), [], [0])
    cut = len(unit.words)
    found = [*takewhile(bool, map(unit.word, count()))]
    whole = Unit(text, Span(0, len(text)), [], [len(text)])
    assert cut < len(found)
    assert (found, unit.starts, unit.ends, unit.gaps) == (whole.words, whole.starts, whole.ends, whole.gaps)
    assert unit.word(len(found)) == "" and not unit.near(len(found)) and not unit.capital(-1)

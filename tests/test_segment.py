import importlib.util
import json
import lzma
import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.segment import segment

HARD = Path(__file__).parent / "hard_boundaries.txt"
MEASURE = Path(__file__).parent.parent / "models" / "train" / "evaluate_sentences.py"


def units(text: str) -> list[str]:
    return [text[start:end] for start, end in segment(text).units]


def flat_units(text: str) -> list[str]:
    return [" ".join(unit.split()) for unit in units(text)]


def sentences(text: str) -> list[str]:
    return [" ".join(text[sentence.start : sentence.end].split()) for sentence in segment(text).sentences]


def labels(text: str) -> dict[str, str | None]:
    return {" ".join(text[found.start : found.end].split()): found.label for found in segment(text).sentences}


# --- sentences -----------------------------------------------------------------------------------------------

ONE_SENTENCE = [
    "Umowę podpisano 14 grudnia 2012 r. w Toruniu.",
    "Obszar zamieszkuje 412 tys. osób, w tym ok. 60 tys. dzieci.",
    "Koszt to 15,5 tys. USD.",
    "Spotkanie odbędzie się o godz. 11.00 w Urzędzie przy ul. Krakowskie Przedmieście 5.",
    "Uniwersytet im. Adama Mickiewicza i Pełnomocnik ds. Funduszy podpisali list.",
    "Na podstawie art. 18 ust. 2 pkt 12 ustawy (Dz. U. z 2001 r. Nr 142, poz. 1591 z późn. zm.) Rada uchwala.",
    "Dz. U. Nr 15, poz. 148",
    "Uczestniczą m.in. Gmina Opatówek, tzw. Związek i np. Powiat Kaliski.",
    "Wieczór 14. grudnia był chłodny.",
    "W 1. kwartale 2016 r. ruszą prace.",
    "Przewodniczył J. Kowalski, a protokołował A. B. Nowak.",
    "Spółka Tramwaje S.A. (TZ) i Jurabud sp. z o.o. (PGK) złożyły oferty.",
    "Termin minął 12.05.2014 o 15.30.",
    "Wójt św. Lipki, prof. Jan Nowak oraz dr hab. inż. Ewa Lis.",
    "W 2014 r. Gmina Wałbrzych podpisała umowę.",
    "14 grudnia 2012 r. Rada Miejska w Łodzi podjęła uchwałę.",
    "W latach 80. ubiegłego stulecia współpraca zamarła.",
    "Ustawa z dnia 29 stycznia 2004 r. Prawo zamówień publicznych.",
    "Koszt (wg kosztorysu z 2014 r. Gminy Lubin. Bez VAT) jest wysoki.",
    "Oferta (decyzja z 3.08.2015 r.) jest ważna.",
    "„Czy warto?” pytał wójt.",
    "Strona www.lom.lodz.pl i adres jan.kowalski@zmp.pl działają.",
    "Rozdz. I. Zasady ogólne",
    "1. Gmina Rybnik",
    "Ad 3. Gmina zgłosiła projekt",
    "Ad. 2 Wójt przedstawił sprawozdanie",
    "Rozdział 1. Wprowadzenie .................... 5",
    "§ 2. 1. Na zadanie przeznacza się 5 zł",
    "Art. 5. Gmina wykonuje zadania",
]


@pytest.mark.parametrize("text", ONE_SENTENCE)
def test_a_full_stop_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert sentences(text) == [text]


SEVERAL_SENTENCES = [
    "Umowę podpisano w 2014 r. | Następnie dołączyły dwie gminy.",
    "Projekt zakończono w 2014 r. | Gmina rozliczyła dotację.",
    "Związek powstał w ŁOM. | 14 grudnia 2012 r. podpisano list.",
    "Otwarto drogi, place itd. | W maju ruszą konsultacje.",
    "Wniosek złożyła spółka Pojezierze S.A. | Eksperci porównali oferty.",
    "Rezerwa wynosi 6 proc. | Jest to za mało.",
    "Koszt wyniósł 5 mln zł. | Wkład gmin to 2 mln zł.",
    "Tak. | W 2015 roku zrobiły to dwie gminy.",
    "Ilu ich jest? | Dwunastu! | Naprawdę… | Potem przyjdą inni.",
    "„Zaczynamy.” | Tak powiedział wójt.",
    "Zakończono etap I w 2014. | Następny ruszy później.",
    "Pieniądze są (ale nie dla wszystkich). | Reszta czeka.",
    "Podpisano umowę. | – W maju ruszamy – mówi wójt.",
    "Lipiec był ciepły. | (Sierpień też.) | Wrzesień nie.",
    "Ocena: III kwartał 2015 r. | Projekty muszą się zakończyć w 2017 r.",
    "Odnowiono fasadę z XIX w. | Prace trwały rok.",
    "Autobusów było więcej niż w ub.r. | Linia ma 11 km.",
]


@pytest.mark.parametrize("marked", SEVERAL_SENTENCES)
def test_sentences_end_where_they_should(marked: str) -> None:
    assert sentences(marked.replace(" | ", " ")) == marked.split(" | ")


HARD_LINES = [line for line in HARD.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


@pytest.mark.parametrize("marked", [line for line in HARD_LINES if line[0] != "?"])
def test_hard_boundaries(marked: str) -> None:
    assert sentences(marked.replace(" | ", " ")) == marked.split(" | ")


@pytest.mark.parametrize("marked", [line.removeprefix("? ") for line in HARD_LINES if line[0] == "?"])
def test_what_is_marked_as_wrong_is_wrong(marked: str) -> None:
    assert sentences(marked.replace(" | ", " ")) != marked.split(" | ")


@pytest.mark.parametrize("marked", SEVERAL_SENTENCES)
def test_sentences_end_alike_inside_a_longer_text(marked: str) -> None:
    text = f"Rada obradowała w maju. {marked.replace(' | ', ' ')} Potem zamknięto sesję."
    assert sentences(text)[1:-1] == marked.split(" | ")


@pytest.fixture(scope="module")
def measure() -> ModuleType:
    spec = importlib.util.spec_from_file_location("evaluate_sentences", MEASURE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_ends_of_sentences_are_scored(measure: ModuleType, tmp_path: Path) -> None:
    text = "Umowa trwa 5 min. Potem wygasa. tak jest (PAP) Koniec"
    rows = [
        {"split": "test", "text": text, "sentences": [[0, 17], [18, 31], [32, 46], [47, 53]]},
        {"split": "dev", "text": "Nic.", "sentences": [[0, 4]]},
    ]
    path = tmp_path / "nkjp.jsonl.xz"
    path.write_bytes(lzma.compress("\n".join(map(json.dumps, rows)).encode()))
    (document,) = measure.read_nkjp(path, "test")
    assert document.ends == {17, 31, 46}
    assert not document.written
    assert measure.score(lambda text: [17, 20, len(text)], [document]) == (1, 1, 2)
    assert measure.marked_recall(lambda text: [17], [document]) == 0.5
    assert list(measure.mistakes(lambda text: [17, 31, 46, 49], [document])) == [
        "+ Umowa trwa 5 min. Potem wygasa. tak jest (PAP) Ko | iec"
    ]


def test_the_hard_boundaries_can_be_scored(measure: ModuleType) -> None:
    texts = list(measure.read_marked(HARD))
    assert len(texts) == len(HARD_LINES) > 150
    assert all(text.text[end] == " " for text in texts for end in text.ends)
    assert measure.score(measure.rules, texts).missed < 3


def test_sentences_may_begin_small_where_a_whole_paragraph_does() -> None:
    small = ["umowę podpisano w maju.", "potem przyszły pieniądze.", "czy starczy na drogi?", "wójt nie wie."]
    assert sentences(" ".join(small)) == small
    mixed = "Zarząd wydał polec. dotyczące drog. gminnych. Potem nic. Droga stoi. Wójt milczy."
    assert sentences(mixed)[0] == "Zarząd wydał polec. dotyczące drog. gminnych."


def test_a_remark_between_two_sentences_stands_apart() -> None:
    assert sentences("Umowa jest ważna. (PAP) Następna także.") == [
        "Umowa jest ważna.",
        "(PAP)",
        "Następna także.",
    ]


def test_quotations_hold_their_full_stops_together_only_where_they_are_short() -> None:
    title = "Projekt „Razem. Gminy dla klimatu” trwa rok."
    assert sentences(title) == [title]
    long = "Wójt mówił o tym szeroko. " * 6
    assert len(sentences(f"Zapisano „{long}Koniec”, po czym zamknięto sesję.")) > 5


def test_sentences_divide_a_wrapped_paragraph() -> None:
    text = "Pismo wysłano 28 kwietnia br.\n   w załączeniu. Odpowiedź\n   nadeszła."
    assert sentences(text) == ["Pismo wysłano 28 kwietnia br. w załączeniu.", "Odpowiedź nadeszła."]


# --- units ---------------------------------------------------------------------------------------------------


def test_wrapped_prose_is_one_unit_also_before_capitals_and_digits() -> None:
    text = dedent("""\
        Prace nad Strategią trwały od października
        2013 r. do czerwca 2014 r. i kosztowały 286
        400 zł, z czego 243 440 zł (85%) pochodziło z
        Funduszu Społecznego. Dokument powstał w Instytucie
        Rozwoju Miast przy wsparciu Małopolskiej
        Wyższej Szkoły Zawodowej. Ewaluacja nastąpi
        wiosną 2020 roku.""")
    assert units(text) == [text]


def test_wrapped_prose_survives_the_joining_of_divided_words() -> None:
    """The normaliser moves the rest of a divided word up, so that one line is longer and the next shorter."""
    first = dedent("""\
        Do zespołu weszli przedstawiciele Generalnej Dyrekcji
        Dróg Krajowych i
        Autostrad, Powiatu Lubińskiego oraz wojewódzkiego
        Urzędu Pracy. Obrady prowadził Starosta Lubiński
        Adam Myrda.""")
    second = dedent("""\
        Zebrani uzgodnili, że wspólny wniosek złożą
        do Ministerstwa jeszcze w tym kwartale. Prace
        zakończą się wiosną.""")
    assert units(f"{first}\n\n{second}") == [first, second]


def test_a_narrow_box_does_not_make_a_page_wrapped() -> None:
    box = "Wsparcie udzielone przez Norwegię\ni Lichtenstein oraz\nz budżetu państwa"
    paragraphs = [
        "Porozumienie podpisały Miasto Kalisz i dwadzieścia okolicznych gmin, a także trzy powiaty i jedno miasto",
        "Uchwała wymaga zgody dwóch trzecich członków zgromadzenia i opinii wszystkich komisji rady miasta",
        "Rada Programowa",
        "Biuro Związku mieści się w budynku Starostwa Powiatowego w Kaliszu",
    ]
    assert units(box + "\n\n" + "\n".join(paragraphs)) == [box, *paragraphs]


def test_a_heading_over_wrapped_prose_stands_apart() -> None:
    prose = "Pierwsze porozumienie w sprawie powołania\nStowarzyszenia Obszar Funkcjonalny zawarto\nw dniu 2 sierpnia 2012 r. w Gorlicach."
    assert units(f"1. Geneza partnerstwa\n{prose}") == ["1. Geneza partnerstwa", prose]


def test_short_lines_are_units_of_their_own() -> None:
    menu = [
        "Strona główna",
        "Usługi społeczne",
        "Rozwój instytucjonalny",
        "Współpraca JST-NGO",
        "SMUP",
        "Mapa Praktyk",
    ]
    assert units("\n".join(menu)) == menu


def test_fields_are_units_of_their_own() -> None:
    card = [
        "Liczba gmin: 342",
        "Liczba powiatów: 87",
        "w tym dofinansowanie: 9 028 797,75 zł",
        "wkład własny: 12 zł",
    ]
    assert units("\n".join(card)) == card


def test_unwrapped_paragraphs_on_adjacent_lines_stand_apart() -> None:
    first = "Porozumienie podpisały Miasto Kalisz i dwadzieścia okolicznych gmin, a także trzy powiaty i jedno miasto."
    second = "Uchwała wymaga zgody dwóch trzecich członków."
    assert units(f"{first}\n{second}\n{first}") == [first, second, first]


@pytest.mark.parametrize("marker", ["•", "-", "–", "*", "·", "▪", "◦"])
def test_list_items_are_units(marker: str) -> None:
    items = [f"{marker} Ministerstwo Rozwoju", f"{marker} drogi w 4 gminach,", f"{marker} 61 partnerstw"]
    assert units("\n".join(items)) == items


@pytest.mark.parametrize("template", ["{}.", "{})", "({})"])
def test_numbered_items_are_units(template: str) -> None:
    items = [f"{template.format(number)} Gmina Lisia Góra," for number in range(1, 13)]
    assert units("\n".join(items)) == items
    items = [f"{template.format(letter)} gmina wiejska" for letter in "abcd"]
    assert units("\n".join(items)) == items


def test_items_keep_their_continuation_lines() -> None:
    text = dedent("""\
        1. Miasto Ostróda i Miasto Iława przedstawiły stan przygotowań
           do wspólnego biletu. Szacowany koszt:
           3,6 mln zł netto.
        2. Generalna Dyrekcja
           Dróg Krajowych i Autostrad przypomniała o terminie.
        - wzór umowy dla 12 partnerów
          Związku Gmin
        """)
    assert [unit.split()[0] for unit in units(text)] == ["1.", "2.", "-"]


def test_a_day_at_a_line_start_is_no_list_number() -> None:
    text = "Spotkanie zwołano na sobotę dnia\n14. grudnia w ratuszu."
    assert units(text) == [text]


def test_a_dash_or_number_inside_wrapped_prose_is_no_list_marker() -> None:
    text = dedent("""\
        Najwięcej gmin przystąpiło do związku w roku następnym
        – było ich wtedy aż czternaście, z czego większość
        wiejskich. Związek rozwija się do dziś i liczy obecnie
        35 gmin.""")
    assert units(text) == [text]


def test_paragraph_signs_open_units() -> None:
    text = "§ 1.\n1. Strony powierzają zadanie.\n2. Umowa trwa rok.\n§ 2. Spory rozstrzyga sąd."
    assert units(text) == text.split("\n")


def test_a_line_that_ends_with_a_preposition_goes_on() -> None:
    assert units("Przewodniczący Zarządu Związku Gmin i\nPowiatów") == [
        "Przewodniczący Zarządu Związku Gmin i\nPowiatów"
    ]
    assert units("zawarte w Tarnowie dnia\n5 maja 2014 r.") == ["zawarte w Tarnowie dnia\n5 maja 2014 r."]


@pytest.mark.parametrize(
    "name",
    [
        "Norweski Związek\nWładz Lokalnych\ni Regionalnych",
        "Związek Gmin Wiejskich\nRzeczypospolitej Polskiej",
    ],
)
def test_a_name_broken_over_short_lines_goes_on_with_its_genitive(name: str) -> None:
    assert units(name) == [name]


def test_lines_that_begin_alike_in_the_genitive_are_a_list() -> None:
    text = "Gminy Lubin\nPowiatu Lubińskiego\nWojewództwa Dolnośląskiego"
    assert units(text) == text.split("\n")


def test_lines_under_the_value_of_a_field_go_on_with_it() -> None:
    text = "Partnerzy: Gmina Lubin,\n           Gmina Rudna"
    assert units(text) == [text]


def test_address_lines_stand_apart() -> None:
    text = "Ministerstwo Rozwoju\nDepartament Programów\nul. Wspólna 2/4, Warszawa\ntel. 22 000 00 00\nwww.mr.gov.pl"
    assert units(text) == text.split("\n")


def test_blank_lines_and_page_ends_divide() -> None:
    assert units("pierwszy akapit bez kropki\n\ni drugi\f\ntrzeci") == [
        "pierwszy akapit bez kropki",
        "i drugi",
        "trzeci",
    ]


def test_tabs_divide_cells() -> None:
    text = "Lp.\tBeneficjent\tKwota\n1.\tGmina Bytów\t18 432 000,00 zł"
    assert units(text) == ["Lp.", "Beneficjent", "Kwota", "1.", "Gmina Bytów", "18 432 000,00 zł"]


def test_a_tab_after_a_list_marker_or_label_divides_nothing() -> None:
    assert units("1.\tGmina Bytów podpisała umowę.") == ["1.\tGmina Bytów podpisała umowę."]
    assert units("Koszty:\t12 zł") == ["Koszty:\t12 zł"]


def test_columns_of_spaces_divide_cells() -> None:
    text = (
        "Gorlice                        14 218\nSękowa                          3 902\nUście Gorlickie  5 077"
    )
    assert units(text)[:4] == ["Gorlice", "14 218", "Sękowa", "3 902"]


def test_aligned_columns_two_spaces_apart_divide_cells() -> None:
    assert units("Gorlice  14 218  3 gminy\nSękowa    3 902  2 gminy") == [
        "Gorlice", "14 218", "3 gminy", "Sękowa", "3 902", "2 gminy",
    ]  # fmt: skip


def test_stray_double_spaces_divide_nothing() -> None:
    for text in (
        "W dniu 5  maja 2014 r. podpisano.",
        "Kwota 120  000 zł.  Następnie nic.",
        "Data:  2015-12-22",
        "1.   Gmina",
    ):
        assert units(text) == [text]


def test_pipes_divide_cells() -> None:
    assert [unit.strip("| ") for unit in units("| Gmina | 2014 | 5 zł |\n| Lubin | 2015 | 6 zł |")] == [
        "Gmina", "2014", "5 zł", "Lubin", "2015", "6 zł",
    ]  # fmt: skip


def test_bullets_inside_a_line_divide_cells() -> None:
    assert units("KRS 0000001999 • zmiana: 2014-06-27") == ["KRS 0000001999 •", "zmiana: 2014-06-27"]
    assert labels("KRS 0000001999 • zmiana: 2014-06-27")["zmiana: 2014-06-27"] == "zmiana"


# --- labels --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Koszty projektu: 10 mln zł", "Koszty projektu"),
        ("• Kwota: 10 zł", "Kwota"),
        ("1) poz. 2: wkład własny", "poz. 2"),
        ("A. Finanse: 12 zł", "Finanse"),
        ("Data wprowadzenia do BDP:  2015-12-22", "Data wprowadzenia do BDP"),
        ("Konkurs Fundacji „Zielona Jura”: wpłynęło 25 wniosków", "Konkurs Fundacji „Zielona Jura”"),
        ("Sprawę prowadzi: Jan Kowalski", "Sprawę prowadzi"),
        ("Całkowita wartość\nprojektu: 5 mln zł", "Całkowita wartość projektu"),
        ("**Lider:** Miasto Łódź", "Lider"),
        ("Do: biuro@zmp.pl", "Do"),
        ("Koszty:\t12 zł", "Koszty"),
        ("Spotkanie 9:00 w ratuszu", None),
        ("http://zmp.pl oraz 5 gmin", None),
        ("9.00-10.15: rejestracja", None),
        ("Rada Gminy na sesji jednomyślnie przyjęła: 5 uchwał", None),
        ("Ustalono, że do końca przyszłego roku związek wyda na drogi: 5 mln zł", None),
        ("zawarta w Rybniku pomiędzy: Gminą Rybnik", None),
        ("Gmina (dalej: Lider) płaci", None),
        ("Gmina Lubin.", None),
    ],
)
def test_labels_of_one_line(text: str, expected: str | None) -> None:
    assert labels(text) == {" ".join(text.split()): expected}


def test_a_label_holds_for_all_sentences_of_its_paragraph() -> None:
    assert labels("Opis: Projekt trwa rok. Bierze w nim udział 5 gmin.") == {
        "Opis: Projekt trwa rok.": "Opis",
        "Bierze w nim udział 5 gmin.": "Opis",
    }


def test_a_label_alone_stands_over_the_next_paragraph() -> None:
    text = "Czas trwania projektu:\n\n01.07.2012 to 30.04.2016\n\nPortal działa od 2008 r."
    assert labels(text) == {
        "Czas trwania projektu:": None,
        "01.07.2012 to 30.04.2016": "Czas trwania projektu",
        "Portal działa od 2008 r.": None,
    }


def test_a_label_alone_stands_over_all_items_that_follow() -> None:
    text = "Realizatorzy:\n\n • ZMP\n • ZPP, etap: drugi\n\n • ZGW\n\nProjekt trwa.\n\n • inny"
    assert labels(text) == {
        "Realizatorzy:": None,
        "• ZMP": "Realizatorzy",
        "• ZPP, etap: drugi": "ZPP, etap",
        "• ZGW": "Realizatorzy",
        "Projekt trwa.": None,
        "• inny": None,
    }


def test_a_new_label_ends_the_one_before() -> None:
    text = "Koszty projektu:\n10 622 115 złotych\nCzas trwania:\n2012\nLider: ZMP\nUwagi"
    assert labels(text) == {
        "Koszty projektu:": None,
        "10 622 115 złotych": "Koszty projektu",
        "Czas trwania:": None,
        "2012": "Czas trwania",
        "Lider: ZMP": "Lider",
        "Uwagi": None,
    }


def test_a_label_stands_over_the_lines_of_its_block() -> None:
    text = "Kalendarium:\nmarzec 2014 – nabór;\n12 maja 2014 – wizyta;\n\nBiuro działa."
    assert labels(text)["12 maja 2014 – wizyta;"] == "Kalendarium"
    assert labels(text)["Biuro działa."] is None


def test_labels_of_nested_lists() -> None:
    text = dedent("""\
        Zadania:
         • doradztwo
         • szkolenia:
           ◦ kurs w 2014 r.
           ◦ kurs w 2015 r.
         • wizyty
        § 2. Finanse
        """)
    assert labels(text) == {
        "Zadania:": None,
        "• doradztwo": "Zadania",
        "• szkolenia:": None,
        "◦ kurs w 2014 r.": "szkolenia",
        "◦ kurs w 2015 r.": "szkolenia",
        "• wizyty": "Zadania",
        "§ 2. Finanse": None,
    }


def test_cells_take_the_heading_of_their_column() -> None:
    text = "Lp.\tBeneficjent\tKwota\n1.\tGmina Bytów\t12 zł\n2.\tGmina Lipnica\t\n3.\t\t9 zł"
    assert labels(text) == {
        "Lp.": None,
        "Beneficjent": None,
        "Kwota": None,
        "1.": "Lp.",
        "Gmina Bytów": "Beneficjent",
        "12 zł": "Kwota",
        "2.": "Lp.",
        "Gmina Lipnica": "Beneficjent",
        "3.": "Lp.",
        "9 zł": "Kwota",
    }


def test_a_table_of_names_and_values_has_no_heading() -> None:
    text = "Nazwa beneficjenta\tGmina Lubin\nKwota dofinansowania\t1 250 000 zł\nOkres realizacji\t2014-2016"
    assert labels(text) == {
        "Nazwa beneficjenta": None,
        "Gmina Lubin": "Nazwa beneficjenta",
        "Kwota dofinansowania": None,
        "1 250 000 zł": "Kwota dofinansowania",
        "Okres realizacji": None,
        "2014-2016": "Okres realizacji",
    }


def test_a_table_of_two_columns_may_have_a_heading() -> None:
    text = "| Gmina | Kwota |\n|---|---|\n| Lubin | 5 mln zł |\n| Rudna | 6,5 mln zł |"
    assert {cell.strip("| "): label for cell, label in labels(text).items()} == {
        "Gmina": None, "Kwota": None, "---|---": "Gmina", "Lubin": "Gmina", "5 mln zł": "Kwota",
        "Rudna": "Gmina", "6,5 mln zł": "Kwota",
    }  # fmt: skip


def test_a_cell_with_a_label_names_the_next_one() -> None:
    assert labels("Koszty projektu:\t10 mln zł\tLider:\tZMP") == {
        "Koszty projektu:": None,
        "10 mln zł": "Koszty projektu",
        "Lider:": None,
        "ZMP": "Lider",
    }


def test_lossy_text_passes_quietly(capfd: pytest.CaptureFixture[str]) -> None:
    assert labels("Przedmie\ufffdcie og\ufffdoszone na pi\ufffdmie w 2014 r. Gmina: 5 zł")
    assert units("Zwi\ufffdzek\nGmin\ufffd Lubin") == ["Zwi\ufffdzek", "Gmin\ufffd Lubin"]
    assert segment("a. \ud800\nB\ud800: x").units
    assert capfd.readouterr().err == ""


# --- what holds for any text -----------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["\n", "\n\n", " ", "  ", "     ", "\t", "\r\n", "\f", "\u2028", "\xa0", ".", "!", "…", ":", ";", ",", "|", " | ", "•", "- ", "– ",
     "1. ", "a) ", "§ 2. ", "(", ")", "„", "”", "r.", "ul.", "S.A.", "tys.", "2014", "12.05", "400 zł", "Gmina", "gmina", "w",
     "Związek Gmin", "podpisała", "Koszty:", "J.", "II.", "Ł", "\u0301", "x" * 40, "🙂"]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(PIECES, max_size=60).map("".join),
    st.lists(PIECES, max_size=40).map(" ".join),
    st.text(max_size=80),
)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_units_hold_all_but_white_space_and_sentences_divide_them(text: str) -> None:
    found = segment(text)
    for parts in (found.units, found.sentences):
        spans = [(part.start, part.end) for part in parts]
        done = 0
        for start, end in spans:
            assert done <= start < end
            assert text[done:start].strip() == ""
            assert text[start:end] == text[start:end].strip()
            done = end
        assert text[done:].strip() == ""
    borders = {unit.start for unit in found.units}
    assert borders <= {sentence.start for sentence in found.sentences}

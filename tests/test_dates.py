"""The dates of a text, from its characters to the rows."""

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.document import AlignedText, Document
from pipeline.examples import as_document, parse
from pipeline.extractors import dates
from pipeline.extractors.dates import edtf
from pipeline.records import DateMention
from pipeline.segment import segment


def extract(text: str) -> list[DateMention]:
    return dates.extract(as_document(parse(text)))


def found(text: str) -> list[tuple[str, str]]:
    return [(row.text, row.shown) for row in extract(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("we wrześniu 2012 roku", [("wrześniu 2012 roku", "2012-09")]),
        ("dnia 5 maja 2014 r.", [("5 maja 2014 r.", "2014-05-05")]),
        ("w latach 2014–2020", [("2014–2020", "2014/2020")]),
        (
            "od 1 lipca 2012 r. do 30 kwietnia 2016 r.",
            [("1 lipca 2012 r. do 30 kwietnia 2016 r.", "2012-07-01/2016-04-30")],
        ),
        ("[2012-13]", [("2012-13", "2012/2013")]),
        ("od 1 kwietnia 2008 r.", [("1 kwietnia 2008 r.", "2008-04-01")]),
        ("do końca 2020 roku", [("końca 2020 roku", "2020-12-31")]),
        ("pod koniec 2014 r.", [("2014 r.", "2014~")]),
        ("na początku maja 2015 r.", [("maja 2015 r.", "2015-05~")]),
        ("w połowie 2013 roku", [("2013 roku", "2013~")]),
        ("około 2010 r.", [("2010 r.", "2010~")]),
        (
            "w październiku i listopadzie 2013 r.",
            [("październiku", "2013-10"), ("listopadzie 2013 r.", "2013-11")],
        ),
        (
            "18 października 2016 w godzinach 9:00 – 16:00",
            [("18 października 2016 w godzinach 9:00 – 16:00", "2016-10-18 09:00–16:00")],
        ),
        (
            "od 12 maja 2014 r. godz. 8:00 do 16 maja 2014 r. godz. 15:30",
            [
                (
                    "12 maja 2014 r. godz. 8:00 do 16 maja 2014 r. godz. 15:30",
                    "2014-05-12/2014-05-16 08:00–15:30",
                )
            ],
        ),
        ("z końcem 2017 r.", [("końcem 2017 r.", "2017-12-31")]),
        ("do połowy 2020 r.", [("2020 r.", "2020~")]),
        ("między 3 a 21 kwietnia 2017 r.", [("3 a 21 kwietnia 2017 r.", "2017-04-03/2017-04-21")]),
        ("lata dziewięćdziesiąte", [("dziewięćdziesiąte", "199X")]),
        ("lata dwudzieste XXI wieku", [("dwudzieste XXI wieku", "202X")]),
        ("początek XXI wieku", [("XXI wieku", "20XX~")]),
        ("roku 2013, latach 80.", [("2013", "2013"), ("80.", "198X")]),
        ("zimą 2010/2011", [("zimą 2010/2011", "2010-24")]),
        ("Dz. U. z 2013 r. poz. 594", [("2013 r.", "2013")]),
        ("RPO 2014-2020", [("2014-2020", "2014/2020")]),
    ],
)
def test_the_contract_to_the_letter(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    ["31 kwietnia 2015 r.", "30.02.2015", "29 lutego 2015 roku", "12.13.2014", "32 grudnia 2014 r.", "2014-02-30",
     "29–31 lutego 2014 r.", "od 31 kwietnia do 5 maja 2014 r.", "12 XIII 2014 rok", "31.06.2014 – 05.07.2014",
     "od 5 maja 2014 r. do 4 maja 2014 r.", "V kwartał 2014 r.", "31 września br."],
)  # fmt: skip
def test_an_impossible_date_gives_no_row_and_no_shorter_neighbour(text: str) -> None:
    assert [row.edtf for row in extract(f"@2016-04-21 {text}") if row.precision in ("day", "month")] == []


@pytest.mark.parametrize(
    "text",
    ["art. 5 ust. 2", "Dz. U. Nr 15, poz. 148", "ZGL.0724.18.2013", "ul. 3 Maja 12", "11 Listopada 16",
     "2014 przyłączy", "2015 rozdanych map", "480 stron", "rachunek 00 9012 0000 0000 2012 0000 1990",
     "adres 192.168.12.14", "wersja 12.04.2", "uchwała nr 2/2015", "POPT/01/PP/2012", "C(2014) 10025", "DW527",
     "1.632.845 gości", "tel. 61 633 50 56", "58-300 Wałbrzych", "sala 2016", "2 014 przyłączy", "12 lat",
     "co drugi piątek", "o godz. 9.00", "10 622 115 złotych", "od 1500 do 2000 osób", "1.2.3 Cele", "(UE) 2016/679",
     "corocznie do 31 marca każdego roku", "IV Liceum", "etap II", "Jan Paweł II", "w 2014 gminach", "2000 zł",
     "ul. Krakowskie Przedmieście 2013"],
)  # fmt: skip
def test_what_only_looks_like_a_date_gives_no_row(text: str) -> None:
    assert found(f"@2016-04-21 {text}") == []


def test_the_columns_of_a_row() -> None:
    (row,) = extract("@2016-04-21 Termin: do 30 maja br. o godz. 12.30")
    assert (row.text, row.edtf, row.first_day, row.last_day) == (
        "30 maja br. o godz. 12.30", "2016-05-30", date(2016, 5, 30), date(2016, 5, 30),
    )  # fmt: skip
    assert (row.precision, row.kind, row.approximate, row.relative) == ("day", "point", False, True)
    assert (row.time_from, row.time_to) == (time(12, 30), None)
    assert (row.label, row.rule) == ("Termin", "date.day")
    assert 0 < row.score <= 1


def test_a_year_of_two_digits_counts_from_1950() -> None:
    assert [row.edtf for row in extract("z dnia 12.03.50 r., z dnia 12.03.49 r.")] == [
        "1950-03-12",
        "2049-03-12",
    ]


# --- properties ----------------------------------------------------------------------------------------------

FRAGMENTS = [
    "5 maja 2014 r.", "14", "i", "do", "od", ",", "–", "-", "/", ".", "maja", "br.", "ub. r.", "2014", "2014 r.",
    "12.05.2014", "31.02.2014", "w", "godz. 9.00", "IX", "II kwartał", "I półrocze", "lat 90.", "XIX wieku", "jesień",
    "końca", "pod koniec", "2012-13", "a", "między", "wczoraj", "trzy lata temu", "w ubiegłym roku", "nr", "ul.",
    "dwa tysiące piętnastego roku", "piątego", "najbliższy piątek", "(", ")", "\n", "zł", "gmin", "9:00", "31", "01",
    "Wielkanoc", "1999/00", "T", "XX", "roku", "bm.", "12.05", "9998", "0000", "końcem roku",
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=12), st.sampled_from([" ", " ", ""])
)
def test_rows_of_any_text_are_valid_disjoint_and_in_order(parts: list[str], glue: str) -> None:
    text = glue.join(parts)
    segments = segment(text)
    document = Document(
        doc_id="x", content=AlignedText.of(text), has_raw_text=True, units=segments.units,
        sentences=segments.sentences, reference_date=date(2016, 4, 21),
    )  # fmt: skip
    done = 0
    for row in dates.extract(document):
        assert done <= row.start < row.end <= len(text)
        done = row.end
        assert row.text == text[row.start : row.end] == row.text.strip()
        value = edtf.parse(row.edtf)
        assert (row.first_day, row.last_day, row.precision) == (
            value.first_day,
            value.last_day,
            value.precision,
        )
        assert row.kind == ("interval" if "/" in row.edtf else "point")
        assert row.approximate == ("~" in row.edtf)


# --- the reference date --------------------------------------------------------------------------------------


def stated(text: str) -> date | None:
    return dates.stated_reference_date(as_document(parse(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lublin, 6 listopada 2013 r.\n\nSzanowni Państwo,\n\nw odpowiedzi na pismo", date(2013, 11, 6)),
        ("Lublin, dnia 6.11.2013 r.\n\nSzanowni Państwo,", date(2013, 11, 6)),
        ("Bielsko-Biała, dn. 6 listopada 2013 r.\n\nPismo", date(2013, 11, 6)),
        ("Projekty zrealizowane\n\n30 czerwca 2016\n\nBudowanie kompetencji", date(2016, 6, 30)),
        ("Aktualności\n\nOpublikowano: 14 marca 2016 r.\n\nTekst", date(2016, 3, 14)),
        ("Aktualności\n\nData publikacji: 2016-03-14 08:15\n\nTekst", date(2016, 3, 14)),
        ("Baza\n\nData wprowadzenia: 2015-11-30\nData aktualizacji: 2016-03-08\n\nOpis", date(2016, 3, 8)),
        ("Opis praktyki.\n\nostatnia zmiana: 27.06.2014", date(2014, 6, 27)),
        ("NOTATKA\n\nData: 10 maja 2016 r., godz. 13.00–15.00\nMiejsce: Opole", date(2016, 5, 10)),
        ("Umowę zawarto 5 maja 2014 r. w Opolu.\n\nTekst", None),
        ("Stan na 29.02.2016\n\nLista partnerów", None),
        ("Lublin, listopad 2013 r.\n\nPismo", None),
        ("Data: w maju\n\nTekst", None),
        ("UCHWAŁA\n\nz dnia 24 kwietnia 2013 r.\n\nw sprawie", None),
        ("", None),
        ("Data: czw., 8 lut 2018 o 14:22\nTemat: spotkanie\n\nTekst", date(2018, 2, 8)),
        (
            "Dodano: 2014-12-03 11:42, ostatnia modyfikacja: 2014-12-04 08:15, odsłon: 12\n\nTekst",
            date(2014, 12, 3),
        ),
        ("13 listopada 2017, 08:45 | Autor: KM\n\nTekst", date(2017, 11, 13)),
        ("Lp. | Termin | Miejsce\n1 | 7.09.2020 | Dębno\n2 | 8.09.2020 | Cedynia", None),
        ("Termin | Miejsce\n7.09.2020 | Dębno\n8.09.2020 | Cedynia", None),
    ],
)
def test_the_date_that_a_document_states_as_its_own(text: str, expected: date | None) -> None:
    assert stated(text) == expected


def test_a_dateline_goes_before_an_update_and_an_update_before_a_header() -> None:
    update = "Data aktualizacji: 8 marca 2016 r."
    header = "Data: 1 lutego 2016 r."
    assert stated(f"{header}\n\n{update}\n\nŁódź, 5 stycznia 2016 r.\n\nTekst") == date(2016, 1, 5)
    assert stated(f"{header}\n\n{update}\n\nTekst") == date(2016, 3, 8)


def test_a_date_far_down_is_no_dateline() -> None:
    paragraphs = "Zwykły akapit tekstu.\n\n" * 30
    assert stated(f"{paragraphs}Lublin, 6 listopada 2013 r.") is None

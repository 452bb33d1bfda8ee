"""Values are shown in words that a person reads, and typed ones are checked before they are kept."""

import pytest

from pipeline.records import MENTION_TABLES, Mention
from pipeline.review.forms import fields_of, read_values
from pipeline.review.queue import RECORDS
from pipeline.review.wording import LANGUAGES, in_words, texts

NBSP, NARROW = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("table", "typed", "polish", "english"),
    [
        ("dates", {"edtf": "2012-07-01/2016-04-30"}, "1 lipca 2012 – 30 kwietnia 2016", "1 July 2012 – 30 April 2016"),
        ("dates", {"edtf": "2012-02"}, "luty 2012", "February 2012"),
        ("dates", {"edtf": "2014-34"}, "II kwartał 2014", "2nd quarter of 2014"),
        ("dates", {"edtf": "2010-24~"}, "ok. zima 2010/2011", "about winter 2010/2011"),
        ("dates", {"edtf": "2008/.."}, "2008 – bez końca", "2008 – no end"),
        ("dates", {"edtf": "199X"}, "lata 1990–1999", "1990–1999"),
        ("dates", {"edtf": "2016-10-18", "time_from": "9:00", "time_to": "16.30"},
         "18 października 2016, godz. 09:00–16:30", "18 October 2016, at 09:00–16:30"),
        ("amounts", {"value": "10622115", "currency": "pln"}, f"10{NARROW}622{NARROW}115,00{NBSP}zł", f"10,622,115.00{NBSP}PLN"),
        ("amounts", {"value": "2 000,5", "value_max": "5000", "currency": "EUR", "approximate": "yes", "tax": "net"},
         f"ok. 2{NARROW}000,50 – 5{NARROW}000,00{NBSP}euro netto", f"about 2,000.50 – 5,000.00{NBSP}EUR net"),
        ("partner_counts", {"value": "11", "value_max": "19", "unit": "gmina", "unit_type": "municipality",
         "qualifier": "wiejski", "approximate": "yes"}, "ok. 11–19 × gmina wiejski", "about 11–19 × gmina wiejski · municipality"),
        ("organisations", {"name": "Związek Miast Polskich", "acronym": "ZMP", "org_type": "association"},
         "Związek Miast Polskich (ZMP) · stowarzyszenie lub związek", "Związek Miast Polskich (ZMP) · association"),
    ],
)  # fmt: skip
def test_typed_values_read_as_a_person_writes_them(
    table: str, typed: dict[str, str], polish: str, english: str
) -> None:
    values, faults = read_values(RECORDS[table], typed)
    assert faults == {}
    assert in_words(RECORDS[table], values, "pl") == polish
    assert in_words(RECORDS[table], values, "en") == english


@pytest.mark.parametrize(
    ("table", "typed", "faults"),
    [
        ("dates", {}, {"edtf": "required"}),
        ("dates", {"edtf": "5 maja 2014"}, {"edtf": "edtf"}),
        ("dates", {"edtf": "2014-02-30"}, {"edtf": "edtf"}),
        ("dates", {"edtf": "2014/2012"}, {"edtf": "edtf"}),
        ("dates", {"edtf": "2014", "time_from": "25:00"}, {"time_from": "time"}),
        ("dates", {"edtf": "2014", "time_to": "8:00"}, {"time_from": "required"}),
        ("amounts", {"value": "1,234", "currency": "PLN"}, {"value": "money"}),
        ("amounts", {"value": "NaN", "currency": "PLN"}, {"value": "money"}),
        ("amounts", {"value": "1e30", "currency": "PLN"}, {"value": "money"}),
        ("amounts", {"value": "1", "currency": "ZŁ"}, {"currency": "currency"}),
        ("amounts", {"value": "1", "currency": "ABC"}, {"currency": "currency"}),
        ("amounts", {"value": "5", "value_max": "2", "currency": "PLN"}, {"value_max": "order"}),
        ("amounts", {"value": "5", "currency": "PLN", "tax": "vat"}, {"tax": "choice"}),
        (
            "partner_counts",
            {"value": "2,5", "unit": "gmina", "unit_type": "municipality"},
            {"value": "number"},
        ),
        ("partner_counts", {"value": "2", "unit": "gmina", "unit_type": "village"}, {"unit_type": "choice"}),
        ("organisations", {"name": " ", "org_type": "other"}, {"name": "required"}),
        ("organisations", {"name": "x" * 1001, "org_type": "other"}, {"name": "long"}),
    ],
)
def test_what_is_wrong_is_said_of_its_input(
    table: str, typed: dict[str, str], faults: dict[str, str]
) -> None:
    assert read_values(RECORDS[table], typed)[1] == faults


def test_a_date_has_its_days_from_its_value() -> None:
    values, _ = read_values(RECORDS["dates"], {"edtf": "2012-07-01/2016-04~"})
    assert (values["first_day"], values["last_day"]) == ("2012-07-01", "2016-04-30")
    assert (values["precision"], values["kind"], values["approximate"]) == ("day", "interval", True)


@pytest.mark.parametrize("record", MENTION_TABLES)
def test_every_input_and_choice_has_words_in_each_language(record: type[Mention]) -> None:
    for language in LANGUAGES:
        said = texts(language)
        for field in fields_of(record):
            assert said["fields"][field.name]
            for choice in field.choices:
                assert said["values"][field.name][choice]


def test_the_languages_say_the_same_things() -> None:
    def keys(said: object, path: str = "") -> set[str]:
        if not isinstance(said, dict) or path.endswith("currencies."):
            return {path}
        return {found for name, value in said.items() for found in keys(value, f"{path}{name}.")}

    assert keys(dict(texts("pl"))) == keys(dict(texts("en")))

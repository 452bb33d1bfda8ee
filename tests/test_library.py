"""plextract inside other programs: typed records of a text, one at a time or in a stream."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import pipeline
from pipeline import flow, read

TEXT = "Wczoraj 20 gmin i Związek Miast Polskich (ZMP) dały 2,5 mln zł."


def test_a_text_gives_typed_records() -> None:
    found = pipeline.extract(TEXT, reference_date=date(2016, 4, 21), model="none")
    assert [(row.edtf, row.relative) for row in found.dates] == [("2016-04-20", True)]
    assert [(row.value, row.currency) for row in found.amounts] == [(Decimal("2500000.00"), "PLN")]
    assert [(row.value, row.unit) for row in found.partner_counts] == [(20, "gmina")]
    assert {row.name for row in found.organisations} == {"Związek Miast Polskich"}
    assert all(isinstance(row, pipeline.Mention) for row in found.mentions)


def test_offsets_lead_back_to_the_text_as_it_was_given() -> None:
    text = "Zapłacono\r\n\r\n10\u00a0622\u202f115\u00a0zł  dnia 5 maja\u00a02014 r."
    found = pipeline.extract(text, model="none")
    assert [text[row.raw_start : row.raw_end] for row in found.mentions] == [
        "5 maja\u00a02014 r.",
        "10\u00a0622\u202f115\u00a0zł",
    ]


@pytest.mark.parametrize("text", ["", " \n\t", "\ufeff"])
def test_a_text_with_nothing_in_it_gives_no_records(text: str) -> None:
    assert pipeline.extract(text, model="none").mentions == ()


def test_a_page_is_read_as_a_run_reads_it() -> None:
    page = "<!DOCTYPE html><html><body><p>Koszt: <b>5</b> zł</p><script>6 zł</script></body></html>"
    found = pipeline.extract(page, model="none")
    assert found == flow.process(read.read(read.Source("text", text=page)))
    assert [row.shown for row in found.amounts] == ["5.00 PLN"]


def test_many_texts_are_taken_one_at_a_time() -> None:
    taken = []

    def texts() -> Iterator[str]:
        for year in range(2010, 2020):
            taken.append(year)
            yield f"w {year} roku"

    found = pipeline.extract_many(texts(), model="none")
    assert [next(found).dates[0].edtf, next(found).dates[0].edtf] == ["2010", "2011"]
    assert taken == [2010, 2011]


def test_organisations_hold_within_a_text() -> None:
    first, second = pipeline.extract_many(["Związek Miast Polskich (ZMP)", "Wniosek ZMP"], model="none")
    assert {row.name for row in first.organisations} == {"Związek Miast Polskich"}
    assert len({row.org_id for row in first.organisations}) == 1
    assert [row.name for row in second.organisations] == ["ZMP"]


def test_a_model_that_is_not_there_is_told() -> None:
    with pytest.raises(pipeline.ModelError, match="no model nie_ma"):
        pipeline.extract("2012", model="nie_ma")


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, pipeline; assert 'extract' in dir(pipeline);"
        "print(sorted({'spacy', 'numpy', 'pyarrow', 'pydantic', 'yaml', 'morfeusz2'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout == "[]\n"


def test_every_name_that_the_package_offers_is_there() -> None:
    for name in pipeline.__all__:
        assert getattr(pipeline, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = pipeline.nothing


def test_other_programs_see_its_types(tmp_path: Path) -> None:
    program = (
        "import pipeline\n"
        "reveal_type(pipeline.extract('2012').dates[0].first_day)\n"
        "reveal_type(next(pipeline.extract_many(['2012'])).amounts)\n"
        "pipeline.extract(2012)\n"
    )
    said = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "-c", program],
        cwd=tmp_path, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert 'Revealed type is "datetime.date | None"' in said.stdout
    assert "tuple[pipeline.records.AmountMention, ...]" in said.stdout
    assert said.stdout.count("error:") == 1
    assert 'incompatible type "int"; expected "str"' in said.stdout

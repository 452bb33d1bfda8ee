"""Scoring on cases small enough to work out by hand."""

import itertools
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluate.mistakes import mistakes
from pipeline.evaluate.scoring import (
    MEASURES,
    GoldDocument,
    Measure,
    Row,
    Score,
    column_agreement,
    match,
    predicted_rows,
    read_gold,
    score,
)
from pipeline.records import DateMention, OrganisationMention

NAMES = (
    "dates", "amounts", "partner_counts",
    "organisations.strict", "organisations.relaxed", "organisations.canonical",
)  # fmt: skip
DATES, AMOUNTS, COUNTS, STRICT, RELAXED, CANONICAL = (
    next(measure for measure in MEASURES if measure.name == name) for name in NAMES
)


def dated(start: int, end: int, edtf: str, *, optional: bool = False, **times: time | None) -> Row:
    return Row(start, end, {"edtf": edtf, "time_from": None, "time_to": None, **times}, optional)


def named(start: int, end: int, name: str, *, optional: bool = False) -> Row:
    return Row(start, end, {"name": name}, optional)


def test_the_measures_are_those_of_the_contract() -> None:
    assert [measure.name for measure in MEASURES if measure.name in NAMES] == list(NAMES)
    assert DATES.compared == ("edtf", "time_from", "time_to")
    assert AMOUNTS.compared == ("value", "value_max", "currency")
    assert COUNTS.compared == ("value", "value_max", "unit_type")


def test_overlap_and_an_equal_value_match() -> None:
    found = match(DATES, [dated(0, 10, "2012")], [dated(9, 20, "2012")])
    assert found.pairs == ((0, 0),)
    assert not found.missed
    assert not found.spurious


@pytest.mark.parametrize(
    "predicted",
    [
        pytest.param(dated(0, 10, "2013"), id="wrong value"),
        pytest.param(dated(10, 20, "2012"), id="touching spans do not overlap"),
    ],
)
def test_neither_a_wrong_value_nor_a_span_beside_it_matches(predicted: Row) -> None:
    found = match(DATES, [dated(0, 10, "2012")], [predicted])
    assert (found.pairs, found.missed, found.spurious) == ((), (0,), (0,))


def test_clock_times_count_only_where_gold_has_them() -> None:
    with_time = dated(0, 10, "2016-10-18", time_from=time(9))
    without = dated(0, 10, "2016-10-18")
    assert DATES.equal(without, with_time)
    assert not DATES.equal(with_time, without)
    assert not DATES.equal(with_time, dated(0, 10, "2016-10-18", time_from=time(9), time_to=time(16)))


def test_money_is_compared_by_value_and_a_missing_upper_bound_is_a_value() -> None:
    def amount(value: str, upper: str | None = None, currency: str = "PLN") -> Row:
        columns = {"value": Decimal(value), "value_max": upper and Decimal(upper), "currency": currency}
        return Row(0, 5, columns)

    assert AMOUNTS.equal(amount("5.00"), amount("5"))
    assert not AMOUNTS.equal(amount("5"), amount("5", "7"))
    assert not AMOUNTS.equal(amount("5"), amount("5", currency="EUR"))


def test_a_gold_row_is_matched_once() -> None:
    found = match(DATES, [dated(0, 20, "2012")], [dated(0, 4, "2012"), dated(5, 9, "2012")])
    assert len(found.pairs) == 1
    assert len(found.spurious) == 1


def test_a_prediction_matches_one_gold_row() -> None:
    found = match(DATES, [dated(0, 4, "2012"), dated(5, 9, "2012")], [dated(0, 9, "2012")])
    assert found.pairs == ((0, 0),)
    assert found.missed == (1,)


def test_as_many_match_as_can() -> None:
    # the long prediction shares most with the first gold row, but only the second is free to it alone
    gold = [dated(0, 10, "2012"), dated(10, 12, "2012")]
    predicted = [dated(0, 12, "2012"), dated(0, 3, "2012")]
    assert match(DATES, gold, predicted).pairs == ((0, 1), (1, 0))


def test_an_optional_row_is_neither_missed_nor_matched() -> None:
    found = match(DATES, [dated(0, 4, "2012", optional=True)], [])
    assert found.missed == ()
    found = match(DATES, [dated(0, 4, "2012", optional=True)], [dated(0, 4, "2012")])
    assert (found.pairs, found.spurious, found.ignored) == ((), (), (0,))


def test_a_prediction_over_an_optional_row_is_ignored_whatever_its_value_and_span() -> None:
    found = match(DATES, [dated(5, 9, "2012", optional=True)], [dated(0, 6, "1999")])
    assert (found.spurious, found.ignored) == ((), (0,))


def test_an_optional_row_excuses_no_match_of_a_required_one() -> None:
    gold = [dated(0, 10, "2012", optional=True), dated(5, 15, "2012")]
    found = match(DATES, gold, [dated(5, 15, "2012")])
    assert found.pairs == ((1, 0),)


@pytest.mark.parametrize("order", list(itertools.permutations(range(2))))
def test_the_prediction_that_no_optional_row_excuses_takes_the_match(order: tuple[int, ...]) -> None:
    gold = [dated(0, 10, "2012"), dated(8, 14, "2012", optional=True)]
    both = [dated(7, 12, "2012"), dated(0, 3, "2012")]
    found = match(DATES, gold, [both[index] for index in order])
    assert found.spurious == ()
    assert len(found.pairs) == len(found.ignored) == 1


def test_a_wrong_value_over_a_required_row_beside_an_optional_one_misses_only_the_required() -> None:
    gold = [dated(0, 4, "2012"), dated(5, 9, "2013", optional=True)]
    found = match(DATES, gold, [dated(0, 9, "2012/2013")])
    assert (found.missed, found.spurious, found.ignored) == ((0,), (), (0,))


def test_organisations_strict_relaxed_and_canonical() -> None:
    gold = {"organisations": [named(0, 10, "Gmina Opole"), named(20, 30, "Powiat Nyski")]}
    predicted = {"organisations": [named(0, 10, "Gmina Opola"), named(21, 30, "Powiat Nyski")]}
    scores = score([gold], [predicted])
    assert scores["organisations.strict"] == Score(correct=1, predicted=2, gold=2)
    assert scores["organisations.relaxed"] == Score(correct=2, predicted=2, gold=2)
    assert scores["organisations.canonical"] == Score(correct=1, predicted=2, gold=2)


def test_counts_add_up_over_documents() -> None:
    gold = [{"dates": [dated(0, 4, "2012")]}, {"dates": [dated(0, 4, "2013"), dated(9, 12, "2014")]}]
    predicted = [{"dates": [dated(0, 4, "2012"), dated(30, 34, "2015")]}, {"dates": [dated(0, 4, "2013")]}]
    measured = score(gold, predicted)["dates"]
    assert measured == Score(correct=2, predicted=3, gold=3)
    assert measured.precision == pytest.approx(2 / 3)
    assert measured.recall == pytest.approx(2 / 3)
    assert measured.f1 == pytest.approx(2 / 3)


def test_an_empty_result_does_not_pass() -> None:
    nothing = score([{"dates": [dated(0, 4, "2012")]}], [{}])["dates"]
    assert (nothing.precision, nothing.recall, nothing.f1) == (0, 0, 0)
    with pytest.raises(ValueError, match="zip"):
        score([{"dates": [dated(0, 4, "2012")]}], [])


def test_nothing_to_find_and_nothing_found_is_perfect() -> None:
    nothing = score([{}], [{}])["dates"]
    assert (nothing.precision, nothing.recall, nothing.f1) == (1, 1, 1)


spans = st.tuples(st.integers(0, 12), st.integers(1, 4)).map(lambda pair: (pair[0], pair[0] + pair[1]))
rows = st.lists(
    st.builds(lambda span, value, optional: dated(*span, value, optional=optional), spans,
              st.sampled_from(["2012", "2013"]), st.booleans()),
    max_size=5,
)  # fmt: skip


@given(rows, rows)
def test_matching_is_as_large_as_any_and_accounts_for_every_row(
    gold: list[Row], predicted: list[Row]
) -> None:
    found = match(DATES, gold, predicted)
    assert len({g for g, _ in found.pairs}) == len({p for _, p in found.pairs}) == len(found.pairs)
    assert all(DATES.matches(gold[g], predicted[p]) and not gold[g].optional for g, p in found.pairs)
    assert len(found.pairs) + len(found.missed) == sum(not row.optional for row in gold)
    assert len(found.pairs) + len(found.spurious) + len(found.ignored) == len(predicted)
    largest, fewest_wrong = _by_trying_all(DATES, gold, predicted)
    assert (len(found.pairs), len(found.spurious)) == (largest, fewest_wrong)


def _by_trying_all(measure: Measure, gold: list[Row], predicted: list[Row]) -> tuple[int, int]:
    """Return the most matches, and with that many the fewest wrong predictions, by trying every pairing."""
    required = [row for row in gold if not row.optional]
    optional = [row for row in gold if row.optional]

    def best(index: int, free: frozenset[int]) -> tuple[int, int]:
        if index == len(predicted):
            return 0, 0
        row = predicted[index]
        matches, wrong = best(index + 1, free)
        choices = [(matches, wrong + (not any(row.overlap(other) for other in optional)))]
        for g in free:
            if measure.matches(required[g], row):
                matches, wrong = best(index + 1, free - {g})
                choices.append((matches + 1, wrong))
        return max(choices, key=lambda choice: (choice[0], -choice[1]))

    return best(0, frozenset(range(len(required))))


def gold_document(text: str, **tables: list[Row]) -> GoldDocument:
    empty: dict[str, list[Row]] = {"dates": [], "amounts": [], "partner_counts": [], "organisations": []}
    return GoldDocument("a.txt", text, None, {**empty, **tables})


def test_mistakes_name_the_fault_and_show_the_place() -> None:
    text = "W 2012 r. i w 2013 r.\noraz w 2014 r."
    document = gold_document(text, dates=[dated(2, 9, "2012"), dated(14, 21, "2013")])
    predicted = {"dates": [dated(2, 6, "2011"), dated(29, 36, "2014")]}
    first, second, third = mistakes([document], [predicted])
    assert (first.fault, first.gold_values["edtf"], first.predicted_values["edtf"]) == (
        "wrong value", "2012", "2011",
    )  # fmt: skip
    assert (second.fault, second.context) == ("missed", "W 2012 r. i w [2013 r.] oraz w 2014 r.")
    assert (third.fault, third.context) == ("spurious", "W 2012 r. i w 2013 r. oraz w [2014 r.]")


def test_a_right_name_with_another_span_is_a_wrong_span() -> None:
    document = gold_document("Gmina Opole pisze", organisations=[named(0, 11, "Gmina Opole")])
    (mistake,) = mistakes([document], [{"organisations": [named(6, 11, "Gmina Opole")]}])
    assert mistake.fault == "wrong span"


def test_agreement_of_other_columns_is_over_matched_rows_only() -> None:
    def row(approximate: bool, edtf: str = "2012") -> Row:
        return Row(0, 4, {"edtf": edtf, "time_from": None, "time_to": None, "approximate": approximate})

    gold = [{"dates": [row(True)]}, {"dates": [row(True)]}, {"dates": [row(True)]}]
    predicted = [{"dates": [row(True)]}, {"dates": [row(False)]}, {"dates": [row(False, "2013")]}]
    assert column_agreement(gold, predicted) == {"dates": {"approximate": 0.5}}


def test_predictions_count_in_the_offsets_of_the_source() -> None:
    mention = DateMention(
        doc_id="0" * 16, start=0, end=4, text="2012", raw_start=7, raw_end=11, sentence="2012", label=None,
        rule="dates.year", score=0.9, edtf="2012", first_day=date(2012, 1, 1), last_day=date(2012, 12, 31),
        precision="year", kind="point", time_from=None, time_to=None, approximate=False, relative=False,
    )  # fmt: skip
    (row,) = predicted_rows([mention])["dates"]
    assert (row.start, row.end, row.columns["edtf"]) == (7, 11, "2012")
    assert "rule" not in row.columns


def test_the_development_gold_can_be_read() -> None:
    documents = read_gold(Path(__file__).parent.parent / "corpus" / "gold.jsonl")
    assert len(documents) == 24
    rows = [row for document in documents for row in document.rows["amounts"]]
    assert all(isinstance(row.columns["value"], Decimal) for row in rows)
    assert any(row.optional for row in rows)
    assert set(OrganisationMention.values) <= set(documents[0].rows["organisations"][0].columns)
    perfect = score([d.rows for d in documents], [required(d) for d in documents])
    assert {measured.f1 for measured in perfect.values()} == {1.0}


def required(document: GoldDocument) -> dict[str, list[Row]]:
    return {table: [row for row in rows if not row.optional] for table, rows in document.rows.items()}


def test_a_broken_gold_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('{"source": "a.txt"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"gold\.jsonl, line 1"):
        read_gold(path)

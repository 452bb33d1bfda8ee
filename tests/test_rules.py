"""Loading and validating rule files, and how matches compete."""

from functools import cache
from pathlib import Path

import pytest

from pipeline import rules
from pipeline.document import Span
from pipeline.lexicon import Lexicon
from pipeline.rules import Match, Rule, RuleError, RuleSet
from pipeline.syntax import words_of


def rule(id_: str, pattern: str, *, blocks: bool = False) -> Rule:
    return Rule(id=f"test.{id_}", purpose="For a test.", pattern=pattern, examples=["x"], blocks=blocks)


def read(
    text: str, *given: Rule, refuse: tuple[str, ...] = (), drop: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    words: set[str] = set()
    for one in given:
        words |= words_of(one.pattern)[0]
    lexicon = Lexicon({}, {}, words)

    def reading(match: Match[Rule]) -> list[str] | None:
        found = text[match.start : match.end]
        if found in refuse:
            return None
        return [] if found in drop else [found]

    return [
        (row, used.id.removeprefix("test."))
        for row, used in RuleSet(given, lexicon).read(lexicon.lex(text, [Span(0, len(text))]), reading)
    ]


def test_the_longest_match_wins() -> None:
    assert read("5 maja 2014", rule("a", "{year}"), rule("b", "{day} maja {year}")) == [("5 maja 2014", "b")]


def test_between_equal_spans_the_longer_reach_wins_then_the_first_rule() -> None:
    assert read("od 2014", rule("a", "{year}"), rule("b", "od [{year}]")) == [("2014", "b")]
    assert read("2014", rule("a", "{year}"), rule("b", "{year}")) == [("2014", "a")]


def test_no_reading_leaves_the_place_to_shorter_ones_and_an_empty_one_does_not() -> None:
    given = rule("a", "{year}"), rule("b", "{day} maja {year}")
    assert read("5 maja 2014", *given, refuse=("5 maja 2014",)) == [("2014", "a")]
    assert read("5 maja 2014", *given, drop=("5 maja 2014",)) == []


def test_a_blocking_rule_lets_nothing_be_read_in_its_place() -> None:
    assert read("poz. 2014 i 2015", rule("a", "{year}"), rule("b", "poz. {int}", blocks=True)) == [
        ("2015", "a")
    ]


def test_rows_come_in_text_order() -> None:
    assert [
        row for row, _ in read("2014 i 5 maja 2015", rule("a", "{year}"), rule("b", "{day} maja {year}"))
    ] == [
        "2014",
        "5 maja 2015",
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "vocabulary").mkdir()
    monkeypatch.setattr(rules, "rules_folder", lambda: tmp_path)
    for cached in (
        "own_folder",
        "vocabulary",
        "lexicon",
        "rule_set",
    ):  # what others remember of the real rules stays
        monkeypatch.setattr(rules, cached, cache(getattr(rules, cached).__wrapped__))
    return tmp_path


GOOD = """
- id: dates.year
  purpose: A year.
  pattern: "{year}"
  examples: ["w [2014|2014]"]
"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD.replace("purpose", "porpoise"), "dates.year: purpose: Field required"),
        (GOOD.replace("{year}", "{nothing}"), "dates.year: {nothing}"),
        (GOOD.replace("dates.year", "Bad id"), "Bad id: id"),
        (GOOD + GOOD, "dates.year is defined twice"),
        ("- just text", "entry 1"),
        ("a: [", "dates.yaml"),
    ],
)
def test_an_error_names_the_file_the_rule_and_the_reason(folder: Path, text: str, reason: str) -> None:
    (folder / "dates.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as error:
        rules.rule_set("dates", Rule)
    assert "dates.yaml" in str(error.value)
    assert reason in str(error.value)


def test_a_vocabulary_error_names_the_file_and_the_category(folder: Path) -> None:
    path = folder / "vocabulary" / "months.yaml"
    path.write_text("month: {meaning: Months, lemma: [maj]}", encoding="utf-8")
    with pytest.raises(RuleError, match=r"months\.yaml: month: lemma"):
        rules.lexicon()


def test_the_digest_follows_the_rules(folder: Path) -> None:
    (folder / "dates.yaml").write_text(GOOD, encoding="utf-8")
    before = rules.rules_digest()
    (folder / "dates.yaml").write_text(GOOD.replace("A year", "One year"), encoding="utf-8")
    assert rules.rules_digest() != before

"""One row an organisation: what its mentions come to, whatever the parts that they were summed up in."""

import random
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stand_in import Write

from pipeline import batch, read
from pipeline.flow import Settings
from pipeline.records import OrganisationMention, OrganisationRecord
from pipeline.resolve import NameIndex, OrganisationIndex, org_id

NAMES = {
    "Związek Miast Polskich": "ZMP",
    "ZWIĄZEK MIAST POLSKICH": "ZMP",
    "Zakład Melioracji Polnej": "ZMP",
    "ZMP": None,
    "Gmina Brzeziny": None,
    "gmina Brzeziny": None,
    "Gmina Zalipie": None,
    "Jurabud sp. z o.o.": None,
    "Jurabud S.A.": None,
    "Jurabud": None,
}
PLACES = [None, "powiat kaliski, województwo wielkopolskie", "województwo wielkopolskie", "powiat brzeziński"]


def mention(
    doc_id: str,
    start: int,
    name: str,
    place: str | None = None,
    code: str | None = None,
    *,
    kind: str = "other",
) -> OrganisationMention:
    return OrganisationMention(
        doc_id=doc_id, start=start, end=start + len(name), text=name, raw_start=None, raw_end=None, sentence=name,
        label=None, rule="test", score=1.0, name=name, acronym=NAMES.get(name), org_type=kind, org_id=org_id(name),
        located_in=place, teryt=code,
    )  # fmt: skip


mention_rows = st.lists(
    st.builds(
        mention,
        st.sampled_from("abcdef"),
        st.integers(0, 10_000),
        st.sampled_from(sorted(NAMES)),
        st.sampled_from(PLACES),
        st.sampled_from([None, "1021022", "3007022"]),
        kind=st.sampled_from(["other", "association", "local_government"]),
    ),
    max_size=25,
)
reference_dates = st.dictionaries(st.sampled_from("abcdef"), st.dates(date(2000, 1, 1), date(2030, 1, 1)))


def parts_by_document(rows: list[OrganisationMention]) -> list[list[OrganisationMention]]:
    return [[row for row in rows if row.doc_id == doc_id] for doc_id in sorted({row.doc_id for row in rows})]


def summed_up(parts: list[list[OrganisationMention]], days: dict[str, date]) -> OrganisationIndex:
    index = OrganisationIndex()
    for part in parts:
        index.add(part, days)
    return index


def records(index: OrganisationIndex) -> list[OrganisationRecord]:
    return list(index.records())


def merged(parts: list[OrganisationIndex]) -> OrganisationIndex:
    whole = OrganisationIndex()
    for part in parts:
        whole.merge(part)
    return whole


@given(mention_rows, reference_dates, st.randoms(use_true_random=False))
def test_indices_of_parts_merge_into_that_of_the_whole_in_any_order_and_grouping(
    rows: list[OrganisationMention], days: dict[str, date], chance: random.Random
) -> None:
    parts = parts_by_document(rows)
    whole = records(summed_up([rows], days))
    chance.shuffle(parts)
    cut = chance.randint(0, len(parts))
    left, right = parts[:cut], parts[cut:]
    one, other = summed_up(left, days), merged([summed_up([part], days) for part in right])
    assert records(merged([one, other])) == whole
    assert records(merged([summed_up(left, days), summed_up(right, days)])) == whole
    assert records(merged([summed_up(right, days), summed_up(left, days)])) == whole


@given(mention_rows, st.randoms(use_true_random=False))
def test_name_indices_of_parts_merge_into_that_of_the_whole_in_any_order_and_grouping(
    rows: list[OrganisationMention], chance: random.Random
) -> None:
    whole = NameIndex()
    whole.add(rows)
    wanted = whole.apply(rows)
    cuts = sorted(chance.randint(0, len(rows)) for _ in range(2))
    parts = [rows[: cuts[0]], rows[cuts[0] : cuts[1]], rows[cuts[1] :]]
    chance.shuffle(parts)
    indices = []
    for part in parts:
        index = NameIndex()
        index.add(part)
        indices.append(index)
    first, second, third = indices
    second.merge(third)
    first.merge(second)
    assert first.apply(rows) == wanted


def test_an_organisation_has_its_names_counts_and_days() -> None:
    rows = [
        mention("a", 0, "ZWIĄZEK MIAST POLSKICH", kind="other"),
        mention("a", 9, "ZWIĄZEK MIAST POLSKICH", kind="other"),
        mention("b", 0, "Związek Miast Polskich", kind="association"),
        mention("c", 0, "Związek Miast Polskich", kind="association"),
        mention("c", 9, "Gmina Zalipie", "powiat bialski", "0601012", kind="local_government"),
    ]
    days = {"a": date(2014, 5, 6), "b": date(2012, 3, 4), "d": date(1999, 1, 1)}
    union, gmina = records(summed_up(parts_by_document(rows), days))
    assert union == OrganisationRecord(
        org_id=org_id("Związek Miast Polskich"), name="Związek Miast Polskich", acronyms=["ZMP"],
        variants=["ZWIĄZEK MIAST POLSKICH"], org_type="association", located_in=None, teryt=None, n_mentions=4,
        n_documents=3, first_date=date(2012, 3, 4), last_date=date(2014, 5, 6),
    )  # fmt: skip
    assert (gmina.located_in, gmina.teryt, gmina.n_documents) == ("powiat bialski", "0601012", 1)
    assert (gmina.first_date, gmina.last_date) == (None, None)


# --- in a run ------------------------------------------------------------------------------------------------

TEXTS = {
    "a": "Poznań, 5 maja 2014 r.\n\nZwiązek Miast Polskich (ZMP) i Gmina Brzeziny (powiat kaliski).",
    "b": "Umowę ma ZMP oraz Gmina Brzeziny w powiecie brzezińskim.",
    "c": "ZWIĄZEK MIAST POLSKICH\n\nPismo Związku Miast Polskich do gminy Brzeziny.",
    "d": "Powiat Kłodzki i Związek Miast Polskich.",
    "e": "Powiat Kłodzki i Związek Miast Polskich.",
}


def index_rows(out: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pq.read_table(out / "organisation_index").to_pylist()
    return rows


def test_shards_and_workers_change_nothing(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = documents(**TEXTS)

    def index_bytes(name: str, **options: object) -> bytes:
        batch.run(read.discover([str(folder)]), tmp_path / name, None, Settings(), **options)  # type: ignore[arg-type]
        (part,) = (tmp_path / name / "organisation_index").iterdir()
        return part.read_bytes()

    whole = index_bytes("whole")
    monkeypatch.setattr(batch, "SHARD_DOCUMENTS", 1)
    assert index_bytes("one by one") == whole
    monkeypatch.setattr(batch, "SHARD_DOCUMENTS", 2)
    assert index_bytes("two workers", n_workers=2) == whole

    by_name = {(str(row["name"]), row["located_in"]): row for row in index_rows(tmp_path / "whole")}
    union = by_name["Związek Miast Polskich", None]
    assert (union["n_mentions"], union["n_documents"]) == (6, 4), "the same text twice is one document"
    assert union["acronyms"] == ["ZMP"]
    assert union["variants"] == ["ZWIĄZEK MIAST POLSKICH"]
    assert {place for name, place in by_name if name.casefold() == "gmina brzeziny"} == {
        None, "powiat kaliski, województwo wielkopolskie", "powiat brzeziński, województwo łódzkie",
    }  # fmt: skip


def test_the_index_sums_up_the_rows_of_organisations(documents: Write, tmp_path: Path) -> None:
    batch.run(read.discover([str(documents(**TEXTS))]), tmp_path / "out", None, Settings(date(2016, 4, 21)))
    mentions = pq.read_table(tmp_path / "out" / "organisations").to_pylist()
    for row in index_rows(tmp_path / "out"):
        own = [one for one in mentions if one["org_id"] == row["org_id"]]
        assert row["n_mentions"] == len(own) > 0
        assert row["n_documents"] == len({one["doc_id"] for one in own})
        assert {one["name"] for one in own} == {row["name"], *row["variants"]}  # type: ignore[misc]
        assert (row["first_date"], row["last_date"]) == (date(2016, 4, 21), date(2016, 4, 21))
    assert len({one["org_id"] for one in mentions}) == len(index_rows(tmp_path / "out"))


def test_a_register_reaches_the_run_and_is_told_by_its_content(documents: Write, tmp_path: Path) -> None:
    register = tmp_path / "TERC.csv"
    header = "WOJ;POW;GMI;RODZ;NAZWA;NAZWA_DOD;STAN_NA\n"
    rows = "02;;;;DOLNOŚLĄSKIE;województwo;2024-01-01\n02;08;;;kłodzki;powiat;2024-01-01\n"
    register.write_text(header + rows, encoding="utf-8")
    folder = documents(d=TEXTS["d"])
    out = tmp_path / "out"

    def run(**options: object) -> batch.Summary:
        return batch.run(read.discover([str(folder)]), out, None, Settings(teryt=register), **options)  # type: ignore[arg-type]

    run()
    assert {row["name"]: row["teryt"] for row in index_rows(out)}["Powiat Kłodzki"] == "0208"
    assert run(resume=True).resumed_documents == 1
    register.write_text(header + rows.replace("02;08", "02;09"), encoding="utf-8")
    assert run(resume=True).resumed_documents == 0, "another register makes other rows"
    assert {row["name"]: row["teryt"] for row in index_rows(out)}["Powiat Kłodzki"] == "0209"

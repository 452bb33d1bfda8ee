"""A run describes itself, and goes into other programs whole: what validators, readers and R make of it."""

import csv
import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
import walk
from typer.testing import CliRunner, Result

from pipeline import batch, charts, cli, database, export, metadata, read, records, report
from pipeline.batch import publish
from pipeline.charts import Series
from pipeline.cli import reference
from pipeline.export import workbook
from pipeline.flow import Settings
from pipeline.metadata import croissant, data_package
from pipeline.records import TABLES

ROOT = Path(__file__).resolve().parent.parent
MARKUP = """</script><script>alert(1)</script> "><img src=x onerror=alert(1)> & {{ 7 * 7 }}"""
HOSTILE = f"""Protokół ze spotkania.

Koszt {MARKUP} 5 mln zł

=HYPERLINK("http://example.org") kosztuje 12,50 zł netto, 3 maja 2014 r. o godz. 10:30.

Statut z 1 stycznia 1850 r. obowiązuje.

Razem 12 345 678 901 234,56 zł w latach 2014–2020, od lat dziewięćdziesiątych.

„Łąka źdźbeł” i Związek Miast Polskich (ZMP) wydadzą w styczniu 2015 r. 100 euro; 20 gmin zgłosi ZMP. """


def plextract(*args: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(arg) for arg in args])


def extracted(folder: Path, **texts: str) -> Path:
    sources = folder / "texts"
    sources.mkdir()
    for name, text in texts.items():
        (sources / f"{name}.txt").write_text(text, encoding="utf-8")
    batch.run(read.discover([str(sources)]), folder / "tables", None, Settings())
    return folder / "tables"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over a text with everything that formats stumble over, a plain one, a very long one, and one that fails."""
    long = "Umowę podpisano 5 maja 2014 r. " + "Na tym koniec. " * 3000
    return extracted(
        tmp_path_factory.mktemp("data"), hostile=HOSTILE, other="Rok 2012, 20 zł.", long=long, bad=""
    )


@pytest.fixture
def run(out: Path) -> Iterator[database.Run]:
    with database.open_run(out) as opened:
        yield opened


def rows_of(out: Path, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(out / table).to_pylist()
    return rows


# --- descriptions --------------------------------------------------------------------------------------------


def test_frictionless_finds_the_data_package_valid(out: Path) -> None:
    from frictionless import Package  # noqa: PLC0415

    path = out / metadata.DATA_PACKAGE
    assert list(Package.metadata_validate(json.loads(path.read_text(encoding="utf-8")))) == []
    package = Package(str(path))
    assert [resource.name for resource in package.resources] == [record.table for record in TABLES]
    kind = package.get_resource("dates").schema.get_field("precision")
    assert kind.constraints["enum"] == list(records.vocabulary(records.DateMention, "precision"))


def test_frictionless_finds_the_exported_csv_to_be_as_described(run: database.Run, tmp_path: Path) -> None:
    """Types, vocabularies, keys and references of every row; a wrong value is found."""
    from frictionless import Package  # noqa: PLC0415

    export.export(run, "csv", tmp_path / "csv")
    package = tmp_path / "csv" / metadata.DATA_PACKAGE
    csv.field_size_limit(10**7)
    checked = Package(str(package)).validate()
    assert checked.valid, checked.flatten(["type", "rowNumber", "fieldName", "note"])
    assert checked.stats["tasks"] == len(TABLES)
    dates = tmp_path / "csv" / "dates.csv"
    for right, wrong in ((",year,", ",fortnight,"), (rows_of(run.out, "dates")[0]["doc_id"], "0" * 16)):
        text = dates.read_text(encoding="utf-8")
        assert right in text
        dates.write_text(text.replace(right, wrong), encoding="utf-8")
        assert not Package(str(package)).validate().valid
        dates.write_text(text, encoding="utf-8")


@pytest.mark.filterwarnings("default")  # of rdflib, about itself
def test_mlcroissant_finds_the_description_valid_and_reads_the_rows_by_it(out: Path) -> None:
    import mlcroissant  # noqa: PLC0415

    described = mlcroissant.Dataset(str(out / metadata.CROISSANT))
    issues = described.metadata.ctx.issues
    assert list(issues.errors) == []
    assert [str(warning) for warning in issues.warnings if "datePublished" not in str(warning)] == []
    for table in ("amounts", "dates", "organisation_index", "errors"):
        if rows := rows_of(out, table):
            read_back = [
                {name.partition("/")[2]: value for name, value in row.items()}
                for row in described.records(table)
            ]
            assert len(read_back) == len(rows)
            assert set(read_back[0]) == set(rows[0])
    assert {"day", "year"} <= {
        row["dates-precision-values/name"] for row in described.records("dates-precision-values")
    }


def test_descriptions_have_every_column_with_its_meaning_and_the_provenance(out: Path) -> None:
    manifest = publish.read_manifest(out)
    assert manifest is not None
    package = json.loads((out / metadata.DATA_PACKAGE).read_text(encoding="utf-8"))
    croissants = json.loads((out / metadata.CROISSANT).read_text(encoding="utf-8"))
    sets = {found["name"]: found for found in croissants["recordSet"]}
    for record, resource in zip(TABLES, package["resources"], strict=True):
        schema = pq.read_schema(out / record.table / "part-00000.parquet")
        listed = {field["name"]: field for field in resource["schema"]["fields"]}
        assert list(listed) == schema.names == [field["name"] for field in sets[record.table]["field"]]
        for field in schema:
            about = {name.decode(): value.decode() for name, value in field.metadata.items()}
            assert listed[field.name]["description"] == about["description"]
            assert listed[field.name].get("unit") == about.get("unit")
            enum = listed[field.name].get("constraints", {}).get("enum", [])
            assert ", ".join(enum) == about.get("values", "")
        assert resource["hash"].removeprefix("sha256:") in {file["sha256"] for file in manifest["files"]}
    stated = package["provenance"]
    assert (stated["run"], stated["rules"]) == (manifest["run"], manifest["rules"])
    assert stated["model"] == "none"
    assert "GPL-3.0" in stated["software_licence"]
    assert manifest["run"][:12] in croissants["citeAs"]
    assert '"seconds"' not in json.dumps(package)


def test_the_same_inputs_have_the_same_descriptions(out: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    batch.run(read.discover([str(out.parent / "texts")]), again, None, Settings())
    for name in metadata.FILES:
        assert (again / name).read_bytes() == (out / name).read_bytes()


def test_a_table_of_several_parts_is_described_whole(out: Path) -> None:
    manifest = json.loads((out / publish.MANIFEST).read_text(encoding="utf-8"))
    (first,) = [file for file in manifest["files"] if file["path"].startswith("dates/")]
    manifest["files"].append({**first, "path": "dates/part-00001.parquet"})
    paths = {found["name"]: found["path"] for found in data_package.of_run(manifest)["resources"]}
    assert paths["dates"] == ["dates/part-00000.parquet", "dates/part-00001.parquet"]
    described = croissant.of_run(manifest)
    (parts,) = [found for found in described["distribution"] if found["@type"] == "cr:FileSet"]
    assert [part["@id"] for part in parts["containedIn"]] == paths["dates"]


def test_the_data_dictionary_is_that_of_the_records() -> None:
    page = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert page == reference.dictionary(), (
        "renew it with: plextract schema --dictionary > docs/data-dictionary.md"
    )
    html = plextract("schema", "--html").stdout
    for record in TABLES:
        assert f'<h2 id="{record.table}">' in html
    assert "<code>voivodeship</code>" in html


def test_the_citation_names_this_version() -> None:
    import tomllib  # noqa: PLC0415

    import yaml  # noqa: PLC0415

    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(cited) >= {"cff-version", "message", "title", "authors"}  # what the format requires
    assert (cited["version"], cited["license"]) == (project["version"], project["license"])


# --- export --------------------------------------------------------------------------------------------------


def test_csv_is_exact_and_runs_no_formula(run: database.Run, tmp_path: Path) -> None:
    warnings = export.export(run, "csv", tmp_path)
    assert (tmp_path / "dates.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    csv.field_size_limit(10**7)
    for record in TABLES:
        with (tmp_path / f"{record.table}.csv").open(encoding="utf-8-sig", newline="") as file:
            read_back = list(csv.DictReader(file))
        assert len(read_back) == len(rows_of(run.out, record.table))
        for row in read_back:
            assert [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert any("amounts.sentence 1" in warning for warning in warnings)
    with (tmp_path / "amounts.csv").open(encoding="utf-8-sig", newline="") as file:
        values = {row["value"] for row in csv.DictReader(file)}
    assert {"12345678901234.56", "12.50"} <= values


def test_xlsx_has_typed_cells_and_tells_what_excel_cannot_hold(run: database.Run, tmp_path: Path) -> None:
    warnings = "\n".join(export.export(run, "xlsx", tmp_path / "a.xlsx"))
    for place in (
        "amounts.value: numbers of over 15",
        "dates.first_day: days before 1900",
        "documents.text: texts of over",
    ):
        assert place in warnings
    sheets = sheet_cells(tmp_path / "a.xlsx")
    assert list(sheets) == [*(record.table for record in TABLES), "columns", "provenance"]
    names = sheets["amounts"][0]
    amounts = [dict(zip(names, row, strict=False)) for row in sheets["amounts"][1:]]
    by_value = {(row["value"][0], float(row["value"][1])): row for row in amounts}
    assert by_value["n", 12.5]["sentence"][1].startswith("=HYPERLINK")
    assert ("s", 12345678901234.56) in by_value
    assert ("n", 100) in by_value
    text = dict(
        zip(sheets["documents"][0], max(sheets["documents"][1:], key=lambda row: len(str(row))), strict=False)
    )
    assert len(text["text"][1]) == workbook.MAX_CHARACTERS
    export.export(run, "xlsx", tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def sheet_cells(path: Path) -> dict[str, list[list[Any]]]:
    """Return the cells of a workbook as ``(type, value)``, the first row of each sheet as plain names; no formulas."""
    import zipfile  # noqa: PLC0415
    from xml.etree import ElementTree  # noqa: PLC0415

    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    found = {}
    with zipfile.ZipFile(path) as package:
        book = ElementTree.fromstring(package.read("xl/workbook.xml"))
        for number, sheet in enumerate(book.iterfind("m:sheets/m:sheet", space), start=1):
            rows = []
            page = ElementTree.fromstring(package.read(f"xl/worksheets/sheet{number}.xml"))
            assert page.find(".//m:f", space) is None
            for row in page.iterfind("m:sheetData/m:row", space):
                cells: list[Any] = []
                for cell in row:
                    letters = re.sub(r"\d", "", cell.get("r") or "")
                    place = (
                        sum(26**power * (ord(letter) - 64) for power, letter in enumerate(reversed(letters)))
                        - 1
                    )
                    cells += [None] * (place - len(cells))
                    text = "".join(cell.itertext())
                    cells.append(("s", text) if cell.get("t") == "inlineStr" else ("n", text))
                rows.append(cells)
            rows[0] = [name for _, name in rows[0]]
            found[sheet.get("name") or ""] = rows
    return found


def test_jsonl_has_every_row(run: database.Run, tmp_path: Path) -> None:
    export.export(run, "jsonl", tmp_path)
    for record in TABLES:
        lines = (tmp_path / f"{record.table}.jsonl").read_text(encoding="utf-8").splitlines()
        assert [list(json.loads(line)) for line in lines] == [
            list(row) for row in rows_of(run.out, record.table)
        ]
    amounts = [
        json.loads(line) for line in (tmp_path / "amounts.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert "12345678901234.56" in {row["value"] for row in amounts}


def test_duckdb_has_the_rows_types_meanings_and_views(run: database.Run, tmp_path: Path) -> None:
    export.export(run, "duckdb", tmp_path / "run.duckdb")
    with closing(duckdb.connect(str(tmp_path / "run.duckdb"), read_only=True)) as file:
        for record in TABLES:
            assert file.table(record.table).to_arrow_table().to_pylist() == rows_of(run.out, record.table)
        comment = "SELECT comment FROM duckdb_columns() WHERE table_name = 'dates' AND column_name = 'kind'"
        assert file.sql(comment).fetchall() == [("whether it has one end or two: point, interval",)]
        assert file.sql("SELECT count(*) FROM mentions").fetchall() == run.rows(
            "SELECT count(*) FROM mentions"
        )


def test_sqlite_has_keys_checked_vocabularies_and_views(run: database.Run, tmp_path: Path) -> None:
    export.export(run, "sqlite", tmp_path / "run.sqlite")
    with closing(sqlite3.connect(tmp_path / "run.sqlite")) as file:
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        for record in TABLES:
            (count,) = file.execute(f"SELECT count(*) FROM {record.table}").fetchone()
            assert count == len(rows_of(run.out, record.table))
        values = [value for (value,) in file.execute("SELECT value FROM amounts")]
        assert sorted(map(Decimal, values)) == sorted(row["value"] for row in rows_of(run.out, "amounts"))
        counts = "SELECT sentence, n_mentions, n_amounts FROM sentences ORDER BY source, first_start"
        assert file.execute(counts).fetchall() == run.rows(counts)
        with pytest.raises(sqlite3.IntegrityError):
            file.execute("UPDATE dates SET precision = 'fortnight'")


def test_an_export_is_whole_or_not_there_and_never_over_a_run(
    run: database.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(export.UnfitTarget):
        export.export(run, "csv", run.out)
    with pytest.raises(export.UnfitTarget):
        export.export(run, "sqlite", tmp_path)
    target = tmp_path / "run.sqlite"
    target.write_bytes(b"the one before")

    def full(*_: object) -> Iterator[list[Any]]:
        raise OSError("no space left on device")

    monkeypatch.setattr("pipeline.export.databases.batches", full)
    with pytest.raises(OSError, match="no space"):
        export.export(run, "sqlite", target)
    assert target.read_bytes() == b"the one before"
    assert [path.name for path in tmp_path.iterdir()] == ["run.sqlite"]


def test_commands_say_where_they_wrote_and_refuse_what_is_no_run(out: Path, tmp_path: Path) -> None:
    said = plextract("export", out, "--to", "csv", "--out", tmp_path / "csv")
    assert (said.exit_code, said.stdout.strip()) == (0, str(tmp_path / "csv"))
    assert "warning: CSV has no types" in said.stderr
    for args in (("export", tmp_path, "--to", "csv"), ("sql", tmp_path, "SELECT 1"), ("report", tmp_path)):
        said = plextract(*args)
        assert said.exit_code == cli.WRONG_USE
        assert "holds no run of plextract" in said.stderr


# --- SQL -----------------------------------------------------------------------------------------------------


def test_sql_answers_as_a_table_as_csv_and_as_json(out: Path) -> None:
    asked = "SELECT currency, value FROM amounts WHERE value < 50 ORDER BY value"
    assert plextract("sql", out, asked, "--csv").stdout == "currency,value\nPLN,12.50\nPLN,20.00\n"
    assert json.loads(plextract("sql", out, asked, "--json").stdout.splitlines()[0]) == {
        "currency": "PLN",
        "value": "12.50",
    }
    said = plextract("sql", out, asked, "--rows", "1").stdout
    assert "12.50" in said
    assert "and 1 more rows" in said


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM '{secret}'",
        "COPY dates TO '{new}'",
        "ATTACH '{new}'",
        "EXPORT DATABASE '{new}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
        "SET enable_external_access = true",
        "SELECT * FROM glob('/*')",
        "SELEC",
        "",
    ],
)
def test_sql_reaches_nothing_but_the_run(statement: str, out: Path, tmp_path: Path) -> None:
    secret, new = tmp_path / "secret.csv", tmp_path / "new"
    secret.write_text("a\n4711\n", encoding="utf-8")
    said = plextract("sql", out, statement.format(secret=secret, new=new))
    assert said.exit_code == cli.WRONG_USE
    assert said.stderr.startswith("plextract: ")
    assert "4711" not in said.output
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


# --- R -------------------------------------------------------------------------------------------------------


def test_r_reads_the_csv_and_the_sqlite_file_as_the_page_says(tmp_path: Path) -> None:
    rscript = shutil.which("Rscript")
    if (
        not rscript
        or subprocess.run([rscript, "-e", "library(RSQLite)"], capture_output=True, check=False).returncode
    ):
        pytest.skip("needs R with RSQLite: apt-get install r-base-core r-cran-rsqlite")
    out = extracted(tmp_path, umowa="Koszty projektu: 2,5 mln zł\n", plan="Zażółć 120 tys. euro i 10 zł.")
    for args in (("--to", "csv", "--out", tmp_path / "csv"), ("--to", "sqlite")):
        assert plextract("export", out, *args).exit_code == 0
    (script, _) = [block.text for block in walk.blocks(ROOT / "docs" / "data.md") if block.language == "r"]
    script += 'print(any(grepl("Zażółć", amounts$sentence)))\n'
    (tmp_path / "read.R").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [rscript, "--encoding=UTF-8", "read.R"], cwd=tmp_path, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["currency", "value"],
        ["1", "EUR", "120000"],
        ["2", "PLN", "2500010"],
        ["source", "value", "label"],
        ["1", "plan.txt", "10", "<NA>"],
        ["2", "plan.txt", "120000", "<NA>"],
        ["3", "umowa.txt", "2500000", "Koszty", "projektu"],
        ["[1]", "TRUE"],
    ]


# --- the report ----------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The elements of a page: tags that are opened and not closed, ids, links, and the text that is shown."""

    VOID = ("meta", "link", "br", "wbr", "img", "line", "rect")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.shown = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            if name == "id":
                self.ids.append(value or "")
            elif name in ("href", "src"):
                self.links.append(value or "")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.shown += data


def test_a_report_shows_markup_of_documents_as_text_and_fetches_nothing(run: database.Run) -> None:
    html = report.page(run)
    page = Page(html)
    assert page.open == []
    assert MARKUP in page.shown
    assert "script" not in page.tags
    assert len(page.ids) == len(set(page.ids))
    assert page.links
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert re.findall(r"url\(|@import", html) == []
    assert {"svg", "mark", "table"} <= set(page.tags)
    assert "Związek Miast Polskich" in page.shown
    assert "bad.txt" in page.shown


def test_a_report_of_nothing_says_so(tmp_path: Path) -> None:
    out = extracted(tmp_path, bad="")
    with database.open_run(out) as opened:
        page = Page(report.page(opened))
    for said in (
        "No document was read.",
        "No dates were found.",
        "No amounts were found.",
        "No organisations",
    ):
        assert said in page.shown


def test_dates_are_drawn_as_precisely_as_they_were_said(tmp_path: Path) -> None:
    text = "Dnia 5 maja 2014 r., w maju 2014 r., w maju 2014 r. i w 2014 roku; w latach 2013–2015."
    with database.open_run(extracted(tmp_path, a=text)) as opened:
        points, spans = report.drawings.timeline(opened)
    assert (points.head, points.rows[1]) == (
        ["year", "day", "month to half-year", "year"],
        ["2014", "1", "2", "1"],
    )
    assert spans.rows == [["2013", "1"], ["2014", "1"], ["2015", "1"]]


def test_a_chart_has_labelled_axes_escapes_and_stacks_to_its_total() -> None:
    svg = charts.columns(
        "<t>", ["a&b", "c"], [Series("x", [3, 0]), Series("y", [1, 2])], x="when", y="how many"
    )
    assert "&lt;t&gt;" in svg
    assert "a&amp;b" in svg
    assert ">when<" in svg
    assert ">how many<" in svg
    heights = [float(height) for height in re.findall(r'height="([\d.]+)"><title>', svg)]
    assert [round(height / heights[1]) for height in heights] == [3, 1, 2]

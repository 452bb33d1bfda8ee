"""How fast the review page answers over a run of a million rows, made by repeating one of the sample corpus.

    python bench/review.py [--rows 1000000] [--decisions 200]

Prints how long the server takes to read the run, then the first page and, decision by decision, the time from
sending a verdict to having the next row. Times are those of
the server and the connection; the browser's own drawing is not in them.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import batch, read
from pipeline.annotate import load_annotator
from pipeline.flow import Settings
from pipeline.records import MENTION_TABLES, TABLES, DocumentRecord

ROOT = Path(__file__).resolve().parent.parent
ROWS_A_PART = 2_000_000


def repeated(table: pa.Table, times: int) -> pa.Table:
    """Return a table's rows many times over, each time under document ids and sources of their own."""
    copies = []
    for number in range(times):
        copy = table
        for name, form in (("doc_id", "{:07x}"), ("source", "{:07d}/")):
            if name not in table.column_names:
                continue
            column = table.column_names.index(name)
            mark = form.format(number)
            changed = (
                pc.binary_join_element_wise(mark, pc.utf8_slice_codeunits(table[name], 7, 16), "")
                if name == "doc_id"
                else pc.binary_join_element_wise(mark, table[name], "")
            )
            copy = copy.set_column(column, table.schema.field(name), changed.cast(pa.string()))
        copies.append(copy)
    return pa.concat_tables(copies)


def make_run(folder: Path, n_rows: int) -> tuple[Path, int]:
    """Run the corpus, repeat its rows up to ``n_rows`` and return the folder and the number of mentions."""
    small, out = folder / "small", folder / "out"
    annotator = load_annotator("auto")
    batch.run(read.discover([str(ROOT / "corpus" / "docs")]), small, annotator.nlp, Settings())
    mentions = sum(pq.read_table(small / record.table).num_rows for record in MENTION_TABLES)
    times = -(-n_rows // mentions)
    for record in TABLES:
        table = pq.read_table(small / record.table)
        if record in MENTION_TABLES or record is DocumentRecord:
            table = repeated(table, times)
        (out / record.table).mkdir(parents=True)
        pq.write_table(table, out / record.table / "part-00000.parquet")
    (out / "manifest.json").write_text(
        (small / "manifest.json").read_text(encoding="utf-8"), encoding="utf-8"
    )
    return out, times * mentions


def timed(action: Callable[[], httpx.Response]) -> tuple[float, httpx.Response]:
    start = time.perf_counter()
    answer = action()
    seconds = time.perf_counter() - start
    answer.raise_for_status()
    return seconds, answer


def cpu_seconds(process: int) -> float:
    """Return the processor time that a process has had (Linux)."""
    told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: list[float], share: int) -> float:
    return statistics.quantiles(values, n=100)[share - 1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--decisions", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out, n_rows = make_run(Path(folder), asked.rows)
        print(f"{n_rows:,} rows")
        start = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "review", str(out), "--no-browser"],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert server.stderr is not None
            lines = iter(server.stderr.readline, "")
            address = next(found[0] for line in lines if (found := re.match(r"http://[\d.:]+/", line)))
            print(f"{'server reads the run':32} {time.perf_counter() - start:7.2f} s")
            measure(address, asked.decisions, server.pid)
        finally:
            server.kill()
            server.wait()


def measure(address: str, n_decisions: int, server: int) -> None:
    client = httpx.Client(base_url=address, headers={"Origin": address.rstrip("/")}, timeout=60)
    for _ in range(50):
        try:
            client.get("/static/icon.svg")
            break
        except httpx.TransportError:
            time.sleep(0.1)
    seconds, first = timed(lambda: client.get("/"))
    print(f"{'first page':32} {seconds:7.3f} s")
    token = re.findall(r'data-token="([^"]+)"', first.text)[0]
    for name, query in (
        ("first page, random sample", "order=random"), ("first page, rules in turn", "order=rules"),
        ("first page, model alone", "table=organisations&order=disagreement"),
        ("first page, filters", "document=uchwala&value=2014&max_score=0.98"),
        ("first page, undecided", "state=open&order=place"),
    ):  # fmt: skip
        seconds, _ = timed(lambda query=query: client.get(f"/?{query}"))  # type: ignore[misc]
        print(f"{name:32} {seconds:7.3f} s")
    at = re.findall(r'data-at="(\d+)"', first.text)[0]
    decided, cpu, steps, documents = [], [], [], []
    for _ in range(n_decisions):
        data = {"token": token, "row": at, "verdict": "right"}
        before = cpu_seconds(server)
        spent, page = timed(lambda data=data: client.post("/decide", data=data, headers={"X-Part": "1"}))  # type: ignore[misc]
        decided.append(spent)
        cpu.append(cpu_seconds(server) - before)
        at = re.findall(r'data-at="(\d+)"', page.text)[0]
        after = re.findall(r'data-after="(\d+)"', page.text)[0]
        steps.append(timed(lambda at=after: client.get(f"/?at={at}", headers={"X-Part": "1"}))[0])  # type: ignore[misc]
        doc_id = re.findall(r'data-doc="([^"]+)"', page.text)[0]
        documents.append(timed(lambda doc=doc_id, at=at: client.get(f"/document/{doc}?at={at}"))[0])  # type: ignore[misc]
    for name, values in (
        ("decision and next row", decided),
        ("next row by j", steps),
        ("document around a row", documents),
    ):
        print(
            f"{name:32} {statistics.median(values):7.3f} s at the median, {percentile(values, 95):.3f} s at the 95th percentile"
        )
    print(f"{'processor time of a decision':32} {statistics.mean(cpu):7.3f} s on average")
    print(f"{'load of the machine':32} {os.getloadavg()[0]:7.1f} for {os.cpu_count()} cores")
    client.close()


if __name__ == "__main__":
    main()

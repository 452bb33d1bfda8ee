"""What the tests of the review page share: a small run, and the server as a process of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from pipeline import batch, read
from pipeline.flow import Settings

CONTRACT = (
    "Umowę podpisano 5 maja 2014 r. w Poznaniu. Projekt trwał od 1 lipca 2012 r. do 30 kwietnia 2016 r.\n\n"
    "Koszt: 10 622 115,00 zł. Uczestniczy w nim 20 gmin. Sprawozdanie złożono w czerwcu, po terminie.\n"
)
REPORT = "Raport z 2015 roku. Gmina Wałbrzych wydała 3 mln zł, a dotację z 2016 r. zwróciła 7 marca 2017 r.\n"


def make_run(folder: Path, texts: Mapping[str, str]) -> Path:
    """Run the rules over texts by file name and return the folder of the run."""
    documents = folder / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (documents / name).write_text(text, encoding="utf-8")
    out = folder / "out"
    batch.run(read.discover([str(documents)]), out, None, Settings())
    return out


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    process: subprocess.Popen[str]
    address: str
    said: list[str]
    """The lines that it printed before its address."""

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(out: Path, port: int | None = None) -> Iterator[Server]:
    """Serve a run by the command line, as a user does."""
    command = [sys.executable, "-m", "pipeline.cli", "review", str(out), "--no-browser", "--reviewer", "anna"]
    process = subprocess.Popen(
        [*command, *(["--port", str(port)] if port else [])], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    said: list[str] = []
    for line in process.stderr:
        said.append(line.rstrip())
        if found := re.match(r"http://127\.0\.0\.1:\d+/", line):
            break
    else:
        raise AssertionError(said)
    try:
        _wait_for(found[0])
        yield Server(process, found[0], said)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nothing answers at {address}")


@dataclass
class Reviewer:
    """A client that sends what the page's script sends."""

    address: str
    name: str = "anna"

    def __post_init__(self) -> None:
        self.client = httpx.Client(
            base_url=self.address,
            cookies={"reviewer": self.name, "language": "en"},
            headers={"Origin": self.address.rstrip("/")},
        )
        self.token = re.findall(r'data-token="([^"]+)"', self.client.get("/").text)[0]

    def close(self) -> None:
        self.client.close()

    def rows(self, query: str = "") -> list[int]:
        """Return the numbers of the rows of the first page of a view."""
        return [
            int(number)
            for number in re.findall(r'data-go="(\d+)" class=', self.client.get(f"/?{query}").text)
        ]

    def post(self, path: str, **data: object) -> httpx.Response:
        sent = {"token": self.token, **{name: str(value) for name, value in data.items()}}
        return self.client.post(path, data=sent, headers={"X-Part": "1"})

    def decide(self, row: int, verdict: str, **data: object) -> int:
        """Decide and return the number of the row that is shown next."""
        answer = self.post("/decide", row=row, verdict=verdict, **data)
        assert answer.status_code == 200, answer.text
        return int(re.findall(r'data-at="(\d+)"', answer.text)[0])

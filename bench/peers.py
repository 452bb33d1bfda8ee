"""This project beside the Python libraries that read dates and prices, on the same documents, in one run.

    pip install -e ".[bench]"
    python bench/peers.py [GOLD DOCS]

Each reader gets the normalised text of every document, which favours it over what it would get as received. A peer's
row is right where its span overlaps a gold row and its value is equal: a day for dates (peers know no other
precision, so ranges and months count as missed), value and currency for amounts. Milliseconds per kilobyte are of
the processor, the median of three rounds after one that warms up. Libraries that are not installed are left out.

Then the three extractors together (dates, amounts, partner counts; no model) beside dateparser's search, on texts
that neither has read before: the documents of ``corpus/`` with other numbers, months and counts in each round, and
an ordinary text of their sentences in which one in eight holds a value. Counted is everything from a normalised and
segmented ``Document`` to its rows: cutting it into tokens, finding numbers, matching, reading, building rows. Import,
rules and dictionaries are loaded before, on both sides, and both have read texts of the same kind, the extractors
ten times as much as is measured: like a process that has worked for a second.
"""

import re
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from random import Random

import texts as samples

from pipeline.document import Document
from pipeline.evaluate.scoring import MEASURES, GoldDocument, Row, Score, match, predicted_rows, read_gold
from pipeline.extractors import amounts, dates, partner_counts
from pipeline.flow import process
from pipeline.normalise import normalise
from pipeline.read import discover, read
from pipeline.segment import segment

ROOT = Path(__file__).resolve().parent.parent
CURRENCIES = {
    "zł": "PLN", "złotych": "PLN", "złote": "PLN", "pln": "PLN", "€": "EUR", "eur": "EUR", "euro": "EUR", "nok": "NOK",
    "chf": "CHF", "usd": "USD", "$": "USD", "£": "GBP", "gbp": "GBP", "dollar": "USD",
}  # fmt: skip
ROUNDS, ORDINARY = 3, 30_000
"""Rounds of the last comparison, and characters of its ordinary text."""
READ_BEFORE, WARM_UP = 10, 1_000
"""How many such texts the extractors have read before, and characters of each that dateparser's search has."""
Found = Iterator[tuple[int, int, dict[str, object]]]


@dataclass(frozen=True)
class Text:
    """One document: its normalised form and its gold."""

    document: Document
    gold: GoldDocument


@dataclass(frozen=True)
class Reader:
    """A library, the table that it reads, and how it is asked."""

    name: str
    table: str
    read: Callable[[Text], Found]


def _day(found: datetime) -> dict[str, object]:
    return {"edtf": found.date().isoformat()}


def dateparser_search(text: Text) -> Found:
    """Place each string that the search returns at its next occurrence: it tells no offsets."""
    from dateparser.search import search_dates  # noqa: PLC0415

    at = 0
    whole = text.document.text
    for words, found in search_dates(whole, languages=["pl"]) or ():
        start = whole.find(words, at)
        if start >= 0:
            at = start + len(words)
            yield start, at, _day(found)


def datefinder_search(text: Text) -> Found:
    import datefinder  # noqa: PLC0415

    for found, (start, end) in datefinder.find_dates(text.document.text, index=True):
        yield start, end, _day(found)


def price_parser_lines(text: Text) -> Found:
    """Ask for the price of every sentence: the library reads one price from a short text."""
    from price_parser import Price  # noqa: PLC0415

    for sentence in text.document.sentences:
        words = text.document.text[sentence.start : sentence.end]
        price = Price.fromstring(words)
        if price.amount is None or not price.currency or not price.amount_text:
            continue
        start = sentence.start + words.find(price.amount_text)
        value = price.amount.quantize(Decimal("0.01"))
        yield start, start + len(price.amount_text), _money(value, price.currency)


def quantulum(text: Text) -> Found:
    from quantulum3 import parser  # noqa: PLC0415

    for quantity in parser.parse(text.document.text):
        if quantity.unit.entity.name == "currency":
            value = Decimal(str(quantity.value)).quantize(Decimal("0.01"))
            yield *quantity.span, _money(value, quantity.unit.name)


def _money(value: Decimal, currency: str) -> dict[str, object]:
    code = CURRENCIES.get(currency.lower(), currency.upper())
    return {"value": value, "value_max": None, "currency": code}


def ours(table: str) -> Callable[[Text], Found]:
    """Return a reader of one table by this project's own extractor."""
    extract = {"dates": dates.extract, "amounts": amounts.extract, "partner_counts": partner_counts.extract}[
        table
    ]

    def read_table(text: Text) -> Found:
        for row in predicted_rows(extract(text.document))[table]:  # type: ignore[operator]
            yield row.start, row.end, dict(row.columns)

    return read_table


READERS = (
    Reader("plextract", "dates", ours("dates")),
    Reader("dateparser", "dates", dateparser_search),
    Reader("datefinder", "dates", datefinder_search),
    Reader("plextract", "amounts", ours("amounts")),
    Reader("price_parser", "amounts", price_parser_lines),
    Reader("quantulum3", "amounts", quantulum),
    Reader("plextract", "partner_counts", ours("partner_counts")),
)


def texts(gold: Path, folder: Path) -> Iterator[Text]:
    """Yield the documents of a gold file as the pipeline normalises them."""
    by_source = {raw.source: raw for raw in map(read, discover([folder]))}
    for one in read_gold(gold):
        raw = by_source[one.source]
        process(raw)  # warms what the extractors cache
        content = normalise(raw.content)
        segments = segment(content.text)
        yield Text(
            Document(
                raw.doc_id,
                content,
                True,
                segments.units,
                segments.sentences,
                reference_date=one.reference_date,
            ),
            one,
        )


def rows(reader: Reader, text: Text) -> list[Row]:
    """Return what a reader finds as rows in the offsets of the decoded source."""
    found = []
    for start, end, columns in reader.read(text):
        if reader.name == "plextract":
            found.append(Row(start, end, columns))
        elif start < end <= len(text.document.text):  # datefinder's offsets can lie beyond the text
            place = text.document.content.to_source(start, end)
            found.append(Row(place.start, place.end, columns))
    return found


def measure(reader: Reader, documents: list[Text]) -> tuple[Score, float]:
    """Return the score of a reader over all documents, and its milliseconds per kilobyte."""
    kind = next(measure for measure in MEASURES if measure.name == reader.table)
    total = Score()
    for text in documents:
        pairing = match(kind, text.gold.rows[reader.table], rows(reader, text))
        total += Score(
            len(pairing.pairs),
            len(pairing.pairs) + len(pairing.spurious),
            len(pairing.pairs) + len(pairing.missed),
        )
    kilobytes = sum(len(text.document.text.encode()) for text in documents) / 1000
    rounds = []
    for _ in range(3):
        started = time.process_time()
        for text in documents:
            for _row in reader.read(text):
                pass
        rounds.append(time.process_time() - started)
    return total, statistics.median(rounds) * 1000 / kilobytes


def together() -> None:
    """Print the pace of the three extractors together, that of dateparser's search, and how many times as fast they are."""
    from dateparser.search import search_dates  # noqa: PLC0415

    random = Random(4)
    corpus = samples.sources("docs")
    kinds: dict[str, Callable[[], list[str]]] = {
        "corpus/, other values": lambda: [samples.varied(text, random) for text in corpus],
        "ordinary text": lambda: [samples.ordinary(ORDINARY, random)],
    }
    print(f"\n{'three extractors together':<28}{'kB':>6}{'ms/kB':>9}{'dateparser':>12}{'times as fast':>15}")
    for kind, make in kinds.items():
        for text in make():
            search_dates(text[:WARM_UP], languages=["pl"])
        for text in (text for _ in range(READ_BEFORE) for text in make()):
            warm = samples.document(text)
            for extractor in samples.TABLES:
                extractor.extract(warm)
        paces: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            found = make()
            documents = [samples.document(text) for text in found]
            kilobytes = sum(len(document.text.encode()) for document in documents) / 1000
            started = time.process_time()
            for document in documents:
                for extractor in samples.TABLES:
                    extractor.extract(document)
            between = time.process_time()
            for document in documents:
                search_dates(document.text, languages=["pl"])
            ended = time.process_time()
            paces.append(((between - started) * 1000 / kilobytes, (ended - between) * 1000 / kilobytes))
        own, other = (statistics.median(column) for column in zip(*paces, strict=True))
        print(f"{kind:<28}{kilobytes:>6.0f}{own:>9.2f}{other:>12.2f}{other / own:>15.0f}")


def main(arguments: list[str]) -> None:
    warnings.simplefilter("ignore")
    gold, folder = map(Path, arguments) if arguments else (ROOT / "corpus/gold.jsonl", ROOT / "corpus/docs")
    documents = list(texts(gold, folder))
    print(f"{'table':<16}{'reader':<14}{'precision':>10}{'recall':>8}{'F1':>8}{'ms/kB':>9}")
    for reader in READERS:
        if reader.name != "plextract" and find_spec(re.sub(r"\W", "_", reader.name)) is None:
            print(f"{reader.table:<16}{reader.name:<14}  not installed")
            continue
        score, pace = measure(reader, documents)
        print(
            f"{reader.table:<16}{reader.name:<14}{score.precision:>10.3f}{score.recall:>8.3f}{score.f1:>8.3f}{pace:>9.2f}"
        )
    if find_spec("dateparser"):
        together()


if __name__ == "__main__":
    main(sys.argv[1:])

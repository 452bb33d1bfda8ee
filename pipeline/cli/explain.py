"""What the pipeline reads in a text, for a person: the text with its spans, and what each of them was read as."""

import math

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from pipeline.flow import Extraction
from pipeline.records import MENTION_TABLES, Mention

STYLES = {
    "dates": "bold cyan",
    "amounts": "bold green",
    "partner_counts": "bold yellow",
    "organisations": "bold magenta",
}
OTHER = "bold blue"


class Explanation:
    """An extraction as rich prints it. Where the output has no colours, spans stand in ``[ ]``."""

    def __init__(self, extraction: Extraction) -> None:
        self._extraction = extraction

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        mentions = sorted(self._extraction.mentions, key=lambda row: (row.start, -row.end))
        coloured = console.color_system is not None
        yield self._text(mentions, coloured=coloured)
        yield ""
        if not mentions:
            yield "Nothing found."
            return
        yield self._table(mentions)
        if coloured:
            used = [
                table.table for table in MENTION_TABLES if any(row.table == table.table for row in mentions)
            ]
            yield Text("  ").join(Text(name, STYLES.get(name, OTHER)) for name in used)

    def _text(self, mentions: list[Mention], *, coloured: bool) -> Text:
        source = self._extraction.document.text.rstrip("\n")
        if not coloured:
            opened = [(row.start, 1, "[") for row in mentions] + [(row.end, 0, "]") for row in mentions]
            for place, _, sign in sorted(opened, reverse=True):
                source = source[:place] + sign + source[place:]
            return Text(source)
        text = Text(source)
        for row in mentions:
            text.stylize(f"{STYLES.get(row.table, OTHER)} underline", row.start, row.end)
        return text

    def _table(self, mentions: list[Mention]) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        labelled = any(row.label for row in mentions)
        table.add_column("text", overflow="fold")
        table.add_column("table", no_wrap=True)
        table.add_column("value", overflow="fold")
        if labelled:
            table.add_column("label", overflow="fold")
        table.add_column("rule", no_wrap=True)
        table.add_column("score", justify="right", no_wrap=True)
        for row in mentions:
            table.add_row(
                Text(" ".join(row.text.split()), STYLES.get(row.table, OTHER)),
                row.table,
                Text(row.shown),
                *((Text(row.label or ""),) if labelled else ()),
                row.rule,
                f"{math.floor(100 * row.score) / 100:.2f}",  # nothing is certain: never 1.00
            )
        return table

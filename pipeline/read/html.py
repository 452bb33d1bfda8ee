"""Readable text of an HTML page, every character aligned with its place in the source.

Not a validating parser: it keeps offsets, which those of the standard library and of lxml do not, and it
goes on after broken markup. Blocks become paragraphs, table cells are divided by tabs, list items begin
with ``•`` on lines of their own (the bullet stands for the ``<li>`` tag). Script, style, comments, head,
template and noscript drop out.
"""

import html
import re
from dataclasses import dataclass, field
from datetime import date
from html.entities import html5

from pipeline.document import AlignedText, Edit
from pipeline.read.dates import metadata_date
from pipeline.read.markup import Piece, attributes, closings, pieces

ENTITY = re.compile(r"&(?:#[0-9]{1,8};?|#[xX][0-9a-fA-F]{1,7};?|[A-Za-z][A-Za-z0-9]{1,31};?)")
AMPERSAND = re.compile(r"&[#A-Za-z]")
IRREGULAR = re.compile(r"&[#A-Za-z]|[\t\n\r\f]\s*| [ \t\n\r\f]+")
SPACE = " \t\n\r\f"

HIDDEN = frozenset({"noscript", "template", "svg", "math", "object", "audio", "video", "canvas"})
HEAD_ONLY = frozenset(
    {"title", "meta", "link", "base", "script", "style", "noscript", "template", "basefont"}
)
PARAGRAPHS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "details", "dialog", "dir", "div", "dl",
    "fieldset", "figure", "figcaption", "footer", "form", "frameset", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "html", "legend", "main", "menu", "nav", "ol", "p", "plaintext", "pre",
    "section", "summary", "table", "ul", "caption",
))  # fmt: skip
LINES = frozenset({"br", "dd", "dt", "li", "option", "optgroup", "select", "tbody", "tfoot", "thead", "tr"})
CELLS = frozenset({"td", "th"})
CELL_END = re.compile(r"</?(?:td|th|tr|table|tbody|thead|tfoot)\b", re.IGNORECASE)
SHORT_CELL = 400
"""A table cell with less source than this holds a value, so that line breaks in it do not break the row."""
OWN_MARKER = re.compile(r"(?:[-–—*•·]|\(?\w{1,3}[.)])(?=[\s&])")
DATE_NAMES = frozenset((
    "date", "dc.date", "dc.date.issued", "dcterms.date", "dcterms.issued", "dcterms.created",
    "dc.date.created", "pubdate", "publishdate", "publish-date", "article:published_time",
    "og:published_time", "datepublished", "citation_date", "date.issued",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """The readable text of a page, its title and the date that its ``meta`` tags give."""

    content: AlignedText
    title: str | None
    metadata_date: date | None


def parse(source: str, *, xml: bool = False) -> Page:
    """Return what a page shows. ``xml`` makes every unknown tag a line of its own."""
    return _Renderer(source, xml).run()


# --- text ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Gap:
    """What stands between two shown characters: white space, tags, and the break that these make."""

    start: int = 0
    space: bool = False
    line: bool = False
    paragraph: bool = False
    row: bool = False
    tabs: int = 0
    bullet: bool = False

    def replacement(self) -> str:
        if self.row or self.tabs:
            text = ("\n" if self.row else "") + "\t" * self.tabs
            if self.paragraph and self.row:
                text = "\n" + text
            return text
        if self.bullet:
            return "\n\n• " if self.paragraph else "\n• "
        if self.paragraph:
            return "\n\n"
        if self.line:
            return "\n"
        return " " if self.space else ""


@dataclass(slots=True)
class _Cell:
    """A table cell or the part of a table outside one."""

    columns: int = 0
    short: bool = False


@dataclass(slots=True)
class _Renderer:
    source: str
    xml: bool
    edits: list[Edit] = field(default_factory=list)
    gap: _Gap = field(default_factory=_Gap)
    begun: bool = False
    tables: list[_Cell] = field(default_factory=list)
    preformatted: int = 0
    in_head: bool = False
    hidden_until: int = 0
    closings: dict[str, dict[int, int]] = field(default_factory=dict)
    title: str | None = None
    heading: str | None = None
    heading_from: int = -1
    found_date: date | None = None
    last_digit: bool = False

    def run(self) -> Page:
        in_title = False
        for piece in pieces(self.source):
            if not piece.tag:
                if in_title:
                    self._set_title(piece)
                elif not self.in_head and piece.start >= self.hidden_until:
                    self._text(piece)
            elif piece.start >= self.hidden_until:
                if piece.tag == "title":
                    in_title = not piece.closing
                self._tag(piece)
        self.edits.append(Edit(self.gap.start, len(self.source), ""))
        content = AlignedText.of(self.source).edited(self.edits)
        return Page(content, self.title or self.heading, self.found_date)

    def _set_title(self, piece: Piece) -> None:
        if self.title is None:
            text = " ".join(html.unescape(self.source[piece.start : piece.end]).split())
            self.title = text or None

    # tags

    def _tag(self, piece: Piece) -> None:
        tag = piece.tag
        if tag == "head":
            self.in_head = not piece.closing
        elif self.in_head and tag not in HEAD_ONLY and tag != "!":
            self.in_head = False
        if tag == "meta":
            self._meta(piece)
        elif tag in HIDDEN and not piece.closing:
            self._hide(piece)
        elif tag in CELLS:
            self._cell(piece)
        elif tag in ("table", "tr", "tbody", "thead", "tfoot"):
            self._row(piece)
        elif tag in PARAGRAPHS:
            self._paragraph(piece)
        elif tag in LINES or (self.xml and tag != "!"):
            self._line()
            if tag == "li" and not piece.closing and self.gap.line:
                self.gap.bullet = not OWN_MARKER.match(self._text_after(piece.end))
        elif tag == "sup" and not piece.closing and self.last_digit:
            self.gap.space = True  # a footnote mark is not the next digit of a year

    def _text_after(self, at: int) -> str:
        """Return the first characters shown after ``at``, as far as a look past inline tags tells."""
        return re.sub(r"<[^>]*>", "", self.source[at : at + 300]).lstrip(SPACE)[:10]

    def _paragraph(self, piece: Piece) -> None:
        if piece.tag == "pre":
            self.preformatted = max(0, self.preformatted + (-1 if piece.closing else 1))
        if piece.tag == "h1" and self.heading is None:
            if not piece.closing:
                self.heading_from = piece.end
            elif self.heading_from >= 0:
                inner = re.sub(r"<[^>]*>", " ", self.source[self.heading_from : piece.start])
                self.heading = " ".join(html.unescape(inner).split()) or None
                self.heading_from = -1
        if self.tables and self.tables[-1].short:
            self.gap.space = True
        else:
            self.gap.line = self.gap.paragraph = True

    def _line(self) -> None:
        if self.tables and self.tables[-1].short:
            self.gap.space = True
        else:
            self.gap.line = True

    def _row(self, piece: Piece) -> None:
        if piece.tag == "table":
            if not piece.closing:
                self.tables.append(_Cell())
            elif self.tables:
                self.tables.pop()
            self.gap.paragraph = True
        elif self.tables:
            self.tables[-1].columns = 0
            self.tables[-1].short = False
        self.gap.row = True
        self.gap.tabs = 0

    def _cell(self, piece: Piece) -> None:
        if not self.tables:
            self.tables.append(_Cell())
        cell = self.tables[-1]
        if piece.closing:
            cell.short = False
            self.gap.space = True
            return
        if cell.columns:
            self.gap.tabs += 1
        cell.columns += 1
        end = CELL_END.search(self.source, piece.end, piece.end + SHORT_CELL)
        cell.short = end is not None and not end.group().lower().endswith("table")

    def _hide(self, piece: Piece) -> None:
        """Hide up to the end tag; an element that is never closed hides nothing."""
        if piece.tag not in self.closings:
            self.closings[piece.tag] = closings(self.source, piece.tag)
        self.hidden_until = self.closings[piece.tag].get(piece.start, self.hidden_until)

    def _meta(self, piece: Piece) -> None:
        if self.found_date is None:
            found = attributes(piece.attributes)
            name = found.get("name") or found.get("property") or found.get("itemprop") or ""
            if name.lower() in DATE_NAMES:
                self.found_date = metadata_date(found.get("content", ""))

    # characters

    def _text(self, piece: Piece) -> None:
        source = self.source
        at, end = piece.start, piece.end
        if self.preformatted:
            self._preformatted(at, end)
            return
        while at < end and source[at] in SPACE:
            at += 1
        if at > piece.start:
            self.gap.space = True
        if at == end:
            return
        self._close_gap(at)
        for match in IRREGULAR.finditer(source, at, end):
            start = match.start()
            if start < at:
                continue
            if source[start] == "&":
                after = self._entity(start, end)
                at = max(at, after)
            elif match.end() == end:
                break
            else:
                self.edits.append(Edit(start, match.end(), " "))
                at = match.end()
        last = end
        while last > piece.start and source[last - 1] in SPACE:
            last -= 1
        self.gap = _Gap(last, space=last < end)
        self.last_digit = source[last - 1].isdigit()

    def _preformatted(self, start: int, end: int) -> None:
        self._close_gap(start)
        for match in AMPERSAND.finditer(self.source, start, end):
            self._entity(match.start(), end)
        self.gap = _Gap(end)

    def _entity(self, start: int, end: int) -> int:
        """Put the characters of the entity in its place; return where it ends (``start`` where it is none)."""
        match = ENTITY.match(self.source, start, end)
        if match is None:
            return start
        name = match.group()[1:]
        if name[0] == "#" or name in html5:
            stop = match.end()
            text = html.unescape(match.group())
        else:  # as in browsers: some names need no semicolon, &nbsp10 is one and the text 10
            known = next((name[:size] for size in range(len(name), 1, -1) if name[:size] in html5), None)
            if known is None:
                return start
            stop = start + 1 + len(known)
            text = html5[known]
        self.edits.append(Edit(start, stop, text))
        return stop

    def _close_gap(self, at: int) -> None:
        replacement = self.gap.replacement() if self.begun else ("• " if self.gap.bullet else "")
        if self.source[self.gap.start : at] != replacement:
            self.edits.append(Edit(self.gap.start, at, replacement))
        self.begun = True

"""Readable text of word-processor files: DOCX (ISO/IEC 29500) and ODT (OpenDocument 1.3).

Both are archives of XML. The XML is read as a stream, without entities or external references, and never
unpacks to more than a limit.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from pipeline.document import StageError
from pipeline.read.dates import metadata_date
from pipeline.read.extracted import Extracted

CHUNK = 2**20
PARAGRAPH = "\n\n"
LONGEST_PROPERTIES = 20_000
"""Characters of document properties that are looked at."""
DOCX_PARTS = (
    re.compile(r"word/header\d*\.xml"),
    re.compile(r"word/document\d*\.xml"),
    re.compile(r"word/footnotes\.xml"),
    re.compile(r"word/endnotes\.xml"),
    re.compile(r"word/footer\d*\.xml"),
)
"""The parts with text, in the order in which they are shown."""


def extract_docx(data: bytes, max_text: int) -> Extracted:
    """Return the text of a DOCX: headers, body, notes, footers. Deleted text and field codes are left out.

    Raises ``StageError`` for what is encrypted, damaged or unpacks beyond ``max_text`` bytes.
    """
    archive = _Archive(data, max_text)
    texts: dict[str, None] = {}
    """The texts in order, each once: pages may share a header."""
    for part in DOCX_PARTS:
        for name in sorted(filter(part.fullmatch, archive.names)):
            text = archive.parse(name, _Docx()).strip("\n")
            if text.strip():
                texts[text] = None
    properties = archive.properties("docProps/core.xml")
    day = metadata_date(properties.get("modified", "") or properties.get("created", ""))
    return Extracted(PARAGRAPH.join(texts), properties.get("title") or None, day)


def extract_odt(data: bytes, max_text: int) -> Extracted:
    """Return the text of an ODT, footnotes at its end. Tracked deletions and comments are left out.

    Raises ``StageError`` as ``extract_docx`` does.
    """
    archive = _Archive(data, max_text)
    if "META-INF/manifest.xml" in archive.names and b"encryption-data" in archive.read(
        "META-INF/manifest.xml"
    ):
        raise StageError("read", "encrypted", "the document is protected by a password")
    text = archive.parse("content.xml", _Odt(room=max_text)).strip("\n")
    properties = archive.properties("meta.xml")
    day = metadata_date(properties.get("date", "") or properties.get("creation-date", ""))
    return Extracted(text, properties.get("title") or None, day)


# --- the archive ---------------------------------------------------------------------------------------------


class _Archive:
    """A ZIP file whose parts together unpack to no more than a limit."""

    def __init__(self, data: bytes, limit: int) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._left = limit
        self.names = self._zip.namelist()

    def chunks(self, name: str) -> Iterator[bytes]:
        try:
            info = self._zip.getinfo(name)
            if info.flag_bits & 1:
                raise StageError("read", "encrypted", "the document is protected by a password")
            with self._zip.open(info) as part:
                while chunk := part.read(CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise StageError(
                            "read", "too_large", "the document unpacks to more than the limit allows"
                        )
                    yield chunk
        except KeyError as error:
            raise StageError("read", "corrupt", f"the file is damaged: it has no {name}") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            raise StageError("read", "corrupt", f"the file is damaged: {name} cannot be unpacked") from error

    def read(self, name: str) -> bytes:
        return b"".join(self.chunks(name))

    def parse(self, name: str, text: "_Text") -> str:
        """Run a part through a handler and return the text that it gathered."""
        self._parse(name, text.start, text.end, text.characters)
        return text.result()

    def properties(self, name: str) -> dict[str, str]:
        """Return the document properties in a metadata part by local name; empty where there is none."""
        if name not in self.names:
            return {}
        found: dict[str, str] = {}
        current = ""
        size = 0

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal current
            current = local(tag)

        def characters(text: str) -> None:
            nonlocal size
            size += len(text)
            if size <= LONGEST_PROPERTIES:
                found[current] = found.get(current, "") + text

        try:
            self._parse(name, start, lambda tag: None, characters)
        except StageError:  # damaged properties cost the title, not the text
            return {}
        return {name: " ".join(text.split()) for name, text in found.items()}

    def _parse(
        self,
        name: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None],
        characters: Callable[[str], None],
    ) -> None:
        parser: Any = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = characters
        try:
            for chunk in self.chunks(name):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise StageError(
                "read", "corrupt", f"the file is damaged: {name} is no valid XML ({error})"
            ) from error


def _refuse_doctype(*_: object) -> None:
    raise StageError("read", "unsafe", "the document declares XML entities, which no word processor does")


def local(tag: str) -> str:
    """Return a tag's or attribute's name without its namespace."""
    return tag[tag.rfind(" ") + 1 :]


# --- gathering text ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Text:
    """Gathers paragraphs; in a table, a row's cells are divided by tabs and a cell's paragraphs by spaces."""

    done: list[str] = field(default_factory=list)
    paragraph: list[str] = field(default_factory=list)
    cells: list[list[list[str]]] = field(default_factory=list)
    """For every open table: the cells of its current row, each a list of paragraphs."""
    item: bool = False
    last_item: bool = False
    first_row: bool = False
    hidden: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, tag: str) -> None:
        raise NotImplementedError

    def characters(self, text: str) -> None:
        raise NotImplementedError

    def result(self) -> str:
        self.end_paragraph()
        return "".join(self.done)

    def end_paragraph(self) -> None:
        text = "".join(self.paragraph).strip(" ")
        self.paragraph.clear()
        if self.cells and self.cells[-1]:
            if text.strip():
                self.cells[-1][-1].append(" ".join(text.split()))
        elif text.strip():
            if self.item:
                text = f"• {text}"
            self._add(text, "\n" if self.item and self.last_item else PARAGRAPH)
            self.last_item = self.item
        self.item = False

    def open_table(self) -> None:
        self.end_paragraph()
        self.first_row = not self.cells
        self.cells.append([])

    def open_row(self) -> None:
        if self.cells:
            self.cells[-1] = []

    def open_cell(self) -> None:
        if self.cells:
            self.cells[-1].append([])

    def close_row(self) -> None:
        if self.cells:
            row = "\t".join(" ".join(paragraphs) for paragraphs in self.cells[-1]).rstrip("\t")
            self.cells[-1] = []
            if row.strip():
                outer = len(self.cells) > 1 and self.cells[-2]
                if outer:  # a table within a cell
                    self.cells[-2][-1].append(row.replace("\t", " "))
                else:
                    self._add(row, PARAGRAPH if self.first_row else "\n")
                    self.first_row = self.last_item = False

    def close_table(self) -> None:
        if self.cells:
            self.cells.pop()

    def _add(self, text: str, before: str) -> None:
        if self.done:
            self.done.append(before)
        self.done.append(text)


@dataclass(slots=True)
class _Docx(_Text):
    in_text: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name in ("Fallback", "del", "moveFrom"):  # the same text again, or text that was taken out
            self.hidden += 1
        if self.hidden:
            return
        match name:
            case "t":
                self.in_text = True
            case "tab":
                if self.paragraph:
                    self.paragraph.append("\t")
            case "br" | "cr":
                kind = next((value for key, value in attributes.items() if local(key) == "type"), "")
                self.paragraph.append("\f" if kind == "page" else "\n")
            case "noBreakHyphen":
                self.paragraph.append("-")
            case "softHyphen":
                self.paragraph.append("\u00ad")
            case "numPr":
                self.item = True
            case "tbl":
                self.open_table()
            case "tr":
                self.open_row()
            case "tc":
                self.open_cell()

    def end(self, tag: str) -> None:
        name = local(tag)
        if name in ("Fallback", "del", "moveFrom"):
            self.hidden -= 1
        elif self.hidden:
            return
        elif name == "t":
            self.in_text = False
        elif name == "p":
            self.end_paragraph()
        elif name == "tr":
            self.close_row()
        elif name == "tbl":
            self.close_table()

    def characters(self, text: str) -> None:
        if self.in_text and not self.hidden:
            self.paragraph.append(text)


MOST_SPACES = 1000
"""Spaces that one tag of an ODT may stand for."""
ODT_HIDDEN = frozenset(
    {"tracked-changes", "annotation", "scripts", "font-face-decls", "automatic-styles", "forms"}
)


@dataclass(slots=True)
class _Odt(_Text):
    depth: int = 0
    """How many paragraphs and headings are open; text outside them is layout of the XML."""
    notes: list[str] = field(default_factory=list)
    outside: list[tuple[list[str], int]] = field(default_factory=list)
    """The paragraphs that notes stand in, set aside."""
    citation: bool = False
    items: int = 0
    room: int = 0
    """Spaces that may still be written out: the only characters that take more room as text than as XML."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: PLR0912
        name = local(tag)
        if name in ODT_HIDDEN:
            self.hidden += 1
        if self.hidden:
            return
        match name:
            case "p" | "h":
                if self.depth and self.paragraph:  # a text box within a paragraph
                    self.paragraph.append("\n")
                self.depth += 1
            case "s":
                count = next((value for key, value in attributes.items() if local(key) == "c"), "1")
                self._add_spaces(min(int(count[:9]), MOST_SPACES) if count[:9].isdecimal() else 1)
            case "tab":
                self.paragraph.append("\t")
            case "line-break":
                self.paragraph.append("\n")
            case "list-item":
                self.items += 1
                self.item = True
            case "note-citation":
                self.citation = True
            case "note-body":
                self.outside.append((self.paragraph, self.depth))
                self.paragraph, self.depth = [], 0
            case "table":
                self.open_table()
            case "table-row":
                self.open_row()
            case "table-cell" | "covered-table-cell":
                self.open_cell()

    def end(self, tag: str) -> None:
        name = local(tag)
        if name in ODT_HIDDEN:
            self.hidden -= 1
        elif self.hidden:
            return
        elif name in ("p", "h"):
            self.depth -= 1
            if self.outside:
                self.paragraph.append("\n")
            elif not self.depth:
                self.end_paragraph()
        elif name == "note-citation":
            self.citation = False
        elif name == "note-body" and self.outside:
            self.notes.append("".join(self.paragraph).strip())
            self.paragraph, self.depth = self.outside.pop()
        elif name == "list-item":
            self.items -= 1
        elif name == "table-row":
            self.close_row()
        elif name == "table":
            self.close_table()

    def characters(self, text: str) -> None:
        if self.depth and not self.hidden and not self.citation:
            # white space collapses (OpenDocument 1.3, part 3, 6.1.2)
            self.paragraph.append(re.sub(r"[ \t\r\n]+", " ", text))

    def _add_spaces(self, count: int) -> None:
        self.room -= count
        if self.room < 0:
            raise StageError("read", "too_large", "the document unpacks to more than the limit allows")
        self.paragraph.append(" " * count)

    def result(self) -> str:
        self.end_paragraph()
        return "".join(self.done) + "".join(PARAGRAPH + note for note in self.notes if note)

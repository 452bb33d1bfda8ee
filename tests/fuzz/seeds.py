"""What mutation starts from: the documents of ``corpus/``, small files of every format, and fragments to put in."""

import io
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sample_files import CORE, DC, OFFICE, TABLE, TEXT, WORD, docx, mail, odt, pdf

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
FOLDERS = ("docs", "fresh/docs")
LONGEST = 4_000
"""Bytes of a seed: mutation works best on short ones, and short inputs are processed often."""

SENTENCE = (
    "Dnia 12 maja 2014 r. 20 gmin i Stowarzyszenie Gmin Doliny Wkry (SGDW) wydały ok. 2,5 mln zł netto."
)
ODD = (
    "\0", "\x1a", "\x1c", "\x85", "\xa0", "\xad", "\u0301", "\u0328", "\u1100\u1161", "\u200b", "\u200e", "\u202e", "\u2066", "\u2028",
    "\u2029", "\ufe0f", "\ufeff", "\ufffe", "\uffff", "ﬁ", "٣", "²", "Ⅳ", "½", "🏳️‍🌈", "שלום", "مرحبا", "İ", "ß", "ŉ", "Ĺ‚", "â€ž", "\r\n", "\f", "\v", "\t",
)  # fmt: skip
"""Characters that are easily handled wrongly."""
TEXTUAL = (
    "1 ", "12.12.2014", "2014-2020", "31 lutego 2013", "XX w.", "lata 80.", "od 1 do ", "99999999999999999999 zł", "0 zł", "1.000.000,00",
    "2,5 mln", "minus 5 zł", "dwa tysiące ", "(", ")", "„", "”", "- ", "• ", "a) ", "§ 1. ", "ok. ", "nr ", "| ", ";", ":\n", "\n\n", "-\n", "&nbsp;",
    "&#49;", "http://a.pl/", "kilkanaście gmin", "z których ", "w tym ", "sp. z o.o.", "im. ", "w tys. zł", "godz. 25.61", "29.02.2100", "wczoraj",
    "ub. r.", "5 maja 0000 r.", "5 maja 9999 r.", "0 gmin",
)  # fmt: skip
MARKUP = (
    "<p>", "</p>", "<table>", "</table>", "<tr>", "<td>", "<td rowspan=9>", "<li>", "<ul>", "<pre>", "</pre>", "<title>", "<script>", "</script>",
    "<style>", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE html>", "<?xml version='1.0'?>", "<noscript>", "<template>", "</template>", "<h1>",
    "<meta charset=utf-16>", "<meta name=date content=2014-13-45>", "<textarea>", "<head>", "<body>", "<sup>", "<svg>", "&#0;", "&#xD800;",
    "&#x110000;", "&#99999999;", "&amp", "&notit;", "&lt;p&gt;", "&NotEqualTilde;", "'", '"', "<", ">", "/", "=",
)  # fmt: skip
WORD_TAGS = (
    "<w:p>", "</w:p>", "<w:r>", "<w:t>", "</w:t>", "<w:tbl>", "</w:tbl>", "<w:tr>", "</w:tr>", "<w:tc>", "</w:tc>", "<w:tab/>", "<w:br w:type='page'/>",
    "<w:del>", "</w:del>", "<w:numPr/>", "<w:Fallback>", "</w:Fallback>", "<w:noBreakHyphen/>", "<w:softHyphen/>", "<!DOCTYPE a [<!ENTITY a 'b'>]>", "&a;",
)  # fmt: skip
ODT_TAGS = (
    "<text:p>", "</text:p>", "<text:h>", "<text:s text:c='99999999999'/>", "<text:s text:c='²'/>", "<text:tab/>", "<text:line-break/>", "<text:list-item>",
    "</text:list-item>", "<text:note-body>", "</text:note-body>", "<text:note-citation>", "</text:note-citation>", "<table:table>", "</table:table>",
    "<table:table-row>", "</table:table-row>", "<table:table-cell>", "</table:table-cell>", "<text:tracked-changes>", "</text:tracked-changes>",
)  # fmt: skip
PDF_WORDS = (
    "/Kids [2 0 R]", "/Count 999999999", "/Count -1", "/Type /Page", "/Parent 2 0 R", "/Contents 2 0 R", "/Filter /FlateDecode", "/Length 99999999", "Tj ", "TJ ",
    "Tm ", "BT ", "ET ", "(Gmina) ", "<feff>", "0 0 0 0 0 0 ", "1e38 ", "-1 ", "endobj\n", "endstream\n", "stream\n", "/MediaBox [0 0 0 0]", "/Rotate 90",
    "/Encrypt ", "/Prev 0", "/ObjStm", "startxref\n0\n", "%%EOF", "obj\n", "xref\n",
)  # fmt: skip
MAIL_LINES = (
    "Content-Type: text/html; charset=utf-7\n", "Content-Type: multipart/mixed; boundary=x\n\n--x\n", "--x\n", "--x--\n", "Content-Type: text/plain; charset*0=a\n",
    "Content-Transfer-Encoding: base64\n", "Content-Transfer-Encoding: quoted-printable\n", "Content-Transfer-Encoding: x-uuencode\n", "=?utf-8?q?=ff?=",
    "=?x?b?!?=", "Date: Mon, 99 Foo 99999 99:99:99 +9999\n", "Subject: =?utf-8?b?xYE=?=\n", "Content-Type: message/rfc822\n\n", "MIME-Version: 1.0\n",
    "Content-Disposition: attachment; filename*=utf-8''%ff\n", "Content-Type: ;\n", "To: <@@@>,,;:\n", "begin 644 x\n", "=\n", "=FF", "\n\n",
)  # fmt: skip
TABLE_SIGNS = (
    '{"text": ', '"', "}", "\n", "{", "[", "]", "[[[[[[[[", ",", ";", "\t", "null", "NaN", "1e999", "-0", "9" * 5000, '"\\ud800"', '"\\u0000"', "text", "id", "date",
    '""', "\r", "\0", "2014-02-30",
)  # fmt: skip


@cache
def texts() -> tuple[str, ...]:
    """Return the decoded documents of ``corpus/``, cut short."""
    from pipeline.read import discover, read  # noqa: PLC0415 - instrumented first

    whole = (read(source).raw_text or "" for source in discover([CORPUS / folder for folder in FOLDERS]))
    return tuple(text[at : at + LONGEST // 2] for text in whole for at in (0, len(text) // 2))


@cache
def words() -> tuple[str, ...]:
    """Return the words of the documents, each once, with the space behind it."""
    return tuple(sorted({word for text in texts() for word in re.findall(r"\S+\s?", text) if len(word) < 30}))


def encoded(*, encodings: Sequence[str] = ("utf-8",)) -> list[bytes]:
    """Return the texts in these encodings."""
    return [text.encode(name, "replace") for text in texts() for name in encodings]


def word_parts() -> list[bytes]:
    """Return the XML of small word-processor bodies."""
    row = f"<w:tr><w:tc><w:p><w:r><w:t>{SENTENCE}</w:t></w:r></w:p></w:tc><w:tc><w:tbl></w:tbl></w:tc></w:tr>"
    paragraphs = f"<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>{SENTENCE}</w:t><w:tab/><w:br/></w:r></w:p><w:del><w:r/></w:del>"
    return [
        f"<w:document xmlns:w='{WORD}'><w:body>{body}</w:body></w:document>".encode()
        for body in (paragraphs, f"<w:tbl>{row}</w:tbl>", paragraphs + row)
    ]


def odt_parts() -> list[bytes]:
    """Return the XML of small OpenDocument bodies."""
    names = f"xmlns:office='{OFFICE}' xmlns:text='{TEXT}' xmlns:table='{TABLE}'"
    note = "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>a</text:p></text:note-body></text:note>"
    bodies = (
        f"<text:p>{SENTENCE}<text:s text:c='3'/>{note}</text:p>",
        f"<text:list><text:list-item><text:p>{SENTENCE}</text:p></text:list-item></text:list>",
        f"<table:table><table:table-row><table:table-cell><text:p>{SENTENCE}</text:p></table:table-cell></table:table-row></table:table>",
    )
    return [f"<office:text {names}>{body}</office:text>".encode() for body in bodies]


def properties() -> list[bytes]:
    """Return the XML of document properties."""
    return [
        f"<p:coreProperties xmlns:p='{CORE}' xmlns:dc='{DC}'><dc:title>Umowa</dc:title></p:coreProperties>".encode()
    ]


def pdfs() -> list[bytes]:
    """Return small PDF files."""
    table = [(50, "Bytów"), (250, "+12 000 zł"), (400, "+3 gminy")]
    return [
        pdf([[SENTENCE, "Stowarzysze-", "nia gmin"], ["Druga strona"]], title="Umowa", created="D:20160301"),
        pdf([["Wykaz", *table, *table]]),
        pdf([["x"]], encrypted=True),
    ]


def mails() -> list[bytes]:
    """Return small messages."""
    return [
        mail(SENTENCE, html=f"<p>{SENTENCE}", subject="Umowa – Łódź", date="Mon, 10 Mar 2014 23:30:00 +0100"),
        mail(None, html=f"<p>{SENTENCE}</p>", subject="x"),
        b"From: a@b.pl\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nGmina\n--x\nContent-Type: text/html\n\n<p>a\n--x--\n",
    ]


def json_lines() -> list[bytes]:
    """Return small tables of JSON objects."""
    return [
        b'{"text": "Umowa z 12 maja 2014 r.", "id": "a", "date": "2014-05-12"}\n{"text": "20 gmin", "id": 2, "date": null}\n',
        b'\xef\xbb\xbf{"text": "\\u0141\\u00f3d\\u017a"}\n\n[1]\n{"text": 5}\n',
    ]


def csvs() -> list[bytes]:
    """Return small tables with commas, semicolons and tabs."""
    return [
        b'id,text,date\n1,"Umowa, z 2014 r.\nkoniec",2014-05-12\n2,"a ""b""",\n',
        "id;text;date\n1;Łódź;12.05.2014\n".encode("cp1250"),
        b"text\tid\nUmowa\t1\n",
    ]


def parquets() -> list[bytes]:
    """Return small tables in Parquet."""
    found = []
    for columns in (
        {"text": ["Umowa z 12 maja 2014 r.", None], "id": ["a", "b"], "date": ["2014-05-12", None]},
        {"text": ["20 gmin"], "id": [1], "date": [0]},
    ):
        out = io.BytesIO()
        pq.write_table(pa.table(columns), out, compression="NONE")
        found.append(out.getvalue())
    return found


def files() -> list[bytes]:
    """Return documents of all formats."""
    page = (
        f"<html><head><title>x</title></head><body><table><tr><td>{SENTENCE}</table></body></html>".encode()
    )
    return [
        docx(SENTENCE),
        odt(SENTENCE),
        page,
        *pdfs()[:2],
        *mails()[:2],
        *encoded(encodings=("utf-8", "cp1250"))[:40],
    ]

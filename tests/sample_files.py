"""Small files of every format, made byte by byte so that tests need no program that writes them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage

GLYPHS = {
    "ą": "aogonek", "ć": "cacute", "ę": "eogonek", "ł": "lslash", "ń": "nacute", "ó": "oacute", "ś": "sacute",
    "ź": "zacute", "ż": "zdotaccent", "Ł": "Lslash", "Ś": "Sacute", "–": "endash", "Ó": "Oacute",
}  # fmt: skip
"""Adobe's names of the Polish letters, which go into the font's encoding from code 128 on."""

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
META = "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
DC = "http://purl.org/dc/elements/1.1/"


def pdf(
    pages: Sequence[Sequence[str | tuple[int, str]]],
    *,
    title: str = "",
    created: str = "",
    encrypted: bool = False,
) -> bytes:
    """Return a PDF; a page is its lines from the top, a line a text or a place across (in points) and a text there.

    Texts at one height are given one after another with the same line by a leading ``+``.
    """
    codes = {letter: 128 + number for number, letter in enumerate(GLYPHS)}
    differences = "128 " + " ".join(f"/{name}" for name in GLYPHS.values())
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        (
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding "
            f"/BaseEncoding /WinAnsiEncoding /Differences [{differences}] >> >>"
        ).encode(),
        _string_dictionary({"Title": title, "CreationDate": created}),
    ]
    for number, lines in enumerate(pages):
        content = b"BT /F1 11 Tf " + b"".join(_shown(lines, codes)) + b"ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {6 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    trailer = f"/Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R"
    if encrypted:
        key = "<" + "5a" * 32 + ">"
        trailer += f" /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O {key} /U {key} >>"
        trailer += " /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]"
    return assembled(objects, trailer)


def _shown(lines: Sequence[str | tuple[int, str]], codes: Mapping[str, int]) -> list[bytes]:
    operators: list[bytes] = []
    y = 800
    for line in lines:
        x, text = line if isinstance(line, tuple) else (50, line)
        if text.startswith("+"):
            text = text[1:]
        else:
            y -= 14
        data = b"".join(bytes([codes[c]]) if c in codes else c.encode("cp1252") for c in text)
        data = data.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        operators.append(b"1 0 0 1 %d %d Tm (%s) Tj " % (x, y, data))
    return operators


def _string_dictionary(entries: Mapping[str, str]) -> bytes:
    encoded = (
        f"/{key} <feff{value.encode('utf-16-be').hex()}>".encode() for key, value in entries.items() if value
    )
    return b"<< " + b" ".join(encoded) + b" >>"


def assembled(objects: Sequence[bytes], trailer: str) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(f"trailer\n<< {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP file with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def docx(body: str, *, parts: Mapping[str, str] | None = None, title: str = "", modified: str = "") -> bytes:
    """Return a DOCX with this WordprocessingML body (prefix ``w``); a line without markup becomes a paragraph."""
    body = "".join(
        line if line.startswith("<") else f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>"
        for line in body.splitlines()
    )
    return archive(
        {
            "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
            "word/document.xml": f"<w:document xmlns:w='{WORD}'><w:body>{body}</w:body></w:document>",
            "docProps/core.xml": (
                f"<p:coreProperties xmlns:p='{CORE}' xmlns:dc='{DC}' xmlns:t='http://purl.org/dc/terms/'>"
                f"<dc:title>{title}</dc:title><t:modified>{modified}</t:modified></p:coreProperties>"
            ),
            **(parts or {}),
        }
    )


def word_part(root: str, body: str) -> str:
    """Return another part of a DOCX, such as its footnotes."""
    return f"<w:{root} xmlns:w='{WORD}'>{body}</w:{root}>"


def odt(body: str, *, title: str = "", modified: str = "", encrypted: bool = False) -> bytes:
    """Return an ODT with this body (prefixes ``text``, ``table``, ``office``); a line without markup is a paragraph."""
    body = "".join(line if line.startswith("<") else f"<text:p>{line}</text:p>" for line in body.splitlines())
    names = f"xmlns:office='{OFFICE}' xmlns:text='{TEXT}' xmlns:table='{TABLE}' xmlns:meta='{META}' xmlns:dc='{DC}'"
    protection = "<manifest:encryption-data/>" if encrypted else ""
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": (
                f"<office:document-content {names}><office:body><office:text>{body}</office:text></office:body>"
                "</office:document-content>"
            ),
            "meta.xml": (
                f"<office:document-meta {names}><office:meta><dc:title>{title}</dc:title>"
                f"<dc:date>{modified}</dc:date></office:meta></office:document-meta>"
            ),
            "META-INF/manifest.xml": f"<manifest:manifest xmlns:manifest='urn:m'>{protection}</manifest:manifest>",
        }
    )


def mail(text: str | None, *, html: str | None = None, subject: str = "", date: str = "") -> bytes:
    """Return a mail message with a plain body, an HTML one, or both."""
    message = EmailMessage()
    message["From"] = "biuro@example.org"
    message["To"] = "gmina@example.org"
    message["Subject"] = subject
    message["Message-ID"] = "<1@example.org>"
    if date:
        message["Date"] = date
    if text is not None:
        message.set_content(text, charset="iso-8859-2", cte="quoted-printable")
    if html is not None:
        if text is None:
            message.set_content(html, subtype="html")
        else:
            message.add_alternative(html, subtype="html")
    return message.as_bytes()

"""Tell a document's format by its content."""

import io
import re
import zipfile
from typing import Literal

from pipeline.document import StageError
from pipeline.read.encoding import unmarked_utf16

Format = Literal["text", "html", "xml", "pdf", "docx", "odt", "mail"]

MEDIA_TYPES: dict[Format, str] = {
    "text": "text/plain",
    "html": "text/html",
    "xml": "application/xml",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "mail": "message/rfc822",
}
MARKDOWN = "text/markdown"

UNSUPPORTED = (
    (b"{\\rtf", "rtf", "RTF is not supported; save it as DOCX or PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole", ""),
    (b"\x89PNG", "image", "this is an image; only documents with text can be read"),
    (b"\xff\xd8\xff", "image", "this is an image; only documents with text can be read"),
    (b"GIF8", "image", "this is an image; only documents with text can be read"),
    (b"II*\x00", "image", "this is an image; only documents with text can be read"),
    (b"MM\x00*", "image", "this is an image; only documents with text can be read"),
    (b"\x1f\x8b", "archive", "this is a compressed file; unpack it first"),
    (b"BZh", "archive", "this is a compressed file; unpack it first"),
    (b"\xfd7zXZ\x00", "archive", "this is a compressed file; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "archive", "this is an archive; unpack it first"),
    (b"Rar!\x1a\x07", "archive", "this is an archive; unpack it first"),
    (b"PAR1", "table", "this is a Parquet file; name it .parquet and its texts with --text-column"),
    (b"SQLite format 3\x00", "binary", "this is a database, not a document"),
    (b"%!PS", "postscript", "PostScript is not supported; convert it to PDF"),
)
HTML_START = re.compile(
    rb"\s*(?:<!--.{0,4000}?-->\s*)*<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])",
    re.IGNORECASE | re.DOTALL,
)
XML_START = re.compile(rb"\s*<\?xml[\s]")
XHTML = re.compile(rb"<(?:\w+:)?html[\s>]|<!doctype\s+html", re.IGNORECASE)
HTML_TAG = re.compile(
    rb"<(/?(?:p|div|span|br|hr|b|i|em|strong|u|a|ul|ol|li|table|tr|td|th|h[1-6]|font|center|img|title|meta|body))"
    rb"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
MAIL_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]")
MAIL_HEADERS = frozenset(
    b"received return-path delivered-to from to cc subject date message-id mime-version content-type reply-to sender "
    b"content-transfer-encoding x-mailer user-agent in-reply-to references dkim-signature".split()
)
MAIL_PROOF = frozenset({b"received", b"return-path", b"message-id", b"mime-version", b"delivered-to"})
HEAD = 8192


def format_of(data: bytes, name: str) -> Format:
    """Return the format of a document, by its first bytes rather than its name.

    Raises ``StageError`` for what is empty, binary, or a format that is not read.
    """
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    if not data.strip(b" \t\r\n\f\v\xef\xbb\xbf\x00"):
        raise StageError("read", "empty", "the document has no text" if data else "the file is empty")
    if data[:1024].find(b"%PDF-") >= 0:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, suffix)
    for magic, error_type, message in UNSUPPORTED:
        if data.startswith(magic):
            raise StageError("read", *_ole(data) if error_type == "ole" else (error_type, message))
    if suffix in (".pdf", ".docx", ".odt") and is_binary(data):
        raise StageError(
            "read", "corrupt", f"the file is damaged: it does not begin like a {suffix[1:].upper()}"
        )
    if is_binary(data):
        raise StageError("read", "binary", "this is a binary file of an unknown kind, not a document")
    return _text_format(data, suffix)


def is_binary(data: bytes) -> bool:
    """Tell whether the bytes are no text: too many control characters, and not UTF-16 or UTF-32."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return False
    middle = len(data) // 2
    sample = data[:65536] + data[max(65536, middle) : middle + 16384] + data[max(65536, len(data) - 16384) :]
    control = len(sample) - len(sample.translate(None, _CONTROL))
    if control * 100 <= len(sample):
        return False
    wide = unmarked_utf16(data[:4096])
    return wide is None or sum(ord(character) < 0x20 for character in wide.text) * 20 > len(wide.text)


_CONTROL = bytes(code for code in range(0x20) if chr(code) not in "\t\n\v\f\r\x1a\x1b") + b"\x7f"


def _text_format(data: bytes, suffix: str) -> Format:
    head = data[:HEAD].replace(b"\x00", b"") if b"\x00" in data[:HEAD] else data[:HEAD]
    head = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if XML_START.match(head):
        return "html" if XHTML.search(head) else "xml"
    if HTML_START.match(head):
        return "html"
    if _is_mail(head, suffix):
        return "mail"
    tags = {match.group(1).lower().lstrip(b"/") for match in HTML_TAG.finditer(head)}
    wanted = (
        1 if suffix in (".html", ".htm", ".xhtml", ".shtml") else 3 if suffix in ("", ".txt", ".text") else 4
    )
    return "html" if len(tags) >= wanted else "text"


def _is_mail(head: bytes, suffix: str) -> bool:
    names: set[bytes] = set()
    for line in head.removeprefix(b"From ").splitlines()[:80]:
        if not line.strip():
            break
        match = MAIL_HEADER.match(line + b" ")
        if match is not None:
            names.add(match.group(1).lower())
        elif line[:1] not in b" \t" and names:
            break
    known = names & MAIL_HEADERS
    if suffix in (".eml", ".mht", ".mhtml"):
        return bool(known)
    return len(known) >= 3 and bool(known & MAIL_PROOF)


def _zipped(data: bytes, suffix: str) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mimetype = b""
            if "mimetype" in names:
                with archive.open("mimetype") as part:
                    mimetype = part.read(200).strip()
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError) as error:
        raise StageError(
            "read", "truncated", "the file is damaged or incomplete: it cannot be unpacked"
        ) from error
    except Exception as error:  # zlib.error and what else a damaged archive sets off
        raise StageError("read", "corrupt", f"the file is damaged: {error}") from error
    if mimetype.startswith(b"application/vnd.oasis.opendocument.text") or (
        suffix == ".odt" and "content.xml" in names
    ):
        return "odt"
    if any(name.startswith("word/") and name.endswith(".xml") for name in names):
        return "docx"
    if suffix in (".docx", ".odt"):
        raise StageError("read", "corrupt", "the file is damaged: it holds no document")
    kind = next(
        (kind for folder, kind in _OTHER_ZIPS if any(n.startswith(folder) for n in names)), "an archive"
    )
    error_type = "archive" if kind == "an archive" else "unsupported"
    raise StageError("read", error_type, f"this is {kind}; only documents with text can be read")


_OTHER_ZIPS = (
    ("xl/", "a spreadsheet"),
    ("ppt/", "a presentation"),
    ("content.xml", "an OpenDocument file, but not a text"),
    ("META-INF/container.xml", "an e-book"),
)


def _ole(data: bytes) -> tuple[str, str]:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "encrypted", "the document is protected by a password"
    return "unsupported", "this is an old binary Office file (.doc, .xls, .msg); save it as DOCX or PDF"

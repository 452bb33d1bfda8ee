"""Documents made to exhaust, to crash or to misuse whatever reads them. All are small; what they unpack to is not."""

import zlib
from collections.abc import Callable, Iterable

from sample_files import DC, OFFICE, TABLE, TEXT, WORD, archive, assembled, docx, odt

MAX_BYTES = 2 * 2**20
"""The limit under which they are read; nothing may unpack to more than four times as much."""
MUCH = 5 * MAX_BYTES
READ = "read"
"""In place of an ``error_type``: the input is read, and its rows are made."""

ELEMENTS = 100_000
WORD_BODY = f"<w:document xmlns:w='{WORD}'><w:body>"
ODT_NAMES = f"xmlns:office='{OFFICE}' xmlns:text='{TEXT}' xmlns:table='{TABLE}' xmlns:dc='{DC}'"
LAUGHS = "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
LAUGHTER = f"<!DOCTYPE d [<!ENTITY a 'ha'>{LAUGHS}]>"
SECRET = "tajemnica-z-innego-pliku"


def word_document(xml: str, **parts: str | bytes) -> bytes:
    return archive(
        {"word/document.xml": xml, **{name.replace("__", "/"): part for name, part in parts.items()}}
    )


def odt_document(xml: str, **parts: str | bytes) -> bytes:
    inner = {name.replace("__", "/"): part for name, part in parts.items()}
    return archive({"mimetype": "application/vnd.oasis.opendocument.text", **inner, "content.xml": xml})


def word_body(body: str, before: str = "") -> str:
    return f"{before}{WORD_BODY}{body}</w:body></w:document>"


def odt_body(body: str, before: str = "") -> str:
    return f"{before}<office:text {ODT_NAMES}>{body}</office:text>"


def pdf_of(kids: str, count: int, content: bytes = b"", compressed: bool = True) -> bytes:
    """Return a PDF with a page tree of these kids (object 3 is a page) that says how many pages it has."""
    stream = zlib.compress(content, 1) if compressed else content
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
        ],
        "/Size 5 /Root 1 0 R",
    )


def message(headers: bytes, body: bytes = b"Gmina Osiek, 2014 r.") -> bytes:
    return b"From: a@example.org\nMIME-Version: 1.0\nMessage-ID: <1>\n" + headers + b"\n\n" + body


def parts_within_parts(depth: int) -> bytes:
    opened = (
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number)
        for number in range(depth)
    )
    return message(b"X-A: b\n" + b"".join(opened) + b"Content-Type: text/plain")


def exhausting() -> dict[str, tuple[Callable[[], bytes], str]]:
    """Return inputs that want much time or memory: by name how they are made, and the ``error_type`` or ``READ``."""
    x = "<w:p><w:r><w:t>Gmina Osiek</w:t></w:r></w:p>"
    deep = ELEMENTS
    return {
        "bomba.docx": (lambda: word_document(word_body(f"<w:p><w:r><w:t>{'a' * MUCH}</w:t></w:r></w:p>")), "too_large"),
        "typ.docx": (lambda: word_document(word_body(x), mimetype="a" * MUCH), READ),
        "naglowki.docx": (
            lambda: archive(
                {"word/document.xml": word_body(""), **{f"word/header{n}.xml": word_body(x) for n in range(2000)}}
            ),
            READ,
        ),
        "czesci.docx": (
            lambda: archive({"word/document.xml": word_body(x), **{f"word/x{n}": "" for n in range(5000)}}),
            READ,
        ),
        "wlasnosci.docx": (
            lambda: word_document(word_body(x), **{"docProps__core.xml": f"<a><title>{'<b/>x ' * deep}</title></a>"}),
            READ,
        ),
        "glebokie_tabele.docx": (
            lambda: word_document(
                word_body("<w:tbl><w:tr><w:tc>" * 50_000 + x + "</w:tc></w:tr></w:tbl>" * 50_000)
            ),
            READ,
        ),
        "smiech.docx": (lambda: word_document(word_body("&j;", LAUGHTER)), "unsafe"),
        "smiech_utf16.docx": (
            lambda: archive({"word/document.xml": word_body("&j;", LAUGHTER).encode("utf-16")}),
            "unsafe",
        ),
        "smiech.odt": (lambda: odt_document(odt_body("&j;", LAUGHTER)), "unsafe"),
        "spacje.odt": (
            lambda: odt_document(odt_body("<text:p>a" + "<text:s text:c='1000'/>" * deep + "b</text:p>")),
            "too_large",
        ),
        "manifest.odt": (
            lambda: odt_document(odt_body("<text:p>a</text:p>"), **{"META-INF__manifest.xml": "a" * MUCH}),
            "too_large",
        ),
        "przypisy.odt": (
            lambda: odt_document(
                odt_body("<text:p>a<text:note-body>" * 30_000 + "</text:note-body></text:p>" * 30_000)
            ),
            READ,
        ),
        "strumien.pdf": (lambda: pdf_of("3 0 R", 1, b" " * MUCH), "no_text_layer"),
        "petla.pdf": (lambda: pdf_of("2 0 R", 1), "corrupt"),
        "miliard_stron.pdf": (lambda: pdf_of("2 0 R 2 0 R", 10**9), "corrupt"),
        "strony.pdf": (lambda: pdf_of("3 0 R " * 5000, 5000), "no_text_layer"),
        "bomba.txt.gz": (lambda: b"\x1f\x8b\x08\0\0\0\0\0\0\3" + bytes(100), "archive"),
        "glebokie.html": (lambda: b"<html>" + b"<div>" * deep + b"Gmina" + b"</div>" * deep, READ),
        "tabele.html": (lambda: b"<html>" + b"<table><tr><td>" * deep + b"Gmina", READ),
        "naglowki.html": (lambda: b"<html>Gmina" + b"<h1>" * deep + b"</h1>" * deep, READ),
        "encje.html": (lambda: b"<html>" + b"&amp;" * deep, READ),
        "smiech.html": (f"{LAUGHTER}<html><p>&j; Gmina</p></html>".encode, READ),
        "czesci.eml": (lambda: parts_within_parts(2000), "corrupt"),
        "listy.eml": (lambda: message(b"Content-Type: message/rfc822\n\n" * 5000), "corrupt"),
        "temat.eml": (lambda: message(b"Subject: " + b"a " * 500_000), READ),
        "slowa.eml": (lambda: message(b"Subject: " + b"=?utf-8?q?a?= " * 50_000), READ),
        "parametry.eml": (lambda: message(b"Content-Type: text/plain;" + b" a*0*=b;" * 50_000), READ),
        "linia.txt": (lambda: b"a" * MAX_BYTES, READ),
        "cyfry.txt": (lambda: b"1" * MAX_BYTES, READ),
        "spacje.txt": (lambda: b"a" + b" " * (MAX_BYTES - 2) + b"b", READ),
        "kropki.txt": (lambda: b"." * (MAX_BYTES // 4), READ),
        "nawiasy.txt": (lambda: b"(" * (MAX_BYTES // 4), READ),
        "laczace.txt": (("a" + "\u0301" * (MAX_BYTES // 4)).encode, READ),
        "zera.txt": (lambda: b"Umowa" + bytes(MAX_BYTES - 5), "binary"),
    }  # fmt: skip


def referring(secret: str) -> dict[str, tuple[bytes, str]]:
    """Return inputs that ask for other files and for the network; ``secret`` is the path of a file to get at."""
    urls = (f"file://{secret}", "http://127.0.0.1:9/x", secret)
    found: dict[str, tuple[bytes, str]] = {}
    for number, url in enumerate(urls):
        external = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{url}">]>'
        remote = f'<!DOCTYPE d SYSTEM "{url}">'
        parameter = f'<!DOCTYPE d [<!ENTITY % x SYSTEM "{url}"> %x;]>'
        for kind, before in (("encja", external), ("dtd", remote), ("parametr", parameter)):
            stem = f"{kind}{number}"
            found[f"{stem}.docx"] = (word_document(word_body("&x;", before)), "unsafe")
            found[f"{stem}.odt"] = (odt_document(odt_body("<text:p>&x;</text:p>", before)), "unsafe")
            found[f"{stem}.html"] = (f"{before}<html><body>Gmina &x;</body></html>".encode(), READ)
            found[f"{stem}.xml"] = (f"<?xml version='1.0'?>{before}<d>Gmina &x;</d>".encode(), READ)
        tags = (
            f'<iframe src="{url}"></iframe><img src="{url}"><link rel="stylesheet" href="{url}"><script src="{url}"></script>'
            f'<object data="{url}"></object><embed src="{url}"><meta http-equiv="refresh" content="0;url={url}"><base href="{url}">'
        )
        found[f"strona{number}.html"] = (f"<html><body>Gmina {tags}</body></html>".encode(), READ)
        relations = (
            f"<Relationships><Relationship Target='{url}' TargetMode='External' Id='r1'/></Relationships>"
        )
        linked = f"<w:p><w:r><w:t>Gmina</w:t></w:r></w:p><w:altChunk r='r1'/><xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='{url}'/>"
        found[f"szablon{number}.docx"] = (
            docx(
                linked,
                parts={"word/_rels/document.xml.rels": relations, "word/_rels/settings.xml.rels": relations},
            ),
            READ,
        )
        found[f"sekcja{number}.odt"] = (
            odt(
                f"<text:p>Gmina</text:p><text:section-source xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='{url}'/>"
            ),
            READ,
        )
        found[f"akcja{number}.pdf"] = (pdf_with_action(url), READ)
        access = (
            b"Content-Type: message/external-body; access-type=local-file; name=%s\n\nContent-Type: text/plain"
            % secret.encode()
        )
        found[f"zalacznik{number}.eml"] = (message(access), READ)
    climbing = {"../../../zip_slip.txt": "x", "/tmp/zip_slip.txt": "x", "word/../../zip_slip.xml": "x"}
    found["slip.docx"] = (
        archive({"word/document.xml": word_body("<w:p><w:r><w:t>Gmina</w:t></w:r></w:p>"), **climbing}),
        READ,
    )
    return found


def pdf_with_action(url: str) -> bytes:
    content = b"BT /F1 11 Tf 1 0 0 1 50 700 Tm (Gmina) Tj ET"
    action = f"<< /S /URI /URI ({url}) >>"
    launch = f"<< /S /Launch /F << /Type /Filespec /FS /URL /F ({url}) >> >>"
    return assembled(
        [
            f"<< /Type /Catalog /Pages 2 0 R /OpenAction {launch} /AA << /WC {action} >> >>".encode(),
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /AA << /O %s >> "
            b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
            % action.encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            f"<< /F ({url}) /FFilter /FlateDecode /Length 0 >>\nstream\n\nendstream".encode(),
        ],
        "/Size 6 /Root 1 0 R",
    )


def made(inputs: Iterable[tuple[str, tuple[Callable[[], bytes], str]]]) -> dict[str, tuple[bytes, str]]:
    """Return inputs with their bytes."""
    return {name: (make(), expected) for name, (make, expected) in inputs}

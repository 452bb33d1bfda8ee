"""Readable text of a mail message (RFC 5322, MIME)."""

import re
from datetime import date
from email import message_from_bytes, policy
from email.headerregistry import BaseHeader, HeaderRegistry
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime

from pipeline.document import StageError
from pipeline.read import html
from pipeline.read.encoding import codec_name, decode
from pipeline.read.extracted import Extracted
from pipeline.read.markup import declared_charset

LONGEST_HEADER = 4_000
"""Characters of a header that are parsed: the library's time and memory grow with the square of them."""


class _BoundedHeaders(HeaderRegistry):
    """Parses headers no further than ``LONGEST_HEADER``; one that breaks the library's parser is empty."""

    def __call__(self, name: str, value: str) -> BaseHeader:
        try:
            return super().__call__(name, value[:LONGEST_HEADER])
        except RecursionError:
            raise
        except Exception:  # IndexError, AttributeError and more, from one version of Python to the next
            return super().__call__("x-broken", "")


POLICY = policy.default.clone(header_factory=_BoundedHeaders())


def extract(data: bytes, max_text: int) -> Extracted:
    """Return the body (plain text preferred, else HTML), the subject as title and the day of ``Date``.

    Attachments are not read. Raises ``StageError`` where the message has no text, or parts within parts without end.
    """
    del max_text  # a message's text is never larger than the message
    try:
        message = message_from_bytes(data, policy=POLICY)
        body = _body(message)
    except RecursionError as error:
        raise StageError(
            "read", "corrupt", "the message is damaged: its parts are nested too deeply"
        ) from error
    if body is None:
        raise StageError("read", "no_text", "the message has no text, only attachments")
    payload = body.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    is_html = body.get_content_subtype() == "html"
    declared = body.get_content_charset() or (declared_charset(raw[:4096]) if is_html else None)
    text, encoding = decode(raw, codec_name(declared))
    if is_html:
        text = html.parse(text).content.text
    return Extracted(text, _subject(message), _date(message), encoding)


def _body(message: EmailMessage) -> Message | None:
    """Return the part that is read; None where no part is text."""
    try:
        body = message.get_body(("plain", "html"))
    except (KeyError, AttributeError, ValueError, LookupError):
        body = message if not message.is_multipart() else None
    if body is None:
        body = next((part for part in message.walk() if part.get_content_maintype() == "text"), None)
    return body


def _subject(message: EmailMessage) -> str | None:
    try:
        subject = str(message["Subject"] or "")
    except (ValueError, IndexError, AttributeError):  # a header that breaks the parser is no title
        return None
    return re.sub(r"\s+", " ", subject).strip() or None


def _date(message: EmailMessage) -> date | None:
    try:
        return parsedate_to_datetime(str(message["Date"])).date()
    except (TypeError, ValueError, IndexError, AttributeError):
        return None

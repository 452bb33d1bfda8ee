"""What stands between the network and the page: only this machine's own browser gets through.

A page of another site could make a browser send requests here (cross-site request forgery), or point a
name of its own at 127.0.0.1 (DNS rebinding). So the Host must be ours, every change must come from a page of
ours (Origin), carry the token of this server, and be small; answers forbid scripts and resources from elsewhere.
"""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

MOST_BYTES = 64 * 1024
"""Largest body of a request."""
TOO_LARGE = 413
MOST_REFUSED = 32 * 2**20
"""How much of a refused body is taken in before its sender is cut off; one that tells that it is larger, nothing."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # with none at all, forms come with Origin: null
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
)


def new_token() -> str:
    """Return a token that nobody guesses."""
    return secrets.token_urlsafe(32)


def same(token: str, given: str) -> bool:
    """Tell whether a token is the right one, in a time that tells nothing of it."""
    return secrets.compare_digest(token.encode(), given.encode("utf-8", "replace"))


class Guard:
    """ASGI middleware that refuses what does not come from a page of ours at ``port`` of this machine."""

    def __init__(self, app: App, *, port: int) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _with_headers(send))

    async def _http(self, scope: Message, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope)
        if refusal:
            if refusal[0] != TOO_LARGE:
                await _let_pass(receive)
            await _refuse(send, *refusal)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Message) -> tuple[int, str] | None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if host not in self._hosts:
            return 421, "this server answers to 127.0.0.1 and localhost alone"
        if scope["method"] in ("GET", "HEAD"):
            return None
        if scope["method"] != "POST":
            return 405, "only GET, HEAD and POST are answered"
        if headers.get(b"origin") != f"http://{host}":
            return 403, "changes are taken from this server's own pages alone"
        if not headers.get(b"content-length", "").isdigit():
            return 411, "the length of the body is missing"
        if int(headers[b"content-length"]) > MOST_BYTES:
            return TOO_LARGE, f"the body is larger than {MOST_BYTES} bytes"
        return None


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = [(name, value) for name, value in message.get("headers", ()) if name != b"server"]
            message["headers"] = [*given, *HEADERS]
        await send(message)

    return send_with_headers


async def _let_pass(receive: Receive) -> None:
    """Take in a body and keep none of it: a sender that is cut off in the middle may never see the answer."""
    taken = 0
    while taken <= MOST_REFUSED:
        message = await receive()
        taken += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = reason.encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})

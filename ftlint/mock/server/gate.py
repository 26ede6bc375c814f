"""What every request passes: one form of paths, a key, a limit for its size, and headers of the answer."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import orjson

from ftlint.mock.errors import ServiceError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "::1", "[::1]")
"""Names of this machine for itself: nobody else is answered."""
_OPEN = ("/", "/favicon.ico", "/healthz", "/openapi.json")
SEEN = "/_ftlint/"
"""How addresses begin that the page reads, which has no key."""
MOCK = (b"x-ftlint-mock", b"every model here is the same small learner")


class Gate:
    """An ASGI application around another.

    upload, request: most bytes of an uploaded file's request, and of any other.
    """

    def __init__(self, app: ASGIApp, *, upload: int, request: int) -> None:
        self._app = app
        self._upload = upload
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # A base address may end in a slash: clients then ask for //fine-tunes. Slashes inside of a name are encoded, and stay.
        raw = scope.get("raw_path") or scope["path"].encode()
        path = re.sub("/{2,}", "/", raw.split(b"?")[0].decode("latin-1"))
        scope["path"] = unquote(path.rstrip("/")) or "/"
        headers = dict(scope["headers"])
        identity = f"req_{secrets.token_hex(16)}".encode()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"x-request-id", identity), MOCK]
            await send(message)

        limit = self._upload if scope["path"] == "/v1/files" else self._request
        refused = _refused(scope["path"], headers, limit, reads=scope["method"] == "GET")
        if refused:
            await _answer(refused, answer)
            return
        body = _Body(receive, limit)
        await self._app(scope, body.receive, body.unless_too_large(answer))


class _Body:
    """A request's body that is cut off where it is longer than the limit, also where it does not tell its length."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._received = 0

    async def receive(self) -> Message:
        """Receive a part; after too many the body is at its end."""
        message = await self._receive()
        self._received += len(message.get("body", b""))
        return {"type": "http.request", "body": b"", "more_body": False} if self._received > self._limit else message

    def unless_too_large(self, send: Send) -> Send:
        """Return what sends an answer, or instead of it that the body was too large."""

        async def sending(message: Message) -> None:
            if self._received <= self._limit:
                await send(message)
            elif message["type"] == "http.response.start":
                await _answer(_too_large(self._limit), send)

        return sending


def _refused(path: str, headers: dict[bytes, bytes], limit: int, *, reads: bool) -> ServiceError | None:
    """Return why a request is not looked at."""
    origin = headers.get(b"origin")
    if origin is not None and _host_of(origin) not in LOOPBACK:
        return ServiceError(403, "This mock does not answer web pages of other machines", code="forbidden_origin")
    key = headers.get(b"authorization", b"").partition(b" ")[2].strip()
    if path not in _OPEN and not (reads and path.startswith(SEEN)) and not key:
        message = "You didn't provide an API key. Any will do for this mock: Authorization: Bearer sk-test"
        return ServiceError(401, message)
    length = headers.get(b"content-length", b"0")
    return _too_large(limit) if length.isdigit() and int(length) > limit else None


def _host_of(origin: bytes) -> str | None:
    try:
        return urlsplit(origin.decode("latin-1")).hostname
    except ValueError:
        return None


def _too_large(limit: int) -> ServiceError:
    return ServiceError(413, f"The request is too large: at most {limit:,} bytes are taken", code="request_too_large")


async def _answer(error: ServiceError, send: Send) -> None:
    body = orjson.dumps(error.body)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

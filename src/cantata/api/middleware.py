"""What happens to every request: an id, a trace, a bound on its size, headers, measurements."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cantata.api import problems
from cantata.http.errors import BodyTooLarge, MalformedJson
from cantata.http.json_bodies import require_sound
from cantata.kernel.time import Clock
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.observability.tracing import span

BODY_MAX = 512 * 1024
"""Bytes of a request's body, unless it is a file."""

TAGGED_MAX = 8 * 1024 * 1024
"""Bytes of an answer that is tagged as a whole."""

NS = 1_000_000_000
_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)
_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_DOCS = "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


class EdgeMiddleware:
    """The outermost layer; whatever fails inside is answered as a problem that tells nothing.

    `files` says for paths that take a file how many bytes it may have.
    """

    def __init__(self, app: ASGIApp, clock: Clock, files: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._clock = clock
        self._files = files or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else str(uuid.uuid4())
        began = self._clock.monotonic_ns()
        scope.setdefault("state", {}).update(request_id=request_id, began_ns=began)
        with span(headers.get("traceparent", "")) as trace:
            answer = _Answer(scope, send, {"X-Request-Id": request_id, "traceparent": trace})
            await self._guarded(scope, receive, answer, headers)
        seconds = (self._clock.monotonic_ns() - began) / NS
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        metrics.REQUESTS.labels(route, method, str(answer.status)).observe(seconds)

    async def _guarded(
        self, scope: Scope, receive: Receive, answer: _Answer, headers: Headers
    ) -> None:
        is_json = _is_json(headers.get("content-type", ""))
        most = BODY_MAX if is_json else self._files.get(scope["path"], BODY_MAX)
        bounded = _Bounded(receive, most)
        request_id = scope["state"]["request_id"]
        try:
            _require_bounded(headers.get("content-length", "0"), most)
            if is_json and scope["method"] in _CHANGING:
                await bounded.read_json()
            await self._app(scope, bounded, answer)
        except (BodyTooLarge, MalformedJson) as error:
            response = problems.answer(problems.of_error(error), request_id)
            await response(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - the last resort: the caller learns nothing
            events("api").error("request.failed", request_id=request_id, exc_info=error)
            if not answer.is_started:
                refused = problems.of_status(problems.BROKEN)
                await problems.answer(refused, request_id)(scope, receive, answer)


def _without_body(send: Send) -> Send:
    """Send what GET would answer, without its body."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return sent


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _require_bounded(length: str, most: int) -> None:
    """Refuse a body whose header says that it is too large."""
    if not length.isascii() or not length.isdigit() or int(length[:20]) > most:
        raise BodyTooLarge(most)


class _Bounded:
    """Reads a body up to the bound, whatever its header says."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._read = 0
        self._kept: Message | None = None

    async def read_json(self) -> None:
        """Read all of a body and keep it for the application; raise MalformedJson."""
        body = b""
        while True:
            message = await self()
            if message["type"] != "http.request":
                self._kept = message
                return
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        self._kept = {"type": "http.request", "body": body, "more_body": False}
        if body:
            require_sound(body)

    async def __call__(self) -> Message:
        if self._kept is not None:
            message, self._kept = self._kept, None
            return message
        message = await self._receive()
        if message["type"] == "http.request":
            self._read += len(message.get("body", b""))
            if self._read > self._most:
                raise BodyTooLarge(self._most)
        return message


class _Answer:
    """Sends an answer with our headers; one that was read is tagged, and not sent again."""

    def __init__(self, scope: Scope, send: Send, extra: dict[str, str]) -> None:
        self._send = send
        self._scope = scope
        self._extra = extra
        self._start: MutableMapping[str, Any] | None = None
        self.is_started = False
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._decorate(message)
            if self._is_tagged(message):
                self._start = message
                return
            self.is_started = True
            await self._send(message)
        elif self._start is not None:
            start, self._start = self._start, None
            await self._tagged(start, message)
        else:
            await self._send(message)

    def _decorate(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in {**_SECURITY, **self._extra}.items():
            headers.setdefault(name, value)
        if self._scope["path"].startswith("/docs"):
            headers["Content-Security-Policy"] = _DOCS
        if self._scope["path"].startswith(("/v1", "/api")):
            headers.setdefault("Cache-Control", "private, no-cache")

    def _is_tagged(self, message: Message) -> bool:
        length = MutableHeaders(scope=message).get("content-length", "")
        return (
            self._scope["method"] == "GET"
            and message["status"] == 200
            and self._scope["path"].startswith("/v1/")
            and length.isdigit()
            and int(length) <= TAGGED_MAX
        )

    async def _tagged(self, start: MutableMapping[str, Any], message: Message) -> None:
        tag = f'"{hashlib.sha256(message.get("body", b"")).hexdigest()[:32]}"'
        headers = MutableHeaders(scope=start)
        headers["ETag"] = tag
        known = Headers(scope=self._scope).get("if-none-match", "")
        self.is_started = True
        if {tag, "*"} & {part.strip().removeprefix("W/") for part in known.split(",")}:
            start["status"] = self.status = 304
            del headers["content-length"]
            del headers["content-type"]
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(start)
        await self._send(message)

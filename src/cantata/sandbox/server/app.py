"""The ASGI application: one request in, one answer out."""

from __future__ import annotations

import os
import secrets
from collections.abc import Awaitable, Iterable
from functools import partial
from itertools import count
from typing import Any

from cantata.kernel.errors import CantataError
from cantata.sandbox.participant.api import (
    JSON,
    TEXT,
    Answer,
    Body,
    Endpoint,
    Listing,
    NoAnswer,
    Request,
    Right,
    Route,
    get,
)
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.services import endpoints as all_endpoints
from cantata.sandbox.server.answers import (
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    TIMED_OUT,
    answer_of,
    error_answer,
    internal_error,
    not_found,
    refusal_answer,
)
from cantata.sandbox.server.body import Bodies, Disconnected
from cantata.sandbox.server.deadlines import Deadlines
from cantata.sandbox.server.limits import Limits
from cantata.sandbox.server.lists import collect
from cantata.sandbox.server.log import report_fault
from cantata.sandbox.server.open import OpenStreams
from cantata.sandbox.server.protocol import hang_up
from cantata.sandbox.server.requests import (
    accepts,
    authorize,
    bearer_token,
    content_length,
    read_content,
    read_parameters,
    trace_parent,
)
from cantata.sandbox.server.router import Router
from cantata.sandbox.server.sockets import Sockets

TRACE_PREFIX_BYTES = 8


class Application:
    """Serves a participant over HTTP; by default all its services.

    `beside` are endpoints that are served too and are no part of the described API. Without
    `limits`, those of the environment hold.
    """

    def __init__(
        self,
        node: Participant,
        endpoints: Iterable[Endpoint] | None = None,
        *,
        beside: Iterable[Endpoint] = (),
        streams: OpenStreams | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.node = node
        self.limits = Limits.of(os.environ) if limits is None else limits
        served = all_endpoints(node) if endpoints is None else endpoints
        self._beside = tuple(beside)
        self.router = Router([*served, *self._documents(), *self._beside])
        self.deadlines = Deadlines(self.limits.request_seconds)
        self._streams = OpenStreams() if streams is None else streams
        self._bodies = Bodies()
        self._trace_prefix = secrets.token_hex(TRACE_PREFIX_BYTES)
        self._count = count(1)
        self._sockets = Sockets(lambda: node.authenticator, node.clock, self._streams, self.limits)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one HTTP request or one WebSocket."""
        headers = scope["headers"] = dict(scope["headers"])
        trace_id = trace_parent(headers) or f"{self._trace_prefix}{next(self._count):016x}"
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send, trace_id)
        else:
            await self._request(scope, receive, send, trace_id)

    async def _request(self, scope: Any, receive: Any, send: Any, trace_id: str) -> None:
        try:
            answer = await self._answer(scope, receive, trace_id)
        except Disconnected:
            return
        except NoAnswer:
            await _end(receive, send)
            return
        except TimeoutError:
            answer = TIMED_OUT
        except Exception as error:  # noqa: BLE001 # the server outlives every fault
            answer = _error(error, trace_id)
        await _send(send, answer, head=scope["method"] == "HEAD")

    async def _socket(self, scope: Any, receive: Any, send: Any, trace_id: str) -> None:
        found = self.router.find(scope["raw_path"])
        listing = found.methods.get("POST") if found else None
        if isinstance(listing, Listing):
            await self._sockets.serve(listing, scope, receive, send, trace_id)
        else:
            await _send(send, not_found("GET", _uri(scope)), kind="websocket.http.response")

    def _documents(self) -> Iterable[Route]:
        for name in ("openapi", "asyncapi"):
            yield get(
                f"/docs/{name}",
                partial(self._document, name),
                right=Right.NONE,
                content_type=TEXT,
                summary="Describe this interface.",
            )

    def _document(self, name: str, request: Request) -> Answer:
        from cantata.sandbox.server import docs  # noqa: PLC0415 # rarely asked for

        describe = docs.openapi if name == "openapi" else docs.asyncapi
        described = describe(
            (each for each in self.router.endpoints() if each[1] not in self._beside),
            self.node.settings.version,
        )
        return Answer(docs.to_yaml(described).encode(), TEXT)

    async def _answer(self, scope: Any, receive: Any, trace_id: str) -> Answer:
        headers, method = scope["headers"], scope["method"]
        found = self.router.find(scope["raw_path"])
        if found is None:
            return not_found(method, _uri(scope))
        endpoint = found.methods.get("GET" if method == "HEAD" else method)
        if endpoint is None:
            streams = any(isinstance(each, Listing) for each in found.methods.values())
            wants_stream = streams and method in ("GET", "HEAD")
            return not_found(method, _uri(scope)) if wants_stream else METHOD_NOT_ALLOWED
        if not accepts(headers, _content_type(endpoint)):
            return NOT_ACCEPTABLE
        data = b""
        if endpoint.body is not Body.NONE:
            data = await self._bodies.receive(receive, content_length(headers))
        path, query = read_parameters(endpoint, scope["query_string"], found.parameters)
        body = read_content(endpoint, data)
        claims = await authorize(endpoint, self.node.authenticator, bearer_token(headers))
        request = Request(claims, path, query, body, trace_id)
        if isinstance(endpoint, Listing):
            listed = self._streams.bound(_list(endpoint, request))
            return answer_of(await self.deadlines.bound(listed))
        result = endpoint.run(request)
        if hasattr(result, "__await__"):
            result = await self.deadlines.bound(result)
        return answer_of(result)


async def _list(listing: Listing, request: Request) -> list[Any]:
    stream = listing.open(request)
    if isinstance(stream, Awaitable):
        stream = await stream
    query = request.query
    return await collect(stream, query.limit, query.stream_idle_timeout_ms)


def _error(error: Exception, trace_id: str) -> Answer:
    if isinstance(error, CantataError):
        answer = error_answer(error, trace_id)
        if answer is not None:
            return answer
    report_fault(error, trace_id)
    return refusal_answer(internal_error(), trace_id)


def _content_type(endpoint: Endpoint) -> str:
    return endpoint.content_type if isinstance(endpoint, Route) else JSON


def _uri(scope: Any) -> str:
    host = scope["headers"].get(b"host", b"").decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    path = scope["raw_path"].decode("latin-1")
    return f"{scope['scheme']}://{host}{path}{'?' if query else ''}{query}"


async def _end(receive: Any, send: Any) -> None:
    """End the connection and wait until that is noticed, so that nothing more is sent."""
    hang_up(send)
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(
    send: Any, answer: Answer, *, head: bool = False, kind: str = "http.response"
) -> None:
    headers = [(b"content-length", b"%d" % len(answer.body))]
    if answer.content_type is not None:
        headers.append((b"content-type", answer.content_type.encode()))
    headers.extend((name.encode(), value.encode()) for name, value in answer.headers.items())
    await send({"type": f"{kind}.start", "status": answer.status, "headers": headers})
    await send({"type": f"{kind}.body", "body": b"" if head else answer.body})

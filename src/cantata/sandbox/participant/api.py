"""What services and the server agree on: routes, requests, answers and streams."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

from cantata.kernel.errors import CantataError
from cantata.sandbox.participant.claims import EVERYTHING, Claims

JSON = "application/json"
OCTETS = "application/octet-stream"
TEXT = "text/plain; charset=UTF-8"


class Right(Enum):
    """What a caller needs for a route before the service itself looks at the claims."""

    NONE = "none"
    """Nothing, not even a token."""

    TOKEN = "token"
    """Any valid token."""

    ADMIN = "admin"
    """The right of an administrator of the participant."""

    ADMINISTRATION = "administration"
    """Administrator of the participant or of an identity provider."""


class NoAnswer(CantataError):
    """Raised to end the connection instead of answering, as a broken network would."""

    code: ClassVar[str] = "NO_ANSWER"


class Body(Enum):
    """Bodies that no shape describes."""

    NONE = "none"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Request:
    """One request, decoded.

    `path` holds the path parameters, `query` the declared query class of the route (or None),
    `body` the declared body class, the bytes, or None. `trace_id` is fresh for each request.
    """

    claims: Claims = EVERYTHING
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Any = None
    body: Any = None
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is not plain JSON with status 200."""

    body: bytes = b""
    content_type: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Result = Any
"""What a service gives: JSON-able data (dict, list, str, int, bool, None; `msgspec.Raw` for parts
that are JSON text already) or an `Answer`."""

Handler = Callable[[Request], Result | Awaitable[Result]]


@dataclass(slots=True)
class Stream:
    """Elements for a list or a WebSocket, each JSON-able.

    A finite stream ends by itself; of another one a list takes what comes until nothing comes for
    the idle time. `checkpoint` gives the element to send when a WebSocket was quiet for long, None
    when there is none.
    """

    elements: AsyncIterator[Any]
    finite: bool
    checkpoint: Callable[[], Any] | None = None


Opener = Callable[[Request], Stream | Awaitable[Stream]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path, and the service function behind it.

    `path` is written as in the API's documents: ``/v2/parties/{party}``; parameters are texts
    unless `path_types` says int. `body` is a declared shape or a member of `Body`, `query` a
    declared shape. `content_type` is that of the answer. `summary` is one line for the served
    description.
    """

    method: str
    path: str
    run: Handler
    body: Any = Body.NONE
    query: Any = None
    path_types: Mapping[str, type] = field(default_factory=dict)
    right: Right = Right.TOKEN
    content_type: str = JSON
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A path that gives a stream: as a list to POST, element by element to a WebSocket."""

    path: str
    open: Opener
    body: Any
    right: Right = Right.TOKEN
    summary: str = ""


Endpoint = Route | Listing


def get(path: str, run: Handler, **more: Any) -> Route:
    """Declare a GET route; `more` are fields of `Route`."""
    return Route(method="GET", path=path, run=run, **more)


def post(path: str, run: Handler, body: Any, **more: Any) -> Route:
    """Declare a POST route; `more` are fields of `Route`."""
    return Route(method="POST", path=path, run=run, body=body, **more)


def patch(path: str, run: Handler, body: Any, **more: Any) -> Route:
    """Declare a PATCH route; `more` are fields of `Route`."""
    return Route(method="PATCH", path=path, run=run, body=body, **more)


def delete(path: str, run: Handler, **more: Any) -> Route:
    """Declare a DELETE route; `more` are fields of `Route`."""
    return Route(method="DELETE", path=path, run=run, **more)

"""From the parts of an ASGI request to the decoded request of a service."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from cantata.sandbox.participant.api import Body, Endpoint, Listing, Right
from cantata.sandbox.participant.claims import EVERYTHING, Authenticator, Claims
from cantata.sandbox.participant.errors import MalformedRequest
from cantata.sandbox.participant.shapes import BodyFault, read_body, read_path, read_query
from cantata.sandbox.server.lists import ListQuery
from cantata.sandbox.server.wire import decode

QUERY_FIELDS_MAX = 1_000

Headers = Mapping[bytes, bytes]
"""Headers by their names in lower case; of several of a name the last."""

_TRACE_PARENT = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_BEARER = re.compile(rb"bearer +", re.IGNORECASE)
_LENGTH = re.compile(rb"[0-9]{1,18}")


def content_length(headers: Headers) -> int | None:
    """Give the declared size of a body."""
    value = headers.get(b"content-length")
    return int(value) if value and _LENGTH.fullmatch(value) else None


def bearer_token(headers: Headers) -> str | None:
    """Give the token of the Authorization header."""
    value = headers.get(b"authorization")
    found = _BEARER.match(value) if value else None
    return value[found.end() :].decode("latin-1") if value and found else None


def trace_parent(headers: Headers) -> str | None:
    """Give the trace id that a client sent."""
    value = headers.get(b"traceparent")
    found = _TRACE_PARENT.fullmatch(value) if value else None
    return found[1].decode() if found else None


def accepts(headers: Headers, content_type: str) -> bool:
    """Tell whether a client takes an answer of that type."""
    value = headers.get(b"accept")
    if value is None or value == b"*/*":
        return True
    wanted = content_type.partition(";")[0]
    kinds = {wanted, wanted.partition("/")[0] + "/*", "*/*"}
    offered = (part.partition(";")[0] for part in value.decode("latin-1").split(","))
    return any(part.strip().lower() in kinds for part in offered)


def read_parameters(endpoint: Endpoint, query_string: bytes, path: Mapping[str, str]) -> Any:
    """Give path parameters and query as the endpoint declares them."""
    if isinstance(endpoint, Listing):
        return path, read_query(ListQuery, _query(query_string))
    given = {
        name: read_path(name, endpoint.path_types.get(name, str), text)
        for name, text in path.items()
    }
    query = None if endpoint.query is None else read_query(endpoint.query, _query(query_string))
    return given, query


def read_content(endpoint: Endpoint, data: bytes) -> Any:
    """Give the body as the endpoint declares it, or raise what is wrong with it."""
    if endpoint.body is Body.NONE:
        return None
    if endpoint.body is Body.BYTES:
        return data
    try:
        return read_body(endpoint.body, decode(data))
    except BodyFault as fault:
        raise MalformedRequest(fault.text) from None


async def authorize(endpoint: Endpoint, authenticator: Authenticator, token: str | None) -> Claims:
    """Give the claims of a caller, or raise why the endpoint is closed to it."""
    if endpoint.right is Right.NONE:
        return EVERYTHING
    claims = await authenticator.claims(token)
    if endpoint.right is Right.ADMIN:
        claims.require_admin()
    elif endpoint.right is Right.ADMINISTRATION:
        claims.require_administration()
    return claims


def _query(query_string: bytes) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    if not query_string:
        return found
    try:
        pairs = parse_qsl(
            query_string.decode("latin-1"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=QUERY_FIELDS_MAX,
        )
    except ValueError:
        raise MalformedRequest("Invalid value for: query") from None
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found

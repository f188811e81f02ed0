"""Sending recorded HTTP requests to a live ledger."""

from __future__ import annotations

import http.client
import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from tests.vectors.participant.exchanges import Exchange
from tests.vectors.participant.signing import reissued
from tests.vectors.participant.translation import Translation

Json = Any

ANSWER_SECONDS_MAX = 60
PATH_SAFE = "/?=&%+,;@$!~*'()"
CUT = re.compile(r"\.\.\.\[(\d+) bytes\]$")
"""The end of a body of which the recording keeps only the beginning, and its true length."""

Dar = Callable[[str], bytes | None]


class NotAtHand(Exception):
    """A recorded request cannot be sent: it needs a file that is not here."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes out."""

    method: str
    path: str
    body: bytes | None
    headers: Mapping[str, str]


def outgoing(exchange: Exchange, known: Translation, dar: Dar, later: int) -> Outgoing:
    """Write a recorded request for the live ledger; tokens live `later` seconds longer."""
    request = exchange.request
    return Outgoing(
        request["method"],
        live_path(request["path"], known),
        _body(request, known, dar),
        reissued_headers(request.get("headers", {}), later),
    )


def reissued_headers(headers: Mapping[str, str], later: int) -> dict[str, str]:
    """Give headers with their tokens issued again."""
    return {key: reissued(value, later) for key, value in headers.items()}


def live_path(path: str, known: Translation) -> str:
    """Put live ids and offsets into a path; what was escaped is escaped again."""
    if "%" in path or "::" in path:
        return quote(_segments(unquote(path), known), safe=PATH_SAFE)
    return _segments(path, known)


def send(host: str, port: int, request: Outgoing) -> dict[str, Json]:
    """Send a request; give the answer as recordings have it, status 0 for none."""
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS_MAX)
    try:
        _write(connection, request)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        return {"status": 0, "body": repr(error)}
    finally:
        connection.close()
    return {
        "status": answer.status,
        "contentType": answer.getheader("Content-Type"),
        "body": _parsed(content),
    }


def _write(connection: http.client.HTTPConnection, request: Outgoing) -> None:
    try:
        connection.request(request.method, request.path, request.body, dict(request.headers))
    except BrokenPipeError:
        # The server has answered before it read the body to its end.
        return


def _parsed(content: bytes) -> Json:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")


def _segments(path: str, known: Translation) -> str:
    before, separator, query = path.partition("?")
    parts = [_segment(each, known) for each in before.split("/")]
    asked = [_parameter(each, known) for each in query.split("&")]
    return "/".join(parts) + separator + "&".join(asked)


def _segment(text: str, known: Translation) -> str:
    return str(known.offset(int(text))) if text.isdecimal() else known.text(text)


def _parameter(text: str, known: Translation) -> str:
    name, separator, value = text.partition("=")
    return name + separator + known.text(value)


def _body(request: Mapping[str, Json], known: Translation, dar: Dar) -> bytes | None:
    body = request.get("body")
    if isinstance(body, dict) and "$file" in body:
        content = dar(body["$file"])
        if content is None:
            raise NotAtHand(body["$file"])
        return content
    if isinstance(body, dict) and "$omitted" in body:
        raise NotAtHand(str(body["$omitted"]))
    if "body" in request:
        return json.dumps(known.value(body)).encode()
    if "rawBody" in request:
        return _raw(request["rawBody"], known)
    if "rawBodyBase64" in request:
        return b64decode(request["rawBodyBase64"])
    return None


def _raw(text: str, known: Translation) -> bytes:
    content = known.text(text).encode("utf-8", "surrogatepass")
    cut = CUT.search(text)
    if cut is None:
        return content
    return content[: -len(cut[0])].ljust(int(cut[1]), b"x")

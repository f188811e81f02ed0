"""From results and errors to answers."""

from __future__ import annotations

from typing import Any

from cantata.kernel.errors import CantataError
from cantata.sandbox.participant.api import JSON, TEXT, Answer
from cantata.sandbox.participant.errors import MalformedRequest, Origin, Refusal, refusal_of
from cantata.sandbox.server.body import BodyTooLarge, TooMuchAtOnce
from cantata.sandbox.server.wire import encode

INTERNAL = 4

TIMED_OUT = Answer(
    b"The server was not able to produce a timely response to your request.\r\n"
    b"Please try again in a short while!",
    TEXT,
    503,
)
METHOD_NOT_ALLOWED = Answer(b"Method Not Allowed", TEXT, 405)
NOT_ACCEPTABLE = Answer(status=406)


def answer_of(result: Any) -> Answer:
    """Give the answer for what a service gave."""
    return result if isinstance(result, Answer) else Answer(encode(result), JSON)


def text_answer(text: str, status: int = 400) -> Answer:
    """Answer with plain text."""
    return Answer(text.encode("utf-8", "replace"), TEXT, status)


def not_found(method: str, uri: str) -> Answer:
    """Answer for a path that does not exist."""
    body = {
        "errors": [f"HttpMethod({method}), uri: {uri}"],
        "status": 404,
        "ledgerApiError": None,
    }
    return Answer(encode(body), JSON, 404)


def error_answer(error: CantataError, trace_id: str) -> Answer | None:
    """Give the answer for an error, None for one that is a fault of this program."""
    if isinstance(error, BodyTooLarge):
        return text_answer(error.text, 413)
    if isinstance(error, TooMuchAtOnce):
        return TIMED_OUT
    refusal = refusal_of(error)
    if isinstance(refusal, MalformedRequest):
        return text_answer(refusal.text)
    return None if refusal is None else refusal_answer(refusal, trace_id)


def refusal_answer(refusal: Refusal, trace_id: str) -> Answer:
    """Give the answer for a refusal."""
    return Answer(encode(refusal.to_json(trace_id)), JSON, refusal.status)


def internal_error() -> Refusal:
    """Refuse because of a fault of this program; the log has the rest."""
    return Refusal(
        "NA",
        "A security-sensitive error has been received",
        origin=Origin.HIDDEN,
        category=INTERNAL,
    )

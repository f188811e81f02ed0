"""How answers are documented: problems of every route, and what changes answer."""

from __future__ import annotations

from typing import Any

from cantata.http.operations import Operation, PreviewAnswer

PROBLEM_TYPE = "application/problem+json"
_REASONS = {
    400: "The request cannot be read",
    401: "The credentials are missing or not accepted",
    403: "The caller may not do that",
    404: "Nothing of this name exists for the caller",
    405: "The path has no such method",
    409: "It contradicts what is, or was asked under this key before",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "A field or a rule forbids it",
    429: "A rate limit admits no more",
    503: "Something that is needed cannot be reached",
}

Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """Document the problems that a route may answer."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": _REASONS[status], "content": {PROBLEM_TYPE: schema}}
        for status in statuses
    }


READS = problems(400, 401, 403, 404, 422, 503)
"""What reading may answer besides what is read."""

WRITES = problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
"""What changing may answer besides what is changed."""

CARRIED_OUT: Responses = {
    **WRITES,
    200: {"model": Operation | PreviewAnswer, "description": "It is done, or was only tried out"},
    202: {"model": Operation, "description": "It is recorded and will be carried out"},
}
"""What a change of the ledger answers."""

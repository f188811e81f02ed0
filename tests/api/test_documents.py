"""The judge of answers takes what a real participant said, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.documents import Documents, published

RECORDINGS = ("main", "auth", "multi-synchronizer")
END = "GET /v2/state/ledger-end"
ERROR = {"code": "X", "cause": "x", "context": {}, "errorCategory": 8}


@pytest.fixture
def documents(shared: Path) -> Documents:
    found = published()
    assert found is not None
    return found


def complaints(
    documents: Documents, operation: str, status: int, kind: str | None, content: Any
) -> list[str]:
    found = documents.operation(*operation.split(" "))
    assert found is not None
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(documents.complaints(found, status, kind, raw))


def exchanges(data: Path) -> Iterator[Any]:
    for name in RECORDINGS:
        with (data / "participant" / f"{name}.jsonl").open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines)


def test_what_a_participant_said_is_taken(documents: Documents, shared_data: Path) -> None:
    judged = frames = 0
    for exchange in exchanges(shared_data):
        request, response = exchange["request"], exchange.get("response", {})
        if exchange.get("kind") == "websocket":
            for frame in response.get("received", ()):
                frames += 1
                said = documents.frame_complaints(request["path"], json.dumps(frame))
                assert list(said) == [], exchange["name"]
            continue
        operation = documents.operation(request.get("method", ""), request["path"])
        if operation is None or "status" not in response:
            continue
        judged += 1
        kind, body = response.get("contentType"), response.get("body")
        is_json = kind is not None and kind.startswith("application/json")
        raw = json.dumps(body).encode() if is_json else str(body or "").encode()
        said = documents.complaints(operation, response["status"], kind, raw)
        assert list(said) == [], exchange["name"]
    assert judged > 700
    assert frames > 10


@pytest.mark.parametrize(
    "status,kind,content",
    [
        (200, "application/json", {"offset": "5"}),
        (200, "application/json", {"offset": 2**63}),
        (200, "application/json", {"offset": 5, "unknown": 1}),
        (200, "application/json", []),
        (200, "application/json", b"{"),
        (200, "text/plain", b"5"),
        (200, None, b""),
        (404, "application/json", {**ERROR, "errorCategory": "8"}),
        (404, "application/json", {**ERROR, "context": {"a": 1}}),
        (404, "application/json", {"code": "X"}),
        (404, "text/plain", b"no"),
        (500, "text/html", b"no"),
    ],
)
def test_what_is_no_answer(
    documents: Documents, status: int, kind: str | None, content: Any
) -> None:
    assert complaints(documents, END, status, kind, content)


@pytest.mark.parametrize(
    "status,kind,content",
    [
        (200, "application/json", {"offset": 5}),
        (200, "application/json", {"offset": None}),
        (404, "application/json", {**ERROR, "retryInfo": None}),
        (400, "application/json", ERROR),
        (400, "text/plain; charset=UTF-8", b"no"),
        (503, "text/plain; charset=UTF-8", b"later"),
    ],
)
def test_what_is_an_answer(
    documents: Documents, status: int, kind: str | None, content: Any
) -> None:
    assert complaints(documents, END, status, kind, content) == []


def test_paths_find_their_operations(documents: Documents) -> None:
    for path, wanted in (
        ("/v2/parties/participant-id", "/v2/parties/participant-id"),
        ("//v2/parties/a%2Fb/?x=1", "/v2/parties/{party}"),
        ("/v2/users/u/rights", "/v2/users/{user-id}/rights"),
    ):
        found = documents.operation("GET", path)
        assert found is not None
        assert found.path == wanted
    assert documents.operation("GET", "/v2/no") is None

"""Paths find their endpoints, however they are written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cantata.sandbox.participant.api import Listing, Request, Stream, get, post
from cantata.sandbox.participant.errors import Refusal
from cantata.sandbox.server.documented import documented
from cantata.sandbox.server.router import Router


def run(request: Request) -> Any:
    return None


def stream(request: Request) -> Stream:
    raise AssertionError


ROUTER = Router(
    [
        get("/v2/parties/{party}", run, summary="one"),
        get("/v2/parties/participant-id", run, summary="self"),
        post("/v2/parties/external/allocate", run, None, summary="allocate"),
        Listing(path="/v2/updates", open=stream, body=None, summary="updates"),
    ]
)


@pytest.mark.parametrize(
    "path,method,summary,parameters",
    [
        (b"/v2/parties/participant-id", "GET", "self", {}),
        (b"//v2/parties//participant%2Did/", "GET", "self", {}),
        (b"/v2/parties/a%3A%3A1220", "GET", "one", {"party": "a::1220"}),
        (b"/v2/parties/a%2Fb", "GET", "one", {"party": "a/b"}),
        (b"/v2/parties/%FF", "GET", "one", {"party": "�"}),
        (b"/v2/parties/external/allocate", "POST", "allocate", {}),
        (b"/v2/updates", "POST", "updates", {}),
    ],
)
def test_found(path: bytes, method: str, summary: str, parameters: Any) -> None:
    found = ROUTER.find(path)
    assert found is not None
    assert found.methods[method].summary == summary
    assert dict(found.parameters) == parameters


@pytest.mark.parametrize("path", [b"", b"/", b"/v2", b"/v2/parties/a/b", b"/v2" + b"/x" * 5_000])
def test_not_found(path: bytes) -> None:
    assert ROUTER.find(path) is None


def test_documented_paths_are_known_and_refused() -> None:
    for method, path in documented():
        found = ROUTER.find(re.sub(r"\{[^}]*\}", "x", path).encode())
        assert found is not None
        endpoint = found.methods[method]
        if endpoint.summary.startswith("Not supported"):
            with pytest.raises(Refusal) as refused:
                endpoint.run(Request())  # type: ignore[union-attr]
            assert refused.value.status == 501


def test_all_documented_paths_are_listed(shared: Path) -> None:
    file = "canton-json-ledger-api-v2.release-line-3.5.openapi.yaml"
    text = (shared / "reference" / "openapi" / file).read_text(encoding="utf-8")
    wanted, path = set(), ""
    for line in text.splitlines():
        if line.startswith("  /"):
            path = line.strip().rstrip(":")
        elif line == "components:":
            break
        elif found := re.fullmatch(r"    (get|post|put|patch|delete):", line):
            wanted.add((found[1].upper(), path))
    assert len(wanted) > 60
    health = {("GET", "/livez"), ("GET", "/readyz")}
    assert wanted - set(documented()) == health

"""Every operation, called well and called badly; the documents of the API judge each answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.api.calls import CALLS, WITHOUT_SERVICE
from tests.api.documents import Documents, published
from tests.api.scene import Scene, events, updates
from tests.api.tokens import payload, signed

ROW = re.compile(r"^\| [EU] \| (?P<what>[^|]*) \|")
WORD = re.compile(r"\b(GET|POST|PATCH|DELETE)\b|(?<!\w)(/[a-zA-Z0-9/{}_-]+)")
PARAMETER = re.compile(r"\{[^}]*\}")


@pytest.fixture
def documents(shared: Path) -> Documents:
    found = published()
    assert found is not None
    return found


def rows(shared: Path) -> Iterator[str]:
    """Give the operations that the facts about the API mark as essential or useful."""
    text = (shared / "reference" / "json-ledger-api.md").read_text(encoding="utf-8")
    for line in text.splitlines():
        row = ROW.match(line)
        methods: list[str] = []
        named = False
        for method, path in WORD.findall(row["what"]) if row else ():
            if method:
                methods = [method] if named else [*methods, method]
                named = False
            else:
                named = True
                yield from (f"{each} {path}" for each in methods)


def unnamed(operation: str) -> str:
    return PARAMETER.sub("{}", operation)


@pytest.mark.parametrize("operation", CALLS)
def test_good_call(scene: Scene, operation: str) -> None:
    path, body = CALLS[operation].good(scene)
    reply = scene.call(operation.partition(" ")[0], path, body, scene.personas["everything"])
    assert reply.status == 200, f"{path}: {reply.status} {reply.content[:500]!r}"


@pytest.mark.parametrize(
    "operation", [name for name, call in CALLS.items() if call.bad is not None]
)
def test_bad_call(scene: Scene, operation: str) -> None:
    call = CALLS[operation]
    assert call.bad is not None
    path, body = call.bad(scene)
    reply = scene.call(operation.partition(" ")[0], path, body, scene.personas["everything"])
    assert reply.status == call.status, f"{path}: {reply.status} {reply.content[:500]!r}"


@pytest.mark.parametrize("operation", WITHOUT_SERVICE)
def test_documented_operation_without_service(scene: Scene, operation: str) -> None:
    method, path = operation.split(" ")
    body: Any = {} if method == "POST" else None
    for user, status in ((None, 401), (scene.personas["nobody"], 501)):
        reply = scene.call(method, PARAMETER.sub("x", path), body, user)
        assert reply.status == status
        assert reply.json["code"] == ("NA" if status == 401 else "UNIMPLEMENTED")
    assert (reply.json["errorCategory"], reply.json["grpcCodeValue"]) == (14, 12)


STREAMS: dict[str, tuple[Any, Any]] = {
    "/v2/commands/completions": (
        lambda scene: {"userId": "", "parties": [scene.alice], "beginExclusive": 0},
        {"parties": [], "beginExclusive": -1},
    ),
    "/v2/commands/command-completions": (
        lambda scene: {"parties": [scene.alice], "beginExclusive": 0},
        {"parties": ["!"]},
    ),
    "/v2/state/active-contracts": (
        lambda scene: {"activeAtOffset": scene.end(), "eventFormat": events(scene.alice)},
        {"activeAtOffset": "x"},
    ),
    "/v2/updates": (
        lambda scene: {"beginExclusive": 0, "updateFormat": updates(scene.alice)},
        {},
    ),
    "/v2/updates/flats": (
        lambda scene: CALLS["POST /v2/updates/flats"].good(scene)[1],
        {"beginExclusive": -1},
    ),
    "/v2/updates/trees": (
        lambda scene: CALLS["POST /v2/updates/trees"].good(scene)[1],
        {"beginExclusive": -1},
    ),
}


@pytest.mark.parametrize("path", STREAMS)
def test_stream(scene: Scene, path: str) -> None:
    good, bad = STREAMS[path]
    assert scene.contract_id
    (element,) = first_frame(scene, path, good(scene), scene.personas["everything"])
    assert "code" not in element
    (error,) = first_frame(scene, path, bad, scene.personas["everything"])
    assert {"code", "cause", "errorCategory"} <= error.keys()
    (error,) = first_frame(scene, path, good(scene), "no-such-user")
    assert (error["code"], error["errorCategory"]) == ("NA", -1)


def first_frame(scene: Scene, path: str, request: Any, user: str) -> list[Any]:
    """Send a request frame; give the first frame that comes, if one does."""
    address = f"ws://{scene.sandbox.host}:{scene.sandbox.port}{path}"
    token = Subprotocol(f"jwt.token.{signed(payload(user))}")
    protocols = [token, Subprotocol("daml.ws.auth")]
    with connect(address, subprotocols=protocols) as connection:
        connection.send(json.dumps(request))
        try:
            return [json.loads(connection.recv(10))]
        except ConnectionClosed:
            return []


def test_nothing_is_left_out(scene: Scene, shared: Path, documents: Documents) -> None:
    called = {unnamed(each) for each in (*CALLS, *WITHOUT_SERVICE)}
    assert {unnamed(each.key) for each in documents.operations} <= called
    wanted = {unnamed(each) for each in rows(shared)}
    assert len(wanted) > 40
    assert wanted <= {unnamed(each) for each in CALLS}
    assert set(documents.channels) == set(STREAMS)

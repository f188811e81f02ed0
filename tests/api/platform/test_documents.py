"""Documents by hash, metadata and classes: on the ledger, versioned, seen by whom they are for."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.api.platform.running import Client, Platform
from tests.api.platform.test_bad_input import refused
from tests.api.platform.test_story import new_token


def document(name: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "media_type": "application/pdf",
        **more,
    }


@pytest.fixture(scope="module")
def issuer(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture
def token(issuer: Client, request: pytest.FixtureRequest) -> dict[str, str]:
    symbol = f"D{abs(hash(request.node.name)) % 10**9}"
    return new_token(issuer, symbol, documents=[document("Prospectus", b"first")])


def path(token: dict[str, str]) -> str:
    return f"/v1/tokens/{token['admin']}/{token['id']}"


def meta(caller: Client, token: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = caller.get(f"{path(token)}/metadata").json()["items"][0]["meta"]
    return found


def test_versions_follow_each_other_on_the_ledger(issuer: Client, token: dict[str, str]) -> None:
    second = document("Prospectus", b"second", version="2", uri="https://example.com/p.pdf")
    added = issuer.post(f"{path(token)}/documents", second, key=f"k{token['id']}")
    assert added.status_code == 200, added.text
    again = issuer.post(f"{path(token)}/documents", second, key=f"k{token['id']}")
    assert again.headers["Idempotency-Hit"] == "true"
    found = issuer.get(f"{path(token)}/documents").json()["items"]
    assert [(d["version"], d["newest"], d["on_ledger"]) for d in found] == [
        ("1", False, False),
        ("2", True, True),
    ]
    assert {d["number"] for d in found} == {0}
    said = meta(issuer, token)["cantata/document.0"]
    assert said == f"Prospectus, version 2, sha-256:{second['sha256']}"
    history = issuer.get(f"{path(token)}/metadata").json()["items"]
    assert len(history) == 2
    assert history[1]["meta"]["cantata/document.0"].startswith("Prospectus, version 1")
    taken = issuer.post(f"{path(token)}/documents", document("Prospectus", b"x", version="2"))
    refused(taken, 409, "DOCUMENT_VERSION_TAKEN")


def test_files_are_verified_by_their_hash(issuer: Client, token: dict[str, str]) -> None:
    issuer.post(f"{path(token)}/documents", document("Terms", b"terms"))
    for content, matches in ((b"terms", 1), (b"first", 1), (b"other", 0)):
        asked = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        found = issuer.post(f"{path(token)}/documents:verify", asked).json()
        assert (found["verified"], len(found["documents"])) == (bool(matches), matches), found
    lied = {"sha256": hashlib.sha256(b"terms").hexdigest(), "size": 6}
    assert issuer.post(f"{path(token)}/documents:verify", lied).json()["verified"] is False
    newer = document("Terms", b"newer", version="2")
    assert issuer.post(f"{path(token)}/documents", newer).status_code == 200
    old = {"sha256": hashlib.sha256(b"terms").hexdigest(), "size": 5}
    found = issuer.post(f"{path(token)}/documents:verify", old).json()
    assert (found["verified"], found["documents"][0]["newest"]) == (False, False)


def test_documents_are_seen_by_whom_they_are_for(
    platform: Platform, issuer: Client, token: dict[str, str]
) -> None:
    holder, stranger = platform.onboard(), platform.onboard()
    minted = issuer.post("/v1/mints", {"token": token, "receiver": holder.party, "amount": "1"})
    assert minted.status_code == 200, minted.text
    for name in ("holders", "issuer"):
        secret = document(f"For {name}", name.encode(), visibility=name)
        assert issuer.post(f"{path(token)}/documents", secret).status_code == 200

    def names(caller: Client) -> list[str]:
        items = caller.get(f"{path(token)}/documents").json()["items"]
        return [each["name"] for each in items]

    assert names(stranger) == ["Prospectus"]
    assert names(holder) == ["Prospectus", "For holders"]
    assert names(issuer) == ["Prospectus", "For holders", "For issuer"]
    said = " ".join(meta(stranger, token).values())
    assert "For" not in said, "the ledger names nothing that is not public"
    asked = {"sha256": hashlib.sha256(b"issuer").hexdigest(), "size": 6}
    assert stranger.post(f"{path(token)}/documents:verify", asked).json()["documents"] == []
    mine = document("Mine", b"mine")
    refused(stranger.post(f"{path(token)}/documents", mine), 404, "NOT_FOUND")


def test_metadata_is_changed_by_its_issuer_alone(
    platform: Platform, issuer: Client, token: dict[str, str]
) -> None:
    where = f"{path(token)}/metadata"
    assert (
        issuer.post(where, {"entries": {"isin": "XX0000000009", "a.b/c": "1"}}).status_code == 200
    )
    assert issuer.post(where, {"entries": {"a.b/c": None}}).status_code == 200
    found = meta(issuer, token)
    assert found["isin"] == "XX0000000009"
    assert "a.b/c" not in found
    assert "cantata/document.0" in found
    forged = issuer.post(where, {"entries": {"cantata/document.0": "mine"}})
    refused(forged, 422, "VALIDATION_FAILED")
    stranger = platform.onboard()
    refused(stranger.post(where, {"entries": {"isin": "x"}}), 404, "NOT_FOUND")
    refused(issuer.post(where, {"entries": {}}), 422, "VALIDATION_FAILED")
    body = {"issuer": issuer.party, "name": "F", "symbol": "FORGED", "currency": "USD"}
    made = issuer.post("/v1/tokens", {**body, "meta": {"cantata/class-of": token["id"]}})
    refused(made, 422, "VALIDATION_FAILED")


def test_classes_are_tokens_of_their_own(issuer: Client, token: dict[str, str]) -> None:
    for name in ("A", "B"):
        body = {"name": f"Class {name}", "symbol": f"{token['id']}-{name}", "currency": "USD"}
        made = issuer.post(f"{path(token)}/classes", body)
        assert made.status_code == 200, made.text
    first = issuer.get(f"{path(token)}/classes", limit=1).json()
    rest = issuer.get(f"{path(token)}/classes", limit=1, cursor=first["next_cursor"]).json()
    found = first["items"] + rest["items"]
    assert [each["name"] for each in found] == ["Class A", "Class B"]
    of = {"admin": token["admin"], "id": f"{token['id']}-A"}
    minted = issuer.post("/v1/mints", {"token": of, "receiver": issuer.party, "amount": "5"})
    assert minted.status_code == 200, minted.text
    supplies = [e["supply"] for e in issuer.get(f"{path(token)}/classes").json()["items"]]
    assert supplies == ["5.0", "0.0"], "each class has a supply of its own"
    assert issuer.get(f"{path(token)}/supply").json()["supply"] == "0.0"


@pytest.mark.parametrize(
    "changed",
    [
        {"sha256": "x"},
        {"sha256": "AB" * 32},
        {"size": -1},
        {"uri": "javascript:alert(1)"},
        {"media_type": "x"},
        {"visibility": "all"},
        {"name": "a\u202eb"},
        {"content": "x"},
    ],
)
def test_bad_documents(issuer: Client, token: dict[str, str], changed: dict[str, Any]) -> None:
    body = {**document("Bad", b"bad"), **changed}
    answer = issuer.post(f"{path(token)}/documents", body)
    assert answer.status_code == 422, answer.text
    assert len(issuer.get(f"{path(token)}/documents").json()["items"]) == 1

"""The edge itself: methods, tags, hostile bodies, and the same request at the same instant."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.api.platform.running import Client, Platform
from tests.api.platform.test_story import balance, new_token


@pytest.fixture(scope="module")
def issuer(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture(scope="module")
def token(issuer: Client) -> dict[str, str]:
    return new_token(issuer, "EDGE")


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_head_is_get_without_a_body(platform: Platform, issuer: Client) -> None:
    bearer = {"Authorization": f"Bearer {issuer.token}"}
    got = platform.http.get("/v1/me", headers=bearer)
    head = platform.http.head("/v1/me", headers=bearer)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Content-Length", "Content-Type", "Cache-Control"):
        assert head.headers[name] == got.headers[name]
    tagged = bearer | {"If-None-Match": got.headers["ETag"]}
    assert platform.http.head("/v1/me", headers=tagged).status_code == 304
    assert platform.http.head("/v1/me").status_code == 401


def test_methods_that_are_not_there(platform: Platform) -> None:
    for method in ("OPTIONS", "DELETE", "PUT", "PATCH"):
        answer = platform.http.request(method, "/v1/mints")
        assert code_of(answer) == (405, "METHOD_NOT_ALLOWED")
        assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize("known", ['W/"x", {}', "{}", "W/{}", "*"])
def test_tags_are_compared_weakly(platform: Platform, issuer: Client, known: str) -> None:
    bearer = {"Authorization": f"Bearer {issuer.token}"}
    tag = platform.http.get("/v1/parties", headers=bearer).headers["ETag"]
    sent = bearer | {"If-None-Match": known.format(tag)}
    answer = platform.http.get("/v1/parties", headers=sent)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == tag


@pytest.mark.parametrize(
    "body",
    [
        b'{"email": "a@example.com", "email": "b@example.com"}',
        b'{"email":' + b"[" * 50_000,
        b'{"email": NaN}',
        '{"email": "a@example.com"}'.encode("utf-16"),
        b'{"email": "\xff"}',
        b"{",
    ],
)
def test_bodies_that_are_unclear(platform: Platform, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = platform.http.post("/v1/onboarding", content=body, headers=headers)
    assert code_of(answer) == (400, "MALFORMED_JSON")
    short = platform.http.post("/api/onboard", content=body, headers=headers)
    assert short.status_code == 400


def test_bodies_are_bounded_whatever_they_say(platform: Platform) -> None:
    headers = {"Content-Type": "application/json"}
    large = json.dumps({"email": "x" * 600_000}).encode()
    for content in (large, iter([large])):
        answer = platform.http.post("/v1/onboarding", content=content, headers=headers)
        assert code_of(answer) == (413, "BODY_TOO_LARGE")


def test_bodies_of_other_kinds(platform: Platform, issuer: Client) -> None:
    sent = {"Authorization": f"Bearer {issuer.token}", "Idempotency-Key": "k"}
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        answer = platform.http.post(
            "/v1/organisations", content=b'{"name": "x"}', headers=sent | {"Content-Type": kind}
        )
        assert answer.status_code in (415, 422), kind


def test_the_same_change_of_ours_at_the_same_instant(platform: Platform, issuer: Client) -> None:
    """One of them makes the key, and only its answer has the secret."""

    def ask(_: int) -> httpx2.Response:
        return issuer.post("/v1/keys", {"name": "parallel"}, key="at once")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("secret" in answer.json() for answer in answers) == 1
    assert sum("Idempotency-Hit" in answer.headers for answer in answers) == 7
    named = [each for each in issuer.get("/v1/keys").json() if each["name"] == "parallel"]
    assert len(named) == 1


def test_the_same_change_of_the_ledger_at_the_same_instant(
    issuer: Client, token: dict[str, str]
) -> None:
    body = {"token": token, "receiver": issuer.party, "amount": "7"}

    def ask(_: int) -> httpx2.Response:
        return issuer.post("/v1/mints", body, key="mint at once")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert balance(issuer, token)[0] == "7.0"


def test_a_key_names_one_request(issuer: Client) -> None:
    assert issuer.post("/v1/organisations", {"name": "One"}, key="named").status_code == 201
    other = issuer.post("/v1/organisations", {"name": "Two"}, key="named")
    assert code_of(other) == (409, "IDEMPOTENCY_CONFLICT")
    for key in ("", "x" * 201, "é"):
        headers: dict[str, Any] = {
            "Authorization": f"Bearer {issuer.token}",
            "Idempotency-Key": key.encode(),
        }
        answer = issuer.http.post("/v1/organisations", json={"name": "Three"}, headers=headers)
        assert code_of(answer) == (400, "IDEMPOTENCY_KEY_MISSING")


def test_pages_hold_while_rows_are_written(platform: Platform) -> None:
    """Who reads page by page while others write sees each of the first rows once."""
    caller = platform.onboard()
    for number in range(12):
        assert caller.post("/v1/parties", {"name": f"before {number}"}, wait=0).status_code == 202
    first = [each["id"] for each in caller.get("/v1/operations", limit=200).json()["items"]]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        page = caller.get("/v1/operations", limit=3, **more).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        caller.post("/v1/parties", {"name": f"meanwhile {len(seen)}"}, wait=0)
    assert [each for each in seen if each in first] == first
    assert len(seen) == len(set(seen))


def test_cursors_are_for_one_list_of_one_caller(platform: Platform) -> None:
    caller, other = platform.onboard(), platform.onboard()
    for client in (caller, other):
        client.post("/v1/parties", {"name": "second"}, wait=0)
    cursor = caller.get("/v1/operations", limit=1).json()["next_cursor"]
    assert cursor is not None
    for client, path in ((other, "/v1/operations"), (caller, "/v1/transactions")):
        assert code_of(client.get(path, cursor=cursor)) == (400, "CURSOR_REFUSED")
    changed = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    assert code_of(caller.get("/v1/operations", cursor=changed)) == (400, "CURSOR_REFUSED")


def test_waiting_is_what_was_asked_for(platform: Platform) -> None:
    caller = platform.onboard()
    caller.extra["Prefer"] = "respond-async, wait=20"
    done = caller.post("/v1/parties", {"name": "waited for"}, wait=0)
    assert (done.status_code, done.json()["state"]) == (200, "completed")
    assert done.headers["Preference-Applied"] == "wait=20"
    for odd in ("wait=x", "wait=-1", "wait", "wait=99999", ""):
        caller.extra["Prefer"] = odd
        assert caller.post("/v1/parties", {"name": odd or "none"}, wait=0).status_code == 202

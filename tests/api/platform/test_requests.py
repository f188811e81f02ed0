"""How requests behave: repeats, dry runs, waiting, pages, tags, operations, privacy."""

from __future__ import annotations

import pytest

from tests.api.platform.running import Client, Platform
from tests.api.platform.test_story import balance, new_token


@pytest.fixture(scope="module")
def issuer(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture(scope="module")
def token(issuer: Client) -> dict[str, str]:
    found = new_token(issuer, "REQ")
    body = {"token": found, "receiver": issuer.party, "amount": "100"}
    assert issuer.post("/v1/mints", body).status_code == 200
    return found


def test_repeats_have_one_effect(issuer: Client, token: dict[str, str]) -> None:
    before = balance(issuer, token)
    body = {"token": token, "receiver": issuer.party, "amount": "1"}
    first = issuer.post("/v1/mints", body, key="same")
    again = issuer.post("/v1/mints", body, key="same")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert "Idempotency-Hit" not in first.headers
    assert again.headers["Idempotency-Hit"] == "true"
    other = issuer.post("/v1/mints", {**body, "amount": "2"}, key="same")
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_CONFLICT")
    assert float(balance(issuer, token)[0]) == float(before[0]) + 1


def test_a_repeated_creation_is_the_same_token(issuer: Client) -> None:
    body = {"issuer": issuer.party, "name": "Once", "symbol": "ONCE", "currency": "USD"}
    first, again = (issuer.post("/v1/tokens", body, key="once") for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200), first.text
    assert again.headers["Idempotency-Hit"] == "true"
    assert first.json()["update_id"] == again.json()["update_id"]
    other = issuer.post("/v1/tokens", {**body, "symbol": "TWICE"}, key="once")
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_CONFLICT")
    listed = issuer.get("/v1/tokens", admin=issuer.party).json()["items"]
    assert [each["symbol"] for each in listed if each["symbol"] in {"ONCE", "TWICE"}] == ["ONCE"]


def test_dry_runs_change_nothing(platform: Platform, issuer: Client, token: dict[str, str]) -> None:
    before = balance(issuer, token), len(issuer.get("/v1/operations").json()["items"])
    body = {"token": token, "receiver": issuer.party, "amount": "5"}
    answer = issuer.post("/v1/mints", body, dry_run="true")
    assert answer.status_code == 200, answer.text
    assert answer.json()["dry_run"] is True
    assert answer.json()["commands"]
    bad = issuer.post("/v1/mints", {**body, "amount": "0"}, dry_run="true")
    assert bad.status_code == 422
    created = {"issuer": issuer.party, "name": "Dry", "symbol": "DRY", "currency": "USD"}
    tried = issuer.post("/v1/tokens", created, dry_run="true")
    assert tried.status_code == 200, tried.text
    assert issuer.get(f"/v1/tokens/{issuer.party}/DRY").status_code == 404
    after = balance(issuer, token), len(issuer.get("/v1/operations").json()["items"])
    assert before == after


def test_precheck_agrees_with_the_transfer(
    platform: Platform, issuer: Client, token: dict[str, str]
) -> None:
    other = platform.onboard()
    body = {"token": token, "sender": issuer.party, "receiver": other.party, "amount": "1"}
    allowed = issuer.post("/v1/transfers:precheck", body).json()
    assert (allowed["allowed"], allowed["reason"]) == (True, 0), allowed
    too_much = issuer.post("/v1/transfers:precheck", {**body, "amount": "100000"}).json()
    assert (too_much["reason"], too_much["code"]) == (4, "INSUFFICIENT_FUNDS")
    assert too_much["remedy"]


def test_without_waiting_there_is_an_operation(issuer: Client, token: dict[str, str]) -> None:
    body = {"token": token, "receiver": issuer.party, "amount": "1"}
    asked = issuer.post("/v1/mints", body, wait=0)
    assert asked.status_code == 202
    place = asked.headers["Location"]
    issuer.extra["Prefer"] = "wait=20"
    done = issuer.get(place).json()
    del issuer.extra["Prefer"]
    assert done["state"] == "completed"
    states = [phase["state"] for phase in done["phases"]]
    assert states == ["requested", "prepared", "submitted", "completed"]
    assert done["update_id"].startswith("1220")


def test_pages_follow_each_other(issuer: Client, token: dict[str, str]) -> None:
    seen: list[str] = []
    cursor = None
    for _ in range(100):
        more: dict[str, str] = {} if cursor is None else {"cursor": cursor}
        page = issuer.get("/v1/operations", limit=2, **more).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) >= 2
    assert seen == [each["id"] for each in issuer.get("/v1/operations", limit=200).json()["items"]]
    forged = issuer.get("/v1/operations", cursor="A" * 40)
    assert (forged.status_code, forged.json()["code"]) == (400, "CURSOR_REFUSED")


def test_tags_spare_the_answer(issuer: Client, token: dict[str, str]) -> None:
    first = issuer.get("/v1/me")
    issuer.extra["If-None-Match"] = first.headers["ETag"]
    again = issuer.get("/v1/me")
    del issuer.extra["If-None-Match"]
    assert (again.status_code, again.content) == (304, b"")


def test_strangers_see_nothing(platform: Platform, issuer: Client, token: dict[str, str]) -> None:
    stranger, receiver = platform.onboard(), platform.onboard()
    body = {"token": token, "sender": issuer.party, "receiver": receiver.party, "amount": "1"}
    offered = issuer.post("/v1/transfers", body).json()
    assert stranger.get("/v1/holdings").json()["items"] == []
    assert stranger.get("/v1/transactions").json()["items"] == []
    assert stranger.get("/v1/offers").json()["items"] == []
    assert stranger.get(f"/v1/offers/{offered['result']['offer']}").status_code == 404
    assert stranger.get(f"/v1/operations/{offered['id']}").status_code == 404
    assert stranger.get("/v1/balances", party=issuer.party).status_code == 404
    token_path = f"/v1/tokens/{token['admin']}/{token['id']}"
    assert stranger.get(f"{token_path}/holders").status_code == 404
    assert stranger.get(f"{token_path}/statistics").status_code == 404
    assert stranger.post(f"/v1/offers/{offered['result']['offer']}:accept").status_code == 404
    withdrawn = issuer.post(f"/v1/offers/{offered['result']['offer']}:withdraw")
    assert withdrawn.status_code == 200, withdrawn.text


def test_the_past_stays_readable(issuer: Client, token: dict[str, str]) -> None:
    path = f"/v1/tokens/{token['admin']}/{token['id']}"
    then = issuer.get(f"{path}/supply").json()
    body = {"token": token, "owner": issuer.party, "amount": "1"}
    assert issuer.post("/v1/burns", body).status_code == 200
    again = issuer.get(f"{path}/supply", as_of_offset=then["offset"]).json()
    assert (again["supply"], again["holdings"]) == (then["supply"], then["holdings"])
    held = issuer.get(f"{path}/holders", as_of_offset=then["offset"]).json()["items"]
    assert [each["total"] for each in held] == [then["supply"]]
    assert issuer.get(f"{path}/supply", as_of_offset=10**12).status_code == 404
    figures = issuer.get(f"{path}/statistics").json()
    assert figures["supply"] == issuer.get(f"{path}/supply").json()["supply"]
    earlier = issuer.get(f"{path}/statistics", as_of_offset=then["offset"]).json()
    assert (earlier["supply"], earlier["burned"]) == (then["supply"], "0.0")
    assert (again["conserved"], again["movements"]) == (True, again["supply"])
    period = {"begin": "2026-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z"}
    steps = {"step_seconds": 366 * 86_400}
    points = issuer.get(f"{path}/statistics/series", **period, **steps).json()["points"]
    assert points[-1]["supply"] == figures["supply"]
    assert issuer.get(f"{path}/statistics/series", **period).json()["code"] == "PERIOD_REFUSED"


def test_statements_add_up(issuer: Client, token: dict[str, str]) -> None:
    period = {"party": issuer.party, "begin": "2020-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z"}
    named = {"admin": token["admin"], "symbol": token["id"]}
    found = issuer.get("/v1/statements", **period, **named)
    assert found.status_code == 200, found.text
    section = found.json()["instruments"][0]
    moved = sum(float(each["amount"]) for each in section["movements"])
    assert float(section["opening"]) + moved == float(section["closing"])
    table = issuer.get("/v1/statements", **period, **named, form="csv")
    assert table.headers["content-type"].startswith("text/csv")
    paper = issuer.get("/v1/statements", **period, **named, form="pdf")
    assert paper.content.startswith(b"%PDF")


def test_health(platform: Platform) -> None:
    http = platform.http
    assert http.get("/livez").json() == {"status": "alive"}
    ready = http.get("/readyz")
    assert ready.status_code == 200, ready.text
    assert ready.json()["ready"] is True
    assert "cantata_http_request_seconds" in http.get("/metrics").text
    assert http.get("/version").json()["name"] == "cantata"
    given = http.get("/livez", headers={"X-Request-Id": "mine-1"})
    assert given.headers["X-Request-Id"] == "mine-1"
    assert http.get("/docs").status_code == 200

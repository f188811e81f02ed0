"""Batches: from JSON and from CSV, all or nothing and row by row."""

from __future__ import annotations

import csv
import io
import json
import time
import uuid
from typing import Any

import httpx2
import pytest

from tests.api.platform.running import Client, Platform
from tests.api.platform.test_bad_input import NAMESPACE, refused
from tests.api.platform.test_story import balance, new_token

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def issuer(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture(scope="module")
def holders(platform: Platform) -> list[Client]:
    return [platform.onboard() for _ in range(4)]


@pytest.fixture
def token(issuer: Client) -> dict[str, str]:
    return new_token(issuer, f"B{uuid.uuid4().hex[:8]}", cap="1000000")


def batch(token: dict[str, str], operation: str, mode: str, *rows: dict[str, Any]) -> Any:
    return {"operation": operation, "mode": mode, "token": token, "rows": list(rows)}


def upload(
    caller: Client, token: dict[str, str], content: bytes | str, **parameters: Any
) -> httpx2.Response:
    given = {"operation": "mint", "mode": "per_row", **parameters}
    key = given.pop("key", str(uuid.uuid4()))
    return caller.http.post(
        "/v1/batches",
        content=content.encode() if isinstance(content, str) else content,
        params={**given, "admin": token["admin"], "symbol": token["id"]},
        headers={
            "Authorization": f"Bearer {caller.token}",
            "Idempotency-Key": key,
            "Content-Type": "text/csv; charset=utf-8",
            "Prefer": "wait=30",
        },
    )


def over(caller: Client, batch_id: str) -> Any:
    """Wait until nothing more happens to a batch."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (found := caller.get(f"/v1/batches/{batch_id}").json())["state"] != "over":
        assert time.monotonic() < until, found
        time.sleep(0.2)
    return found


def supply(issuer: Client, token: dict[str, str]) -> str:
    found = issuer.get(f"/v1/tokens/{token['admin']}/{token['id']}/supply").json()
    assert found["conserved"], found
    return str(found["supply"])


def mint(receiver: str, amount: Any, **more: Any) -> dict[str, Any]:
    return {"receiver": receiver, "amount": amount, **more}


def test_mints_that_are_one_transaction(
    issuer: Client, holders: list[Client], token: dict[str, str]
) -> None:
    rows = [mint(h.party, f"{n}.5", memo=f"salary {n}") for n, h in enumerate(holders, start=1)]
    asked = issuer.post("/v1/batches", batch(token, "mint", "all_or_nothing", *rows), wait=30)
    assert asked.status_code == 200, asked.text
    found = asked.json()
    assert found["counts"] == {"refused": 0, "under_way": 0, "completed": 4, "failed": 0}
    listed = issuer.get(f"/v1/batches/{found['id']}/rows").json()["items"]
    assert {each["update_id"] for each in listed} == {found["update_id"]}
    assert [balance(h, token)[0] for h in holders] == ["1.5", "2.5", "3.5", "4.5"]
    assert holders[1].get("/v1/transactions").json()["items"][0]["memo"] == "salary 2"
    assert supply(issuer, token) == "12.0"


def test_one_bad_row_and_nothing_is_minted(
    issuer: Client, holders: list[Client], token: dict[str, str]
) -> None:
    good = mint(holders[0].party, "1")
    for bad, code, column in (
        (mint(holders[0].party, "0.001"), "PRECISION_EXCEEDED", "amount"),
        (mint(holders[0].party, 1), "AMOUNT_MUST_BE_STRING", "amount"),
        (mint(holders[0].party, "1,000"), "AMOUNT_MALFORMED", "amount"),
        (mint(holders[0].party, "0"), "AMOUNT_NOT_POSITIVE", "amount"),
        (mint(holders[0].party, "1000000"), "CAP_EXCEEDED", "amount"),
        (mint(f"nobody::{NAMESPACE}", "1"), "PARTY_UNKNOWN", "receiver"),
        (mint("alice", "1"), "MALFORMED_ID", "receiver"),
        (mint(holders[0].party, "1", memo="a\u202eb"), "TEXT_REFUSED", "memo"),
        (mint(holders[0].party, "1", colour="red"), "COLUMN_UNKNOWN", "colour"),
        ({"receiver": holders[0].party}, "AMOUNT_MALFORMED", "amount"),
    ):
        answer = issuer.post("/v1/batches", batch(token, "mint", "all_or_nothing", good, bad))
        found = refused(answer, 422, "BATCH_REFUSED")
        (error,) = found["errors"]
        assert (error["line"], error["column"]) == (2, column), found
        if code != "MALFORMED_ID":
            assert error["code"] == code, found
    assert supply(issuer, token) == "0.0"
    assert issuer.get("/v1/operations").json()["items"][0]["kind"] == "tokens.create"


def test_all_faults_are_named_at_once(
    issuer: Client, holders: list[Client], token: dict[str, str]
) -> None:
    party = holders[0].party
    text = (
        f"receiver;amount;key\r\n{party};1;a\r\n{party};x;b\r\nbob;1;a\r\n{party};2;a\r\n{party};3"
    )
    found = refused(upload(issuer, token, text, mode="all_or_nothing"), 422, "BATCH_REFUSED")
    told = [(each["line"], each["column"], each["code"]) for each in found["errors"]]
    assert (3, "amount", "AMOUNT_MALFORMED") in told
    assert (5, "key", "ROW_KEY_DOUBLED") in told
    assert (6, None, "CELLS_MISMATCHED") in told
    assert {each[0] for each in told} == {3, 4, 5, 6}
    assert supply(issuer, token) == "0.0"


def test_rows_of_their_own(issuer: Client, holders: list[Client], token: dict[str, str]) -> None:
    party = holders[0].party
    text = (
        "\ufeffkey,receiver,amount,memo\n"
        f'r1,{party},1.25,"=1+1, or\nmore"\n'
        f"r2,{party},nothing,\n"
        f"r3,{holders[1].party},2,\n"
        f"r4,{party},999999,\n"
    )
    tried = upload(issuer, token, text, dry_run="true").json()
    told = [(each["line"], each["column"]) for each in tried["errors"]]
    assert told == [(2, "memo"), (4, "amount"), (6, "amount")], "lines are those of the file"
    text = text.replace("\nmore", " more")
    answer = upload(issuer, token, text, key="rows")
    assert answer.status_code in (200, 202), answer.text
    done = over(issuer, answer.json()["id"])
    assert done["counts"] == {"refused": 2, "under_way": 0, "completed": 2, "failed": 0}
    again = upload(issuer, token, text, key="rows")
    assert again.headers["Idempotency-Hit"] == "true"
    assert again.json()["id"] == done["id"]
    other = upload(issuer, token, text + f"r5,{party},1,\n", key="rows")
    refused(other, 409, "IDEMPOTENCY_CONFLICT")
    assert supply(issuer, token) == "3.25"

    path = f"/v1/batches/{done['id']}"
    first = issuer.get(f"{path}/rows", limit=3).json()
    rest = issuer.get(f"{path}/rows", limit=3, cursor=first["next_cursor"]).json()
    rows = first["items"] + rest["items"]
    assert [row["state"] for row in rows] == ["completed", "refused", "completed", "refused"]
    assert [row["line"] for row in rows] == [2, 3, 4, 5]
    assert rows[1]["errors"][0]["column"] == "amount"
    assert rows[3]["errors"][0]["code"] == "CAP_EXCEEDED"
    only = issuer.get(f"{path}/rows", state="refused").json()["items"]
    assert [row["line"] for row in only] == [3, 5]
    operation = issuer.get(f"/v1/operations/{rows[0]['operation']}").json()
    assert operation["request"]["memo"] == "=1+1, or more"

    table = issuer.get(f"{path}/result")
    assert table.headers["content-type"].startswith("text/csv")
    assert "attachment" in table.headers["content-disposition"]
    written = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["state"] for row in written] == [row["state"] for row in rows]
    assert written[0]["memo"] == "'=1+1, or more"
    assert (written[3]["code"], written[3]["column"]) == ("CAP_EXCEEDED", "amount")


@pytest.mark.parametrize(
    "content, code, line",
    [
        (b"", "COLUMN_MISSING", 1),
        ("receiver,amount\n".encode("utf-16"), "ENCODING_REFUSED", 1),
        (b"receiver,amount\nalice,1\nb\xe9b,1\n", "ENCODING_REFUSED", 3),
        (b"receiver,amount,colour\n", "COLUMN_UNKNOWN", 1),
        (b"receiver,amount,amount\n", "COLUMN_DOUBLED", 1),
        (b"receiver\n", "COLUMN_MISSING", 1),
        (b'receiver,amount\nalice,"1"0\n', "CSV_MALFORMED", 2),
        (b'receiver,amount\nalice,1\nbob,"1\n', "CSV_MALFORMED", 3),
        (b"receiver|amount\nalice|1\n", "COLUMN_UNKNOWN", 1),
    ],
)
def test_files_that_cannot_be_read(
    issuer: Client, token: dict[str, str], content: bytes, code: str, line: int
) -> None:
    for mode in ("per_row", "all_or_nothing"):
        found = refused(upload(issuer, token, content, mode=mode), 422, "BATCH_UNREADABLE")
        assert (found["errors"][0]["code"], found["errors"][0]["line"]) == (code, line), found


def test_too_much_is_refused_before_anything_is_done(
    issuer: Client, holders: list[Client], token: dict[str, str]
) -> None:
    row = f"{holders[0].party},1\n"
    found = refused(upload(issuer, token, "receiver,amount\n" + row * 1001), 413, "BATCH_TOO_LARGE")
    assert "1000" in found["remedy"]
    transfers = [
        {"sender": issuer.party, "receiver": holders[0].party, "amount": "1"} for _ in range(101)
    ]
    asked = batch(token, "transfer", "all_or_nothing", *transfers)
    found = refused(issuer.post("/v1/batches", asked), 413, "BATCH_TOO_LARGE")
    assert "100" in found["remedy"]
    assert supply(issuer, token) == "0.0"


def test_payments_out_of_one_holding(
    platform: Platform, issuer: Client, holders: list[Client], token: dict[str, str]
) -> None:
    for owner, amount in ((issuer, "100"), (holders[3], "10")):
        made = issuer.post("/v1/mints", {"token": token, **mint(owner.party, amount)})
        assert made.status_code == 200, made.text
    receivers = [holders[0], platform.onboard(), platform.onboard()]
    agreed = holders[0].post("/v1/preapprovals", {"token": token, "receiver": holders[0].party})
    assert agreed.status_code == 200, agreed.text
    rows = [
        {"sender": issuer.party, "receiver": h.party, "amount": "10", "memo": f"n{n}"}
        for n, h in enumerate(receivers)
    ]
    asked = batch(token, "transfer", "all_or_nothing", *rows)
    tried = issuer.post("/v1/batches", asked, dry_run="true")
    assert tried.status_code == 200, tried.text
    assert (tried.json()["accepted"], tried.json()["ledger_asked"]) == (3, True)
    assert balance(issuer, token) == ("100.0", "0.0")
    done = issuer.post("/v1/batches", asked, wait=30)
    assert done.status_code == 200, done.text
    assert balance(issuer, token) == ("70.0", "20.0")
    assert balance(holders[0], token)[0] == "10.0"
    offers = receivers[1].get("/v1/offers", state="pending").json()["items"]
    assert [each["memo"] for each in offers] == ["n1"]
    too_much = [*rows, {"sender": issuer.party, "receiver": holders[0].party, "amount": "50"}]
    refused_ = issuer.post("/v1/batches", batch(token, "transfer", "all_or_nothing", *too_much))
    found = refused(refused_, 422, "BATCH_REFUSED")
    assert [(e["line"], e["code"]) for e in found["errors"]] == [(4, "INSUFFICIENT_FUNDS")]
    foreign = {"sender": holders[3].party, "receiver": issuer.party, "amount": "1"}
    stolen = issuer.post("/v1/batches", batch(token, "transfer", "per_row", foreign))
    refused(stolen, 404, "NOT_FOUND")
    assert balance(issuer, token) == ("70.0", "20.0")
    assert supply(issuer, token) == "110.0"


def test_burns(issuer: Client, holders: list[Client], token: dict[str, str]) -> None:
    issuer.post("/v1/mints", {"token": token, **mint(issuer.party, "50")})
    row = {"owner": issuer.party, "amount": "5", "memo": "redeemed"}
    done = issuer.post("/v1/batches", batch(token, "burn", "all_or_nothing", row, row), wait=30)
    assert done.status_code == 200, done.text
    assert done.json()["counts"]["completed"] == 2
    assert supply(issuer, token) == "40.0"
    other = {**row, "memo": "other"}
    mixed = issuer.post("/v1/batches", batch(token, "burn", "all_or_nothing", row, other))
    assert refused(mixed, 422, "BATCH_REFUSED")["errors"][0]["code"] == "MEMOS_DIFFER"
    each = issuer.post("/v1/batches", batch(token, "burn", "per_row", row, other), wait=30)
    assert over(issuer, each.json()["id"])["counts"]["completed"] == 2
    assert supply(issuer, token) == "30.0"


def test_dry_runs_leave_no_trace(
    issuer: Client, holders: list[Client], token: dict[str, str]
) -> None:
    before = issuer.get("/v1/operations").json()["items"][0]["id"]
    rows = [mint(holders[0].party, "1"), mint(holders[0].party, "0.001")]
    tried = issuer.post("/v1/batches", batch(token, "mint", "per_row", *rows), dry_run="true")
    assert tried.status_code == 200, tried.text
    found = tried.json()
    assert (found["dry_run"], found["rows"], found["accepted"]) == (True, 2, 1)
    assert found["errors"][0]["line"] == 2
    every = issuer.post(
        "/v1/batches", batch(token, "mint", "all_or_nothing", *rows), dry_run="true"
    )
    refused(every, 422, "BATCH_REFUSED")
    assert issuer.get("/v1/operations").json()["items"][0]["id"] == before


def test_strangers(platform: Platform, issuer: Client, token: dict[str, str]) -> None:
    stranger = platform.onboard()
    asked = batch(token, "mint", "per_row", mint(stranger.party, "1"))
    refused(stranger.post("/v1/batches", asked), 403, "NOT_ALLOWED")
    done = issuer.post("/v1/batches", asked, wait=30).json()
    for path in ("", "/rows", "/result"):
        refused(stranger.get(f"/v1/batches/{done['id']}{path}"), 404, "NOT_FOUND")
    unknown = stranger.get(f"/v1/batches/{uuid.uuid4()}")
    refused(unknown, 404, "NOT_FOUND")


@pytest.mark.parametrize(
    "body",
    [b"[]", b"1", b'{"operation":"steal"}', b'{"operation":["mint"]}', b"{" * 5000, b"\xff"],
)
def test_hostile_bodies(issuer: Client, body: bytes) -> None:
    answer = issuer.http.post(
        "/v1/batches",
        content=body,
        headers={
            "Authorization": f"Bearer {issuer.token}",
            "Idempotency-Key": str(uuid.uuid4()),
            "Content-Type": "application/json",
        },
    )
    assert answer.status_code in (400, 422), answer.text
    assert json.loads(answer.text)["code"] in ("MALFORMED_JSON", "VALIDATION_FAILED")


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["all_or_nothing", "per_row"])
def test_a_thousand_mints_from_a_file(
    issuer: Client, holders: list[Client], token: dict[str, str], mode: str
) -> None:
    """Acceptance statement 19: row-level faults, and in atomic mode one bad row mints nothing."""
    rows = [f"{holders[n % 4].party},{n % 7 + 1}.25,row-{n},pay {n}" for n in range(1_000)]
    header = "receiver,amount,key,memo"
    spoilt = [*rows]
    spoilt[700] = spoilt[700].replace(",", ",-", 1)
    text = "\r\n".join((header, *spoilt))
    if mode == "all_or_nothing":
        found = refused(upload(issuer, token, text, mode=mode), 422, "BATCH_REFUSED")
        assert [(e["line"], e["column"]) for e in found["errors"]] == [(702, "amount")]
        assert supply(issuer, token) == "0.0"
        text, minted = "\r\n".join((header, *rows)), 1_000
    else:
        minted = 999
    answer = upload(issuer, token, text, mode=mode)
    assert answer.status_code in (200, 202), answer.text
    done = over(issuer, answer.json()["id"])
    assert done["counts"] == {
        "refused": 1_000 - minted,
        "under_way": 0,
        "completed": minted,
        "failed": 0,
    }
    lost = 1 if mode == "per_row" else 0
    total = sum(n % 7 + 1 for n in range(1_000)) - lost * (700 % 7 + 1) + minted / 4
    assert float(supply(issuer, token)) == total
    table = issuer.get(f"/v1/batches/{done['id']}/result").text
    assert len(table.splitlines()) == 1_001

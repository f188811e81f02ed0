"""The unsafe snippets of the requirement document, row by row, and what we do instead.

The rows are those of the table "Snippet by snippet" of the reference on tokens that concern what
comes in over HTTP and what goes out: each test names its row, sends what the snippet let through,
and tells the right answer. Rows about ciphers, breakers, caches, images and clusters concern no
input and are tested where they live.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import uuid
from typing import Any

import pytest

from tests.api.platform.running import Client, Platform
from tests.api.platform.test_bad_input import NAMESPACE, refused
from tests.api.platform.test_story import balance, new_token
from tests.api.platform.unchanged import nothing_changes, raw

PERIOD = {"begin": "2020-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z"}


@pytest.fixture(scope="module")
def issuer(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture(scope="module")
def holder(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture(scope="module")
def token(issuer: Client) -> dict[str, str]:
    found = new_token(issuer, "SAFE", cap="1000")
    body = {"token": found, "receiver": issuer.party, "amount": "100"}
    assert issuer.post("/v1/mints", body).status_code == 200
    return found


def each_operation(issuer: Client, holder: Client, token: dict[str, str], amount: Any) -> Any:
    """Give the requests of the three operations that take an amount."""
    about = {"token": token, "amount": amount}
    return (
        ("/v1/mints", {**about, "receiver": issuer.party}),
        ("/v1/burns", {**about, "owner": issuer.party}),
        ("/v1/transfers", {**about, "sender": issuer.party, "receiver": holder.party}),
    )


# Row 1: parseFloat(amount); z.refine(Number(val) > 0)


@pytest.mark.parametrize(
    "amount",
    ["1e3", "12abc", " 1 ", "Infinity", "0x10", "NaN", "+1", "-1", "1,000", "1_0", "1.", ".5",
     "01", "١٢", "１", "1\u2009000", "1" * 29, "", "1\n", "1;2"],
)  # fmt: skip
def test_amounts_have_one_grammar(
    issuer: Client, holder: Client, token: dict[str, str], amount: str
) -> None:
    with nothing_changes(issuer, token):
        for path, body in each_operation(issuer, holder, token, amount):
            found = refused(issuer.post(path, body), 422, "AMOUNT_MALFORMED")
            assert found["errors"][0]["field"] == "body.amount"


@pytest.mark.parametrize("literal", ["1", "1.5", "1e3", "9007199254740993", "true", "null", "[]"])
def test_amounts_are_never_json_numbers(
    issuer: Client, holder: Client, token: dict[str, str], literal: str
) -> None:
    with nothing_changes(issuer, token):
        for path, body in each_operation(issuer, holder, token, "@"):
            content = json.dumps(body).replace('"@"', literal)
            refused(raw(issuer, path, content), 422, "AMOUNT_MUST_BE_STRING")


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity"])
def test_what_no_json_is(issuer: Client, token: dict[str, str], literal: str) -> None:
    body = {"token": token, "receiver": issuer.party, "amount": "@"}
    content = json.dumps(body).replace('"@"', literal)
    with nothing_changes(issuer, token):
        answer = raw(issuer, "/v1/mints", content)
        assert answer.json()["code"] in ("MALFORMED_JSON", "AMOUNT_MUST_BE_STRING"), answer.text


# Row 2: Math.round(x * 100) / 100


def test_nothing_is_rounded(issuer: Client, holder: Client, token: dict[str, str]) -> None:
    with nothing_changes(issuer, token):
        for amount in ("0.001", "1.005", "99.999"):
            for path, body in each_operation(issuer, holder, token, amount):
                found = refused(issuer.post(path, body), 422, "PRECISION_EXCEEDED")
                assert "2" in found["detail"] + found["remedy"], "the limit is named"
        finest = {"token": token, "receiver": issuer.party, "amount": "0.00000000001"}
        assert (
            "10" in refused(issuer.post("/v1/mints", finest), 422, "PRECISION_EXCEEDED")["detail"]
        )


# Row 3: parsed < 0 is all that is refused


@pytest.mark.parametrize("amount", ["0", "0.0", "0.00"])
def test_nothing_is_no_amount(
    issuer: Client, holder: Client, token: dict[str, str], amount: str
) -> None:
    with nothing_changes(issuer, token):
        for path, body in each_operation(issuer, holder, token, amount):
            refused(issuer.post(path, body), 422, "AMOUNT_NOT_POSITIVE")


# Row 4: partyId matches ^[a-zA-Z0-9-_]+$, so that no real party passes


def test_real_parties_pass_and_others_do_not(issuer: Client, token: dict[str, str]) -> None:
    body = {"token": token, "amount": "1"}
    with nothing_changes(issuer, token):
        for hint in ("alice", "a b:c-_9", "a" * 185, "0"):
            asked = {**body, "receiver": f"{hint}::{NAMESPACE}"}
            refused(issuer.post("/v1/mints", asked), 422, "PARTY_UNKNOWN")
        for party in ("alice", f"::{NAMESPACE}", f"a::b::{NAMESPACE}", f"a::{NAMESPACE.upper()}",
                      f"{'a' * 186}::{NAMESPACE}", f"a<b::{NAMESPACE}", "a::1220ab"):  # fmt: skip
            answer = issuer.post("/v1/mints", {**body, "receiver": party})
            assert answer.status_code == 422, answer.text
            assert answer.json()["errors"][0]["field"] == "body.receiver"
    named, _, rest = issuer.party.partition("::")
    other_case = {**body, "receiver": f"{named.upper()}::{rest}"}
    with nothing_changes(issuer, token):
        refused(issuer.post("/v1/mints", other_case), 422, "PARTY_UNKNOWN")
        padded = {**body, "receiver": f"{issuer.party} "}
        assert issuer.post("/v1/mints", padded).status_code == 422


# Row 5: replace(/[<>]/g, ''), then truncate to 1000


@pytest.mark.parametrize(
    "text",
    ["A<B & C Fund", "<script>alert(1)</script>", '"><img src=x onerror=y>', "🥇 ok", "=1+1"],
)
def test_texts_are_kept_byte_by_byte(issuer: Client, token: dict[str, str], text: str) -> None:
    symbol = f"T{uuid.uuid4().hex[:8]}"
    new_token(issuer, symbol, name=text)
    found = issuer.get(f"/v1/tokens/{issuer.party}/{symbol}")
    assert found.json()["name"] == text
    assert found.headers["content-type"] == "application/json"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in found.headers["Content-Security-Policy"]
    body = {"token": token, "receiver": issuer.party, "amount": "0.01", "memo": text}
    assert issuer.post("/v1/mints", body).json()["request"]["memo"] == text
    assert issuer.get("/v1/transactions").json()["items"][0]["memo"] == text


@pytest.mark.parametrize(
    "text", ["x" * 1_001, "a\u202eb", "a\u0000b", "a\u2066b", "\ud800", "Sen\u0303or"]
)
def test_texts_are_refused_whole_never_cut(
    issuer: Client, token: dict[str, str], text: str
) -> None:
    body = {"token": token, "receiver": issuer.party, "amount": "1", "memo": text}
    with nothing_changes(issuer, token):
        answer = raw(issuer, "/v1/mints", json.dumps(body))
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == "body.memo"


# Row 6: CSV export without a guard


@pytest.mark.parametrize("memo", ['=cmd|"!A1"', "+1", "-1", "@SUM(A1)", '"quoted", and more'])
def test_no_cell_is_a_formula(issuer: Client, token: dict[str, str], memo: str) -> None:
    body = {"token": token, "receiver": issuer.party, "amount": "0.01", "memo": memo}
    assert issuer.post("/v1/mints", body).status_code == 200
    named = {"party": issuer.party, "admin": token["admin"], "symbol": token["id"]}
    table = issuer.get("/v1/statements", form="csv", **PERIOD, **named)
    assert all(line.startswith('"') for line in table.text.splitlines()), "always quoted"
    memos = [row["memo"] for row in csv.DictReader(io.StringIO(table.text))]
    expected = f"'{memo}" if memo[0] in "=+-@" else memo
    assert memos[-2] == expected
    found = issuer.get("/v1/statements", form="json", **PERIOD, **named).json()
    assert found["instruments"][0]["movements"][-1]["memo"] == memo, "JSON has it as it is"


# Row 9: jwt.verify(token, secret) without options


def test_tokens_prove_themselves(issuer: Client) -> None:
    head, claims, seal = issuer.token.split(".")

    def coded(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    def decoded(part: str) -> Any:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))

    other = coded({**decoded(claims), "sub": str(uuid.uuid4())})
    forged = [
        f"{coded({'alg': 'none', 'typ': 'JWT'})}.{claims}.",
        f"{coded({**decoded(head), 'alg': 'none'})}.{claims}.{seal}",
        f"{coded({**decoded(head), 'alg': 'HS512'})}.{claims}.{seal}",
        f"{head}.{other}.{seal}",
        f"{head}.{claims}.{seal[:-4]}AAAA",
        f"{head}.{claims}",
        issuer.token + "x",
    ]
    for each in forged:
        answer = issuer.http.get("/v1/me", headers={"Authorization": f"Bearer {each}"})
        refused(answer, 401, "NOT_AUTHENTICATED")


# Row 10: authorization.replace('Bearer ', '')


def test_the_scheme_is_read_exactly(issuer: Client) -> None:
    key = issuer.token
    headers = ["", key, f"Basic {key}", "Bearer", f"Bearer {key} {key}",
               f"Bearer Bearer {key}", f"Bearer  {key}", f"Bearer {key},Bearer {key}"]  # fmt: skip
    for header in headers:
        answer = issuer.http.get("/v1/me", headers={"Authorization": header})
        refused(answer, 401, "NOT_AUTHENTICATED")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert issuer.http.get("/v1/me", headers={"Authorization": f"bearer {key}"}).status_code == 200


# Row 11: error.message with status 400 for everything


def test_each_class_of_error_has_its_status(
    platform: Platform, issuer: Client, holder: Client, token: dict[str, str]
) -> None:
    stranger = platform.onboard()
    mint = {"token": token, "receiver": issuer.party, "amount": "1"}
    unknown = {"token": {**token, "id": "NONE"}}
    burn = {"token": token, "owner": issuer.party, "amount": "999"}
    cases = [
        (raw(issuer, "/v1/mints", "{"), 400, "MALFORMED_JSON"),
        (platform.anonymous().post("/v1/mints", mint), 401, "NOT_AUTHENTICATED"),
        (stranger.post("/v1/mints", mint), 403, "NOT_ALLOWED"),
        (stranger.post("/v1/burns", {**burn, "owner": holder.party}), 404, "NOT_FOUND"),
        (issuer.post("/v1/burns", {**burn, **unknown}), 403, "NOT_ALLOWED"),
        (issuer.get(f"/v1/tokens/{issuer.party}/NONE"), 404, "INSTRUMENT_UNKNOWN"),
        (issuer.post("/v1/burns", burn), 422, "INSUFFICIENT_FUNDS"),
        (issuer.post("/v1/mints", {**mint, "more": 1}), 422, "VALIDATION_FAILED"),
        (raw(issuer, "/v1/mints", b"x" * 600_000), 413, "BODY_TOO_LARGE"),
    ]
    for answer, status, code in cases:
        found = refused(answer, status, code)
        assert set(found) >= {"type", "title", "detail", "request_id", "retryable"}
        said = json.dumps(found).lower()
        assert not any(word in said for word in ("traceback", "sqlalchemy", "psycopg", ".py"))


# Row 12: validateCSRF() in a generic validator


def test_forms_of_foreign_pages_do_nothing(issuer: Client, token: dict[str, str]) -> None:
    body = {"token": token, "receiver": issuer.party, "amount": "1"}
    with nothing_changes(issuer, token):
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"):
            answer = raw(issuer, "/v1/mints", json.dumps(body), **{"Content-Type": kind})
            assert answer.status_code in (415, 422), (kind, answer.text)
        cookie = {"Cookie": f"session={issuer.token}", "Authorization": ""}
        refused(raw(issuer, "/v1/mints", json.dumps(body), **cookie), 401, "NOT_AUTHENTICATED")
    assert "set-cookie" not in issuer.get("/v1/me").headers
    assert "access-control-allow-origin" not in issuer.get("/v1/me").headers


# Rows 13 and 14: retry while PENDING; write the database, then the ledger


def test_a_repeat_is_the_same_operation(issuer: Client, token: dict[str, str]) -> None:
    body = {"token": token, "receiver": issuer.party, "amount": "1"}
    before = balance(issuer, token)[0]
    key = str(uuid.uuid4())
    asked = issuer.post("/v1/mints", body, key=key, wait=0)
    assert asked.status_code == 202
    for _ in range(5):
        again = issuer.post("/v1/mints", body, key=key, wait=5)
        assert again.json()["id"] == asked.json()["id"]
        assert again.headers["Idempotency-Hit"] == "true"
    other = issuer.post("/v1/mints", {**body, "amount": "2"}, key=key)
    refused(other, 409, "IDEMPOTENCY_CONFLICT")
    done = issuer.get(asked.headers["Location"]).json()
    assert done["state"] == "completed"
    assert done["update_id"].startswith("1220"), "only the ledger says that it happened"
    assert float(balance(issuer, token)[0]) == float(before) + 1
    refused(issuer.http.post("/v1/mints", json=body, headers={
        "Authorization": f"Bearer {issuer.token}"}), 400, "IDEMPOTENCY_KEY_MISSING")  # fmt: skip


# Row 15: totalSupply DECIMAL


def test_every_digit_is_kept(issuer: Client) -> None:
    found = new_token(issuer, f"W{uuid.uuid4().hex[:8]}", decimals=10)
    amount = "9999999999999999999999999999.9999999998"
    for part in (amount, "0.0000000001"):
        body = {"token": found, "receiver": issuer.party, "amount": part}
        assert issuer.post("/v1/mints", body).status_code == 200
    whole = "9999999999999999999999999999.9999999999"
    assert balance(issuer, found)[0] == whole
    supply = issuer.get(f"/v1/tokens/{found['admin']}/{found['id']}/supply").json()
    assert (supply["supply"], supply["holdings"], supply["movements"]) == (whole,) * 3
    more = {"token": found, "receiver": issuer.party, "amount": "1"}
    answer = issuer.post("/v1/mints", more)
    assert answer.status_code == 422, answer.text
    assert balance(issuer, found)[0] == whole


# Row 18: skip and take


def test_cursors_are_signed_and_good_for_one_list(issuer: Client, token: dict[str, str]) -> None:
    page = issuer.get("/v1/operations", limit=1).json()
    cursor = page["next_cursor"]
    assert cursor is not None
    following = issuer.get("/v1/operations", limit=1, cursor=cursor).json()
    assert following["items"][0]["id"] != page["items"][0]["id"]
    flipped = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    for bad in (flipped, "x", "A" * 100, "0", "../../etc"):
        refused(issuer.get("/v1/operations", cursor=bad), 400, "CURSOR_REFUSED")
    refused(issuer.get("/v1/holdings", cursor=cursor), 400, "CURSOR_REFUSED")
    for limit in (0, -1, 10**6, "all"):
        refused(issuer.get("/v1/operations", limit=limit), 422, "VALIDATION_FAILED")


# Rows 22 and 23: one party for each user; onboarding by e-mail alone


def test_party_ids_tell_nothing_of_their_users(platform: Platform) -> None:
    name = f"maria-{uuid.uuid4().hex[:12]}"
    found = platform.onboard(f"{name}@example.com")
    assert name not in found.party
    assert "example" not in found.party
    for email in ("x", "a@b", "<a@b.c>", "a b@c.de", f"{'a' * 65}@b.cd", "a@b.cd\n", ""):
        answer = platform.anonymous().post("/v1/onboarding", {"email": email})
        assert answer.status_code == 422, (email, answer.text)

"""Tokens: which are taken, which are not, and what their users may do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, Key, KeySet, OctKey, OKPKey, RSAKey

from cantata.kernel.time import ManualClock, RelTime, Timestamp
from cantata.sandbox.auth import UnknownAuthentication, authenticator
from cantata.sandbox.auth.authenticator import TokenAuthenticator
from cantata.sandbox.auth.keys import JwksKeys, silence
from cantata.sandbox.auth.policy import Policy
from cantata.sandbox.participant.claims import Claims
from cantata.sandbox.participant.errors import Refusal
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.users.rights import Right
from cantata.sandbox.participant.users.state import IdentityProvider, IdentityProviders, User, Users
from tests.unit.participant.caller import Caller

NOW = 1_800_000_000
SECRET = "a secret that is long enough for anybody"
ADMIN = "participant_admin"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(Timestamp(NOW * 1_000_000))


@pytest.fixture
def node(clock: ManualClock) -> Iterator[Participant]:
    made = Participant(clock=clock)
    yield made
    made.close()


def signed(
    claims: dict[str, Any],
    key: Key | None = None,
    algorithm: str = "HS256",
    key_id: str | None = None,
) -> str:
    header = {"alg": algorithm} if key_id is None else {"alg": algorithm, "kid": key_id}
    with silence():
        return jws.serialize_compact(
            header, json.dumps(claims), key or OctKey.import_key(SECRET), algorithms=[algorithm]
        )


def good(**more: Any) -> dict[str, Any]:
    return {"sub": ADMIN, "exp": NOW + 200, "scope": "daml_ledger_api", **more}


def claims_of(node: Participant, token: str | None, how: str = f"hs256-unsafe:{SECRET}") -> Claims:
    return asyncio.run(authenticator(how, node).claims(token))


def refused(node: Participant, token: str | None, how: str = f"hs256-unsafe:{SECRET}") -> int:
    with pytest.raises(Refusal) as raised:
        claims_of(node, token, how)
    assert raised.value.error_code == "NA"
    return raised.value.status


def test_a_good_token_gives_the_rights_of_its_user(node: Participant) -> None:
    rights = (Right("CanActAs", "a"), Right("CanReadAs", "b"), Right("CanReadAsAnyParty"))
    node.part(Users).put(User(id="u", rights=rights))
    claims = claims_of(node, signed(good(sub="u")))
    assert (claims.user_id, claims.admin, claims.read_as_any) == ("u", False, True)
    assert (claims.act_as, claims.read_as) == (frozenset("a"), frozenset("b"))
    assert claims.expires_at == (NOW + 200) * 1_000_000
    assert claims_of(node, signed(good())).admin


@pytest.mark.parametrize(
    "change",
    [
        {"exp": None},
        {"exp": NOW},
        {"exp": NOW - 1},
        {"exp": NOW + 301},
        {"exp": "soon"},
        {"exp": 1e300},
        {"nbf": NOW + 10},
        {"scope": "another"},
        {"scope": None},
        {"sub": ""},
        {"sub": 5},
    ],
)
def test_claims_that_do_not_hold(node: Participant, change: dict[str, Any]) -> None:
    given = {name: value for name, value in good(**change).items() if value is not None}
    assert refused(node, signed(given)) == 401


@pytest.mark.parametrize(
    "token", [None, "", "x", "a.b.c", "..", "é", "x" * 100_000, "e30.e30.", "bnVsbA.bnVsbA.x"]
)
def test_what_is_no_token(node: Participant, token: str | None) -> None:
    assert refused(node, token) == 401


def test_another_secret_or_no_algorithm(node: Participant) -> None:
    assert refused(node, signed(good(), OctKey.import_key("another secret, as long as it"))) == 401
    head = signed(good()).split(".")
    assert refused(node, f"eyJhbGciOiJub25lIn0.{head[1]}.") == 401


def test_users_that_are_not_there(node: Participant) -> None:
    users = node.part(Users)
    assert refused(node, signed(good(sub="nobody"))) == 403
    users.put(User(id="off", is_deactivated=True))
    assert refused(node, signed(good(sub="off"))) == 403
    users.put(User(id="theirs", identity_provider_id="other"))
    assert refused(node, signed(good(sub="theirs"))) == 403


def test_audiences_and_scopes(node: Participant) -> None:
    own = f"https://daml.com/jwt/aud/participant/{node.identity.participant_id}"
    token = signed({"sub": ADMIN, "exp": NOW + 9, "aud": ["x", own]})
    assert claims_of(node, token).admin
    secret = f"hs256-unsafe:{SECRET}"
    assert refused(node, token, f"{secret},audience=mine") == 401
    assert claims_of(node, signed(good(aud="mine")), f"{secret},audience=mine").admin
    assert refused(node, signed(good()), f"{secret},scope=mine") == 401
    assert claims_of(node, signed(good(scope="a mine")), f"{secret},scope=mine").admin
    assert refused(node, signed(good()), f"{secret},lifetime=100") == 401


@pytest.mark.parametrize(
    "make,algorithm",
    [
        (lambda: RSAKey.generate_key(2048, {"kid": "k"}), "RS256"),
        (lambda: ECKey.generate_key("P-256", {"kid": "k"}), "ES256"),
        (lambda: OKPKey.generate_key("Ed25519", {"kid": "k"}), "EdDSA"),
    ],
)
def test_public_keys(
    node: Participant, clock: ManualClock, make: Callable[[], Any], algorithm: str
) -> None:
    key = make()
    public = json.dumps(KeySet([key]).as_dict(private=False)).encode()
    tokens = TokenAuthenticator(node, JwksKeys("https://x", clock, lambda _: public), Policy())
    token = signed(good(), key, algorithm, "k")
    assert asyncio.run(tokens.claims(token)).admin
    other = make()
    for forged in (
        signed(good(), other, algorithm, "k"),
        signed(good(), OctKey.import_key(public), "HS256", "k"),
        f"{token[:-8]}AAAAAAAA",
    ):
        with pytest.raises(Refusal) as raised:
            asyncio.run(tokens.claims(forged))
        assert raised.value.status == 401


def test_keys_are_kept_and_fetched_again(node: Participant, clock: ManualClock) -> None:
    old, new = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("old", "new"))
    served: list[Any] = [old]
    fetched: list[str] = []

    def fetch(url: str) -> bytes:
        fetched.append(url)
        if not served:
            raise OSError
        return json.dumps(KeySet(served).as_dict(private=False)).encode()

    tokens = TokenAuthenticator(node, JwksKeys("https://x", clock, fetch), Policy())

    def status(key: ECKey) -> int:
        try:
            asyncio.run(tokens.claims(signed(good(), key, "ES256", key.kid)))
        except Refusal as refusal:
            return refusal.status
        return 200

    assert [status(old), status(old), status(new)] == [200, 200, 401]
    assert len(fetched) == 1
    served[:] = [new]
    clock.advance(RelTime.of(seconds=11))
    assert [status(new), status(old)] == [200, 401]
    assert len(fetched) == 2
    served.clear()
    clock.advance(RelTime.of(seconds=11))
    assert status(old) == 401
    assert len(fetched) == 3


def test_a_change_of_rights_ends_streams(node: Participant) -> None:
    users = node.part(Users)
    users.put(User(id="u", rights=(Right("CanActAs", "a"),)))
    claims = claims_of(node, signed(good(sub="u")))
    assert claims.is_current()
    users.grant("u", [Right("CanActAs", "b")])
    assert not claims.is_current()


def test_tokens_of_identity_providers(node: Participant) -> None:
    provider = IdentityProvider(
        id="i", is_deactivated=False, issuer="iss", jwks_url="http://127.0.0.1:9/k", audience="aud"
    )
    node.part(IdentityProviders).put(provider)
    assert refused(node, signed(good(iss="iss"))) == 401
    assert claims_of(node, signed(good(iss="somebody else"))).admin


@pytest.mark.parametrize(
    "given",
    [
        "hs256-unsafe:",
        "jwks:ftp://x",
        "jwks:",
        "other:x",
        "hs256-unsafe:s,x=1",
        "hs256-unsafe:s,lifetime=no",
    ],
)
def test_unknown_ways(node: Participant, given: str) -> None:
    with pytest.raises(UnknownAuthentication):
        authenticator(given, node)


def test_what_users_may_do(clock: ManualClock) -> None:
    with Caller(Participant(clock=clock)) as caller:
        users = caller.node.part(Users)
        caller.node.authenticator = authenticator(f"hs256-unsafe:{SECRET}", caller.node)
        users.put(User(id="u"))
        caller.token = signed(good(sub="u"))
        assert caller.get("/v2/users/u").status == 200
        assert caller.get("/v2/users/u/rights").status == 200
        assert caller.get("/v2/authenticated-user").json["user"]["id"] == "u"
        for method, path, body in (
            ("GET", "/v2/users", None),
            ("GET", "/v2/users/participant_admin", None),
            ("DELETE", "/v2/users/u", None),
            ("POST", "/v2/parties", {"partyIdHint": "a"}),
            ("POST", "/v2/packages", b"zip"),
            ("POST", "/v2/dars/validate", b"zip"),
            ("POST", "/v2/package-vetting/update", {"changes": []}),
            ("GET", "/v2/idps", None),
        ):
            assert caller.call(method, path, body).status == 403, path
        users.grant("u", [Right("IdentityProviderAdmin")])
        escalation = {"userId": "u", "rights": [{"kind": {"ParticipantAdmin": {"value": {}}}}]}
        assert caller.post("/v2/users/u/rights", escalation).status == 403
        caller.token = signed(good())
        assert caller.call("DELETE", f"/v2/users/{ADMIN}").code == (400, "INVALID_ARGUMENT")
        assert caller.get("/v2/users").status == 200

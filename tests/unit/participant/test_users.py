"""Users, their rights and identity providers, through the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cantata.sandbox.participant.node import Participant
from cantata.sandbox.store import SqliteStore
from tests.unit.participant.caller import Caller

PARTY = "alice::1220" + "ab" * 32


@pytest.fixture
def caller() -> Iterator[Caller]:
    with Caller() as made:
        yield made


def of_party(kind: str, party: str = PARTY) -> dict[str, Any]:
    return {"kind": {kind: {"value": {"party": party}}}}


def create(caller: Caller, user_id: str, **more: Any) -> Any:
    answer = caller.post("/v2/users", {"user": {"id": user_id, **more}})
    assert answer.status == 200, answer.content
    return answer.json["user"]


def test_a_user_is_created_changed_and_deleted(caller: Caller) -> None:
    made = create(caller, "u", metadata={"annotations": {"a": "b", "c": "d"}})
    assert made["metadata"] == {"resourceVersion": "0", "annotations": {"a": "b", "c": "d"}}
    change = {
        "user": {"id": "u", "metadata": {"resourceVersion": "0", "annotations": {"a": ""}}},
        "updateMask": {"paths": ["metadata.annotations"]},
    }
    changed = caller.patch("/v2/users/u", change).json["user"]
    assert changed["metadata"] == {"resourceVersion": "1", "annotations": {"c": "d"}}
    assert caller.patch("/v2/users/u", change).code == (409, "CONCURRENT_USER_UPDATE_DETECTED")
    assert caller.call("DELETE", "/v2/users/u").json == {}
    assert caller.get("/v2/users/u").code == (404, "USER_NOT_FOUND")


def test_rights_are_granted_and_revoked_once(caller: Caller) -> None:
    create(caller, "u")
    body = {"userId": "u", "rights": [of_party("CanActAs"), of_party("CanActAs")]}
    assert caller.post("/v2/users/u/rights", body).json == {
        "newlyGrantedRights": [of_party("CanActAs")]
    }
    assert caller.post("/v2/users/u/rights", body).json == {"newlyGrantedRights": []}
    assert caller.get("/v2/users/u/rights").json == {"rights": [of_party("CanActAs")]}
    assert caller.patch("/v2/users/u/rights", body).json == {
        "newlyRevokedRights": [of_party("CanActAs")]
    }
    assert caller.get("/v2/users/u/rights").json == {"rights": []}


def test_rights_are_bounded(caller: Caller) -> None:
    create(caller, "u")
    rights = [of_party("CanReadAs", f"p{number}") for number in range(1_000)]
    body = {"userId": "u", "rights": rights}
    assert len(caller.post("/v2/users/u/rights", body).json["newlyGrantedRights"]) == 1_000
    more = {"userId": "u", "rights": [of_party("CanReadAs", "one-more")]}
    assert caller.post("/v2/users/u/rights", more).code == (400, "TOO_MANY_USER_RIGHTS")


def test_pages_cover_all_users_once(caller: Caller) -> None:
    wanted = {"participant_admin", *(create(caller, f"u{n}")["id"] for n in range(7))}
    found, token = [], ""
    for _ in range(10):
        page = caller.get(f"/v2/users?pageSize=3&pageToken={token}").json
        found += [user["id"] for user in page["users"]]
        token = page["nextPageToken"]
        if not token:
            break
    assert (sorted(found), len(found)) == (sorted(wanted), len(wanted))


@pytest.mark.parametrize(
    "user,code",
    [
        ({"id": "a b"}, "INVALID_FIELD"),
        ({"id": "u", "primaryParty": "a!"}, "INVALID_ARGUMENT"),
        ({"id": "u", "identityProviderId": "none"}, "INVALID_ARGUMENT"),
        ({"id": "u", "metadata": {"annotations": {"no/such/key": "x"}}}, "INVALID_ARGUMENT"),
        ({"id": "u", "metadata": {"annotations": {"k": "x" * 300_000}}}, "INVALID_ARGUMENT"),
        ({"id": "u", "metadata": {"resourceVersion": "1"}}, "INVALID_ARGUMENT"),
    ],
)
def test_bad_users_are_refused(caller: Caller, user: dict[str, Any], code: str) -> None:
    assert caller.post("/v2/users", {"user": user}).code == (400, code)
    assert len(caller.get("/v2/users").json["users"]) == 1


@pytest.mark.parametrize("paths", [[], ["nothing"], ["metadata.annotations.x"]])
def test_bad_masks_are_refused(caller: Caller, paths: list[str]) -> None:
    create(caller, "u")
    body = {"user": {"id": "u"}, "updateMask": {"paths": paths}}
    assert caller.patch("/v2/users/u", body).code == (400, "INVALID_USER_UPDATE_REQUEST")


def test_a_right_without_party_is_refused(caller: Caller) -> None:
    create(caller, "u")
    body = {"userId": "u", "rights": [{"kind": {"CanActAs": {"value": {}}}}]}
    assert caller.post("/v2/users/u/rights", body).code == (400, "MISSING_FIELD")


def test_users_move_to_an_identity_provider(caller: Caller) -> None:
    config = {"identityProviderId": "i", "issuer": "iss", "jwksUrl": "https://one.example/keys"}
    assert caller.post("/v2/idps", {"identityProviderConfig": config}).status == 200
    again = {**config, "identityProviderId": "j"}
    assert caller.post("/v2/idps", {"identityProviderConfig": again}).code == (
        409,
        "IDP_CONFIG_ISSUER_ALREADY_EXISTS",
    )
    create(caller, "u")
    body = {"userId": "u", "targetIdentityProviderId": "i"}
    assert caller.patch("/v2/users/u/identity-provider-id", body).json == {}
    users = caller.get("/v2/users?identity-provider-id=i").json["users"]
    assert [user["id"] for user in users] == ["u"]
    assert caller.patch("/v2/users/u/identity-provider-id", body).status == 403


def test_users_survive_a_restart(tmp_path: Path) -> None:
    store = str(tmp_path / "ledger.db")
    with Caller(Participant(store=SqliteStore(store))) as caller:
        create(caller, "kept", metadata={"annotations": {"a": "b"}})
        create(caller, "gone")
        body = {"userId": "kept", "rights": [of_party("CanReadAs")]}
        assert caller.post("/v2/users/kept/rights", body).status == 200
        assert caller.call("DELETE", "/v2/users/gone").status == 200
        before = [caller.get("/v2/users").json, caller.get("/v2/users/kept/rights").json]
    with Caller(Participant(store=SqliteStore(store))) as caller:
        assert [caller.get("/v2/users").json, caller.get("/v2/users/kept/rights").json] == before

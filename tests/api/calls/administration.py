"""Calls of parties, users, identity providers, packages and the service itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.lf.interactive.crypto import KeySpec, PrivateKey
from tests.api.calls.call import ADMIN, ADMINISTRATION, ANYBODY, USERS, Call, Parts, at, with_body
from tests.api.scene import Scene, grant, provider, right


def _topology(scene: Scene) -> dict[str, Any]:
    return scene.topology(_key(), scene.fresh("ext"))


def _onboarding(scene: Scene) -> dict[str, Any]:
    return scene.onboarding(_key(), scene.fresh("ext"))


def _key() -> PrivateKey:
    return PrivateKey.generate(KeySpec.SIGNING_KEY_SPEC_EC_CURVE25519)


def _user(scene: Scene) -> dict[str, Any]:
    user = {"id": scene.fresh("user"), "primaryParty": "", "identityProviderId": ""}
    return {"user": user, "rights": [right("CanReadAs", scene.bob)]}


def _patched_user(scene: Scene) -> Parts:
    name = scene.user("patched")
    user = {"id": name, "primaryParty": scene.bob, "identityProviderId": ""}
    return f"/v2/users/{name}", {"user": user, "updateMask": {"paths": ["primary_party"]}}


def _granted(scene: Scene) -> Parts:
    name = scene.user("granted", [right("CanReadAs", scene.alice)])
    return f"/v2/users/{name}/rights", grant(name, right("CanReadAs", scene.alice))


def _moved(scene: Scene) -> Parts:
    name, target = scene.user("moved"), scene.provider()
    body = {
        "userId": name,
        "sourceIdentityProviderId": "",
        "targetIdentityProviderId": target,
    }
    return f"/v2/users/{name}/identity-provider-id", body


def _patched_party(scene: Scene) -> Parts:
    party = scene.party()
    details = {
        "party": party,
        "isLocal": True,
        "localMetadata": {"resourceVersion": "", "annotations": {"a": "b"}},
        "identityProviderId": "",
    }
    body = {"partyDetails": details, "updateMask": {"paths": ["local_metadata.annotations"]}}
    return f"/v2/parties/{party}", body


def _patched_provider(scene: Scene) -> Parts:
    name = scene.provider()
    body = {
        "identityProviderConfig": {**provider(name), "isDeactivated": True},
        "updateMask": {"paths": ["is_deactivated"]},
    }
    return f"/v2/idps/{name}", body


def _vetting(scene: Scene) -> dict[str, Any]:
    package = {"packageId": scene.package_id, "packageName": "", "packageVersion": ""}
    vet = {"Vet": {"value": {"packages": [package], "newValidFromInclusive": None}}}
    return {"changes": [{"operation": vet}], "dryRun": True}


PARTIES: Mapping[str, Call] = {
    "GET /v2/parties/participant-id": Call(at("/v2/parties/participant-id"), USERS),
    "POST /v2/parties": Call(
        with_body("/v2/parties", lambda scene: {"partyIdHint": scene.fresh("party")}),
        ADMINISTRATION,
        at("/v2/parties", {"partyIdHint": "a::b"}),
    ),
    "GET /v2/parties": Call(
        at("/v2/parties?pageSize=3"), ADMINISTRATION, at("/v2/parties?pageToken=%21")
    ),
    "GET /v2/parties/{party}": Call(
        lambda scene: (f"/v2/parties/{scene.alice.replace(':', '%3A')}", None),
        ADMINISTRATION,
        at("/v2/parties/%21"),
    ),
    "PATCH /v2/parties/{party}": Call(_patched_party, ADMINISTRATION, at("/v2/parties/x", {})),
    "POST /v2/parties/external/generate-topology": Call(
        with_body("/v2/parties/external/generate-topology", _topology),
        USERS,
        at("/v2/parties/external/generate-topology", {}),
    ),
    "POST /v2/parties/external/allocate": Call(
        with_body("/v2/parties/external/allocate", _onboarding),
        ADMINISTRATION,
        with_body(
            "/v2/parties/external/allocate",
            lambda scene: {**_onboarding(scene), "onboardingTransactions": []},
        ),
    ),
}

USERS_AND_PROVIDERS: Mapping[str, Call] = {
    "POST /v2/users": Call(
        with_body("/v2/users", _user), ADMINISTRATION, at("/v2/users", {"user": {"id": "%"}})
    ),
    "GET /v2/users": Call(
        at("/v2/users?pageSize=3"), ADMINISTRATION, at("/v2/users?pageToken=%21")
    ),
    "GET /v2/users/{user-id}": Call(
        at("/v2/users/participant_admin"), ADMINISTRATION, at("/v2/users/no-such-user"), 404
    ),
    "PATCH /v2/users/{user-id}": Call(_patched_user, ADMINISTRATION, at("/v2/users/x", {})),
    "DELETE /v2/users/{user-id}": Call(
        lambda scene: (f"/v2/users/{scene.user('deleted')}", None),
        ADMINISTRATION,
        at("/v2/users/no-such-user"),
        404,
    ),
    "GET /v2/users/{user-id}/rights": Call(
        at("/v2/users/participant_admin/rights"),
        ADMINISTRATION,
        at("/v2/users/no-such-user/rights"),
        404,
    ),
    "POST /v2/users/{user-id}/rights": Call(
        _granted, ADMINISTRATION, at("/v2/users/no-such-user/rights", grant("no-such-user")), 404
    ),
    "PATCH /v2/users/{user-id}/rights": Call(
        _granted, ADMINISTRATION, at("/v2/users/no-such-user/rights", grant("no-such-user")), 404
    ),
    "PATCH /v2/users/{user-id}/identity-provider-id": Call(
        _moved, ADMIN, at("/v2/users/x/identity-provider-id", {"userId": "y"})
    ),
    "GET /v2/authenticated-user": Call(at("/v2/authenticated-user"), USERS),
    "GET /v2/idps": Call(at("/v2/idps"), ADMIN),
    "POST /v2/idps": Call(
        with_body(
            "/v2/idps", lambda scene: {"identityProviderConfig": provider(scene.fresh("idp"))}
        ),
        ADMIN,
        at("/v2/idps", {}),
    ),
    "GET /v2/idps/{idp-id}": Call(
        lambda scene: (f"/v2/idps/{scene.provider()}", None), ADMIN, at("/v2/idps/no"), 404
    ),
    "PATCH /v2/idps/{idp-id}": Call(_patched_provider, ADMIN, at("/v2/idps/no", {})),
    "DELETE /v2/idps/{idp-id}": Call(
        lambda scene: (f"/v2/idps/{scene.provider()}", None), ADMIN, at("/v2/idps/no"), 404
    ),
}

PACKAGES: Mapping[str, Call] = {
    "POST /v2/packages": Call(
        with_body("/v2/packages", lambda scene: scene.dar), ADMIN, at("/v2/packages", b"no DAR")
    ),
    "POST /v2/dars": Call(
        with_body("/v2/dars", lambda scene: scene.dar), ADMIN, at("/v2/dars", b"no DAR")
    ),
    "POST /v2/dars/validate": Call(
        with_body("/v2/dars/validate", lambda scene: scene.dar),
        ADMIN,
        at("/v2/dars/validate", b"no DAR"),
    ),
    "GET /v2/packages": Call(at("/v2/packages"), USERS),
    "GET /v2/packages/{package-id}": Call(
        lambda scene: (f"/v2/packages/{scene.package_id}", None),
        USERS,
        at(f"/v2/packages/{'0' * 64}"),
        404,
    ),
    "GET /v2/packages/{package-id}/status": Call(
        lambda scene: (f"/v2/packages/{scene.package_id}/status", None),
        USERS,
        at("/v2/packages/%21/status"),
    ),
    "POST /v2/package-vetting/list": Call(
        at("/v2/package-vetting/list", {}),
        USERS,
        at("/v2/package-vetting/list", {"pageSize": 1_000_000}),
    ),
    "POST /v2/package-vetting/update": Call(
        with_body("/v2/package-vetting/update", _vetting),
        ADMIN,
        at("/v2/package-vetting/update", {"changes": [{"operation": {"No": {}}}]}),
    ),
    "GET /v2/package-vetting": Call(
        at("/v2/package-vetting", {}), USERS, at("/v2/package-vetting", {"pageSize": 1_000_000})
    ),
    "POST /v2/package-vetting": Call(
        with_body("/v2/package-vetting", _vetting),
        ADMIN,
        at("/v2/package-vetting", {"changes": [{"operation": {"No": {}}}]}),
    ),
}

SERVICE: Mapping[str, Call] = {
    "GET /livez": Call(at("/livez"), USERS | ANYBODY),
    "GET /readyz": Call(at("/readyz"), USERS | ANYBODY),
    "GET /v2/version": Call(at("/v2/version"), USERS | ANYBODY),
    "GET /docs/openapi": Call(at("/docs/openapi"), USERS | ANYBODY),
    "GET /docs/asyncapi": Call(at("/docs/asyncapi"), USERS | ANYBODY),
}

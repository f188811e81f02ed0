"""Generated requests with things in them that exist: without, they get no further than names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from tests.api.scene import ADMIN, ASSET, Scene

Known = Mapping[str, Sequence[Any]]
"""By the name of a member or parameter, values that mean something to the ledger."""

SHARE = 0.6
"""How much of what has a known value gets one."""


def known_values(scene: Scene) -> Known:
    """Collect what the ledger knows."""
    parties = (scene.alice, scene.bob, scene.outside)
    created = scene.asset["events"][0]["CreatedEvent"]
    execution, onboarding = scene.execution(), scene.onboarding(scene.key, scene.fresh("salt"))
    offsets = [0, 1, scene.asset["offset"] - 1, scene.asset["offset"], scene.end(), 2**63 - 1, -1]
    arguments = {"issuer": scene.alice, "owner": scene.alice, "amount": "1.0"}
    users = ("", ADMIN, scene.personas["actor"])
    return {
        **dict.fromkeys(("party", "parties", "actAs", "readAs", "queryingParties"), parties),
        **dict.fromkeys(("userId", "user-id", "id"), users),
        **dict.fromkeys(("templateId", "interfaceId"), (ASSET, created["templateId"])),
        **dict.fromkeys(("packageId", "package-id", "packageIds"), (scene.package_id,)),
        **dict.fromkeys(("packageName", "package-name", "packageNames"), ("oracle-types",)),
        **dict.fromkeys(("updateId", "update-id"), (scene.asset["updateId"],)),
        **dict.fromkeys(("synchronizerId", "synchronizer"), (scene.synchronizer, "")),
        **dict.fromkeys(OFFSETS, offsets),
        **dict.fromkeys(("signatures", "multiHashSignatures"), _signatures(execution, onboarding)),
        "contractId": [created["contractId"], "00", "0" * 138],
        "createdEventBlob": [created["createdEventBlob"], created["createdEventBlob"][:-8]],
        "choice": ["Archive", "NoSuchChoice"],
        "createArguments": [arguments, {}, {**arguments, "amount": [[["5"]]]}],
        "choiceArgument": [{}, arguments, None],
        "preparedTransaction": [execution["preparedTransaction"]],
        "partySignatures": [execution["partySignatures"]],
        "hashingSchemeVersion": [execution["hashingSchemeVersion"]],
        "transaction": [each["transaction"] for each in onboarding["onboardingTransactions"]],
        "identityProviderId": ["", "no-such-provider"],
        "commandId": ["the-same", ""],
        "paths": ["local_metadata.annotations", "primary_party", "is_deactivated", "*"],
        "pageToken": ["", "AAAA"],
    }


OFFSETS = (
    "offset",
    "beginExclusive",
    "endInclusive",
    "activeAtOffset",
    "beginOffsetExclusive",
    "endOffsetInclusive",
)


def salted(value: Any, known: Known, random: Random, name: str = "") -> Any:
    """Put known values into generated JSON, of every place some of the times."""
    if name in known and not isinstance(value, list) and random.random() < SHARE:
        return random.choice(known[name])
    if isinstance(value, dict):
        return {
            _key(key, name, known, random): salted(item, known, random, key)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [salted(item, known, random, name) for item in value]
    return value


def _key(key: str, name: str, known: Known, random: Random) -> str:
    if name == "filtersByParty" and random.random() < SHARE:
        return str(random.choice(known["party"]))
    return key


def _signatures(execution: Any, onboarding: Any) -> list[Any]:
    (party,) = execution["partySignatures"]["signatures"]
    return [*party["signatures"], *onboarding["multiHashSignatures"]]

"""Signing with a key of one's own: what is signed is read, hashed and compared here, first."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from cantata.cli.api_access import Api
from cantata.kernel.errors import CantataError
from cantata.kernel.ids import PartyId
from cantata.ledger.services.external import checked_hash, checked_topology
from cantata.ledger.signing import KeySigner, load_key_file
from cantata.lf.interactive.crypto import KeySpec
from cantata.lf.interactive.intent import Intent, wanted_commands

_CURVES = {
    KeySpec.SIGNING_KEY_SPEC_EC_CURVE25519: "ed25519",
    KeySpec.SIGNING_KEY_SPEC_EC_P256: "p256",
    KeySpec.SIGNING_KEY_SPEC_EC_P384: "p384",
    KeySpec.SIGNING_KEY_SPEC_EC_SECP256K1: "secp256k1",
}


Agree = Callable[[Any], None]
"""Shows commands to their user; ends everything unless she agrees."""


class NotForThisKey(CantataError):
    """An operation waits for other signatures than that of a key; field `parties`."""

    code: ClassVar[str] = "NOT_FOR_THIS_KEY"

    def __init__(self, parties: list[str]) -> None:
        self.parties = tuple(parties)
        super().__init__(f"this waits for {', '.join(parties)}, which this key does not sign for")


def onboarded(api: Api, key_file: Path, name: str, wait: int) -> Any:
    """Make a party in two calls; raise NotAsIntended before anything is signed."""
    signer = load_key_file(key_file)
    key = signer.public_key
    public = {"curve": _CURVES[key.spec], "data": _base64(key.der)}
    proposed = api.change("/v1/parties/external:prepare", {"public_key": public}, wait=0)
    party = PartyId(proposed["party"])
    topology = [base64.b64decode(each) for each in proposed["topology"]]
    made = checked_topology(party.name, key, topology)
    order = {
        "public_key": public,
        "topology": proposed["topology"],
        "signature": _signature(signer, made.multi_hash),
        "name": name,
    }
    return api.change("/v1/parties/external", order, wait=wait)


def signed(api: Api, operation: str, key_file: Path, agree: Agree, wait: int) -> Any:
    """Sign an operation if its user agrees; raise NotAsIntended if it does more than it says.

    What she is shown are commands that the transaction was compared with, and is all it does.
    """
    signer = load_key_file(key_file)
    found = api.get(f"/v1/operations/{operation}/signing")
    asked = api.get(f"/v1/operations/{operation}")
    (party, *others) = found["parties"]
    if others or PartyId(party).fingerprint != signer.public_key.fingerprint:
        raise NotForThisKey(found["parties"])
    intent = Intent(
        commands=wanted_commands(found["commands"]),
        act_as=frozenset([party]),
        command_id=asked["command_id"],
    )
    digest = checked_hash(base64.b64decode(found["prepared_transaction"]), intent)
    agree(found["commands"])
    body = {"signatures": [{"party": party, "signature": _signature(signer, digest)}]}
    return api.change(f"/v1/operations/{operation}:sign", body, wait=wait)


def _signature(signer: KeySigner, content: bytes) -> str:
    return _base64(asyncio.run(signer.sign(content)).signature)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()

"""A user with a key of her own: what she reads, hashes and compares before she signs."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cantata.lf.interactive.hashing import HashingScheme, prepared_hash
from cantata.lf.interactive.intent import Intent, differences, wanted_commands
from cantata.lf.interactive.prepared_wire import decode_prepared
from cantata.lf.interactive.topology import decode_topology, multi_hash
from tests.api.platform.running import Client

V2 = HashingScheme.HASHING_SCHEME_VERSION_V2


@dataclass(kw_only=True)
class Wallet:
    """A caller whose party's key is here and nowhere else."""

    client: Client
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    party: str = ""

    @property
    def public_key(self) -> dict[str, str]:
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {"data": base64.b64encode(der).decode()}

    def sign(self, content: bytes) -> str:
        return base64.b64encode(self.key.sign(content)).decode()

    def prepare(self) -> dict[str, Any]:
        """Make the first call; compare what comes with the key."""
        answer = self.client.post("/v1/parties/external:prepare", {"public_key": self.public_key})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        topology = [base64.b64decode(each) for each in found["topology"]]
        mapping = decode_topology(topology[0]).mapping
        assert mapping.party == found["party"]
        assert mapping.signing_keys is not None
        (signing,) = mapping.signing_keys.keys
        assert base64.b64encode(signing.public_key).decode() == self.public_key["data"]
        assert multi_hash(topology) == base64.b64decode(found["hash"])
        return found

    def order(self, found: dict[str, Any]) -> dict[str, Any]:
        """Give the body of the second call."""
        return {
            "public_key": self.public_key,
            "topology": found["topology"],
            "signature": self.sign(base64.b64decode(found["hash"])),
            "name": "Own key",
        }

    def onboard(self) -> None:
        """Make both calls."""
        answer = self.client.post("/v1/parties/external", self.order(self.prepare()))
        assert answer.status_code == 200, answer.text
        self.party = answer.json()["result"]["party"]

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask for something, read what is to be signed, sign it, and give how it ended."""
        preview = self.client.post(path, body, dry_run="true")
        assert preview.status_code == 200, preview.text
        waiting = self.client.post(path, body)
        assert (waiting.status_code, waiting.json()["state"]) == (202, "awaiting_signature")
        return self.finish(waiting.json(), preview.json()["commands"])

    def finish(self, waiting: dict[str, Any], wanted: list[Any]) -> dict[str, Any]:
        """Compare what is to be signed with what was wanted, and sign it."""
        found = self.client.get(waiting["signing"]).json()
        assert found["parties"] == [self.party]
        prepared = decode_prepared(base64.b64decode(found["prepared_transaction"]))
        assert timeless(found["commands"]) == timeless(wanted)
        intent = Intent(
            commands=wanted_commands(found["commands"]),
            act_as=frozenset([self.party]),
            command_id=waiting["command_id"],
        )
        assert differences(intent, prepared) == ()
        digest = prepared_hash(prepared, V2)
        assert base64.b64encode(digest).decode() == found["hash"]
        signatures = [{"party": self.party, "signature": self.sign(digest)}]
        path = f"/v1/operations/{waiting['id']}:sign"
        done = self.client.post(path, {"signatures": signatures})
        assert done.status_code == 200, done.text
        assert done.json()["state"] == "completed"
        ended: dict[str, Any] = done.json()
        return ended


def timeless(content: Any) -> Any:
    """Give commands without the times that differ from one preparation to the next."""
    if isinstance(content, dict):
        times = ("requestedAt", "executeBefore")
        return {name: timeless(each) for name, each in content.items() if name not in times}
    return [timeless(each) for each in content] if isinstance(content, list) else content

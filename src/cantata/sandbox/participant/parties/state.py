"""The parties that the participant hosts."""

from __future__ import annotations

import base64
from bisect import insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from cantata.lf.interactive.topology import SigningKeys, decode_topology
from cantata.sandbox.participant.administration.metadata import rendered
from cantata.sandbox.participant.node import Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party; `onboarding` is the topology transaction of an external one.

    `version` None is that of a party whose details nobody has set. A party that is not
    `authorized` waits for signatures and does not exist yet.
    """

    id: str
    annotations: Mapping[str, str] = field(default_factory=dict)
    version: int | None = 0
    identity_provider_id: str = ""
    onboarding: bytes = b""
    authorized: bool = True

    @property
    def signing_keys(self) -> SigningKeys | None:
        """Give the keys that sign for an external party, None for a local one."""
        if not self.onboarding:
            return None
        return decode_topology(self.onboarding).mapping.signing_keys

    def to_json(self) -> dict[str, Any]:
        """Give the party for an answer."""
        version = "" if self.version is None else str(self.version)
        return {
            "party": self.id,
            "isLocal": True,
            "localMetadata": rendered(version, self.annotations),
            "identityProviderId": self.identity_provider_id,
        }

    def to_kept(self) -> dict[str, Any]:
        """Give the party for the journal."""
        return {
            "id": self.id,
            "annotations": dict(self.annotations),
            "version": self.version,
            "identityProviderId": self.identity_provider_id,
            "onboarding": base64.b64encode(self.onboarding).decode(),
            "authorized": self.authorized,
        }

    @classmethod
    def from_kept(cls, data: Mapping[str, Any]) -> Party:
        """Read a party from the journal."""
        return cls(
            id=data["id"],
            annotations=data["annotations"],
            version=data["version"],
            identity_provider_id=data["identityProviderId"],
            onboarding=base64.b64decode(data["onboarding"]),
            authorized=data["authorized"],
        )


class Parties:
    """Parties by id; a fresh participant has its own."""

    name: ClassVar[str] = "parties"

    def __init__(self, node: Participant) -> None:
        self._node = node
        own = Party(id=node.identity.participant_id, version=None)
        self._by_id: dict[str, Party] = {own.id: own}
        self._ids = [own.id]
        node.knows_party = self.exists
        node.signing_keys = self.signing_keys

    @property
    def ids(self) -> Sequence[str]:
        """Give the ids of all parties that exist, sorted."""
        return self._ids

    def exists(self, party: str) -> bool:
        """Tell whether a party is hosted here."""
        found = self._by_id.get(party)
        return found is not None and found.authorized

    def signing_keys(self, party: str) -> SigningKeys | None:
        """Give the keys of an external party that exists, None for any other."""
        found = self._by_id.get(party)
        return found.signing_keys if found is not None and found.authorized else None

    def find(self, party: str) -> Party | None:
        """Give a party that exists or waits for signatures."""
        return self._by_id.get(party)

    def put(self, party: Party) -> None:
        """Keep a new or changed party."""
        self._node.record(self, {"put": party.to_kept()})

    def kept(self) -> Iterator[Mapping[str, Any]]:
        """Give changes that make these parties."""
        for party in self._by_id.values():
            yield {"put": party.to_kept()}

    def apply(self, change: Mapping[str, Any]) -> None:
        """Take a new or changed party."""
        party = Party.from_kept(change["put"])
        if party.authorized and not self.exists(party.id):
            insort(self._ids, party.id)
        self._by_id[party.id] = party

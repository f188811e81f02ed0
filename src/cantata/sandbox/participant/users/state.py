"""The users and identity providers that the participant knows."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from cantata.sandbox.participant.administration.metadata import rendered
from cantata.sandbox.participant.administration.refusals import invalid_argument
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.users.rights import (
    PARTICIPANT_ADMIN,
    Right,
    from_kept,
    to_kept,
)

ADMINISTRATOR = "participant_admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user; every change makes a new value with the next version."""

    id: str
    primary_party: str = ""
    is_deactivated: bool = False
    annotations: Mapping[str, str] = field(default_factory=dict)
    identity_provider_id: str = ""
    primary_party_authentication: bool = False
    version: int = 0
    rights: tuple[Right, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the user for an answer."""
        return {
            "id": self.id,
            "primaryParty": self.primary_party,
            "isDeactivated": self.is_deactivated,
            "metadata": rendered(str(self.version), self.annotations),
            "identityProviderId": self.identity_provider_id,
            "primaryPartyAuthentication": self.primary_party_authentication,
        }

    def to_kept(self) -> dict[str, Any]:
        """Give the user for the journal."""
        return {**self.to_json(), "version": self.version, "rights": to_kept(self.rights)}

    @classmethod
    def from_kept(cls, data: Mapping[str, Any]) -> User:
        """Read a user from the journal."""
        return cls(
            id=data["id"],
            primary_party=data["primaryParty"],
            is_deactivated=data["isDeactivated"],
            annotations=data["metadata"]["annotations"],
            identity_provider_id=data["identityProviderId"],
            primary_party_authentication=data["primaryPartyAuthentication"],
            version=data["version"],
            rights=from_kept(data["rights"]),
        )


class Users:
    """Users by id; a fresh participant has its administrator."""

    name: ClassVar[str] = "users"

    def __init__(self, node: Participant) -> None:
        self._node = node
        administrator = User(id=ADMINISTRATOR, rights=(Right(PARTICIPANT_ADMIN),))
        self._by_id = {ADMINISTRATOR: administrator}
        self._ids = [ADMINISTRATOR]

    @property
    def ids(self) -> Sequence[str]:
        """Give the ids of all users, sorted."""
        return self._ids

    def find(self, user_id: str) -> User | None:
        """Give a user, None if there is none of the id."""
        return self._by_id.get(user_id)

    def put(self, user: User) -> None:
        """Keep a new or changed user."""
        self._node.record(self, {"put": user.to_kept()})

    def delete(self, user_id: str) -> None:
        """Forget a user."""
        self._node.record(self, {"delete": user_id})

    def grant(self, user_id: str, rights: Sequence[Right]) -> tuple[Right, ...]:
        """Give rights to a user that exists; give back those that are new."""
        user = self._by_id[user_id]
        new = tuple(right for right in rights if right not in user.rights)
        if new:
            self._node.record(self, {"rights": [user_id, to_kept((*user.rights, *new))]})
        return new

    def revoke(self, user_id: str, rights: Sequence[Right]) -> tuple[Right, ...]:
        """Take rights from a user that exists; give back those that it had."""
        user = self._by_id[user_id]
        gone = tuple(right for right in rights if right in user.rights)
        if gone:
            left = [right for right in user.rights if right not in gone]
            self._node.record(self, {"rights": [user_id, to_kept(left)]})
        return gone

    def kept(self) -> Iterator[Mapping[str, Any]]:
        """Give changes that make these users."""
        if ADMINISTRATOR not in self._by_id:
            yield {"delete": ADMINISTRATOR}
        for user in self._by_id.values():
            yield {"put": user.to_kept()}

    def apply(self, change: Mapping[str, Any]) -> None:
        """Take a change: a user put, a user deleted, the rights of one."""
        if "put" in change:
            user = User.from_kept(change["put"])
            if user.id not in self._by_id:
                insort(self._ids, user.id)
            self._by_id[user.id] = user
        elif "delete" in change:
            del self._by_id[change["delete"]]
            del self._ids[bisect_left(self._ids, change["delete"])]
        else:
            user_id, rights = change["rights"]
            kept = self._by_id[user_id].to_kept()
            self._by_id[user_id] = User.from_kept({**kept, "rights": rights})


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """Who may vouch for users beside the participant's own configuration."""

    id: str
    is_deactivated: bool
    issuer: str
    jwks_url: str
    audience: str

    def to_json(self) -> dict[str, Any]:
        """Give the identity provider for an answer and for the journal."""
        return {
            "identityProviderId": self.id,
            "isDeactivated": self.is_deactivated,
            "issuer": self.issuer,
            "jwksUrl": self.jwks_url,
            "audience": self.audience,
        }


class IdentityProviders:
    """Identity providers by id."""

    name: ClassVar[str] = "identity-providers"

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._by_id: dict[str, IdentityProvider] = {}

    def all(self) -> Sequence[IdentityProvider]:
        """Give all identity providers by id."""
        return [self._by_id[key] for key in sorted(self._by_id)]

    def find(self, provider_id: str) -> IdentityProvider | None:
        """Give an identity provider, None if there is none of the id."""
        return self._by_id.get(provider_id)

    def require(self, provider_id: str) -> None:
        """Refuse an identity provider that is not there; "" is the participant itself."""
        if provider_id and provider_id not in self._by_id:
            raise invalid_argument(
                f"Provided identity_provider_id Id({provider_id}) has not been found."
            )

    def of_issuer(self, issuer: str) -> IdentityProvider | None:
        """Give the identity provider whose tokens name that issuer."""
        return next((each for each in self._by_id.values() if each.issuer == issuer), None)

    def put(self, provider: IdentityProvider) -> None:
        """Keep a new or changed identity provider."""
        self._node.record(self, {"put": provider.to_json()})

    def delete(self, provider_id: str) -> None:
        """Forget an identity provider."""
        self._node.record(self, {"delete": provider_id})

    def kept(self) -> Iterator[Mapping[str, Any]]:
        """Give changes that make these identity providers."""
        for provider in self._by_id.values():
            yield {"put": provider.to_json()}

    def apply(self, change: Mapping[str, Any]) -> None:
        """Take a change: one put, or one deleted."""
        if "put" in change:
            data = change["put"]
            self._by_id[data["identityProviderId"]] = IdentityProvider(
                id=data["identityProviderId"],
                is_deactivated=data["isDeactivated"],
                issuer=data["issuer"],
                jwks_url=data["jwksUrl"],
                audience=data["audience"],
            )
        else:
            del self._by_id[change["delete"]]

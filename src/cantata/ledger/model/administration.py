"""Parties, users, rights, packages and synchronizers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cantata.ledger.decoding import Fields


@dataclass(frozen=True, slots=True)
class Party:
    """A party that the participant knows."""

    party: str
    is_local: bool
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class User:
    """A user of the participant."""

    user_id: str
    primary_party: str
    is_deactivated: bool


class RightKind(StrEnum):
    """What a right allows; a kind that is not listed is told by its name."""

    ACT_AS = "CanActAs"
    READ_AS = "CanReadAs"
    EXECUTE_AS = "CanExecuteAs"
    READ_AS_ANY_PARTY = "CanReadAsAnyParty"
    EXECUTE_AS_ANY_PARTY = "CanExecuteAsAnyParty"
    PARTICIPANT_ADMIN = "ParticipantAdmin"
    IDENTITY_PROVIDER_ADMIN = "IdentityProviderAdmin"


@dataclass(frozen=True, slots=True)
class Right:
    """A right of a user; `party` is empty where the kind has none."""

    kind: str
    party: str = ""

    def to_json(self) -> Any:
        """Give the right as the API writes it."""
        return {"kind": {str(self.kind): {"value": {"party": self.party} if self.party else {}}}}


@dataclass(frozen=True, slots=True)
class Synchronizer:
    """A synchronizer that the participant is connected to."""

    alias: str
    synchronizer_id: str


@dataclass(frozen=True, slots=True)
class Version:
    """What the participant is; `features` as it tells them."""

    version: str
    features: Any


def party(fields: Fields) -> Party:
    """Read the details of a party."""
    annotations = fields.object("localMetadata").value("annotations")
    return Party(
        fields.text("party"),
        fields.flag("isLocal"),
        annotations if isinstance(annotations, Mapping) else {},
    )


def user(fields: Fields) -> User:
    """Read a user."""
    return User(fields.text("id"), fields.text("primaryParty"), fields.flag("isDeactivated"))


def right(fields: Fields) -> Right:
    """Read a right."""
    kind, content = fields.object("kind").case()
    return Right(kind, content.object("value").text("party"))


def synchronizer(fields: Fields) -> Synchronizer:
    """Read a synchronizer."""
    return Synchronizer(fields.text("synchronizerAlias"), fields.text("synchronizerId"))

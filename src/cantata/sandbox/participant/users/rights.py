"""The rights that a user may have, as requests give them, as they are kept and shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from cantata.sandbox.participant.administration.refusals import missing_field
from cantata.sandbox.participant.shapes import Empty, message

OF_PARTY = frozenset({"CanActAs", "CanReadAs", "CanExecuteAs"})
"""Kinds of rights that name a party."""

PARTICIPANT_ADMIN = "ParticipantAdmin"
PROVIDER_ADMIN = "IdentityProviderAdmin"


class Right(NamedTuple):
    """A right; `party` is "" for kinds that name none."""

    kind: str
    party: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give the right for an answer."""
        value = {"party": self.party} if self.kind in OF_PARTY else {}
        return {"kind": {self.kind: {"value": value}}}


@message
class OfParty:
    """The party of a right."""

    party: str


@message
class CanActAs:
    """To submit as a party, and to read what it sees."""

    value: OfParty


@message
class CanReadAs:
    """To read what a party sees."""

    value: OfParty


@message
class CanExecuteAs:
    """To prepare and execute external submissions of a party."""

    value: OfParty


@message
class CanReadAsAnyParty:
    """To read what anybody sees."""

    value: Empty | None


@message
class CanExecuteAsAnyParty:
    """To prepare and execute external submissions of anybody."""

    value: Empty | None


@message
class ParticipantAdmin:
    """To administrate the participant."""

    value: Empty | None


@message
class IdentityProviderAdmin:
    """To administrate users and parties of the own identity provider."""

    value: Empty | None


@message
class RightBody:
    """A right in a request."""

    kind: (
        CanActAs
        | CanReadAs
        | CanExecuteAs
        | CanReadAsAnyParty
        | CanExecuteAsAnyParty
        | ParticipantAdmin
        | IdentityProviderAdmin
        | Empty
    )


def read_rights(bodies: Iterable[RightBody]) -> tuple[Right, ...]:
    """Give the rights of a request, each once, in its order."""
    return tuple(dict.fromkeys(map(_read, bodies)))


def _read(body: RightBody) -> Right:
    kind = type(body.kind).__name__
    if isinstance(body.kind, Empty):
        raise missing_field("right.kind")
    if kind not in OF_PARTY:
        return Right(kind)
    value = body.kind.value
    if not isinstance(value, OfParty) or not value.party:
        raise missing_field("party")
    return Right(kind, value.party)


def to_kept(rights: Sequence[Right]) -> list[list[str]]:
    """Give rights for the journal."""
    return [[right.kind, right.party] for right in rights]


def from_kept(data: Sequence[Sequence[str]]) -> tuple[Right, ...]:
    """Read rights from the journal."""
    return tuple(Right(kind, party) for kind, party in data)


def parties_of(rights: Iterable[Right]) -> Mapping[str, frozenset[str]]:
    """Give the parties of the rights that name one, by kind."""
    found: dict[str, set[str]] = {kind: set() for kind in OF_PARTY}
    for right in rights:
        if right.kind in found:
            found[right.kind].add(right.party)
    return {kind: frozenset(parties) for kind, parties in found.items()}

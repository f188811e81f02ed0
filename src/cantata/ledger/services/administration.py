"""Parties, and users with their rights."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from cantata.ledger.decoding import Fields
from cantata.ledger.model.administration import Party, Right, User, party, right, user
from cantata.ledger.services.pages import pages, quoted
from cantata.ledger.transport import Call, Query, Transport


class Parties:
    """The parties of a participant."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def allocate(self, hint: str = "", *, user_id: str = "", synchronizer: str = "") -> Party:
        """Make a party that the participant hosts; the user, if any, may act as it.

        It is sent once: after `OutcomeUnknown` look for the party.
        """
        body = {"partyIdHint": hint, "userId": user_id, "synchronizerId": synchronizer}
        given = {name: value for name, value in body.items() if value}
        answer = await self._transport.send(Call(method="POST", path="/v2/parties", body=given))
        return party(Fields(answer).object("partyDetails"))

    def known(self, prefix: str = "") -> AsyncGenerator[Party, None]:
        """Give the parties that the participant knows, of those whose id begins so."""
        query: Query = {"filter-party": prefix} if prefix else {}
        return pages(self._transport, "/v2/parties", query, _parties)

    async def find(self, party_id: str) -> Party | None:
        """Give a party; None if the participant does not know it."""
        answer = await self._transport.read(
            Call(method="GET", path=f"/v2/parties/{quoted(party_id)}")
        )
        found = _parties(Fields(answer))
        return found[0] if found else None

    async def annotate(self, party_id: str, annotations: Mapping[str, str]) -> Party:
        """Change annotations of a party, "" removes one; give the party. Raise `Refusal`."""
        details = {"party": party_id, **_metadata("localMetadata", annotations)}
        body = {"partyDetails": details, "updateMask": {"paths": ["local_metadata.annotations"]}}
        call = Call(method="PATCH", path=f"/v2/parties/{quoted(party_id)}", body=body)
        return party(Fields(await self._transport.send(call)).object("partyDetails"))

    async def participant_id(self) -> str:
        """Give the id of the participant."""
        call = Call(method="GET", path="/v2/parties/participant-id")
        return Fields(await self._transport.read(call)).text("participantId")


class Users:
    """The users of a participant and their rights."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def create(
        self, user_id: str, rights: Sequence[Right] = (), *, primary_party: str = ""
    ) -> User:
        """Make a user with rights; raise `AlreadyExists`."""
        described = {
            "id": user_id,
            "primaryParty": primary_party,
            "isDeactivated": False,
            "identityProviderId": "",
            "metadata": {"resourceVersion": "", "annotations": {}},
        }
        body = {"user": described, "rights": [each.to_json() for each in rights]}
        answer = await self._transport.send(Call(method="POST", path="/v2/users", body=body))
        return user(Fields(answer).object("user"))

    async def get(self, user_id: str) -> User:
        """Give a user; raise `NotFound`."""
        call = Call(method="GET", path=f"/v2/users/{quoted(user_id)}")
        return user(Fields(await self._transport.read(call)).object("user"))

    def known(self) -> AsyncGenerator[User, None]:
        """Give all users."""
        return pages(self._transport, "/v2/users", {}, lambda page: page.items("users", user))

    async def change(
        self,
        user_id: str,
        *,
        primary_party: str | None = None,
        is_deactivated: bool | None = None,
        annotations: Mapping[str, str] | None = None,
    ) -> User:
        """Change what is given of a user and nothing else; give the user. Raise `NotFound`."""
        described: dict[str, Any] = {"id": user_id, "identityProviderId": ""}
        paths = []
        if primary_party is not None:
            described["primaryParty"] = primary_party
            paths.append("primary_party")
        if is_deactivated is not None:
            described["isDeactivated"] = is_deactivated
            paths.append("is_deactivated")
        if annotations is not None:
            described |= _metadata("metadata", annotations)
            paths.append("metadata.annotations")
        body = {"user": described, "updateMask": {"paths": paths}}
        call = Call(method="PATCH", path=f"/v2/users/{quoted(user_id)}", body=body)
        return user(Fields(await self._transport.send(call)).object("user"))

    async def authenticated(self) -> User:
        """Give the user that the token names; raise `Refusal` without authentication."""
        call = Call(method="GET", path="/v2/authenticated-user")
        return user(Fields(await self._transport.read(call)).object("user"))

    async def delete(self, user_id: str) -> None:
        """Remove a user; raise `NotFound`."""
        await self._transport.send(Call(method="DELETE", path=f"/v2/users/{quoted(user_id)}"))

    async def rights(self, user_id: str) -> tuple[Right, ...]:
        """Give the rights of a user."""
        call = Call(method="GET", path=_rights_path(user_id))
        return Fields(await self._transport.read(call)).items("rights", right)

    async def grant(self, user_id: str, rights: Sequence[Right]) -> tuple[Right, ...]:
        """Add rights; give those that are new."""
        return await self._change("POST", user_id, rights, "newlyGrantedRights")

    async def revoke(self, user_id: str, rights: Sequence[Right]) -> tuple[Right, ...]:
        """Take rights away; give those that the user had."""
        return await self._change("PATCH", user_id, rights, "newlyRevokedRights")

    async def _change(
        self, method: str, user_id: str, rights: Sequence[Right], member: str
    ) -> tuple[Right, ...]:
        body = {
            "userId": user_id,
            "identityProviderId": "",
            "rights": [each.to_json() for each in rights],
        }
        call = Call(method=method, path=_rights_path(user_id), body=body)
        return Fields(await self._transport.send(call)).items(member, right)


def _parties(page: Fields) -> tuple[Party, ...]:
    return page.items("partyDetails", party)


def _metadata(name: str, annotations: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"resourceVersion": "", "annotations": dict(annotations)}}


def _rights_path(user_id: str) -> str:
    return f"/v2/users/{quoted(user_id)}/rights"

"""Parties, users with their rights, and packages."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TypeVar
from urllib.parse import quote

from cantata.ledger.decoding import Fields
from cantata.ledger.model.administration import Party, Right, User, party, right, user
from cantata.ledger.transport import Call, Query, Transport

T = TypeVar("T")

PAGE = 1_000


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
        return _pages(self._transport, "/v2/parties", query, _parties)

    async def find(self, party_id: str) -> Party | None:
        """Give a party; None if the participant does not know it."""
        answer = await self._transport.read(
            Call(method="GET", path=f"/v2/parties/{_quoted(party_id)}")
        )
        found = _parties(Fields(answer))
        return found[0] if found else None

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
        call = Call(method="GET", path=f"/v2/users/{_quoted(user_id)}")
        return user(Fields(await self._transport.read(call)).object("user"))

    def known(self) -> AsyncGenerator[User, None]:
        """Give all users."""
        return _pages(self._transport, "/v2/users", {}, lambda page: page.items("users", user))

    async def delete(self, user_id: str) -> None:
        """Remove a user; raise `NotFound`."""
        await self._transport.send(Call(method="DELETE", path=f"/v2/users/{_quoted(user_id)}"))

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


class Packages:
    """The packages of a participant."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def ids(self) -> tuple[str, ...]:
        """Give the ids of all packages."""
        answer = await self._transport.read(Call(method="GET", path="/v2/packages"))
        return Fields(answer).texts("packageIds")

    async def download(self, package_id: str) -> bytes:
        """Give a package as its archive; raise `NotFound`."""
        call = Call(method="GET", path=f"/v2/packages/{_quoted(package_id)}")
        return await self._transport.read_bytes(call)

    async def is_registered(self, package_id: str) -> bool:
        """Tell whether the participant has a package."""
        call = Call(method="GET", path=f"/v2/packages/{_quoted(package_id)}/status")
        status = Fields(await self._transport.read(call)).text("packageStatus")
        return status == "PACKAGE_STATUS_REGISTERED"

    async def upload(self, dar: bytes, *, vet: bool = True) -> None:
        """Upload a DAR, which does no harm twice, and vet all its packages unless told not to."""
        query: Query = {} if vet else {"vetAllPackages": "false"}
        call = Call(method="POST", path="/v2/packages", content=dar, query=query, is_command=True)
        await self._transport.read_bytes(call)

    async def validate(self, dar: bytes) -> None:
        """Return if the participant would take a DAR, else raise what it says."""
        call = Call(method="POST", path="/v2/dars/validate", content=dar, is_command=True)
        await self._transport.read_bytes(call)


async def _pages(
    transport: Transport, path: str, query: Query, read: Callable[[Fields], tuple[T, ...]]
) -> AsyncGenerator[T, None]:
    token = ""
    while True:
        asked: Query = {**query, "pageSize": PAGE, **({"pageToken": token} if token else {})}
        page = Fields(await transport.read(Call(method="GET", path=path, query=asked)))
        for each in read(page):
            yield each
        token = page.text("nextPageToken")
        if not token:
            return


def _parties(page: Fields) -> tuple[Party, ...]:
    return page.items("partyDetails", party)


def _rights_path(user_id: str) -> str:
    return f"/v2/users/{_quoted(user_id)}/rights"


def _quoted(text: str) -> str:
    return quote(text, safe="")

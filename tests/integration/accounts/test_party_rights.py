"""Rights to parties: nobody gives, or takes, more than she has, and somebody always has one."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import pytest

from cantata.accounts.errors import LastHolder, NotAllowed
from cantata.accounts.model import (
    Grant,
    Party,
    PartyKind,
    PartyRight,
    Right,
    Role,
    RoleRight,
    User,
    organisation_role,
)
from cantata.accounts.repository import roles, users
from cantata.accounts.service.authority import Authority
from cantata.accounts.service.parties import PartyAccess
from cantata.http.caller import Caller
from cantata.http.errors import ResourceUnknown
from cantata.kernel.errors import CantataError
from cantata.kernel.ids import PartyId
from cantata.kernel.time import ManualClock, RelTime, Timestamp
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings

NOW = Timestamp.parse("2026-01-01T00:00:00Z")
DAY = RelTime.of(days=1)
TOMORROW = NOW + DAY
NEXT_WEEK = NOW + RelTime.of(days=7)
PARTY = PartyId(f"treasury::1220{'ab' * 32}")
OPERATOR = organisation_role("OPERATOR", uuid.UUID(int=7))


@dataclass
class House:
    """A party, its owner, and people who may get rights for it."""

    database: Database
    access: PartyAccess
    clock: ManualClock
    owner: UUID
    helper: UUID
    friend: UUID

    def right(
        self, user: UUID, until: Timestamp | None = None, right: Right = Right.ACT_AS
    ) -> PartyRight:
        return PartyRight(user=user, party=PARTY, right=right, expires_at=until)

    async def give(self, caller: UUID, right: PartyRight | RoleRight) -> bool:
        async with self.database.write() as session:
            return await self.access.give(session, as_caller(caller), right)

    async def take(self, caller: UUID, right: PartyRight | RoleRight) -> bool:
        async with self.database.write() as session:
            return await self.access.take(session, as_caller(caller), right)

    async def held(self) -> dict[UUID, Timestamp | None]:
        async with self.database.read() as session:
            found = await users.rights_to(session, PARTY, self.clock.now())
        return {each.user: each.expires_at for each in found if each.right is Right.ACT_AS}

    async def refused(
        self, error: type[CantataError], act: Awaitable[bool]
    ) -> dict[UUID, Timestamp | None]:
        with pytest.raises(error):
            await act
        return await self.held()


def as_caller(user: UUID) -> Caller:
    return Caller(user=user, principal=f"user:{user}")


def play(settings: DatabaseSettings, story: Callable[[House], Awaitable[None]]) -> None:
    async def run() -> None:
        async with Database(settings) as database:
            clock = ManualClock(NOW)
            people = [uuid.uuid4() for _ in range(3)]
            async with database.write() as session:
                for person in people:
                    user = User(
                        id=person, email="", is_verified=False, is_active=True, created_at=NOW
                    )
                    await users.add_user(session, user, None)
                party = Party(
                    party=PARTY,
                    kind=PartyKind.INTERNAL,
                    name="Treasury",
                    receives_freely=True,
                    created_at=NOW,
                )
                await users.add_party(session, party)
                owned = PartyRight(user=people[0], party=PARTY, right=Right.ACT_AS, expires_at=None)
                await users.give_right(session, owned)
            access = PartyAccess(Authority(clock), clock)
            await story(House(database, access, clock, *people))

    asyncio.run(run())


def test_a_right_that_ends_gives_none_that_lasts_longer(
    database_settings: DatabaseSettings,
) -> None:
    async def story(house: House) -> None:
        await house.give(house.owner, house.right(house.helper, TOMORROW))
        before = await house.held()
        for longer in (None, NEXT_WEEK):
            for user in (house.helper, house.friend):
                act = house.give(house.helper, house.right(user, longer))
                assert await house.refused(NotAllowed, act) == before
        assert await house.give(house.helper, house.right(house.friend, TOMORROW))

    play(database_settings, story)


def test_a_right_that_ends_takes_and_shortens_none_that_lasts_longer(
    database_settings: DatabaseSettings,
) -> None:
    async def story(house: House) -> None:
        await house.give(house.owner, house.right(house.helper, TOMORROW))
        before = await house.held()
        taking = house.take(house.helper, house.right(house.owner))
        assert await house.refused(NotAllowed, taking) == before
        shortening = house.give(house.helper, house.right(house.owner, TOMORROW))
        assert await house.refused(NotAllowed, shortening) == before
        role = RoleRight(role=OPERATOR, party=PARTY, right=Right.READ_AS, expires_at=None)
        assert await house.refused(NotAllowed, house.give(house.helper, role)) == before
        house.clock.advance(RelTime.of(days=2))
        after = await house.refused(
            ResourceUnknown, house.give(house.helper, house.right(house.helper))
        )
        assert after == {house.owner: None}

    play(database_settings, story)


def test_who_acts_by_a_role_passes_nothing_on(database_settings: DatabaseSettings) -> None:
    async def story(house: House) -> None:
        async with house.database.write() as session:
            await roles.add_roles(session, [Role(role=OPERATOR, admin_role=OPERATOR)])
            for user in (house.owner, house.helper):
                grant = Grant(
                    role=OPERATOR,
                    user=user,
                    granted_by=house.owner,
                    granted_at=NOW,
                    expires_at=None,
                )
                await roles.put_grant(session, grant)
        role = RoleRight(role=OPERATOR, party=PARTY, right=Right.ACT_AS, expires_at=None)
        assert await house.give(house.owner, role)
        before = await house.held()
        act = house.give(house.helper, house.right(house.helper))
        assert await house.refused(NotAllowed, act) == before
        act = house.take(house.helper, role)
        assert await house.refused(NotAllowed, act) == before

    play(database_settings, story)


def test_somebody_always_acts_for_good(database_settings: DatabaseSettings) -> None:
    async def story(house: House) -> None:
        own = house.right(house.owner)
        assert await house.refused(LastHolder, house.take(house.owner, own)) == {house.owner: None}
        shorter = house.right(house.owner, TOMORROW)
        assert await house.refused(LastHolder, house.give(house.owner, shorter)) == {
            house.owner: None
        }
        assert await house.give(house.owner, house.right(house.helper))
        assert await house.take(house.owner, own)
        assert await house.held() == {house.helper: None}

    play(database_settings, story)


def test_two_who_take_each_other_s_right_leave_one(database_settings: DatabaseSettings) -> None:
    async def story(house: House) -> None:
        assert await house.give(house.owner, house.right(house.helper))
        await asyncio.gather(
            house.take(house.owner, house.right(house.helper)),
            house.take(house.helper, house.right(house.owner)),
            return_exceptions=True,
        )
        assert len(await house.held()) == 1

    play(database_settings, story)

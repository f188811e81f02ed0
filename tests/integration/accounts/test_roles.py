"""The service of roles does what the pure graph says, whatever is asked in whatever order."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cantata.accounts.errors import UserUnknown
from cantata.accounts.model import User
from cantata.accounts.repository import roles as stored
from cantata.accounts.repository import users
from cantata.accounts.role_graph import RoleGraph
from cantata.accounts.service.handover import Administration
from cantata.accounts.service.roles import Membership, Roles
from cantata.http.caller import Caller
from cantata.kernel.errors import CantataError
from cantata.kernel.time import ManualClock, RelTime, Timestamp
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings

NOW = Timestamp.parse("2026-01-01T00:00:00Z")
LATER = NOW + RelTime.of(days=1)
PEOPLE = 3
NAMES = ("ADMIN", "MINTER", "BURNER")

people = st.integers(0, PEOPLE - 1)
names = st.sampled_from(NAMES)
operations = st.one_of(
    st.tuples(st.just("grant"), people, names, people, st.booleans()),
    st.tuples(st.just("revoke"), people, names, people, st.just(False)),
    st.tuples(st.just("renounce"), people, names, people, st.just(False)),
    st.tuples(st.just("set_admin"), people, names, names, st.just(False)),
)
Operation = tuple[str, int, str, Any, bool]


@dataclass
class World:
    """Users, the roles of one token, and what the pure graph says of them."""

    roles: Roles
    token: str
    users: list[UUID]
    graph: RoleGraph

    def role(self, name: str) -> str:
        return f"{name}@{self.token}"

    def pure(self, operation: Operation) -> RoleGraph:
        verb, caller, name, other, expires = operation
        who, role, graph = self.users[caller], self.role(name), self.graph
        if verb == "grant":
            return graph.grant(who, role, self.users[other], LATER if expires else None)
        if verb == "set_admin":
            return graph.set_admin(who, role, self.role(other))
        change = graph.revoke if verb == "revoke" else graph.renounce
        return change(who, role, self.users[other])

    async def real(self, database: Database, operation: Operation) -> None:
        verb, caller, name, other, expires = operation
        who = Caller(user=self.users[caller], principal=f"user:{caller}")
        async with database.write() as session:
            if verb == "set_admin":
                await self.roles.set_admin_role(session, who, self.role(name), self.role(other))
                return
            wanted = Membership(
                role=self.role(name),
                user=self.users[other],
                expires_at=LATER if expires else None,
            )
            await getattr(self.roles, verb)(session, who, wanted)

    async def compare(self, database: Database) -> None:
        async with database.read() as session:
            for name in NAMES:
                role = await stored.role(session, self.role(name))
                assert role is not None
                assert role.admin_role == self.graph.admins[self.role(name)]
                grants = await stored.grants(session, self.role(name), NOW)
                held = {grant.user: grant.expires_at for grant in grants}
                assert held == self.graph.holders.get(self.role(name), {})


async def begun(database: Database) -> World:
    roles, token = Roles(ManualClock(NOW)), f"t{uuid.uuid4().hex}"
    async with database.write() as session:
        made = [uuid.uuid4() for _ in range(PEOPLE)]
        for each in made:
            user = User(id=each, email="", is_verified=False, is_active=True, created_at=NOW)
            await users.add_user(session, user, None)
        caller = Caller(user=made[0], principal="founder")
        await roles.found(session, caller, f"ADMIN@{token}", [f"{n}@{token}" for n in NAMES[1:]])
    named = [f"{name}@{token}" for name in NAMES]
    graph = RoleGraph(
        admins=dict.fromkeys(named, named[0]), holders={name: {made[0]: None} for name in named}
    )
    return World(roles=roles, token=token, users=made, graph=graph)


async def played(database: Database, sequence: list[Operation]) -> None:
    world = await begun(database)
    for operation in sequence:
        wanted: type[CantataError] | None = None
        refused: type[CantataError] | None = None
        try:
            after = world.pure(operation)
        except CantataError as error:
            wanted = type(error)
        try:
            await world.real(database, operation)
        except CantataError as error:
            refused = type(error)
        assert refused is wanted, operation
        world.graph = world.graph if refused else after
        await world.compare(database)


def test_the_service_is_the_graph(database_settings: DatabaseSettings) -> None:
    @settings(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(sequence=st.lists(operations, min_size=4, max_size=12))
    def search(sequence: list[Operation]) -> None:
        async def main() -> None:
            async with Database(database_settings) as database:
                await played(database, sequence)

        asyncio.run(main())

    search()


def test_changes_at_once_leave_an_admin(database_settings: DatabaseSettings) -> None:
    """Two admins who each remove the other at the same instant: one of them remains."""

    async def main() -> None:
        async with Database(database_settings) as database:
            async with database.write() as session:
                await Administration(ManualClock(NOW), "test").found(session)
            for _ in range(10):
                world = await begun(database)
                await world.real(database, ("grant", 0, "ADMIN", 1, False))
                done = await asyncio.gather(
                    world.real(database, ("revoke", 0, "ADMIN", 1, False)),
                    world.real(database, ("revoke", 1, "ADMIN", 0, False)),
                    return_exceptions=True,
                )
                assert sum(each is None for each in done) == 1, done
                async with database.read() as session:
                    assert len(await stored.grants(session, world.role("ADMIN"), NOW)) == 1

    asyncio.run(main())


def test_nobody_grants_to_users_that_do_not_exist(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        async with Database(database_settings) as database:
            world = await begun(database)
            world.users.append(uuid.uuid4())
            with pytest.raises(UserUnknown):
                await world.real(database, ("grant", 0, "MINTER", PEOPLE, False))

    asyncio.run(main())

"""No sequence of operations gives a role to somebody whom no admin gave it; none is left without.

The search tries every operation of every user on every role, four operations deep.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from cantata.accounts.errors import (
    ConfirmationWrong,
    LastAdmin,
    NotAllowed,
    RoleNotGrantable,
    RoleUnknown,
)
from cantata.accounts.model import DEFAULT_ADMIN
from cantata.accounts.role_graph import RoleGraph
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Timestamp

OWNER, FRIEND, STRANGER = (UUID(int=number) for number in (1, 2, 3))
ROLES = ("ADMIN@T", "MINTER@T", DEFAULT_ADMIN)
SOON = Timestamp.parse("2026-01-01T00:00:00Z")
START = RoleGraph(
    admins={"ADMIN@T": "ADMIN@T", "MINTER@T": "ADMIN@T", DEFAULT_ADMIN: DEFAULT_ADMIN},
    holders={
        "ADMIN@T": {OWNER: None},
        "MINTER@T": {OWNER: None},
        DEFAULT_ADMIN: {FRIEND: None},
    },
)


@dataclass(frozen=True)
class Step:
    """One operation: who does it, which it is, and on what."""

    caller: UUID
    verb: str
    about: tuple[Any, ...]

    def apply(self, graph: RoleGraph) -> RoleGraph:
        after: RoleGraph = getattr(graph, self.verb)(self.caller, *self.about)
        return after


def steps(callers: tuple[UUID, ...]) -> Iterator[Step]:
    users = (OWNER, STRANGER)
    for caller in callers:
        for role in ROLES:
            for user in users:
                yield Step(caller, "grant", (role, user, None))
                yield Step(caller, "grant", (role, user, SOON))
                yield Step(caller, "revoke", (role, user))
                yield Step(caller, "renounce", (role, user))
            for admin in ROLES:
                yield Step(caller, "set_admin", (role, admin))


def key_of(graph: RoleGraph) -> object:
    held = {role: frozenset(users.items()) for role, users in graph.holders.items() if users}
    return frozenset(graph.admins.items()), frozenset(held.items())


def reached(callers: tuple[UUID, ...], depth: int) -> dict[object, RoleGraph]:
    """Give every graph that some sequence of operations makes."""
    found = {key_of(START): START}
    front = list(found.values())
    tried = list(steps(callers))
    for _ in range(depth):
        fresh: dict[object, RoleGraph] = {}
        for graph in front:
            for step in tried:
                try:
                    after = step.apply(graph)
                except CantataError:
                    continue
                key = key_of(after)
                if key not in found:
                    fresh[key] = after
        found |= fresh
        front = list(fresh.values())
    return found


def test_a_stranger_alone_gets_nothing_and_changes_nothing() -> None:
    assert list(reached((STRANGER,), 4)) == [key_of(START)]


def test_every_new_holder_was_made_by_an_admin() -> None:
    """In every graph that is reached, only holders of the admin role can make a change."""
    graphs = reached((OWNER, STRANGER), 4)
    assert len(graphs) > 100
    tried = list(steps((OWNER, FRIEND, STRANGER)))
    for graph in graphs.values():
        for step in tried:
            try:
                after = step.apply(graph)
            except CantataError:
                continue
            for role in ROLES:
                before_, after_ = graph.holders.get(role, {}), after.holders.get(role, {})
                if before_ == after_ and graph.admins[role] == after.admins[role]:
                    continue
                own = step.verb == "renounce" and set(before_) - set(after_) == {step.caller}
                assert own or graph.holds(graph.admins[role], step.caller), step


def test_somebody_can_always_grant() -> None:
    for graph in reached((OWNER, STRANGER), 4).values():
        for role in ROLES:
            chain = list(graph.chain(graph.admins[role]))
            lasting = [until for each in chain for until in graph.holders.get(each, {}).values()]
            assert None in lasting, (role, graph)


def test_the_administration_is_never_granted_nor_taken() -> None:
    for graph in reached((OWNER, FRIEND, STRANGER), 3).values():
        assert graph.holders[DEFAULT_ADMIN] == {FRIEND: None}
        assert graph.admins[DEFAULT_ADMIN] == DEFAULT_ADMIN
    with pytest.raises(RoleNotGrantable):
        START.grant(FRIEND, DEFAULT_ADMIN, STRANGER, None)


def test_the_last_admin_stays() -> None:
    with pytest.raises(LastAdmin):
        START.revoke(OWNER, "ADMIN@T", OWNER)
    with pytest.raises(LastAdmin):
        START.renounce(OWNER, "ADMIN@T", OWNER)
    with pytest.raises(LastAdmin):
        START.grant(OWNER, "ADMIN@T", OWNER, SOON)
    two = START.grant(OWNER, "ADMIN@T", STRANGER, SOON)
    with pytest.raises(LastAdmin):
        two.renounce(OWNER, "ADMIN@T", OWNER)
    lasting = START.grant(OWNER, "ADMIN@T", STRANGER, None)
    assert not lasting.renounce(OWNER, "ADMIN@T", OWNER).holds("ADMIN@T", OWNER)
    assert not START.revoke(OWNER, "MINTER@T", OWNER).holders["MINTER@T"]


def test_a_circle_of_admins_does_not_lose_its_last() -> None:
    circle = START.set_admin(OWNER, "ADMIN@T", "MINTER@T")
    one = circle.revoke(OWNER, "ADMIN@T", OWNER)
    with pytest.raises(LastAdmin):
        one.renounce(OWNER, "MINTER@T", OWNER)
    with pytest.raises(LastAdmin):
        START.revoke(OWNER, "MINTER@T", OWNER).set_admin(OWNER, "ADMIN@T", "MINTER@T").renounce(
            OWNER, "ADMIN@T", OWNER
        )


def test_members_are_no_admins_and_names_are_confirmed() -> None:
    member = START.grant(OWNER, "MINTER@T", STRANGER, None)
    with pytest.raises(NotAllowed):
        member.grant(STRANGER, "MINTER@T", FRIEND, None)
    with pytest.raises(ConfirmationWrong):
        member.renounce(OWNER, "MINTER@T", STRANGER)
    with pytest.raises(RoleUnknown):
        START.grant(OWNER, "NONE", STRANGER, None)
    with pytest.raises(RoleUnknown):
        START.set_admin(OWNER, "MINTER@T", "NONE")
    assert START.grant(OWNER, "MINTER@T", OWNER, None) is START
    assert START.revoke(OWNER, "MINTER@T", STRANGER) is START

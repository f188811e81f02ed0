"""The role graph beside OpenZeppelin's AccessControl: the same after every sequence of calls.

The model is `AccessControl.sol` 5.x written down again. Ours refuses two things more: what would
leave a role without anybody who could grant it, and the default admin's role, for which
`AccessControlDefaultAdminRules` has the handover.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from uuid import UUID

from cantata.accounts.errors import ConfirmationWrong, LastAdmin, NotAllowed, RoleNotGrantable
from cantata.accounts.model import DEFAULT_ADMIN
from cantata.accounts.role_graph import RoleGraph
from cantata.kernel.errors import CantataError

USERS = OWNER, FRIEND, STRANGER = tuple(UUID(int=number) for number in (1, 2, 3))
ADMIN, MINTER = "ADMIN@T", "MINTER@T"
ROLES = (ADMIN, MINTER, DEFAULT_ADMIN)
DEPTH = 4
OF_BOTH = (NotAllowed, ConfirmationWrong)
"""What ours says where the contract reverts."""


class Reverted(Exception):
    """The contract refuses."""


@dataclass(frozen=True)
class AccessControl:
    """Which role administers which, and who holds which: `_roles` of the contract."""

    admins: frozenset[tuple[str, str]]
    members: frozenset[tuple[str, UUID]]

    def grant(self, caller: UUID, role: str, account: UUID) -> AccessControl:
        """`grantRole`: only for who holds the role's admin role; twice is once."""
        self._only(caller, role)
        return replace(self, members=self.members | {(role, account)})

    def revoke(self, caller: UUID, role: str, account: UUID) -> AccessControl:
        """`revokeRole`."""
        self._only(caller, role)
        return replace(self, members=self.members - {(role, account)})

    def renounce(self, caller: UUID, role: str, confirmation: UUID) -> AccessControl:
        """`renounceRole`: the caller's own alone."""
        if confirmation != caller:
            raise Reverted
        return replace(self, members=self.members - {(role, caller)})

    def set_admin(self, caller: UUID, role: str, admin: str) -> AccessControl:
        """`_setRoleAdmin`, called as the contract recommends: by the role's admins."""
        self._only(caller, role)
        others = {pair for pair in self.admins if pair[0] != role}
        return replace(self, admins=frozenset(others | {(role, admin)}))

    def _only(self, caller: UUID, role: str) -> None:
        if (dict(self.admins)[role], caller) not in self.members:
            raise Reverted


START = AccessControl(
    admins=frozenset({(ADMIN, ADMIN), (MINTER, ADMIN), (DEFAULT_ADMIN, DEFAULT_ADMIN)}),
    members=frozenset({(ADMIN, OWNER), (MINTER, OWNER), (DEFAULT_ADMIN, FRIEND)}),
)
Call = tuple[str, UUID, str, UUID | str]


def calls() -> Iterator[Call]:
    for verb, caller, role in product(("grant", "revoke", "renounce"), USERS, ROLES):
        yield from ((verb, caller, role, user) for user in USERS)
    for caller, role, admin in product(USERS, ROLES, ROLES):
        yield ("set_admin", caller, role, admin)


def ours(model: AccessControl) -> RoleGraph:
    held = {role: {user: None for r, user in model.members if r == role} for role in ROLES}
    return RoleGraph(admins=dict(model.admins), holders=held)


def theirs(graph: RoleGraph) -> AccessControl:
    members = {(role, user) for role, held in graph.holders.items() for user in held}
    return AccessControl(frozenset(graph.admins.items()), frozenset(members))


def by_contract(model: AccessControl, call: Call) -> AccessControl | None:
    """Give what the contract makes of a call; None if it refuses."""
    verb, *about = call
    try:
        after: AccessControl = getattr(model, verb)(*about)
    except Reverted:
        return None
    return after


def by_ours(model: AccessControl, call: Call) -> AccessControl | type[CantataError]:
    """Give what ours makes of a call, or the kind of its refusal."""
    verb, *about = call
    more = (None,) if verb == "grant" else ()
    try:
        return theirs(getattr(ours(model), verb)(*about, *more))
    except CantataError as error:
        return type(error)


def test_every_sequence_of_four_calls_ends_as_the_contract_says() -> None:
    tried = list(calls())
    front, seen, stricter = {START}, {START}, set()
    for _ in range(DEPTH):
        reached: set[AccessControl] = set()
        for model, call in product(front, tried):
            wanted, found = by_contract(model, call), by_ours(model, call)
            if isinstance(found, AccessControl):
                assert found == wanted, (model, call)
                reached.add(found)
            elif found in OF_BOTH:
                assert wanted is None, (model, call)
            else:
                stricter.add(found)
                assert found is LastAdmin or call[2] == DEFAULT_ADMIN, (model, call)
        front = reached - seen
        seen |= reached
    assert stricter == {LastAdmin, RoleNotGrantable}
    assert len(seen) > 200


def test_what_ours_refuses_more_would_leave_nobody_to_grant() -> None:
    """The contract lets the last admin go; nobody, by any call, gets the role after that."""
    last = ("revoke", OWNER, ADMIN, OWNER)
    assert by_ours(START, last) is LastAdmin
    after = by_contract(START, last)
    assert after is not None
    front = {after}
    for _ in range(DEPTH):
        made = {by_contract(model, call) for model, call in product(front, calls())}
        front = {each for each in made if each is not None}
        assert not any(role == ADMIN for model in front for role, _ in model.members)

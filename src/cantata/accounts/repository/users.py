"""Users, how they prove who they are, and the parties that they act for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Subquery,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    exists,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from cantata.accounts.model import (
    Party,
    PartyKey,
    PartyKind,
    PartyRight,
    Right,
    RoleRight,
    User,
)
from cantata.accounts.repository.tables import (
    EMAIL_CODES,
    IDENTITIES,
    PARTIES,
    PARTY_RIGHTS,
    ROLE_GRANTS,
    ROLE_RIGHTS,
    USERS,
)
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.storage.query import Query
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant


async def add_user(session: WriteSession, user: User, digest: bytes | None) -> bool:
    """Add a user; False if somebody with this address was faster."""
    row = await session.first(
        insert(USERS)
        .values(
            id=user.id,
            email_digest=digest,
            email_shown=user.email,
            email_is_verified=user.is_verified,
            is_active=user.is_active,
            created_at=user.created_at,
        )
        .on_conflict_do_nothing(index_elements=["email_digest"])
        .returning(USERS.c.id)
    )
    return row is not None


async def user(session: ReadSession, identity: UUID) -> User | None:
    """Give a user."""
    row = await session.row(_USER, id=identity)
    return None if row is None else _user(row)


async def user_by_email(session: ReadSession, digest: bytes) -> User | None:
    """Give the user of an address."""
    row = await session.first(select(USERS).where(USERS.c.email_digest == digest))
    return None if row is None else _user(row)


async def user_by_identity(session: ReadSession, issuer: str, subject: str) -> User | None:
    """Give the user whom another issuer names."""
    row = await session.first(
        select(USERS)
        .join(IDENTITIES, IDENTITIES.c.user_id == USERS.c.id)
        .where(IDENTITIES.c.issuer == issuer, IDENTITIES.c.subject == subject)
    )
    return None if row is None else _user(row)


async def add_identity(session: WriteSession, issuer: str, subject: str, user_id: UUID) -> None:
    """Let another issuer name a user."""
    await session.run(
        insert(IDENTITIES)
        .values(issuer=issuer, subject=subject, user_id=user_id)
        .on_conflict_do_nothing()
    )


async def set_verified(session: WriteSession, identity: UUID) -> None:
    """Note that a user proved her address."""
    await session.run(update(USERS).where(USERS.c.id == identity).values(email_is_verified=True))


async def set_active(session: WriteSession, identity: UUID, is_active: bool) -> None:
    """Let a user in, or keep her out."""
    await session.run(update(USERS).where(USERS.c.id == identity).values(is_active=is_active))


async def add_party(session: WriteSession, party: Party) -> None:
    """Add a party, if it is not there."""
    await session.run(
        insert(PARTIES)
        .values(
            party=party.party,
            kind=party.kind.value,
            name=party.name,
            receives_freely=party.receives_freely,
            key_spec=None if party.key is None else party.key.spec,
            key_der=None if party.key is None else party.key.der,
            created_at=party.created_at,
        )
        .on_conflict_do_nothing()
    )


async def party(session: ReadSession, name: PartyId) -> Party | None:
    """Give a party of ours."""
    row = await session.row(_PARTY, party=name)
    return None if row is None else _party(row)


async def lock_party(session: WriteSession, name: PartyId) -> None:
    """Let nobody else change who has rights to a party until the transaction ends."""
    await session.first(select(PARTIES.c.party).where(PARTIES.c.party == name).with_for_update())


async def set_receives_freely(session: WriteSession, name: PartyId, value: bool) -> None:
    """Say whether issuers may mint to a party unasked."""
    await session.run(update(PARTIES).where(PARTIES.c.party == name).values(receives_freely=value))


async def parties(session: ReadSession, names: Sequence[str]) -> tuple[Party, ...]:
    """Give those of some parties that are ours."""
    rows = await session.all(select(PARTIES).where(PARTIES.c.party.in_(names)))
    return tuple(map(_party, rows))


async def parties_of(
    session: ReadSession, user_id: UUID, now: Timestamp
) -> tuple[tuple[Party, Right], ...]:
    """Give the parties that a user has rights for, by herself or by a role, the oldest first."""
    held = _rights_of(user_id, now)
    rows = await session.all(
        select(PARTIES, held.c.access)
        .join(held, held.c.party == PARTIES.c.party)
        .order_by(PARTIES.c.created_at, PARTIES.c.party, held.c.access)
    )
    return tuple((_party(row), Right(row.access)) for row in rows)


async def give_right(session: WriteSession, given: PartyRight) -> None:
    """Give a right, or change until when it is given."""
    await session.run(
        insert(PARTY_RIGHTS)
        .values(
            user_id=given.user,
            party=given.party,
            access=given.right.value,
            expires_at=given.expires_at,
        )
        .on_conflict_do_update(
            index_elements=["user_id", "party", "access"], set_={"expires_at": given.expires_at}
        )
    )


async def take_right(session: WriteSession, given: PartyRight) -> bool:
    """Take a right away; tell whether there was one."""
    return bool(
        await session.run(
            delete(PARTY_RIGHTS).where(
                PARTY_RIGHTS.c.user_id == given.user,
                PARTY_RIGHTS.c.party == given.party,
                PARTY_RIGHTS.c.access == given.right.value,
            )
        )
    )


async def rights_to(session: ReadSession, name: PartyId, now: Timestamp) -> tuple[PartyRight, ...]:
    """Give which users have rights of their own for a party."""
    rows = await session.all(
        select(PARTY_RIGHTS)
        .where(PARTY_RIGHTS.c.party == name, _valid(PARTY_RIGHTS, now))
        .order_by(PARTY_RIGHTS.c.user_id, PARTY_RIGHTS.c.access)
    )
    return tuple(
        PartyRight(user=row.user_id, party=name, right=Right(row.access), expires_at=row.expires_at)
        for row in rows
    )


async def give_role_right(session: WriteSession, given: RoleRight) -> None:
    """Give a right to all who hold a role, or change until when it is given."""
    await session.run(
        insert(ROLE_RIGHTS)
        .values(
            role=given.role,
            party=given.party,
            access=given.right.value,
            expires_at=given.expires_at,
        )
        .on_conflict_do_update(
            index_elements=["role", "party", "access"], set_={"expires_at": given.expires_at}
        )
    )


async def take_role_right(session: WriteSession, given: RoleRight) -> bool:
    """Take a role's right away; tell whether there was one."""
    return bool(
        await session.run(
            delete(ROLE_RIGHTS).where(
                ROLE_RIGHTS.c.role == given.role,
                ROLE_RIGHTS.c.party == given.party,
                ROLE_RIGHTS.c.access == given.right.value,
            )
        )
    )


async def role_rights_to(
    session: ReadSession, name: PartyId, now: Timestamp
) -> tuple[RoleRight, ...]:
    """Give which roles have rights for a party."""
    rows = await session.all(
        select(ROLE_RIGHTS)
        .where(ROLE_RIGHTS.c.party == name, _valid(ROLE_RIGHTS, now))
        .order_by(ROLE_RIGHTS.c.role, ROLE_RIGHTS.c.access)
    )
    return tuple(
        RoleRight(role=row.role, party=name, right=Right(row.access), expires_at=row.expires_at)
        for row in rows
    )


async def has_right(
    session: ReadSession, user_id: UUID, name: PartyId, right: Right, now: Timestamp
) -> bool:
    """Tell whether a user has a right, by herself or by a role; who may act may read."""
    enough = _enough(right)
    found = await session.row(_RIGHT, user=user_id, now=now, party=name, enough=enough)
    return found is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a user is and has at a time, as far as one action is concerned."""

    is_active: bool
    has_right: bool
    may_see: bool
    has_role: bool


async def standing(
    session: ReadSession, user_id: UUID, wanted: tuple[str, Right, str], now: Timestamp
) -> Standing:
    """Tell by one look whether a user is active, and has a right to a party and a role."""
    name, right, role = wanted
    row = await session.row(
        _STANDING, user=user_id, now=now, party=name, enough=_enough(right), role=role
    )
    assert row is not None, user_id
    return Standing(
        is_active=bool(row.is_active),
        has_right=row.has_right,
        may_see=row.may_see,
        has_role=row.has_role,
    )


async def put_code(
    session: WriteSession, digest: bytes, code_digest: bytes, expires_at: Timestamp
) -> None:
    """Keep the code that is mailed to an address, in place of an earlier one."""
    values = {"code_digest": code_digest, "tries": 0, "expires_at": expires_at}
    await session.run(
        insert(EMAIL_CODES)
        .values(email_digest=digest, **values)
        .on_conflict_do_update(index_elements=["email_digest"], set_=values)
    )


async def try_code(session: WriteSession, digest: bytes) -> Row[Any] | None:
    """Give the code that was mailed to an address, and count the try."""
    return await session.first(
        update(EMAIL_CODES)
        .where(EMAIL_CODES.c.email_digest == digest)
        .values(tries=EMAIL_CODES.c.tries + 1)
        .returning(EMAIL_CODES)
    )


async def drop_code(session: WriteSession, digest: bytes) -> None:
    """Forget a code: it was used."""
    await session.run(delete(EMAIL_CODES).where(EMAIL_CODES.c.email_digest == digest))


def _rights_of(user_id: Any, now: Any) -> Subquery:
    """Give the rights that hold now: those given to a user, and those to her roles."""
    own = select(PARTY_RIGHTS.c.party, PARTY_RIGHTS.c.access).where(
        PARTY_RIGHTS.c.user_id == user_id, _valid(PARTY_RIGHTS, now)
    )
    by_role = (
        select(ROLE_RIGHTS.c.party, ROLE_RIGHTS.c.access)
        .join(ROLE_GRANTS, ROLE_GRANTS.c.role == ROLE_RIGHTS.c.role)
        .where(ROLE_GRANTS.c.user_id == user_id, _valid(ROLE_GRANTS, now), _valid(ROLE_RIGHTS, now))
    )
    return union(own, by_role).subquery()


def _valid(table: Table, now: Any) -> ColumnElement[bool]:
    expires = table.c.expires_at
    return or_(expires.is_(None), expires > now)


def _enough(right: Right) -> list[str]:
    """Give the rights that are as good as one: who may act may read."""
    return [Right.ACT_AS.value] if right is Right.ACT_AS else [each.value for each in Right]


_USER = Query(select(USERS).where(USERS.c.id == bindparam("id")))
_PARTY = Query(select(PARTIES).where(PARTIES.c.party == bindparam("party")))
_HELD = _rights_of(bindparam("user", type_=Uuid), bindparam("now", type_=Instant))
_RIGHT = Query(
    select(_HELD.c.party)
    .where(
        _HELD.c.party == bindparam("party"),
        _HELD.c.access == any_(bindparam("enough", type_=ARRAY(Text))),
    )
    .limit(1)
)
_IS_ACTIVE = select(USERS.c.is_active).where(USERS.c.id == bindparam("user", type_=Uuid))
_STANDING = Query(
    select(
        _IS_ACTIVE.scalar_subquery().label("is_active"),
        exists()
        .where(
            _HELD.c.party == bindparam("party"),
            _HELD.c.access == any_(bindparam("enough", type_=ARRAY(Text))),
        )
        .label("has_right"),
        exists().where(_HELD.c.party == bindparam("party")).label("may_see"),
        exists()
        .where(
            ROLE_GRANTS.c.role == bindparam("role"),
            ROLE_GRANTS.c.user_id == bindparam("user", type_=Uuid),
            _valid(ROLE_GRANTS, bindparam("now", type_=Instant)),
        )
        .label("has_role"),
    )
)


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        email=row.email_shown,
        is_verified=row.email_is_verified,
        is_active=row.is_active,
        created_at=row.created_at,
    )


def _party(row: Row[Any]) -> Party:
    return Party(
        party=PartyId(row.party),
        kind=PartyKind(row.kind),
        name=row.name,
        receives_freely=row.receives_freely,
        created_at=row.created_at,
        key=None if row.key_spec is None else PartyKey(spec=row.key_spec, der=bytes(row.key_der)),
    )

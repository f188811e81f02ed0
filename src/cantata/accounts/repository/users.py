"""Users, organisations and the parties that they act for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from cantata.accounts.model import Organisation, Party, PartyKind, PartyRight, Right, User
from cantata.accounts.repository.tables import (
    EMAIL_CODES,
    IDENTITIES,
    ORGANISATIONS,
    PARTIES,
    PARTY_RIGHTS,
    USERS,
)
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.storage.session import ReadSession, WriteSession


async def add_user(session: WriteSession, user: User, digest: bytes | None) -> bool:
    """Add a user; False if somebody with this address was faster."""
    row = await session.first(
        insert(USERS)
        .values(
            id=user.id,
            email_digest=digest,
            email_shown=user.email,
            is_active=user.is_active,
            organisation=user.organisation,
            created_at=user.created_at,
        )
        .on_conflict_do_nothing(index_elements=["email_digest"])
        .returning(USERS.c.id)
    )
    return row is not None


async def user(session: ReadSession, identity: UUID) -> User | None:
    """Give a user."""
    row = await session.first(select(USERS).where(USERS.c.id == identity))
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


async def set_active(session: WriteSession, identity: UUID, is_active: bool) -> None:
    """Let a user in, or keep her out."""
    await session.run(update(USERS).where(USERS.c.id == identity).values(is_active=is_active))


async def add_organisation(session: WriteSession, organisation: Organisation) -> None:
    """Add an organisation."""
    await session.run(
        insert(ORGANISATIONS).values(
            id=organisation.id, name=organisation.name, created_at=organisation.created_at
        )
    )


async def join(session: WriteSession, identity: UUID, organisation: UUID) -> None:
    """Make a user a member of an organisation."""
    await session.run(update(USERS).where(USERS.c.id == identity).values(organisation=organisation))


async def organisation(session: ReadSession, identity: UUID) -> Organisation | None:
    """Give an organisation."""
    row = await session.first(select(ORGANISATIONS).where(ORGANISATIONS.c.id == identity))
    if row is None:
        return None
    return Organisation(id=row.id, name=row.name, created_at=row.created_at)


async def add_party(session: WriteSession, party: Party) -> None:
    """Add a party, if it is not there."""
    await session.run(
        insert(PARTIES)
        .values(
            party=party.party,
            kind=party.kind.value,
            name=party.name,
            receives_freely=party.receives_freely,
            created_at=party.created_at,
        )
        .on_conflict_do_nothing()
    )


async def party(session: ReadSession, name: PartyId) -> Party | None:
    """Give a party of ours."""
    row = await session.first(select(PARTIES).where(PARTIES.c.party == name))
    return None if row is None else _party(row)


async def set_receives_freely(session: WriteSession, name: PartyId, value: bool) -> None:
    """Say whether issuers may mint to a party unasked."""
    await session.run(update(PARTIES).where(PARTIES.c.party == name).values(receives_freely=value))


async def parties_of(
    session: ReadSession, user_id: UUID, now: Timestamp
) -> tuple[tuple[Party, Right], ...]:
    """Give the parties that a user has rights for, the oldest first."""
    rows = await session.all(
        select(PARTIES, PARTY_RIGHTS.c.access)
        .join(PARTY_RIGHTS, PARTY_RIGHTS.c.party == PARTIES.c.party)
        .where(PARTY_RIGHTS.c.user_id == user_id, _valid(now))
        .order_by(PARTIES.c.created_at, PARTIES.c.party)
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
    """Give who has rights for a party."""
    rows = await session.all(
        select(PARTY_RIGHTS)
        .where(PARTY_RIGHTS.c.party == name, _valid(now))
        .order_by(PARTY_RIGHTS.c.user_id, PARTY_RIGHTS.c.access)
    )
    return tuple(
        PartyRight(user=row.user_id, party=name, right=Right(row.access), expires_at=row.expires_at)
        for row in rows
    )


async def has_right(
    session: ReadSession, user_id: UUID, name: PartyId, right: Right, now: Timestamp
) -> bool:
    """Tell whether a user has a right; who may act may read."""
    enough = [Right.ACT_AS.value] if right is Right.ACT_AS else [each.value for each in Right]
    found = await session.scalar(
        select(PARTY_RIGHTS.c.party)
        .where(
            PARTY_RIGHTS.c.user_id == user_id,
            PARTY_RIGHTS.c.party == name,
            PARTY_RIGHTS.c.access.in_(enough),
            _valid(now),
        )
        .limit(1)
    )
    return found is not None


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


def _valid(now: Timestamp) -> ColumnElement[bool]:
    expires = PARTY_RIGHTS.c.expires_at
    return or_(expires.is_(None), and_(expires.is_not(None), expires > now))


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        email=row.email_shown,
        is_active=row.is_active,
        organisation=row.organisation,
        created_at=row.created_at,
    )


def _party(row: Row[Any]) -> Party:
    return Party(
        party=PartyId(row.party),
        kind=PartyKind(row.kind),
        name=row.name,
        receives_freely=row.receives_freely,
        created_at=row.created_at,
    )

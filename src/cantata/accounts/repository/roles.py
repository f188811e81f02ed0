"""Roles, who holds them, and the handover of the platform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from cantata.accounts.model import (
    DEFAULT_ADMIN,
    ORGANISATION_MARK,
    Grant,
    Handover,
    Organisation,
    Role,
    organisation_of,
    organisation_role,
)
from cantata.accounts.repository.tables import HANDOVER, ORGANISATIONS, ROLE_GRANTS, ROLES
from cantata.accounts.role_graph import CHAIN_MAX, RoleGraph
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.query import Query
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant

ONLY = 1


async def role(session: ReadSession, name: str) -> Role | None:
    """Give a role."""
    row = await session.first(select(ROLES).where(ROLES.c.role == name))
    return None if row is None else Role(role=row.role, admin_role=row.admin_role)


async def add_roles(session: WriteSession, roles: Sequence[Role]) -> None:
    """Add roles that are not there."""
    rows = [{"role": each.role, "admin_role": each.admin_role} for each in roles]
    await session.run(insert(ROLES).on_conflict_do_nothing(), rows)


async def roles(
    session: ReadSession, suffix: str, visible: Sequence[UUID], limit: int
) -> tuple[Role, ...]:
    """Give roles whose names end so, by name; of organisations, those that are visible."""
    shown = [ROLES.c.role.endswith(organisation_role("", each)) for each in visible]
    rows = await session.all(
        select(ROLES)
        .where(
            ROLES.c.role.endswith(suffix, autoescape=True),
            or_(ROLES.c.role.not_like(f"%{ORGANISATION_MARK}%"), *shown),
        )
        .order_by(ROLES.c.role)
        .limit(limit)
    )
    return tuple(Role(role=row.role, admin_role=row.admin_role) for row in rows)


async def set_admin_role(session: WriteSession, name: str, admin_role: str) -> None:
    """Let another role administer a role, from now on."""
    await session.run(ROLES.update().where(ROLES.c.role == name).values(admin_role=admin_role))


async def grants(session: ReadSession, name: str, now: Timestamp) -> tuple[Grant, ...]:
    """Give who holds a role, the oldest grant first."""
    rows = await session.all(
        select(ROLE_GRANTS)
        .where(ROLE_GRANTS.c.role == name, _valid(now))
        .order_by(ROLE_GRANTS.c.granted_at, ROLE_GRANTS.c.user_id)
    )
    return tuple(map(_grant, rows))


async def grants_of(session: ReadSession, user: UUID, now: Timestamp) -> tuple[Grant, ...]:
    """Give the roles that a user holds."""
    rows = await session.all(
        select(ROLE_GRANTS)
        .where(ROLE_GRANTS.c.user_id == user, _valid(now))
        .order_by(ROLE_GRANTS.c.role)
    )
    return tuple(map(_grant, rows))


async def holds(session: ReadSession, name: str, user: UUID, now: Timestamp) -> bool:
    """Tell whether a user holds a role."""
    return await session.row(_HOLDS, role=name, user=user, now=now) is not None


async def put_grant(session: WriteSession, grant: Grant) -> None:
    """Grant a role, or change until when."""
    values = {
        "granted_by": grant.granted_by,
        "granted_at": grant.granted_at,
        "expires_at": grant.expires_at,
    }
    await session.run(
        insert(ROLE_GRANTS)
        .values(role=grant.role, user_id=grant.user, **values)
        .on_conflict_do_update(index_elements=["role", "user_id"], set_=values)
    )


async def drop_grant(session: WriteSession, name: str, user: UUID) -> bool:
    """Take a role away; tell whether the user held it."""
    return bool(
        await session.run(
            delete(ROLE_GRANTS).where(ROLE_GRANTS.c.role == name, ROLE_GRANTS.c.user_id == user)
        )
    )


async def graph(session: WriteSession, names: Sequence[str], now: Timestamp) -> RoleGraph:
    """Give what of the role graph decides about some roles; nobody else changes it meanwhile.

    That is the chains of their admin roles with all who hold them, and one role that each of them
    administers. Changes of roles are rare, so one lock for all of them is enough.
    """
    lock = select(ROLES.c.role).where(ROLES.c.role == DEFAULT_ADMIN).with_for_update()
    await session.first(lock)
    chain = select(ROLES.c.role, ROLES.c.admin_role).where(ROLES.c.role.in_(names))
    found = chain.cte("chain", recursive=True)
    step = select(ROLES.c.role, ROLES.c.admin_role).join(found, ROLES.c.role == found.c.admin_role)
    found = found.union(step)
    rows = await session.all(select(found.c.role, found.c.admin_role).limit(CHAIN_MAX))
    administered = await session.all(
        select(func.min(ROLES.c.role).label("role"), ROLES.c.admin_role)
        .where(ROLES.c.admin_role.in_(names))
        .group_by(ROLES.c.admin_role)
    )
    admins = {row.role: row.admin_role for row in (*administered, *rows)}
    held: dict[str, dict[UUID, Timestamp | None]] = {}
    for row in await session.all(
        select(ROLE_GRANTS).where(ROLE_GRANTS.c.role.in_(admins), _valid(now))
    ):
        held.setdefault(row.role, {})[row.user_id] = row.expires_at
    return RoleGraph(admins=admins, holders=held)


async def organisations_of(session: ReadSession, user: UUID, now: Timestamp) -> frozenset[UUID]:
    """Give the organisations that a user holds a role of."""
    held = map(organisation_of, (grant.role for grant in await grants_of(session, user, now)))
    return frozenset(filter(None, held))


async def add_organisation(session: WriteSession, found: Organisation) -> None:
    """Add an organisation."""
    await session.run(
        insert(ORGANISATIONS).values(id=found.id, name=found.name, created_at=found.created_at)
    )


async def organisations(
    session: ReadSession, identities: Sequence[UUID]
) -> tuple[Organisation, ...]:
    """Give organisations, by name."""
    rows = await session.all(
        select(ORGANISATIONS)
        .where(ORGANISATIONS.c.id.in_(identities))
        .order_by(ORGANISATIONS.c.name, ORGANISATIONS.c.id)
    )
    return tuple(Organisation(id=row.id, name=row.name, created_at=row.created_at) for row in rows)


async def handover(session: ReadSession, *, lock: bool = False) -> Handover | None:
    """Give the platform's administration; None before there is one."""
    statement = select(HANDOVER).where(HANDOVER.c.id == ONLY)
    row = await session.first(statement.with_for_update() if lock else statement)
    if row is None:
        return None
    pending = row.pending_delay_micros
    return Handover(
        admin=row.admin,
        delay=RelTime(row.delay_micros),
        pending_admin=row.pending_admin,
        schedule=row.schedule,
        pending_delay=None if pending is None else RelTime(pending),
        delay_schedule=row.delay_schedule,
    )


async def put_handover(session: WriteSession, state: Handover) -> None:
    """Keep the platform's administration."""
    pending = state.pending_delay
    values = {
        "admin": state.admin,
        "delay_micros": state.delay.microseconds,
        "pending_admin": state.pending_admin,
        "schedule": state.schedule,
        "pending_delay_micros": None if pending is None else pending.microseconds,
        "delay_schedule": state.delay_schedule,
    }
    await session.run(
        insert(HANDOVER)
        .values(id=ONLY, **values)
        .on_conflict_do_update(index_elements=["id"], set_=values)
    )


def _valid(now: Any) -> ColumnElement[bool]:
    return or_(ROLE_GRANTS.c.expires_at.is_(None), ROLE_GRANTS.c.expires_at > now)


_HOLDS = Query(
    select(ROLE_GRANTS.c.role).where(
        ROLE_GRANTS.c.role == bindparam("role"),
        ROLE_GRANTS.c.user_id == bindparam("user"),
        _valid(bindparam("now", type_=Instant)),
    )
)


def _grant(row: Row[Any]) -> Grant:
    return Grant(
        role=row.role,
        user=row.user_id,
        granted_by=row.granted_by,
        granted_at=row.granted_at,
        expires_at=row.expires_at,
    )

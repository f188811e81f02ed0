"""The audit trail: who did what, append-only, each entry sealed with the one before it.

An entry's seal is the SHA-256 of the seal before it and of its own content; a change of any
entry, a missing one and a foreign one all break the chain at a place that `verify` names. The head,
number and seal of the last entry, is kept in a row of its own, from which the next entry goes on:
entries that were cut off at the end are missed at once, and leave a gap for ever.

No seal has a secret. Who may change every table and take the guards off them can write the whole
trail anew, or cut it off and set the head back, and nothing inside the database tells. Only a head
that was kept elsewhere does, for all that is up to it: `verify` takes such heads.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    Row,
    Table,
    Text,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from cantata.kernel.time import Timestamp
from cantata.storage.errors import AuditBroken
from cantata.storage.query import Query
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant

FIRST_SEAL = bytes(32)
PAGE = 1_000
SHOWN_MAX = 100
_PRINTED = re.compile(r"([1-9][0-9]{0,18}):([0-9a-f]{64})", re.ASCII)

AUDIT = Table(
    "audit",
    METADATA,
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)
AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("trail", Text, primary_key=True),
    Column("entry", BigInteger, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)
"""One row, which only ever goes on by one; entry 0 before the first."""

_HEAD = select(AUDIT_HEAD.c.entry, AUDIT_HEAD.c.seal)
_LAST = Query(_HEAD.with_for_update())
_GIVEN = {each.name: bindparam(f"new_{each.name}", type_=each.type) for each in AUDIT.c}
_APPEND = Query(
    update(AUDIT_HEAD)
    .values(entry=_GIVEN["entry"], seal=_GIVEN["seal"])
    .add_cte(insert(AUDIT).values(_GIVEN).cte("added"))
)
"""Add an entry, and let the head go on to it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a trail: its number, which is how many there are, and its seal."""

    entry: int
    seal: bytes

    def __str__(self) -> str:
        """Print as `read` takes it."""
        return f"{self.entry}:{self.seal.hex()}"

    @classmethod
    def read(cls, text: str) -> Head:
        """Read `number:seal in hex`; ValueError for anything else."""
        match = _PRINTED.fullmatch(text)
        if match is None:
            msg = f"{text[:SHOWN_MAX]!r} is no head: a number, a colon, 64 hexadecimal digits"
            raise ValueError(msg)
        return cls(int(match[1]), bytes.fromhex(match[2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One action: `actor` did `action` to `subject`; `details` are texts for the reader."""

    at: Timestamp
    actor: str
    action: str
    subject: str
    details: Mapping[str, str]


async def record(session: WriteSession, entry: AuditEntry) -> int:
    """Append an entry in the caller's transaction; give its number.

    Writers follow each other: the trail is locked until the transaction ends. Raise AuditBroken
    without a head to go on from.
    """
    last = await session.row(_LAST)
    if last is None:
        raise AuditBroken(0, "the row that names the last entry is missing")
    number: int = last.entry + 1
    seal = _seal(bytes(last.seal), number, entry)
    await session.change(
        _APPEND,
        new_entry=number,
        new_at=entry.at,
        new_actor=entry.actor,
        new_action=entry.action,
        new_subject=entry.subject,
        new_details=dict(entry.details),
        new_seal=seal,
    )
    return number


async def verify(session: ReadSession, kept: Iterable[Head] = ()) -> Head:
    """Check the whole chain, and that heads which were kept elsewhere are part of it.

    Give its head, to be kept elsewhere; raise AuditBroken.
    """
    expected: dict[int, set[bytes]] = {}
    for each in kept:
        expected.setdefault(each.entry, set()).add(each.seal)
    number, seal = 0, FIRST_SEAL
    while rows := await session.all(
        select(AUDIT).where(AUDIT.c.entry > number).order_by(AUDIT.c.entry).limit(PAGE)
    ):
        for row in rows:
            if row.entry != number + 1:
                raise AuditBroken(number + 1, "it is missing")
            number = row.entry
            seal = _checked(row, seal)
            if expected.pop(number, {seal}) != {seal}:
                raise AuditBroken(number, "its seal is not the one that was kept elsewhere")
    head = await session.first(_HEAD)
    if head is None:
        raise AuditBroken(number, "the row that names the last entry is missing")
    last = max(head.entry, *expected, 0)
    if last > number:
        what = f"it is missing: the trail had {last} entries, and was cut off"
        raise AuditBroken(number + 1, what)
    if (head.entry, bytes(head.seal)) != (number, seal):
        raise AuditBroken(number, "the application did not write it")
    return Head(number, seal)


def _checked(row: Row[tuple[object, ...]], seal: bytes) -> bytes:
    entry = AuditEntry(
        at=row.at, actor=row.actor, action=row.action, subject=row.subject, details=row.details
    )
    expected = _seal(seal, row.entry, entry)
    if bytes(row.seal) != expected:
        raise AuditBroken(row.entry, "its content does not match its seal")
    return expected


def _seal(before: bytes, number: int, entry: AuditEntry) -> bytes:
    content = [number, str(entry.at), entry.actor, entry.action, entry.subject, dict(entry.details)]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(before + canonical.encode()).digest()

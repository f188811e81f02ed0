"""What expires: offers to clean up, pre-approvals to renew or to clean up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from cantata.automation.tables import INTENTS
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.time import Timestamp
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.model import InstrumentId, Offer, OfferState
from cantata.tokens.repository.contracts import offer_of
from cantata.tokens.repository.tables import DISCLOSABLES, INSTRUMENTS, OFFERS, RENEWALS


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A pre-approval that ends, and for how many seconds it is to be renewed, if at all."""

    contract_id: ContractId
    instrument: InstrumentId
    party: PartyId
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """How a schedule names its intents: what it asked for before is not asked for again."""

    requester: str
    suffix: str

    def key(self, contract: str) -> str:
        """Give the key of the intent about a contract."""
        return contract + self.suffix

    def before(self, contract: ColumnElement[str]) -> ColumnElement[bool]:
        """Tell whether there is an intent about a contract."""
        return exists().where(
            INTENTS.c.requester == self.requester, INTENTS.c.key == contract + self.suffix
        )


async def expired_offers(
    session: ReadSession, asked: Asked, package: str, moment: Timestamp, limit: int
) -> tuple[Offer, ...]:
    """Give a package's pending offers of admins who are here, past their deadline, oldest first."""
    columns = OFFERS.c
    statement = select(OFFERS).where(
        columns.state == OfferState.PENDING.value,
        columns.package_name == package,
        columns.execute_before <= moment,
        _is_ours(columns.admin),
        ~asked.before(columns.contract_id),
    )
    ordered = statement.order_by(columns.execute_before).limit(limit)
    return tuple(map(offer_of, await session.all(ordered)))


async def expired_consents(
    session: ReadSession, asked: Asked, kind: str, moment: Timestamp, limit: int
) -> tuple[Consent, ...]:
    """Give pre-approvals for admins who are here that expired, oldest first."""
    columns = DISCLOSABLES.c
    statement = select(columns.contract_id, columns.admin, columns.instrument, columns.party).where(
        columns.kind == kind,
        columns.archived_offset.is_(None),
        columns.expires_at <= moment,
        _is_ours(columns.admin),
        ~asked.before(columns.contract_id),
    )
    rows = await session.all(statement.order_by(columns.expires_at).limit(limit))
    return tuple(map(_consent, rows))


async def consents_to_renew(
    session: ReadSession, asked: Asked, kind: str, now: Timestamp, limit: int
) -> tuple[Consent, ...]:
    """Give pre-approvals whose standing renewal is due, those that expired included."""
    columns = DISCLOSABLES.c
    mine = and_(RENEWALS.c.admin == columns.admin, RENEWALS.c.party == columns.party)
    statement = (
        select(
            columns.contract_id,
            columns.admin,
            columns.party,
            RENEWALS.c.instrument,
            RENEWALS.c.seconds,
        )
        .join(RENEWALS, mine)
        .where(
            columns.kind == kind,
            columns.archived_offset.is_(None),
            RENEWALS.c.due_at <= now,
            ~asked.before(columns.contract_id),
        )
    )
    rows = await session.all(statement.order_by(RENEWALS.c.due_at).limit(limit))
    return tuple(_consent(row, row.seconds) for row in rows)


async def keep_renewing(
    session: WriteSession,
    identity: InstrumentId,
    party: PartyId,
    seconds: int,
    due_at: Timestamp,
) -> None:
    """Renew a party's pre-approval from a time on, through the factory of an instrument."""
    values = {"instrument": identity.id, "seconds": seconds, "due_at": due_at}
    statement = insert(RENEWALS).values(admin=identity.admin, party=party, **values)
    await session.run(
        statement.on_conflict_do_update(index_elements=["admin", "party"], set_=values)
    )


async def stop_renewing(session: WriteSession, admin: PartyId, party: PartyId) -> None:
    """Let a party's pre-approval end."""
    await session.run(delete(RENEWALS).where(RENEWALS.c.admin == admin, RENEWALS.c.party == party))


def _is_ours(admin: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell whether an admin's instruments are seen here, which only its own participant does."""
    return exists().where(INSTRUMENTS.c.admin == admin, INSTRUMENTS.c.archived_offset.is_(None))


def _consent(row: Row[Any], seconds: int | None = None) -> Consent:
    return Consent(
        contract_id=ContractId(row.contract_id),
        instrument=InstrumentId(PartyId(row.admin), row.instrument),
        party=PartyId(row.party),
        seconds=seconds,
    )

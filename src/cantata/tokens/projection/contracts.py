"""Contracts of the token package: instruments, rules, pre-approvals, allocations, offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete

from cantata.ingestion.model import Batch
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.ledger.model.events import CreatedEvent, ExercisedEvent, qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.storage.session import WriteSession
from cantata.tokens import history
from cantata.tokens.model import Doubt, OfferState
from cantata.tokens.projection.doubts import tell
from cantata.tokens.repository import contracts
from cantata.tokens.repository.tables import DISCLOSABLES, INSTRUMENTS, OFFERS

PACKAGE = history.PACKAGE
INSTRUCTION = "Splice.Api.Token.TransferInstructionV1:TransferInstruction"
FACTORY = "factory"
INSTRUMENT = "Cantata.Tokens.Instrument:Instrument"
RULES = "rules"
ACCOUNT = "account"
PREAPPROVAL = "preapproval"
ALLOCATION = "allocation"
ALLOWANCE = "allowance"
LOCKED = "locked"
"""A holding that is locked: who ends its lock may have to show it to the ledger."""

Row = dict[str, Any]

_CLOSING = {
    "TransferInstruction_Accept": OfferState.ACCEPTED,
    "TransferInstruction_Reject": OfferState.REJECTED,
    "TransferInstruction_Withdraw": OfferState.WITHDRAWN,
    "TransferInstruction_Update": OfferState.EXPIRED,
    "Archive": OfferState.WITHDRAWN,
}


class ContractsProjection:
    """What stands on the ledger of our tokens, and every offered transfer of any token."""

    name = "token_contracts"
    tables = (INSTRUMENTS.name, DISCLOSABLES.name, OFFERS.name)

    async def apply(self, session: WriteSession, batch: Batch) -> None:
        """Add a batch: contracts made, contracts used up, offers ended."""
        instruments: list[Row] = []
        disclosables: list[Row] = []
        offers: list[Row] = []
        for transaction in batch.transactions:
            for event in transaction.created:
                offer = _offer(event)
                if isinstance(offer, Doubt):
                    tell(offer, transaction.offset)
                elif offer is not None:
                    offers.append({**_common(event, transaction), **offer})
                if event.package_name == PACKAGE:
                    entity = qualified_name(event.template_id)
                    shown = _DISCLOSABLE.get(entity, _nothing)(event.argument)
                    if shown is not None:
                        disclosables.append(
                            {**_common(event, transaction), "created_at": event.created_at, **shown}
                        )
                    elif entity == INSTRUMENT:
                        stated = _stated(event.argument)
                        instruments.append({**_common(event, transaction), **stated})
        await contracts.add_instruments(session, instruments)
        await contracts.add_disclosables(session, disclosables)
        await contracts.add_offers(session, offers)
        ended = _ended(batch)
        await contracts.archive_instruments(session, ended.instruments)
        await contracts.archive_disclosables(session, ended.disclosables)
        await contracts.close_offers(session, ended.offers)

    async def reset(self, session: WriteSession) -> None:
        """Forget everything."""
        for table in (INSTRUMENTS, DISCLOSABLES, OFFERS):
            await session.run(delete(table))


def projected(event: CreatedEvent) -> Row | None:
    """Give what a row here says of a created contract while it is active; None for others."""
    offer = _offer(event)
    if isinstance(offer, dict):
        return offer
    if event.package_name != PACKAGE:
        return None
    entity = qualified_name(event.template_id)
    if entity == INSTRUMENT:
        return _stated(event.argument)
    return _DISCLOSABLE.get(entity, _nothing)(event.argument)


def _common(event: CreatedEvent, transaction: Transaction) -> Row:
    return {
        "contract_id": event.contract_id,
        "template_id": event.template_id,
        "synchronizer_id": transaction.synchronizer_id,
        "blob": event.blob,
        "created_offset": transaction.offset,
    }


def _stated(value: Any) -> Row:
    """Read what an instrument's contract states."""
    cap = value.get("cap")
    return {
        "admin": value["instrumentId"]["admin"],
        "instrument": value["instrumentId"]["id"],
        "name": value["name"],
        "symbol": value["symbol"],
        "decimals": int(value["decimals"]),
        "cap": None if cap is None else Decimal(cap),
        "supply": Decimal(value["supply"]),
        "meta": value["meta"],
        "paused": list(value["paused"]),
    }


def _rules(value: Any) -> Row:
    return _of_instrument(RULES, value)


def _factory(value: Any) -> Row:
    return _of_instrument(FACTORY, value)


def _account(value: Any) -> Row:
    return {
        "kind": ACCOUNT,
        "admin": value["admin"],
        "instrument": value.get("instrument") or "",
        "party": value["holder"],
        "content": value,
        "expires_at": None,
    }


def _of_instrument(kind: str, value: Any) -> Row:
    return {
        "kind": kind,
        "admin": value["instrumentId"]["admin"],
        "instrument": value["instrumentId"]["id"],
        "party": "",
        "content": value,
        "expires_at": None,
    }


def _preapproval(value: Any) -> Row:
    expires = value.get("expiresAt")
    return {
        "kind": PREAPPROVAL,
        "admin": value["admin"],
        "instrument": "",
        "party": value["receiver"],
        "content": value,
        "expires_at": None if expires is None else Timestamp.parse(expires),
    }


def _allocation(value: Any) -> Row:
    settlement = value["allocation"]["settlement"]
    leg = value["allocation"]["transferLeg"]
    return {
        "kind": ALLOCATION,
        "admin": leg["instrumentId"]["admin"],
        "instrument": leg["instrumentId"]["id"],
        "party": leg["sender"],
        "content": value,
        "expires_at": Timestamp.parse(settlement["settleBefore"]),
    }


def _allowance(value: Any) -> Row:
    expires = value.get("expiresAt")
    return {
        "kind": ALLOWANCE,
        "admin": value["instrumentId"]["admin"],
        "instrument": value["instrumentId"]["id"],
        "party": value["owner"],
        "content": value,
        "expires_at": None if expires is None else Timestamp.parse(expires),
    }


def _locked(value: Any) -> Row | None:
    if value.get("lock") is None:
        return None
    return {
        "kind": LOCKED,
        "admin": value["instrumentId"]["admin"],
        "instrument": value["instrumentId"]["id"],
        "party": value["owner"],
        "content": value,
        "expires_at": None,
    }


def _nothing(value: Any) -> Row | None:
    return None


_DISCLOSABLE: dict[str, Callable[[Any], Row | None]] = {
    "Cantata.Tokens.Token:Token": _locked,
    "Cantata.Tokens.Factory:TokenFactory": _factory,
    "Cantata.Tokens.Rules:TokenRules": _rules,
    "Cantata.Tokens.Account:HolderAccount": _account,
    "Cantata.Tokens.Preapproval:TransferPreapproval": _preapproval,
    "Cantata.Tokens.Allocation:TokenAllocation": _allocation,
    "Cantata.Tokens.Allowance:Allowance": _allowance,
}


def _offer(event: CreatedEvent) -> Row | Doubt | None:
    """Read an offered transfer, or say why what shows itself as one does not count as one."""
    for view in event.views:
        if qualified_name(view.interface_id) == INSTRUCTION:
            if view.failure:
                return Doubt(event.contract_id, event.template_id, view.failure)
            try:
                found = _offered(view.value)
            except history.UNREADABLE as error:
                return Doubt(event.contract_id, event.template_id, f"unreadable: {error!r}")
            if found["admin"] in event.signatories:
                return {**found, "package_name": event.package_name}
            reason = f"{found['admin']} has not signed an offer of its {found['instrument']}"
            return Doubt(event.contract_id, event.template_id, reason)
    return None


def _offered(value: Any) -> Row:
    transfer = value["transfer"]
    identity = history.instrument_id(transfer["instrumentId"])
    return {
        "original": value.get("originalInstructionCid"),
        "admin": identity.admin,
        "instrument": identity.id,
        "sender": PartyId(transfer["sender"]),
        "receiver": PartyId(transfer["receiver"]),
        "amount": Decimal(transfer["amount"]),
        "requested_at": Timestamp.parse(transfer["requestedAt"]),
        "execute_before": Timestamp.parse(transfer["executeBefore"]),
        "memo": history.memo_of(transfer.get("meta")),
        "inputs": list(transfer["inputHoldingCids"]),
        "state": OfferState.PENDING.value,
        "closing_update_id": "",
    }


@dataclass(slots=True)
class _Ended:
    """Contracts that are used up, with offsets, by the table that may have them."""

    instruments: dict[str, int] = field(default_factory=dict)
    disclosables: dict[str, int] = field(default_factory=dict)
    offers: list[tuple[str, OfferState, int, str]] = field(default_factory=list)


def _ended(batch: Batch) -> _Ended:
    found = _Ended()
    for transaction in batch.transactions:
        for event in transaction.events:
            if isinstance(event, ExercisedEvent) and event.is_consuming:
                _end(found, event, transaction)
    return found


def _end(found: _Ended, event: ExercisedEvent, transaction: Transaction) -> None:
    """Note a used up contract where it may have a row; whose offers there are is not known."""
    entity = qualified_name(event.template_id) if event.package_name == PACKAGE else ""
    if entity == INSTRUMENT:
        found.instruments[event.contract_id] = transaction.offset
    elif entity in _DISCLOSABLE:
        found.disclosables[event.contract_id] = transaction.offset
    elif event.choice in _CLOSING:
        state = _CLOSING[event.choice]
        found.offers.append((event.contract_id, state, transaction.offset, transaction.update_id))

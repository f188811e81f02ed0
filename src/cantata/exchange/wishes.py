"""What intents of the exchange hold: one place that says how a payment is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cantata.automation.model import Wish
from cantata.exchange.model.deposits import Deposit
from cantata.exchange.model.preapprovals import Preapproval
from cantata.exchange.model.withdrawals import Withdrawal
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.tokens.model import InstrumentId

WITHDRAW = "exchange.withdraw"
REARRANGE = "exchange.rearrange"
TAKE_BACK = "exchange.take_back"
ACCEPT = "exchange.accept"
PREAPPROVE = "exchange.preapprove"

PATIENT = Timestamp.parse("9999-12-31T00:00:00Z")
"""A deadline that never passes: only what was ingested tells when a payment is over."""


def payment_wish(
    kind: str,
    requester: str,
    key: str,
    instrument: InstrumentId,
    treasury: PartyId,
    asked: Mapping[str, Any],
) -> Wish:
    """Give what is recorded of a payment, or of a transfer of a treasury to itself.

    `asked` is what tells two payments of one key apart, amounts as texts.
    """
    return Wish(
        kind=kind,
        requester=requester,
        key=key,
        subject=str(instrument),
        act_as=(treasury,),
        request={"admin": instrument.admin, "instrument": instrument.id, **asked},
        deadline=PATIENT,
    )


def take_back_wish(requester: str, key: str, withdrawal: Withdrawal) -> Wish:
    """Give what is recorded to take an offer back."""
    return Wish(
        kind=TAKE_BACK,
        requester=requester,
        key=key,
        subject=str(withdrawal.instrument),
        act_as=(withdrawal.treasury,),
        request={"withdrawal": str(withdrawal.id), "instruction": withdrawal.instruction},
    )


def accept_wish(deposit: Deposit, deadline: Timestamp) -> Wish:
    """Give what is recorded to accept an offered deposit: one acceptance after the other."""
    last = "first" if deposit.intent is None else str(deposit.intent)
    return Wish(
        kind=ACCEPT,
        requester=f"deposit:{deposit.id}",
        key=f"after {last}",
        subject=str(deposit.instrument),
        act_as=(deposit.treasury,),
        request={"deposit": str(deposit.id), "instruction": deposit.instruction},
        deadline=deadline,
    )


def preapproval_wish(wanted: Preapproval, expires_at: Timestamp) -> Wish:
    """Give what is recorded to make a pre-approval: one after the other."""
    last = "first" if wanted.intent is None else str(wanted.intent)
    instrument = wanted.instrument
    return Wish(
        kind=PREAPPROVE,
        requester=f"treasury:{wanted.treasury}",
        key=f"preapprove {instrument} after {last} since {wanted.wanted_at}",
        subject=str(instrument),
        act_as=(wanted.treasury,),
        request={
            "treasury": wanted.treasury,
            "admin": instrument.admin,
            "instrument": instrument.id,
            "expires_at": str(expires_at),
        },
    )


def preapproval_of(wish: Wish) -> tuple[PartyId, InstrumentId]:
    """Read whose pre-approval is made, and for which instrument."""
    request = wish.request
    instrument = InstrumentId(PartyId(request["admin"]), request["instrument"])
    return PartyId(request["treasury"]), instrument


def deposit_of(wish: Wish) -> UUID:
    """Read which deposit is accepted."""
    return UUID(wish.request["deposit"])


def withdrawal_of(wish: Wish) -> UUID:
    """Read which withdrawal's offer is taken back."""
    return UUID(wish.request["withdrawal"])

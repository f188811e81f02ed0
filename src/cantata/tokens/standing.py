"""What stands on the ledger now, for service and automation alike: pauses, accounts, allowances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.storage.session import ReadSession
from cantata.tokens.model import Instrument, InstrumentId
from cantata.tokens.objections import (
    AccountExists,
    AccountUnknown,
    AllowanceExceeded,
    AllowanceExpired,
    AllowanceUnknown,
)
from cantata.tokens.projection.contracts import ACCOUNT, ALLOWANCE
from cantata.tokens.repository import contracts, supervised
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.rules_policy import Operation, Rules

OF_SUPPLY = (Operation.MINT, Operation.BURN)
"""What is paused on the instrument's contract; all else is in its rules."""


def paused_of(rules: Disclosable, instrument: Instrument) -> frozenset[Operation]:
    """Give what is paused of a token, each on the contract that is asked to change it."""
    on_supply = frozenset(map(Operation, instrument.paused))
    return (Rules.of(rules.content).paused - frozenset(OF_SUPPLY)) | on_supply


async def known_account(session: ReadSession, token: InstrumentId, holder: PartyId) -> Disclosable:
    """Give the account that counts for a token; raise AccountUnknown."""
    found = await contracts.disclosable(session, ACCOUNT, token, party=holder)
    if found is None:
        raise AccountUnknown(holder)
    return found


async def require_none(
    session: ReadSession, token: InstrumentId, holder: PartyId, *, everywhere: bool
) -> None:
    """Refuse a second account for the same tokens: a freeze of one would leave the other."""
    for account in await supervised.standing(session, ACCOUNT, token.admin, holder):
        if everywhere or account.instrument.id in ("", token.id):
            raise AccountExists(holder)


async def between(
    session: ReadSession, token: InstrumentId, request: Mapping[str, Any]
) -> tuple[Disclosable, ...]:
    """Give the allowances that stand between the owner and the spender of a request."""
    owner, spender = PartyId(request["owner"]), PartyId(request["spender"])
    return await supervised.allowances_between(session, ALLOWANCE, token, owner, spender)


def usable(
    standing: tuple[Disclosable, ...],
    request: Mapping[str, Any],
    amount: Decimal,
    now: Timestamp,
) -> Disclosable:
    """Give the newest allowance that an amount can be spent of.

    Raise AllowanceUnknown, AllowanceExpired or AllowanceExceeded.
    """
    if not standing:
        raise AllowanceUnknown(request["owner"], request["spender"])
    running = [each for each in standing if each.expires_at is None or each.expires_at > now]
    if not running:
        assert standing[0].expires_at is not None, standing[0].contract_id
        raise AllowanceExpired(standing[0].expires_at)
    for each in running:
        remaining = each.content.get("remaining")
        if remaining is None or Decimal(remaining) >= amount:
            return each
    raise AllowanceExceeded(amount, Decimal(str(running[0].content["remaining"])))

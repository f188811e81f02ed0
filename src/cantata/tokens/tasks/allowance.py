"""Allowances: given by owners, used by spenders, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.lang import ContractId, Party
from cantata.ledger.model.events import qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import TypedCommand, create, exercise
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.contract.allowance import Allowance
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.facts import Wanted
from cantata.tokens.model import InstrumentId
from cantata.tokens.objections import AllowanceExceeded, AllowanceExpired, AllowanceUnknown
from cantata.tokens.orders import OFFER_LIFETIME
from cantata.tokens.policy import require_amount
from cantata.tokens.projection.contracts import ALLOWANCE
from cantata.tokens.repository import selection, supervised
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.tasks.common import (
    TokenHandler,
    arguments,
    cids,
    instrument_id,
    known_instrument,
    meta_of,
    standard_id,
    take_inputs,
)
from cantata.tokens.tasks.pause import take
from cantata.tokens.tasks.transfer import SKEW, Transfer
from cantata.tokens.terms import factory_of, transfer_terms

ENTITY = "Cantata.Tokens.Allowance:Allowance"


class Allow(TokenHandler):
    """`tokens.allow`: owner, spender, limit, `expires_at`; it replaces what stands between them."""

    kind = "tokens.allow"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Revoke what stands, and create."""
        request = intent.wish.request
        identity = instrument_id(request)
        standing = await between(session, request)
        limit, expires = request["limit"], request["expires_at"]
        if limit is not None:
            require_amount(Decimal(limit), (await known_instrument(session, identity)).decimals)
        commands: list[TypedCommand[Any]] = []
        for each in standing:
            await take(session, intent, each.contract_id)
            commands.append(_revoke(each))
        allowance = Allowance(
            owner=Party(request["owner"]),
            spender=Party(request["spender"]),
            instrument_id=standard_id(identity),
            remaining=None if limit is None else Decimal(limit),
            expires_at=None if expires is None else Timestamp.parse(expires),
        )
        commands.append(create(allowance))
        return Plan(commands=[each.json for each in commands], act_as=intent.wish.act_as)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell the contract."""
        await selection.release(session, intent.id)
        return {"allowance": transaction.created[0].contract_id}


class Revoke(TokenHandler):
    """`tokens.revoke`: owner and spender; all that stands between them ends."""

    kind = "tokens.revoke"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Find what stands."""
        request = intent.wish.request
        standing = await between(session, request)
        if not standing:
            raise AllowanceUnknown(request["owner"], request["spender"])
        for each in standing:
            await take(session, intent, each.contract_id)
        return Plan(commands=[_revoke(each).json for each in standing], act_as=intent.wish.act_as)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Free what was reserved; there is nothing to tell."""
        await selection.release(session, intent.id)
        return {}


class Spend(Transfer):
    """`tokens.spend`: owner, spender, receiver, amount, memo; the spender acts.

    What the owner holds is read as the party named in `reader`, who sees it: the spender does not.
    """

    kind = "tokens.spend"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Reserve the allowance and the owner's inputs; go through the rules."""
        request = intent.wish.request
        identity, owner = instrument_id(request), PartyId(request["owner"])
        amount = Decimal(request["amount"])
        require_amount(amount, (await known_instrument(session, identity)).decimals)
        allowance = usable(await between(session, request), request, amount, now)
        await take(session, intent, allowance.contract_id)
        receiver = PartyId(request["receiver"])
        wanted = Wanted(token=identity, sender=owner, receiver=receiver, amount=amount)
        terms = await transfer_terms(session, wanted, now)
        factory = await factory_of(session, identity)
        inputs = await take_inputs(session, intent, owner, identity, amount, now)
        transfer = standard.Transfer(
            sender=Party(owner),
            receiver=Party(receiver),
            amount=amount,
            instrument_id=standard_id(identity),
            requested_at=now - SKEW,
            execute_before=now + OFFER_LIFETIME,
            input_holding_cids=cids(inputs),
            meta=meta_of(request),
        )
        command = exercise(
            ContractId[Allowance](allowance.contract_id),
            Allowance.transfer,
            factory_cid=ContractId[TokenFactory](factory.contract_id),
            transfer=transfer,
            extra_args=arguments(terms.context),
        )
        return Plan(
            commands=[command.json],
            act_as=intent.wish.act_as,
            read_as=(request["reader"],),
            disclosed=[each.disclosed().to_json() for each in (factory, *terms.shown)],
        )

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell what a transfer tells, and what of the allowance is left."""
        told = await super().finished(session, intent, transaction)
        left = [e for e in transaction.created if qualified_name(e.template_id) == ENTITY]
        return {**told, "allowance": left[0].contract_id if left else None}


async def between(session: ReadSession, request: Mapping[str, Any]) -> tuple[Disclosable, ...]:
    """Give the allowances that stand between the owner and the spender of a request."""
    identity: InstrumentId = instrument_id(request)
    owner, spender = PartyId(request["owner"]), PartyId(request["spender"])
    return await supervised.allowances_between(session, ALLOWANCE, identity, owner, spender)


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
        remaining = each.content["remaining"]
        if remaining is None or Decimal(remaining) >= amount:
            return each
    raise AllowanceExceeded(amount, Decimal(running[0].content["remaining"]))


def _revoke(allowance: Disclosable) -> TypedCommand[Any]:
    return exercise(ContractId[Allowance](allowance.contract_id), Allowance.revoke)

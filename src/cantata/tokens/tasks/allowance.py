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
from cantata.storage.session import WriteSession
from cantata.tokens.contract.allowance import Allowance
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.errors import InsufficientFunds
from cantata.tokens.facts import Wanted
from cantata.tokens.objections import AllowanceUnknown
from cantata.tokens.orders import OFFER_LIFETIME
from cantata.tokens.policy import require_amount
from cantata.tokens.refusals import owner_lacks
from cantata.tokens.repository import selection
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.standing import between, usable
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
        standing = await between(session, identity, request)
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
        standing = await between(session, instrument_id(request), request)
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


class Spend(TokenHandler):
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
        allowance = usable(await between(session, identity, request), request, amount, now)
        await take(session, intent, allowance.contract_id)
        receiver = PartyId(request["receiver"])
        wanted = Wanted(token=identity, sender=owner, receiver=receiver, amount=amount)
        terms = await transfer_terms(session, wanted, now)
        factory = await factory_of(session, identity)
        try:
            inputs = await take_inputs(session, intent, owner, identity, amount, now)
        except InsufficientFunds:
            raise owner_lacks() from None
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
        await selection.release(session, intent.id)
        told = Transfer().result(intent, transaction, None)
        left = [e for e in transaction.created if qualified_name(e.template_id) == ENTITY]
        return {**told, "allowance": left[0].contract_id if left else None}


def _revoke(allowance: Disclosable) -> TypedCommand[Any]:
    return exercise(ContractId[Allowance](allowance.contract_id), Allowance.revoke)

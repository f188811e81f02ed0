"""Allocations: funds set aside for one leg of a settlement, and given back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.contracts.token_standard import allocation_instruction_v1 as instruction
from cantata.contracts.token_standard import allocation_v1 as standard
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.lang import ContractId, Party
from cantata.lang.surface.wire import codec
from cantata.ledger.model.events import qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import TypedCommand, exercise
from cantata.lf.codec import ValueRefused
from cantata.storage.session import WriteSession
from cantata.tokens.errors import AllocationUnknown, SpecificationMalformed
from cantata.tokens.facts import Wanted
from cantata.tokens.model import InstrumentId
from cantata.tokens.policy import require_amount
from cantata.tokens.projection.contracts import ALLOCATION
from cantata.tokens.repository import contracts, selection
from cantata.tokens.tasks.common import (
    TokenHandler,
    arguments,
    cids,
    known_instrument,
    take_inputs,
)
from cantata.tokens.tasks.transfer import SKEW
from cantata.tokens.terms import factory_of, limited_terms, refund_terms

_SPECIFICATION = codec(standard.AllocationSpecification)
_ENTITY = "Cantata.Tokens.Allocation:TokenAllocation"


class Allocate(TokenHandler):
    """`tokens.allocate`: `allocation`, the standard's AllocationSpecification as its JSON.

    A settlement compares it with its own, so it is taken to the last field as it is asked for.
    """

    kind = "tokens.allocate"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Reserve the sender's inputs; go through the factory as any wallet does."""
        wanted = specification(intent.wish.request["allocation"])
        leg = wanted.transfer_leg
        sender, receiver = PartyId(leg.sender), PartyId(leg.receiver)
        identity = InstrumentId(PartyId(leg.instrument_id.admin), str(leg.instrument_id.id))
        require_amount(leg.amount, (await known_instrument(session, identity)).decimals)
        factory = await factory_of(session, identity)
        leg_wanted = Wanted(token=identity, sender=sender, receiver=receiver, amount=leg.amount)
        terms = await limited_terms(session, leg_wanted, now)
        inputs = await take_inputs(session, intent, sender, identity, leg.amount, now)
        command = exercise(
            factory.contract_id,
            instruction.AllocationFactory.allocation_factory_allocate,
            arg=instruction.AllocationFactory_Allocate(
                expected_admin=Party(identity.admin),
                allocation=wanted,
                requested_at=now - SKEW,
                input_holding_cids=cids(inputs),
                extra_args=arguments(terms.context),
            ),
        )
        return Plan(
            commands=[command.json],
            act_as=intent.wish.act_as,
            disclosed=[contract.disclosed().to_json() for contract in (factory, *terms.shown)],
        )

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell the contract that holds the funds."""
        await selection.release(session, intent.id)
        made = [e for e in transaction.created if qualified_name(e.template_id) == _ENTITY]
        return {"allocation": made[0].contract_id}


class _Refund(TokenHandler):
    """Exercises a choice that gives an allocation's funds back: `allocation` names it."""

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Look at the allocation; the contract itself is what keeps two endings apart."""
        name = intent.wish.request["allocation"]
        found = await contracts.disclosable_by_id(session, name)
        if found is None or found.kind != ALLOCATION:
            raise AllocationUnknown(name)
        terms = await refund_terms(session, found, now)
        command = self.command(ContractId[standard.Allocation](found.contract_id), terms.context)
        return Plan(
            commands=[command.json],
            act_as=intent.wish.act_as,
            disclosed=[contract.disclosed().to_json() for contract in terms.shown],
        )

    def command(
        self, allocation: ContractId[standard.Allocation], context: Mapping[str, Any]
    ) -> TypedCommand[Any]:
        """Give the command."""
        raise AssertionError(allocation)


class WithdrawAllocation(_Refund):
    """`tokens.withdraw_allocation`: by the will of the sender."""

    kind = "tokens.withdraw_allocation"

    def command(
        self, allocation: ContractId[standard.Allocation], context: Mapping[str, Any]
    ) -> TypedCommand[Any]:
        """Withdraw."""
        return exercise(
            allocation,
            standard.Allocation.allocation_withdraw,
            arg=standard.Allocation_Withdraw(extra_args=arguments(context)),
        )


class CancelAllocation(_Refund):
    """`tokens.cancel_allocation`: by the will of executor, sender and receiver together."""

    kind = "tokens.cancel_allocation"

    def command(
        self, allocation: ContractId[standard.Allocation], context: Mapping[str, Any]
    ) -> TypedCommand[Any]:
        """Cancel."""
        return exercise(
            allocation,
            standard.Allocation.allocation_cancel,
            arg=standard.Allocation_Cancel(extra_args=arguments(context)),
        )


def specification(data: Any) -> standard.AllocationSpecification:
    """Read a specification; raise SpecificationMalformed."""
    try:
        read: standard.AllocationSpecification = _SPECIFICATION.from_json(data)
    except ValueRefused as error:
        raise SpecificationMalformed(error.message) from error
    return read

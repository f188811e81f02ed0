"""Ends offers: accepted or rejected by the receiver, withdrawn by the sender, or expired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.time import Timestamp
from cantata.lang import ContractId
from cantata.ledger.typed import TypedCommand, exercise
from cantata.storage.session import WriteSession
from cantata.tokens.errors import OfferExpired, OfferUnknown
from cantata.tokens.model import Offer, OfferState
from cantata.tokens.repository import contracts
from cantata.tokens.tasks.common import TokenHandler, arguments
from cantata.tokens.terms import Terms, acceptance_terms, return_terms

Instruction = standard.TransferInstruction


class _Ending(TokenHandler):
    """Exercises one choice of an offer."""

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Look at the offer; the offer itself is what keeps two endings apart."""
        name = intent.wish.request["offer"]
        found = await contracts.offer(session, name)
        if found is None or found.state is not OfferState.PENDING:
            raise OfferUnknown(name)
        self.check(found, now)
        terms = await self.terms(session, found, now)
        command = self.command(ContractId[Instruction](found.contract_id), terms.context)
        return Plan(
            commands=[command.json],
            act_as=intent.wish.act_as,
            disclosed=[contract.disclosed().to_json() for contract in terms.shown],
        )

    async def terms(self, session: WriteSession, offer: Offer, now: Timestamp) -> Terms:
        """Give what the choice context names: funds go back whatever the rules say."""
        return await return_terms(session, offer, now)

    def check(self, offer: Offer, now: Timestamp) -> None:
        """Refuse what the ledger would refuse."""

    def command(
        self, offer: ContractId[Instruction], context: Mapping[str, Any]
    ) -> TypedCommand[Any]:
        """Give the command."""
        raise AssertionError(offer)


class Accept(_Ending):
    """`tokens.accept`: the receiver takes it."""

    kind = "tokens.accept"

    def check(self, offer: Offer, now: Timestamp) -> None:
        """Refuse an offer whose deadline has passed."""
        if offer.execute_before <= now:
            raise OfferExpired(offer.contract_id, offer.execute_before)

    async def terms(self, session: WriteSession, offer: Offer, now: Timestamp) -> Terms:
        """Give the rules, which must allow the transfer still."""
        return await acceptance_terms(session, offer, now)

    def command(
        self, offer: ContractId[Instruction], context: Mapping[str, Any]
    ) -> TypedCommand[Any]:
        """Accept."""
        return exercise(
            offer,
            Instruction.transfer_instruction_accept,
            arg=standard.TransferInstruction_Accept(extra_args=arguments(context)),
        )


class Reject(_Ending):
    """`tokens.reject`: the receiver does not want it."""

    kind = "tokens.reject"

    def command(
        self, offer: ContractId[Instruction], context: Mapping[str, Any]
    ) -> TypedCommand[Any]:
        """Reject."""
        return exercise(
            offer,
            Instruction.transfer_instruction_reject,
            arg=standard.TransferInstruction_Reject(extra_args=arguments(context)),
        )


class Withdraw(_Ending):
    """`tokens.withdraw`: the sender takes it back."""

    kind = "tokens.withdraw"

    def command(
        self, offer: ContractId[Instruction], context: Mapping[str, Any]
    ) -> TypedCommand[Any]:
        """Withdraw."""
        return exercise(
            offer,
            Instruction.transfer_instruction_withdraw,
            arg=standard.TransferInstruction_Withdraw(extra_args=arguments(context)),
        )


class EndExpired(_Ending):
    """`tokens.end_expired`: the admin gives the funds of an expired offer back."""

    kind = "tokens.end_expired"

    def command(
        self, offer: ContractId[Instruction], context: Mapping[str, Any]
    ) -> TypedCommand[Any]:
        """Update."""
        return exercise(
            offer,
            Instruction.transfer_instruction_update,
            arg=standard.TransferInstruction_Update(extra_actors=[], extra_args=arguments(context)),
        )

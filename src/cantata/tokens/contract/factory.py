"""The factory of an instrument: where its transfers, allocations, burns and mints begin."""

from __future__ import annotations

from cantata.contracts.token_standard import allocation_instruction_v1 as allocations
from cantata.contracts.token_standard import burn_mint_v1 as burn_mint
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import (
    ContractId,
    Decimal,
    Party,
    Record,
    Template,
    Time,
    choice,
    coerce,
    create,
    exercise,
    function,
    package,
    replace,
    require,
)
from cantata.tokens.contract.allocation import allocate, require_open
from cantata.tokens.contract.annotations import annotate, no_metadata
from cantata.tokens.contract.clearance import require_clear
from cantata.tokens.contract.context import INSTRUMENT, contract_in, require_named
from cantata.tokens.contract.force import ForcedTransfer, force
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.rules import Operation, require_instrument
from cantata.tokens.contract.token import (
    MAX_INPUTS,
    issue,
    issue_change,
    require_amount,
    require_covered,
    take_all,
)
from cantata.tokens.contract.transfer import instruct, require_inputs, require_requested

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Factory")

MAX_PAYMENTS = 100


class SplitResult(Record):
    """The new holdings in the order asked for, then the rest."""

    holding_cids: list[ContractId[holding.Holding]]
    meta: metadata.Metadata


class Payment(Record):
    """A transfer without inputs, and what the rules and its receiver say to it."""

    transfer: standard.Transfer
    extra_args: metadata.ExtraArgs


class PaymentsResult(Record):
    """What became of each payment, in the order asked for, and what was left of the inputs."""

    results: list[standard.TransferInstructionResult]
    change_cids: list[ContractId[holding.Holding]]


class TokenFactory(
    Template, standard.TransferFactory, allocations.AllocationFactory, burn_mint.BurnMintFactory
):
    """The admin's standing consent to what the rules allow; never consumed, never contended."""

    instrument_id: holding.InstrumentId

    def signatories(self) -> list[Party]:
        """Give the admin."""
        return [self.instrument_id.admin]

    def ensure(self) -> bool:
        """Admit the ids that an instrument may have."""
        return self.instrument_id.id != ""

    def transfer_factory_view(self) -> standard.TransferFactoryView:
        """Show the admin as the token standard does."""
        return standard.TransferFactoryView(admin=self.instrument_id.admin, meta=no_metadata())

    def burn_mint_factory_view(self) -> burn_mint.BurnMintFactoryView:
        """Show the admin as the token standard does."""
        return burn_mint.BurnMintFactoryView(admin=self.instrument_id.admin, meta=no_metadata())

    def allocation_factory_view(self) -> allocations.AllocationFactoryView:
        """Show the admin as the token standard does."""
        return allocations.AllocationFactoryView(admin=self.instrument_id.admin, meta=no_metadata())

    def transfer_factory_transfer_impl(
        self, cid: ContractId[standard.TransferFactory], arg: standard.TransferFactory_Transfer
    ) -> standard.TransferInstructionResult:
        """Transfer to oneself, directly under a pre-approval, or by offer."""
        require_admin(self.instrument_id.admin, arg.expected_admin)
        return instruct(self.instrument_id, arg.transfer, arg.extra_args)

    def transfer_factory_public_fetch_impl(
        self, cid: ContractId[standard.TransferFactory], arg: standard.TransferFactory_PublicFetch
    ) -> standard.TransferFactoryView:
        """Show the factory to anybody who expects its admin."""
        require_admin(self.instrument_id.admin, arg.expected_admin)
        return self.transfer_factory_view()

    def allocation_factory_allocate_impl(
        self,
        cid: ContractId[allocations.AllocationFactory],
        arg: allocations.AllocationFactory_Allocate,
    ) -> allocations.AllocationInstructionResult:
        """Lock the funds of a settlement's leg."""
        leg = arg.allocation.transfer_leg
        require_admin(self.instrument_id.admin, arg.expected_admin)
        require_instrument(self.instrument_id, leg.instrument_id)
        require_requested(arg.requested_at)
        require_open(arg.allocation)
        decimals = require_clear(
            arg.extra_args.context,
            self.instrument_id,
            Operation.ALLOCATE,
            leg.sender,
            leg.receiver,
        )
        require_amount(leg.amount, decimals)
        require_inputs(arg.input_holding_cids)
        held = take_all(arg.input_holding_cids, leg.sender, self.instrument_id)
        require_covered(held, leg.amount)
        change_cids = issue_change(self.instrument_id, leg.sender, held - leg.amount)
        return allocate(arg.allocation, change_cids)

    def allocation_factory_public_fetch_impl(
        self,
        cid: ContractId[allocations.AllocationFactory],
        arg: allocations.AllocationFactory_PublicFetch,
    ) -> allocations.AllocationFactoryView:
        """Show the factory to anybody who expects its admin."""
        require_admin(self.instrument_id.admin, arg.expected_admin)
        return self.allocation_factory_view()

    def burn_mint_factory_burn_mint_impl(
        self, cid: ContractId[burn_mint.BurnMintFactory], arg: burn_mint.BurnMintFactory_BurnMint
    ) -> burn_mint.BurnMintFactory_BurnMintResult:
        """Burn and mint on the instrument's contract, which the choice context names."""
        require_admin(self.instrument_id.admin, arg.expected_admin)
        require_instrument(self.instrument_id, arg.instrument_id)
        instrument = contract_in(arg.extra_args.context, INSTRUMENT)
        require_named(instrument is not None, INSTRUMENT)
        if instrument is None:
            return burn_mint.BurnMintFactory_BurnMintResult(output_cids=[])
        result = exercise(
            coerce(instrument, Instrument),
            Instrument.burn_mint,
            actors=[self.instrument_id.admin, *arg.extra_actors],
            input_holding_cids=arg.input_holding_cids,
            outputs=arg.outputs,
        )
        return burn_mint.BurnMintFactory_BurnMintResult(output_cids=result.output_cids)

    def burn_mint_factory_public_fetch_impl(
        self, cid: ContractId[burn_mint.BurnMintFactory], arg: burn_mint.BurnMintFactory_PublicFetch
    ) -> burn_mint.BurnMintFactoryView:
        """Show the factory to anybody who expects its admin."""
        require_admin(self.instrument_id.admin, arg.expected_admin)
        return self.burn_mint_factory_view()

    @choice(
        name="TokenFactory_Split",
        consuming=False,
        controllers=lambda self, owner: [owner],
    )
    def split(
        self,
        owner: Party,
        input_holding_cids: list[ContractId[holding.Holding]],
        amounts: list[Decimal],
        extra_args: metadata.ExtraArgs,
    ) -> SplitResult:
        """Rearrange an owner's holdings: one for each amount, and one of what is left."""
        decimals = require_clear(
            extra_args.context, self.instrument_id, Operation.TRANSFER, owner, owner
        )
        require(
            len(amounts) <= MAX_INPUTS,
            "tokens/too-many-outputs",
            "more outputs than one transaction may make",
            outputs=len(amounts),
            most=MAX_INPUTS,
        )
        left = take_all(input_holding_cids, owner, self.instrument_id)
        holding_cids: list[ContractId[holding.Holding]] = []
        for amount in amounts:
            require_amount(amount, decimals)
            require_covered(left, amount)
            holding_cid = issue(self.instrument_id, owner, amount, None)
            holding_cids = [*holding_cids, holding_cid]
            left = left - amount
        rest = issue_change(self.instrument_id, owner, left)
        return SplitResult(
            holding_cids=holding_cids + rest, meta=annotate("merge-split", extra_args.meta)
        )

    @choice(
        name="TokenFactory_Transfer",
        consuming=False,
        controllers=lambda self, transfer: [transfer.sender],
    )
    def transfer(
        self, transfer: standard.Transfer, extra_args: metadata.ExtraArgs
    ) -> standard.TransferInstructionResult:
        """Transfer as the standard's choice does, for contracts that hold a sender's authority.

        They exercise it by the template: an interface's choice could be anybody's code.
        """
        return instruct(self.instrument_id, transfer, extra_args)

    @choice(
        name="TokenFactory_Pay",
        consuming=False,
        controllers=lambda self, sender: [sender],
    )
    def pay(
        self,
        sender: Party,
        payments: list[Payment],
        input_holding_cids: list[ContractId[holding.Holding]],
    ) -> PaymentsResult:
        """Make all payments of a sender, or none; one holding is enough for all of them.

        Each is paid out of what the one before it left over, and its receiver sees it alone.
        """
        require(
            len(payments) > 0 and len(payments) <= MAX_PAYMENTS,
            "tokens/too-many-outputs",
            "a batch has at least one payment, and at most as many as one transaction may make",
            payments=len(payments),
            most=MAX_PAYMENTS,
        )
        left = input_holding_cids
        results: list[standard.TransferInstructionResult] = []
        for payment in payments:
            result = exercise(
                self.contract_id,
                TokenFactory.transfer,
                transfer=replace(payment.transfer, input_holding_cids=left),
                extra_args=payment.extra_args,
            )
            results = [*results, result]
            left = result.sender_change_cids
        return PaymentsResult(results=results, change_cids=left)

    @choice(
        name="TokenFactory_ForceTransfer",
        consuming=False,
        controllers=lambda self, approver: [self.instrument_id.admin, approver],
    )
    def force_transfer(
        self, approver: Party, order: ForcedTransfer, extra_args: metadata.ExtraArgs
    ) -> standard.TransferInstructionResult:
        """Move funds against their owner's will, by the admin and the approver of the rules."""
        return force(self.instrument_id, approver, order, extra_args)

    @choice(
        name="TokenFactory_Preapprove",
        consuming=False,
        controllers=lambda self, receiver: [receiver],
    )
    def preapprove(
        self, receiver: Party, expires_at: Time | None
    ) -> ContractId[TransferPreapproval]:
        """Let a receiver consent to direct transfers of this admin's instruments."""
        return create(
            TransferPreapproval(
                admin=self.instrument_id.admin, receiver=receiver, expires_at=expires_at
            )
        )


@function
def require_admin(admin: Party, expected: Party) -> None:
    """Refuse a caller who was given a factory of another admin."""
    require(
        admin == expected,
        "tokens/other-admin",
        "the factory belongs to another admin",
        expected=expected,
        found=admin,
    )

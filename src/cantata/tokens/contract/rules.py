"""The rules of an instrument: the factory where its transfers, burns and mints begin."""

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
    Text,
    Time,
    before,
    choice,
    coerce,
    create,
    exercise,
    function,
    not_before,
    package,
    replace,
    require,
    update,
)
from cantata.tokens.contract.allocation import allocate, require_open
from cantata.tokens.contract.annotations import (
    annotate,
    annotate_transfer,
    no_metadata,
    require_sound_context,
)
from cantata.tokens.contract.instrument import MAX_DECIMALS, Instrument
from cantata.tokens.contract.offer import TransferOffer, lock_for
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.token import (
    MAX_INPUTS,
    issue,
    issue_change,
    require_amount,
    require_covered,
    take_all,
)

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Rules")

PREAPPROVAL = "transfer-preapproval"
INSTRUMENT = "instrument"


class SplitResult(Record):
    """The new holdings in the order asked for, then the rest."""

    holding_cids: list[ContractId[holding.Holding]]
    meta: metadata.Metadata


class TokenRules(
    Template, standard.TransferFactory, allocations.AllocationFactory, burn_mint.BurnMintFactory
):
    """What never changes about an instrument's holdings; not consumed, so never contended."""

    instrument_id: holding.InstrumentId
    decimals: int

    def signatories(self) -> list[Party]:
        """Give the admin."""
        return [self.instrument_id.admin]

    def ensure(self) -> bool:
        """Admit the terms that an instrument may have."""
        return self.instrument_id.id != "" and 0 <= self.decimals <= MAX_DECIMALS

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
        transfer = arg.transfer
        require_admin(self.instrument_id.admin, arg.expected_admin)
        require_valid(self, transfer)
        held = take_all(transfer.input_holding_cids, transfer.sender, self.instrument_id)
        require_covered(held, transfer.amount)
        change_cids = issue_change(self.instrument_id, transfer.sender, held - transfer.amount)
        if transfer.sender == transfer.receiver:
            return keep(transfer, change_cids)
        preapproval = contract_in(arg.extra_args.context, PREAPPROVAL)
        if preapproval is None:
            return offer(transfer, change_cids)
        return send(coerce(preapproval, TransferPreapproval), transfer, change_cids)

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
        require_amount(leg.amount, self.decimals)
        require_inputs(arg.input_holding_cids)
        require_requested(arg.requested_at)
        require_open(arg.allocation)
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
        if instrument is None:
            require(
                False,
                "tokens/context-missing",
                "the choice context must name the instrument's contract",
                key=INSTRUMENT,
            )
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
        name="TokenRules_Split",
        consuming=False,
        controllers=lambda self, owner: [owner],
    )
    def split(
        self,
        owner: Party,
        input_holding_cids: list[ContractId[holding.Holding]],
        amounts: list[Decimal],
        meta: metadata.Metadata,
    ) -> SplitResult:
        """Rearrange an owner's holdings: one for each amount, and one of what is left."""
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
            require_amount(amount, self.decimals)
            require_covered(left, amount)
            holding_cid = issue(self.instrument_id, owner, amount, None)
            holding_cids = [*holding_cids, holding_cid]
            left = left - amount
        rest = issue_change(self.instrument_id, owner, left)
        return SplitResult(holding_cids=holding_cids + rest, meta=annotate("merge-split", meta))

    @choice(
        name="TokenRules_Preapprove",
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


@function
def require_instrument(own: holding.InstrumentId, asked: holding.InstrumentId) -> None:
    """Refuse another instrument than the one that these rules are for."""
    require(
        own == asked,
        "tokens/other-instrument",
        "the rules are for another instrument",
        expected=own.id,
        found=asked.id,
    )


@update
def require_valid(rules: TokenRules, transfer: standard.Transfer) -> None:
    """Refuse a transfer that contradicts the instrument or the clock."""
    require_instrument(rules.instrument_id, transfer.instrument_id)
    require_amount(transfer.amount, rules.decimals)
    require_inputs(transfer.input_holding_cids)
    require_requested(transfer.requested_at)
    require(
        before(transfer.execute_before),
        "tokens/deadline-passed",
        "the transfer's deadline has passed",
        deadline=transfer.execute_before,
    )


@function
def require_inputs(input_holding_cids: list[ContractId[holding.Holding]]) -> None:
    """Refuse to move funds out of nothing: inputs are what protects a sender from paying twice."""
    require(
        len(input_holding_cids) > 0,
        "tokens/no-inputs",
        "a transfer needs at least one input holding",
    )


@update
def require_requested(requested_at: Time) -> None:
    """Refuse what is requested in the future."""
    require(
        not_before(requested_at),
        "tokens/requested-in-future",
        "the transfer is requested in the future",
        requested=requested_at,
    )


@function
def contract_in(
    context: metadata.ChoiceContext, key: Text
) -> ContractId[metadata.AnyContract] | None:
    """Give the contract id that a choice context holds under a key; refuse anything else there."""
    match context.values.get(key):
        case metadata.AV_ContractId(value=cid):
            return cid
        case None:
            return None
        case _:
            require_sound_context(False, key)
            return None


@update
def keep(
    transfer: standard.Transfer, change_cids: list[ContractId[holding.Holding]]
) -> standard.TransferInstructionResult:
    """Complete a transfer to oneself: a merge, a split, or both."""
    kept_cid = issue(transfer.instrument_id, transfer.receiver, transfer.amount, None)
    return completed(kept_cid, change_cids, annotate("merge-split", transfer.meta))


@update
def send(
    preapproval_cid: ContractId[TransferPreapproval],
    transfer: standard.Transfer,
    change_cids: list[ContractId[holding.Holding]],
) -> standard.TransferInstructionResult:
    """Complete a transfer at once under the receiver's pre-approval."""
    exact_cid = issue(transfer.instrument_id, transfer.sender, transfer.amount, None)
    sent = exercise(
        preapproval_cid,
        TransferPreapproval.send,
        sender=transfer.sender,
        receiver=transfer.receiver,
        holding_cid=exact_cid,
        instrument_id=transfer.instrument_id,
        meta=transfer.meta,
    )
    return completed(
        sent.holding_cid, change_cids, annotate_transfer(transfer.sender, transfer.meta)
    )


@update
def offer(
    transfer: standard.Transfer, change_cids: list[ContractId[holding.Holding]]
) -> standard.TransferInstructionResult:
    """Lock the funds and leave the transfer to the receiver's answer."""
    locked_cid = issue(transfer.instrument_id, transfer.sender, transfer.amount, lock_for(transfer))
    offer_cid = create(
        TransferOffer(
            transfer=replace(transfer, input_holding_cids=[locked_cid]), locked_cid=locked_cid
        )
    )
    return standard.TransferInstructionResult(
        output=standard.TransferInstructionResult_Pending(transfer_instruction_cid=offer_cid),
        sender_change_cids=change_cids,
        meta=no_metadata(),
    )


@function
def completed(
    received_cid: ContractId[holding.Holding],
    change_cids: list[ContractId[holding.Holding]],
    meta: metadata.Metadata,
) -> standard.TransferInstructionResult:
    """Give the result of a transfer that is done."""
    return standard.TransferInstructionResult(
        output=standard.TransferInstructionResult_Completed(receiver_holding_cids=[received_cid]),
        sender_change_cids=change_cids,
        meta=meta,
    )

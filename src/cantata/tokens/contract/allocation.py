"""An allocation: holdings set aside, locked, for one leg of a settlement."""

from __future__ import annotations

from cantata.contracts.token_standard import allocation_instruction_v1 as instruction
from cantata.contracts.token_standard import allocation_v1 as standard
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import (
    ContractId,
    Party,
    Template,
    before,
    create,
    exercise,
    function,
    not_before,
    package,
    require,
    update,
)
from cantata.tokens.contract.annotations import annotate, annotate_transfer, no_metadata
from cantata.tokens.contract.clearance import require_clear
from cantata.tokens.contract.context import lock_stands
from cantata.tokens.contract.rules import Operation
from cantata.tokens.contract.token import Token, issue

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Allocation")


class TokenAllocation(Template, standard.Allocation):
    """Funds of one leg: locked until executor, sender and receiver settle or give it up."""

    allocation: standard.AllocationSpecification
    locked_cid: ContractId[Token]

    def signatories(self) -> list[Party]:
        """Give admin and sender, whose funds are locked."""
        return [
            self.allocation.transfer_leg.instrument_id.admin,
            self.allocation.transfer_leg.sender,
        ]

    def observers(self) -> list[Party]:
        """Give the executor, who settles."""
        return [self.allocation.settlement.executor]

    def allocation_view(self) -> standard.AllocationView:
        """Show the allocation as the token standard does."""
        return standard.AllocationView(
            allocation=self.allocation, holding_cids=[self.locked_cid], meta=no_metadata()
        )

    def allocation_execute_transfer_impl(
        self, cid: ContractId[standard.Allocation], arg: standard.Allocation_ExecuteTransfer
    ) -> standard.Allocation_ExecuteTransferResult:
        """Hand the locked funds to the receiver in time, if the rules allow it."""
        leg = self.allocation.transfer_leg
        deadline = self.allocation.settlement.settle_before
        require(
            before(deadline),
            "tokens/settlement-expired",
            "the settlement's deadline has passed",
            expired=deadline,
        )
        require_clear(
            arg.extra_args.context,
            leg.instrument_id,
            Operation.SETTLE,
            leg.sender,
            leg.receiver,
        )
        amount = exercise(
            self.locked_cid,
            Token.take,
            owner=leg.sender,
            instrument_id=leg.instrument_id,
            release=True,
        )
        received_cid = issue(leg.instrument_id, leg.receiver, amount, None)
        return standard.Allocation_ExecuteTransferResult(
            sender_holding_cids=[],
            receiver_holding_cids=[received_cid],
            meta=annotate_transfer(leg.sender, leg.meta),
        )

    def allocation_cancel_impl(
        self, cid: ContractId[standard.Allocation], arg: standard.Allocation_Cancel
    ) -> standard.Allocation_CancelResult:
        """Give the funds back by the will of executor, sender and receiver."""
        returned_cids = return_locked(self, arg.extra_args.context)
        return standard.Allocation_CancelResult(
            sender_holding_cids=returned_cids, meta=annotate("unlock", arg.extra_args.meta)
        )

    def allocation_withdraw_impl(
        self, cid: ContractId[standard.Allocation], arg: standard.Allocation_Withdraw
    ) -> standard.Allocation_WithdrawResult:
        """Give the funds back by the will of the sender."""
        returned_cids = return_locked(self, arg.extra_args.context)
        return standard.Allocation_WithdrawResult(
            sender_holding_cids=returned_cids, meta=annotate("unlock", arg.extra_args.meta)
        )


@update
def allocate(
    specification: standard.AllocationSpecification,
    change_cids: list[ContractId[holding.Holding]],
) -> instruction.AllocationInstructionResult:
    """Lock the funds of a leg until its settlement's deadline."""
    leg = specification.transfer_leg
    locked_cid = issue(leg.instrument_id, leg.sender, leg.amount, lock_for(specification))
    allocation_cid = create(TokenAllocation(allocation=specification, locked_cid=locked_cid))
    return instruction.AllocationInstructionResult(
        output=instruction.AllocationInstructionResult_Completed(allocation_cid=allocation_cid),
        sender_change_cids=change_cids,
        meta=no_metadata(),
    )


@function
def lock_for(specification: standard.AllocationSpecification) -> holding.Lock:
    """Give the lock of a leg's funds: the admin holds it until the settlement's deadline."""
    settlement = specification.settlement
    return holding.Lock(
        holders=[specification.transfer_leg.instrument_id.admin],
        expires_at=settlement.settle_before,
        expires_after=None,
        context=(
            f"leg {specification.transfer_leg_id} of {settlement.settlement_ref.id}"
            f" by {settlement.executor}"
        ),
    )


@update
def require_open(specification: standard.AllocationSpecification) -> None:
    """Refuse an allocation that its settlement's times do not admit."""
    settlement = specification.settlement
    require(
        not_before(settlement.requested_at),
        "tokens/requested-in-future",
        "the settlement is requested in the future",
        requested=settlement.requested_at,
    )
    require(
        before(settlement.allocate_before),
        "tokens/deadline-passed",
        "the settlement's deadline for allocations has passed",
        deadline=settlement.allocate_before,
    )
    require(
        settlement.allocate_before <= settlement.settle_before,
        "tokens/deadlines-out-of-order",
        "a settlement must end after its allocations",
        allocate=settlement.allocate_before,
        settle=settlement.settle_before,
    )


@update
def return_locked(
    allocation: TokenAllocation, context: metadata.ChoiceContext
) -> list[ContractId[holding.Holding]]:
    """Give the locked funds back; if their expired lock was used already, there are none."""
    leg = allocation.allocation.transfer_leg
    deadline = allocation.allocation.settlement.settle_before
    returned_cids: list[ContractId[holding.Holding]] = []
    if lock_stands(context):
        amount = exercise(
            allocation.locked_cid,
            Token.take,
            owner=leg.sender,
            instrument_id=leg.instrument_id,
            release=True,
        )
        returned_cids = [issue(leg.instrument_id, leg.sender, amount, None)]
    else:
        require(
            not_before(deadline),
            "tokens/settlement-not-expired",
            "the lock of an allocation stands until its settlement's deadline",
            until=deadline,
        )
    return returned_cids

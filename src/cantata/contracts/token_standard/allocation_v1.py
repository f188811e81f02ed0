"""Token standard, allocations: holdings set aside for one leg of a settlement."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import (
    ContractId,
    Decimal,
    Interface,
    Party,
    Record,
    Text,
    Time,
    abstractmethod,
    choice,
    foreign,
    function,
    method,
    view,
)

PACKAGE = foreign(
    "splice-api-token-allocation-v1",
    "1.0.0",
    id="93c942ae2b4c2ba674fb152fe38473c507bda4e82b4e4c5da55a552a9d8cce1d",
    module="Splice.Api.Token.AllocationV1",
)


class Reference(Record):
    """What a settlement settles: a name and possibly a contract."""

    id: Text
    cid: ContractId[metadata.AnyContract] | None


class SettlementInfo(Record):
    """A settlement; both deadlines are exclusive."""

    executor: Party
    settlement_ref: Reference
    requested_at: Time
    allocate_before: Time
    settle_before: Time
    meta: metadata.Metadata


class TransferLeg(Record):
    """One transfer of a settlement."""

    sender: Party
    receiver: Party
    amount: Decimal
    instrument_id: holding.InstrumentId
    meta: metadata.Metadata


class AllocationSpecification(Record):
    """Which leg of which settlement holdings are allocated to."""

    settlement: SettlementInfo
    transfer_leg_id: Text
    transfer_leg: TransferLeg


class AllocationView(Record):
    """What the standard shows of an allocation."""

    allocation: AllocationSpecification
    holding_cids: list[ContractId[holding.Holding]]
    meta: metadata.Metadata


@function
def allocation_controllers(allocation: AllocationView) -> list[Party]:
    """Give the three parties whose joint authority executes or cancels an allocation."""
    return [
        allocation.allocation.settlement.executor,
        allocation.allocation.transfer_leg.sender,
        allocation.allocation.transfer_leg.receiver,
    ]


class Allocation_ExecuteTransfer(Record):
    """Executor, sender and receiver settle the leg."""

    extra_args: metadata.ExtraArgs


class Allocation_ExecuteTransferResult(Record):
    """The holdings after settlement."""

    sender_holding_cids: list[ContractId[holding.Holding]]
    receiver_holding_cids: list[ContractId[holding.Holding]]
    meta: metadata.Metadata


class Allocation_Cancel(Record):
    """Executor, sender and receiver give the leg up."""

    extra_args: metadata.ExtraArgs


class Allocation_CancelResult(Record):
    """The sender's holdings after cancellation."""

    sender_holding_cids: list[ContractId[holding.Holding]]
    meta: metadata.Metadata


class Allocation_Withdraw(Record):
    """The sender takes the allocation back."""

    extra_args: metadata.ExtraArgs


class Allocation_WithdrawResult(Record):
    """The sender's holdings after withdrawal."""

    sender_holding_cids: list[ContractId[holding.Holding]]
    meta: metadata.Metadata


class Allocation(Interface):
    """Holdings set aside for one leg of a settlement."""

    @view
    def allocation_view(self) -> AllocationView:
        """Show the contract as the standard does."""

    @method(daml="allocation_executeTransferImpl", effects=True)
    @abstractmethod
    def allocation_execute_transfer_impl(
        self, cid: ContractId[Allocation], arg: Allocation_ExecuteTransfer
    ) -> Allocation_ExecuteTransferResult:
        """Do what the choice Allocation_ExecuteTransfer promises."""

    @method(daml="allocation_cancelImpl", effects=True)
    @abstractmethod
    def allocation_cancel_impl(
        self, cid: ContractId[Allocation], arg: Allocation_Cancel
    ) -> Allocation_CancelResult:
        """Do what the choice Allocation_Cancel promises."""

    @method(daml="allocation_withdrawImpl", effects=True)
    @abstractmethod
    def allocation_withdraw_impl(
        self, cid: ContractId[Allocation], arg: Allocation_Withdraw
    ) -> Allocation_WithdrawResult:
        """Do what the choice Allocation_Withdraw promises."""

    @choice(
        name="Allocation_ExecuteTransfer",
        controllers=lambda self: allocation_controllers(self.allocation_view()),
    )
    def allocation_execute_transfer(
        self, arg: Allocation_ExecuteTransfer
    ) -> Allocation_ExecuteTransferResult:
        """Pay the receiver from the allocated holdings."""
        return self.allocation_execute_transfer_impl(self.contract_id, arg)

    @choice(
        name="Allocation_Cancel",
        controllers=lambda self: allocation_controllers(self.allocation_view()),
    )
    def allocation_cancel(self, arg: Allocation_Cancel) -> Allocation_CancelResult:
        """Give the holdings back because the settlement will not happen."""
        return self.allocation_cancel_impl(self.contract_id, arg)

    @choice(
        name="Allocation_Withdraw",
        controllers=lambda self: [self.allocation_view().allocation.transfer_leg.sender],
    )
    def allocation_withdraw(self, arg: Allocation_Withdraw) -> Allocation_WithdrawResult:
        """Give the holdings back by the sender's will."""
        return self.allocation_withdraw_impl(self.contract_id, arg)

"""Token standard, allocation requests: an app asks wallets to allocate to a settlement."""

from __future__ import annotations

from cantata.contracts.token_standard import allocation_v1 as allocation
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import (
    ContractId,
    Interface,
    Party,
    Record,
    TextMap,
    abstractmethod,
    choice,
    foreign,
    method,
    view,
)

PACKAGE = foreign(
    "splice-api-token-allocation-request-v1",
    "1.0.0",
    id="6fe848530b2404017c4a12874c956ad7d5c8a419ee9b040f96b5c13172d2e193",
    module="Splice.Api.Token.AllocationRequestV1",
)


class AllocationRequestView(Record):
    """What the standard shows of a request; legs by their ids."""

    settlement: allocation.SettlementInfo
    transfer_legs: TextMap[allocation.TransferLeg]
    meta: metadata.Metadata


class AllocationRequest_Reject(Record):
    """A party refuses to allocate."""

    actor: Party
    extra_args: metadata.ExtraArgs


class AllocationRequest_Withdraw(Record):
    """The executor takes the request back."""

    extra_args: metadata.ExtraArgs


class AllocationRequest(Interface):
    """A request to allocate holdings to the legs of a settlement."""

    @view
    def allocation_request_view(self) -> AllocationRequestView:
        """Show the contract as the standard does."""

    @method(daml="allocationRequest_RejectImpl", effects=True)
    @abstractmethod
    def allocation_request_reject_impl(
        self, cid: ContractId[AllocationRequest], arg: AllocationRequest_Reject
    ) -> metadata.ChoiceExecutionMetadata:
        """Do what the choice AllocationRequest_Reject promises."""

    @method(daml="allocationRequest_WithdrawImpl", effects=True)
    @abstractmethod
    def allocation_request_withdraw_impl(
        self, cid: ContractId[AllocationRequest], arg: AllocationRequest_Withdraw
    ) -> metadata.ChoiceExecutionMetadata:
        """Do what the choice AllocationRequest_Withdraw promises."""

    @choice(name="AllocationRequest_Reject", controllers=lambda _, arg: [arg.actor])
    def allocation_request_reject(
        self, arg: AllocationRequest_Reject
    ) -> metadata.ChoiceExecutionMetadata:
        """Refuse to allocate; implementations check who may."""
        return self.allocation_request_reject_impl(self.contract_id, arg)

    @choice(
        name="AllocationRequest_Withdraw",
        controllers=lambda self: [self.allocation_request_view().settlement.executor],
    )
    def allocation_request_withdraw(
        self, arg: AllocationRequest_Withdraw
    ) -> metadata.ChoiceExecutionMetadata:
        """Take the request back."""
        return self.allocation_request_withdraw_impl(self.contract_id, arg)

"""A contract that shows itself as an allocation, signed by nobody who could pay it."""

from __future__ import annotations

from cantata.contracts.token_standard import allocation_v1 as standard
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import ContractId, Party, Template, TextMap, function, package

PACKAGE = package("forged-allocations", "1.0.0", module="Forgery")


class PaperAllocation(Template, standard.Allocation):
    """Says what a venue wants to see, and pays nothing."""

    allocation: standard.AllocationSpecification

    def signatories(self) -> list[Party]:
        """Give the sender alone, who owes."""
        return [self.allocation.transfer_leg.sender]

    def observers(self) -> list[Party]:
        """Give the executor, who is to be deceived."""
        return [self.allocation.settlement.executor]

    def allocation_view(self) -> standard.AllocationView:
        """Show what was agreed."""
        return standard.AllocationView(
            allocation=self.allocation, holding_cids=nothing(), meta=no_metadata()
        )

    def allocation_execute_transfer_impl(
        self, cid: ContractId[standard.Allocation], arg: standard.Allocation_ExecuteTransfer
    ) -> standard.Allocation_ExecuteTransferResult:
        """Pay nothing, with the authority of venue, sender and receiver."""
        return standard.Allocation_ExecuteTransferResult(
            sender_holding_cids=nothing(), receiver_holding_cids=nothing(), meta=no_metadata()
        )

    def allocation_cancel_impl(
        self, cid: ContractId[standard.Allocation], arg: standard.Allocation_Cancel
    ) -> standard.Allocation_CancelResult:
        """Give nothing back."""
        return standard.Allocation_CancelResult(sender_holding_cids=nothing(), meta=no_metadata())

    def allocation_withdraw_impl(
        self, cid: ContractId[standard.Allocation], arg: standard.Allocation_Withdraw
    ) -> standard.Allocation_WithdrawResult:
        """Give nothing back."""
        return standard.Allocation_WithdrawResult(sender_holding_cids=nothing(), meta=no_metadata())


@function
def nothing() -> list[ContractId[holding.Holding]]:
    """Give no holdings."""
    found: list[ContractId[holding.Holding]] = []
    return found


@function
def no_metadata() -> metadata.Metadata:
    """Give empty metadata."""
    return metadata.Metadata(values=TextMap({}))

"""One template that implements every interface of the token standard."""

from __future__ import annotations

from cantata.contracts.token_standard import allocation_instruction_v1 as instructing
from cantata.contracts.token_standard import allocation_request_v1 as requesting
from cantata.contracts.token_standard import allocation_v1 as allocating
from cantata.contracts.token_standard import burn_mint_v1 as supply
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as transfers
from cantata.lang import ContractId, Map, Party, Template, Text, TextMap, function, package

PACKAGE = package("cantata-everything", "1.0.0", module="Cases.Everything")


@function
def noted(what: Text, given: metadata.Metadata) -> metadata.Metadata:
    return metadata.Metadata(values=given.values.insert("done", what))


class Everything(
    Template,
    metadata.AnyContract,
    holding.Holding,
    transfers.TransferInstruction,
    transfers.TransferFactory,
    allocating.Allocation,
    instructing.AllocationInstruction,
    instructing.AllocationFactory,
    requesting.AllocationRequest,
    supply.BurnMintFactory,
):
    admin: Party
    viewer: Party
    transfer: transfers.Transfer
    allocation: allocating.AllocationSpecification
    legs: TextMap[allocating.TransferLeg]

    def signatories(self) -> list[Party]:
        return [self.admin]

    def observers(self) -> list[Party]:
        return [self.viewer, self.transfer.sender, self.transfer.receiver]

    def any_contract_view(self) -> metadata.AnyContractView:
        return metadata.AnyContractView()

    def holding_view(self) -> holding.HoldingView:
        return holding.HoldingView(
            owner=self.transfer.sender,
            instrument_id=self.transfer.instrument_id,
            amount=self.transfer.amount,
            lock=holding.Lock(
                holders=[self.admin],
                expires_at=self.transfer.execute_before,
                expires_after=None,
                context="all",
            ),
            meta=self.transfer.meta,
        )

    def transfer_instruction_view(self) -> transfers.TransferInstructionView:
        return transfers.TransferInstructionView(
            original_instruction_cid=None,
            transfer=self.transfer,
            status=transfers.TransferPendingInternalWorkflow(Map({self.admin: "check"})),
            meta=self.transfer.meta,
        )

    def transfer_instruction_accept_impl(
        self,
        cid: ContractId[transfers.TransferInstruction],
        arg: transfers.TransferInstruction_Accept,
    ) -> transfers.TransferInstructionResult:
        return transfers.TransferInstructionResult(
            output=transfers.TransferInstructionResult_Completed(self.transfer.input_holding_cids),
            sender_change_cids=[],
            meta=noted("accept", arg.extra_args.meta),
        )

    def transfer_instruction_reject_impl(
        self,
        cid: ContractId[transfers.TransferInstruction],
        arg: transfers.TransferInstruction_Reject,
    ) -> transfers.TransferInstructionResult:
        return transfers.TransferInstructionResult(
            output=transfers.TransferInstructionResult_Failed(),
            sender_change_cids=self.transfer.input_holding_cids,
            meta=noted("reject", arg.extra_args.meta),
        )

    def transfer_instruction_withdraw_impl(
        self,
        cid: ContractId[transfers.TransferInstruction],
        arg: transfers.TransferInstruction_Withdraw,
    ) -> transfers.TransferInstructionResult:
        return transfers.TransferInstructionResult(
            output=transfers.TransferInstructionResult_Failed(),
            sender_change_cids=self.transfer.input_holding_cids,
            meta=noted("withdraw", arg.extra_args.meta),
        )

    def transfer_instruction_update_impl(
        self,
        cid: ContractId[transfers.TransferInstruction],
        arg: transfers.TransferInstruction_Update,
    ) -> transfers.TransferInstructionResult:
        return transfers.TransferInstructionResult(
            output=transfers.TransferInstructionResult_Pending(cid),
            sender_change_cids=[],
            meta=noted("update", arg.extra_args.meta),
        )

    def transfer_factory_view(self) -> transfers.TransferFactoryView:
        return transfers.TransferFactoryView(admin=self.admin, meta=self.transfer.meta)

    def transfer_factory_transfer_impl(
        self,
        cid: ContractId[transfers.TransferFactory],
        arg: transfers.TransferFactory_Transfer,
    ) -> transfers.TransferInstructionResult:
        return transfers.TransferInstructionResult(
            output=transfers.TransferInstructionResult_Completed(arg.transfer.input_holding_cids),
            sender_change_cids=[],
            meta=noted("transfer", arg.extra_args.meta),
        )

    def transfer_factory_public_fetch_impl(
        self,
        cid: ContractId[transfers.TransferFactory],
        arg: transfers.TransferFactory_PublicFetch,
    ) -> transfers.TransferFactoryView:
        return self.transfer_factory_view()

    def allocation_view(self) -> allocating.AllocationView:
        return allocating.AllocationView(
            allocation=self.allocation, holding_cids=[], meta=self.transfer.meta
        )

    def allocation_execute_transfer_impl(
        self,
        cid: ContractId[allocating.Allocation],
        arg: allocating.Allocation_ExecuteTransfer,
    ) -> allocating.Allocation_ExecuteTransferResult:
        return allocating.Allocation_ExecuteTransferResult(
            sender_holding_cids=[],
            receiver_holding_cids=[],
            meta=noted("execute", arg.extra_args.meta),
        )

    def allocation_cancel_impl(
        self, cid: ContractId[allocating.Allocation], arg: allocating.Allocation_Cancel
    ) -> allocating.Allocation_CancelResult:
        return allocating.Allocation_CancelResult(
            sender_holding_cids=[], meta=noted("cancel", arg.extra_args.meta)
        )

    def allocation_withdraw_impl(
        self, cid: ContractId[allocating.Allocation], arg: allocating.Allocation_Withdraw
    ) -> allocating.Allocation_WithdrawResult:
        return allocating.Allocation_WithdrawResult(
            sender_holding_cids=[], meta=noted("withdraw", arg.extra_args.meta)
        )

    def allocation_instruction_view(self) -> instructing.AllocationInstructionView:
        return instructing.AllocationInstructionView(
            original_instruction_cid=None,
            allocation=self.allocation,
            pending_actions=Map({self.admin: "check"}),
            requested_at=self.transfer.requested_at,
            input_holding_cids=[],
            meta=self.transfer.meta,
        )

    def allocation_instruction_withdraw_impl(
        self,
        cid: ContractId[instructing.AllocationInstruction],
        arg: instructing.AllocationInstruction_Withdraw,
    ) -> instructing.AllocationInstructionResult:
        return instructing.AllocationInstructionResult(
            output=instructing.AllocationInstructionResult_Failed(),
            sender_change_cids=[],
            meta=noted("withdraw", arg.extra_args.meta),
        )

    def allocation_instruction_update_impl(
        self,
        cid: ContractId[instructing.AllocationInstruction],
        arg: instructing.AllocationInstruction_Update,
    ) -> instructing.AllocationInstructionResult:
        return instructing.AllocationInstructionResult(
            output=instructing.AllocationInstructionResult_Pending(cid),
            sender_change_cids=[],
            meta=noted("update", arg.extra_args.meta),
        )

    def allocation_factory_view(self) -> instructing.AllocationFactoryView:
        return instructing.AllocationFactoryView(admin=self.admin, meta=self.transfer.meta)

    def allocation_factory_allocate_impl(
        self,
        cid: ContractId[instructing.AllocationFactory],
        arg: instructing.AllocationFactory_Allocate,
    ) -> instructing.AllocationInstructionResult:
        return instructing.AllocationInstructionResult(
            output=instructing.AllocationInstructionResult_Failed(),
            sender_change_cids=arg.input_holding_cids,
            meta=noted(arg.allocation.transfer_leg_id, arg.extra_args.meta),
        )

    def allocation_factory_public_fetch_impl(
        self,
        cid: ContractId[instructing.AllocationFactory],
        arg: instructing.AllocationFactory_PublicFetch,
    ) -> instructing.AllocationFactoryView:
        return self.allocation_factory_view()

    def allocation_request_view(self) -> requesting.AllocationRequestView:
        return requesting.AllocationRequestView(
            settlement=self.allocation.settlement,
            transfer_legs=self.legs,
            meta=self.transfer.meta,
        )

    def allocation_request_reject_impl(
        self,
        cid: ContractId[requesting.AllocationRequest],
        arg: requesting.AllocationRequest_Reject,
    ) -> metadata.ChoiceExecutionMetadata:
        return metadata.ChoiceExecutionMetadata(meta=noted("reject", arg.extra_args.meta))

    def allocation_request_withdraw_impl(
        self,
        cid: ContractId[requesting.AllocationRequest],
        arg: requesting.AllocationRequest_Withdraw,
    ) -> metadata.ChoiceExecutionMetadata:
        return metadata.ChoiceExecutionMetadata(meta=noted("withdraw", arg.extra_args.meta))

    def burn_mint_factory_view(self) -> supply.BurnMintFactoryView:
        return supply.BurnMintFactoryView(admin=self.admin, meta=self.transfer.meta)

    def burn_mint_factory_burn_mint_impl(
        self,
        cid: ContractId[supply.BurnMintFactory],
        arg: supply.BurnMintFactory_BurnMint,
    ) -> supply.BurnMintFactory_BurnMintResult:
        return supply.BurnMintFactory_BurnMintResult(output_cids=arg.input_holding_cids)

    def burn_mint_factory_public_fetch_impl(
        self,
        cid: ContractId[supply.BurnMintFactory],
        arg: supply.BurnMintFactory_PublicFetch,
    ) -> supply.BurnMintFactoryView:
        return self.burn_mint_factory_view()

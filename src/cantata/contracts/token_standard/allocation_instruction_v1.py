"""Token standard, allocation instructions: ask a registry to allocate holdings to a leg."""

from __future__ import annotations

from cantata.contracts.token_standard import allocation_v1 as allocation
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import (
    Constructor,
    ContractId,
    Interface,
    Map,
    Party,
    Record,
    Text,
    Time,
    abstractmethod,
    choice,
    foreign,
    method,
    view,
)

PACKAGE = foreign(
    "splice-api-token-allocation-instruction-v1",
    "1.0.0",
    id="275064aacfe99cea72ee0c80563936129563776f67415ef9f13e4297eecbc520",
    module="Splice.Api.Token.AllocationInstructionV1",
)


class AllocationInstructionView(Record):
    """What the standard shows of an instruction."""

    original_instruction_cid: ContractId[AllocationInstruction] | None
    allocation: allocation.AllocationSpecification
    pending_actions: Map[Party, Text]
    requested_at: Time
    input_holding_cids: list[ContractId[holding.Holding]]
    meta: metadata.Metadata


class AllocationInstructionResult_Pending(Constructor):
    """Somebody has to act on an instruction."""

    allocation_instruction_cid: ContractId[AllocationInstruction]


class AllocationInstructionResult_Completed(Constructor):
    """The holdings are allocated."""

    allocation_cid: ContractId[allocation.Allocation]


class AllocationInstructionResult_Failed(Constructor):
    """Nothing was allocated."""


AllocationInstructionResult_Output = (
    AllocationInstructionResult_Pending
    | AllocationInstructionResult_Completed
    | AllocationInstructionResult_Failed
)
"""How far an allocation got."""


class AllocationInstructionResult(Record):
    """The outcome of a step of an allocation and the sender's change."""

    output: AllocationInstructionResult_Output
    sender_change_cids: list[ContractId[holding.Holding]]
    meta: metadata.Metadata


class AllocationInstruction_Withdraw(Record):
    """The sender takes the instruction back."""

    extra_args: metadata.ExtraArgs


class AllocationInstruction_Update(Record):
    """The registry takes a step of its internal workflow."""

    extra_actors: list[Party]
    extra_args: metadata.ExtraArgs


class AllocationInstruction(Interface):
    """An allocation under way."""

    @view
    def allocation_instruction_view(self) -> AllocationInstructionView:
        """Show the contract as the standard does."""

    @method(daml="allocationInstruction_withdrawImpl", effects=True)
    @abstractmethod
    def allocation_instruction_withdraw_impl(
        self, cid: ContractId[AllocationInstruction], arg: AllocationInstruction_Withdraw
    ) -> AllocationInstructionResult:
        """Do what the choice AllocationInstruction_Withdraw promises."""

    @method(daml="allocationInstruction_updateImpl", effects=True)
    @abstractmethod
    def allocation_instruction_update_impl(
        self, cid: ContractId[AllocationInstruction], arg: AllocationInstruction_Update
    ) -> AllocationInstructionResult:
        """Do what the choice AllocationInstruction_Update promises."""

    @choice(
        name="AllocationInstruction_Withdraw",
        controllers=lambda self: [
            self.allocation_instruction_view().allocation.transfer_leg.sender
        ],
    )
    def allocation_instruction_withdraw(
        self, arg: AllocationInstruction_Withdraw
    ) -> AllocationInstructionResult:
        """End the instruction by the sender's will; the funds go back."""
        return self.allocation_instruction_withdraw_impl(self.contract_id, arg)

    @choice(
        name="AllocationInstruction_Update",
        controllers=lambda self, arg: [
            self.allocation_instruction_view().allocation.transfer_leg.instrument_id.admin,
            *arg.extra_actors,
        ],
    )
    def allocation_instruction_update(
        self, arg: AllocationInstruction_Update
    ) -> AllocationInstructionResult:
        """Take a step of the registry's internal workflow."""
        return self.allocation_instruction_update_impl(self.contract_id, arg)


class AllocationFactoryView(Record):
    """What the standard shows of an allocation factory."""

    admin: Party
    meta: metadata.Metadata


class AllocationFactory_Allocate(Record):
    """The sender asks for an allocation."""

    expected_admin: Party
    allocation: allocation.AllocationSpecification
    requested_at: Time
    input_holding_cids: list[ContractId[holding.Holding]]
    extra_args: metadata.ExtraArgs


class AllocationFactory_PublicFetch(Record):
    """Anybody looks at the factory."""

    expected_admin: Party
    actor: Party


class AllocationFactory(Interface):
    """Where allocations of an admin's instruments begin."""

    @view
    def allocation_factory_view(self) -> AllocationFactoryView:
        """Show the contract as the standard does."""

    @method(daml="allocationFactory_allocateImpl", effects=True)
    @abstractmethod
    def allocation_factory_allocate_impl(
        self, cid: ContractId[AllocationFactory], arg: AllocationFactory_Allocate
    ) -> AllocationInstructionResult:
        """Do what the choice AllocationFactory_Allocate promises."""

    @method(daml="allocationFactory_publicFetchImpl", effects=True)
    @abstractmethod
    def allocation_factory_public_fetch_impl(
        self, cid: ContractId[AllocationFactory], arg: AllocationFactory_PublicFetch
    ) -> AllocationFactoryView:
        """Do what the choice AllocationFactory_PublicFetch promises."""

    @choice(
        name="AllocationFactory_Allocate",
        consuming=False,
        controllers=lambda _, arg: [arg.allocation.transfer_leg.sender],
    )
    def allocation_factory_allocate(
        self, arg: AllocationFactory_Allocate
    ) -> AllocationInstructionResult:
        """Allocate holdings; implementations check the expected admin."""
        return self.allocation_factory_allocate_impl(self.contract_id, arg)

    @choice(
        name="AllocationFactory_PublicFetch",
        consuming=False,
        controllers=lambda _, arg: [arg.actor],
    )
    def allocation_factory_public_fetch(
        self, arg: AllocationFactory_PublicFetch
    ) -> AllocationFactoryView:
        """Look at the factory without being its stakeholder."""
        return self.allocation_factory_public_fetch_impl(self.contract_id, arg)

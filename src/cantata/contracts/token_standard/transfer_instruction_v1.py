"""Token standard, transfers: ask a registry to move holdings from one party to another."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import (
    Constructor,
    ContractId,
    Decimal,
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
    "splice-api-token-transfer-instruction-v1",
    "1.0.0",
    id="55ba4deb0ad4662c4168b39859738a0e91388d252286480c7331b3f71a517281",
    module="Splice.Api.Token.TransferInstructionV1",
)


class Transfer(Record):
    """A transfer as its sender specifies it; `execute_before` is exclusive."""

    sender: Party
    receiver: Party
    amount: Decimal
    instrument_id: holding.InstrumentId
    requested_at: Time
    execute_before: Time
    input_holding_cids: list[ContractId[holding.Holding]]
    meta: metadata.Metadata


class TransferInstructionResult_Pending(Constructor):
    """Somebody has to act on an instruction."""

    transfer_instruction_cid: ContractId[TransferInstruction]


class TransferInstructionResult_Completed(Constructor):
    """The receiver has the holdings."""

    receiver_holding_cids: list[ContractId[holding.Holding]]


class TransferInstructionResult_Failed(Constructor):
    """Nothing was transferred."""


TransferInstructionResult_Output = (
    TransferInstructionResult_Pending
    | TransferInstructionResult_Completed
    | TransferInstructionResult_Failed
)
"""How far a transfer got."""


class TransferInstructionResult(Record):
    """The outcome of a step of a transfer and the sender's change."""

    output: TransferInstructionResult_Output
    sender_change_cids: list[ContractId[holding.Holding]]
    meta: metadata.Metadata


class TransferPendingReceiverAcceptance(Constructor):
    """The receiver's acceptance."""


class TransferPendingInternalWorkflow(Constructor):
    """Actions of the registry's own, each described by who has to take it."""

    pending_actions: Map[Party, Text]


TransferInstructionStatus = TransferPendingReceiverAcceptance | TransferPendingInternalWorkflow
"""What an instruction waits for."""


class TransferInstructionView(Record):
    """What the standard shows of an instruction."""

    original_instruction_cid: ContractId[TransferInstruction] | None
    transfer: Transfer
    status: TransferInstructionStatus
    meta: metadata.Metadata


class TransferInstruction_Accept(Record):
    """The receiver accepts the transfer."""

    extra_args: metadata.ExtraArgs


class TransferInstruction_Reject(Record):
    """The receiver rejects the transfer."""

    extra_args: metadata.ExtraArgs


class TransferInstruction_Withdraw(Record):
    """The sender takes the transfer back."""

    extra_args: metadata.ExtraArgs


class TransferInstruction_Update(Record):
    """The registry takes a step of its internal workflow."""

    extra_actors: list[Party]
    extra_args: metadata.ExtraArgs


class TransferInstruction(Interface):
    """A transfer under way."""

    @view
    def transfer_instruction_view(self) -> TransferInstructionView:
        """Show the contract as the standard does."""

    @method(daml="transferInstruction_acceptImpl", effects=True)
    @abstractmethod
    def transfer_instruction_accept_impl(
        self, cid: ContractId[TransferInstruction], arg: TransferInstruction_Accept
    ) -> TransferInstructionResult:
        """Do what the choice TransferInstruction_Accept promises."""

    @method(daml="transferInstruction_rejectImpl", effects=True)
    @abstractmethod
    def transfer_instruction_reject_impl(
        self, cid: ContractId[TransferInstruction], arg: TransferInstruction_Reject
    ) -> TransferInstructionResult:
        """Do what the choice TransferInstruction_Reject promises."""

    @method(daml="transferInstruction_withdrawImpl", effects=True)
    @abstractmethod
    def transfer_instruction_withdraw_impl(
        self, cid: ContractId[TransferInstruction], arg: TransferInstruction_Withdraw
    ) -> TransferInstructionResult:
        """Do what the choice TransferInstruction_Withdraw promises."""

    @method(daml="transferInstruction_updateImpl", effects=True)
    @abstractmethod
    def transfer_instruction_update_impl(
        self, cid: ContractId[TransferInstruction], arg: TransferInstruction_Update
    ) -> TransferInstructionResult:
        """Do what the choice TransferInstruction_Update promises."""

    @choice(
        name="TransferInstruction_Accept",
        controllers=lambda self: [self.transfer_instruction_view().transfer.receiver],
    )
    def transfer_instruction_accept(
        self, arg: TransferInstruction_Accept
    ) -> TransferInstructionResult:
        """Complete the transfer, or take it one step further."""
        return self.transfer_instruction_accept_impl(self.contract_id, arg)

    @choice(
        name="TransferInstruction_Reject",
        controllers=lambda self: [self.transfer_instruction_view().transfer.receiver],
    )
    def transfer_instruction_reject(
        self, arg: TransferInstruction_Reject
    ) -> TransferInstructionResult:
        """End the transfer by the receiver's will; the funds go back."""
        return self.transfer_instruction_reject_impl(self.contract_id, arg)

    @choice(
        name="TransferInstruction_Withdraw",
        controllers=lambda self: [self.transfer_instruction_view().transfer.sender],
    )
    def transfer_instruction_withdraw(
        self, arg: TransferInstruction_Withdraw
    ) -> TransferInstructionResult:
        """End the transfer by the sender's will; the funds go back."""
        return self.transfer_instruction_withdraw_impl(self.contract_id, arg)

    @choice(
        name="TransferInstruction_Update",
        controllers=lambda self, arg: [
            self.transfer_instruction_view().transfer.instrument_id.admin,
            *arg.extra_actors,
        ],
    )
    def transfer_instruction_update(
        self, arg: TransferInstruction_Update
    ) -> TransferInstructionResult:
        """Take a step of the registry's internal workflow."""
        return self.transfer_instruction_update_impl(self.contract_id, arg)


class TransferFactoryView(Record):
    """What the standard shows of a transfer factory."""

    admin: Party
    meta: metadata.Metadata


class TransferFactory_Transfer(Record):
    """The sender instructs a transfer."""

    expected_admin: Party
    transfer: Transfer
    extra_args: metadata.ExtraArgs


class TransferFactory_PublicFetch(Record):
    """Anybody looks at the factory."""

    expected_admin: Party
    actor: Party


class TransferFactory(Interface):
    """Where transfers of an admin's instruments begin."""

    @view
    def transfer_factory_view(self) -> TransferFactoryView:
        """Show the contract as the standard does."""

    @method(daml="transferFactory_transferImpl", effects=True)
    @abstractmethod
    def transfer_factory_transfer_impl(
        self, cid: ContractId[TransferFactory], arg: TransferFactory_Transfer
    ) -> TransferInstructionResult:
        """Do what the choice TransferFactory_Transfer promises."""

    @method(daml="transferFactory_publicFetchImpl", effects=True)
    @abstractmethod
    def transfer_factory_public_fetch_impl(
        self, cid: ContractId[TransferFactory], arg: TransferFactory_PublicFetch
    ) -> TransferFactoryView:
        """Do what the choice TransferFactory_PublicFetch promises."""

    @choice(
        name="TransferFactory_Transfer",
        consuming=False,
        controllers=lambda _, arg: [arg.transfer.sender],
    )
    def transfer_factory_transfer(self, arg: TransferFactory_Transfer) -> TransferInstructionResult:
        """Instruct a transfer; implementations check the expected admin."""
        return self.transfer_factory_transfer_impl(self.contract_id, arg)

    @choice(
        name="TransferFactory_PublicFetch",
        consuming=False,
        controllers=lambda _, arg: [arg.actor],
    )
    def transfer_factory_public_fetch(
        self, arg: TransferFactory_PublicFetch
    ) -> TransferFactoryView:
        """Look at the factory without being its stakeholder."""
        return self.transfer_factory_public_fetch_impl(self.contract_id, arg)

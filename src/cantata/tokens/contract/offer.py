"""An offered transfer: the sender's funds wait, locked, for the receiver's answer."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import (
    ContractId,
    Party,
    Template,
    before,
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

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Offer")


class TransferOffer(Template, standard.TransferInstruction):
    """A transfer that waits for its receiver; the locked holding is its only input."""

    transfer: standard.Transfer
    locked_cid: ContractId[Token]

    def signatories(self) -> list[Party]:
        """Give admin and sender, whose funds are locked."""
        return [self.transfer.instrument_id.admin, self.transfer.sender]

    def observers(self) -> list[Party]:
        """Give the receiver, who is asked."""
        return [self.transfer.receiver]

    def transfer_instruction_view(self) -> standard.TransferInstructionView:
        """Show the offer as the token standard does."""
        waiting = standard.TransferPendingReceiverAcceptance()
        return standard.TransferInstructionView(
            original_instruction_cid=None,
            transfer=self.transfer,
            status=waiting,
            meta=no_metadata(),
        )

    def transfer_instruction_accept_impl(
        self,
        cid: ContractId[standard.TransferInstruction],
        arg: standard.TransferInstruction_Accept,
    ) -> standard.TransferInstructionResult:
        """Hand the locked funds to the receiver, before the deadline, if the rules allow it."""
        transfer = self.transfer
        require(
            before(transfer.execute_before),
            "tokens/offer-expired",
            "the offer has expired",
            expired=transfer.execute_before,
        )
        require_clear(
            arg.extra_args.context,
            transfer.instrument_id,
            Operation.ACCEPT,
            transfer.sender,
            transfer.receiver,
        )
        amount = exercise(
            self.locked_cid,
            Token.take,
            owner=transfer.sender,
            instrument_id=transfer.instrument_id,
            release=True,
        )
        received_cid = issue(transfer.instrument_id, transfer.receiver, amount, None)
        return standard.TransferInstructionResult(
            output=standard.TransferInstructionResult_Completed(
                receiver_holding_cids=[received_cid]
            ),
            sender_change_cids=[],
            meta=annotate_transfer(transfer.sender, transfer.meta),
        )

    def transfer_instruction_reject_impl(
        self,
        cid: ContractId[standard.TransferInstruction],
        arg: standard.TransferInstruction_Reject,
    ) -> standard.TransferInstructionResult:
        """Give the funds back by the will of the receiver."""
        return return_funds(self, arg.extra_args)

    def transfer_instruction_withdraw_impl(
        self,
        cid: ContractId[standard.TransferInstruction],
        arg: standard.TransferInstruction_Withdraw,
    ) -> standard.TransferInstructionResult:
        """Give the funds back by the will of the sender."""
        return return_funds(self, arg.extra_args)

    def transfer_instruction_update_impl(
        self,
        cid: ContractId[standard.TransferInstruction],
        arg: standard.TransferInstruction_Update,
    ) -> standard.TransferInstructionResult:
        """Clean up an expired offer; the admin alone can do it, and only after the deadline."""
        require(
            not_before(self.transfer.execute_before),
            "tokens/offer-not-expired",
            "the offer still waits for its receiver",
            until=self.transfer.execute_before,
        )
        return return_funds(self, arg.extra_args)


@function
def lock_for(transfer: standard.Transfer) -> holding.Lock:
    """Give the lock of an offer's funds: the admin holds it until the deadline."""
    return holding.Lock(
        holders=[transfer.instrument_id.admin],
        expires_at=transfer.execute_before,
        expires_after=None,
        context=f"transfer to {transfer.receiver}",
    )


@update
def return_funds(
    offer: TransferOffer, extra_args: metadata.ExtraArgs
) -> standard.TransferInstructionResult:
    """Give the locked funds back; if their expired lock was used already, there are none."""
    transfer = offer.transfer
    change_cids: list[ContractId[holding.Holding]] = []
    if lock_stands(extra_args.context):
        amount = exercise(
            offer.locked_cid,
            Token.take,
            owner=transfer.sender,
            instrument_id=transfer.instrument_id,
            release=True,
        )
        change_cids = [issue(transfer.instrument_id, transfer.sender, amount, None)]
    else:
        require(
            not_before(transfer.execute_before),
            "tokens/offer-not-expired",
            "the lock of an offer stands until its deadline",
            until=transfer.execute_before,
        )
    return standard.TransferInstructionResult(
        output=standard.TransferInstructionResult_Failed(),
        sender_change_cids=change_cids,
        meta=annotate("unlock", extra_args.meta),
    )

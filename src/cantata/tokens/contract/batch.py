"""Payments of one sender that happen together or not at all."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import (
    ContractId,
    Party,
    Record,
    Template,
    choice,
    exercise,
    package,
    replace,
    require,
)
from cantata.tokens.contract.factory import TokenFactory

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Batch")

MAX_PAYMENTS = 100


class Payment(Record):
    """A transfer without inputs, and what the rules and its receiver say to it."""

    transfer: standard.Transfer
    extra_args: metadata.ExtraArgs


class PaymentsResult(Record):
    """What became of each payment, in the order asked for, and what was left of the inputs."""

    results: list[standard.TransferInstructionResult]
    change_cids: list[ContractId[holding.Holding]]


class PaymentBatch(Template):
    """A sender's order for several payments; the sender alone sees it as a whole.

    Each payment is paid out of what the one before it left over, so that a single holding is
    enough for all of them.
    """

    sender: Party

    def signatories(self) -> list[Party]:
        """Give the sender."""
        return [self.sender]

    @choice(name="PaymentBatch_Pay", controllers=lambda self: [self.sender])
    def pay(
        self,
        factory_cid: ContractId[TokenFactory],
        payments: list[Payment],
        input_holding_cids: list[ContractId[holding.Holding]],
    ) -> PaymentsResult:
        """Make all payments, under the rules for each of them."""
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
                factory_cid,
                TokenFactory.transfer,
                transfer=replace(payment.transfer, input_holding_cids=left),
                extra_args=payment.extra_args,
            )
            results = [*results, result]
            left = result.sender_change_cids
        return PaymentsResult(results=results, change_cids=left)

"""A transfer of holdings: to oneself, directly under a pre-approval, or by offer."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import (
    ContractId,
    Time,
    before,
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
from cantata.tokens.contract.annotations import annotate, annotate_transfer, no_metadata
from cantata.tokens.contract.clearance import require_clear
from cantata.tokens.contract.context import PREAPPROVAL, contract_in
from cantata.tokens.contract.offer import TransferOffer, lock_for
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.rules import Operation, require_instrument
from cantata.tokens.contract.token import (
    issue,
    issue_change,
    require_amount,
    require_covered,
    take_all,
)

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Transfer")


@update
def instruct(
    own: holding.InstrumentId, asked: standard.Transfer, extra_args: metadata.ExtraArgs
) -> standard.TransferInstructionResult:
    """Transfer to oneself, directly under a pre-approval, or by offer."""
    require_instrument(own, asked.instrument_id)
    require_requested(asked.requested_at)
    require_time_left(asked.execute_before)
    context = extra_args.context
    decimals = require_clear(context, own, Operation.TRANSFER, asked.sender, asked.receiver)
    require_amount(asked.amount, decimals)
    require_inputs(asked.input_holding_cids)
    held = take_all(asked.input_holding_cids, asked.sender, own)
    require_covered(held, asked.amount)
    change_cids = issue_change(own, asked.sender, held - asked.amount)
    if asked.sender == asked.receiver:
        return keep(asked, change_cids)
    preapproval = contract_in(context, PREAPPROVAL)
    if preapproval is None:
        return offer(asked, change_cids)
    return send(coerce(preapproval, TransferPreapproval), asked, change_cids)


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


@update
def require_time_left(execute_before: Time) -> None:
    """Refuse what had to be done before now."""
    require(
        before(execute_before),
        "tokens/deadline-passed",
        "the transfer's deadline has passed",
        deadline=execute_before,
    )


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

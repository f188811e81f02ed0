"""Forced transfers: funds move by the order of somebody above their owner, with four eyes."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import (
    ContractId,
    Decimal,
    Party,
    Record,
    Text,
    Time,
    coerce,
    exercise,
    fetch,
    first,
    function,
    package,
    replace,
    require,
    update,
)
from cantata.tokens.contract.annotations import annotate_transfer, because
from cantata.tokens.contract.clearance import require_receiver
from cantata.tokens.contract.context import PREAPPROVAL, RULES, contract_in, require_named
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.rules import TokenRules, rules_for
from cantata.tokens.contract.token import (
    ZERO,
    Token,
    issue,
    require_amount,
    require_covered,
    take_all,
)
from cantata.tokens.contract.transfer import (
    completed,
    offer,
    require_inputs,
    require_requested,
    require_time_left,
    send,
)

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Force")


class ForcedTransfer(Record):
    """What is to move from whom to whom, and by whose order.

    Inputs are used up in their order, so name free ones before frozen ones: of the last, what
    is not needed stays as it is. `frozen` of the amount arrives frozen, as it was.
    """

    owner: Party
    receiver: Party
    amount: Decimal
    frozen: Decimal
    input_holding_cids: list[ContractId[holding.Holding]]
    reason_code: Text
    document_hash: Text
    requested_at: Time
    execute_before: Time


class Custody(Record):
    """What the admin has seized, and what that left with the owner."""

    amount: Decimal
    seized_cids: list[ContractId[holding.Holding]]
    rest_cids: list[ContractId[holding.Holding]]


@update
def force(
    of: holding.InstrumentId,
    approver: Party,
    order: ForcedTransfer,
    extra_args: metadata.ExtraArgs,
) -> standard.TransferInstructionResult:
    """Seize an amount and pass it on: to the admin, directly under a pre-approval, or by offer."""
    require(
        order.owner != order.receiver,
        "tokens/same-party",
        "a forced transfer needs another receiver",
        party=order.owner,
    )
    require_inputs(order.input_holding_cids)
    require_requested(order.requested_at)
    require_time_left(order.execute_before)
    rules_cid = contract_in(extra_args.context, RULES)
    require_named(rules_cid is not None, RULES)
    seized_cids: list[ContractId[holding.Holding]] = []
    custody = Custody(amount=ZERO, seized_cids=seized_cids, rest_cids=seized_cids)
    if rules_cid is not None:
        rules = rules_for(coerce(rules_cid, TokenRules), of)
        require_amount(order.amount, rules.decimals)
        if rules.accounts_required:
            require_receiver(extra_args.context, rules, order.receiver)
        custody = seize(of, approver, order, coerce(rules_cid, TokenRules))
    require_covered(custody.amount, order.amount)
    held = take_all(custody.seized_cids, of.admin, of)
    passed = pass_on(of, held, order, extra_args.context)
    return replace(passed, sender_change_cids=custody.rest_cids)


@update
def seize(
    of: holding.InstrumentId,
    approver: Party,
    order: ForcedTransfer,
    rules_cid: ContractId[TokenRules],
) -> Custody:
    """Take what is needed of each input into the admin's custody."""
    taken = ZERO
    seized_cids: list[ContractId[holding.Holding]] = []
    rest_cids: list[ContractId[holding.Holding]] = []
    for cid in order.input_holding_cids:
        token_cid = coerce(cid, Token)
        token = fetch(token_cid)
        require(
            token.owner == order.owner,
            "tokens/other-owner",
            "an input is owned by another party",
            expected=order.owner,
            found=token.owner,
        )
        part = min(token.amount, order.amount - taken)
        if part > ZERO:
            seized = exercise(
                token_cid,
                Token.seize,
                approver=approver,
                amount=part,
                reason_code=order.reason_code,
                document_hash=order.document_hash,
                rules_cid=rules_cid,
            )
            seized_cids = [*seized_cids, seized.custody_cid]
            rest_cids = rest_cids + seized.rest_cids
            taken = taken + part
    return Custody(amount=taken, seized_cids=seized_cids, rest_cids=rest_cids)


@update
def pass_on(
    of: holding.InstrumentId,
    held: Decimal,
    order: ForcedTransfer,
    context: metadata.ChoiceContext,
) -> standard.TransferInstructionResult:
    """Hand what was seized to whom it is due, as far as possible at once."""
    why = because(order.reason_code)
    if order.receiver == of.admin:
        require_unfrozen(order.frozen)
        kept_cid = issue(of, of.admin, held, None)
        return completed(kept_cid, [], annotate_transfer(order.owner, why))
    transfer = standard.Transfer(
        sender=of.admin,
        receiver=order.receiver,
        amount=held,
        instrument_id=of,
        requested_at=order.requested_at,
        execute_before=order.execute_before,
        input_holding_cids=[],
        meta=why,
    )
    preapproval = contract_in(context, PREAPPROVAL)
    if preapproval is None:
        require_unfrozen(order.frozen)
        return offer(transfer, [])
    sent = send(coerce(preapproval, TransferPreapproval), transfer, [])
    return standard.TransferInstructionResult(
        output=refreeze(sent.output, order, context),
        sender_change_cids=[],
        meta=annotate_transfer(order.owner, why),
    )


@function
def require_unfrozen(frozen: Decimal) -> None:
    """Refuse to freeze what does not arrive with its receiver at once."""
    require(
        frozen == ZERO,
        "tokens/preapproval-missing",
        "funds can arrive frozen only under the receiver's pre-approval",
        frozen=frozen,
    )


@update
def refreeze(
    output: standard.TransferInstructionResult_Output,
    order: ForcedTransfer,
    context: metadata.ChoiceContext,
) -> standard.TransferInstructionResult_Output:
    """Freeze with the receiver what was frozen with the owner."""
    rules_cid = contract_in(context, RULES)
    match output:
        case standard.TransferInstructionResult_Completed(receiver_holding_cids=cids):
            received = first(cids)
            if rules_cid is None or received is None or order.frozen == ZERO:
                return output
            frozen = exercise(
                coerce(received, Token),
                Token.freeze,
                amount=order.frozen,
                reason=order.reason_code,
                rules_cid=coerce(rules_cid, TokenRules),
            )
            return standard.TransferInstructionResult_Completed(
                receiver_holding_cids=frozen.frozen_cids + frozen.free_cids
            )
        case _:
            return output

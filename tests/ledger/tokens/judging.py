"""Short words for what an admin does to holdings: freezes, seizures, forced transfers."""

from __future__ import annotations

from typing import Any

from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import ContractId, Decimal, Party
from cantata.testing import Command, exercise
from cantata.tokens.contract.context import PREAPPROVAL
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.force import ForcedTransfer
from cantata.tokens.contract.token import Token
from tests.ledger.tokens.stage import (
    HOUR,
    Stage,
    cid_in,
    extras,
)

UNAUTHORIZED = "DAML_AUTHORIZATION_ERROR"
ORDER = "ab" * 32


def held(stage: Stage, owner: Party, amount: str) -> ContractId[Token]:
    """Give the holding of an owner with an amount."""
    found = (a for a in stage.tokens(owner) if a.payload.amount == Decimal(amount))
    return ContractId(next(found).contract_id)


def freezing(
    stage: Stage, cid: ContractId[Token], amount: str, reason: str = "court"
) -> Command[Any]:
    """Give the command that freezes an amount of a holding."""
    return exercise(cid, Token.freeze, amount=Decimal(amount), reason=reason, rules_cid=stage.rules)


def unfreezing(
    stage: Stage, cid: ContractId[Token], amount: str, reason: str = "lifted"
) -> Command[Any]:
    """Give the command that lets an amount of a frozen holding go."""
    return exercise(
        cid, Token.unfreeze, amount=Decimal(amount), reason=reason, rules_cid=stage.rules
    )


def seizing(stage: Stage, cid: ContractId[Token], amount: str, **changes: Any) -> Command[Any]:
    """Give the command that takes an amount of a holding into custody."""
    fields: dict[str, Any] = {
        "approver": stage.carol,
        "reason_code": "AML-7",
        "document_hash": ORDER,
        "rules_cid": stage.rules,
    }
    return exercise(cid, Token.seize, amount=Decimal(amount), **{**fields, **changes})


def freeze(stage: Stage, owner: Party, held_amount: str, amount: str) -> Any:
    """Freeze an amount of a holding and give the result."""
    command = freezing(stage, held(stage, owner, held_amount), amount)
    return stage.acting(stage.issuer).submit(command).results[0]


def forced(stage: Stage, owner: Party, receiver: Party, amount: str, **changes: Any) -> Any:
    """Give the order of a forced transfer of all holdings of the owner, the free ones first."""
    inputs = sorted(stage.tokens(owner), key=lambda active: active.payload.lock is not None)
    fields: dict[str, Any] = {
        "owner": owner,
        "receiver": receiver,
        "amount": Decimal(amount),
        "frozen": Decimal("0"),
        "input_holding_cids": [ContractId[Any](active.contract_id) for active in inputs],
        "reason_code": "COURT-1",
        "document_hash": ORDER,
        "requested_at": stage.ledger.now,
        "execute_before": stage.ledger.now + HOUR,
    }
    return ForcedTransfer(**{**fields, **changes})


def forcing(stage: Stage, order: Any, consent: Any = None, approver: Any = None) -> Command[Any]:
    """Give the command that forces a transfer."""
    context = stage.terms(stage.issuer, order.receiver)
    if consent is not None:
        context[PREAPPROVAL] = cid_in(consent)
    return exercise(
        stage.factory,
        TokenFactory.force_transfer,
        approver=approver or stage.carol,
        order=order,
        extra_args=extras(context),
    )


def force(stage: Stage, order: Any, consent: Any = None) -> standard.TransferInstructionResult:
    """Force a transfer and give its result."""
    both = stage.acting(stage.issuer, stage.carol)
    result: standard.TransferInstructionResult = both.submit(
        forcing(stage, order, consent)
    ).results[0]
    return result

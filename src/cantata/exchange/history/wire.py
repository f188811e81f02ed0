"""Prints a state and its entries as JSON data, amounts as texts with all their decimals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cantata.exchange.history.model import Entry, Finding, Holding, Instruction, Instrument
from cantata.exchange.history.state import State
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp


def state_json(state: State, entries: Iterable[Entry]) -> dict[str, Any]:
    """Give holdings and waiting instructions, oldest first, and the entries of a history."""
    return {
        "holdings": [holding_json(each) for each in state.holdings.values()],
        "pending": [instruction_json(each) for each in state.instructions.values()],
        "entries": [entry_json(each) for each in entries],
    }


def holding_json(holding: Holding) -> dict[str, Any]:
    """Give a holding; it is locked if it has a lock, expired or not.

    The member `findings` is there only if there are any.
    """
    shown: dict[str, Any] = {
        "contractId": holding.contract_id,
        "instrument": _instrument(holding.instrument),
        "amount": holding.amount.to_wire(),
        "locked": holding.lock is not None,
    }
    return _doubted(shown, holding.admin_signed)


def instruction_json(instruction: Instruction) -> dict[str, Any]:
    """Give an instruction that waits, under the names that entries have."""
    transfer = instruction.transfer
    shown: dict[str, Any] = {
        "contractId": instruction.contract_id,
        "instructionId": instruction.contract_id,
        "originalInstructionId": instruction.original_id,
        "sender": transfer.sender,
        "receiver": transfer.receiver,
        "instrument": _instrument(transfer.instrument),
        "amount": transfer.amount.to_wire(),
        "memo": transfer.memo,
        "requestedAt": _time(transfer.requested_at),
        "executeBefore": _time(transfer.execute_before),
        "awaitsReceiver": instruction.awaits_receiver,
    }
    return _doubted(shown, instruction.admin_signed)


def entry_json(entry: Entry) -> dict[str, Any]:
    """Give an entry; the member `findings` is there only if there are any."""
    shown: dict[str, Any] = {
        "updateId": entry.update_id,
        "recordTime": _time(entry.record_time),
        "offset": entry.offset,
        "nodeId": entry.node_id,
        "kind": entry.kind.value,
        "status": entry.status.value,
        "sender": entry.sender,
        "receiver": entry.receiver,
        "instrument": None if entry.instrument is None else _instrument(entry.instrument),
        "amount": _amount(entry.amount),
        "memo": entry.memo,
        "instructionId": entry.instruction_id,
        "originalInstructionId": entry.original_instruction_id,
        "holdingsCreated": [each.contract_id for each in entry.created],
        "holdingsArchived": [each.contract_id for each in entry.archived],
    }
    if entry.findings:
        shown["findings"] = [finding.value for finding in entry.findings]
    return shown


def _doubted(shown: dict[str, Any], admin_signed: bool) -> dict[str, Any]:
    if not admin_signed:
        shown["findings"] = [Finding.NOT_SIGNED_BY_ADMIN.value]
    return shown


def _instrument(instrument: Instrument) -> dict[str, str]:
    return {"admin": instrument.admin, "id": instrument.id}


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else amount.to_wire()


def _time(moment: Timestamp | None) -> str | None:
    return None if moment is None else str(moment)

"""Refusing a submission because another transaction holds what it uses."""

from __future__ import annotations

from cantata.sandbox.engine import Transaction
from cantata.sandbox.participant.commands.parse import shortened_physical
from cantata.sandbox.participant.errors import Refusal
from cantata.sandbox.participant.identity import Identity


def locked(transaction: Transaction, identity: Identity) -> Refusal:
    """Refuse a transaction that may succeed when its command is submitted again."""
    used = [contract.contract_id for contract in transaction.inputs]
    confirming = {party for contract in transaction.inputs for party in contract.signatories}
    context = {
        "CONTRACT_ID": f"List({', '.join(used)})",
        "reported_by_participant_id": f"PAR::{identity.participant_id}",
        "psid": shortened_physical(identity.synchronizer.physical_id),
        "confirming_parties": ", ".join(sorted({*confirming, identity.participant_id})),
    }
    return Refusal(
        "LOCAL_VERDICT_LOCKED_CONTRACTS",
        "Rejected transaction is referring to locked contracts ",
        context=context,
        resources=[("CONTRACT_ID", contract_id) for contract_id in used],
    )

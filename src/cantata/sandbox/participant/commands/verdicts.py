"""Refusing a transaction because of another one that uses the same contracts."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.sandbox.engine import Create, Exercise, Transaction
from cantata.sandbox.participant.commands.parse import shortened_physical
from cantata.sandbox.participant.errors import Refusal
from cantata.sandbox.participant.identity import Identity


def locked(transaction: Transaction, identity: Identity) -> Refusal:
    """Refuse a transaction that may succeed when its command is submitted again."""
    used = [contract.contract_id for contract in transaction.inputs]
    return _verdict("locked", used, transaction, identity)


def inactive(contract_ids: Sequence[str], transaction: Transaction, identity: Identity) -> Refusal:
    """Refuse a transaction of which some contracts were archived since it was interpreted."""
    return _verdict("inactive", contract_ids, transaction, identity)


def _verdict(
    kind: str, contract_ids: Sequence[str], transaction: Transaction, identity: Identity
) -> Refusal:
    confirming = {*_confirming(transaction), identity.participant_id}
    context = {
        "CONTRACT_ID": f"List({', '.join(contract_ids)})",
        "reported_by_participant_id": f"PAR::{identity.participant_id}",
        "psid": shortened_physical(identity.synchronizer.physical_id),
        "confirming_parties": ", ".join(sorted(confirming)),
    }
    return Refusal(
        f"LOCAL_VERDICT_{kind.upper()}_CONTRACTS",
        f"Rejected transaction is referring to {kind} contracts ",
        context=context,
        resources=[("CONTRACT_ID", contract_id) for contract_id in contract_ids],
    )


def _confirming(transaction: Transaction) -> set[str]:
    """Give the parties without whose confirmation a participant commits nothing."""
    found = {party for contract in transaction.inputs for party in contract.signatories}
    for node in transaction.tree.nodes:
        if isinstance(node, Create):
            found |= node.contract.signatories
        elif isinstance(node, Exercise):
            found |= node.actors
    return found

"""Transactions in the form of the ledger files."""

from __future__ import annotations

from typing import Any

from cantata.lf.model import Ref, TCon
from cantata.lf.runtime.runtime import Runtime
from cantata.sandbox.engine import Create, Exercise, Fetch, Node, QueryByKey, Rollback, Transaction
from cantata.sandbox.engine.transaction.nodes import Outcome
from tests.vectors.ledger.values import Printer, Rename

__all__ = ["Create", "of_transaction"]


def of_transaction(
    transaction: Transaction, runtime: Runtime, printer: Printer, rename: Rename
) -> dict[str, Any]:
    """Give a transaction and its time bounds as a step records them."""
    nodes = [_node(node, runtime, printer, rename) for node in transaction.tree.nodes]
    earliest, latest = transaction.bounds
    return {
        "transaction": {"roots": list(transaction.tree.roots), "nodes": nodes},
        "timeBounds": {"min": _time(earliest), "max": _time(latest)},
    }


def _time(time: int | None) -> str | None:
    return None if time is None else str(time)


def _node(node: Node, runtime: Runtime, printer: Printer, rename: Rename) -> dict[str, Any]:
    match node:
        case Create():
            contract = node.contract
            body = {
                "contractId": rename(contract.contract_id),
                "packageName": contract.package_name,
                "template": str(contract.template),
                "argument": printer.write(contract.payload, TCon(contract.template)),
                "signatories": sorted(contract.signatories),
                "stakeholders": sorted(contract.stakeholders),
            }
            return {"id": node.node_id, "create": body}
        case Exercise():
            return {"id": node.node_id, "exercise": _exercise(node, runtime, printer, rename)}
        case Fetch():
            return {"id": node.node_id, "fetch": _target(node, rename)}
        case Rollback():
            return {"id": node.node_id, "rollback": {"children": list(node.children)}}
        case QueryByKey():
            raise AssertionError(f"no vector looks up a key: {node.template}")


def _exercise(node: Exercise, runtime: Runtime, printer: Printer, rename: Rename) -> dict[str, Any]:
    owner = (
        runtime.template(node.template)
        if node.interface is None
        else runtime.interface(node.interface)
    )
    choice = owner.choice(node.choice)
    assert choice is not None
    return _target(node, rename) | {
        "byInterface": node.interface is not None,
        "choice": node.choice,
        "consuming": node.consuming,
        "argument": printer.write(node.argument, choice.arg_type),
        "choiceObservers": sorted(node.choice_observers),
        "result": (
            None
            if node.result is Outcome.ABORTED
            else printer.write(node.result, choice.result_type)
        ),
        "children": list(node.children),
    }


def _target(node: Exercise | Fetch, rename: Rename) -> dict[str, Any]:
    return {
        "contractId": rename(node.contract_id),
        "packageName": node.package_name,
        "template": str(node.template),
        "interface": _text(node.interface),
        "actingParties": sorted(node.actors),
        "signatories": sorted(node.signatories),
        "stakeholders": sorted(node.stakeholders),
    }


def _text(ref: Ref | None) -> str | None:
    return None if ref is None else str(ref)

"""Updates as JSON data: every node with its ids, parties, values and witnesses."""

from __future__ import annotations

from typing import Any

from cantata.kernel.time import Timestamp
from cantata.lf.codec import JsonCodec
from cantata.lf.model import Packages, Ref, TCon, Type
from cantata.lf.runtime.values import Value
from cantata.sandbox.engine import Create, Exercise, Fetch, Node, Update
from cantata.sandbox.engine.transaction.informees import witnesses


class Listing:
    """Lists the updates of a ledger with these packages, names as in the JSON Ledger API."""

    def __init__(self, packages: Packages, codec: JsonCodec) -> None:
        self._packages = packages
        self._codec = codec

    def update(self, update: Update) -> dict[str, Any]:
        """Give an update with all nodes that were not rolled back."""
        return {
            "updateId": update.update_id,
            "offset": update.offset,
            "effectiveAt": str(Timestamp(update.effective_at)),
            "commandId": update.command_id,
            "actAs": sorted(update.act_as),
            "events": [
                {**self._event(node), "witnessParties": sorted(seen_by)}
                for node, seen_by in witnesses(update.tree)
            ],
        }

    def choice_types(self, node: Exercise) -> tuple[Type, Type]:
        """Give the types of a choice's argument and result."""
        definition = (
            self._packages.template(node.template)
            if node.interface is None
            else self._packages.interface(node.interface)
        )
        choice = definition.choice(node.choice)
        assert choice is not None, "a choice that ran is defined"
        return choice.arg_type, choice.result

    def value(self, value: Value, type_: Type) -> Any:
        """Give a value as JSON data."""
        return self._codec.encode(value, type_)

    def _event(self, node: Node) -> dict[str, Any]:
        if isinstance(node, Create):
            contract = node.contract
            return {
                "nodeId": node.node_id,
                "kind": "create",
                "contractId": contract.contract_id,
                "templateId": str(contract.template),
                "createArguments": self.value(contract.payload, TCon(contract.template)),
                "signatories": sorted(contract.signatories),
                "observers": sorted(contract.observers),
            }
        assert isinstance(node, Exercise | Fetch), "what was rolled back is not listed"
        common = {
            "nodeId": node.node_id,
            "kind": "exercise" if isinstance(node, Exercise) else "fetch",
            "contractId": node.contract_id,
            "templateId": str(node.template),
            "interfaceId": _text(node.interface),
            "actingParties": sorted(node.actors),
        }
        return common | (self._exercise(node) if isinstance(node, Exercise) else {})

    def _exercise(self, node: Exercise) -> dict[str, Any]:
        argument, result = self.choice_types(node)
        return {
            "choice": node.choice,
            "consuming": node.consuming,
            "choiceArgument": self.value(node.argument, argument),
            "exerciseResult": self.value(node.result, result),
            "lastDescendantNodeId": node.last_descendant,
        }


def _text(ref: Ref | None) -> str | None:
    return None if ref is None else str(ref)

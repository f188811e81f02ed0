"""From a transaction of the engine to a prepared one, as a participant writes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cantata.lf.interactive import model
from cantata.lf.interactive.typed import TypedValues, identifier_of
from cantata.lf.interactive.values import ContractId, Value, replaced
from cantata.lf.model import Choice, DefInterface, DefTemplate, Packages, Ref, TCon, Type
from cantata.sandbox.engine import Contract, ContractKey, Submission, Transaction
from cantata.sandbox.engine.transaction import (
    Create,
    Exercise,
    Fetch,
    Node,
    QueryByKey,
    Rollback,
)
from cantata.sandbox.engine.transaction.nodes import Outcome
from cantata.sandbox.engine.transaction.seeds import node_seeds
from cantata.sandbox.prepared.blobs import (
    KEYED_VERSION,
    KEYLESS_VERSION,
    Blobs,
    key_type,
    version_of,
)

LOCAL_ID_LENGTH = 66
"""Hex digits of the id of a contract that is not created yet: what it will be is not bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a submission does not say: where it goes, under which id, recorded until when.

    `synchronizer_id` is the physical id; `max_record_time` is in microseconds.
    """

    synchronizer_id: str
    transaction_uuid: str
    mediator_group: int = 0
    max_record_time: int | None = None


class Builder:
    """Makes prepared transactions over a set of packages, which may grow."""

    def __init__(self, packages: Packages) -> None:
        self.packages = packages
        self.typed = TypedValues(packages)
        self.blobs = Blobs(packages, self.typed)

    def build(
        self, submission: Submission, transaction: Transaction, terms: Terms
    ) -> model.PreparedTransaction:
        """Give the prepared form of what a submission was interpreted to."""
        return model.PreparedTransaction(
            self._transaction(submission, transaction),
            self._metadata(submission, transaction, terms),
        )

    def choice(self, template: Ref, interface: Ref | None, name: str) -> Choice | None:
        """Give the choice that an exercise names; `UnknownDefinition` without its type."""
        definition: DefTemplate | DefInterface
        if interface is None:
            definition = self.packages.template(template)
        else:
            definition = self.packages.interface(interface)
        return definition.choice(name)

    def _transaction(
        self, submission: Submission, transaction: Transaction
    ) -> model.DamlTransaction:
        tree = transaction.tree
        local = {node.contract.contract_id for node in tree.nodes if isinstance(node, Create)}
        nodes = _Nodes(self, local)
        seeds = node_seeds(tree, submission.seed)
        actions = [nodes.action(node) for node in tree.nodes]
        return model.DamlTransaction(
            _version(actions),
            tuple(map(str, tree.roots)),
            tuple(
                model.Node(str(node.node_id), action)
                for node, action in zip(tree.nodes, actions, strict=True)
            ),
            tuple(model.NodeSeed(node_id, seeds[node_id]) for node_id in sorted(seeds)),
        )

    def _metadata(
        self, submission: Submission, transaction: Transaction, terms: Terms
    ) -> model.Metadata:
        prepared_at = submission.preparation_time
        bounds = transaction.bounds
        nodes = _Nodes(self, ())
        inputs = sorted(transaction.inputs, key=lambda contract: contract.contract_id)
        return model.Metadata(
            model.SubmitterInfo(tuple(sorted(submission.act_as)), submission.command_id),
            terms.synchronizer_id,
            terms.mediator_group,
            terms.transaction_uuid,
            submission.ledger_time if prepared_at is None else prepared_at,
            tuple(
                model.InputContract(
                    nodes.create(contract), contract.created_at, self.blobs.write(contract)
                )
                for contract in inputs
            ),
            min_ledger_effective_time=bounds.earliest,
            max_ledger_effective_time=bounds.latest,
            max_record_time=terms.max_record_time,
        )


class _Nodes:
    """Writes nodes of one transaction; ids of contracts that it creates are cut to their stem."""

    def __init__(self, builder: Builder, local: Collection[str]) -> None:
        self._builder = builder
        self._stems: Mapping[Value, Value] = {
            ContractId(contract_id): ContractId(contract_id[:LOCAL_ID_LENGTH])
            for contract_id in local
        }

    def action(self, node: Node) -> model.Action:
        """Give what a node does."""
        match node:
            case Create():
                return self.create(node.contract)
            case Exercise():
                return self._exercise(node)
            case Fetch():
                return self._fetch(node)
            case QueryByKey():
                return self._query(node)
            case Rollback():
                return model.Rollback(tuple(map(str, node.children)))

    def create(self, contract: Contract) -> model.Create:
        """Give a contract as a create node."""
        return model.Create(
            version_of(contract.key),
            self._stem(contract.contract_id),
            contract.package_name,
            identifier_of(contract.template),
            self._value(contract.payload, TCon(contract.template)),
            tuple(sorted(contract.signatories)),
            tuple(sorted(contract.stakeholders)),
            self._key(contract.template, contract.package_name, contract.key),
        )

    def _exercise(self, node: Exercise) -> model.Exercise:
        choice = self._builder.choice(node.template, node.interface, node.choice)
        assert choice is not None, "the engine exercises choices that exist"
        is_done = node.result is not Outcome.ABORTED
        return model.Exercise(
            version_of(node.key),
            self._stem(node.contract_id),
            node.package_name,
            identifier_of(node.template),
            tuple(sorted(node.signatories)),
            tuple(sorted(node.stakeholders)),
            tuple(sorted(node.actors)),
            None if node.interface is None else identifier_of(node.interface),
            node.choice,
            self._value(node.argument, choice.arg_type),
            node.consuming,
            tuple(map(str, node.children)),
            self._value(node.result, choice.result) if is_done else None,
            tuple(sorted(node.choice_observers)),
            self._key(node.template, node.package_name, node.key),
            node.by_key,
        )

    def _fetch(self, node: Fetch) -> model.Fetch:
        return model.Fetch(
            version_of(node.key),
            self._stem(node.contract_id),
            node.package_name,
            identifier_of(node.template),
            tuple(sorted(node.signatories)),
            tuple(sorted(node.stakeholders)),
            tuple(sorted(node.actors)),
            None if node.interface is None else identifier_of(node.interface),
            self._key(node.template, node.package_name, node.key),
            node.by_key,
        )

    def _query(self, node: QueryByKey) -> model.QueryByKey:
        key = self._key(node.template, node.package_name, node.key)
        assert key is not None, "a look-up has a key"
        return model.QueryByKey(
            version_of(node.key),
            node.package_name,
            identifier_of(node.template),
            node.exhaustive,
            key,
            tuple(map(self._stem, node.found)),
        )

    def _key(
        self, template: Ref, package_name: str, key: ContractKey | None
    ) -> model.KeyWithMaintainers | None:
        if key is None:
            return None
        value = self._value(key.value, key_type(self._builder.packages, template))
        return model.KeyWithMaintainers(
            model.GlobalKey(identifier_of(template), package_name, value, key.hash),
            tuple(sorted(key.maintainers)),
        )

    def _value(self, value: Any, type_: Type) -> Value:
        return replaced(self._builder.typed.to_value(value, type_), self._stems)

    def _stem(self, contract_id: str) -> str:
        known = ContractId(contract_id)
        return contract_id[:LOCAL_ID_LENGTH] if known in self._stems else contract_id


def _version(actions: list[model.Action]) -> str:
    """Give the latest serialization version of any node."""
    keyed = any(
        action.lf_version == KEYED_VERSION
        for action in actions
        if not isinstance(action, model.Rollback)
    )
    return KEYED_VERSION if keyed else KEYLESS_VERSION

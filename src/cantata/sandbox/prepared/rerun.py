"""Prepared transactions run again: what will be committed is what was signed, or nothing.

The one action of the transaction is interpreted anew with the same seed, preparation time and
input contracts; the result must be the transaction that was signed, node by node.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cantata.lf.interactive import model
from cantata.lf.interactive.tree import NodeTree, tree_of
from cantata.lf.interactive.typed import ref_of
from cantata.lf.model import TCon
from cantata.sandbox.engine import (
    Command,
    Contract,
    CreateCommand,
    Engine,
    ExerciseByKeyCommand,
    ExerciseCommand,
    Submission,
    Transaction,
)
from cantata.sandbox.engine.interpretation.host import Lookup
from cantata.sandbox.engine.transaction.seeds import ActionSeed
from cantata.sandbox.prepared.blobs import key_type
from cantata.sandbox.prepared.build import Builder, Terms
from cantata.sandbox.prepared.errors import (
    BlobDisagrees,
    MalformedRoot,
    PackageNotVetted,
    PreparedDiffers,
)


@dataclass(frozen=True, slots=True)
class Rerun:
    """A prepared transaction as the engine's, ready to be committed."""

    submission: Submission
    transaction: Transaction


class Runner:
    """Runs prepared transactions again on an engine."""

    def __init__(self, engine: Engine, builder: Builder | None = None) -> None:
        self._engine = engine
        self._builder = Builder(engine.packages.packages) if builder is None else builder

    def run(self, prepared: model.PreparedTransaction, lookup: Lookup, now: int) -> Rerun:
        """Interpret a prepared transaction again and compare, or raise what is wrong with it.

        The ledger time is `now` in microseconds, moved into the transaction's bounds. Contracts
        are those of its blobs; those that `lookup` does not know must be genuine.
        """
        submission = self.submission(prepared, now)
        self._require_sealed(prepared, submission, lookup)
        transaction = self._engine.interpret(submission, lookup)
        metadata = prepared.metadata
        terms = Terms(
            synchronizer_id=metadata.synchronizer_id,
            mediator_group=metadata.mediator_group,
            transaction_uuid=metadata.transaction_uuid,
            max_record_time=metadata.max_record_time,
        )
        require_same(prepared, self._builder.build(submission, transaction, terms))
        return Rerun(submission, transaction)

    def submission(self, prepared: model.PreparedTransaction, now: int) -> Submission:
        """Give the submission that a prepared transaction stands for; nothing runs."""
        tree = tree_of(prepared.transaction)
        metadata = prepared.metadata
        return Submission(
            act_as=frozenset(metadata.submitter.act_as),
            commands=(self._command(tree),),
            ledger_time=_ledger_time(metadata, now),
            seed=_seed(tree),
            preparation_time=metadata.preparation_time,
            disclosed=_as_found(tree, map(self._input, metadata.input_contracts)),
            resolution=self._resolution(tree),
            command_id=metadata.submitter.command_id,
        )

    def _command(self, tree: NodeTree) -> Command:
        match _root(tree):
            case model.Create() as create:
                template = ref_of(create.template)
                typed = self._builder.typed
                return CreateCommand(template, typed.from_value(create.argument, TCon(template)))
            case model.Exercise() as exercise:
                return self._exercise(exercise)
        raise MalformedRoot("its root node neither creates nor exercises")

    def _exercise(self, root: model.Exercise) -> Command:
        template = ref_of(root.template)
        interface = None if root.interface is None else ref_of(root.interface)
        choice = self._builder.choice(template, interface, root.choice)
        if choice is None:
            raise MalformedRoot(f"there is no choice {root.choice[:80]!r}")
        typed = self._builder.typed
        argument = typed.from_value(root.argument, choice.arg_type)
        key = None if root.key is None else root.key.key
        if root.by_key and key is not None and key.key is not None:
            value = typed.from_value(key.key, key_type(self._builder.packages, template))
            return ExerciseByKeyCommand(template, value, root.choice, argument)
        return ExerciseCommand(interface or template, root.contract_id, root.choice, argument)

    def _input(self, given: model.InputContract) -> Contract:
        contract = self._builder.blobs.read(given.event_blob)
        if contract.contract_id != given.create.contract_id:
            raise BlobDisagrees(given.create.contract_id, "contract id")
        return contract

    def _require_sealed(
        self, prepared: model.PreparedTransaction, submission: Submission, lookup: Lookup
    ) -> None:
        contracts = {contract.contract_id: contract for contract in submission.disclosed}
        for given in prepared.metadata.input_contracts:
            contract = contracts[given.create.contract_id]
            known = lookup(contract.contract_id) == contract
            if not known and not self._builder.blobs.is_sealed(given.event_blob):
                raise BlobDisagrees(contract.contract_id, "salt")

    def _resolution(self, tree: NodeTree) -> dict[str, str]:
        """Give which version each package name means: the one that the nodes were run with."""
        packages = self._engine.packages
        vetted = packages.vetted
        resolution = dict(packages.resolution())
        for action in tree.actions.values():
            if isinstance(action, model.Rollback):
                continue
            package_id = action.template.package_id
            if package_id not in vetted:
                raise PackageNotVetted(package_id)
            if isinstance(action, model.Exercise | model.Fetch) and action.interface is not None:
                resolution[packages.package_name(package_id)] = package_id
        return resolution


def require_same(given: model.PreparedTransaction, made: model.PreparedTransaction) -> None:
    """Raise `PreparedDiffers` unless two are the same but for order and blobs."""
    left, right = _normal(given), _normal(made)
    if left.transaction != right.transaction:
        for place, (ours, theirs) in enumerate(
            zip(left.transaction.nodes, right.transaction.nodes, strict=False)
        ):
            if ours != theirs:
                raise PreparedDiffers(f"node {place}")
        raise PreparedDiffers("tree")
    if left.metadata.input_contracts != right.metadata.input_contracts:
        raise PreparedDiffers("input contracts")
    if left.metadata != right.metadata:
        raise PreparedDiffers("metadata")


def _normal(prepared: model.PreparedTransaction) -> model.PreparedTransaction:
    """Put what has no order into one, and leave out what is not signed."""
    transaction, metadata = prepared.transaction, prepared.metadata
    inputs = sorted(metadata.input_contracts, key=lambda each: each.create.contract_id)
    return model.PreparedTransaction(
        replace(
            transaction,
            nodes=tuple(sorted(transaction.nodes, key=lambda node: int(node.node_id))),
            node_seeds=tuple(sorted(transaction.node_seeds, key=lambda seed: seed.node_id)),
        ),
        replace(
            metadata,
            input_contracts=tuple(replace(each, event_blob=b"") for each in inputs),
            global_key_mapping=(),
        ),
    )


def _as_found(tree: NodeTree, inputs: Iterable[Contract]) -> tuple[Contract, ...]:
    """Put contracts into the order in which the transaction found them by their keys.

    Of contracts with equal keys the first shown is the first found, so that keys mean what they
    meant when the transaction was prepared. What was not found by key comes last.
    """
    places: dict[str, int] = {}
    for action in tree.actions.values():
        for contract_id in _found(action):
            places.setdefault(contract_id, len(places))
    last = len(places)
    return tuple(sorted(inputs, key=lambda each: places.get(each.contract_id, last)))


def _found(action: model.Action) -> tuple[str, ...]:
    if isinstance(action, model.QueryByKey):
        return action.result
    if isinstance(action, model.Exercise | model.Fetch) and action.by_key:
        return (action.contract_id,)
    return ()


def _root(tree: NodeTree) -> model.Action:
    if len(tree.roots) != 1:
        raise MalformedRoot(f"it has {len(tree.roots)} root nodes instead of one")
    return tree.actions[tree.roots[0]]


def _seed(tree: NodeTree) -> bytes:
    seed = tree.seeds.get(tree.roots[0])
    if seed is None:
        raise MalformedRoot("its root node has no seed")
    return ActionSeed(seed)


def _ledger_time(metadata: model.Metadata, now: int) -> int:
    earliest, latest = metadata.min_ledger_effective_time, metadata.max_ledger_effective_time
    time = now if earliest is None else max(now, earliest)
    return time if latest is None else min(time, latest)

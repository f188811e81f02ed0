"""What a prepared transaction does beside what was wanted: the check before a signature.

It needs no packages. It cannot tell whether what happens below a root node is what the contract's
code does: that is for the confirming participants, or for whoever interprets it again.
"""

from __future__ import annotations

from collections.abc import Iterator

from cantata.lf.interactive.blob import decode_blob
from cantata.lf.interactive.errors import BrokenTree, InteractiveError
from cantata.lf.interactive.intent.arguments import mismatches, shown
from cantata.lf.interactive.intent.authority import authority
from cantata.lf.interactive.intent.model import (
    Aspect,
    Difference,
    Intent,
    Wanted,
    WantedCreate,
    WantedExercise,
)
from cantata.lf.interactive.model import (
    Action,
    Create,
    Exercise,
    Fetch,
    InputContract,
    Metadata,
    PreparedTransaction,
    QueryByKey,
)
from cantata.lf.interactive.tree import NodeTree, tree_of
from cantata.lf.interactive.values import Identifier

DIFFERENCES_MAX = 100
"""Differences that are told."""


def differences(intent: Intent, prepared: PreparedTransaction) -> tuple[Difference, ...]:
    """Give in what a prepared transaction differs from an intent; none: it may be signed.

    Sign the hash that is computed from this very `prepared`, never one that was sent along.
    """
    try:
        tree = tree_of(prepared.transaction)
    except BrokenTree as error:
        return (Difference(Aspect.TREE, "transaction", "a tree", error.message),)
    found: list[Difference] = []
    for difference in _all(intent, prepared, tree):
        found.append(difference)
        if len(found) == DIFFERENCES_MAX:
            break
    return tuple(found)


def _all(intent: Intent, prepared: PreparedTransaction, tree: NodeTree) -> Iterator[Difference]:
    yield from _terms(intent, prepared.metadata)
    yield from _roots(intent, tree)
    yield from authority(tree, intent.act_as)
    yield from _packages(intent, tree)
    yield from _inputs(intent, prepared.metadata, tree)


def _terms(intent: Intent, metadata: Metadata) -> Iterator[Difference]:
    act_as = metadata.submitter.act_as
    if sorted(act_as) != sorted(intent.act_as):
        yield _metadata(Aspect.ACT_AS, ", ".join(sorted(intent.act_as)), ", ".join(act_as))
    command_id = metadata.submitter.command_id
    if intent.command_id is not None and command_id != intent.command_id:
        yield _metadata(Aspect.COMMAND_ID, intent.command_id, command_id)
    synchronizer = metadata.synchronizer_id
    if intent.synchronizer_id is not None and not _is_on(synchronizer, intent.synchronizer_id):
        yield _metadata(Aspect.SYNCHRONIZER, intent.synchronizer_id, synchronizer)
    if intent.prepared_between is not None:
        first, last = intent.prepared_between
        if not first <= metadata.preparation_time <= last:
            yield _metadata(Aspect.TIME, f"{first} to {last}", str(metadata.preparation_time))
    if intent.max_record_time not in {None, metadata.max_record_time}:
        yield _metadata(Aspect.TIME, str(intent.max_record_time), str(metadata.max_record_time))
    if metadata.global_key_mapping:
        yield _metadata(Aspect.INPUT, "no key mapping", "a key mapping, which is not signed")


def _metadata(aspect: Aspect, wanted: str, found: str) -> Difference:
    return Difference(aspect, "metadata", shown(wanted), shown(found))


def _is_on(physical: str, wanted: str) -> bool:
    """Tell whether a physical synchronizer id is of a wanted one, physical or logical."""
    return physical == wanted or physical.startswith(f"{wanted}::")


def _roots(intent: Intent, tree: NodeTree) -> Iterator[Difference]:
    if len(tree.roots) != len(intent.commands):
        wanted = f"{len(intent.commands)} for as many commands"
        yield Difference(Aspect.ROOTS, "transaction", wanted, str(len(tree.roots)))
    before: Action | None = None
    for node_id, wanted_command in zip(tree.roots, intent.commands, strict=False):
        action = tree.actions[node_id]
        yield from _root(wanted_command, action, before, f"node {node_id}")
        before = action


def _root(
    wanted: Wanted, action: Action, before: Action | None, place: str
) -> Iterator[Difference]:
    if isinstance(wanted, WantedCreate) and isinstance(action, Create):
        yield from _name(wanted.template, action.template, action.package_name, place)
        yield from _argument(wanted.argument, action, place)
    elif isinstance(wanted, WantedExercise) and isinstance(action, Exercise):
        yield from _exercise(wanted, action, before, place)
    else:
        kind = type(wanted).__name__.removeprefix("Wanted")
        yield Difference(Aspect.ACTION, place, kind, type(action).__name__)


def _exercise(
    wanted: WantedExercise, action: Exercise, before: Action | None, place: str
) -> Iterator[Difference]:
    if action.interface is None:
        yield from _name(wanted.target, action.template, action.package_name, place)
    else:
        yield from _name(wanted.target, action.interface, None, place)
    contract_id = wanted.contract_id
    if contract_id is None and isinstance(before, Create):
        contract_id = before.contract_id
    if action.contract_id != contract_id:
        yield Difference(Aspect.CONTRACT, place, str(contract_id), action.contract_id)
    if action.choice != wanted.choice:
        yield Difference(Aspect.CHOICE, place, wanted.choice, shown(action.choice))
    yield from _argument(wanted.argument, action, place)


def _argument(wanted: object, action: Create | Exercise, place: str) -> Iterator[Difference]:
    for path, left, right in mismatches(wanted, action.argument):
        yield Difference(Aspect.ARGUMENT, f"{place}, {path}", left, right)


def _name(
    wanted: str, found: Identifier, package_name: str | None, place: str
) -> Iterator[Difference]:
    """Compare a template or interface; the name of an interface's package is not in the node."""
    package, _, qualified = wanted.partition(":")
    if qualified != f"{found.module}:{found.entity}":
        yield Difference(Aspect.TEMPLATE, place, wanted, shown(str(found)))
    elif not package.startswith("#"):
        if package != found.package_id:
            yield Difference(Aspect.TEMPLATE, place, wanted, shown(str(found)))
    elif package_name is not None and package[1:] != package_name:
        yield Difference(Aspect.PACKAGE, place, package[1:], shown(package_name))


def _packages(intent: Intent, tree: NodeTree) -> Iterator[Difference]:
    if intent.packages is None:
        return
    allowed = {package_id for ids in intent.packages.values() for package_id in ids}
    for node_id, action in tree.actions.items():
        place = f"node {node_id}"
        if isinstance(action, Create | Exercise | Fetch | QueryByKey):
            versions = intent.packages.get(action.package_name, ())
            if action.template.package_id not in versions:
                wanted = f"a known version of {shown(action.package_name)}"
                yield Difference(Aspect.PACKAGE, place, wanted, action.template.package_id[:64])
        interface = action.interface if isinstance(action, Exercise | Fetch) else None
        if interface is not None and interface.package_id not in allowed:
            yield Difference(Aspect.PACKAGE, place, "a known interface", shown(str(interface)))


def _inputs(intent: Intent, metadata: Metadata, tree: NodeTree) -> Iterator[Difference]:
    created = {a.contract_id for a in tree.actions.values() if isinstance(a, Create)}
    inputs: dict[str, InputContract] = {}
    for given in metadata.input_contracts:
        contract_id = given.create.contract_id
        if contract_id in inputs or contract_id in created:
            yield Difference(Aspect.INPUT, contract_id, "one contract of this id", "two")
        inputs[contract_id] = given
        if intent.inputs is not None and contract_id not in intent.inputs:
            yield Difference(Aspect.INPUT, contract_id, "no use of it", "that it is used")
        yield from _blob(given)
    used: set[str] = set()
    for node_id, action in tree.actions.items():
        if isinstance(action, Exercise | Fetch) and action.contract_id not in created:
            used.add(action.contract_id)
            yield from _input(action, inputs.get(action.contract_id), f"node {node_id}")
        elif isinstance(action, QueryByKey):
            found = set(action.result) - created
            used |= found
            for contract_id in found - inputs.keys():
                yield Difference(
                    Aspect.INPUT, f"node {node_id}", contract_id, "no such input contract"
                )
    for contract_id in inputs.keys() - used:
        yield Difference(Aspect.INPUT, contract_id, "a node that uses it", "none")


def _input(
    action: Exercise | Fetch, given: InputContract | None, place: str
) -> Iterator[Difference]:
    if given is None:
        yield Difference(Aspect.INPUT, place, action.contract_id, "no such input contract")
        return
    create = given.create
    pairs = (
        (create.package_name, action.package_name),
        (_qualified(create.template), _qualified(action.template)),
        (sorted(create.signatories), sorted(action.signatories)),
        (sorted(create.stakeholders), sorted(action.stakeholders)),
    )
    for wanted, found in pairs:
        if wanted != found:
            yield Difference(Aspect.INPUT, place, shown(str(wanted)), shown(str(found)))


def _qualified(name: Identifier) -> str:
    return f"{name.module}:{name.entity}"


def _blob(given: InputContract) -> Iterator[Difference]:
    """Compare an input, which is signed, with its blob, which is not and says who may use it."""
    create = given.create
    try:
        blob = decode_blob(given.event_blob)
    except InteractiveError as error:
        yield Difference(Aspect.BLOB, create.contract_id, "a readable blob", shown(error.message))
        return
    maintainers = blob.key.maintainers if blob.key else ()
    signatories = {*blob.signatories, *maintainers}
    pairs = (
        (create.contract_id, blob.contract_id),
        (create.template, blob.template),
        (create.package_name, blob.package_name),
        (given.created_at, blob.created_at),
        (set(create.signatories), signatories),
        (_key_of(create), None if blob.key is None else (blob.key.hash, set(maintainers))),
        (set(create.stakeholders), signatories | set(blob.observers)),
    )
    for wanted, found in pairs:
        if wanted != found:
            yield Difference(Aspect.BLOB, create.contract_id, shown(str(wanted)), shown(str(found)))
    for path, wanted_part, found_part in mismatches(blob.argument, create.argument):
        yield Difference(Aspect.BLOB, f"{create.contract_id}, {path}", wanted_part, found_part)


def _key_of(create: Create) -> tuple[bytes, set[str]] | None:
    key = create.key
    if key is None:
        return None
    return (b"" if key.key is None else key.key.hash), set(key.maintainers)

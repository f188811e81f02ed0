"""The ledger's side of running contract code: builds the tree that the code asks for."""

from __future__ import annotations

from typing import Any, cast

from cantata.lf.model import Ref
from cantata.lf.runtime.compiled import (
    CompiledChoice,
    CompiledInterface,
    CompiledTemplate,
    InterfaceValue,
)
from cantata.lf.runtime.errors import (
    CreateEmptyContractKeyMaintainers,
    EffectfulRollback,
    FailedAuthorization,
    Typed,
    short,
)
from cantata.lf.runtime.values import to_cons
from cantata.sandbox.engine.contract import ContractKey, new_contract
from cantata.sandbox.engine.interpretation.activeness import Activeness
from cantata.sandbox.engine.interpretation.clock import Clock
from cantata.sandbox.engine.interpretation.contracts import Contracts, Loaded
from cantata.sandbox.engine.interpretation.frames import Frame
from cantata.sandbox.engine.interpretation.host import Host, Terms, Visible
from cantata.sandbox.engine.interpretation.keys import Keys
from cantata.sandbox.engine.parties import Parties
from cantata.sandbox.engine.transaction import (
    Create,
    Exercise,
    Node,
    QueryByKey,
    Rollback,
    Transaction,
    Tree,
)
from cantata.sandbox.engine.transaction.nodes import (
    Outcome,
    new_create,
    new_exercise,
    new_fetch,
)
from cantata.sandbox.engine.transaction.normalization import normalize
from cantata.sandbox.engine.transaction.seeds import discriminator


class Interpreter:
    """One transaction being built; implements the runtime's `Effects`, to be used once.

    Node ids count nodes and try blocks in the order in which they begin. After an error, `place`
    is the frame in which it arose.
    """

    __slots__ = (
        "_active",
        "_clock",
        "_contracts",
        "_frame",
        "_host",
        "_keys",
        "_nodes",
        "_terms",
        "_tried",
        "_tries",
        "place",
    )

    def __init__(self, host: Host, visible: Visible, terms: Terms) -> None:
        self._host = host
        self._terms = terms
        self._clock = Clock(terms.ledger_time)
        self._active = Activeness()
        self._keys = Keys(host, visible, self._active)
        self._contracts = Contracts(host, visible, terms.resolution, self._active, self._keys)
        self._frame = Frame(terms.authorizers, terms.seed)
        self._nodes: list[Node | None] = []
        self._tries: list[tuple[int, list[int]]] = []
        self._tried = False
        self.place: Frame | None = None

    def create(self, template: CompiledTemplate, payload: Any) -> str:
        """Create a contract and give its id."""
        parties, key = self._contracts.recomputed(template, payload)
        template.check(payload)
        return self._add_create(template, payload, parties, key)

    def create_checked(self, template: CompiledTemplate, payload: Any) -> str:
        """Create a contract whose payload was checked before."""
        parties, key = self._contracts.recomputed(template, payload)
        return self._add_create(template, payload, parties, key)

    def exercise(self, template: CompiledTemplate, choice: str, cid: str, arg: Any) -> Any:
        """Exercise a choice of a template and give its result."""
        return self._run(template.choices[choice], self._contracts.load(template, cid), cid, arg)

    def exercise_by_key(
        self,
        template: CompiledTemplate,
        choice: str,
        key: Any,
        arg: Any,
        *,
        checked: bool = False,
    ) -> Any:
        """Exercise a choice of the first contract with a key and give its result."""
        cid = self._keys.first(template, self._keys.wanted(template, key))
        loaded = self._contracts.load(template, cid)
        return self._run(template.choices[choice], loaded, cid, arg, checked=checked, by_key=True)

    def exercise_interface(
        self, interface: CompiledInterface, choice: str, cid: str, arg: Any
    ) -> Any:
        """Exercise a choice of an interface and give its result."""
        loaded = self._contracts.load_interface(interface, cid)
        return self._run(interface.choices[choice], loaded, cid, arg)

    def exercise_checked(self, choice: CompiledChoice, cid: str, arg: Any) -> None:
        """Exercise a choice whose argument was checked before."""
        owner, contracts = choice.owner, self._contracts
        if isinstance(owner, CompiledTemplate):
            loaded = contracts.load(owner, cid)
        else:
            loaded = contracts.load_interface(owner, cid)
        self._run(choice, loaded, cid, arg, checked=True)

    def fetch(self, template: CompiledTemplate, cid: str) -> Any:
        """Fetch a contract and give its payload as the template's type."""
        loaded = self._contracts.load(template, cid)
        self._add_fetch(loaded, None, cid)
        return loaded.payload

    def fetch_interface(self, interface: CompiledInterface, cid: str) -> InterfaceValue:
        """Fetch a contract as an interface value."""
        loaded = self._contracts.load_interface(interface, cid)
        self._add_fetch(loaded, interface.ref, cid)
        return InterfaceValue(loaded.template, loaded.payload)

    def fetch_by_key(self, template: CompiledTemplate, key: Any) -> tuple[str, Any]:
        """Fetch the first contract with a key; give its id and its payload."""
        cid = self._keys.first(template, self._keys.wanted(template, key))
        loaded = self._contracts.load(template, cid)
        self._add_fetch(loaded, None, cid, by_key=True)
        return cid, loaded.payload

    def query_by_key(self, template: CompiledTemplate, limit: int, key: Any) -> tuple[Any]:
        """Look up at most so many contracts with a key; give Some list of ids with payloads."""
        frame, node_id = self._frame, len(self._nodes)
        wanted = self._keys.wanted(template, key, limit)
        if not wanted.maintainers <= frame.authorizers:
            raise FailedAuthorization.missing_for_key(
                node_id, template.ref, wanted.maintainers, frame.authorizers
            )
        found = self._keys.find(wanted, limit)
        pairs = [(cid, self._contracts.load(template, cid).payload) for cid in found.contract_ids]
        self._nodes.append(QueryByKey(node_id, template.ref, template.package_name, wanted, *found))
        frame.children.append(node_id)
        frame.index += 1
        return (to_cons(pairs),)

    def get_time(self) -> int:
        """Give the ledger time in microseconds, and pin it."""
        return self._clock.read()

    def ledger_time_lt(self, micros: int) -> bool:
        """Tell whether the ledger time is before `micros`, and narrow its bounds."""
        return self._clock.is_before(micros)

    def begin_try(self) -> None:
        """Open a part that may be rolled back; it takes a node id of its own."""
        self._tried = True
        self._tries.append((len(self._nodes), self._frame.children))
        self._nodes.append(None)
        self._frame.children = []
        self._active.open()

    def commit_try(self) -> None:
        """Close the innermost open part and keep its effects."""
        _, outside = self._tries.pop()
        outside.extend(self._frame.children)
        self._frame.children = outside
        self._active.keep()

    def abort_try(self) -> None:
        """Close the innermost open part because an exception leaves it unhandled."""
        self.commit_try()

    def rollback_try(self) -> None:
        """Close the innermost open part and turn its effects into a rollback node."""
        if not self._terms.may_undo_effects:
            self._refuse_effects()
        node_id, outside = self._tries.pop()
        inside = tuple(self._frame.children)
        self._nodes[node_id] = Rollback(node_id, inside, len(self._nodes) - 1)
        outside.append(node_id)
        self._frame.children = outside
        self._active.undo()
        self.place = None

    def finish(self) -> Transaction:
        """Give the transaction, once all commands have run."""
        consumed, inputs = self._active.consumed, self._contracts.inputs
        alive = self._active.created.keys() - consumed if consumed else self._active.created
        if self._tried:
            tree = normalize(self._nodes, self._frame.children)
        else:
            tree = Tree(tuple(cast("list[Node]", self._nodes)), tuple(self._frame.children))
        created = [
            node
            for node in tree.nodes
            if isinstance(node, Create) and node.contract.contract_id in alive
        ]
        return Transaction(
            tree,
            self._clock.bounds(),
            tuple(inputs.values()),
            tuple(created),
            tuple([inputs[cid] for cid in consumed if cid in inputs]),
        )

    def _add_create(
        self, template: CompiledTemplate, payload: Any, parties: Parties, key: ContractKey | None
    ) -> str:
        frame, node_id = self._frame, len(self._nodes)
        if key is not None and not key.maintainers:
            raise self._unmaintained(template, payload, key)
        signatories, _, stakeholders, packed = parties
        if not signatories <= frame.authorizers:
            raise FailedAuthorization.missing(node_id, template.ref, signatories, frame.authorizers)
        if not signatories:
            raise FailedAuthorization.no_signatories(node_id, template.ref)
        if key is not None and not key.maintainers <= signatories:
            raise FailedAuthorization.maintainers_not_signatories(
                node_id, template.ref, key.maintainers, signatories
            )
        terms = self._terms
        now = terms.ledger_time
        start = discriminator(frame.action_seed(), terms.preparation_time, packed[0])
        ref, package_name = kind = template.ref, template.package_name
        cid = self._host.ids.identify(start, kind, payload, packed[1], now)
        contract = new_contract(
            (cid, ref, package_name, payload, signatories, stakeholders, now, key)
        )
        self._contracts.local[cid] = contract
        if key is not None:
            self._keys.created(cid, key)
        self._active.create(cid, node_id)
        self._nodes.append(new_create((node_id, contract)))
        frame.children.append(node_id)
        frame.index += 1
        return cid

    def _unmaintained(
        self, template: CompiledTemplate, payload: Any, key: ContractKey
    ) -> CreateEmptyContractKeyMaintainers:
        assert template.key is not None, "a template without key makes no keys"
        text = self._host.runtime.text
        given = Typed(payload, template.payload_type)
        key_text = text(key.value, template.key.type, labelled=False)
        return CreateEmptyContractKeyMaintainers(
            template.ref, given, text(*given, labelled=False), key_text
        )

    def _add_fetch(
        self, loaded: Loaded, interface: Ref | None, cid: str, *, by_key: bool = False
    ) -> None:
        frame, node_id = self._frame, len(self._nodes)
        actors = frame.authorizers & loaded.stakeholders
        if not actors:
            raise FailedAuthorization.not_stakeholder(
                node_id, loaded.stakeholders, frame.authorizers
            )
        template = loaded.template
        self._nodes.append(
            new_fetch(
                (
                    node_id,
                    cid,
                    template.ref,
                    template.package_name,
                    interface,
                    self._host.sets.one(actors),
                    loaded.signatories,
                    loaded.stakeholders,
                    loaded.key,
                    by_key,
                )
            )
        )
        frame.children.append(node_id)
        frame.index += 1

    def _run(
        self,
        choice: CompiledChoice,
        loaded: Loaded,
        cid: str,
        arg: Any,
        *,
        checked: bool = False,
        by_key: bool = False,
    ) -> Any:
        template, this, signatories, stakeholders, key = loaded
        owner, interface = choice.owner, None
        if type(owner) is CompiledInterface:
            interface, this = owner.ref, InterfaceValue(template, this)
        sets = self._host.sets
        actors = sets.of_list(choice.controllers(this, arg))
        observers = sets.of_list(choice.observers(this, arg))
        if not checked:
            choice.check_arg(arg)
        node_id = len(self._nodes)
        if choice.consuming:
            self._active.consume(cid, node_id)
        outer = self._frame
        if not actors or not actors <= outer.authorizers:
            raise _unauthorized(node_id, template, actors, outer.authorizers)
        self._nodes.append(None)
        authorizers = sets.union(signatories, actors)
        label = node_id, interface or template.ref, choice.name, cid
        inner = self._frame = Frame(authorizers, None, outer, label)
        result: Any = Outcome.ABORTED
        try:
            value = choice.run(self, cid, this, arg)
            choice.check_result(value)
            result = value
        except BaseException:
            self.place = self.place or inner
            raise
        finally:
            self._nodes[node_id] = new_exercise(
                (
                    node_id,
                    cid,
                    template.ref,
                    template.package_name,
                    interface,
                    choice.name,
                    choice.consuming,
                    arg,
                    actors,
                    signatories,
                    stakeholders,
                    observers,
                    result,
                    tuple(inner.children),
                    len(self._nodes) - 1,
                    key,
                    by_key,
                )
            )
            outer.children.append(node_id)
            outer.index += 1
            self._frame = outer
        return value

    def _refuse_effects(self) -> None:
        done = self._active.done()
        nodes = [self._nodes[node_id] for node_id in (*done.consumed, *done.created)]
        effects = [_effect(node) for node in nodes if node is not None]
        if effects:
            raise EffectfulRollback(effects)


def _unauthorized(
    node_id: int, template: CompiledTemplate, actors: frozenset[str], given: frozenset[str]
) -> FailedAuthorization:
    if not actors:
        return FailedAuthorization.no_controllers(node_id, template.ref)
    return FailedAuthorization.missing(node_id, template.ref, actors, given)


def _effect(node: Node) -> str:
    if isinstance(node, Create):
        contract = node.contract
        return f"Create of {short(contract.template)} ( {contract.contract_id} )"
    assert isinstance(node, Exercise), "only creates and exercises have effects"
    how = "exercise by key" if node.by_key else "exercise"
    return f"Consuming {how} of {node.choice} on {short(node.template)} ( {node.contract_id} )"

"""Serializability: what goes on the ledger must be data."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lf.check.nodes import (
    STAR,
    App,
    Con,
    Forall,
    Nat,
    Prim,
    Struct,
    Syn,
    Ty,
    Var,
)
from cantata.lf.check.printing import show, show_kind
from cantata.lf.check.world import World
from cantata.lf.model import (
    Builtin,
    Choice,
    DefDataType,
    DefInterface,
    DefTemplate,
    EnumType,
    Module,
    Package,
    Record,
    Ref,
    Type,
    Variant,
)

_DATA = frozenset(
    {
        Builtin.INT64,
        Builtin.TEXT,
        Builtin.TIMESTAMP,
        Builtin.DATE,
        Builtin.PARTY,
        Builtin.BOOL,
        Builtin.UNIT,
        Builtin.ANY_EXCEPTION,
    }
)
_CONTAINERS = frozenset({Builtin.LIST, Builtin.OPTIONAL, Builtin.TEXTMAP})
_REASONS = {
    Builtin.NUMERIC: "unapplied Numeric",
    Builtin.LIST: "unapplied List",
    Builtin.OPTIONAL: "unapplied Optional",
    Builtin.TEXTMAP: "unapplied TextMap",
    Builtin.GENMAP: "unapplied GenMap",
    Builtin.UPDATE: "Update",
    Builtin.CONTRACT_ID: "ContractId not applied to a template type",
    Builtin.ARROW: "function type",
    Builtin.ANY: "Any",
    Builtin.TYPE_REP: "TypeRep",
    Builtin.FAILURE_CATEGORY: "FailureCategory",
}


@dataclass(frozen=True, slots=True)
class _Demand:
    """A demand for data: its reason, the type it is made of, the variables that stand for data."""

    problem: str
    found: str
    variables: frozenset[str] = frozenset()


def check_serializability(package: Package, module: Module, world: World) -> None:
    """Report what a module claims or needs to be data and is not."""
    checker = _Serializability(world)
    for data_type in module.data_types.values():
        if data_type.serializable:
            world.report.at(module.name, data_type.name)
            checker.check_data_type(module, data_type)
    for template in module.templates.values():
        world.report.at(module.name, template.name)
        ref = Ref(package.id, module.name, template.name)
        checker.check_template(ref, template)
    for exception in module.exceptions.values():
        world.report.at(module.name, exception.name)
        ref = Ref(package.id, module.name, exception.name)
        checker.check(world.arena.con(ref), _Demand("exception argument", ref.qualified))
    for interface in module.interfaces.values():
        world.report.at(module.name, interface.name)
        checker.check_interface(interface)


class _Serializability:
    def __init__(self, world: World) -> None:
        self._world = world

    def check_data_type(self, module: Module, data_type: DefDataType) -> None:
        """Report members of a type flagged serializable that are not data."""
        found = f"{module.name}:{data_type.name}"
        demand = _Demand(
            "serializable data type", found, frozenset(name for name, _ in data_type.params)
        )
        for name, kind in data_type.params:
            of = self._world.arena.read_kind(kind)
            if of is not STAR:
                self._refuse(demand, f"higher-kinded type variable {name} : {show_kind(of)}")
        match data_type.cons:
            case Record(members):
                pass
            case Variant(members) if members:
                pass
            case Variant() | EnumType(()):
                self._refuse(demand, "variant type without constructors")
                return
            case EnumType():
                return
            case _:
                self._refuse(demand, "Interface")
                return
        for _, type_ in members:
            self.check(self._world.arena.read(type_), demand)

    def check_template(self, ref: Ref, template: DefTemplate) -> None:
        """Report payload, choice arguments and results, and key of a template that are not data."""
        self.check(self._world.arena.con(ref), _Demand("template argument", ref.qualified))
        self._check_choices(template.choices)
        if template.key is not None:
            self._check_type(template.key.type, "contract key")

    def check_interface(self, interface: DefInterface) -> None:
        """Report choice arguments and results, and the view of an interface that are not data."""
        self._check_choices(interface.choices)
        self._check_type(interface.view, "view")

    def _check_choices(self, choices: tuple[Choice, ...]) -> None:
        for choice in choices:
            self._world.report.part = f"choice {choice.name}"
            self._check_type(choice.arg_type, "choice argument")
            self._check_type(choice.result, "choice result")
        self._world.report.part = ""

    def _check_type(self, type_: Type, problem: str) -> None:
        node = self._world.arena.read(type_)
        self.check(node, _Demand(problem, show(node)))

    def check(self, root: Ty, demand: _Demand) -> None:
        """Report the first part of a type that is not data."""
        seen: set[Ty] = set()
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            self._world.spend()
            inside = _inside(node)
            if inside is not None:
                waiting.extend(reversed(inside))
                continue
            reason = self._reason(node, demand)
            if reason is not None:
                self._refuse(demand, reason)
                return

    def _reason(self, node: Ty, demand: _Demand) -> str | None:
        if isinstance(node, Con):
            info = self._world.data(node.ref)
            good = info is None or self._world.packages.data_type(node.ref).serializable
            return None if good else f"unserializable data type {node.ref.qualified}"
        if isinstance(node, Prim):
            return None if node.builtin in _DATA else _REASONS[node.builtin]
        if isinstance(node, Var):
            known = node.name in demand.variables
            return None if known else f"free type variable {node.name}"
        if isinstance(node, Syn):
            return f"type synonym {node.ref.qualified}"
        return _OTHER_REASONS.get(type(node))

    def _refuse(self, demand: _Demand, reason: str) -> None:
        text = f"expected serializable type: {reason} in {demand.found}, the {demand.problem}"
        self._world.report.add("EExpectedSerializableType", text)


_OTHER_REASONS = {Nat: "Nat", Forall: "higher-ranked type", Struct: "structural record"}


def _inside(node: Ty) -> tuple[Ty, ...] | None:
    """Give the parts that must be data for an application to be data, None for the others."""
    if not isinstance(node, App):
        return None
    fun, arg = node.fun, node.arg
    if isinstance(fun, Prim):
        if fun.builtin is Builtin.CONTRACT_ID:
            return ()
        if fun.builtin is Builtin.NUMERIC and isinstance(arg, Nat):
            return ()
        if fun.builtin in _CONTAINERS:
            return (arg,)
    if isinstance(fun, App) and isinstance(fun.fun, Prim) and fun.fun.builtin is Builtin.GENMAP:
        return (fun.arg, arg)
    return (fun, arg)

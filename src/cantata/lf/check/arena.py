"""Makes types and kinds, each of them once, and reads them from the abstract syntax."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from cantata.lf.check.nodes import (
    NAT_KIND,
    STAR,
    App,
    Bound,
    Con,
    Forall,
    Hole,
    Kd,
    Nat,
    Prim,
    Struct,
    Syn,
    Ty,
    Var,
)
from cantata.lf.check.rewriting import Rewriter
from cantata.lf.model import (
    Builtin,
    KArrow,
    Kind,
    KNat,
    Ref,
    TApp,
    TBuiltin,
    TCon,
    TForall,
    TNat,
    TStruct,
    TSyn,
    TVar,
    Type,
)

T = TypeVar("T", bound=Ty)


class Arena:
    """The types and kinds of one check."""

    def __init__(self) -> None:
        self._nodes: dict[Hashable, Ty] = {}
        self._kinds: dict[tuple[Kd, Kd], Kd] = {}
        self._read: dict[int, Ty] = {}
        self._read_kinds: dict[int, Kd] = {}
        self._instances: dict[tuple[Ty, tuple[Ty, ...]], Ty] = {}
        self._kept: list[object] = []
        self.hole = Hole()
        self.rewriter = Rewriter(self)

    def var(self, name: str) -> Ty:
        """Give a free variable."""
        return self._once(("v", name), lambda: Var(name))

    def bound(self, index: int) -> Ty:
        """Give a bound variable by its index."""
        return self._once(("b", index), lambda: Bound(index))

    def con(self, ref: Ref) -> Ty:
        """Give a data type or interface."""
        return self._once(ref, lambda: Con(ref))

    def prim(self, builtin: Builtin) -> Ty:
        """Give a built-in constructor."""
        return self._once(builtin, lambda: Prim(builtin))

    def nat(self, value: int) -> Ty:
        """Give a type-level number."""
        return self._once(("n", value), lambda: Nat(value))

    def synonym(self, ref: Ref, args: tuple[Ty, ...]) -> Ty:
        """Give a synonym with its arguments."""
        return self._once(("s", ref, args), lambda: Syn(ref, args))

    def apply(self, fun: Ty, *args: Ty) -> Ty:
        """Apply a type to arguments, from left to right."""
        nodes = self._nodes
        for arg in args:
            key = (fun, arg)
            found = nodes.get(key)
            if found is None:
                found = nodes[key] = App(fun, arg)
            fun = found
        return fun

    def forall(self, kind: Kd, body: Ty, hint: str) -> Ty:
        """Quantify over the innermost loose variable of `body`."""
        return self._once(("f", kind, body), lambda: Forall(kind, body, hint))

    def struct(self, fields: tuple[tuple[str, Ty], ...]) -> Ty:
        """Give a structural record; the order of `fields` does not matter."""
        ordered = sorted(fields, key=lambda field: field[0])
        names = tuple(name for name, _ in ordered)
        types = tuple(type_ for _, type_ in ordered)
        return self._once(("r", names, types), lambda: Struct(names, types))

    def arrow(self, param: Ty, result: Ty) -> Ty:
        """Give the type of a function."""
        return self.apply(self.prim(Builtin.ARROW), param, result)

    def kind_arrow(self, param: Kd, result: Kd) -> Kd:
        """Give the kind of a type constructor."""
        found = self._kinds.get((param, result))
        if found is None:
            found = self._kinds[param, result] = Kd(param, result)
        return found

    def kinds_to_star(self, params: tuple[Kd, ...]) -> Kd:
        """Give the kind of a type constructor with these parameters."""
        kind = STAR
        for param in reversed(params):
            kind = self.kind_arrow(param, kind)
        return kind

    def close(self, body: Ty, names: tuple[str, ...]) -> Ty:
        """Turn free variables into bound ones; the last of `names` becomes the innermost."""
        return self.rewriter.close(body, names)

    def instantiate(self, body: Ty, args: tuple[Ty, ...]) -> Ty:
        """Put arguments for the innermost bound variables; the last one for the innermost."""
        if not args or not body.loose:
            return body
        key = (body, args)
        found = self._instances.get(key)
        if found is None:
            found = self._instances[key] = self.rewriter.instantiate(body, args)
        return found

    def read(self, type_: Type) -> Ty:
        """Give the type for one of the abstract syntax; shared parts are read once."""
        known = self._read
        found = known.get(id(type_))
        if found is not None:
            return found
        self._kept.append(type_)
        waiting = [type_]
        while waiting:
            present = waiting[-1]
            if id(present) not in known:
                missing = [part for part in _parts(present) if id(part) not in known]
                if missing:
                    waiting.extend(missing)
                    continue
                known[id(present)] = self._node(present)
            waiting.pop()
        return known[id(type_)]

    def read_kind(self, kind: Kind) -> Kd:
        """Give the kind for one of the abstract syntax."""
        if not isinstance(kind, KArrow):
            return NAT_KIND if isinstance(kind, KNat) else STAR
        known = self._read_kinds
        self._kept.append(kind)
        waiting = [kind]
        while waiting:
            present = waiting[-1]
            parts = (present.param, present.result)
            missing = [p for p in parts if isinstance(p, KArrow) and id(p) not in known]
            if missing:
                waiting.extend(missing)
                continue
            known[id(present)] = self.kind_arrow(*map(self._kind_known, parts))
            waiting.pop()
        return known[id(kind)]

    def _kind_known(self, kind: Kind) -> Kd:
        if isinstance(kind, KArrow):
            return self._read_kinds[id(kind)]
        return NAT_KIND if isinstance(kind, KNat) else STAR

    def _node(self, type_: Type) -> Ty:
        known = self._read
        match type_:
            case TApp(fun, arg):
                return self.apply(known[id(fun)], known[id(arg)])
            case TForall(name, kind, body):
                closed = self.close(known[id(body)], (name,))
                return self.forall(self.read_kind(kind), closed, name)
            case TStruct(fields):
                return self.struct(tuple((name, known[id(field)]) for name, field in fields))
            case TSyn(ref, args):
                return self.synonym(ref, tuple(known[id(arg)] for arg in args))
            case _:
                return self._leaf(type_)

    def _leaf(self, type_: Type) -> Ty:
        match type_:
            case TCon(ref):
                return self.con(ref)
            case TBuiltin(builtin):
                return self.prim(builtin)
            case TVar(name):
                return self.var(name)
            case TNat(value):
                return self.nat(value)
            case _:
                return self.hole

    def _once(self, key: Hashable, make: Callable[[], Ty]) -> Ty:
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = make()
        return found


def _parts(type_: Type) -> tuple[Type, ...]:
    match type_:
        case TApp(fun, arg):
            return (fun, arg)
        case TForall(_, _, body):
            return (body,)
        case TStruct(fields):
            return tuple(field for _, field in fields)
        case TSyn(_, args):
            return args
        case _:
            return ()

"""Kinds of types, and the expansion of synonyms."""

from __future__ import annotations

from cantata.lf.check.infos import SynonymInfo
from cantata.lf.check.nodes import (
    NAT_KIND,
    STAR,
    App,
    Bound,
    Con,
    Forall,
    Kd,
    Nat,
    Prim,
    Struct,
    Syn,
    Ty,
    Var,
)
from cantata.lf.check.printing import show_kind
from cantata.lf.check.trampoline import Step, run
from cantata.lf.check.world import World
from cantata.lf.model import Builtin, Ref

_BINARY = frozenset({Builtin.ARROW, Builtin.GENMAP})
_UNARY = frozenset(
    {Builtin.LIST, Builtin.UPDATE, Builtin.CONTRACT_ID, Builtin.OPTIONAL, Builtin.TEXTMAP}
)


class Scope:
    """The type variables in scope: free ones by name, bound ones by index (innermost last)."""

    __slots__ = ("bound", "known", "names")

    def __init__(self, names: dict[str, Kd], bound: tuple[Kd, ...] = ()) -> None:
        self.names = names
        self.bound = bound
        self.known: dict[Ty, Kd] = {}


class Kinds:
    """Checks kinds and expands synonyms; what was found well-kinded once is not checked again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._arena = world.arena
        self._expanded: dict[Ty, Ty] = {}
        self._bodies: dict[Ref, Ty] = {}
        self._expanding: set[Ref] = set()
        star, kind = STAR, world.arena.kind_arrow
        self._unary = kind(star, star)
        self._binary = kind(star, self._unary)
        self._numeric = kind(NAT_KIND, star)

    def check(self, node: Ty, kind: Kd, scope: Scope) -> None:
        """Report unless a type is well-kinded and of that kind."""
        found = node.kind or scope.known.get(node)
        if found is None:
            found = run(self._kind_of(node, scope))
        if found is not None and found is not kind:
            self._mismatch(kind, found)

    def check_kind(self, kind: Kd) -> None:
        """Report a kind whose result is a nat."""
        if kind.ill:
            self._world.report.add("ENatKindRightOfArrow", f"invalid kind {show_kind(kind)}")

    def _mismatch(self, expected: Kd, found: Kd) -> None:
        self._world.report.add(
            "EKindMismatch",
            f"kind mismatch: expected kind {show_kind(expected)}, found kind {show_kind(found)}",
        )

    def _kind_of(self, node: Ty, scope: Scope) -> Step:
        """Give the kind of a type, or None when an error in it was reported."""
        found = node.kind or scope.known.get(node)
        if found is not None:
            return found
        self._world.spend()
        if isinstance(node, App):
            found = yield self._application(node, scope)
        elif isinstance(node, Forall):
            found = yield self._quantified(node, scope)
        elif isinstance(node, Struct):
            found = yield self._struct(node, scope)
        elif isinstance(node, Syn):
            found = yield self._synonym(node, scope)
        else:
            found = self._leaf(node, scope)
        if found is not None:
            self._remember(node, found, scope)
        return found

    def _remember(self, node: Ty, kind: Kd, scope: Scope) -> None:
        if node.closed:
            node.kind = kind
        else:
            scope.known[node] = kind

    def _leaf(self, node: Ty, scope: Scope) -> Kd | None:
        if isinstance(node, Prim):
            return self._builtin(node.builtin)
        if isinstance(node, Con):
            info = self._world.data(node.ref)
            return info.kind if info else None
        if isinstance(node, Var):
            kind = scope.names.get(node.name)
            if kind is None:
                self._world.report.add("EUnknownTypeVar", f"unknown type variable: {node.name}")
            return kind
        if isinstance(node, Bound) and node.index < len(scope.bound):
            return scope.bound[-1 - node.index]
        return NAT_KIND if isinstance(node, Nat) else None

    def _builtin(self, builtin: Builtin) -> Kd:
        if builtin in _UNARY:
            return self._unary
        if builtin in _BINARY:
            return self._binary
        return self._numeric if builtin is Builtin.NUMERIC else STAR

    def _application(self, node: App, scope: Scope) -> Step:
        fun = yield self._kind_of(node.fun, scope)
        if fun is not None and fun.param is None:
            text = f"expected higher kinded type, but found: {show_kind(fun)}"
            self._world.report.add("EExpectedHigherKind", text)
            return None
        arg = yield self._kind_of(node.arg, scope)
        if fun is None or arg is None:
            return None
        if arg is not fun.param:
            self._mismatch(fun.param, arg)
            return None
        return fun.result

    def _quantified(self, node: Forall, scope: Scope) -> Step:
        self.check_kind(node.of)
        self._world.spend(len(scope.bound) + 1)
        body = yield self._kind_of(node.body, Scope(scope.names, (*scope.bound, node.of)))
        return self._star(body)

    def _struct(self, node: Struct, scope: Scope) -> Step:
        good: Kd | None = STAR
        for name, following in zip(node.names, node.names[1:], strict=False):
            if name == following:
                self._world.report.add("EDuplicateField", f"duplicate field: {name}")
                good = None
        for part in node.types:
            kind = yield self._kind_of(part, scope)
            if self._star(kind) is None:
                good = None
        return good

    def _synonym(self, node: Syn, scope: Scope) -> Step:
        info = self.synonym(node)
        good: Kd | None = STAR if info else None
        for place, arg in enumerate(node.args):
            kind = yield self._kind_of(arg, scope)
            if info and kind is not None and kind is not info.params[place]:
                self._mismatch(info.params[place], kind)
                kind = None
            good = good if kind is not None else None
        return good

    def _star(self, kind: Kd | None) -> Kd | None:
        if kind is not None and kind is not STAR:
            self._mismatch(STAR, kind)
            return None
        return kind

    def synonym(self, node: Syn) -> SynonymInfo | None:
        """Give the definition of an applied synonym; a wrong arity is reported and None."""
        info = self._world.synonym(node.ref)
        if info and len(info.params) != len(node.args):
            text = f"wrong arity in type synonym application: {node.ref.qualified}"
            wanted = f"takes {len(info.params)}, given {len(node.args)}"
            self._world.report.add("ETypeSynAppWrongArity", f"{text} {wanted}")
            return None
        return info

    def expand(self, node: Ty) -> Ty:
        """Replace all synonyms; one that cannot be replaced becomes a hole."""
        if not node.synonyms:
            return node
        self._expanding.clear()
        found: Ty = run(self._expand(node))
        return found

    def _expand(self, node: Ty) -> Step:
        if not node.synonyms:
            return node
        found = self._expanded.get(node)
        if found is not None:
            return found
        self._world.spend()
        if isinstance(node, App):
            fun = yield self._expand(node.fun)
            found = self._arena.apply(fun, (yield self._expand(node.arg)))
        elif isinstance(node, Forall):
            found = self._arena.forall(node.of, (yield self._expand(node.body)), node.hint)
        elif isinstance(node, Struct):
            types = yield self._expand_all(node.types)
            found = self._arena.struct(tuple(zip(node.names, types, strict=True)))
        else:
            assert isinstance(node, Syn), node
            found = yield self._replace(node)
        if not found.hole:
            self._expanded[node] = found
        return found

    def _expand_all(self, nodes: tuple[Ty, ...]) -> Step:
        expanded: list[Ty] = []
        for node in nodes:
            expanded += [(yield self._expand(node))]
        return tuple(expanded)

    def _replace(self, node: Syn) -> Step:
        args = yield self._expand_all(node.args)
        info = self.synonym(node)
        if info is None:
            return self._arena.hole
        body = self._bodies.get(node.ref)
        if body is None:
            if node.ref in self._expanding:
                self._world.report.add("ETypeSynCycle", f"cycle in type synonym {node.ref}")
                return self._arena.hole
            self._expanding.add(node.ref)
            body = yield self._expand(info.body)
            self._expanding.discard(node.ref)
            if not body.hole:
                self._bodies[node.ref] = body
        return self._arena.instantiate(body, args)

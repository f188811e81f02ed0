"""Binding, substitution and shifting of the checker's types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cantata.lf.check.nodes import App, Bound, Forall, Kd, Struct, Syn, Ty, Var
from cantata.lf.check.trampoline import Step, run
from cantata.lf.model import Ref

Change = Callable[[Ty, int], Ty | None]
"""Decides about a part under so many quantifiers: what it becomes, or None to look inside."""


_COMPOUND = (App, Forall, Struct, Syn)


class Maker(Protocol):
    """What rewriting needs of the arena: a way to make types."""

    def bound(self, index: int) -> Ty:
        """Give a bound variable by its index."""

    def apply(self, fun: Ty, *args: Ty) -> Ty:
        """Apply a type to arguments."""

    def forall(self, kind: Kd, body: Ty, hint: str) -> Ty:
        """Quantify over the innermost loose variable."""

    def struct(self, fields: tuple[tuple[str, Ty], ...]) -> Ty:
        """Give a structural record."""

    def synonym(self, ref: Ref, args: tuple[Ty, ...]) -> Ty:
        """Give a synonym with its arguments."""


class Rewriter:
    """Rewrites types part by part; each distinct part once, whatever the size of the whole."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self.steps = 0

    def close(self, body: Ty, names: tuple[str, ...]) -> Ty:
        """Turn the free variables `names` into bound ones, the last into index 0."""
        index = {name: len(names) - 1 - place for place, name in enumerate(names)}

        def change(node: Ty, depth: int) -> Ty | None:
            if isinstance(node, Var):
                found = index.get(node.name)
                return node if found is None else self._maker.bound(found + depth)
            if node.free is not None and node.free.isdisjoint(index):
                return node
            return None if isinstance(node, _COMPOUND) else node

        return self._rewrite(self._shift(body, len(names)), change)

    def instantiate(self, body: Ty, args: tuple[Ty, ...]) -> Ty:
        """Put `args` for the innermost loose variables, the last for index 0."""
        count = len(args)

        def change(node: Ty, depth: int) -> Ty | None:
            if node.loose <= depth:
                return node
            if isinstance(node, Bound):
                index = node.index - depth
                if index < count:
                    return self._shift(args[count - 1 - index], depth)
                return self._maker.bound(node.index - count)
            return None

        return self._rewrite(body, change)

    def _shift(self, body: Ty, by: int) -> Ty:
        def change(node: Ty, depth: int) -> Ty | None:
            if node.loose <= depth:
                return node
            return self._maker.bound(node.index + by) if isinstance(node, Bound) else None

        return self._rewrite(body, change) if by and body.loose else body

    def _rewrite(self, body: Ty, change: Change) -> Ty:
        work = _Rewrite(self._maker, change)
        node: Ty = work.now(body, 0) or run(work.later(body, 0))
        self.steps += work.steps
        return node


class _Rewrite:
    """One pass over a type."""

    def __init__(self, maker: Maker, change: Change) -> None:
        self._maker = maker
        self._change = change
        self._known: dict[tuple[Ty, int], Ty] = {}
        self.steps = 0

    def now(self, node: Ty, depth: int) -> Ty | None:
        """Give what a part becomes, if that can be said without looking inside."""
        return self._change(node, depth) or self._known.get((node, depth))

    def later(self, node: Ty, depth: int) -> Step:
        """Give the step that looks inside a part."""
        self.steps += 1
        if isinstance(node, App):
            fun = self.now(node.fun, depth) or (yield self.later(node.fun, depth))
            arg = self.now(node.arg, depth) or (yield self.later(node.arg, depth))
            done = self._maker.apply(fun, arg)
        elif isinstance(node, Forall):
            inner = depth + 1
            body = self.now(node.body, inner) or (yield self.later(node.body, inner))
            done = self._maker.forall(node.of, body, node.hint)
        elif isinstance(node, Struct):
            types = yield self._all(node.types, depth)
            done = self._maker.struct(tuple(zip(node.names, types, strict=True)))
        else:
            assert isinstance(node, Syn), node
            done = self._maker.synonym(node.ref, (yield self._all(node.args, depth)))
        self._known[node, depth] = done
        return done

    def _all(self, nodes: tuple[Ty, ...], depth: int) -> Step:
        done: list[Ty] = []
        for node in nodes:
            done += [self.now(node, depth) or (yield self.later(node, depth))]
        return tuple(done)

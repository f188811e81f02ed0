"""Types in words, synonyms expanded, so that equal types have equal words."""

from __future__ import annotations

from collections.abc import Callable

from cantata.lf import model as lf

_DEPTH_MAX = 100


class Types:
    """Prints types of packages; `show` prints references, as a rule with package ids."""

    def __init__(self, packages: lf.Packages, show: Callable[[lf.Ref], str] = str) -> None:
        self._packages = packages
        self._show = show

    def data(self, definition: lf.DefDataType) -> str:
        """Print a data type: its form, its parameters and all its parts in order."""
        params = "".join(f" {name}" for name, _ in definition.params)
        match definition.cons:
            case lf.Record(fields=parts):
                return f"record{params} {{{self._parts(parts, 0)}}}"
            case lf.Variant(constructors=parts):
                return f"variant{params} {{{self._parts(parts, 0)}}}"
            case lf.EnumType(constructors=names):
                return f"enum {{{', '.join(names)}}}"
            case lf.InterfaceType():
                return "interface"

    def type(self, type_: lf.Type, depth: int = 0) -> str:
        """Print a type."""
        if depth > _DEPTH_MAX:
            return "…"
        head, args = lf.spine(type_)
        words = [self._head(head, depth), *(self.type(arg, depth + 1) for arg in args)]
        return f"({' '.join(words)})" if args else words[0]

    def _parts(self, parts: tuple[tuple[str, lf.Type], ...], depth: int) -> str:
        return ", ".join(f"{name}: {self.type(type_, depth)}" for name, type_ in parts)

    def _head(self, head: lf.Type, depth: int) -> str:
        match head:
            case lf.TCon(ref=ref):
                return self._show(ref)
            case lf.TBuiltin(builtin=builtin):
                return builtin.name
            case lf.TNat(value=value):
                return str(value)
            case lf.TVar(name=name):
                return name
            case lf.TSyn(ref=ref, args=()):
                return self._synonym(ref, depth)
            case lf.TStruct(fields=fields):
                return f"<{self._parts(tuple(sorted(fields)), depth + 1)}>"
            case _:
                return repr(head)

    def _synonym(self, ref: lf.Ref, depth: int) -> str:
        try:
            definition = self._packages.synonym(ref)
        except lf.UnknownDefinition:
            return self._show(ref)
        return self.type(definition.type, depth + 1)

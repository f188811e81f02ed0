"""Types of Daml-LF as Python: the annotation, and the expression of the codec."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cantata.lf.codegen.errors import CodegenRefused
from cantata.lf.codegen.normal import Normalizer
from cantata.lf.codegen.writing import Node, call, subscript
from cantata.lf.model import Builtin, Ref, TApp, TBuiltin, TCon, TNat, TVar, Type, spine

_SCALARS = {
    Builtin.UNIT: ("lf.Unit", "lf.UNIT"),
    Builtin.BOOL: ("lf.Bool", "lf.BOOL"),
    Builtin.INT64: ("lf.Int64", "lf.INT64"),
    Builtin.DATE: ("lf.Date", "lf.DATE"),
    Builtin.TIMESTAMP: ("lf.Timestamp", "lf.TIMESTAMP"),
    Builtin.PARTY: ("lf.Party", "lf.PARTY"),
    Builtin.TEXT: ("lf.Text", "lf.TEXT"),
}

_CONTAINERS = {
    Builtin.LIST: ("lf.List", "lf.list_of"),
    Builtin.TEXTMAP: ("lf.TextMap", "lf.textmap"),
    Builtin.GENMAP: ("lf.GenMap", "lf.genmap"),
}

_ANYTHING = Node("lf.Anything")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A type in Python: what stands in annotations, and the expression of its codec."""

    annotation: Node
    codec: Node
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Speller:
    """Spells the types of one module.

    `class_name` gives the expression of a data type's class, or None if it has none;
    `variables` gives the type variable and the codec parameter of each type parameter.
    """

    normalizer: Normalizer
    class_name: Callable[[Ref], str | None]
    variables: dict[str, tuple[str, str]]

    def spell(self, type_: Type) -> Spelling:
        """Spell a type; raise `CodegenRefused` for one that no class can have as a part."""
        return self._spell(self.normalizer.normalize(type_))

    def _spell(self, type_: Type) -> Spelling:
        head, args = spine(type_)
        match head:
            case TVar(name) if name in self.variables and not args:
                variable, parameter = self.variables[name]
                return Spelling(Node(variable), Node(parameter))
            case TBuiltin(builtin):
                return self._builtin(builtin, args)
            case TCon(ref):
                own = self.class_name(ref)
                if own is not None:
                    return self._class(own, args)
        raise CodegenRefused(f"the type {head} as part of a serializable one")

    def _class(self, name: str, args: tuple[Type, ...]) -> Spelling:
        spelled = [self._spell(arg) for arg in args]
        annotation = subscript(name, *(arg.annotation for arg in spelled))
        return Spelling(annotation, call(f"{name}.codec", *(arg.codec for arg in spelled)))

    def _builtin(self, builtin: Builtin, args: tuple[Type, ...]) -> Spelling:
        match builtin, args:
            case Builtin.NUMERIC, (TNat(scale),):
                return Spelling(Node("lf.Numeric"), call("lf.numeric", Node(str(scale))))
            case Builtin.OPTIONAL, (element,):
                return self._optional(element)
            case Builtin.CONTRACT_ID, (target,):
                annotation = subscript("lf.ContractId", self._phantom(target))
                return Spelling(annotation, call("lf.contract_id"))
        if builtin in _SCALARS and not args:
            name, constant = _SCALARS[builtin]
            return Spelling(Node(name), Node(constant))
        if builtin not in _CONTAINERS:
            raise CodegenRefused(f"the type {builtin.name} as part of a serializable one")
        name, function = _CONTAINERS[builtin]
        spelled = [self._spell(arg) for arg in args]
        return Spelling(
            subscript(name, *(arg.annotation for arg in spelled)),
            call(function, *(arg.codec for arg in spelled)),
        )

    def _optional(self, element: Type) -> Spelling:
        """Spell an Optional; where its content may be None itself, it stands in `Some`."""
        inner = self._spell(element)
        if inner.optional or isinstance(element, TVar):
            boxed = subscript("lf.Optional", subscript("lf.Some", inner.annotation))
            return Spelling(boxed, call("lf.nested", inner.codec), optional=True)
        annotation = subscript("lf.Optional", inner.annotation)
        return Spelling(annotation, call("lf.optional", inner.codec), optional=True)

    def _phantom(self, target: Type) -> Node:
        """Spell what a contract id points to; types without a class become Anything."""
        match target:
            case TCon() | TVar() | TApp():
                try:
                    return self._spell(target).annotation
                except CodegenRefused:
                    return _ANYTHING
            case _:
                return _ANYTHING

"""The interning tables of a package that is written: an entry enters when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cantata.lf.archive.encode.fields import alternative, message
from cantata.lf.archive.wire import to_zigzag
from cantata.lf.model import (
    SELF_PACKAGE,
    KArrow,
    Kind,
    KNat,
    KStar,
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
    spine,
)
from cantata.lf.steps import Steps, each, run


class Interner:
    """Strings, dotted names, types and kinds of one package, each once, in order of first use."""

    def __init__(self, package_id: str, minor: str, stable_ids: frozenset[str]) -> None:
        self.own_ids = frozenset((package_id, SELF_PACKAGE))
        self.flat = minor != "1"
        self.stable_ids = stable_ids
        self.strings: dict[str, int] = {}
        self.dotted_names: dict[str, int] = {}
        self.dotted_entries: list[bytes] = []
        self.types: dict[bytes, int] = {}
        self.imports: dict[str, int] = {}
        self._known_types: dict[int, tuple[Type, int]] = {}
        self._heads: dict[type, Callable[[Any], Steps[Type, int]]] = {
            TVar: self._applied,
            TCon: self._applied,
            TBuiltin: self._applied,
            TApp: self._application,
            TForall: self._forall,
            TStruct: self._struct,
            TSyn: self._synonym,
            TNat: self._nat,
        }

    def string(self, text: str) -> int:
        """Give the index of a string."""
        return self.strings.setdefault(text, len(self.strings))

    def dotted(self, name: str) -> int:
        """Give the index of a dotted name."""
        index = self.dotted_names.get(name)
        if index is None:
            segments = [self.string(segment) for segment in name.split(".")]
            index = self.dotted_names[name] = len(self.dotted_entries)
            self.dotted_entries.append(message("InternedDottedName", segments))
        return index

    def reference(self, name: str, ref: Ref) -> bytes:
        """Write a reference: a message `TypeConId`, `TypeSynId` or `ValueId`."""
        module = message("ModuleId", self._package(ref.package), self.dotted(ref.module))
        return message(name, module, self.dotted(ref.name))

    def _package(self, package_id: str) -> bytes:
        form: tuple[str, int | bytes]
        if package_id in self.own_ids:
            form = "Unit@self_package", b""
        elif self.flat and package_id not in self.stable_ids:
            form = "package_by_import", self.imports.setdefault(package_id, len(self.imports))
        else:
            form = "package_by_string", self.string(package_id)
        name = "SelfOrImportedPackageId"
        return message(name, alternative(name, *form))

    def kind(self, kind: Kind) -> bytes:
        """Write a kind."""
        return run(kind, self._kind_steps)

    def _kind_steps(self, kind: Kind) -> Steps[Kind, bytes]:
        match kind:
            case KStar():
                return message("Kind", alternative("Kind", "Unit@kind_star"))
            case KNat():
                return message("Kind", alternative("Kind", "Unit@kind_nat"))
            case KArrow():
                params = [(yield kind.param)]
                result = kind.result
                while isinstance(result, KArrow) and not self.flat:
                    params.append((yield result.param))
                    result = result.result
                arrow = message("Kind.Arrow", params, (yield result))
                return message("Kind", alternative("Kind", "Kind.Arrow", arrow))

    def type_params(self, params: tuple[tuple[str, Kind], ...]) -> list[bytes]:
        """Write type parameters."""
        return [
            message("TypeVarWithKind", self.string(name), self.kind(kind)) for name, kind in params
        ]

    def type_index(self, type_: Type) -> int:
        """Give the index of a type; the types inside it enter the table before it."""
        return run(type_, self._type_steps)

    def type_ref(self, type_: Type) -> bytes:
        """Write a reference into the table of types."""
        return _ref(self.type_index(type_))

    def applied(self, type_: Type) -> bytes:
        """Write the type of a record or variant inside an expression."""
        head, args = spine(type_)
        if not isinstance(head, TCon):
            raise TypeError(f"{type_} is no type of a record or variant")
        tycon = self.reference("TypeConId", head.ref)
        return message("Type.Con@applied", tycon, [self.type_ref(arg) for arg in args])

    def typed(self, name: str, text: str, type_: Type) -> bytes:
        """Write a name with its type: a message `FieldWithType` or `VarWithType`."""
        return message(name, self.string(text), self.type_ref(type_))

    def _type_steps(self, type_: Type) -> Steps[Type, int]:
        known = self._known_types.get(id(type_))
        if known is None:
            index = yield from self._heads[type(type_)](type_)
            # The type is kept beside its index, so that its identity is not given to another.
            known = self._known_types[id(type_)] = type_, index
        return known[1]

    def _enter(self, form: str, content: int | bytes) -> int:
        entry = alternative("Type", form, content)
        return self.types.setdefault(entry, len(self.types))

    def _application(self, type_: TApp) -> Steps[Type, int]:
        head, args = spine(type_)
        if self.flat:
            fun = yield type_.fun
            arg = yield type_.arg
            return self._enter("Type.TApp", message("Type.TApp", _ref(fun), _ref(arg)))
        if isinstance(head, TVar | TCon | TBuiltin):
            return (yield from self._applied(head, args))
        raise TypeError(f"a type of form {type(head).__name__} cannot be applied in LF 2.1")

    def _applied(
        self, head: TVar | TCon | TBuiltin, args: tuple[Type, ...] = ()
    ) -> Steps[Type, int]:
        form: str
        content: int | bytes
        match head:
            case TVar(name):
                form, content = "Type.Var", self.string(name)
            case TCon(ref):
                form, content = "Type.Con", self.reference("TypeConId", ref)
            case TBuiltin(builtin):
                form, content = "Type.Builtin", builtin.value
        refs: list[int] = yield from each(args)
        return self._enter(form, message(form, content, [_ref(index) for index in refs]))

    def _forall(self, type_: TForall) -> Steps[Type, int]:
        params = [(type_.var, type_.kind)]
        body = type_.body
        while isinstance(body, TForall) and not self.flat:
            params.append((body.var, body.kind))
            body = body.body
        written = self.type_params(tuple(params))
        return self._enter("Type.Forall", message("Type.Forall", written, _ref((yield body))))

    def _struct(self, type_: TStruct) -> Steps[Type, int]:
        fields = []
        for name, field in type_.fields:
            index = self.string(name)
            fields.append(message("FieldWithType@written", index, _ref((yield field))))
        return self._enter("Type.Struct", message("Type.Struct", fields))

    def _synonym(self, type_: TSyn) -> Steps[Type, int]:
        tysyn = self.reference("TypeSynId", type_.ref)
        refs: list[int] = yield from each(type_.args)
        content = message("Type.Syn", tysyn, [_ref(index) for index in refs])
        return self._enter("Type.Syn", content)

    def _nat(self, type_: TNat) -> Steps[Type, int]:
        return self._enter("nat", to_zigzag(type_.value))
        yield type_  # makes this a generator like the others; never reached


def _ref(index: int) -> bytes:
    return message("Type@ref", alternative("Type@ref", "interned_type", index))

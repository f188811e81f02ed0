"""What messages about names, kinds and types become."""

from __future__ import annotations

from typing import NoReturn

from cantata.lf.archive.decode.measure import measure_kinds
from cantata.lf.archive.decode.tables import Tables
from cantata.lf.archive.errors import InvalidPackage, LimitExceeded
from cantata.lf.archive.wire import zigzag
from cantata.lf.model import (
    Builtin,
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
    apply,
)

_STAR = KStar()
_NAT = KNat()
_BUILTINS = {builtin.value: TBuiltin(builtin) for builtin in Builtin}
_MAX_SCALE = 37

NamedType = tuple[str, Type]
NamedKind = tuple[str, Kind]


class TypeBuilder(Tables):
    """Builds references, kinds and types. One method for each message or scalar of the schema."""

    def int32(self, number: int) -> int:
        """Read a line or column number."""
        return number

    def flag(self, number: int) -> bool:
        """Read a Boolean."""
        return number != 0

    def unit(self) -> bool:
        """Read a message without content."""
        return True

    def unit_self_package(self) -> str:
        """Read a reference to the package itself."""
        return self.package_id

    def self_or_imported_package_id(self, package_id: str) -> str:
        """Read a reference to a package."""
        return self.refer(package_id)

    def module_id(self, package: str, name: str) -> tuple[str, str]:
        """Read a reference to a module."""
        return package, name

    def type_con_id(self, module: tuple[str, str], name: str) -> Ref:
        """Read a reference to a data type, template, interface or exception."""
        return Ref(*module, name)

    def type_syn_id(self, module: tuple[str, str], name: str) -> Ref:
        """Read a reference to a type synonym."""
        return Ref(*module, name)

    def location(self, module: object, range: object) -> bool:  # noqa: A002 -- as in the schema
        """Read a source location; it is valid, and dropped."""
        return True

    def location_range(self, start_line: int, start_col: int, end_line: int, end_col: int) -> bool:
        """Read a range of source lines; it is dropped."""
        return True

    def unit_kind_star(self) -> Kind:
        """Read the kind of types that have values."""
        return _STAR

    def unit_kind_nat(self) -> Kind:
        """Read the kind of type-level numbers."""
        return _NAT

    def kind(self, kind: Kind) -> Kind:
        """Read a kind."""
        return kind

    def kind_entry(self, kind: Kind) -> Kind:
        """Read an entry of the table of kinds."""
        return kind

    def kind_arrow(self, params: list[Kind], result: Kind) -> Kind:
        """Read the kind of a type constructor."""
        self.only_one(params, "params")
        for param in reversed(params):
            result = KArrow(param, result)
        return result

    def interned_kind(self, index: int) -> Kind:
        """Look a kind up in its table."""
        self.since("2", "interned kinds")
        return self.at(self.kinds, index, "internedKinds")

    def bare_interned_kind(self, index: int) -> NoReturn:
        """Refuse an entry of the table that is only a reference to another."""
        raise InvalidPackage("Immediate InternedKind in interning table")

    def type(self, type_: Type) -> Type:
        """Read a type inside the table of types."""
        return type_

    def type_entry(self, type_: Type) -> Type:
        """Read an entry of the table of types."""
        return type_

    def type_ref(self, type_: Type) -> Type:
        """Read a type outside the table of types."""
        return type_

    def interned_type(self, index: int) -> Type:
        """Look a type up in its table."""
        return self.at(self.types, index, "internedTypes")

    def bare_interned_type(self, index: int) -> NoReturn:
        """Refuse an entry of the table that is only a reference to another."""
        raise InvalidPackage("Immediate Interned type in interning table")

    def written_type(self, content: bytes) -> NoReturn:
        """Refuse a type that is written out where a reference into the table must stand."""
        raise InvalidPackage("a written type is not supported outside type interning table")

    def written_nat(self, number: int) -> NoReturn:
        """Refuse a number that is written out where a reference into the table must stand."""
        raise InvalidPackage("NAT is not supported outside type interning table")

    def nat(self, number: int) -> Type:
        """Read a type-level number."""
        value = zigzag(number)
        if not 0 <= value <= _MAX_SCALE:
            raise InvalidPackage(f"TNat must be between 0 and {_MAX_SCALE}, found {value}")
        return TNat(value)

    def builtin_type(self, number: int) -> Type:
        """Read a built-in type constructor."""
        known = _BUILTINS.get(number)
        if known is None:
            raise InvalidPackage(f"unknown or unsupported builtin type {number}")
        return known

    def type_var(self, name: str, args: list[Type]) -> Type:
        """Read a type variable with its arguments."""
        self.none_allowed(args, "tvar.getArgsList")
        return apply(TVar(name), *args)

    def type_con(self, tycon: Ref, args: list[Type]) -> Type:
        """Read a type constructor with its arguments."""
        self.none_allowed(args, "tcon.getArgsList")
        return apply(TCon(tycon), *args)

    def type_con_applied(self, tycon: Ref, args: list[Type]) -> Type:
        """Read the type of a record or variant inside an expression."""
        if len(args) > self.limits.expanded_depth:
            raise LimitExceeded("the number of a type's arguments", self.limits.expanded_depth)
        return apply(TCon(tycon), *args)

    def type_syn(self, tysyn: Ref, args: list[Type]) -> Type:
        """Read an applied type synonym."""
        return TSyn(tysyn, tuple(args))

    def type_builtin(self, builtin: Type, args: list[Type]) -> Type:
        """Read a built-in type with its arguments."""
        self.none_allowed(args, "builtin.getArgsList")
        return apply(builtin, *args)

    def type_forall(self, vars: list[NamedKind], body: Type) -> Type:  # noqa: A002 -- as above
        """Read a polymorphic type."""
        self.only_one(vars, "vars")
        for name, kind in reversed(vars):
            body = TForall(name, kind, body)
        return body

    def type_struct(self, fields: list[NamedType]) -> Type:
        """Read a structural record type."""
        names = {name for name, _ in fields}
        if len(names) < len(fields):
            raise InvalidPackage("TStruct: duplicate field")
        return TStruct(tuple(fields))

    def type_t_app(self, fun: Type, arg: Type) -> Type:
        """Read one type applied to one argument."""
        self.since("2", "TApp")
        return TApp(fun, arg)

    def field_with_type_written(self, name: str, type_: Type) -> NamedType:
        """Read a field of a structural record type."""
        return name, type_

    def field_with_type(self, name: str, type_: Type) -> NamedType:
        """Read a field of a record or a constructor of a variant."""
        return name, type_

    def var_with_type(self, name: str, type_: Type) -> NamedType:
        """Read a typed parameter or binder."""
        return name, type_

    def type_var_with_kind(self, name: str, kind: Kind) -> NamedKind:
        """Read a type parameter."""
        if isinstance(kind, KArrow):
            measure_kinds((kind,), self.limits)
        return name, kind

"""How a stable package is declared: data types, and the helper values that follow from them."""

from __future__ import annotations

from collections.abc import Mapping

from cantata.lf.archive import StoredPackage, write_package
from cantata.lf.model import (
    SELF_PACKAGE,
    DefDataType,
    DefException,
    DefValue,
    EAbs,
    EEnumCon,
    EnumType,
    ERecCon,
    ERecProj,
    ETyAbs,
    EVar,
    EVariantCon,
    Expr,
    Kind,
    KStar,
    Module,
    Package,
    Record,
    Ref,
    TCon,
    TForall,
    TVar,
    Type,
    Variant,
    apply,
    arrow,
)

_STAR = KStar()
Params = tuple[tuple[str, Kind], ...]


class Declaration:
    """One module that is a package of its own. What is declared first comes first in the package.

    Names of helper values follow the Daml compiler: ``$$WC`` builds constructor C from its
    fields, ``$$sel:f:R`` (with escaped colons) selects field f of record R.
    """

    def __init__(self, library: str, module: str) -> None:
        self._library = library
        self._module = Module(name=module)

    def record(
        self,
        head: str,
        fields: Mapping[str, Type] | None = None,
        *,
        serializable: bool = True,
    ) -> Declaration:
        """Declare a record; `head` is its name followed by its type parameters."""
        return self._data_type(head, Record(tuple((fields or {}).items())), serializable)

    def variant(
        self,
        head: str,
        constructors: Mapping[str, Type] | None = None,
        *,
        serializable: bool = True,
        kind: Kind = _STAR,
    ) -> Declaration:
        """Declare a variant whose parameters have the kind given."""
        cons = Variant(tuple((constructors or {}).items()))
        return self._data_type(head, cons, serializable, kind)

    def enum(self, name: str, constructors: str, *, serializable: bool = True) -> Declaration:
        """Declare an enum; the constructors are separated by spaces."""
        return self._data_type(name, EnumType(tuple(constructors.split())), serializable)

    def exception(self, name: str) -> Declaration:
        """Declare a record as an exception whose message is its field `message`."""
        message = self._selection(self._module.data_types[name], "message")
        self._module.exceptions[name] = DefException(name=name, message=message)
        return self

    def type(self, name: str, *args: Type) -> Type:
        """Give a type of this module."""
        return apply(TCon(self._ref(name)), *args)

    def _ref(self, name: str) -> Ref:
        return Ref(SELF_PACKAGE, self._module.name, name)

    def _data_type(
        self,
        head: str,
        cons: Record | Variant | EnumType,
        serializable: bool,
        kind: Kind = _STAR,
    ) -> Declaration:
        name, *params = head.split()
        self._module.data_types[name] = DefDataType(
            name=name,
            params=tuple((param, kind) for param in params),
            serializable=serializable,
            cons=cons,
        )
        return self

    def workers(self, *names: str, arg: str = "x", args: str = "") -> Declaration:
        """Add the builders of records or of all constructors of variants.

        Parameters are called as the fields are, or `args` and a number if it is given; for a
        variant, `arg`.
        """
        for name in names:
            data_type = self._module.data_types[name]
            if isinstance(data_type.cons, Record):
                self._record_worker(data_type, data_type.cons, args)
            elif isinstance(data_type.cons, Variant):
                self._variant_workers(data_type, data_type.cons, arg)
        return self

    def selectors(self, *names: str) -> Declaration:
        """Add the selectors of all fields of records."""
        for name in names:
            data_type = self._module.data_types[name]
            assert isinstance(data_type.cons, Record)
            for field, type_ in data_type.cons.fields:
                self._value(
                    f"$$sel$u003a{field}$u003a{name}",
                    data_type.params,
                    arrow(self._applied(data_type), type_),
                    self._selection(data_type, field),
                )
        return self

    def enum_value(self, name: str, enum: str, constructor: str) -> Declaration:
        """Add a name for a constructor of an enum."""
        expr = EEnumCon(self._ref(enum), constructor)
        return self._value(name, (), self.type(enum), expr)

    def _record_worker(self, data_type: DefDataType, record: Record, args: str) -> None:
        names = [
            f"{args}{number}" if args else field
            for number, (field, _) in enumerate(record.fields, start=1)
        ]
        types = [type_ for _, type_ in record.fields]
        result = self._applied(data_type)
        values = tuple(
            (field, EVar(name)) for (field, _), name in zip(record.fields, names, strict=True)
        )
        body = EAbs(tuple(zip(names, types, strict=True)), ERecCon(result, values))
        self._value(f"$$W{data_type.name}", data_type.params, arrow(*types, result), body)

    def _variant_workers(self, data_type: DefDataType, variant: Variant, arg: str) -> None:
        result = self._applied(data_type)
        for constructor, type_ in variant.constructors:
            name = type_.name if not arg and isinstance(type_, TVar) else arg
            body = EAbs(((name, type_),), EVariantCon(result, constructor, EVar(name)))
            self._value(f"$$W{constructor}", data_type.params, arrow(type_, result), body)

    def _selection(self, data_type: DefDataType, field: str) -> Expr:
        record = self._applied(data_type)
        return EAbs((("x", record),), ERecProj(record, field, EVar("x")))

    def _applied(self, data_type: DefDataType) -> Type:
        return self.type(data_type.name, *(TVar(name) for name, _ in data_type.params))

    def _value(self, name: str, params: Params, type_: Type, expr: Expr) -> Declaration:
        for param, kind in reversed(params):
            type_ = TForall(param, kind, type_)
        self._module.values[name] = DefValue(
            name=name, type=type_, expr=ETyAbs(params, expr) if params else expr
        )
        return self

    @property
    def module(self) -> str:
        """Give the name of the module."""
        return self._module.name

    def write(self, imports: frozenset[str]) -> StoredPackage:
        """Write the package, which refers to the packages given."""
        return write_package(
            Package(
                id=SELF_PACKAGE,
                name=f"{self._library}-{self._module.name.replace('.', '-')}",
                version="1.0.0",
                lf_minor="1",
                modules={self._module.name: self._module},
                imports=imports,
            )
        )

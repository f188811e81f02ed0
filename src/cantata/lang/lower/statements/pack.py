"""Variables carried together: none as Unit, one as itself, several as a structural record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cantata.lang.ir import patterns as ip
from cantata.lang.lower.context import Context
from cantata.lang.lower.names import Names
from cantata.lf import model as lf

RESULT = "result"
"""The field in which a loop carries what an early return gave."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Variables under field names; with `result`, also an Optional of that type."""

    variables: tuple[ip.Variable, ...]
    fields: tuple[tuple[str, lf.Type], ...]
    result: lf.Type | None = None

    @property
    def type(self) -> lf.Type:
        """Give the type of the packed value."""
        fields = self._all_fields()
        if not fields:
            return lf.UNIT
        return fields[0][1] if len(fields) == 1 else lf.TStruct(fields)

    def value(self, context: Context, result: lf.Expr | None = None) -> lf.Expr:
        """Pack the variables' values; `result` is what an early return gave."""
        values = [context.values[variable] for variable in self.variables]
        if self.result is not None:
            values.append(
                lf.ENone(self.result) if result is None else lf.ESome(self.result, result)
            )
        if not values:
            return lf.EUnit()
        if len(values) == 1:
            return values[0]
        names = (name for name, _ in self._all_fields())
        return lf.EStructCon(tuple(zip(names, values, strict=True)))

    def unpack(self, context: Context, packed: lf.Expr) -> None:
        """Give the variables their values from a packed one that may be used repeatedly."""
        for variable, (name, _) in zip(self.variables, self.fields, strict=True):
            context.values[variable] = self._field(name, packed)

    def result_of(self, packed: lf.Expr) -> lf.Expr:
        """Give the Optional that an early return fills."""
        return self._field(RESULT, packed)

    def _field(self, name: str, packed: lf.Expr) -> lf.Expr:
        alone = len(self._all_fields()) == 1
        return packed if alone else lf.EStructProj(name, packed)

    def _all_fields(self) -> tuple[tuple[str, lf.Type], ...]:
        if self.result is None:
            return self.fields
        return (*self.fields, (RESULT, lf.optional(self.result)))


def pack(context: Context, variables: Sequence[ip.Variable], result: lf.Type | None = None) -> Pack:
    """Choose field names for variables."""
    names = Names()
    names.fresh(RESULT)
    unique = tuple(dict.fromkeys(variables))
    fields = tuple((names.fresh(variable.name), context.type(variable.type)) for variable in unique)
    return Pack(unique, fields, result)

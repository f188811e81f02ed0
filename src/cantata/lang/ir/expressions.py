"""Expressions of the intermediate form: fully typed, fully resolved, conversions explicit.

Evaluation is Python's: operands strictly left to right in the order of the fields below, except
where a node says otherwise. Names of fields, constructors, choices and methods are Daml names.

Effects. A node is *effectful* if it is one of the effect nodes (`Create` … `LedgerTimeBefore`,
or a `CallFunction` / `CallMethod` with ``effects=True``) or if an operand is effectful. Effectful
expressions occur only in bodies with effects; there they may stand anywhere, also in branches of
`Logic`, `Conditional` and `Case` and inside `Comprehension` (as in the loops it stands for), but
not in `Sorted.key` and not inside the source of a lazy `Aggregate`.
"""

from __future__ import annotations

import decimal
from dataclasses import dataclass

from cantata.lang.ir.operations import Aggregation, Op
from cantata.lang.ir.patterns import Pattern, Variable
from cantata.lang.ir.types import Ref, Span, TNamed, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What all expressions have: the type of the value and the place in the source."""

    type: Type
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A literal of a primitive type.

    Unit -> None, Bool -> bool, Int -> int in range, Decimal -> `decimal.Decimal` with exponent
    exactly -10 and in range, Text -> str without NUL and surrogates, Date -> int days since
    1970, Time and RelTime -> int microseconds. There are no Party literals.
    """

    value: bool | int | decimal.Decimal | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Node):
    """The value of a local variable."""

    variable: Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadConstant(Node):
    """The value of a module-level constant; total."""

    ref: Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Node):
    """A field of a record or of a template's payload; total if the operand is."""

    record: Expr
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Construct(Node):
    """A record or template payload; `type` is its TNamed.

    `fields` are all fields in *source order* (evaluated in that order), defaults last; lowering
    sorts them into declared order.
    """

    fields: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace(Node):
    """A copy of a record with some fields changed: record first, then fields in source order."""

    record: Expr
    fields: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inject(Node):
    """A constructor of a variant applied to its payload (a Unit literal for bare ones)."""

    constructor: str
    payload: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumValue(Node):
    """A constructor of an enum."""

    constructor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneValue(Node):
    """The empty Optional; `type` is the TOptional."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Some(Node):
    """A value as an Optional; `type` is the TOptional. Inserted where source is implicit."""

    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwrap(Node):
    """The payload of an Optional that the checker has proved to be Some; total."""

    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDisplay(Node):
    """``[a, b, c]``, possibly empty; `type` is the TList."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapDisplay(Node):
    """``TextMap({k: v, …})`` or ``Map({k: v, …})``: key, value, key, value; the last key wins."""

    items: tuple[tuple[Expr, Expr], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToInterface(Node):
    """A template payload (or a value of a requiring interface) as a value of an interface.

    `type` is the interface; the operand's type says which node of LF it is: to_interface for
    a template, to_required_interface for an interface.
    """

    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class FromInterface(Node):
    """An interface value taken back: Some if it is of that template (or requiring interface).

    `type` is ``TOptional(target)``; target a template: from_interface; an interface that
    requires the operand's: from_required_interface.
    """

    value: Expr
    target: TNamed


@dataclass(frozen=True, slots=True, kw_only=True)
class CoerceContractId(Node):
    """A contract id under another target type: COERCE_CONTRACT_ID; `type` is the new one."""

    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply(Node):
    """A strict operation on its operands."""

    op: Op
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic(Node):
    """``left and right`` (`conjunction`) or ``left or right``: the right one only if it decides."""

    conjunction: bool
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Node):
    """``then if condition else otherwise``: condition first."""

    condition: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Let(Node):
    """An expression with a local name; `value` is evaluated first, exactly once."""

    variable: Variable
    value: Expr
    body: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class IsNone(Node):
    """Whether an Optional is None; `negated` for ``is not None``."""

    value: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Node):
    """A choice by the scrutinee's constructor; exhaustive, alternatives as in `patterns`.

    Made for conditional expressions and ``and`` / ``or`` that test a name for None.
    """

    scrutinee: Expr
    alternatives: tuple[tuple[Pattern, Expr], ...]


@dataclass(frozen=True, slots=True)
class Generator:
    """``for variable in source if condition if condition``."""

    variable: Variable
    source: Expr
    conditions: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comprehension(Node):
    """``[element for … in … if …]``, order of evaluation as the nested loops it stands for."""

    element: Expr
    generators: tuple[Generator, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Node):
    """``any all sum min max`` over a list.

    With ``lazy=True`` the source is a `Comprehension` written as a generator: each element is
    evaluated just before it is used, and not at all once ANY / ALL know the answer.
    Otherwise the source is a list, evaluated completely first. MIN and MAX have a `default` for
    the empty list: evaluated after a list, but before the elements of a lazy source.
    """

    aggregation: Aggregation
    source: Expr
    lazy: bool
    default: Expr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted(Node):
    """``sorted(source, key=lambda variable: key, reverse=…)``: stable in both directions.

    Keys are computed once for each element, first to last, before anything is compared.
    Without `key` the elements are their own keys. `reverse` keeps equal elements in order.
    """

    source: Expr
    variable: Variable | None
    key: Expr | None
    reverse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFunction(Node):
    """A call of a `definitions.Function`, arguments in the order of its parameters.

    `order` gives the source order of evaluation as indices into `arguments`.
    """

    ref: Ref
    arguments: tuple[Expr, ...]
    order: tuple[int, ...]
    effects: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMethod(Node):
    """A method of an interface on a value of it: receiver first, then arguments as above."""

    interface: Ref
    method: str
    receiver: Expr
    arguments: tuple[Expr, ...]
    order: tuple[int, ...]
    effects: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewOf(Node):
    """The view of an interface value; the operand's type is the interface."""

    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class PartiesOf(Node):
    """The signatories (or, with `observers`, the observers) of an interface value."""

    value: Expr
    observers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Node):
    """Create a contract: create for a template, create_interface for an interface value."""

    target: TNamed
    payload: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise(Node):
    """Exercise a choice: contract id first, then the argument (source order).

    `argument` has the choice's argument type: usually a `Construct` of the argument record.
    """

    target: TNamed
    choice: str
    contract_id: Expr
    argument: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive(Node):
    """Exercise the choice Archive."""

    target: TNamed
    contract_id: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch(Node):
    """The payload of a contract, or the interface value."""

    target: TNamed
    contract_id: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Now(Node):
    """The ledger time of the transaction: get_time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTimeBefore(Node):
    """Whether ledger time is before an instant: ledger_time_lt; ``not_before`` is NOT of it."""

    time: Expr


Expr = (
    Literal | Read | ReadConstant | Field | Construct | Replace | Inject | EnumValue | NoneValue
    | Some | Unwrap | ListDisplay | MapDisplay | ToInterface | FromInterface | CoerceContractId
    | Apply | Logic | Conditional | Let | IsNone | Case | Comprehension | Aggregate | Sorted
    | CallFunction | CallMethod | ViewOf | PartiesOf | Create | Exercise | Archive | Fetch | Now
    | LedgerTimeBefore
)  # fmt: skip

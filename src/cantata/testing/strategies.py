"""Hypothesis strategies: payloads of templates, arguments of choices, values of any type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, TypeAlias, TypeVar

from hypothesis import strategies as st

from cantata.kernel.errors import CantataError
from cantata.lang import Choice, Template
from cantata.lf.codec.containers import sorted_map
from cantata.lf.codec.errors import NotSerializable
from cantata.lf.codec.numerics import INT64_MAX, INT64_MIN, NUMERIC_DIGITS_MAX
from cantata.lf.codec.shapes import Product, Shape, Shapes, Sum
from cantata.lf.codec.times import DATE_MAX, DATE_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN
from cantata.lf.model import Builtin, EnumType, Packages, Ref, TCon, Type
from cantata.lf.runtime.values import to_cons
from cantata.testing.bridge import bridge
from cantata.testing.ledger import Ledger
from cantata.testing.names import names_of

T = TypeVar("T", bound=Template)

Values: TypeAlias = st.SearchStrategy[Any]
"""A strategy for run-time values, as `cantata.lf.runtime.values` describes them."""

PARTIES = tuple(f"{name}::1220{digit * 64}" for name, digit in (("alice", "a"), ("bob", "b")))
"""Parties of values, unless others are given."""


class NoSmallValue(CantataError):
    """A type all of whose values, if it has any, nest deeper than a strategy may go."""

    code: ClassVar[str] = "NO_SMALL_VALUE"

    def __init__(self, type_: str, depth_max: int) -> None:
        super().__init__(
            f"no value of {type_} is built within {depth_max} levels", hint="raise depth_max"
        )
        self.type = type_
        self.depth_max = depth_max


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Bounds of generated values: levels of nesting, elements of a collection, characters."""

    depth_max: int = 8
    items_max: int = 3
    text_max: int = 12


def values(
    packages: Packages,
    type_: Type,
    *,
    parties: Sequence[str] = PARTIES,
    contract_ids: Sequence[str] = (),
    sizes: Sizes | None = None,
) -> Values:
    """Give a strategy for the values of a closed serializable type.

    Parties, and contract ids if any are given, are drawn from those given. Raise
    `NotSerializable`, or `NoSmallValue` for a type that has no value within `sizes.depth_max`.
    """
    maker = _Maker(Shapes(packages), tuple(parties), tuple(contract_ids), sizes or Sizes())
    shape = maker.shapes.resolve(type_)
    depth_max = maker.sizes.depth_max
    if not maker.fits(shape, depth_max):
        raise NoSmallValue(str(shape), depth_max)
    return maker.strategy(shape, depth_max)


def contracts(
    ledger: Ledger,
    template: type[T],
    *,
    parties: Sequence[str] = PARTIES,
    contract_ids: Sequence[str] = (),
    sizes: Sizes | None = None,
) -> st.SearchStrategy[T]:
    """Give a strategy for the payloads of a contract class, legal by its type, not its `ensure`."""
    ref = ledger.catalog.ref(template)
    found = values(
        ledger.packages.packages,
        TCon(ref),
        parties=parties,
        contract_ids=contract_ids,
        sizes=sizes,
    )
    return found.map(bridge(template).to_object)


def arguments(
    ledger: Ledger,
    choice: Choice[Any, Any, Any],
    *,
    parties: Sequence[str] = PARTIES,
    contract_ids: Sequence[str] = (),
    sizes: Sizes | None = None,
) -> st.SearchStrategy[dict[str, Any]]:
    """Give a strategy for the arguments of a choice by name, as `exercise` takes them."""
    names = names_of(choice)
    found = values(
        ledger.packages.packages,
        ledger.choice_argument(choice),
        parties=parties,
        contract_ids=contract_ids,
        sizes=sizes,
    )
    return found.map(names.arguments)


def payloads(
    packages: Packages,
    template: Ref,
    *,
    parties: Sequence[str] = PARTIES,
    sizes: Sizes | None = None,
) -> Values:
    """Give a strategy for the arguments of a template."""
    return values(packages, TCon(template), parties=parties, sizes=sizes)


def numerics(scale: int) -> st.SearchStrategy[Decimal]:
    """Give a strategy for ``Numeric scale``: simple numbers and all 38 digits."""
    limit = 10**NUMERIC_DIGITS_MAX - 1
    simple = st.integers(-1_000, 1_000).map(lambda n: n * 10**scale)
    unscaled = st.one_of(st.integers(-limit, limit), simple.filter(lambda n: abs(n) <= limit))
    return unscaled.map(lambda n: _decimal(n, scale))


@dataclass(slots=True)
class _Maker:
    """Builds strategies for shapes; `fuel` is how many levels of nesting are left."""

    shapes: Shapes
    parties: tuple[str, ...]
    contract_ids: tuple[str, ...]
    sizes: Sizes
    _fits: dict[tuple[Shape, int], bool] = field(default_factory=dict)
    _made: dict[tuple[Shape, int], Values] = field(default_factory=dict)

    def fits(self, shape: Shape, fuel: int) -> bool:
        """Say whether some value of the shape nests at most `fuel` levels."""
        key = (shape, fuel)
        if key not in self._fits:
            self._fits[key] = self._find_fit(shape, fuel)
        return self._fits[key]

    def strategy(self, shape: Shape, fuel: int) -> Values:
        """Give the strategy for values of a shape within `fuel` levels."""
        key = (shape, fuel)
        if key not in self._made:
            self._made[key] = self._make(shape, fuel)
        return self._made[key]

    def _find_fit(self, shape: Shape, fuel: int) -> bool:
        match self.shapes.unfold(shape):
            case Product(fields):
                return fuel > 0 and all(self.fits(part, fuel - 1) for _, part in fields)
            case Sum(constructors):
                return fuel > 0 and any(self.fits(part, fuel - 1) for _, part in constructors)
            case _:
                return True

    def _make(self, shape: Shape, fuel: int) -> Values:
        match self.shapes.unfold(shape):
            case Product(fields):
                return st.tuples(*(self._part(part, fuel) for _, part in fields))
            case Sum(constructors):
                fitting = [
                    st.tuples(st.just(rank), self._part(part, fuel))
                    for rank, (_, part) in enumerate(constructors)
                    if self.fits(part, fuel - 1)
                ]
                return st.one_of(fitting)
            case EnumType(constructors):
                return st.integers(0, len(constructors) - 1)
            case None:
                return self._container(shape, fuel)

    def _part(self, shape: Shape, fuel: int) -> Values:
        return st.deferred(lambda: self.strategy(shape, fuel - 1))

    def _container(self, shape: Shape, fuel: int) -> Values:
        if shape.head not in (Builtin.OPTIONAL, Builtin.LIST, Builtin.TEXTMAP, Builtin.GENMAP):
            return self._scalar(shape)
        fits = fuel > 0 and all(self.fits(arg, fuel - 1) for arg in shape.args)
        items_max = self.sizes.items_max if fits else 0
        parts = [self._part(arg, fuel) for arg in shape.args] if fits else [st.nothing()]
        match shape.head:
            case Builtin.OPTIONAL:
                return st.one_of(st.none(), st.tuples(parts[0]))
            case Builtin.LIST:
                return st.lists(parts[0], max_size=items_max).map(to_cons)
            case Builtin.TEXTMAP:
                return st.dictionaries(self._text(), parts[0], max_size=items_max)
            case _:
                pairs = st.tuples(parts[0], parts[-1])
                return st.lists(pairs, max_size=items_max).map(sorted_map)

    def _scalar(self, shape: Shape) -> Values:
        match shape.head:
            case Builtin.UNIT:
                return st.just(())
            case Builtin.BOOL:
                return st.booleans()
            case Builtin.INT64:
                return st.integers(INT64_MIN, INT64_MAX)
            case Builtin.NUMERIC if shape.args and isinstance(shape.args[0].head, int):
                return numerics(shape.args[0].head)
            case Builtin.TEXT:
                return self._text()
            case Builtin.PARTY:
                return st.sampled_from(self.parties)
        return self._point_or_id(shape)

    def _point_or_id(self, shape: Shape) -> Values:
        match shape.head:
            case Builtin.DATE:
                return st.integers(DATE_MIN, DATE_MAX)
            case Builtin.TIMESTAMP:
                return st.integers(TIMESTAMP_MIN, TIMESTAMP_MAX)
            case Builtin.CONTRACT_ID:
                return st.sampled_from(self.contract_ids) if self.contract_ids else _contract_ids()
        raise NotSerializable(f"the type {shape}")

    def _text(self) -> st.SearchStrategy[str]:
        legal = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
        return st.text(legal, max_size=self.sizes.text_max)


def _contract_ids() -> st.SearchStrategy[str]:
    """Give a strategy for contract ids as a ledger makes them."""
    return st.binary(min_size=32, max_size=32).map(
        lambda body: f"00{body.hex()}ca121220{body[::-1].hex()}"
    )


def _decimal(unscaled: int, scale: int) -> Decimal:
    digits = tuple(int(digit) for digit in str(abs(unscaled)))
    return Decimal((int(unscaled < 0), digits, -scale))

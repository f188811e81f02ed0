"""The stored form of values: records without trailing None, at every depth."""

from __future__ import annotations

from collections.abc import Callable

from cantata.lf.model import Builtin, Type
from cantata.lf.runtime.typed.plans import Choices, Container, Fields, Plans
from cantata.lf.runtime.values import GenMap, Value, to_cons

Store = Callable[[Value], Value]


def same(value: Value) -> Value:
    """Give the value: its stored form is no other."""
    return value


class Storing:
    """Stored forms by type."""

    def __init__(self, plans: Plans) -> None:
        self.plans = plans
        self._stores: dict[Type, Store] = {}

    def store(self, type_: Type) -> Store:
        """Give the function that turns values of a closed type into their stored form."""
        found = self._stores.get(type_)
        if found is None:
            later: list[Store] = []
            self._stores[type_] = lambda value: later[0](value)  # noqa: PLW0108 - not there yet
            later.append(self._make(type_))
            found = self._stores[type_] = later[0]
        return found

    def _make(self, type_: Type) -> Store:
        match self.plans.plan(type_):
            case Container(builtin, parts):
                return _container(builtin, [self.store(part) for part in parts])
            case Fields(_, fields):
                return _record([self.store(item) for _, item in fields])
            case Choices(_, constructors) if any(item is not None for _, item in constructors):
                stores = [same if item is None else self.store(item) for _, item in constructors]
                return _variant(stores)
        return same


def _container(builtin: Builtin, stores: list[Store]) -> Store:
    if all(store is same for store in stores):
        return same
    item = stores[-1]
    match builtin:
        case Builtin.OPTIONAL:
            return lambda value: None if value is None else (item(value[0]),)
        case Builtin.LIST:
            return lambda cells: _mapped(item, cells)
        case Builtin.TEXTMAP:
            return lambda value: {key: item(part) for key, part in value.items()}
    first = stores[0]
    return lambda value: GenMap(
        tuple(first(key) for key in value.keys), tuple(item(part) for part in value.values)
    )


def _mapped(item: Store, cells: Value) -> Value:
    items = []
    while cells:
        head, cells = cells
        items.append(item(head))
    return to_cons(items)


def _record(stores: list[Store]) -> Store:
    inner = any(store is not same for store in stores)

    def store(record: Value) -> Value:
        if inner:
            record = tuple(part(field) for part, field in zip(stores, record, strict=True))
        size = len(record)
        while size and record[size - 1] is None:
            size -= 1
        return record if size == len(record) else record[:size]

    return store


def _variant(stores: list[Store]) -> Store:
    if all(store is same for store in stores):
        return same
    return lambda variant: (variant[0], stores[variant[0]](variant[1]))

"""An interface in a package of its own, as upgrades demand."""

from __future__ import annotations

from cantata.lang import (
    ContractId,
    Interface,
    Party,
    Record,
    abstractmethod,
    choice,
    method,
    package,
    view,
)

PACKAGE = package("cantata-cases-api", "1.0.0", module="Cases.Api")


class CountedView(Record):
    owner: Party
    count: int


class Counted(Interface):
    @view
    def counted_view(self) -> CountedView: ...

    @method(daml="counted_doubled")
    @abstractmethod
    def doubled(self) -> int: ...

    @method(daml="counted_raiseImpl", effects=True)
    @abstractmethod
    def raise_impl(self, cid: ContractId[Counted], by: int) -> ContractId[Counted]: ...

    @choice(name="Counted_Raise", controllers=lambda self: [self.counted_view().owner])
    def raise_by(self, by: int) -> ContractId[Counted]:
        return self.raise_impl(self.contract_id, by + self.doubled())

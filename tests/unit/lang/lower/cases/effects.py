"""Choices, one or more for each construct with effects."""

from __future__ import annotations

from cantata.lang import (
    ContractId,
    Party,
    Record,
    Template,
    Time,
    archive,
    before,
    choice,
    coerce,
    create,
    div,
    exercise,
    fetch,
    from_interface,
    not_before,
    now,
    package,
    replace,
    require,
    update,
)
from tests.unit.lang.lower.cases.api import Counted, CountedView

PACKAGE = package("cantata-cases-effects", "1.0.0", module="Cases.Effects")


class Summary(Record):
    cids: list[ContractId[Counter]]
    total: int


@update
def bump(cid: ContractId[Counter], by: int) -> int:
    counter = fetch(cid)
    require(counter.count + by < 1000, "cases/too-many", "too many", count=counter.count)
    archive(cid)
    create(replace(counter, count=counter.count + by))
    return counter.count + by


class Counter(Template, Counted):
    owner: Party
    count: int

    def signatories(self) -> list[Party]:
        return [self.owner]

    def ensure(self) -> bool:
        return self.count >= 0

    def counted_view(self) -> CountedView:
        return CountedView(owner=self.owner, count=self.count)

    def doubled(self) -> int:
        return self.count * 2

    def raise_impl(self, cid: ContractId[Counted], by: int) -> ContractId[Counted]:
        return create(replace(self, count=self.count + by))

    @choice(controllers=lambda self: [self.owner])
    def add(self, by: int) -> ContractId[Counter]:
        return create(replace(self, count=self.count + by))

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def peek(self) -> int:
        return self.count

    @choice(controllers=lambda self: [self.owner], kind="preconsuming")
    def renew_first(self) -> ContractId[Counter]:
        return create(self)

    @choice(controllers=lambda self: [self.owner], kind="postconsuming")
    def renew_last(self) -> int:
        if self.count > 5:
            return exercise(self.contract_id, Counter.peek)
        create(self)
        return 0


class Machine(Template):
    owner: Party
    other: Party

    def signatories(self) -> list[Party]:
        return [self.owner]

    def observers(self) -> list[Party]:
        return [self.other]

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def make(self, counts: list[int]) -> list[ContractId[Counter]]:
        return [create(Counter(owner=self.owner, count=count)) for count in counts if count != 3]

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def make_with_total(self, counts: list[int]) -> Summary:
        cids: list[ContractId[Counter]] = []
        total = 0
        for count in counts:
            cid = create(Counter(owner=self.owner, count=count))
            cids = [*cids, cid]
            total = total + count
        return Summary(cids=cids, total=total)

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def make_until(self, counts: list[int], limit: int) -> int:
        made = 0
        for count in counts:
            if count > limit:
                return made
            create(Counter(owner=self.owner, count=count))
            made = made + 1
        create(Counter(owner=self.owner, count=999))
        return made

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def bump_all(self, cids: list[ContractId[Counter]], by: int) -> int:
        total = 0
        for cid in cids:
            total = total + bump(cid, by)
        return total

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def maybe(self, wanted: int, a: int, b: int) -> int:
        result = 1
        if wanted > 0:
            create(Counter(owner=self.owner, count=div(a, b)))
            result = 2
        elif wanted < 0:
            return -1
        if wanted > 5 and before(now()):
            result = result + 10
        create(Counter(owner=self.owner, count=result))
        return result

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def timed(self, deadline: Time) -> bool:
        require(before(deadline), "cases/late", "too late", deadline=deadline)
        return not_before(deadline)

    @choice(
        controllers=lambda self, helper: [self.owner, helper], observers=lambda self: [self.other]
    )
    def handover(self, helper: Party) -> ContractId[Machine]:
        return create(Machine(owner=self.owner, other=helper))

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def by_interface(self, cid: ContractId[Counter], by: int) -> int:
        raised = exercise(cid, Counted.raise_by, by=by)
        value = fetch(raised)
        counter = from_interface(Counter, value)
        if counter is None:
            return -1
        archive(coerce(raised, Counter))
        return counter.count + value.counted_view().count + value.doubled()

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def ordered_failures(self, a: int, b: int, cid: ContractId[Counter]) -> int:
        return div(a, b) + fetch(cid).count + div(b, a)

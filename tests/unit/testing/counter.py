"""A contract that can fail in many ways, each on a line of its own."""

from __future__ import annotations

from cantata.lang import (
    ContractId,
    Party,
    Template,
    choice,
    create,
    fetch,
    function,
    package,
    require,
)

PACKAGE = package("testing-counter", "1.0.0", module="Testing.Counter")


class Counter(Template):
    owner: Party
    count: int

    def signatories(self) -> list[Party]:
        return [self.owner]

    def ensure(self) -> bool:
        return self.count >= 0

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def add_all(self, numbers: list[int]) -> int:
        return sum_of(numbers)

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def make(self, owner: Party, count: int) -> ContractId[Counter]:
        return create(Counter(owner=owner, count=count))  # line: make

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def read(self, other: ContractId[Counter]) -> int:
        found = fetch(other)  # line: read
        return found.count


@function
def sum_of(numbers: list[int]) -> int:
    total = 0
    for number in numbers:
        require(number != 13, "counter/unlucky", "not this number", number=number)  # line: loop
        if number == 14:
            require(False, "counter/never", "not that number either")  # line: branch
        total = total + number  # line: sum
    return total

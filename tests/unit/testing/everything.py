"""A template with a field of every type of the contract language, and choices that give it back."""

from __future__ import annotations

from cantata.lang import (
    Constructor,
    ContractId,
    Date,
    Decimal,
    Enum,
    Map,
    Party,
    Payload,
    Record,
    RelTime,
    Template,
    Text,
    TextMap,
    Time,
    choice,
    package,
)

PACKAGE = package("testing-everything", "1.0.0", module="Testing.Everything")


class Colour(Enum):
    RED = "Red"
    GREEN = "Green"
    BLUE = "Blue"


class Nothing(Constructor):
    pass


class Wrapped(Constructor):
    value: Payload[int]


class Named(Constructor):
    name: Text
    at: Time


class Many(Constructor):
    items: Payload[list[Decimal]]


Shape = Nothing | Wrapped | Named | Many


class Pair(Record):
    left: int
    right: Shape


class Everything(Template):
    owner: Party
    number: int
    amount: Decimal
    flag: bool
    text: Text
    day: Date
    time: Time
    span: RelTime
    colour: Colour
    shape: Shape
    pair: Pair
    cid: ContractId[Everything]
    items: list[Pair]
    maybe: Text | None
    maybe_shape: Shape | None
    texts: TextMap[int]
    amounts: Map[Party, Decimal]
    by_pair: Map[int, Pair]
    nested: list[TextMap[list[int]]]

    def signatories(self) -> list[Party]:
        return [self.owner]

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def repeat(
        self,
        pair: Pair,
        items: list[Pair],
        maybe: Pair | None,
        amounts: Map[Party, Decimal],
        shape: Shape,
    ) -> Pair:
        return pair

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def same(self, number: int) -> Everything:
        return self

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def silent(self) -> None:
        return None

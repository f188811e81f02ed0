"""A token that implements a declared holding interface, with every feature of the language."""

from __future__ import annotations

from cantata.lang import (
    INVALID_ARGUMENT,
    Constructor,
    ContractId,
    Decimal,
    Enum,
    Map,
    Party,
    Record,
    RelTime,
    Template,
    Text,
    TextMap,
    Time,
    archive,
    choice,
    coerce,
    create,
    div,
    exercise,
    fetch,
    from_interface,
    function,
    not_before,
    now,
    package,
    replace,
    require,
    update,
)
from tests.unit.lang.contracts import holding

PACKAGE = package("test-token", "1.0.0", module="Test.Token")

MAX_INPUTS = 100
LAST = 9223372036854775807
ZERO = Decimal("0")
NO_META = holding.Metadata(values=TextMap())
GRACE = RelTime.of(days=1, hours=2)


class Side(Enum):
    BUY = "Buy"
    SELL = "Sell"


class Filled(Constructor):
    amount: Decimal
    price: Decimal


class Empty(Constructor):
    pass


Outcome = Filled | Empty


class Fee(Record):
    payer: Party
    amount: Decimal
    note: Text | None = None

    def doubled(self) -> Fee:
        return replace(self, amount=self.amount + self.amount)


@function
def cost(outcome: Outcome) -> Decimal:
    match outcome:
        case Filled(amount=amount, price=price):
            return amount * price
        case Empty():
            return ZERO


@function
def weight(outcome: Outcome, side: Side) -> int:
    match outcome:
        case Filled():
            size = outcome.amount
        case _:
            size = Decimal("1.5")
    if side == Side.BUY and size > ZERO:
        return 1
    match side:
        case Side.BUY:
            return -1
        case Side.SELL:
            return 0


@function
def label(fee: Fee | None, count: int) -> Text:
    if fee is None:
        return f"none of {count}"
    text = f"{fee.payer} pays {fee.amount}"
    if fee.note is not None and len(fee.note) > 0:
        text = text + ": " + fee.note
    return text


@function
def largest(amounts: list[Decimal]) -> Decimal | None:
    best: Decimal | None = None
    for amount in amounts:
        if best is None or amount > best:
            best = amount
    return best


@function
def total(amounts: list[Decimal]) -> Decimal:
    return sum((a for a in amounts if a > ZERO), Decimal("0"))


@function
def find(amounts: list[int], limit: int) -> int:
    seen = 0
    for amount in amounts:
        if amount > limit:
            return amount
        seen = seen + amount
    return div(seen, 2) - 1


@function
def beyond() -> int:
    last = LAST
    return last + last


@function
def ordered(amounts: list[int]) -> list[int]:
    return sorted([a * 2 for a in amounts if 0 < a <= 10], key=lambda a: -a)


@function
def book(parties: list[Party]) -> Map[Party, int]:
    counts: Map[Party, int] = Map()
    for party in parties:
        seen = counts.get(party)
        counts = counts.insert(party, 1 if seen is None else seen + 1)
    return counts


class Token(Template, holding.Holding):
    admin: Party
    owner: Party
    amount: Decimal
    locked_until: Time | None = None

    def signatories(self) -> list[Party]:
        return [self.admin, self.owner]

    def ensure(self) -> bool:
        return self.amount > Decimal("0")

    def holding_view(self) -> holding.HoldingView:
        return holding.HoldingView(
            owner=self.owner, amount=self.amount, locked_until=self.locked_until, meta=NO_META
        )

    def half(self) -> Decimal:
        return self.amount / Decimal("2")

    @choice(controllers=lambda self: [self.owner])
    def burn_part(self, amount: Decimal) -> ContractId[Token] | None:
        """Burn some of the token and give the rest back."""
        require(
            amount <= self.amount,
            "burn-exceeds-holding",
            "cannot burn more than is held",
            category=INVALID_ARGUMENT,
            amount=amount,
            held=self.amount,
        )
        rest = self.amount - amount
        if rest == ZERO:
            return None
        return create(replace(self, amount=rest))

    @choice(
        controllers=lambda self, receiver: [self.owner, receiver],
        observers=lambda self: [self.admin],
        kind="preconsuming",
    )
    def give(self, receiver: Party) -> ContractId[Token]:
        if self.locked_until is not None:
            require(not_before(self.locked_until), "locked", "the token is locked")
        return create(
            Token(admin=self.admin, owner=receiver, amount=self.amount, locked_until=None)
        )

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def touch(self) -> None:
        pass


@update
def merge(owner: Party, tokens: list[ContractId[Token]]) -> ContractId[Token]:
    sum_of = ZERO
    admin: Party | None = None
    for cid in tokens:
        token = fetch(cid)
        require(token.owner == owner, "not-owner", "a token of somebody else", owner=token.owner)
        sum_of = sum_of + token.amount
        admin = token.admin
        archive(cid)
    require(admin is not None, "no-tokens", "nothing to merge")
    if admin is None:
        return tokens_missing(owner)
    return create(Token(admin=admin, owner=owner, amount=sum_of))


@update
def tokens_missing(owner: Party) -> ContractId[Token]:
    return create(Token(admin=owner, owner=owner, amount=Decimal("1")))


class Maker(Template, holding.Factory):
    admin: Party

    def signatories(self) -> list[Party]:
        return [self.admin]

    def factory_view(self) -> holding.FactoryView:
        return holding.FactoryView(admin=self.admin, pending=Map({self.admin: "start"}))

    def transfer_impl(
        self, contract_id: ContractId[holding.Factory], arg: holding.Factory_Transfer
    ) -> holding.Transfer_Result:
        deadline = now() + GRACE
        owners = [fetch(cid).holding_view().owner for cid in arg.inputs]
        if len(owners) > MAX_INPUTS or not all(owner == arg.actor for owner in owners):
            return holding.Transfer_Result_Failed()
        for cid in arg.inputs:
            token = from_interface(Token, fetch(cid))
            if token is not None and token.locked_until is None:
                exercise(cid_of(cid), Token.give, receiver=arg.actor)
        create(Token(admin=self.admin, owner=self.admin, amount=ZERO, locked_until=deadline))
        return holding.Transfer_Result_Pending(instruction=contract_id)


@function
def cid_of(cid: ContractId[holding.Holding]) -> ContractId[Token]:
    return coerce(cid, Token)

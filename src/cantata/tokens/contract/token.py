"""A holding of an instrument, and the two ways in which code may touch one."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import (
    ContractId,
    Decimal,
    Party,
    Record,
    Template,
    choice,
    coerce,
    create,
    exercise,
    function,
    not_before,
    package,
    require,
    round_half_even,
    update,
)
from cantata.tokens.contract.annotations import annotate, no_metadata

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Token")

MAX_INPUTS = 100
ZERO = Decimal("0")


class UnlockResult(Record):
    """The holding without its lock."""

    holding_cid: ContractId[holding.Holding]
    meta: metadata.Metadata


class Token(Template, holding.Holding):
    """An amount of an instrument that a party owns; admin and owner both sign."""

    instrument_id: holding.InstrumentId
    owner: Party
    amount: Decimal
    lock: holding.Lock | None

    def signatories(self) -> list[Party]:
        """Give admin and owner: neither can make or destroy a holding alone."""
        return [self.instrument_id.admin, self.owner]

    def ensure(self) -> bool:
        """Admit positive amounts only."""
        return self.amount > ZERO

    def holding_view(self) -> holding.HoldingView:
        """Show the holding as the token standard does."""
        return holding.HoldingView(
            owner=self.owner,
            instrument_id=self.instrument_id,
            amount=self.amount,
            lock=self.lock,
            meta=no_metadata(),
        )

    @choice(
        name="Token_Take",
        controllers=lambda self: [
            self.instrument_id.admin,
            self.owner,
        ],
    )
    def take(self, owner: Party, instrument_id: holding.InstrumentId, release: bool) -> Decimal:
        """Consume the holding and give its amount; `release` takes it in spite of a lock."""
        require(
            self.instrument_id == instrument_id,
            "tokens/other-instrument",
            "an input is a holding of another instrument",
            expected=instrument_id.id,
            found=self.instrument_id.id,
        )
        require(
            self.owner == owner,
            "tokens/other-owner",
            "an input is owned by another party",
            expected=owner,
            found=self.owner,
        )
        if not release:
            require_unlocked(self.lock)
        return self.amount

    @choice(name="Token_Unlock", controllers=lambda self: [self.owner])
    def unlock(self, meta: metadata.Metadata) -> UnlockResult:
        """Take an expired lock off the holding."""
        require(self.lock is not None, "tokens/not-locked", "the holding has no lock")
        require_unlocked(self.lock)
        return UnlockResult(
            holding_cid=issue(self.instrument_id, self.owner, self.amount, None),
            meta=annotate("unlock", meta),
        )


@update
def require_unlocked(lock: holding.Lock | None) -> None:
    """Refuse a lock that has not expired."""
    if lock is not None:
        if lock.expires_at is None:
            require(False, "tokens/locked", "an input is locked without expiry")
        else:
            require(
                not_before(lock.expires_at),
                "tokens/locked",
                "an input is locked",
                until=lock.expires_at,
            )


@update
def issue(
    instrument_id: holding.InstrumentId,
    owner: Party,
    amount: Decimal,
    lock: holding.Lock | None,
) -> ContractId[Token]:
    """Create a holding."""
    return create(Token(instrument_id=instrument_id, owner=owner, amount=amount, lock=lock))


@update
def issue_change(
    instrument_id: holding.InstrumentId, owner: Party, amount: Decimal
) -> list[ContractId[holding.Holding]]:
    """Create a holding of what is left over; of nothing, none."""
    if amount == ZERO:
        return []
    return [issue(instrument_id, owner, amount, None)]


@update
def take_all(
    input_holding_cids: list[ContractId[holding.Holding]],
    owner: Party,
    instrument_id: holding.InstrumentId,
) -> Decimal:
    """Consume free holdings of one owner and instrument and give their sum."""
    require(
        len(input_holding_cids) <= MAX_INPUTS,
        "tokens/too-many-inputs",
        "more inputs than one transaction may take",
        inputs=len(input_holding_cids),
        most=MAX_INPUTS,
    )
    total = ZERO
    for cid in input_holding_cids:
        amount = exercise(
            coerce(cid, Token),
            Token.take,
            owner=owner,
            instrument_id=instrument_id,
            release=False,
        )
        total = total + amount
    return total


@function
def require_amount(amount: Decimal, decimals: int) -> None:
    """Refuse amounts that are not positive or finer than the instrument's decimals."""
    require(
        amount > ZERO, "tokens/amount-not-positive", "the amount must be positive", amount=amount
    )
    require(
        round_half_even(amount, decimals) == amount,
        "tokens/too-precise",
        "the amount has more decimals than the instrument",
        amount=amount,
        decimals=decimals,
    )


@function
def require_covered(held: Decimal, amount: Decimal) -> None:
    """Refuse to spend more than the inputs hold."""
    require(
        held >= amount,
        "tokens/insufficient-funds",
        "the inputs hold less than the amount",
        held=held,
        amount=amount,
    )

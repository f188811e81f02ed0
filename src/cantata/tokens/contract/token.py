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
    Text,
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
from cantata.tokens.contract.annotations import (
    annotate,
    annotate_transfer,
    because,
    no_metadata,
)
from cantata.tokens.contract.rules import TokenRules, require_reason, rules_for

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Token")

MAX_INPUTS = 100
HASH_LENGTH = 64
ZERO = Decimal("0")


class UnlockResult(Record):
    """The holding without its lock."""

    holding_cid: ContractId[holding.Holding]
    meta: metadata.Metadata


class FreezeResult(Record):
    """The frozen holdings and the free ones that the holding became."""

    frozen_cids: list[ContractId[holding.Holding]]
    free_cids: list[ContractId[holding.Holding]]
    meta: metadata.Metadata


class SeizeResult(Record):
    """What the admin now has in custody, and what is left with the owner."""

    custody_cid: ContractId[holding.Holding]
    rest_cids: list[ContractId[holding.Holding]]
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

    @choice(name="Token_Freeze", controllers=lambda self: [self.instrument_id.admin])
    def freeze(
        self, amount: Decimal, reason: Text, rules_cid: ContractId[TokenRules]
    ) -> FreezeResult:
        """Lock an amount of the holding until the admin lifts it; the rest stays free."""
        require_reason(reason)
        require(not is_frozen(self), "tokens/already-frozen", "the holding is frozen already")
        require_unlocked(self.lock)
        require_amount(amount, rules_for(rules_cid, self.instrument_id).decimals)
        require_covered(self.amount, amount)
        lock = frozen_by(self.instrument_id.admin, reason)
        frozen_cid = issue(self.instrument_id, self.owner, amount, lock)
        return FreezeResult(
            frozen_cids=[frozen_cid],
            free_cids=issue_change(self.instrument_id, self.owner, self.amount - amount),
            meta=annotate("merge-split", because(reason)),
        )

    @choice(name="Token_Unfreeze", controllers=lambda self: [self.instrument_id.admin])
    def unfreeze(
        self, amount: Decimal, reason: Text, rules_cid: ContractId[TokenRules]
    ) -> FreezeResult:
        """Let an amount of a frozen holding go; the rest stays frozen."""
        require_reason(reason)
        require(is_frozen(self), "tokens/not-frozen", "the holding is not frozen")
        require_amount(amount, rules_for(rules_cid, self.instrument_id).decimals)
        require_covered(self.amount, amount)
        free_cid = issue(self.instrument_id, self.owner, amount, None)
        return FreezeResult(
            frozen_cids=issue_rest(self, amount),
            free_cids=[free_cid],
            meta=annotate("unlock", because(reason)),
        )

    @choice(
        name="Token_Seize",
        controllers=lambda self, approver: [self.instrument_id.admin, approver],
    )
    def seize(
        self,
        approver: Party,
        amount: Decimal,
        reason_code: Text,
        document_hash: Text,
        rules_cid: ContractId[TokenRules],
    ) -> SeizeResult:
        """Take an amount into the admin's custody, whatever locks it; the rest stays as it is."""
        admin = self.instrument_id.admin
        require_reason(reason_code)
        require(
            len(document_hash) == HASH_LENGTH,
            "tokens/document-missing",
            "name the document that orders the seizure by its SHA-256, in hex",
        )
        rules = rules_for(rules_cid, self.instrument_id)
        require_approver(rules, approver)
        require(
            self.owner != admin,
            "tokens/same-party",
            "the admin has this holding already",
            party=admin,
        )
        require_amount(amount, rules.decimals)
        require_covered(self.amount, amount)
        custody_cid = issue(self.instrument_id, admin, amount, None)
        return SeizeResult(
            custody_cid=custody_cid,
            rest_cids=issue_rest(self, amount),
            meta=annotate_transfer(self.owner, because(reason_code)),
        )


@function
def is_frozen(token: Token) -> bool:
    """Tell whether the admin has frozen a holding: locked it without expiry."""
    if token.lock is None:
        return False
    return token.lock.expires_at is None and token.lock.holders == [token.instrument_id.admin]


@function
def frozen_by(admin: Party, reason: Text) -> holding.Lock:
    """Give the lock of what is frozen: it expires by the admin's will alone."""
    return holding.Lock(
        holders=[admin], expires_at=None, expires_after=None, context=f"frozen: {reason}"
    )


@function
def require_approver(rules: TokenRules, approver: Party) -> None:
    """Refuse a seizure without the second pair of eyes that the rules name."""
    require(
        rules.approver is not None,
        "tokens/no-approver",
        "the instrument's rules name nobody who approves seizures",
    )
    if rules.approver is not None:
        require(
            rules.approver == approver,
            "tokens/other-approver",
            "the instrument's rules name another approver",
            expected=rules.approver,
            found=approver,
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
def issue_rest(token: Token, amount: Decimal) -> list[ContractId[holding.Holding]]:
    """Create what is left of a holding, locked as it was; of nothing, none."""
    left = token.amount - amount
    if left == ZERO:
        return []
    return [issue(token.instrument_id, token.owner, left, token.lock)]


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

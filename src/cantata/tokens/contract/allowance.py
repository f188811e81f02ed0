"""An allowance: a party lets another one spend some of its holdings."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import (
    ContractId,
    Decimal,
    Party,
    Record,
    Template,
    Time,
    before,
    choice,
    create,
    exercise,
    function,
    package,
    replace,
    require,
    update,
)
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.rules import require_instrument
from cantata.tokens.contract.token import ZERO

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Allowance")


class AllowanceTransferResult(Record):
    """What is left of the allowance, if anything is, and the transfer's result."""

    allowance_cid: ContractId[Allowance] | None
    result: standard.TransferInstructionResult


class Allowance(Template):
    """The owner's consent that a spender transfers some of its holdings.

    `remaining` is how much may still be spent, None without limit.
    """

    owner: Party
    spender: Party
    instrument_id: holding.InstrumentId
    remaining: Decimal | None
    expires_at: Time | None

    def signatories(self) -> list[Party]:
        """Give the owner."""
        return [self.owner]

    def observers(self) -> list[Party]:
        """Give the spender, and the admin who sees what is spent anyway."""
        return [self.spender, self.instrument_id.admin]

    def ensure(self) -> bool:
        """Admit a spender who is somebody else, and an allowance of something."""
        return self.owner != self.spender and (self.remaining is None or self.remaining > ZERO)

    @choice(name="Allowance_Transfer", controllers=lambda self: [self.spender])
    def transfer(
        self,
        factory_cid: ContractId[TokenFactory],
        transfer: standard.Transfer,
        extra_args: metadata.ExtraArgs,
    ) -> AllowanceTransferResult:
        """Spend: the transfer goes through the instrument's rules as one of the owner's own."""
        require_instrument(self.instrument_id, transfer.instrument_id)
        require(
            self.owner == transfer.sender,
            "tokens/other-owner",
            "the allowance is on another party's holdings",
            expected=self.owner,
            found=transfer.sender,
        )
        require_running(self.expires_at)
        left = spend(self.remaining, transfer.amount)
        result = exercise(
            factory_cid, TokenFactory.transfer, transfer=transfer, extra_args=extra_args
        )
        if left is not None and left == ZERO:
            return AllowanceTransferResult(allowance_cid=None, result=result)
        rest_cid = create(replace(self, remaining=left))
        return AllowanceTransferResult(allowance_cid=rest_cid, result=result)

    @choice(name="Allowance_Revoke", controllers=lambda self: [self.owner])
    def revoke(self) -> None:
        """Take the consent back."""


@function
def spend(remaining: Decimal | None, amount: Decimal) -> Decimal | None:
    """Give what is left of an allowance; what has no limit never decreases."""
    if remaining is None:
        return None
    require(
        amount <= remaining,
        "tokens/allowance-exceeded",
        "the amount is more than what may still be spent",
        remaining=remaining,
        amount=amount,
    )
    return remaining - amount


@update
def require_running(expires_at: Time | None) -> None:
    """Refuse to spend after an allowance has expired."""
    if expires_at is not None:
        require(
            before(expires_at),
            "tokens/allowance-expired",
            "the allowance has expired",
            expired=expires_at,
        )

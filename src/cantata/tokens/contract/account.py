"""A holder's account: what the admin attests of a party, and what it forbids it."""

from __future__ import annotations

from cantata.lang import (
    ContractId,
    Party,
    Record,
    Template,
    Text,
    Time,
    archive,
    choice,
    create,
    fetch,
    function,
    package,
    replace,
    require,
)
from cantata.tokens.contract.rules import require_reason

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Account")


class RecoverResult(Record):
    """The account of the lost party, and that of the party in its place."""

    lost_cid: ContractId[HolderAccount]
    replacement_cid: ContractId[HolderAccount]


class HolderAccount(Template):
    """The admin's word about a holder: of one instrument, or of all that the admin has.

    `verified_until` is when the verification of the holder expires, None if there is none;
    until `locked_until` the holder may receive, but not send.
    """

    admin: Party
    instrument: Text | None
    holder: Party
    frozen: bool
    verified_until: Time | None
    country: Text
    locked_until: Time | None

    def signatories(self) -> list[Party]:
        """Give the admin."""
        return [self.admin]

    def observers(self) -> list[Party]:
        """Give the holder."""
        return [self.holder]

    @choice(name="HolderAccount_Freeze", controllers=lambda self: [self.admin])
    def freeze(self, reason: Text) -> ContractId[HolderAccount]:
        """Stop the holder from sending and receiving."""
        require_reason(reason)
        require(not self.frozen, "tokens/account-already-frozen", "the account is frozen already")
        return create(replace(self, frozen=True))

    @choice(name="HolderAccount_Unfreeze", controllers=lambda self: [self.admin])
    def unfreeze(self, reason: Text) -> ContractId[HolderAccount]:
        """Let the holder send and receive again."""
        require_reason(reason)
        require(self.frozen, "tokens/account-not-frozen", "the account is not frozen")
        return create(replace(self, frozen=False))

    @choice(name="HolderAccount_Verify", controllers=lambda self: [self.admin])
    def verify(self, verified_until: Time | None, country: Text) -> ContractId[HolderAccount]:
        """Attest who the holder is until a time; without one, take the attestation back."""
        return create(replace(self, verified_until=verified_until, country=country))

    @choice(name="HolderAccount_LockUp", controllers=lambda self: [self.admin])
    def lock_up(self, locked_until: Time | None) -> ContractId[HolderAccount]:
        """Keep the holder from sending until a time."""
        return create(replace(self, locked_until=locked_until))

    @choice(name="HolderAccount_Recover", controllers=lambda self: [self.admin])
    def recover(self, replacement_cid: ContractId[HolderAccount], reason: Text) -> RecoverResult:
        """Hand freeze and lock-up of a lost party to its replacement; de-verify the lost one."""
        require_reason(reason)
        replacement = fetch(replacement_cid)
        require(
            replacement.admin == self.admin and same_scope(self, replacement),
            "tokens/other-account",
            "the replacement's account is for something else",
            party=replacement.holder,
        )
        require(
            replacement.holder != self.holder,
            "tokens/same-party",
            "a party cannot take its own place",
            party=self.holder,
        )
        archive(replacement_cid)
        return RecoverResult(
            lost_cid=create(replace(self, verified_until=None)),
            replacement_cid=create(
                replace(
                    replacement,
                    frozen=self.frozen or replacement.frozen,
                    locked_until=later(self.locked_until, replacement.locked_until),
                )
            ),
        )


@function
def same_scope(one: HolderAccount, other: HolderAccount) -> bool:
    """Tell whether two accounts are of the same instruments."""
    if one.instrument is None:
        return other.instrument is None
    return other.instrument is not None and one.instrument == other.instrument


@function
def later(one: Time | None, other: Time | None) -> Time | None:
    """Give the later of two times that may not be there."""
    if one is None:
        return other
    if other is None:
        return one
    return max(one, other)

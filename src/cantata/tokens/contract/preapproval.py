"""A standing pre-approval: a receiver lets transfers of an admin's instruments come directly."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import (
    ContractId,
    Decimal,
    Party,
    Record,
    Template,
    Time,
    before,
    choice,
    coerce,
    exercise,
    package,
    require,
    update,
)
from cantata.tokens.contract.annotations import annotate_transfer
from cantata.tokens.contract.instrument import Instrument, MintResult
from cantata.tokens.contract.token import Token, issue

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Preapproval")


class SendResult(Record):
    """The receiver's new holding."""

    holding_cid: ContractId[holding.Holding]
    meta: metadata.Metadata


class TransferPreapproval(Template):
    """The receiver's consent, signed with the admin, to receive until it expires."""

    admin: Party
    receiver: Party
    expires_at: Time | None

    def signatories(self) -> list[Party]:
        """Give admin and receiver."""
        return [self.admin, self.receiver]

    @choice(
        name="TransferPreapproval_Send",
        consuming=False,
        controllers=lambda self, sender: [sender],
    )
    def send(
        self,
        sender: Party,
        receiver: Party,
        holding_cid: ContractId[holding.Holding],
        instrument_id: holding.InstrumentId,
        meta: metadata.Metadata,
    ) -> SendResult:
        """Hand one whole holding over, so the receiver learns nothing of the sender's others."""
        require(
            instrument_id.admin == self.admin,
            "tokens/other-admin",
            "the pre-approval is for another admin's instruments",
            expected=self.admin,
            found=instrument_id.admin,
        )
        require(
            receiver == self.receiver,
            "tokens/other-receiver",
            "the pre-approval is another receiver's",
            expected=receiver,
            found=self.receiver,
        )
        require_standing(self)
        amount = exercise(
            coerce(holding_cid, Token),
            Token.take,
            owner=sender,
            instrument_id=instrument_id,
            release=False,
        )
        return SendResult(
            holding_cid=issue(instrument_id, self.receiver, amount, None),
            meta=annotate_transfer(sender, meta),
        )

    @choice(
        name="TransferPreapproval_Mint",
        consuming=False,
        controllers=lambda self: [self.admin],
    )
    def mint(
        self,
        instrument_cid: ContractId[Instrument],
        amount: Decimal,
        meta: metadata.Metadata,
    ) -> MintResult:
        """Issue a new holding to the receiver, who agreed beforehand."""
        require_standing(self)
        return exercise(
            instrument_cid, Instrument.mint, receiver=self.receiver, amount=amount, meta=meta
        )

    @choice(name="TransferPreapproval_Cancel", controllers=lambda self, actor: [actor])
    def cancel(self, actor: Party) -> None:
        """End the pre-approval, by the receiver's or the admin's will."""
        require(
            actor in [self.receiver, self.admin],
            "tokens/not-a-party-to-it",
            "only the receiver or the admin can cancel a pre-approval",
            actor=actor,
        )


@update
def require_standing(preapproval: TransferPreapproval) -> None:
    """Refuse to rely on a consent that has expired."""
    if preapproval.expires_at is not None:
        require(
            before(preapproval.expires_at),
            "tokens/preapproval-expired",
            "the receiver's pre-approval has expired",
            expired=preapproval.expires_at,
        )

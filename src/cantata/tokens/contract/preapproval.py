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
from cantata.tokens.contract.annotations import annotate, annotate_transfer
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
        controllers=lambda self, sender: [self.admin, sender],
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
        require_consent(self, receiver, instrument_id)
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
        name="TransferPreapproval_Issue",
        consuming=False,
        controllers=lambda self: [self.admin],
    )
    def issue(
        self,
        receiver: Party,
        amount: Decimal,
        instrument_id: holding.InstrumentId,
        meta: metadata.Metadata,
    ) -> SendResult:
        """Hand newly minted funds to the receiver, for the instrument that counts them."""
        require_consent(self, receiver, instrument_id)
        return SendResult(
            holding_cid=issue(instrument_id, self.receiver, amount, None),
            meta=annotate("mint", meta),
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
def require_consent(
    preapproval: TransferPreapproval, receiver: Party, instrument_id: holding.InstrumentId
) -> None:
    """Refuse to rely on another's consent, on one for another admin, or on an expired one."""
    require(
        instrument_id.admin == preapproval.admin,
        "tokens/other-admin",
        "the pre-approval is for another admin's instruments",
        expected=preapproval.admin,
        found=instrument_id.admin,
    )
    require(
        receiver == preapproval.receiver,
        "tokens/other-receiver",
        "the pre-approval is another receiver's",
        expected=receiver,
        found=preapproval.receiver,
    )
    if preapproval.expires_at is not None:
        require(
            before(preapproval.expires_at),
            "tokens/preapproval-expired",
            "the receiver's pre-approval has expired",
            expired=preapproval.expires_at,
        )

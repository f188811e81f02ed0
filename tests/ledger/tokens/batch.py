"""Short words for batches of mints."""

from __future__ import annotations

from typing import Any

from cantata.lang import ContractId, Decimal, Party
from cantata.testing import Command, exercise
from cantata.tokens.contract.instrument import Instrument, Minting
from tests.ledger.tokens.stage import Stage, meta


def row(stage: Stage, receiver: Party, amount: str, consent: Any = None) -> Minting:
    """Give a row of a batch, under a new consent unless one is given."""
    return Minting(
        receiver=receiver,
        amount=Decimal(amount),
        preapproval_cid=ContractId(consent or stage.preapprove(receiver)),
        meta=meta(reason=f"salary of {receiver}"),
    )


def minting(stage: Stage, *rows: Minting) -> Command[Any]:
    """Give the command that mints a batch."""
    return exercise(
        stage.instrument.contract_id,
        Instrument.mint_many,
        mintings=list(rows),
        meta=meta(reason="payout"),
    )

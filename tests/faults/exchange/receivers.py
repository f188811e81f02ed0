"""Those who are paid: some pre-approved transfers, others accept offers, reject or ignore them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import aclosing
from enum import Enum

from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import LedgerError
from cantata.ledger.formats import Wanted
from tests.faults.exchange.wallets import Token, Wallet

LOOK_SECONDS = 0.5
OFFERS = "#splice-api-token-transfer-instruction-v1:Splice.Api.Token.TransferInstructionV1"
AT_ONCE = 4


class Manner(Enum):
    """What a receiver does with offers."""

    PREAPPROVES = "preapproves"
    ACCEPTS = "accepts"
    REJECTS = "rejects"
    IGNORES = "ignores"


class Receiver:
    """A party that is paid, and answers offers in her manner."""

    def __init__(self, ledger: LedgerClient, wallet: Wallet, manner: Manner) -> None:
        self._ledger = ledger
        self._wallet = wallet
        self._answered: set[str] = set()
        self.manner = manner

    @property
    def party(self) -> str:
        """Give her party."""
        return self._wallet.party

    async def run(self, tokens: Sequence[Token]) -> None:
        """Answer offers until cancelled; a registry may hear of them after the ledger tells."""
        if self.manner in {Manner.PREAPPROVES, Manner.IGNORES}:
            return
        how = "Accept" if self.manner is Manner.ACCEPTS else "Reject"
        by_id = {(each.admin, each.id): each for each in tokens}
        slots = asyncio.Semaphore(AT_ONCE)

        async def answer(offer: str, token: Token) -> None:
            async with slots:
                done = await self._wallet.answer(f"{how}:{offer}", token, offer, how)
            if done is not None:
                self._answered.add(offer)

        while True:
            fresh = await self._waiting(by_id)
            await asyncio.gather(*(answer(offer, token) for offer, token in fresh))
            await asyncio.sleep(LOOK_SECONDS)

    async def _waiting(self, tokens: dict[tuple[str, str], Token]) -> list[tuple[str, Token]]:
        """Give the offers to her that she has not answered."""
        wanted = Wanted((self.party,), interfaces=(f"{OFFERS}:TransferInstruction",))
        found = []
        try:
            async with aclosing(self._ledger.state.active_contracts(wanted)) as contracts:
                async for contract in contracts:
                    (view,) = contract.event.views
                    transfer = view.value["transfer"]
                    named = transfer["instrumentId"]
                    if transfer["receiver"] != self.party:
                        continue
                    if contract.event.contract_id not in self._answered:
                        token = tokens[named["admin"], named["id"]]
                        found.append((contract.event.contract_id, token))
        except LedgerError:
            return []
        return found


class Receivers:
    """All who are paid; those who ignore offers are paid only while there is time to expire."""

    def __init__(self, all_of_them: Sequence[Receiver]) -> None:
        self.all = tuple(all_of_them)
        self.is_late = False

    def choose(self, chance: random.Random) -> str:
        """Choose one to be paid."""
        fitting = [
            each for each in self.all if not self.is_late or each.manner is not Manner.IGNORES
        ]
        return chance.choice(fitting).party

"""Mints: the receiver acts himself, or has consented beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cantata.automation.errors import NotNow
from cantata.automation.handler import Parcel, Plan, Prepared, companies
from cantata.automation.model import Intent
from cantata.kernel.errors import CantataError
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import NOTHING, Total
from cantata.lang import ContractId, Party
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import exercise
from cantata.storage.session import WriteSession
from cantata.tokens import history
from cantata.tokens.contract import instrument as on_ledger
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.errors import CapExceeded, NoConsent
from cantata.tokens.facts import Wanted, require_within_limits
from cantata.tokens.model import Instrument, InstrumentId
from cantata.tokens.policy import require_amount
from cantata.tokens.projection.contracts import PREAPPROVAL
from cantata.tokens.repository import contracts, gathering, purses, selection
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.repository.gathering import Shelf, Standing
from cantata.tokens.tasks.common import TokenHandler, instrument_id, known_instrument, meta_of

MINT_MANY = "Instrument_MintMany"
UNDER_WAY = "another change of the supply is under way"


class Mint(TokenHandler):
    """`tokens.mint`: receiver, amount, memo."""

    kind = "tokens.mint"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Reserve the instrument's contract, which each mint replaces."""
        mint = _Mint.of(intent)
        found = await known_instrument(session, mint.token)
        mint.require(found, found.supply)
        await require_within_limits(session, mint.wanted(), now)
        if await selection.is_reserved(session, found.contract_id):
            raise NotNow(UNDER_WAY)
        await selection.reserve(session, intent.id, [found.contract_id])
        consent = await contracts.disclosable(
            session, PREAPPROVAL, mint.token, party=mint.receiver, now=now
        )
        if mint.receiver in intent.wish.act_as:
            return _direct(found, mint)
        if consent is None:
            raise NoConsent(mint.receiver)
        return _many(found, [(mint, consent)], intent.wish.act_as)

    async def prepare_all(
        self, session: WriteSession, intents: Sequence[Intent], now: Timestamp
    ) -> Prepared:
        """Let mints of an instrument whose receivers consented go together; the others wait.

        A receiver who acts himself would see the other mints of his transaction, so he is alone
        in it. Mints of tokens with limits are left.
        """
        mints = [_Mint.of(intent) for intent in intents]
        known = await gathering.standings(session, {mint.token for mint in mints})
        needs = [(PREAPPROVAL, mint.token, mint.receiver) for mint in mints]
        shelf = await gathering.shelf(session, needs)
        found = _Sorted()
        for token in dict.fromkeys(mint.token for mint in mints):
            mine = [mint for mint in mints if mint.token == token]
            found.sort(known.get(token), mine, shelf, now)
        got = await purses.reserve(
            session, {each.intents[0].id: [cid] for each, cid in found.parcels}
        )
        for parcel, _ in found.parcels:
            if parcel.intents[0].id not in got:
                found.refused += [(intent, NotNow(UNDER_WAY)) for intent in parcel.intents]
        return Prepared(
            parcels=[each for each, _ in found.parcels if each.intents[0].id in got],
            refused=found.refused,
            left=found.left,
        )

    async def release_all(self, session: WriteSession, intents: Sequence[Intent]) -> None:
        """Give back what is reserved for any of them."""
        await purses.release(session, [each.id for each in intents])

    def result(
        self, intent: Intent, transaction: Transaction, part: int | None
    ) -> Mapping[str, Any]:
        """Tell the holding that was made."""
        if part is None:
            return {"holdings": [each.contract_id for each in history.made(transaction)]}
        made = next(each for each in transaction.exercised if each.choice == MINT_MANY)
        return {"holdings": [made.result["holdingCids"][part]]}


@dataclass(frozen=True, slots=True)
class _Mint:
    """A mint as it is asked for."""

    intent: Intent
    token: InstrumentId
    receiver: PartyId
    amount: Decimal

    @classmethod
    def of(cls, intent: Intent) -> _Mint:
        request = intent.wish.request
        receiver, amount = PartyId(request["receiver"]), Decimal(request["amount"])
        return cls(intent, instrument_id(request), receiver, amount)

    def wanted(self) -> Wanted:
        """Give the mint as a movement, which comes from the issuer."""
        admin = self.token.admin
        return Wanted(token=self.token, sender=admin, receiver=self.receiver, amount=self.amount)

    def require(self, found: Instrument, supply: Decimal | Total) -> None:
        """Refuse an amount that the instrument cannot have beside a supply."""
        require_amount(self.amount, found.decimals)
        if found.cap is not None and NOTHING + supply + self.amount > found.cap:
            raise CapExceeded(self.amount, supply, found.cap)


class _Sorted:
    """Mints by what becomes of them; each parcel with the instrument's contract that it takes."""

    def __init__(self) -> None:
        self.parcels: list[tuple[Parcel, Any]] = []
        self.refused: list[tuple[Intent, CantataError]] = []
        self.left: list[Intent] = []

    def sort(
        self, of: Standing | None, mints: Sequence[_Mint], shelf: Shelf, now: Timestamp
    ) -> None:
        """Sort the mints of one instrument, which goes into one parcel at most."""
        if of is None or of.is_limited or of.instrument.paused:
            self.left += [mint.intent for mint in mints]
            return
        possible = self._possible(of.instrument, mints)
        if of.is_reserved:
            self._wait(possible)
            return
        consents = {m.intent.id: shelf.newest(PREAPPROVAL, m.token, m.receiver, now) for m in mints}
        ready: list[tuple[_Mint, Disclosable]] = []
        alone: list[_Mint] = []
        for mint in possible:
            consent = consents[mint.intent.id]
            if consent is not None:
                ready.append((mint, consent))
            elif mint.receiver in mint.intent.wish.act_as:
                alone.append(mint)
            else:
                self.refused.append((mint.intent, NoConsent(mint.receiver)))
        self._pack(of.instrument, ready, alone)

    def _possible(self, found: Instrument, mints: Sequence[_Mint]) -> list[_Mint]:
        """Refuse what is wrong by itself, and what the cap leaves no room for beside the others."""
        possible: list[_Mint] = []
        supply = NOTHING + found.supply
        for mint in mints:
            try:
                mint.require(found, supply)
            except CantataError as error:
                fits_alone = supply != found.supply and isinstance(error, CapExceeded)
                reason = NotNow(UNDER_WAY) if fits_alone else error
                self.refused.append((mint.intent, reason))
            else:
                possible.append(mint)
                supply = supply + mint.amount
        return possible

    def _pack(
        self, found: Instrument, ready: Sequence[tuple[_Mint, Disclosable]], alone: Sequence[_Mint]
    ) -> None:
        """Take the oldest mint, with all that may go with it; the others wait for their turn."""
        waiting = list(alone)
        first = ready[0][0].intent.created_at if ready else None
        if alone and (first is None or alone[0].intent.created_at <= first):
            chosen = waiting.pop(0)
            parcel = Parcel(intents=(chosen.intent,), plan=_direct(found, chosen))
            waiting += [mint for mint, _ in ready]
        elif ready:
            by_intent = {mint.intent.id: (mint, consent) for mint, consent in ready}
            company = companies([mint.intent for mint, _ in ready])[0]
            rows = [by_intent[intent.id] for intent in company]
            parcel = Parcel(intents=company, plan=_many(found, rows, (str(found.id.admin),)))
            waiting += [mint for mint, _ in ready[len(company) :]]
        else:
            return
        self.parcels.append((parcel, found.contract_id))
        self._wait(waiting)

    def _wait(self, mints: Sequence[_Mint]) -> None:
        self.refused += [(mint.intent, NotNow(UNDER_WAY)) for mint in mints]


def _direct(found: Instrument, mint: _Mint) -> Plan:
    """Give the plan of a mint whose receiver acts himself."""
    command = exercise(
        ContractId[on_ledger.Instrument](found.contract_id),
        on_ledger.Instrument.mint,
        receiver=Party(mint.receiver),
        amount=mint.amount,
        meta=meta_of(mint.intent.wish.request),
    )
    return Plan(commands=[command.json], act_as=mint.intent.wish.act_as)


def _many(
    found: Instrument, rows: Sequence[tuple[_Mint, Disclosable]], act_as: tuple[str, ...]
) -> Plan:
    """Give the plan of mints to receivers who consented: one change of the supply for all."""
    mintings = [
        on_ledger.Minting(
            receiver=Party(mint.receiver),
            amount=mint.amount,
            preapproval_cid=ContractId[TransferPreapproval](consent.contract_id),
            meta=meta_of(mint.intent.wish.request),
        )
        for mint, consent in rows
    ]
    command = exercise(
        ContractId[on_ledger.Instrument](found.contract_id),
        on_ledger.Instrument.mint_many,
        mintings=mintings,
        meta=meta_of(rows[0][0].intent.wish.request if len(rows) == 1 else {}),
    )
    return Plan(commands=[command.json], act_as=act_as)

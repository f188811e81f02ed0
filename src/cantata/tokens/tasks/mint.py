"""Mints: the receiver acts himself, or has consented beforehand."""

from __future__ import annotations

from cantata.automation.errors import NotNow
from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.lang import ContractId, Party
from cantata.ledger.typed import exercise
from cantata.storage.session import WriteSession
from cantata.tokens.contract import instrument as on_ledger
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.errors import CapExceeded, NoConsent
from cantata.tokens.policy import require_amount
from cantata.tokens.projection.contracts import PREAPPROVAL
from cantata.tokens.repository import contracts, selection
from cantata.tokens.tasks.common import TokenHandler, instrument_id, known_instrument, meta_of


class Mint(TokenHandler):
    """`tokens.mint`: receiver, amount, memo."""

    kind = "tokens.mint"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Reserve the instrument's contract, which each mint replaces."""
        request = intent.wish.request
        identity = instrument_id(request)
        amount = Decimal(request["amount"])
        receiver = PartyId(request["receiver"])
        found = await known_instrument(session, identity)
        require_amount(amount, found.decimals)
        if found.cap is not None and found.supply + amount > found.cap:
            raise CapExceeded(amount, found.supply, found.cap)
        if await selection.is_reserved(session, found.contract_id):
            raise NotNow("another change of the supply is under way")
        await selection.reserve(session, intent.id, [found.contract_id])
        cid = ContractId[on_ledger.Instrument](found.contract_id)
        if receiver in intent.wish.act_as:
            command = exercise(
                cid,
                on_ledger.Instrument.mint,
                receiver=Party(receiver),
                amount=amount,
                meta=meta_of(request),
            )
            return Plan(commands=[command.json], act_as=intent.wish.act_as)
        consent = await contracts.disclosable(
            session, PREAPPROVAL, identity, party=receiver, now=now
        )
        if consent is None:
            raise NoConsent(receiver)
        minting = on_ledger.Minting(
            receiver=Party(receiver),
            amount=amount,
            preapproval_cid=ContractId[TransferPreapproval](consent.contract_id),
            meta=meta_of(request),
        )
        batch = exercise(
            cid, on_ledger.Instrument.mint_many, mintings=[minting], meta=meta_of(request)
        )
        return Plan(commands=[batch.json], act_as=intent.wish.act_as)

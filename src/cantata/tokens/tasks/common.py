"""What the handlers of tokens have in common: inputs, disclosures, metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cantata.automation.errors import NotNow
from cantata.automation.model import Intent, Wish
from cantata.contracts.token_standard import holding_v1 as standard
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.lang import ContractId, Party, Text, TextMap
from cantata.ledger.model.updates import Transaction
from cantata.storage.session import WriteSession
from cantata.tokens import history
from cantata.tokens.errors import InstrumentUnknown, InsufficientFunds, TooFragmented
from cantata.tokens.model import INPUTS_MAX, Holding, Instrument, InstrumentId
from cantata.tokens.policy import choose
from cantata.tokens.repository import contracts, holdings, selection
from cantata.tokens.wishes import REARRANGE, wish_about

MERGES_MAX = 20
"""Merges that one payment asks for at once."""


class TokenHandler:
    """A handler that reserves contracts and tells at the end what was made."""

    async def release(self, session: WriteSession, intent: Intent) -> None:
        """Give back what is reserved."""
        await selection.release(session, intent.id)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell which holdings were made, and free what was reserved."""
        await selection.release(session, intent.id)
        return {"holdings": [holding.contract_id for holding in history.made(transaction)]}


def instrument_id(request: Mapping[str, Any]) -> InstrumentId:
    """Read the instrument that a request is about."""
    return InstrumentId(PartyId(request["admin"]), request["instrument"])


async def known_instrument(session: WriteSession, identity: InstrumentId) -> Instrument:
    """Give an instrument as it is now; raise InstrumentUnknown."""
    found = await contracts.instrument(session, identity)
    if found is None:
        raise InstrumentUnknown(identity.admin, identity.id)
    return found


async def take_inputs(
    session: WriteSession,
    intent: Intent,
    owner: PartyId,
    instrument: InstrumentId,
    amount: Decimal | Total,
    now: Timestamp,
) -> tuple[Holding, ...]:
    """Choose and reserve the inputs of a payment.

    Raise InsufficientFunds if the party does not have it, NotNow if payments under way have to
    end before it does, or small holdings have to be merged first.
    """
    found = await selection.candidates(session, owner, instrument, amount, now)
    try:
        chosen = choose(amount, found)
    except InsufficientFunds:
        held = await holdings.balances(session, owner=owner, instrument=instrument)
        if Total.of(balance.free for balance in held) >= amount:
            raise NotNow("payments under way use the holdings that this one needs") from None
        raise
    except TooFragmented as error:
        count = await selection.count_free(session, owner, instrument, now)
        merges = _merges(intent, owner, instrument, count)
        raise NotNow(error.message, hint=error.hint, first=merges) from error
    await selection.reserve(session, intent.id, [holding.contract_id for holding in chosen])
    return chosen


def _merges(
    intent: Intent, owner: PartyId, instrument: InstrumentId, count: int
) -> tuple[Wish, ...]:
    """Give the merges that a payment out of so many small holdings has to wait for.

    Each makes one of as many as a transaction may take. They belong to nobody's keys but the
    payment's, and to one round of it: when it looks again, there are fewer holdings.
    """
    if owner not in intent.wish.act_as:
        return ()
    rounds = min(-(-count // INPUTS_MAX), MERGES_MAX)
    return tuple(
        wish_about(
            f"intent:{intent.id}",
            REARRANGE,
            instrument,
            f"merge-{count}-{number}",
            (owner,),
            {"owner": owner, "amounts": []},
        )
        for number in range(rounds)
    )


def standard_id(identity: InstrumentId) -> standard.InstrumentId:
    """Give an instrument's id as contracts take it."""
    return standard.InstrumentId(admin=Party(identity.admin), id=Text(identity.id))


def cids(inputs: Iterable[Holding]) -> list[ContractId[standard.Holding]]:
    """Give holdings as contracts take them."""
    return [ContractId[standard.Holding](holding.contract_id) for holding in inputs]


def meta_of(request: Mapping[str, Any]) -> metadata.Metadata:
    """Give the memo of a request as metadata of the standard."""
    memo = request.get("memo") or ""
    values = {history.REASON: memo} if memo else {}
    return metadata.Metadata(values=TextMap(values))


def arguments(
    context: Mapping[str, Any] | None = None, meta: metadata.Metadata | None = None
) -> metadata.ExtraArgs:
    """Give the standard's extra arguments, with a choice context."""
    return metadata.ExtraArgs(
        context=metadata.ChoiceContext(values=TextMap(dict(context or {}))),
        meta=meta or metadata.Metadata(values=TextMap({})),
    )

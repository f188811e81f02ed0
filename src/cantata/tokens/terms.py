"""What choice contexts name, and what has to be shown for it: one answer for wallets and for us.

The registry gives these to whoever asks, and our own automation uses the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.lang import ContractId
from cantata.storage.session import ReadSession
from cantata.tokens.contract import context as keys
from cantata.tokens.errors import InstrumentUnknown
from cantata.tokens.facts import Wanted, require_within_limits
from cantata.tokens.model import InstrumentId, Offer
from cantata.tokens.projection.contracts import ACCOUNT, FACTORY, PREAPPROVAL, RULES
from cantata.tokens.refusals import TokenClosed
from cantata.tokens.repository import contracts
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.repository.gathering import Shelf
from cantata.tokens.rules_policy import closed


@dataclass(frozen=True, slots=True)
class Terms:
    """What a choice context names of an instrument's rules, and the contracts to show for it."""

    context: Mapping[str, metadata.AnyValue] = field(default_factory=dict)
    shown: tuple[Disclosable, ...] = ()

    def with_named(self, key: str, contract: Disclosable) -> Terms:
        """Name one contract more, and show it."""
        return Terms({**self.context, key: in_context(contract)}, (*self.shown, contract))

    def with_shown(self, more: Iterable[Disclosable]) -> Terms:
        """Show more contracts."""
        return Terms(self.context, (*self.shown, *more))


async def factory_of(session: ReadSession, identity: InstrumentId) -> Disclosable:
    """Give the factory of an instrument; raise InstrumentUnknown."""
    return await _known(session, FACTORY, identity)


async def terms_of(
    session: ReadSession, identity: InstrumentId, sender: PartyId, receiver: PartyId
) -> Terms:
    """Give the rules, and the accounts of both parties if the rules want them.

    Raise InstrumentUnknown or TokenClosed. An account that is not there is left to the ledger to
    miss.
    """
    rules = await rules_of(session, identity)
    named = {keys.RULES: rules}
    if rules.content["accountsRequired"]:
        for key, party in ((keys.SENDER_ACCOUNT, sender), (keys.RECEIVER_ACCOUNT, receiver)):
            account = await contracts.disclosable(session, ACCOUNT, identity, party=party)
            if account is not None:
                named[key] = account
    context = {key: in_context(contract) for key, contract in named.items()}
    return Terms(context, tuple({each.contract_id: each for each in named.values()}.values()))


async def rules_of(session: ReadSession, identity: InstrumentId) -> Disclosable:
    """Give the rules of an instrument; raise InstrumentUnknown, or TokenClosed without rules."""
    found = await contracts.disclosable(session, RULES, identity)
    if found is not None:
        return found
    if await contracts.instrument(session, identity) is None:
        raise InstrumentUnknown(identity.admin, identity.id)
    raise TokenClosed(closed())


async def limited_terms(session: ReadSession, wanted: Wanted, now: Timestamp) -> Terms:
    """Give the terms of a movement within the token's limits; raise MovementRefused beyond them."""
    await require_within_limits(session, wanted, now)
    return await terms_of(session, wanted.token, wanted.sender, wanted.receiver)


async def transfer_terms(session: ReadSession, wanted: Wanted, now: Timestamp) -> Terms:
    """Give the terms of a transfer, with the receiver's pre-approval if it stands."""
    terms = await limited_terms(session, wanted, now)
    if wanted.sender == wanted.receiver:
        return terms
    consent = await contracts.disclosable(
        session, PREAPPROVAL, wanted.token, party=wanted.receiver, now=now
    )
    return terms if consent is None else terms.with_named(keys.PREAPPROVAL, consent)


def terms_on(shelf: Shelf, wanted: Wanted, now: Timestamp) -> Terms | None:
    """Give the terms of a transfer from what was gathered; None where accounts are wanted."""
    rules = shelf.newest(RULES, wanted.token)
    if rules is None or rules.content["accountsRequired"]:
        return None
    terms = Terms().with_named(keys.RULES, rules)
    if wanted.sender == wanted.receiver:
        return terms
    consent = shelf.newest(PREAPPROVAL, wanted.token, wanted.receiver, now)
    return terms if consent is None else terms.with_named(keys.PREAPPROVAL, consent)


async def acceptance_terms(session: ReadSession, offer: Offer, now: Timestamp) -> Terms:
    """Give the terms of accepting an offer: the rules, which must allow it still, and the funds."""
    wanted = Wanted(
        token=offer.instrument, sender=offer.sender, receiver=offer.receiver, amount=offer.amount
    )
    terms = await limited_terms(session, wanted, now)
    return terms.with_shown(await contracts.disclosed(session, offer.inputs))


async def return_terms(session: ReadSession, offer: Offer, now: Timestamp) -> Terms:
    """Give the terms of an offer's end without transfer: funds go back whatever the rules say.

    Once its deadline has passed, the sender may have used the locked funds already.
    """
    locked = await contracts.disclosed(session, offer.inputs)
    return Terms({keys.EXPIRE_LOCK: metadata.AV_Bool(value=bool(locked))}, locked)


async def settlement_terms(session: ReadSession, allocation: Disclosable, now: Timestamp) -> Terms:
    """Give the terms of executing an allocation: the rules, and the funds."""
    leg = allocation.content["allocation"]["transferLeg"]
    wanted = Wanted(
        token=allocation.instrument,
        sender=PartyId(leg["sender"]),
        receiver=PartyId(leg["receiver"]),
        amount=Decimal(leg["amount"]),
    )
    terms = await limited_terms(session, wanted, now)
    return terms.with_shown((await refund_terms(session, allocation, now)).shown)


async def refund_terms(session: ReadSession, allocation: Disclosable, now: Timestamp) -> Terms:
    """Give the terms of an allocation's end without settlement: the funds, for those who ask.

    Once its deadline has passed, the sender may have used the locked funds already.
    """
    locked = await contracts.disclosed(session, [allocation.content["lockedCid"]])
    return Terms({keys.EXPIRE_LOCK: metadata.AV_Bool(value=bool(locked))}, locked)


def in_context(contract: Disclosable) -> metadata.AnyValue:
    """Give a contract as choice contexts name it."""
    return metadata.AV_ContractId(value=ContractId[metadata.AnyContract](contract.contract_id))


async def _known(session: ReadSession, kind: str, identity: InstrumentId) -> Disclosable:
    found = await contracts.disclosable(session, kind, identity)
    if found is None:
        raise InstrumentUnknown(identity.admin, identity.id)
    return found

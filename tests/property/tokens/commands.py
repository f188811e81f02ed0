"""Random commands on the token package: mostly almost right, each with whom it needs."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cantata.contracts.token_standard import burn_mint_v1 as burn_mint
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Decimal, TextMap
from cantata.testing import Command, archive, create, exercise
from cantata.tokens.contract.context import EXPIRE_LOCK, INSTRUMENT, PREAPPROVAL
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.offer import TransferOffer
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.token import Token
from tests.ledger.tokens.stage import (
    UNKNOWN,
    accept,
    cid_in,
    extras,
    meta,
    reject,
    update,
    withdraw,
)
from tests.property.tokens.interventions import INTERVENTIONS, following
from tests.property.tokens.world import HOURS, OFFSETS, Draw, Made, World


def _mint(d: Draw) -> Made:
    of, receiver = d.id(), d.party()
    terms = d.contract(Instrument, wanted=lambda active: active.payload.instrument_id == of)
    command = exercise(
        ContractId[Instrument](terms.contract_id),
        Instrument.mint,
        receiver=receiver,
        amount=d.amount(),
        meta=meta(),
    )
    return Made("mint", command, (d.world.issuer, receiver))


def _burn(d: Draw) -> Made:
    of, owner = d.id(), d.holder()
    terms = d.contract(Instrument, wanted=lambda active: active.payload.instrument_id == of)
    command = exercise(
        ContractId[Instrument](terms.contract_id),
        Instrument.burn,
        owner=owner,
        amount=d.amount(),
        input_holding_cids=d.inputs(owner, of),
        extra_args=extras(d.terms(of, owner, owner)),
    )
    return Made("burn", command, (owner,))


def _burn_mint(d: Draw) -> Made:
    of, owners = d.id(), d.draw(st.lists(st.sampled_from(d.world.parties), max_size=2))
    terms = d.contract(Instrument, wanted=lambda active: active.payload.instrument_id == of)
    factory = d.of(TokenFactory, of)
    none = metadata.ChoiceContext(values=TextMap({}))
    outputs = [
        burn_mint.BurnMintOutput(owner=owner, amount=d.amount(), context=none) for owner in owners
    ]
    arg = burn_mint.BurnMintFactory_BurnMint(
        expected_admin=d.world.issuer,
        instrument_id=of,
        input_holding_cids=d.inputs(owners[0], of) if owners else [],
        outputs=outputs,
        extra_actors=owners,
        extra_args=extras({INSTRUMENT: cid_in(terms.contract_id)}),
    )
    choice = burn_mint.BurnMintFactory.burn_mint_factory_burn_mint
    cid = ContractId[burn_mint.BurnMintFactory](factory)
    return Made("burn-mint", exercise(cid, choice, arg=arg), (d.world.issuer, *owners))


def _transfer(d: Draw) -> Made:
    of, sender, receiver = d.id(), d.holder(), d.party()
    factory = d.of(TokenFactory, of)
    context = d.terms(of, sender, receiver)
    consents = [
        active
        for active in d.world.of_any(TransferPreapproval)
        if active.payload.receiver == receiver
    ]
    if (consents and d.one(True, False)) or d.rarely():
        mine = d.contract(TransferPreapproval, wanted=lambda a: a.payload.receiver == receiver)
        context[PREAPPROVAL] = cid_in(mine.contract_id)
    now = d.world.ledger.now
    transfer = standard.Transfer(
        sender=sender,
        receiver=receiver,
        amount=d.amount(),
        instrument_id=of,
        requested_at=now + RelTime(1 if d.rarely() else d.one(0, -1)),
        execute_before=now + RelTime(d.one(*OFFSETS) if d.rarely() else d.one(1, HOURS, HOURS)),
        input_holding_cids=d.inputs(sender, of),
        meta=meta(reason="random"),
    )
    arg = standard.TransferFactory_Transfer(
        expected_admin=sender if d.rarely() else d.world.issuer,
        transfer=transfer,
        extra_args=extras(context),
    )
    choice = standard.TransferFactory.transfer_factory_transfer
    cid = ContractId[standard.TransferFactory](factory)
    return Made("transfer", exercise(cid, choice, arg=arg), (sender,))


_EARLY = (
    *[(accept, "receiver")] * 4,
    *[(reject, "receiver")] * 2,
    (withdraw, "sender"),
    (update, "admin"),
)
_LATE = (
    (accept, "receiver"),
    (reject, "receiver"),
    *[(withdraw, "sender")] * 2,
    *[(update, "admin")] * 3,
)


def _answer(d: Draw) -> Made:
    offer = d.contract(TransferOffer)
    late = offer.payload and d.world.ledger.now >= offer.payload.transfer.execute_before
    make, role = d.one(*(_LATE if late else _EARLY))
    if offer.payload is None or role == "admin":
        return Made("answer", make(offer), (d.world.issuer,))
    by = getattr(offer.payload.transfer, role)
    stands = d.one(None, None, True, False)
    transfer = offer.payload.transfer
    context = d.terms(transfer.instrument_id, transfer.sender, transfer.receiver)
    if stands is not None:
        context[EXPIRE_LOCK] = metadata.AV_Bool(value=stands)
    return Made(f"answer {role}", make(offer, context), (by,))


def _split(d: Draw) -> Made:
    of, owner = d.id(), d.holder()
    factory = d.of(TokenFactory, of)
    command = exercise(
        ContractId[TokenFactory](factory),
        TokenFactory.split,
        owner=owner,
        input_holding_cids=d.inputs(owner, of),
        amounts=[d.amount() for _ in range(d.one(0, 1, 2))],
        extra_args=extras(d.terms(of, owner, owner)),
    )
    return Made("split", command, (owner,))


def _consent(d: Draw) -> Made:
    receiver = d.party()
    factory = d.contract(TokenFactory)
    expires = d.one(None, None, d.world.ledger.now + RelTime(d.one(*OFFSETS)))
    command = exercise(
        ContractId[TokenFactory](factory.contract_id),
        TokenFactory.preapprove,
        receiver=receiver,
        expires_at=expires,
    )
    return Made("preapprove", command, (receiver,))


def _use_consent(d: Draw) -> Made:
    found = d.contract(TransferPreapproval)
    consent = ContractId[TransferPreapproval](found.contract_id)
    receiver = d.party() if d.rarely() or not found.payload else found.payload.receiver
    if d.one(True, False):
        cancel = exercise(consent, TransferPreapproval.cancel, actor=receiver)
        return Made("cancel", cancel, (receiver,))
    of, sender = d.id(), d.holder()
    held = [*d.inputs(sender, of), UNKNOWN]
    command = exercise(
        consent,
        TransferPreapproval.send,
        sender=sender,
        receiver=receiver,
        holding_cid=held[0],
        instrument_id=of,
        meta=meta(),
    )
    return Made("send", command, (d.world.issuer, sender))


def _unlock(d: Draw) -> Made:
    locked = d.contract(Token, wanted=lambda active: active.payload.lock is not None)
    by = locked.payload.owner if locked.payload else d.party()
    return Made(
        "unlock", exercise(ContractId[Token](locked.contract_id), Token.unlock, meta=meta()), (by,)
    )


def _by_hand(d: Draw) -> Made:
    of, owner = d.id(), d.holder()
    if d.one(True, False):
        amount = Decimal(d.one("1", "2", "0", "-1"))
        token = Token(instrument_id=of, owner=owner, amount=amount, lock=None)
        return Made("by hand", create(token), (of.admin, owner))
    held = d.contract(Token)
    if held.payload is not None:
        of, owner = held.payload.instrument_id, held.payload.owner
    command: Command[Any] = archive(held.contract_id, d.one(Token, holding.Holding))
    if d.one(True, False):
        cid = ContractId[Token](held.contract_id)
        command = exercise(cid, Token.take, owner=owner, instrument_id=of, release=True)
    return Made("by hand", command, d.one((of.admin, owner), (owner,), (d.party(),)))


_ALWAYS = (
    *[_transfer] * 6,
    *[_consent] * 2,
    *[_mint] * 2,
    _burn,
    _burn_mint,
    _split,
    _by_hand,
    *INTERVENTIONS,
)


@st.composite
def makers(draw: st.DrawFn, world: World) -> Made:
    """Give a random command over what is on the ledger now."""
    makers = [*_ALWAYS, *following(world)]
    if world.of_any(TransferOffer):
        makers += [_answer] * 8
    if world.of_any(TransferPreapproval):
        makers += [_use_consent] * 3
    if any(active.payload.lock for active in world.of_any(Token)):
        makers += [_unlock] * 2
    made: Made = draw(st.sampled_from(makers))(Draw(world, draw))
    return made

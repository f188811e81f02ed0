"""Random commands on the token package: mostly almost right, each with whom it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from cantata.contracts.token_standard import burn_mint_v1 as burn_mint
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Decimal, Party, TextMap
from cantata.testing import Active, Command, Ledger, archive, create, exercise
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.offer import EXPIRE_LOCK, TransferOffer
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.rules import INSTRUMENT, PREAPPROVAL, TokenRules
from cantata.tokens.contract.token import Token
from tests.ledger.tokens.stage import (
    UNKNOWN,
    accept,
    cid_in,
    extras,
    instrument,
    meta,
    reject,
    update,
    withdraw,
)

NAMES = ("Issuer", "Alice", "Bob", "Carol")
IDS = ("USD", "EUR")
DECIMALS = {"USD": 2, "EUR": 0}
CAP = "1000"

AMOUNTS = ("1", "2", "5", "10", "25")
BAD_AMOUNTS = ("0", "-1", "0.001", "0.01", "999", f"{10**27}")
OFFSETS = (-1, 0, 1, 3_600_000_000)
HOURS = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Made:
    """A command, the parties whose authority it needs if it is right, and its kind."""

    kind: str
    command: Command[Any]
    by: tuple[Party, ...]


@dataclass(slots=True)
class World:
    """A ledger with two instruments, and all contracts that there ever were on it."""

    ledger: Ledger
    parties: tuple[Party, ...]

    @classmethod
    def on(cls, ledger: Ledger) -> World:
        """Open the instruments, their rules, and first holdings and consents."""
        issuer, *_ = parties = ledger.parties(*NAMES)
        commands: list[Command[Any]] = []
        for id_ in IDS:
            of = holding.InstrumentId(admin=issuer, id=id_)
            cap = CAP if id_ == "USD" else None
            commands.append(create(instrument(of, decimals=DECIMALS[id_], cap=cap)))
            commands.append(create(TokenRules(instrument_id=of, decimals=DECIMALS[id_])))
        opened = ledger.acting(issuer).submit(*commands).results
        for receiver in parties[1:]:
            minting = exercise(
                ContractId[Instrument](_current(ledger, opened[0])),
                Instrument.mint,
                receiver=receiver,
                amount=Decimal("100"),
                meta=meta(),
            )
            ledger.acting(issuer, receiver).submit(minting)
        return cls(ledger, parties)

    @property
    def groups(self) -> st.SearchStrategy[frozenset[Party]]:
        """Any one to three parties."""
        return st.frozensets(st.sampled_from(self.parties), min_size=1, max_size=3)

    @property
    def issuer(self) -> Party:
        """The admin of both instruments."""
        return self.parties[0]

    def of_any(self, template: Any) -> list[Active[Any]]:
        """Give the active contracts of a template, oldest first."""
        found: dict[str, Active[Any]] = {}
        for party in self.parties:
            for active in self.ledger.contracts(template, party):
                found.setdefault(active.contract_id, active)
        return list(found.values())

    def active(self) -> list[ContractId[Any]]:
        """Give all active contracts."""
        templates = (Instrument, TokenRules, Token, TransferOffer, TransferPreapproval)
        return [active.contract_id for template in templates for active in self.of_any(template)]


def _current(ledger: Ledger, first: Any) -> str:
    issuer = ledger.party(NAMES[0])
    terms = ledger.contracts(Instrument, issuer)
    of = [active for active in terms if active.payload.instrument_id.id == "USD"]
    return str(of[0].contract_id if of else first)


@dataclass(slots=True)
class _Draw:
    """What makers draw from."""

    world: World
    draw: st.DrawFn

    def one(self, *items: Any) -> Any:
        return self.draw(st.sampled_from(items))

    def party(self) -> Party:
        return self.draw(st.sampled_from(self.world.parties))

    def holder(self) -> Party:
        return self.draw(st.sampled_from(self.world.parties[1:]))

    def amount(self) -> Decimal:
        return Decimal(self.one(*BAD_AMOUNTS) if self.rarely() else self.one(*AMOUNTS))

    def rarely(self) -> bool:
        """Say whether to draw something wrong."""
        return self.draw(st.sampled_from([*[False] * 19, True]))

    def id(self) -> holding.InstrumentId:
        admin = self.world.parties[-1] if self.rarely() else self.world.issuer
        return holding.InstrumentId(admin=admin, id=self.one("USD", "USD", "USD", "EUR"))

    def contract(self, template: Any, *, wanted: Any = None) -> Active[Any]:
        """Give an active contract of a template, rarely one of something else."""
        found = [active for active in self.world.of_any(template) if not wanted or wanted(active)]
        if found and not self.rarely():
            return self.draw(st.sampled_from(found))
        others = [*self.world.of_any(TokenRules)]
        payload = found[0].payload if found else None
        cid = self.one(UNKNOWN, *[active.contract_id for active in others])
        return Active(cid, payload)

    def inputs(self, owner: Party, of: holding.InstrumentId) -> list[ContractId[Any]]:
        tokens = self.world.of_any(Token)
        if not self.rarely():
            tokens = [
                active
                for active in tokens
                if active.payload.owner == owner
                and active.payload.instrument_id == of
                and (active.payload.lock is None or self.rarely())
            ]
        cids = [ContractId[Any](active.contract_id) for active in tokens]
        if cids and not self.rarely():
            first = self.one(*range(len(cids)))
            return cids[first : first + 5]
        return self.draw(st.lists(st.sampled_from([*cids, UNKNOWN]), max_size=3))


def _mint(d: _Draw) -> Made:
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


def _burn(d: _Draw) -> Made:
    of, owner = d.id(), d.holder()
    terms = d.contract(Instrument, wanted=lambda active: active.payload.instrument_id == of)
    command = exercise(
        ContractId[Instrument](terms.contract_id),
        Instrument.burn,
        owner=owner,
        amount=d.amount(),
        input_holding_cids=d.inputs(owner, of),
        meta=meta(),
    )
    return Made("burn", command, (owner,))


def _burn_mint(d: _Draw) -> Made:
    of, owners = d.id(), d.draw(st.lists(st.sampled_from(d.world.parties), max_size=2))
    terms = d.contract(Instrument, wanted=lambda active: active.payload.instrument_id == of)
    rules = d.contract(TokenRules, wanted=lambda active: active.payload.instrument_id == of)
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
    cid = ContractId[burn_mint.BurnMintFactory](rules.contract_id)
    return Made("burn-mint", exercise(cid, choice, arg=arg), (d.world.issuer, *owners))


def _transfer(d: _Draw) -> Made:
    of, sender, receiver = d.id(), d.holder(), d.party()
    rules = d.contract(TokenRules, wanted=lambda active: active.payload.instrument_id == of)
    context = {}
    consents = [
        active
        for active in d.world.of_any(TransferPreapproval)
        if active.payload.receiver == receiver
    ]
    if (consents and d.one(True, False)) or d.rarely():
        mine = d.contract(TransferPreapproval, wanted=lambda a: a.payload.receiver == receiver)
        context = {PREAPPROVAL: cid_in(mine.contract_id)}
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
    cid = ContractId[standard.TransferFactory](rules.contract_id)
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


def _answer(d: _Draw) -> Made:
    offer = d.contract(TransferOffer)
    late = offer.payload and d.world.ledger.now >= offer.payload.transfer.execute_before
    make, role = d.one(*(_LATE if late else _EARLY))
    if offer.payload is None or role == "admin":
        return Made("answer", make(offer), (d.world.issuer,))
    by = getattr(offer.payload.transfer, role)
    stands = d.one(None, None, True, False)
    context = {} if stands is None else {EXPIRE_LOCK: metadata.AV_Bool(value=stands)}
    return Made(f"answer {role}", make(offer, context), (by,))


def _split(d: _Draw) -> Made:
    of, owner = d.id(), d.holder()
    rules = d.contract(TokenRules, wanted=lambda active: active.payload.instrument_id == of)
    command = exercise(
        ContractId[TokenRules](rules.contract_id),
        TokenRules.split,
        owner=owner,
        input_holding_cids=d.inputs(owner, of),
        amounts=[d.amount() for _ in range(d.one(0, 1, 2))],
        meta=meta(),
    )
    return Made("split", command, (owner,))


def _consent(d: _Draw) -> Made:
    receiver = d.party()
    rules = d.contract(TokenRules)
    expires = d.one(None, None, d.world.ledger.now + RelTime(d.one(*OFFSETS)))
    command = exercise(
        ContractId[TokenRules](rules.contract_id),
        TokenRules.preapprove,
        receiver=receiver,
        expires_at=expires,
    )
    return Made("preapprove", command, (receiver,))


def _use_consent(d: _Draw) -> Made:
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
    return Made("send", command, (sender,))


def _unlock(d: _Draw) -> Made:
    locked = d.contract(Token, wanted=lambda active: active.payload.lock is not None)
    by = locked.payload.owner if locked.payload else d.party()
    return Made(
        "unlock", exercise(ContractId[Token](locked.contract_id), Token.unlock, meta=meta()), (by,)
    )


def _by_hand(d: _Draw) -> Made:
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


_ALWAYS = (*[_transfer] * 4, _consent, _mint, _mint, _burn, _burn_mint, _split, _by_hand)


@st.composite
def makers(draw: st.DrawFn, world: World) -> Made:
    """Give a random command over what is on the ledger now."""
    makers = [*_ALWAYS]
    if world.of_any(TransferOffer):
        makers += [_answer] * 8
    if world.of_any(TransferPreapproval):
        makers += [_use_consent] * 3
    if any(active.payload.lock for active in world.of_any(Token)):
        makers += [_unlock] * 2
    return draw(st.sampled_from(makers))(_Draw(world, draw))

"""The token story: an instrument and its holdings through their whole life, on any participant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import cantata.tokens.contract
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.lang import Party
from cantata.lang.build import build_dar, compile_package
from cantata.lang.build.sources import contract_files
from cantata.ledger import DamlFailure, LedgerClient, Shape, Signer, Transaction, Wanted
from cantata.lf.interactive.crypto import PrivateKey, PublicKey, Signature
from cantata.ops.demo.desk import Desk, Offer, Person

INSTRUMENT = ("USD-A", "Aurora Dollar", "AUSD")
CAP = Decimal("1000000")
NAMES = ("Aurora", "Alice", "Bob", "Carol")
EXTERNAL = "Dora"
SHORTLY = RelTime.of(seconds=2)
MARGIN_MICROSECONDS = 50_000

Act = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the story: what it tells, what was recorded, signed or refused, and notes."""

    title: str
    transactions: tuple[Transaction, ...] = ()
    signed: tuple[str, ...] = ()
    refusal: str = ""
    facts: tuple[tuple[str, str], ...] = ()


class NotingSigner:
    """Signs with a key in memory and keeps what it signed: hashes that the client computed."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key
        self.signed: list[str] = []

    @property
    def public_key(self) -> PublicKey:
        """Give the public key."""
        return self._key.public

    async def sign(self, message: bytes) -> Signature:
        """Sign a message."""
        self.signed.append(message.hex())
        return self._key.sign(message)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the issuer, three parties that the participant hosts, and an external one."""

    issuer: Person
    alice: Person
    bob: Person
    carol: Person
    dora: Person

    @property
    def people(self) -> tuple[Person, ...]:
        """Give all of them."""
        return (self.issuer, self.alice, self.bob, self.carol, self.dora)


class TokenStory:
    """Aurora issues a dollar token; Alice, Bob, Carol and Dora hold and move it."""

    def __init__(self, ledger: LedgerClient, cast: Cast, deployed: Step) -> None:
        self.ledger = ledger
        self.cast = cast
        self._opening = deployed
        self._desk = Desk(ledger, cast.issuer)
        self._seen = 0

    @classmethod
    async def open(cls, ledger: LedgerClient) -> TokenStory:
        """Deploy the token package and find who plays; parties are new in each story."""
        package_id = await _deploy(ledger)
        again = await _earlier(ledger)
        aurora, alice, bob, carol = [await _hosted(ledger, name + again) for name in NAMES]
        dora = await _external(ledger, EXTERNAL + again)
        facts = (
            ("package", package_id),
            *(
                (name, person.party)
                for name, person in zip(NAMES, (aurora, alice, bob, carol), strict=True)
            ),
        )
        cast = Cast(aurora, alice, bob, carol, dora)
        return cls(
            ledger,
            cast,
            Step("cantata-tokens 1.0.0 is deployed, four parties are hosted", facts=facts),
        )

    async def play(self) -> AsyncGenerator[Step, None]:
        """Play the story step by step; each step is recorded when it is given."""
        self._seen = await self.ledger.state.ledger_end()
        for chapter in (
            self._open,
            self._issue,
            self._transfer,
            self._offers,
            self._sign,
            self._tidy,
        ):
            async with aclosing(chapter()) as steps:
                async for step in steps:
                    yield step

    async def balances(self) -> dict[Party, Decimal]:
        """Give what each party holds."""
        return {each.party: await self._desk.balance(each) for each in self.cast.people}

    async def supply(self) -> Decimal:
        """Give the supply that the instrument's contract states."""
        return (await self._desk.instrument()).payload.supply

    async def _open(self) -> AsyncGenerator[Step, None]:
        yield self._opening
        dora = self.cast.dora
        (signer,) = dora.signers
        yield Step(
            "Dora makes a party of her own: her key never leaves her",
            signed=_taken(signer),
            facts=(("Dora", dora.party),),
        )

    async def _issue(self) -> AsyncGenerator[Step, None]:
        desk, alice = self._desk, self.cast.alice
        yield await self._step(
            "Aurora opens the instrument", lambda: desk.open(*INSTRUMENT, cap=CAP)
        )
        yield await self._step(
            "Aurora mints 1,000 for Alice", lambda: desk.mint(alice, Decimal("1000"), "first issue")
        )
        yield await self._step(
            "Alice splits her holding into 400, 350 and the rest",
            lambda: desk.split(alice, [Decimal("400"), Decimal("350")]),
        )

    async def _transfer(self) -> AsyncGenerator[Step, None]:
        desk, alice, bob = self._desk, self.cast.alice, self.cast.bob
        yield await self._step(
            "Bob pre-approves transfers of Aurora's instruments", lambda: desk.preapprove(bob)
        )
        yield await self._step(
            "Alice sends 120.50 to Bob directly",
            lambda: desk.send(alice, bob, Decimal("120.50"), "invoice 7"),
        )

    async def _offers(self) -> AsyncGenerator[Step, None]:
        cast, desk = self.cast, self._desk
        offer = await desk.offer(cast.alice, cast.carol, Decimal("75"), "rent")
        yield await self._step("Alice offers 75 to Carol; Carol accepts", offer.accept)
        offer = await desk.offer(cast.alice, cast.carol, Decimal("10"), "gift")
        yield await self._step("Alice offers 10; Carol rejects", offer.reject)
        offer = await desk.offer(cast.alice, cast.carol, Decimal("20"), "mistake")
        yield await self._step("Alice offers 20 and withdraws", offer.withdraw)
        offer = await desk.offer(
            cast.alice, cast.carol, Decimal("30"), "forgotten", open_for=SHORTLY
        )
        yield await self._step("Alice offers 30 for two seconds; nobody answers")
        await asyncio.sleep((SHORTLY.microseconds + MARGIN_MICROSECONDS) / 1_000_000)
        yield Step("Carol comes too late", refusal=await _refusal(offer))
        yield await self._step("Aurora cleans the expired offer up", offer.clean_up)

    async def _sign(self) -> AsyncGenerator[Step, None]:
        cast, desk = self.cast, self._desk
        offer = await desk.offer(cast.alice, cast.dora, Decimal("40"), "wages")
        yield await self._step(
            "Alice offers 40 to Dora; Dora accepts with her own key", offer.accept
        )
        yield await self._step(
            "Dora sends 15 to Bob directly, signed by herself",
            lambda: desk.send(cast.dora, cast.bob, Decimal("15"), "lunch"),
        )

    async def _tidy(self) -> AsyncGenerator[Step, None]:
        desk, alice, bob = self._desk, self.cast.alice, self.cast.bob
        yield await self._step("Alice merges her holdings", lambda: desk.merge(alice))
        yield await self._step("Bob merges his", lambda: desk.merge(bob))
        yield await self._step(
            "Bob burns 20.50 of his", lambda: desk.burn(bob, Decimal("20.50"), "redeemed")
        )

    async def _step(self, title: str, act: Act | None = None) -> Step:
        """Do something, then read from the ledger what was recorded since the last step."""
        if act is not None:
            await act()
        begin, self._seen = self._seen, await self.ledger.state.ledger_end()
        everyone = Wanted(tuple(str(each.party) for each in self.cast.people))
        stream = self.ledger.updates.follow(
            everyone, begin, end=self._seen, shape=Shape.LEDGER_EFFECTS
        )
        async with aclosing(stream) as updates:
            found = [each async for each in updates if isinstance(each, Transaction)]
        signed = [hash_ for each in self.cast.dora.signers for hash_ in _taken(each)]
        return Step(title, tuple(found), signed=tuple(signed))


async def _deploy(ledger: LedgerClient) -> str:
    """Compile the token package and upload it with what the participant lacks; give its id."""
    folder = Path(cantata.tokens.contract.__path__[0])
    built = build_dar(compile_package(contract_files([folder])), without_declared=True)
    return (await ledger.packages.deploy(built.content)).package_id


async def _earlier(ledger: LedgerClient) -> str:
    """Give what tells the parties of this story from those of earlier ones: "", "-2", "-3"."""
    hint, others = NAMES[0], 0
    async for each in ledger.parties.known(hint):
        others += each.party.startswith((f"{hint}::", f"{hint}-"))
    return f"-{others + 1}" if others else ""


async def _hosted(ledger: LedgerClient, hint: str) -> Person:
    return Person(Party((await ledger.parties.allocate(hint)).party))


async def _external(ledger: LedgerClient, hint: str) -> Person:
    signer = NotingSigner(PrivateKey.generate())
    (synchronizer, *_) = await ledger.state.synchronizers()
    party = await ledger.external.allocate(
        hint, signer, synchronizer_id=synchronizer.synchronizer_id
    )
    return Person(Party(party), (signer,))


async def _refusal(offer: Offer) -> str:
    """Give why the ledger refuses an acceptance."""
    try:
        await offer.accept()
    except DamlFailure as error:
        return f"{error.error_id}: {error.answer.cause}"
    raise AssertionError("an expired offer was accepted")


def _taken(signer: Signer) -> tuple[str, ...]:
    """Give what a signer has signed since it was asked last."""
    assert isinstance(signer, NotingSigner), signer
    signed, signer.signed = tuple(signer.signed), []
    return signed

"""The token story: an instrument and its holdings through their whole life."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.lang import Party
from cantata.ops.demo.desk import OFFER_OPEN_FOR, Desk, Offer
from cantata.sandbox.engine import Update
from cantata.testing import Ledger
from cantata.tokens.contract.token import Token

CONTRACTS = "cantata.tokens.contract"
INSTRUMENT = ("USD-A", "Aurora Dollar", "AUSD")
CAP = Decimal("1000000")

Act = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the story: what it tells, and the updates that it made."""

    title: str
    updates: tuple[Update, ...]
    refusal: str = ""


class TokenStory:
    """Aurora issues a dollar token; Alice, Bob and Carol hold and move it."""

    def __init__(self) -> None:
        self.ledger = Ledger(CONTRACTS)
        self.issuer, self.alice, self.bob, self.carol = self.ledger.parties(
            "Aurora", "Alice", "Bob", "Carol"
        )
        self.desk = Desk(self.ledger, self.issuer)

    @property
    def package_id(self) -> str:
        """Give the id of the token package: the SHA-256 of its bytes."""
        return self.ledger.catalog.ref(Token).package

    def play(self) -> Iterator[Step]:
        """Play the story step by step; each step has happened when it is given."""
        yield from self._issue()
        yield from self._transfer()
        yield from self._offers()
        yield from self._tidy()

    def balances(self) -> dict[Party, Decimal]:
        """Give what each party holds."""
        return {party: self.desk.balance(party) for party in (self.alice, self.bob, self.carol)}

    @property
    def supply(self) -> Decimal:
        """Give the supply that the instrument's contract states."""
        return self.desk.instrument.payload.supply

    def is_conserved(self) -> bool:
        """Tell whether the holdings add up to the supply."""
        total = self.desk.balance(self.issuer)
        for balance in self.balances().values():
            total = total + balance
        return total == self.supply

    def _issue(self) -> Iterator[Step]:
        desk, alice = self.desk, self.alice
        yield self._step("Aurora opens the instrument", lambda: desk.open(*INSTRUMENT, cap=CAP))
        yield self._step(
            "Aurora mints 1,000 for Alice", lambda: desk.mint(alice, Decimal("1000"), "first issue")
        )
        yield self._step(
            "Alice splits her holding into 400, 350 and the rest",
            lambda: desk.split(alice, [Decimal("400"), Decimal("350")]),
        )

    def _transfer(self) -> Iterator[Step]:
        desk, alice, bob = self.desk, self.alice, self.bob
        yield self._step(
            "Bob pre-approves transfers of Aurora's instruments", lambda: desk.preapprove(bob)
        )
        yield self._step(
            "Alice sends 120.50 to Bob directly",
            lambda: desk.send(alice, bob, Decimal("120.50"), "invoice 7"),
        )

    def _offers(self) -> Iterator[Step]:
        yield self._step(
            "Alice offers 75 to Carol; Carol accepts", lambda: self._offer("75", "rent").accept()
        )
        yield self._step(
            "Alice offers 10; Carol rejects", lambda: self._offer("10", "gift").reject()
        )
        yield self._step(
            "Alice offers 20 and withdraws", lambda: self._offer("20", "mistake").withdraw()
        )
        left_open: list[Offer] = []
        yield self._step(
            "Alice offers 30; nobody answers for an hour",
            lambda: left_open.append(self._offer("30", "forgotten")),
        )
        self.ledger.advance(RelTime(OFFER_OPEN_FOR.microseconds + 1))
        (expired,) = left_open
        yield Step("Carol comes too late", (), refusal=str(expired.accept_too_late()))
        yield self._step("Aurora cleans the expired offer up", expired.clean_up)

    def _offer(self, amount: str, why: str) -> Offer:
        return self.desk.offer(self.alice, self.carol, Decimal(amount), why)

    def _tidy(self) -> Iterator[Step]:
        desk, alice, bob = self.desk, self.alice, self.bob
        yield self._step("Alice merges her holdings", lambda: desk.merge(alice))
        yield self._step(
            "Bob burns 20.50 of his", lambda: desk.burn(bob, Decimal("20.50"), "redeemed")
        )

    def _step(self, title: str, *acts: Act) -> Step:
        before = len(self.ledger.updates)
        for act in acts:
            act()
        return Step(title, tuple(self.ledger.updates[before:]))

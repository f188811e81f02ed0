"""Mixed traffic: issuers that create and mint, holders that transfer, answer, merge and burn."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.platform.customers import Customer

PATIENCE_SECONDS = 4
"""How long a trader waits for an operation before she goes on with another."""

TWICE = 0.25
"""How often she asks twice, and then for something else under the same key."""

TOKENS_MAX = 6


@dataclass
class Market:
    """Who trades in what: tokens that exist, and offers that wait, each with its two parties."""

    issuer: Customer
    holders: tuple[Customer, ...]
    tokens: list[dict[str, str]] = field(default_factory=list)
    offers: list[tuple[str, Customer, Customer]] = field(default_factory=list)
    created: int = 0


@dataclass(frozen=True)
class Wanted:
    """A request, by whom, and another one that must not pass for it."""

    who: Customer
    path: str
    body: dict[str, Any] | None
    other: dict[str, Any] | None
    done: Callable[[Mapping[str, Any]], None] = lambda operation: None


class Trader:
    """Does one thing after the other, as whoever may do it."""

    def __init__(self, market: Market, seed: int) -> None:
        self._market = market
        self._random = random.Random(seed)

    async def run(self, stop: asyncio.Event) -> None:
        """Trade until told to stop."""
        choices: list[Callable[[], Wanted]] = [
            *(self._mint, self._mint, self._transfer, self._transfer, self._transfer),
            *(self._burn, self._rearrange, self._consent, self._create),
            *(self._answer, self._answer, self._answer),
        ]
        while not stop.is_set():
            wanted = self._random.choice(choices)()
            if self._random.random() < TWICE:
                asked = await wanted.who.ask_twice(wanted.path, wanted.body, wanted.other)
            else:
                asked = await wanted.who.ask(wanted.path, wanted.body)
            if asked is not None and not stop.is_set():
                ended = await wanted.who.ended(asked, PATIENCE_SECONDS)
                if ended["state"] == "completed":
                    wanted.done(ended)

    def _create(self) -> Wanted:
        market = self._market
        if market.created >= TOKENS_MAX:
            return self._transfer()
        market.created += 1
        symbol = f"T{market.created}"
        body = {"issuer": market.issuer.party, "name": symbol, "symbol": symbol, "currency": "USD"}
        token = {"admin": market.issuer.party, "id": symbol}

        def done(operation: Mapping[str, Any]) -> None:
            market.tokens.append(token)

        return Wanted(market.issuer, "/v1/tokens", body, {**body, "name": "Another"}, done)

    def _mint(self) -> Wanted:
        receiver = self._holder()
        body = {"token": self._token(), "receiver": receiver.party, "memo": "issue"}
        return self._of_amount(self._market.issuer, "/v1/mints", body, 50, 200)

    def _transfer(self) -> Wanted:
        sender, receiver = self._random.sample(self._market.holders, 2)
        parties = {"sender": sender.party, "receiver": receiver.party}
        body = {"token": self._token(), **parties, "memo": "rent"}

        def done(operation: Mapping[str, Any]) -> None:
            if operation["result"]["offer"]:
                self._market.offers.append((operation["result"]["offer"], sender, receiver))

        return self._of_amount(sender, "/v1/transfers", body, 1, 40, done)

    def _answer(self) -> Wanted:
        """End an offer somehow; two traders may try it at once."""
        if not self._market.offers:
            return self._transfer()
        offer, sender, receiver = self._random.choice(self._market.offers)
        how = self._random.choice(("accept", "accept", "reject", "withdraw"))
        actor = sender if how == "withdraw" else receiver
        return Wanted(actor, f"/v1/offers/{offer}:{how}", None, None)

    def _burn(self) -> Wanted:
        owner = self._holder()
        body = {"token": self._token(), "owner": owner.party}
        return self._of_amount(owner, "/v1/burns", body, 1, 20)

    def _rearrange(self) -> Wanted:
        owner = self._holder()
        named = {"token": self._token(), "owner": owner.party}
        amounts = [self._amount(1, 9) for _ in range(self._random.choice((0, 0, 3)))]
        body = {**named, "amounts": amounts}
        return Wanted(owner, "/v1/rearrangements", body, {**body, "amounts": ["0.77"]})

    def _consent(self) -> Wanted:
        """Give or take back a standing consent, so that transfers are direct now and then."""
        receiver = self._holder()
        body = {"token": self._token(), "receiver": receiver.party}
        path = self._random.choice(("/v1/preapprovals", "/v1/preapprovals:cancel"))
        return Wanted(receiver, path, body, {**body, "receiver": self._market.issuer.party})

    def _of_amount(
        self,
        who: Customer,
        path: str,
        body: dict[str, Any],
        least: int,
        most: int,
        done: Callable[[Mapping[str, Any]], None] = lambda operation: None,
    ) -> Wanted:
        amount = self._amount(least, most)
        return Wanted(who, path, {**body, "amount": amount}, {**body, "amount": "0.99"}, done)

    def _holder(self) -> Customer:
        return self._random.choice(self._market.holders)

    def _token(self) -> dict[str, str]:
        return self._random.choice(self._market.tokens)

    def _amount(self, least: int, most: int) -> str:
        return f"{self._random.randint(least, most)}.{self._random.randint(1, 99):02}"

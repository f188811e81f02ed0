"""Mixed traffic on intents: clients that ask, ask again when they get no answer, and go on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from cantata.automation import repository
from cantata.automation.model import Intent, Wish
from cantata.kernel.time import SystemClock
from cantata.storage.database import Database
from cantata.storage.errors import StorageError

LOOK_SECONDS = 0.15
PATIENCE_SECONDS = 6
"""How long a client waits for an operation before it goes on with another."""

REQUESTER = "traffic"
LATE = "2099-01-01T00:00:00Z"


@dataclass(frozen=True)
class Stage:
    """Who acts on which instrument; `consenting` parties take direct transfers."""

    admin: str
    instrument: str
    parties: tuple[str, ...]

    @property
    def named(self) -> dict[str, str]:
        """The instrument, as requests name it."""
        return {"admin": self.admin, "instrument": self.instrument}


@dataclass
class Asked:
    """What was asked for, by key, and the offers that wait for somebody."""

    wishes: dict[str, Wish] = field(default_factory=dict)
    intents: dict[str, UUID] = field(default_factory=dict)
    offers: list[tuple[str, str, str]] = field(default_factory=list)
    doubled: int = 0


class Client:
    """One customer of the platform."""

    def __init__(self, database: Database, stage: Stage, asked: Asked, seed: int) -> None:
        self._database = database
        self._stage = stage
        self._asked = asked
        self._random = random.Random(seed)

    async def run(self, stop: asyncio.Event) -> None:
        """Ask for one thing after the other until told to stop."""
        while not stop.is_set():
            kind, act_as, request = self._random.choice(self._choices())()
            intent = await self.ask(kind, act_as, request)
            await self._ended(intent, stop)

    async def ask(self, kind: str, act_as: tuple[str, ...], request: Mapping[str, Any]) -> Intent:
        """Record a wish, as often as it takes to be sure; sometimes once more than that."""
        key = str(uuid4())
        wish = Wish(
            kind=kind,
            requester=REQUESTER,
            key=key,
            subject=self._stage.instrument,
            act_as=act_as,
            request=request,
        )
        self._asked.wishes[key] = wish
        intent = await self._recorded(wish)
        if self._random.random() < 0.2:
            again = await self._recorded(wish)
            assert again.id == intent.id, key
            self._asked.doubled += 1
        self._asked.intents[key] = intent.id
        return intent

    async def _recorded(self, wish: Wish) -> Intent:
        while True:
            try:
                async with self._database.write() as session:
                    now = SystemClock().now()
                    intent, _ = await repository.record(session, wish, uuid4(), now, "")
            except StorageError:
                await asyncio.sleep(LOOK_SECONDS)
            else:
                return intent

    async def _ended(self, intent: Intent, stop: asyncio.Event) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < end and not stop.is_set():
            await asyncio.sleep(LOOK_SECONDS)
            try:
                async with self._database.read() as session:
                    found = await repository.load(session, intent.id)
            except StorageError:
                continue
            assert found is not None, intent.id
            if found.is_final:
                self._remember(found)
                return

    def _remember(self, intent: Intent) -> None:
        offer = (intent.result or {}).get("offer")
        if intent.wish.kind == "tokens.transfer" and offer:
            request = intent.wish.request
            self._asked.offers.append((offer, request["sender"], request["receiver"]))

    def _choices(self) -> list[Callable[[], tuple[str, tuple[str, ...], dict[str, Any]]]]:
        return [self._mint, self._transfer, self._transfer, self._burn, self._merge, self._end]

    def _mint(self) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        receiver = self._random.choice(self._stage.parties)
        request = {**self._stage.named, "receiver": receiver, "amount": self._amount(50, 200)}
        return "tokens.mint", (self._stage.admin, receiver), {**request, "memo": "issue"}

    def _transfer(self) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        sender, receiver = self._random.sample(self._stage.parties, 2)
        parties = {"sender": sender, "receiver": receiver}
        rest = {"amount": self._amount(1, 40), "memo": "rent", "execute_before": LATE}
        return "tokens.transfer", (sender,), {**self._stage.named, **parties, **rest}

    def _burn(self) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        owner = self._random.choice(self._stage.parties)
        request = {**self._stage.named, "owner": owner, "amount": self._amount(1, 20), "memo": ""}
        return "tokens.burn", (owner,), request

    def _merge(self) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        owner = self._random.choice(self._stage.parties)
        request = {**self._stage.named, "owner": owner, "amounts": [], "memo": ""}
        return "tokens.rearrange", (owner,), request

    def _end(self) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        """End an offer somehow; two clients may try it at once."""
        if not self._asked.offers:
            return self._transfer()
        offer, sender, receiver = self._random.choice(self._asked.offers)
        how = self._random.choice(("accept", "accept", "reject", "withdraw"))
        return f"tokens.{how}", (sender if how == "withdraw" else receiver,), {"offer": offer}

    def _amount(self, least: int, most: int) -> str:
        return f"{self._random.randint(least, most)}.{self._random.randint(0, 99):02}"

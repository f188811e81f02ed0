"""An exchange on a running platform: two treasuries, two listed tokens, and everybody around it.

Treasuries pre-approved one token and are offered the other. The registry of one is asked within
the worker's process, that of the other over HTTP, where it dies with the API.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2

from cantata.automation.ending import Endings
from cantata.bootstrap import handlers, ingesting
from cantata.bootstrap.connections import ADMIN_KEY_FILE
from cantata.exchange.model.decisions import By
from cantata.exchange.model.duties import OPERATOR
from cantata.exchange.model.treasury import SIGNED_BY_PARTICIPANT, Listing, Policy
from cantata.exchange.registries.directory import OWN, Registries
from cantata.exchange.repository import listings
from cantata.exchange.service.customers import Customers, NewAccount
from cantata.exchange.service.listings import Listings, NewListing
from cantata.exchange.service.treasuries import NewTreasury, Treasuries
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, SystemClock
from cantata.ledger.client import LedgerClient
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from tests.faults.exchange.ledger import Ledger
from tests.faults.exchange.payers import AT_ONCE, MINIMUM, Account, Paid, Payer
from tests.faults.exchange.receivers import Manner, Receiver, Receivers
from tests.faults.exchange.tellers import Inside, Teller, Told, Window
from tests.faults.exchange.wallets import Coin, Token, Wallet
from tests.faults.platform.customers import Customer, Heard, onboarded
from tests.faults.platform.processes import Platform

PACKAGE = "cantata-tokens"
TREASURIES = ("hot", "second")
CUSTOMERS = 24
COINS = AT_ONCE * 2
FUNDS = Decimal("1000000")
BY = By(actor="operator", reason="the story begins")
CLOCK = SystemClock()
PREAPPROVED, OFFERED = "GOLD", "TIN"
POLICY = Policy(
    deposit_minimum=MINIMUM,
    withdrawal_fee=Decimal("0.10"),
    reject_fee=Decimal("0.05"),
    accept_margin=RelTime.of(seconds=1),
    accept_tries_max=100,
)
SHORT = RelTime.of(seconds=60)
POLICIES = {
    PREAPPROVED: POLICY,
    OFFERED: replace(POLICY, record_ttl=SHORT, offer_ttl=SHORT),
}
"""Payments of one token have so little time that some are too late, and offers of it expire."""

MANNERS = (
    *(Manner.PREAPPROVES, Manner.PREAPPROVES, Manner.PREAPPROVES, Manner.PREAPPROVES),
    *(Manner.ACCEPTS, Manner.ACCEPTS, Manner.REJECTS, Manner.IGNORES),
)
TELLERS = 8


@dataclass(frozen=True)
class House:
    """Everything that a story needs."""

    database: Database
    ledger: LedgerClient
    tokens: tuple[Token, ...]
    accounts: tuple[Account, ...]
    payers: tuple[Payer, ...]
    paid: Paid
    receivers: Receivers
    tellers: tuple[Teller, ...]
    told: Told

    @property
    def treasuries(self) -> tuple[str, ...]:
        """Give the parties of the treasuries."""
        return tuple(sorted({each.treasury for each in self.accounts}))


@asynccontextmanager
async def founded(running: Platform, ledger: Ledger, seed: int) -> AsyncIterator[House]:
    """Found an exchange while nothing is disturbed."""
    stored = DatabaseSettings(url=running.database_url, application="story")
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(stored))
        client = await stack.enter_async_context(ledger.client())
        http = await stack.enter_async_context(
            httpx2.AsyncClient(base_url=running.api_url, timeout=30, trust_env=False)
        )
        issuers = {
            name: await onboarded(http, Heard(), f"issuer-{name.lower()}")
            for name in (PREAPPROVED, OFFERED)
        }
        tokens = tuple([await _token(issuers[name], name, running.api_url) for name in issuers])
        founding = _Founding(database, client, http, tokens, random.Random(seed))
        parties = await founding.treasuries()
        await founding.listed()
        paid, told = Paid(), Told()
        yield House(
            database=database,
            ledger=client,
            tokens=tokens,
            accounts=await founding.accounts(parties),
            payers=await founding.payers(issuers, paid),
            paid=paid,
            receivers=await founding.receivers(),
            tellers=await founding.tellers(told, running.folder),
            told=told,
        )


@dataclass(frozen=True)
class _Founding:
    """Founds one part after the other."""

    database: Database
    ledger: LedgerClient
    http: httpx2.AsyncClient
    tokens: tuple[Token, ...]
    chance: random.Random

    async def treasuries(self) -> list[str]:
        """Open the treasuries; give their parties."""
        service = Treasuries(self.database, ingesting.source(self.ledger), CLOCK)
        parties = []
        for name in TREASURIES:
            wallet = await self._wallet(name)
            party = PartyId(wallet.party)
            await service.open(NewTreasury(party=party, name=name, signer=SIGNED_BY_PARTICIPANT))
            await _consent(wallet, self.tokens[:1])
            parties.append(wallet.party)
        return parties

    async def listed(self) -> None:
        """List the tokens: one registry is our own, the other is asked as any other's."""
        async with Registries() as registries:
            service = Listings(self.database, registries, self.ledger.packages, CLOCK)
            for token in self.tokens:
                await service.add_registry(PartyId(token.admin), token.registry, BY)
                instrument = InstrumentId(PartyId(token.admin), token.id)
                wanted = NewListing(
                    instrument=instrument,
                    packages=(PACKAGE,),
                    listing=Listing.OPEN,
                    policy=POLICIES[token.id],
                )
                await service.list(wanted, BY)
        async with self.database.write() as session:
            admin = PartyId(self.tokens[0].admin)
            registry = await listings.registry(session, admin)
            assert registry is not None
            own = replace(registry, url=f"{OWN}/registrars/{admin}")
            await listings.save_registry(session, own)

    async def accounts(self, treasuries: Sequence[str]) -> tuple[Account, ...]:
        """Open accounts, as many of each treasury."""
        service = Customers(CLOCK)
        found = []
        for number in range(CUSTOMERS):
            treasury = PartyId(treasuries[number % len(treasuries)])
            async with self.database.write() as session:
                wanted = NewAccount(reference=f"customer {number}", treasury=treasury)
                account, _ = await service.open(session, wanted)
            found.append(Account(account.id, account.memo, account.treasury))
        return tuple(found)

    async def payers(self, issuers: Mapping[str, Customer], paid: Paid) -> tuple[Payer, ...]:
        """Let in somebody who pays, for each token, and mint her coins."""
        found = []
        for token in self.tokens:
            payer = await onboarded(self.http, Heard(), f"payer-{token.id.lower()}")
            coins = await _minted(issuers[token.id], token, payer.party)
            wallet = Wallet(self.ledger, self.http, payer.party)
            found.append(Payer(wallet, token, coins, self.chance.randrange(1 << 32), paid))
        return tuple(found)

    async def receivers(self) -> Receivers:
        """Let in those who are paid."""
        found = []
        for number, manner in enumerate(MANNERS):
            wallet = await self._wallet(f"receiver-{number}")
            if manner is Manner.PREAPPROVES:
                await _consent(wallet, self.tokens)
            elif manner is Manner.IGNORES:
                await _consent(wallet, self.tokens[:1])
            found.append(Receiver(self.ledger, wallet, manner))
        return Receivers(found)

    async def tellers(self, told: Told, data: Path) -> tuple[Teller, ...]:
        """Give those who ask for withdrawals: over REST, and within."""
        operator = await onboarded(self.http, told.heard, "operator")
        await self._grant(operator, (data / ADMIN_KEY_FILE).read_text(encoding="utf-8").strip())
        endings = Endings(handlers.exchange_handlers(self.database, CLOCK))
        ways = (Window(operator), Inside(self.database, endings, told))
        seeds = [self.chance.randrange(1 << 32) for _ in range(TELLERS)]
        return tuple(
            Teller(ways[number % len(ways)], seed, told) for number, seed in enumerate(seeds)
        )

    async def _grant(self, operator: Customer, key: str) -> None:
        """Let somebody operate the exchange."""
        user = (await operator.get("/v1/me"))["user"]
        answer = await self.http.post(
            "/v1/roles:grant",
            json={"role": OPERATOR, "user": user},
            headers={"Authorization": f"Bearer {key}", "Idempotency-Key": user},
        )
        assert answer.json() == {"changed": True}, answer.text

    async def _wallet(self, hint: str) -> Wallet:
        party = str((await self.ledger.parties.allocate(hint)).party)
        return Wallet(self.ledger, self.http, party)


async def _consent(wallet: Wallet, tokens: Sequence[Token]) -> None:
    """Have a party consent to direct transfers of tokens."""
    for token in tokens:
        route = await wallet.route(token, wallet.party)
        await wallet.consent(f"consent:{wallet.party}:{token.id}", route)


async def _token(issuer: Customer, symbol: str, url: str) -> Token:
    body = {"issuer": issuer.party, "name": symbol, "symbol": symbol, "currency": "USD"}
    await _done(issuer, "/v1/tokens", body)
    return Token(issuer.party, symbol, f"{url}/registrars/{issuer.party}")


async def _minted(issuer: Customer, token: Token, receiver: str) -> Sequence[Coin]:
    """Mint coins; give them."""
    named = {"admin": token.admin, "id": token.id}
    coins = []
    for _ in range(COINS):
        body = {"token": named, "receiver": receiver, "amount": FUNDS.to_wire(), "memo": "issue"}
        ended = await _done(issuer, "/v1/mints", body)
        coins.append(Coin(ended["result"]["holdings"][0], FUNDS))
    return coins


async def _done(customer: Customer, path: str, body: object) -> Any:
    asked = await customer.ask(path, body)
    assert asked is not None, path
    ended = await customer.ended(asked, 60)
    assert ended["state"] == "completed", ended
    return ended

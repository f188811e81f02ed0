"""What must be true of the books when everything has settled, whatever was killed before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import aclosing

from sqlalchemy import select

from cantata.automation.model import Intent, State
from cantata.automation.tables import INTENTS, intent_of
from cantata.bootstrap import ingesting
from cantata.kernel.money import Decimal
from cantata.kernel.time import SystemClock
from cantata.ledger.client import LedgerClient
from cantata.ledger.model.updates import Transaction
from cantata.storage.database import Database
from cantata.tokens import history
from cantata.tokens.reconciliation.service import Reconciler
from tests.faults.platform.customers import Customer, Heard
from tests.faults.platform.traffic import Market

Book = dict[tuple[str, str], Decimal]
"""What each party has of each token: by party and symbol."""

ZERO = Decimal("0")
TOKENS = "tokens."
FOLLOWING = "intent:"
"""How the requester of a merge is called for which a payment waits: nobody's key is in it."""

MAY_FAIL = frozenset(
    {
        "INSUFFICIENT_FUNDS",
        "NOTHING_TO_MERGE",
        "NO_PREAPPROVAL",
        "OFFER_UNKNOWN",
        "NOT_RECORDED",
        "NOT_FOUND",
    }
)
"""Why operations of the traffic may fail: funds or offers are gone, or the command was lost.

What is NOT_FOUND was used up by others again and again while ingestion was away.
"""


async def intents_of(database: Database) -> tuple[Intent, ...]:
    """Give all intents about tokens, in the order in which they took effect, the others first."""
    async with database.read() as session:
        found = map(intent_of, await session.all(select(INTENTS)))
    wanted = [each for each in found if each.wish.kind.startswith(TOKENS)]
    return tuple(sorted(wanted, key=lambda each: each.offset or 0))


def check_keys(heard: Heard, intents: Sequence[Intent]) -> None:
    """Each key that was answered is that one intent; what was refused is none."""
    asked = [each for each in intents if not each.wish.requester.startswith(FOLLOWING)]
    recorded = {each.wish.key: str(each.id) for each in asked}
    assert len(recorded) == len(asked)
    assert {key: recorded.get(key) for key in heard.operations} == heard.operations
    assert recorded.keys() & heard.refused.keys() == set()
    assert recorded.keys() <= heard.operations.keys()
    assert heard.repeats > 0


def check_ends(intents: Sequence[Intent]) -> None:
    """What failed did so for a reason of the traffic's, and most of it did not."""
    failed = [each for each in intents if each.state is State.FAILED]
    codes = Counter(each.failure.code if each.failure else "" for each in failed)
    assert set(codes) <= MAY_FAIL, codes
    done = Counter(each.wish.kind for each in intents if each.state is State.COMPLETED)
    assert done.total() > len(failed), (done, codes)


async def check_effects(ledger: LedgerClient, intents: Sequence[Intent]) -> None:
    """Each completed intent is on the ledger, and nothing else is."""
    end = await ledger.state.ledger_end()
    async with aclosing(ingesting.source(ledger).follow(0, end)) as updates:
        recorded = [each.update_id async for each in updates if isinstance(each, Transaction)]
    completed = {each.update_id for each in intents if each.state is State.COMPLETED}
    assert len(recorded) == len(set(recorded))
    assert set(recorded) == completed


async def check_ledger(ledger: LedgerClient, intents: Sequence[Intent]) -> Book:
    """Who has what on the ledger is what completed intents amount to, and so is the supply."""
    book = expected(intents)
    held: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    supplies: dict[str, Decimal] = {}
    end = await ledger.state.ledger_end()
    async with aclosing(ledger.state.active_contracts(ingesting.wanted(), at=end)) as contracts:
        async for contract in contracts:
            event = contract.event
            holding = history.holding_made(event, event.offset, None)
            if holding is not None:
                key = (str(holding.owner), holding.instrument.id)
                held[key] = held[key] + holding.amount
            if event.template_id.endswith(":Instrument"):
                symbol = event.argument["instrumentId"]["id"]
                assert symbol not in supplies, "two contracts of one instrument"
                supplies[symbol] = Decimal(event.argument["supply"])
    assert dict(held) == book
    sums = supply_of(book)
    assert sums.keys() <= supplies.keys()
    assert supplies == {symbol: sums[symbol] for symbol in supplies}
    return book


async def check_told(market: Market, book: Book) -> None:
    """The API says the same, to everybody about what is hers, and to the issuer of the supply."""
    for customer in (market.issuer, *market.holders):
        assert await told(customer) == {
            symbol: amount for (party, symbol), amount in book.items() if party == customer.party
        }
    sums = supply_of(book)
    for token in market.tokens:
        stated = await market.issuer.get(f"/v1/tokens/{token['admin']}/{token['id']}/supply")
        assert Decimal(stated["supply"]) == Decimal(stated["holdings"]) == sums[token["id"]]


def supply_of(book: Book) -> defaultdict[str, Decimal]:
    """Add up what all have of each token."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for (_, symbol), amount in book.items():
        sums[symbol] = sums[symbol] + amount
    return sums


async def told(customer: Customer) -> Mapping[str, Decimal]:
    """Give what the API says that a customer has, free and locked together."""
    found = (await customer.get("/v1/balances"))["items"]
    return {
        each["token"]["id"]: Decimal(each["free"]) + Decimal(each["locked"])
        for each in found
        if each["owner"] == customer.party
    }


def expected(intents: Sequence[Intent]) -> Book:
    """Replay the completed intents: what each party should have."""
    book: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    offered: dict[str, Intent] = {}
    for intent in intents:
        if intent.state is not State.COMPLETED:
            continue
        asked, result = intent.wish.request, intent.result or {}
        match intent.wish.kind.removeprefix(TOKENS):
            case "mint":
                _move(book, asked, "", asked["receiver"])
            case "burn":
                _move(book, asked, asked["owner"], "")
            case "transfer" if result.get("offer"):
                offered[result["offer"]] = intent
            case "transfer":
                _move(book, asked, asked["sender"], asked["receiver"])
            case "accept":
                terms = offered.pop(asked["offer"]).wish.request
                _move(book, terms, terms["sender"], terms["receiver"])
            case "reject" | "withdraw":
                del offered[asked["offer"]]
    return {key: amount for key, amount in book.items() if amount != ZERO}


async def check_reconciled(database: Database, ledger: LedgerClient) -> None:
    """The projections are the ledger's state, contract by contract."""
    report = await Reconciler(database, ledger, ingesting.wanted(), SystemClock()).run()
    assert report.is_clean, report.differences
    assert report.compared > 0


def _move(
    book: defaultdict[tuple[str, str], Decimal],
    terms: Mapping[str, str],
    sender: str,
    receiver: str,
) -> None:
    amount, symbol = Decimal(terms["amount"]), terms["instrument"]
    if sender:
        book[sender, symbol] = book[sender, symbol] - amount
    if receiver:
        book[receiver, symbol] = book[receiver, symbol] + amount

"""Deposits as nobody should send them: each has an outcome, and none stops the history."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest

from cantata.bootstrap import connections, ingesting
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalOrder
from cantata.exchange.objections import NotCreditable
from cantata.exchange.policy.deposits import Reason
from cantata.exchange.policy.memos import deposit_address, new_memo
from cantata.exchange.projection.books import Books
from cantata.exchange.projection.deposits import Deposits as Explainer
from cantata.exchange.projection.treasury import TreasuryHistory
from cantata.exchange.repository import withdrawals
from cantata.exchange.service.listings import ListingChange
from cantata.exchange.service.withdrawals import Withdrawals
from cantata.ingestion.batching import batch_of
from cantata.ingestion.model import Cursor
from cantata.ingestion.source import chunked
from cantata.kernel.money import Decimal
from cantata.kernel.totals import Total
from cantata.ledger.client import LedgerClient
from cantata.ledger.submission import Submission
from cantata.storage.questions import asking
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.exchange.house import BY, CLOCK, PACKAGE, House, housing
from tests.integration.exchange.test_suspense import desk_of
from tests.integration.tokens.loop import looping
from tests.integration.world import CANTATA

FORGERY = Path(__file__).parent / "forgery"


def test_memos_of_all_kinds(database_settings: DatabaseSettings, shared_sandbox: Sandbox) -> None:
    """Only a memo that names one account credits it; nothing that a sender writes does more."""

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            await house.preapprove()
            mine, other = house.account, await house.opened()
            wrong = f"{'1' if mine.memo[0] == '0' else '0'}{mine.memo[1:]}"
            memos = {
                "": None,
                " \t\n": None,
                "x" * 10_000: None,
                f"{mine.memo} " + "x" * 10_000: None,
                wrong: None,
                f"{mine.memo} {other.memo}": None,
                f"memoId={mine.memo}": mine,
                other.memo.lower(): other,
                deposit_address("anybody::1220" + "ab" * 32, other.memo): other,
                "'; DROP TABLE exchange_deposits; --": None,
                "\u202e\u0000".replace("\u0000", "") + mine.reference: None,
                str(uuid4()): None,
            }
            for number, memo in enumerate(memos, 1):
                await house.pay(str(number), memo)
            found = await house.all()
            assert [each.memo for each in found] == list(memos)
            for deposit, account in zip(found, memos.values(), strict=True):
                if account is None:
                    assert deposit.state is DepositState.SUSPENSE, deposit.memo[:40]
                    assert deposit.reason == Reason.NO_ACCOUNT.value
                else:
                    assert deposit.state is DepositState.CREDITED, deposit.memo[:40]
                    assert deposit.account == account.id
            await house.check()

    asyncio.run(story())


def test_a_memo_that_is_a_withdrawals_id_touches_no_withdrawal(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            await house.preapprove()
            await house.pay("100", house.account.memo)
            service = Withdrawals(connections.ParticipantDirectory(loop.ledger), CLOCK)
            order = WithdrawalOrder(
                account=house.account.id,
                instrument=house.instrument,
                amount=Decimal("10"),
                receiver=house.payer,
                memo="",
            )

            async def request() -> Withdrawal:
                async with loop.database.write() as session:
                    return (await service.request(session, order, "w-1", "test"))[0]

            made = await asking(request)
            await house.pay("10", str(made.id))

            async def is_offered() -> bool:
                async with loop.database.read() as session:
                    found = await withdrawals.find(session, made.id)
                return found is not None and found.instruction is not None

            await loop.until(is_offered)
            await house.pay("10", str(made.id))
            kept = [each for each in await house.all() if each.memo == str(made.id)]
            assert {each.state for each in kept} == {DepositState.SUSPENSE}
            async with loop.database.read() as reading:
                found = await withdrawals.find(reading, made.id)
            assert found is not None
            assert found.state.value == "offered"
            assert found.amount == Decimal("10")
            assert await house.owed(Book(BookKind.SUSPENSE)) == Decimal("20")
            await house.check()

    asyncio.run(story())


@pytest.fixture(scope="module")
def forged_dar(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The package of a forger."""
    dar = tmp_path_factory.mktemp("forgery") / "gold.dar"
    build = (CANTATA, "contract", "build", str(FORGERY), "--out", str(dar), "--without-declared")
    done = subprocess.run(build, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return dar.read_bytes()


def test_holdings_of_a_look_alike_are_never_credited(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox, forged_dar: bytes
) -> None:
    """Not even if an operator should allow the forger's package by mistake."""

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            await loop.ledger.packages.deploy(forged_dar)
            forger = await loop.party("Forger")
            mint = await created(loop.ledger, forger, house.treasury)
            for packages in ((PACKAGE,), (PACKAGE, "gold-tokens")):
                await house.listings.change(house.instrument, ListingChange(packages=packages), BY)
                await sent(loop.ledger, house, forger, mint)
                await loop.ingested(await loop.ledger.state.ledger_end())
            by_package, by_signature = await house.all()
            assert [each.state for each in (by_package, by_signature)] == [
                DepositState.UNLISTED,
                DepositState.UNLISTED,
            ]
            assert by_package.reason == Reason.NOT_LISTED.value
            assert by_signature.reason == Reason.NOT_TRUSTED.value
            for deposit in (by_package, by_signature):
                with pytest.raises(NotCreditable):
                    async with loop.database.write() as session:
                        await desk_of(loop).admit(session, deposit.id, BY)
            assert await house.owed(Book.customer(house.account.id)) == Decimal("0")
            assert await house.owed(Book(BookKind.UNLISTED)) == Decimal("2000000")
            await house.check()

    asyncio.run(story())


async def created(ledger: LedgerClient, forger: str, victim: str) -> str:
    """Open a forger's mint; give its contract."""
    command = {
        "CreateCommand": {
            "templateId": "#gold-tokens:Gold.Coin:Mint",
            "createArguments": {"forger": forger, "owner": victim},
        }
    }
    submission = Submission(commands=(command,), act_as=(forger,), command_id=str(uuid4()))
    transaction = await ledger.commands.transaction(submission)
    return str(transaction.created[0].contract_id)


async def sent(ledger: LedgerClient, house: House, forger: str, mint: str) -> None:
    """Have the forger send a coin that looks like the listed token."""
    command = {
        "ExerciseCommand": {
            "templateId": "#gold-tokens:Gold.Coin:Mint",
            "contractId": mint,
            "choice": "Mint_Send",
            "choiceArgument": {
                "instrumentId": {"admin": house.instrument.admin, "id": house.instrument.id},
                "amount": "1000000.0",
                "memo": house.account.memo,
            },
        }
    }
    submission = Submission(commands=(command,), act_as=(forger,), command_id=str(uuid4()))
    await ledger.commands.submit(submission)


def test_what_is_read_twice_is_taken_once(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    """The whole history again, and its last part alone, change nothing that was written down."""

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            await house.preapprove()
            await house.pay("5", house.account.memo)
            await house.pay("6", new_memo())
            source = ingesting.source(loop.ledger)
            end = await source.end()
            await loop.ingested(end)
            before = await snapshot(house)
            updates = [u async for chunk in chunked(source, 0, end) for u in chunk]
            for again in (updates, updates[-3:]):
                observer = TreasuryHistory([Books([Explainer(CLOCK)])])
                async with loop.database.write() as session:
                    await observer.observe(session, batch_of(Cursor(), again))
                assert await snapshot(house) == before
            await house.check()

    asyncio.run(story())


async def snapshot(house: House) -> tuple[list[Deposit], Total, Total]:
    """Give everything that deposits have changed."""
    return (
        await house.all(),
        await house.owed(Book.customer(house.account.id)),
        await house.owed(Book(BookKind.SUSPENSE)),
    )

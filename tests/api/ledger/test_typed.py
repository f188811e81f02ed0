"""Contract classes go to a ledger and come back, those of the language and generated ones."""

from __future__ import annotations

import importlib
from decimal import Decimal as StdDecimal
from pathlib import Path
from typing import Any

import pytest

import cantata.tokens.contract
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import Decimal, Party, TextMap
from cantata.lang.build import build_dar, compile_package
from cantata.lang.build.sources import contract_files
from cantata.ledger import (
    DamlFailure,
    KeySigner,
    LedgerClient,
    MissingPackages,
    Refusal,
    create,
    create_and_exercise,
    exercise,
)
from cantata.lf.interactive.crypto import PrivateKey
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.token import Token
from tests.api.ledger.target import PACKAGES, party, play, unique
from tests.unit.lf.codegen.generated import imported_from, write_dar

NOTHING = metadata.Metadata(values=TextMap({}))


async def deployed(ledger: LedgerClient) -> str:
    """Deploy the token package; skip where the standard's packages are missing."""
    folder = Path(cantata.tokens.contract.__path__[0])
    built = build_dar(compile_package(contract_files([folder])), without_declared=True)
    try:
        return (await ledger.packages.deploy(built.content)).package_id
    except MissingPackages as error:
        pytest.skip(str(error))


def instrument(admin: str, supply: str = "0") -> Instrument:
    return Instrument(
        instrument_id=holding.InstrumentId(admin=Party(admin), id=unique("USD")),
        name="Dollar",
        symbol="USD",
        decimals=2,
        cap=Decimal("100"),
        supply=Decimal(supply),
        meta=NOTHING,
    )


def test_objects_of_the_language_go_there_and_back(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        await deployed(ledger)
        bank, alice = Party(await party(ledger, "bank")), Party(await party(ledger))
        made = instrument(bank)
        cid = await ledger.acting(bank).create(made)
        minted = await ledger.acting(bank, alice).exercise(
            cid, Instrument.mint, receiver=alice, amount=Decimal("5.25"), meta=NOTHING
        )
        (token,) = [each async for each in ledger.acting(alice).contracts(Token)]
        assert token.contract_id == minted.holding_cid
        assert (token.payload.owner, token.payload.amount) == (alice, Decimal("5.25"))
        (view,) = [each async for each in ledger.acting(alice).views(holding.Holding)]
        assert view.contract_id == token.contract_id
        assert isinstance(view.payload, holding.HoldingView)
        assert view.payload.amount == Decimal("5.25")
        (now,) = [each async for each in ledger.acting(bank).contracts(Instrument)]
        assert now.contract_id == minted.instrument_cid
        assert now.payload.supply == Decimal("5.25")

    play(url, story)


def test_many_commands_are_one_transaction(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        await deployed(ledger)
        bank = Party(await party(ledger, "bank"))
        made = instrument(bank)
        factory = TokenFactory(instrument_id=made.instrument_id)
        done = await ledger.acting(bank).submit(
            create(made),
            create_and_exercise(factory, TokenFactory.preapprove, receiver=bank, expires_at=None),
            {"CreateCommand": create(factory).json["CreateCommand"]},
        )
        first, second, third = done.results
        ids = [each.contract_id for each in done.transaction.created]
        assert [first, second, third] == [ids[0], ids[2], ids[3]]
        assert len(ids) == 4

    play(url, story)


def test_refusals_carry_the_contracts_own_words(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        await deployed(ledger)
        bank = Party(await party(ledger, "bank"))
        acting = ledger.acting(bank)
        cid = await acting.create(instrument(bank))
        with pytest.raises(DamlFailure) as caught:
            await acting.exercise(
                cid, Instrument.mint, receiver=bank, amount=Decimal("101"), meta=NOTHING
            )
        assert caught.value.error_id.startswith("tokens/")
        with pytest.raises(Refusal):
            await acting.create(instrument(bank, supply="-1"))
        await acting.archive(cid, Instrument)
        assert [each async for each in acting.contracts(Instrument)] == []

    play(url, story)


def test_external_parties_act_with_the_same_words(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        await deployed(ledger)
        signer = KeySigner(PrivateKey.generate())
        (synchronizer, *_) = await ledger.state.synchronizers()
        own = await ledger.external.allocate(
            unique("ext"), signer, synchronizer_id=synchronizer.synchronizer_id
        )
        acting = ledger.acting(own, signers={own: [signer]})
        cid = await acting.create(instrument(own))
        minted = await acting.exercise(
            cid, Instrument.mint, receiver=Party(own), amount=Decimal("1"), meta=NOTHING
        )
        (token,) = [each async for each in acting.contracts(Token)]
        assert token.contract_id == minted.holding_cid

    play(url, story)


def test_what_no_ledger_would_take_is_not_sent(url: str) -> None:
    async def story(ledger: LedgerClient) -> None:
        await deployed(ledger)
        bank = Party(await party(ledger, "bank"))
        cid = await ledger.acting(bank).create(instrument(bank))
        with pytest.raises(TypeError, match="missing: receiver"):
            exercise(cid, Instrument.mint, amount=Decimal("1"), meta=NOTHING)  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="amount"):
            exercise(cid, Instrument.mint, receiver=bank, amount=1, meta=NOTHING)  # type: ignore[arg-type]

    play(url, story)


def test_generated_classes_are_taken_the_same_way(url: str, tmp_path: Path) -> None:
    dar = PACKAGES / "oracle-types-1.0.0.dar"
    if not dar.exists():
        pytest.skip(f"the test packages are not at {PACKAGES}")
    write_dar(tmp_path, dar)
    with imported_from(tmp_path):
        oracle: Any = importlib.import_module("oracle_types_1_0_0.oracle")

        async def story(ledger: LedgerClient) -> None:
            alice = await party(ledger)
            acting = ledger.acting(alice)
            asset = oracle.Asset(issuer=alice, owner=alice, amount=StdDecimal("7.5"), memo="hi")
            cid = await acting.create(asset)
            (found,) = [each async for each in acting.contracts(oracle.Asset)]
            assert (found.contract_id, found.payload) == (cid, asset)
            assert await acting.exercise(cid, oracle.Asset_FetchOther(cid)) == asset

        play(url, story)

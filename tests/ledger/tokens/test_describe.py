"""What an instrument says of itself: changed by its admin alone, and nothing else with it."""

from __future__ import annotations

from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import TextMap
from cantata.testing import exercise
from cantata.tokens.contract.instrument import Instrument
from tests.ledger.tokens.stage import Stage


def said(**values: str) -> metadata.Metadata:
    return metadata.Metadata(values=TextMap(values))


def test_the_admin_says_something_else(stage: Stage) -> None:
    before = stage.instrument
    stage.acting(stage.issuer).submit(
        exercise(before.contract_id, Instrument.describe, meta=said(isin="XX0000000009"))
    )
    after = stage.instrument
    assert after.payload.meta == said(isin="XX0000000009")
    assert after.contract_id != before.contract_id
    for field in ("instrument_id", "name", "symbol", "decimals", "cap", "supply", "paused"):
        assert getattr(after.payload, field) == getattr(before.payload, field), field


def test_nobody_else_does(stage: Stage) -> None:
    command = exercise(stage.instrument.contract_id, Instrument.describe, meta=said(isin="forged"))
    stage.as_holder(stage.alice).submit_must_fail("DAML_AUTHORIZATION_ERROR", command)


def test_what_was_said_before_is_over(stage: Stage) -> None:
    old = stage.instrument.contract_id
    stage.acting(stage.issuer).submit(exercise(old, Instrument.describe, meta=said(a="1")))
    late = exercise(old, Instrument.describe, meta=said(a="2"))
    stage.acting(stage.issuer).submit_must_fail("CONTRACT_NOT_FOUND", late)

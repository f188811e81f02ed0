"""Recorded prepared transactions, run again by our engine, are what a participant prepared.

Seeds, ids of contracts, values, labels, parties, time bounds and input contracts: everything.
"""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import pytest

from cantata.lf.interactive.blob import decode_blob
from cantata.lf.interactive.errors import InteractiveError
from cantata.lf.interactive.model import Create, Exercise, Fetch, PreparedTransaction, QueryByKey
from cantata.lf.interactive.protobuf import Budget
from cantata.lf.interactive.typed import TypedValues, ref_of
from cantata.lf.interactive.value_wire import STORED_VALUE
from cantata.lf.model import TCon
from cantata.sandbox.engine import Engine
from cantata.sandbox.prepared import Builder, Runner
from tests.unit.lf.interactive.recorded import Recorded, recorded
from tests.vectors.prepared import answers

AMULET = "splice-amulet"
ORACLE_AND_PING = 15
"""Recorded transactions that need no other packages than those of the test data."""


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> list[Recorded]:
    return recorded(shared_data)


def _needed(prepared: PreparedTransaction) -> set[str]:
    """Give the packages of all templates and interfaces of a transaction."""
    found = {given.create.template.package_id for given in prepared.metadata.input_contracts}
    for node in prepared.transaction.nodes:
        action = node.action
        if isinstance(action, Create | Exercise | Fetch | QueryByKey):
            found.add(action.template.package_id)
        if isinstance(action, Exercise | Fetch) and action.interface is not None:
            found.add(action.interface.package_id)
    return found


def _run_again(engine: Engine, rows: list[Recorded]) -> tuple[int, int]:
    runner = Runner(engine)
    blobs = Builder(engine.packages.packages).blobs
    runnable = [row for row in rows if _needed(row.prepared) <= engine.packages.vetted]
    for row in runnable:
        prepared = row.prepared
        inputs = [blobs.read(given.event_blob) for given in prepared.metadata.input_contracts]
        known = {contract.contract_id: contract for contract in inputs}
        again = runner.run(prepared, known.get, prepared.metadata.preparation_time)
        assert again.submission.command_id == row.request["commandId"]
    print(f"prepared transactions run again: {len(runnable)} of {len(rows)}")
    return len(runnable), len(rows)


def test_transactions_of_the_test_packages_are_prepared_alike(
    engine: Engine, rows: list[Recorded]
) -> None:
    runnable, _ = _run_again(engine, rows)
    assert runnable >= ORACLE_AND_PING


def test_transactions_of_real_amulet_are_prepared_alike(
    engine: Engine, rows: list[Recorded], real_dars: tuple[Path, ...]
) -> None:
    if AMULET not in engine.packages.resolution():
        pytest.skip(f"the {AMULET} DAR of the recording is not below CANTATA_DARS")
    runnable, total = _run_again(engine, rows)
    assert runnable >= total - 4, "all but those of the trading app, whose DAR is not public"


def test_recorded_blobs_hold_values_as_we_write_them(engine: Engine, shared_data: Path) -> None:
    typed = TypedValues(engine.packages.packages)
    seen: set[str] = set()
    with (shared_data / "participant/main.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            for item in answers(json.loads(line)["response"]):
                if item.get("createdEventBlob"):
                    seen.add(item["createdEventBlob"])
    checked = 0
    for text in seen:
        fat = decode_blob(b64decode(text))
        type_ = TCon(ref_of(fat.template))
        if fat.template.package_id not in engine.packages.vetted:
            continue
        written = STORED_VALUE.encode(typed.to_value(typed.from_value(fat.argument, type_), type_))
        assert written == STORED_VALUE.encode(fat.argument)
        assert STORED_VALUE.decode(written, Budget()) == fat.argument
        checked += 1
    print(f"values of blobs written alike: {checked} of {len(seen)}")
    assert checked >= 77


def test_a_changed_recording_is_refused(engine: Engine, rows: list[Recorded]) -> None:
    runner = Runner(engine)
    row = next(row for row in rows if row.name == "ix_prepare_exercise")
    prepared = row.prepared
    with pytest.raises(InteractiveError, match="salt"):
        runner.run(prepared, lambda _: None, prepared.metadata.preparation_time)

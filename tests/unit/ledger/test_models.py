"""Recorded answers of a real participant are read as what they are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.ledger.decoding import Fields, each_of
from cantata.ledger.errors import MalformedAnswer
from cantata.ledger.model.events import active_contract, event
from cantata.ledger.model.updates import (
    Checkpoint,
    Completion,
    Transaction,
    completion,
    transaction,
    update,
)
from tests.unit.ledger.recorded import body, exchanges

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["update", "Transaction", "value", "events", "offset", "CreatedEvent"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


def test_transaction_of_a_create() -> None:
    read = transaction(Fields(body("cmd_swt_create_asset_acs_delta")).object("transaction"))
    (created,) = read.created
    assert created.package_name == "oracle-types"
    assert created.argument["amount"] == "10.0000000000"
    assert created.blob
    assert read.workflow_id == "wf-1"
    assert read.record_time is not None
    assert read.exercised == ()
    assert read.offset == created.offset == 59


def test_every_recorded_transaction_is_read() -> None:
    read = [
        transaction(Fields(each["response"]["body"]).object("transaction"))
        for each in exchanges().values()
        if each.get("request", {}).get("path", "").endswith("-for-transaction")
        and each["response"].get("status") == 200
    ]
    assert len(read) > 100
    assert any(each.exercised for each in read)
    assert any(each.archived for each in read)


def test_every_recorded_frame_is_read() -> None:
    kinds: set[type[Any]] = set()
    for each in exchanges().values():
        for frame in each["response"].get("received", []) if "kind" in each else []:
            if "update" in frame:
                kinds.add(type(update(Fields(frame))))
            elif "completionResponse" in frame:
                kinds.add(type(completion(Fields(frame))))
    assert {Transaction, Completion} <= kinds


def test_completions_tell_success_from_failure() -> None:
    for name in ("compl_from_0", "compl_rejections"):
        for each in each_of(body(name), completion):
            if isinstance(each, Completion):
                assert each.is_success == bool(each.update_id)


def test_active_contracts_are_read() -> None:
    page = Fields(body("acs_page_1"))
    contracts = page.items("activeContracts", active_contract)
    assert len(contracts) == 2
    assert all(each is not None and each.event.signatories for each in contracts)
    assert page.text("nextPageToken")


def test_checkpoint_has_the_times_of_synchronizers() -> None:
    data = {
        "update": {
            "OffsetCheckpoint": {
                "value": {
                    "offset": 7,
                    "synchronizerTimes": [
                        {"synchronizerId": "s", "recordTime": "2026-01-01T00:00:00Z"},
                        {"synchronizerId": "t", "recordTime": None},
                    ],
                }
            }
        }
    }
    read = update(Fields(data))
    assert isinstance(read, Checkpoint)
    assert read.offset == 7
    assert set(read.times) == {"s"}


def test_what_a_later_version_adds_is_passed_over() -> None:
    read = update(Fields({"update": {"Novelty": {"value": {"offset": 3, "x": [1]}}}}))
    assert read.offset == 3
    created = event(Fields({"CreatedEvent": {"contractId": "00", "novel": {"a": 1}}}))
    assert created.contract_id == "00"


@pytest.mark.parametrize(
    "data", [7, {"CreatedEvent": 7}, {}, {"A": {}, "B": {}}, {"CreatedEvent": {"offset": "7"}}]
)
def test_what_is_no_event_is_told(data: Any) -> None:
    with pytest.raises(MalformedAnswer):
        event(Fields(data))


@given(JSON)
def test_any_json_is_read_or_refused(data: Any) -> None:
    try:
        update(Fields(data))
    except MalformedAnswer as error:
        assert error.message  # noqa: PT017

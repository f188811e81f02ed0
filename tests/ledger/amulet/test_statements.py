"""Statements R16 and R25 on real Amulet, as far as the recording alone does not show them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cantata.lf.codec import JsonCodec
from cantata.lf.model import Ref, TCon
from cantata.lf.runtime.errors import FailureStatus
from cantata.sandbox.engine import Contract, CreateCommand, ExerciseCommand, Submission
from tests.ledger.amulet.formats import type_ref
from tests.ledger.amulet.run import Run
from tests.ledger.amulet.test_interfaces import recorded_creates

__all__ = ["recorded_creates"]

PRECONDITION = "UNHANDLED_EXCEPTION/DA.Exception.PreconditionFailed:PreconditionFailed"
AMULET = "Splice.Amulet:Amulet"
UPDATE = "TransferInstruction_Update"


def test_a_false_precondition_of_damlc_is_a_failure_with_its_exception(
    run: Run, recorded_creates: list[Any]
) -> None:
    node = next(each for each in recorded_creates if each["templateId"].endswith(f":{AMULET}"))
    template = type_ref(node["templateId"])
    assert isinstance(template, Ref)
    payload = json.loads(json.dumps(node["createArgument"]))
    payload["amount"]["initialAmount"] = "-1.0"
    argument = JsonCodec(run.replay.engine.packages.packages).decode(payload, TCon(template))
    act_as = frozenset({payload["dso"], payload["owner"]})
    submission = Submission(
        act_as=act_as,
        commands=(CreateCommand(template, argument),),
        ledger_time=0,
        seed=bytes(32),
    )
    with pytest.raises(FailureStatus) as refused:
        run.replay.ledger.prepare(submission)
    failure = refused.value
    assert (failure.code, failure.category) == ("DAML_FAILURE", 9)
    assert failure.error_id == PRECONDITION
    assert failure.message.startswith("Template precondition violated: ")


def test_an_update_of_a_transfer_is_refused_by_amulet_itself(run: Run) -> None:
    store = run.replay.ledger.store
    named = [ref for ref in store.templates(None) if ref.name == "AmuletTransferInstruction"]
    contract = _any_version(run, named)
    runtime = run.replay.engine.runtime
    instances = runtime.template(contract.template).instances
    (interface,) = [ref for ref in instances if ref.name == "TransferInstruction"]
    choice = runtime.interface(interface).choice(UPDATE)
    assert choice is not None
    extra: dict[str, dict[str, dict[str, str]]] = {
        "context": {"values": {}},
        "meta": {"values": {}},
    }
    codec = JsonCodec(run.replay.engine.packages.packages)
    argument = codec.decode({"extraActors": [], "extraArgs": extra}, choice.arg_type)
    submission = Submission(
        act_as=contract.stakeholders,
        commands=(ExerciseCommand(interface, contract.contract_id, UPDATE, argument),),
        ledger_time=contract.created_at,
        seed=bytes(32),
        disclosed=(contract,),
    )
    with pytest.raises(FailureStatus) as refused:
        run.replay.ledger.prepare(submission)
    assert refused.value.error_id.startswith("UNHANDLED_EXCEPTION/DA.Exception.")


def _any_version(run: Run, refs: list[Ref]) -> Contract:
    store = run.replay.ledger.store
    return next(
        found.contract
        for offset in range(store.end(), 0, -1)
        for found in store.active(None, refs, offset)
    )

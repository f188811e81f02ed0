"""Contract objects become the JSON that a ledger reads and writes, whatever their type."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from cantata.lang import NoLedger, WrongType
from cantata.lang.surface.errors import NoValue
from cantata.lang.surface.wire import codec
from cantata.lf.codec import JsonCodec, ValueRefused, dumps, loads
from cantata.lf.model import TCon
from cantata.testing.bridge import bridge
from cantata.testing.names import names_of
from tests.unit.testing.everything import Everything
from tests.unit.testing.test_bridge import choices, ledger, payloads


def judge() -> JsonCodec:
    """The codec that a ledger uses, driven by the compiled types."""
    return JsonCodec(ledger().packages.packages)


@settings(max_examples=50)
@given(payloads)
def test_payloads_are_what_the_ledger_reads_and_writes(payload: Everything) -> None:
    form = Everything.__ledger_template__()
    type_ = TCon(ledger().catalog.ref(Everything))
    written = judge().encode(bridge(Everything).to_value(payload), type_)
    assert judge().decode(form.codec.to_json(payload), type_) == judge().decode(written, type_)
    assert form.codec.from_json(loads(dumps(written))) == payload
    assert form.codec.from_json(form.codec.to_json(payload)) == payload


@settings(max_examples=50)
@given(choices)
def test_arguments_are_what_the_ledger_reads(given_: dict[str, Any]) -> None:
    form = Everything.repeat.__ledger_choice__(**given_)
    type_ = ledger().choice_argument(Everything.repeat)
    assert judge().decode(form.argument, type_) == names_of(Everything.repeat).argument(**given_)
    assert form.identifier.startswith("#")
    assert form.identifier.endswith(":Everything")
    assert form.name == "Repeat"


def test_wrong_arguments_are_told_by_name() -> None:
    choice: Any = Everything.same
    with pytest.raises(TypeError, match="Same takes number; missing: number"):
        choice.__ledger_choice__()
    with pytest.raises(TypeError, match="unknown: more"):
        choice.__ledger_choice__(1, more=2)
    with pytest.raises(WrongType, match="number of Same"):
        choice.__ledger_choice__("1")
    with pytest.raises(NoLedger):
        choice()


@pytest.mark.parametrize("hint", [float, object, dict, int | str, list])
def test_what_has_no_daml_type_has_no_codec(hint: Any) -> None:
    with pytest.raises(NoValue):
        codec(hint)


@pytest.mark.parametrize("data", [None, [], {}, {"owner": 1}, "x"])
def test_other_json_is_refused(data: Any) -> None:
    with pytest.raises(ValueRefused):
        Everything.__ledger_template__().codec.from_json(data)

"""Classes generated for the packages of the recorded participant."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cantata.lf.codec import ValueRefused
from cantata.lf.codegen import support as lf
from tests.unit.lf.codec import recorded
from tests.unit.lf.codegen.generated import (
    format_check,
    import_all,
    imported_from,
    type_check,
    write_dar,
)

DARS = ("oracle-types-1.0.0", "oracle-more-1.0.0", "oracle-keys-1.0.0", "oracle-up-2.0.0")
CONTRACT = "00" + "ab" * 32 + "ca121220" + "12" * 32


@pytest.fixture(scope="module")
def participant(shared_data: Path) -> Path:
    return shared_data / "participant"


@pytest.fixture(scope="module")
def folder(participant: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    out = tmp_path_factory.mktemp("oracle")
    for dar in DARS:
        write_dar(out, participant / "packages" / f"{dar}.dar")
    with imported_from(out):
        yield out


@pytest.fixture(scope="module")
def oracle(folder: Path) -> Any:
    return importlib.import_module("oracle_types_1_0_0.oracle")


def payload(participant: Path) -> Any:
    """The recorded contract with a value in every field."""
    return next(
        event["CreatedEvent"]["createArgument"]
        for exchange in recorded.exchanges(participant)
        if exchange["name"] == "val_alltypes_full"
        for event in exchange["response"]["body"]["transaction"]["events"]
    )


def test_the_code_is_typed_formatted_and_importable(folder: Path, tmp_path: Path) -> None:
    assert not type_check(folder, tmp_path)
    assert not format_check(folder)
    assert import_all(folder)


def test_a_recorded_payload_comes_back_unchanged(participant: Path, oracle: Any) -> None:
    data = payload(participant)
    value = oracle.AllTypes.from_json(data)
    assert value.to_json() == data
    assert value.num10 == Decimal("1.5")
    assert value.date == date(2024, 2, 29)
    assert value.time == datetime(2024, 2, 29, 12, 34, 56, 789012, tzinfo=UTC)
    assert value.opt_opt_opt_int == lf.Some(lf.Some(7))
    assert value.variant == oracle.V_VInt(5)
    assert value.color is oracle.Color.Green
    assert value.gen_map_rec == {oracle.Inner(a=1, b="x"): "v"}


def test_every_recorded_contract_comes_back_unchanged(participant: Path, oracle: Any) -> None:
    packages = recorded.oracle_packages(participant)
    seen = 0
    for exchange in recorded.exchanges(participant):
        body = exchange.get("response", {}).get("body")
        for stored in recorded.stored_values(packages, body, exchange["name"]):
            name = stored.place.rpartition(" ")[2]
            if name in ("AllTypes", "Asset", "TwoSig"):
                cls = getattr(oracle, name)
                assert cls.from_json(stored.data).to_json() == stored.data
                seen += 1
    assert seen > 500


def test_commands_have_the_shape_of_the_ledger_api(oracle: Any) -> None:
    asset = oracle.Asset(issuer=lf.Party("bank"), owner=lf.Party("alice"), amount=Decimal("1.5"))
    arguments = {"issuer": "bank", "owner": "alice", "amount": "1.5000000000"}
    assert asset.create_command() == {
        "CreateCommand": {
            "templateId": "#oracle-types:Oracle:Asset",
            "createArguments": arguments,
        }
    }
    give = oracle.Transfer(new_owner=lf.Party("bob"))
    assert give.exercise_command(lf.ContractId(CONTRACT)) == {
        "ExerciseCommand": {
            "templateId": "#oracle-types:Oracle:Asset",
            "contractId": CONTRACT,
            "choice": "Give",
            "choiceArgument": {"newOwner": "bob"},
        }
    }
    assert give.create_and_exercise_command(asset) == {
        "CreateAndExerciseCommand": {
            "templateId": "#oracle-types:Oracle:Asset",
            "createArguments": arguments,
            "choice": "Give",
            "choiceArgument": {"newOwner": "bob"},
        }
    }
    assert oracle.Transfer.result_from_json(CONTRACT) == CONTRACT


def test_choices_without_a_record_of_their_own_wrap_the_argument(oracle: Any) -> None:
    burn = oracle.Hold_Burn().exercise_command(lf.ContractId(CONTRACT).to(oracle.Hold))
    assert burn["ExerciseCommand"]["templateId"] == "#oracle-types:Oracle:Hold"
    assert burn["ExerciseCommand"]["choiceArgument"] == {}
    echo = oracle.AllTypes_EchoMap({2: "b", 1: "a"})
    assert echo.to_json() == [["2", "b"], ["1", "a"]]
    assert oracle.AllTypes_EchoMap.result_from_json([["1", "a"]]) == {1: "a"}


def test_views_are_read_through_the_interface(oracle: Any) -> None:
    view = oracle.Hold.view_from_json({"vOwner": "alice", "vAmount": "2.0000000000"})
    assert view == oracle.HoldView(v_owner=lf.Party("alice"), v_amount=Decimal(2))
    assert oracle.Hold.INTERFACE_ID == "#oracle-types:Oracle:Hold"


def test_generic_records_take_codecs(oracle: Any) -> None:
    codec = oracle.Pair.codec(lf.INT64, lf.optional(lf.optional(lf.TEXT)))
    data = {"fst": "1", "snd": [["x"]]}
    assert codec.to_json(codec.from_json(data)) == data
    pair = oracle.Pair.from_json({"fst": "1", "snd": "x"}, lf.INT64, lf.TEXT)
    assert pair == oracle.Pair(fst=1, snd="x")
    assert pair.to_json(lf.INT64, lf.TEXT) == {"fst": "1", "snd": "x"}


@pytest.mark.parametrize(
    "data, cls",
    [({"tag": "VUnit", "value": {}}, "V_VInt"), ({"tag": "No", "value": {}}, "V"), ("Blue", "V")],
)
def test_a_variant_refuses_other_constructors(oracle: Any, data: Any, cls: str) -> None:
    with pytest.raises(ValueRefused):
        getattr(oracle, cls).from_json(data)


@pytest.mark.parametrize(
    "field, value",
    [
        ("int", 2**63),
        ("int", True),
        ("int", "5"),
        ("num10", Decimal("0.12345678901")),
        ("num10", Decimal("NaN")),
        ("num10", Decimal("1E+999999")),
        ("num10", 1.5),
        ("txt", None),
        ("owner", "alice.bob"),
        ("bool", 1),
        ("date", datetime(2024, 1, 1, tzinfo=UTC)),
        ("time", datetime(2024, 1, 1)),  # noqa: DTZ001 - a time without zone is the point
        ("time", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))),
        ("opt_opt_int", 5),
        ("list_int", 5),
        ("text_map", {1: 1}),
        ("gen_map", []),
        ("inner", None),
        ("variant", "VInt"),
        ("color", "Green"),
        ("opt_cid", "00ab"),
    ],
)
def test_values_that_no_ledger_takes_are_refused_with_their_field(
    participant: Path, oracle: Any, field: str, value: Any
) -> None:
    whole = oracle.AllTypes.from_json(payload(participant))
    values = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
    with pytest.raises(ValueRefused) as caught:
        oracle.AllTypes(**{**values, field: value}).to_json()
    assert caught.value.path.replace("_", "").lower().startswith(field.replace("_", ""))


def test_a_refused_payload_names_the_field(participant: Path, oracle: Any) -> None:
    data = payload(participant)
    with pytest.raises(ValueRefused) as caught:
        oracle.AllTypes.from_json({**data, "listInt": ["1", "x"]})
    assert caught.value.path == "listInt[1]"
    with pytest.raises(ValueRefused):
        oracle.Color.from_json("Purple")

"""What a command may get wrong: each refusal has Canton's code and category; nothing changes."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.kernel.errors import CantataError
from cantata.lf.model import Ref
from cantata.sandbox.engine import (
    Command,
    CreateAndExerciseCommand,
    CreateCommand,
    ExerciseCommand,
    NamedRef,
)
from cantata.sandbox.engine.errors import PackageNameNotVetted, PackagesNotVetted
from cantata.sandbox.engine.preprocess.untyped import PartyArg, RecordArg, TextArg
from tests.ledger.engine.stage import Stage, numeric

UNKNOWN = f"00{'ab' * 32}ca121220{'cd' * 32}"
NOT_FOUND, INVALID = 11, 8


def refused(stage: Stage, party: str, *commands: Command, **more: Any) -> CantataError:
    end = stage.ledger.end()
    with pytest.raises(CantataError) as error:
        stage.submit(party, *commands, **more)
    assert stage.ledger.end() == end
    return error.value


def answer(error: CantataError) -> tuple[str, Any]:
    return error.code, getattr(error, "category", None)


def create(ref: Any, *payload: Any) -> CreateCommand:
    return CreateCommand(ref, payload)


@pytest.mark.parametrize(
    "change, code, message",
    [
        (
            {"package": "cd" * 32},
            "PACKAGE_NOT_FOUND",
            f"Couldn't find package {'cd' * 32} while looking for template {'cd' * 32}:M:One",
        ),
        (
            {"module": "Nope"},
            "TEMPLATES_OR_INTERFACES_NOT_FOUND",
            "unknown module {0}:Nope while looking for template {0}:Nope:One",
        ),
        (
            {"name": "Nope"},
            "TEMPLATES_OR_INTERFACES_NOT_FOUND",
            "unknown template {0}:M:Nope",
        ),
    ],
)
def test_unknown_template(stage: Stage, change: dict[str, str], code: str, message: str) -> None:
    one = stage.ref("One")
    fields = {"package": one.package, "module": "M", "name": "One"} | change
    error = refused(stage, "alice", create(Ref(**fields), "alice"))
    assert answer(error) == (code, NOT_FOUND)
    assert error.message == message.format(one.package)


def test_unknown_package_name(stage: Stage) -> None:
    error = refused(stage, "alice", create(NamedRef("nope", "M", "One"), "alice"))
    assert answer(error) == ("PACKAGE_NAMES_NOT_FOUND", NOT_FOUND)
    assert error.message == "unresolved package name nope  while looking for template #nope:M:One"


def test_record_is_no_template(stage: Stage) -> None:
    error = refused(stage, "alice", create(stage.ref("Give"), "alice"))
    assert answer(error) == ("TEMPLATES_OR_INTERFACES_NOT_FOUND", NOT_FOUND)


def test_interface_is_not_created(stage: Stage) -> None:
    error = refused(stage, "alice", create(stage.ref("Hold", "vec-iface"), "alice"))
    assert answer(error) == ("TEMPLATES_OR_INTERFACES_NOT_FOUND", NOT_FOUND)


def test_unknown_choice(stage: Stage) -> None:
    asset = stage.asset()
    command = ExerciseCommand(asset.template, asset.contract_id, "Nope", ())
    error = refused(stage, "alice", command)
    assert answer(error) == ("COMMAND_PREPROCESSING_FAILED", INVALID)
    assert error.message == f"unknown choice Nope in template {asset.template}"


def test_unknown_choice_of_an_interface(stage: Stage) -> None:
    hold = stage.ref("Hold", "vec-iface")
    error = refused(stage, "alice", ExerciseCommand(hold, UNKNOWN, "Nope", ()))
    assert error.message == f"unknown choice Nope in interface {hold}"


def test_unknown_template_or_interface_to_exercise(stage: Stage) -> None:
    ref = Ref(stage.ref("One").package, "M", "Nope")
    error = refused(stage, "alice", ExerciseCommand(ref, UNKNOWN, "Archive", ()))
    assert error.message == f"unknown template or interface {ref}"


@pytest.mark.parametrize("contract_id", ["00ab", "zz", UNKNOWN.upper(), UNKNOWN + "a"])
def test_malformed_contract_id(stage: Stage, contract_id: str) -> None:
    command = ExerciseCommand(stage.ref("One"), contract_id, "Archive", ())
    assert answer(refused(stage, "alice", command)) == ("INVALID_FIELD", INVALID)


def test_missing_parts(stage: Stage) -> None:
    one = create(stage.ref("One"), "alice")
    assert answer(refused(stage, "", one)) == ("MISSING_FIELD", INVALID)
    assert answer(refused(stage, "alice")) == ("MISSING_FIELD", INVALID)
    command = ExerciseCommand(stage.ref("One"), "", "Archive", ())
    assert answer(refused(stage, "alice", command)) == ("MISSING_FIELD", INVALID)


def test_unknown_contract(stage: Stage) -> None:
    command = ExerciseCommand(stage.ref("One"), UNKNOWN, "Archive", ())
    error = refused(stage, "alice", command)
    assert answer(error) == ("CONTRACT_NOT_FOUND", NOT_FOUND)


def test_archived_contract(stage: Stage) -> None:
    one = stage.create("alice", "One", "alice")
    stage.exercise("alice", one, "Archive")
    command = ExerciseCommand(one.template, one.contract_id, "Archive", ())
    assert answer(refused(stage, "alice", command)) == ("CONTRACT_NOT_FOUND", NOT_FOUND)


def test_contract_of_another_template(stage: Stage) -> None:
    asset = stage.asset()
    command = ExerciseCommand(stage.ref("One"), asset.contract_id, "Archive", ())
    assert answer(refused(stage, "alice", command)) == ("WRONGLY_TYPED_CONTRACT", 9)


def test_contract_without_the_interface(stage: Stage) -> None:
    one = stage.create("alice", "One", "alice")
    command = ExerciseCommand(stage.ref("Hold", "vec-iface"), one.contract_id, "Archive", ())
    error = refused(stage, "alice", command)
    assert answer(error) == ("CONTRACT_DOES_NOT_IMPLEMENT_INTERFACE", INVALID)


def test_missing_authority(stage: Stage) -> None:
    error = refused(stage, "bob", create(stage.ref("One"), "alice"))
    assert answer(error) == ("DAML_AUTHORIZATION_ERROR", INVALID)


def test_argument_that_does_not_fit(stage: Stage) -> None:
    argument = RecordArg(((None, PartyArg("alice")), (None, TextArg("surplus"))))
    error = refused(stage, "alice", CreateCommand(stage.ref("One"), argument))
    assert answer(error) == ("COMMAND_PREPROCESSING_FAILED", INVALID)


@pytest.mark.parametrize("text", ["a\0", "\ud800"])
def test_illegal_text_in_a_typed_argument(stage: Stage, text: str) -> None:
    error = refused(stage, "alice", create(stage.ref("TextT"), "alice", text))
    assert answer(error) == ("COMMAND_PREPROCESSING_FAILED", INVALID)


def test_typed_argument_nested_too_deep(stage: Stage) -> None:
    nested: Any = (None,)
    for _ in range(2_000):
        nested = ((nested,),)
    error = refused(stage, "alice", create(stage.ref("NestT"), "alice", nested))
    assert answer(error) == ("COMMAND_PREPROCESSING_FAILED", INVALID)


def test_unknown_preference(stage: Stage) -> None:
    error = refused(
        stage, "alice", create(stage.ref("One"), "alice"), package_preference=("ab" * 32,)
    )
    assert answer(error) == ("PACKAGE_SELECTION_FAILED", 9)


def test_later_command_is_read_before_the_first_runs(stage: Stage) -> None:
    error = refused(
        stage,
        "alice",
        create(stage.ref("Asset"), "alice", "bob", numeric("0"), None),
        create(Ref(stage.ref("One").package, "M", "Nope"), "alice"),
    )
    assert answer(error) == ("TEMPLATES_OR_INTERFACES_NOT_FOUND", NOT_FOUND)


def test_tampered_disclosed_contract(stage: Stage) -> None:
    asset = stage.asset()
    richer = asset._replace(payload=("alice", "bob", numeric("500"), None))
    peek = ExerciseCommand(asset.template, asset.contract_id, "Peek", ("carol",))
    error = refused(stage, "carol", peek, disclosed=(richer,))
    assert answer(error) == ("INTERPRETATION_UPGRADE_ERROR_AUTHENTICATION_FAILED", INVALID)


def test_disclosed_contract_with_other_parties(stage: Stage) -> None:
    asset = stage.asset()
    stolen = asset._replace(stakeholders=asset.stakeholders | {"carol"})
    peek = ExerciseCommand(asset.template, asset.contract_id, "Peek", ("carol",))
    error = refused(stage, "carol", peek, disclosed=(stolen,))
    assert answer(error) == ("INTERPRETATION_UPGRADE_ERROR_VALIDATION_FAILED", INVALID)


def test_disclosed_contract_that_is_archived(stage: Stage) -> None:
    asset = stage.asset()
    stage.exercise("alice", asset, "Archive")
    peek = ExerciseCommand(asset.template, asset.contract_id, "Peek", ("carol",))
    error = refused(stage, "carol", peek, disclosed=(asset,))
    assert answer(error) == ("LOCAL_VERDICT_INACTIVE_CONTRACTS", NOT_FOUND)


def test_contract_disclosed_twice(stage: Stage) -> None:
    asset = stage.asset()
    peek = ExerciseCommand(asset.template, asset.contract_id, "Peek", ("carol",))
    error = refused(stage, "carol", peek, disclosed=(asset, asset))
    assert answer(error) == ("COMMAND_PREPROCESSING_FAILED", INVALID)


def test_choice_of_create_and_exercise(stage: Stage) -> None:
    one = stage.ref("One")
    error = refused(stage, "alice", CreateAndExerciseCommand(one, ("alice",), "Nope", ()))
    assert error.message == f"unknown choice Nope in template {one}"


def test_a_version_that_is_not_in_use_cannot_be_named(stage: Stage) -> None:
    """The ledger says so after the code has run, as a participant looks for a way to submit."""
    ref = stage.version("1.0.0")
    packages = stage.engine.packages
    command = CreateCommand(ref, ("alice", 1))
    packages.unvet(ref.package)
    try:
        with pytest.raises(PackagesNotVetted) as caught:
            stage.submit("alice", command)
        assert caught.value.package_ids == (ref.package,)
        assert caught.value.code == "NO_SYNCHRONIZER_FOR_SUBMISSION"
    finally:
        packages.vet(ref.package)
    stage.submit("alice", command)


def test_no_version_of_a_package_in_use(stage: Stage) -> None:
    ref = stage.ref("Asset")
    packages = stage.engine.packages
    payload = ("alice", "bob", numeric("5"), None)
    packages.unvet(ref.package)
    try:
        with pytest.raises(PackageNameNotVetted) as caught:
            stage.submit("alice", CreateCommand(ref, payload))
        assert (caught.value.name, caught.value.code) == ("vec-main", "PACKAGE_SELECTION_FAILED")
    finally:
        packages.vet(ref.package)

"""What a participant could slip into a prepared transaction is found before it is signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cantata.lf.interactive import model, values
from cantata.lf.interactive.hashing import prepared_hash
from cantata.lf.interactive.intent import (
    Aspect,
    Intent,
    MalformedIntent,
    WantedExercise,
    differences,
    wanted_commands,
)
from tests.unit.lf.interactive.recorded import recorded
from tests.unit.lf.interactive.samples import (
    ALICE,
    BOB,
    CAROL,
    CREATED_ID,
    INPUT_ID,
    NOW,
    PACKAGE,
    SYNCHRONIZER,
    TEMPLATE,
    blob_of,
    create,
    exercise,
    payload,
    transfer,
    with_metadata,
    with_nodes,
)

Prepared = model.PreparedTransaction

INTENT = Intent(
    commands=(WantedExercise("#asset:Main.Asset:Asset", INPUT_ID, "Give", {"to": CAROL}),),
    act_as=frozenset({BOB}),
    command_id="command-1",
    synchronizer_id=SYNCHRONIZER,
    inputs=frozenset({INPUT_ID}),
    packages={"asset": {PACKAGE}},
    prepared_between=(NOW - 10, NOW + 10),
)


def test_what_was_wanted_may_be_signed() -> None:
    assert differences(INTENT, transfer()) == ()


def test_recorded_transactions_are_what_was_asked_for(shared_data: Path) -> None:
    found = {}
    for row in recorded(shared_data):
        request = row.request
        intent = Intent(
            commands=wanted_commands(request["commands"]),
            act_as=frozenset(request["actAs"]),
            command_id=request["commandId"],
            synchronizer_id=request.get("synchronizerId") or None,
        )
        found[row.name] = differences(intent, row.prepared)
    assert len(found) >= 80
    assert set(found.values()) == {()}


def _exercise(**changes: Any) -> Prepared:
    return with_nodes(transfer(), model.Node("0", replace(exercise(), **changes)))


def _input(**changes: Any) -> Prepared:
    given = replace(transfer().metadata.input_contracts[0], **changes)
    return with_metadata(transfer(), input_contracts=(given,))


def _second_root() -> Prepared:
    prepared = transfer()
    extra = with_nodes(prepared, model.Node("2", create("00" + "09" * 32, BOB)))
    transaction = replace(
        extra.transaction,
        roots=("0", "2"),
        node_seeds=(*extra.transaction.node_seeds, model.NodeSeed(2, b"\x08" * 32)),
    )
    return replace(extra, transaction=transaction)


def _hidden_node() -> Prepared:
    return with_nodes(transfer(), model.Node("2", create("00" + "09" * 32, BOB)))


def _other_root() -> Prepared:
    prepared = transfer()
    node = model.Node("0", create("00" + "09" * 32, ALICE))
    transaction = replace(
        prepared.transaction, nodes=(node,), node_seeds=(model.NodeSeed(0, b"x" * 32),)
    )
    return replace(prepared, transaction=transaction)


def _second_input() -> Prepared:
    other = create("00" + "0a" * 32, BOB)
    extra = model.InputContract(other, NOW - 1, blob_of(other))
    return with_metadata(transfer(), input_contracts=(*transfer().metadata.input_contracts, extra))


EVIL = "22" * 32
_EVIL_TEMPLATE = replace(TEMPLATE, package_id=EVIL)
_TO_BOB = values.Record(exercise().argument.id, (("to", values.Party(BOB)),))  # type: ignore[attr-defined]

MALICIOUS: list[tuple[Aspect, Callable[[], Prepared]]] = [
    (Aspect.ROOTS, _second_root),
    (Aspect.TREE, _hidden_node),
    (Aspect.ACTION, _other_root),
    (Aspect.CHOICE, lambda: _exercise(choice="Archive")),
    (Aspect.ARGUMENT, lambda: _exercise(argument=_TO_BOB)),
    (Aspect.ARGUMENT, lambda: _exercise(argument=values.Party(CAROL))),
    (Aspect.CONTRACT, lambda: _exercise(contract_id="00" + "0b" * 32)),
    (Aspect.TEMPLATE, lambda: _exercise(template=replace(TEMPLATE, entity="Other"))),
    (Aspect.TEMPLATE, lambda: _exercise(interface=replace(TEMPLATE, entity="Other"))),
    (Aspect.PACKAGE, lambda: _exercise(interface=_EVIL_TEMPLATE)),
    (Aspect.PACKAGE, lambda: _exercise(template=_EVIL_TEMPLATE)),
    (Aspect.PACKAGE, lambda: _exercise(package_name="evil")),
    (Aspect.AUTHORITY, lambda: _exercise(acting_parties=(CAROL,))),
    (Aspect.AUTHORITY, lambda: _exercise(signatories=(BOB,))),
    (Aspect.INPUT, lambda: _exercise(stakeholders=(ALICE,))),
    (Aspect.INPUT, lambda: with_metadata(transfer(), input_contracts=())),
    (Aspect.INPUT, _second_input),
    (Aspect.INPUT, lambda: _input(create=create("00" + "0c" * 32, BOB))),
    (Aspect.BLOB, lambda: _input(create=create(INPUT_ID, CAROL))),
    (Aspect.BLOB, lambda: _input(event_blob=blob_of(create(INPUT_ID, CAROL)))),
    (Aspect.BLOB, lambda: _input(event_blob=b"")),
    (Aspect.BLOB, lambda: _input(created_at=NOW)),
    (
        Aspect.ACT_AS,
        lambda: with_metadata(transfer(), submitter=model.SubmitterInfo((ALICE, BOB), "command-1")),
    ),
    (
        Aspect.ACT_AS,
        lambda: with_metadata(transfer(), submitter=model.SubmitterInfo((BOB, BOB), "command-1")),
    ),
    (
        Aspect.COMMAND_ID,
        lambda: with_metadata(transfer(), submitter=model.SubmitterInfo((BOB,), "command-2")),
    ),
    (
        Aspect.SYNCHRONIZER,
        lambda: with_metadata(transfer(), synchronizer_id=f"{SYNCHRONIZER}0::35-0"),
    ),
    (Aspect.TIME, lambda: with_metadata(transfer(), preparation_time=NOW + 11)),
    (
        Aspect.INPUT,
        lambda: with_metadata(transfer(), global_key_mapping=(model.GlobalKeyMapping(None, None),)),
    ),
]


@pytest.mark.parametrize("aspect,make", MALICIOUS)
def test_a_slipped_in_change_is_found(aspect: Aspect, make: Callable[[], Prepared]) -> None:
    found = differences(INTENT, make())
    assert aspect in {difference.aspect for difference in found}
    assert all(str(difference) for difference in found)


def test_a_contract_that_must_not_be_used_is_found() -> None:
    found = differences(replace(INTENT, inputs=frozenset()), transfer())
    assert [difference.aspect for difference in found] == [Aspect.INPUT]


def test_another_end_of_recording_is_found() -> None:
    found = differences(replace(INTENT, max_record_time=NOW), transfer())
    assert [difference.aspect for difference in found] == [Aspect.TIME]


def test_a_create_and_an_exercise_of_it_are_two_roots() -> None:
    commands = [
        {
            "CreateAndExerciseCommand": {
                "templateId": f"{PACKAGE}:Main.Asset:Asset",
                "createArguments": {"issuer": ALICE, "owner": BOB},
                "choice": "Give",
                "choiceArgument": {"to": CAROL},
            }
        }
    ]
    local = create("00" + "04" * 32, BOB)
    node = replace(exercise(), contract_id=local.contract_id)
    prepared = Prepared(
        model.DamlTransaction(
            "2.1",
            ("0", "1"),
            (
                model.Node("0", local),
                model.Node("1", replace(node, children=("2",))),
                model.Node("2", create(CREATED_ID, CAROL)),
            ),
            tuple(model.NodeSeed(i, bytes([i]) * 32) for i in range(3)),
        ),
        replace(
            transfer().metadata,
            input_contracts=(),
            submitter=model.SubmitterInfo((ALICE, BOB), "c"),
        ),
    )
    intent = Intent(commands=wanted_commands(commands), act_as=frozenset({ALICE, BOB}))
    assert differences(intent, prepared) == ()
    other = with_nodes(prepared, model.Node("1", replace(exercise(), children=("2",))))
    aspects = {difference.aspect for difference in differences(intent, other)}
    assert Aspect.CONTRACT in aspects


@pytest.mark.parametrize("change", ["signature of nothing", "no hash"])
def test_the_hash_covers_what_the_comparison_saw(change: str) -> None:
    honest = prepared_hash(transfer())
    hashes = {prepared_hash(make()) for aspect, make in MALICIOUS[2:] if aspect is Aspect.ARGUMENT}
    assert honest not in hashes, change


@pytest.mark.parametrize(
    "command",
    [
        None,
        [],
        {},
        {"CreateCommand": None},
        {"CreateCommand": {}},
        {"ExerciseByKeyCommand": {"templateId": "x"}},
        {"CreateCommand": {}, "ExerciseCommand": {}},
    ],
)
def test_what_is_no_command_is_no_intent(command: object) -> None:
    with pytest.raises(MalformedIntent):
        wanted_commands([command])


def test_a_typed_argument_is_compared_by_its_labels_and_names() -> None:
    typed = replace(INTENT.commands[0], argument=exercise().argument)
    assert differences(replace(INTENT, commands=(typed,)), transfer()) == ()
    unnamed = values.Record(None, ((None, values.Party(CAROL)),))
    typed = replace(INTENT.commands[0], argument=unnamed)
    assert differences(replace(INTENT, commands=(typed,)), transfer()) == ()
    typed = replace(INTENT.commands[0], argument=payload(CAROL))
    assert differences(replace(INTENT, commands=(typed,)), transfer()) != ()

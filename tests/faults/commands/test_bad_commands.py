"""Bad commands, one of each kind: Canton's code and category, and a ledger that did not change."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from bench.command_desk import Desk, text_of
from cantata.kernel.errors import CantataError
from cantata.lf.codec.errors import ValueRefused
from cantata.sandbox.commands import MalformedBody
from cantata.testing import Command
from tests.faults.commands.cases import (
    ACCEPT,
    ARCHIVE,
    ARGUMENT,
    BODIES,
    CREATE,
    MINT,
    NAMES,
    NOBODY,
    PREAPPROVE,
    PREPROCESSING,
    SPLIT,
    TRANSFER,
    VALUES,
    Change,
    Json,
    put,
)


def sample(desk: Desk, which: int) -> tuple[Json, Json]:
    """Give a good submission and the fields of its first command."""
    body = deepcopy(desk.samples[which])
    (fields,) = body["commands"][0].values()
    return body, fields


def refused(desk: Desk, body: object) -> CantataError:
    """Submit as JSON text what must be refused, and give why."""
    before = desk.state()
    with pytest.raises(CantataError) as error:
        desk.submit_text(text_of(body))
    assert desk.state() == before
    return error.value


def kind(error: CantataError) -> tuple[str, int]:
    """Give code and category."""
    category = getattr(error, "category", -1)
    assert isinstance(category, int)
    return error.code, category


@pytest.mark.parametrize("which, change, expected, path", VALUES)
def test_values(
    desk: Desk, which: int, change: Change, expected: tuple[str, int], path: str
) -> None:
    body, fields = sample(desk, which)
    change(fields)
    error = refused(desk, body)
    assert kind(error) == expected
    assert isinstance(error, ValueRefused)
    assert error.path == path


@pytest.mark.parametrize("which, change, expected", NAMES)
def test_names_and_ids(desk: Desk, which: int, change: Change, expected: tuple[str, int]) -> None:
    body, fields = sample(desk, which)
    change(fields)
    assert kind(refused(desk, body)) == expected


@pytest.mark.parametrize("commands, fault", BODIES)
def test_bodies(desk: Desk, commands: Any, fault: str) -> None:
    body, _ = sample(desk, CREATE)
    error = refused(desk, body | {"commands": commands})
    assert isinstance(error, MalformedBody)
    assert error.text == f"Invalid value for: body ({fault})"
    assert kind(error) == ARGUMENT


@pytest.mark.parametrize(
    "act_as, expected",
    [
        ([], ("MISSING_FIELD", 8)),
        ("alice", ARGUMENT),
        (None, ARGUMENT),
        ([5], ARGUMENT),
        ([""], ARGUMENT),
        (["not a party!"], ARGUMENT),
        ([NOBODY], ("DAML_AUTHORIZATION_ERROR", 8)),
    ],
)
def test_submitters(desk: Desk, act_as: Any, expected: tuple[str, int]) -> None:
    body, _ = sample(desk, CREATE)
    assert kind(refused(desk, body | {"actAs": act_as})) == expected


def test_no_commands(desk: Desk) -> None:
    body, _ = sample(desk, CREATE)
    assert kind(refused(desk, body | {"commands": []})) == ("MISSING_FIELD", 8)


def test_missing_authority(desk: Desk) -> None:
    for which in range(len(desk.samples)):
        body, _ = sample(desk, which)
        error = refused(desk, body | {"actAs": [NOBODY]})
        assert kind(error) == ("DAML_AUTHORIZATION_ERROR", 8), which


def test_archived_contract(desk: Desk) -> None:
    body, _ = sample(desk, ARCHIVE)
    desk.submit(body)
    assert kind(refused(desk, body)) == ("CONTRACT_NOT_FOUND", 11)
    split, _ = sample(desk, SPLIT)
    assert kind(refused(desk, split)) == ("CONTRACT_NOT_FOUND", 11)


def test_contract_used_twice_in_one_submission(desk: Desk) -> None:
    body, _ = sample(desk, ARCHIVE)
    twice = body | {"commands": body["commands"] * 2}
    assert kind(refused(desk, twice)) == ("CONTRACT_NOT_ACTIVE", 11)


def test_invisible_contract(desk: Desk) -> None:
    body, _ = sample(desk, ACCEPT)
    before = desk.state()
    carol = desk.ledger.party("Carol")
    (command,) = desk.reader.read(body["commands"])
    shown = desk.ledger.acting(carol)
    blind = type(shown)(desk.ledger, frozenset([carol]), frozenset(), ())
    with pytest.raises(CantataError) as error:
        blind.submit(_as_given(command))
    assert kind(error.value) == ("CONTRACT_NOT_FOUND", 11)
    assert desk.state() == before


def _as_given(command: Any) -> Any:
    """Wrap a command of the engine as the ledger under test takes it."""
    return Command(lambda _ref_of: command, lambda value: value)


def test_wrong_template_and_interface(desk: Desk) -> None:
    mint, mint_fields = sample(desk, MINT)
    _, transfer_fields = sample(desk, TRANSFER)
    mint_fields["contractId"] = transfer_fields["contractId"]
    assert kind(refused(desk, mint)) == ("WRONGLY_TYPED_CONTRACT", 9)
    transfer, fields = sample(desk, TRANSFER)
    fields["contractId"] = sample(desk, MINT)[1]["contractId"]
    assert kind(refused(desk, transfer)) == ("CONTRACT_DOES_NOT_IMPLEMENT_INTERFACE", 8)


def nested(levels: int) -> Json:
    """Give a value of a choice context with lists inside lists."""
    value: Json = {"tag": "AV_Bool", "value": True}
    for _ in range(levels):
        value = {"tag": "AV_List", "value": [value]}
    return value


def test_nesting_ends_at_a_hundred(desk: Desk) -> None:
    """A context's value stands at the fifth level, and each list in a variant takes two."""
    body, fields = sample(desk, TRANSFER)
    place = fields["choiceArgument"]["extraArgs"]["context"]
    named = place["values"]
    place["values"] = {**named, "k": nested(47)}
    with desk.ledger.anchor():
        desk.submit(body)
    for levels in (48, 49, 60):
        place["values"] = {**named, "k": nested(levels)}
        error = refused(desk, body)
        assert kind(error) == PREPROCESSING
        assert "maximum nesting level of 100" in str(error)


@pytest.mark.parametrize("levels", [200, 5_000, 100_000])
def test_nesting_beyond_all_reason(desk: Desk, levels: int) -> None:
    body, _ = sample(desk, TRANSFER)
    before = desk.state()
    text = text_of(body).replace('"values":{}', f'"values":{"[" * levels}{"]" * levels}')
    with pytest.raises(CantataError) as error:
        desk.submit_text(text)
    assert error.value.code in {"INVALID_ARGUMENT", "MALFORMED_JSON"}
    assert desk.state() == before


def test_null_characters(desk: Desk) -> None:
    for which, place in (
        (CREATE, "createArguments.name"),
        (CREATE, "createArguments.meta.values"),
        (MINT, "choiceArgument.meta.values"),
    ):
        body, fields = sample(desk, which)
        value = {"\0": "x"} if place.endswith("values") else "a\0b"
        put(place, value)(fields)
        assert kind(refused(desk, body)) == PREPROCESSING


def test_halves_of_surrogate_pairs_become_question_marks(desk: Desk) -> None:
    """As recorded: a participant stores ``?`` for what UTF-8 cannot say."""
    body, fields = sample(desk, CREATE)
    fields["createArguments"]["name"] = "a\ud800b"
    fields["createArguments"]["meta"]["values"] = {"\udc00": "\ud83d"}
    update = desk.submit(body)
    (event,) = desk.ledger.listing(update)["events"]
    assert event["createArguments"]["name"] == "a?b"
    assert event["createArguments"]["meta"]["values"] == {"?": "?"}


def test_a_bad_command_undoes_the_good_ones_before_it(desk: Desk) -> None:
    good, _ = sample(desk, PREAPPROVE)
    bad, fields = sample(desk, MINT)
    fields["choiceArgument"]["amount"] = "0.0000000000"
    both = good | {"commands": [*good["commands"], *bad["commands"]]}
    both["actAs"] = [*good["actAs"], *bad["actAs"]]
    error = refused(desk, both)
    assert kind(error) == ("DAML_FAILURE", 9)
    assert getattr(error, "error_id", "") == "tokens/amount-not-positive"


def test_unknown_keys_of_the_envelope_are_ignored(desk: Desk) -> None:
    body, fields = sample(desk, CREATE)
    fields["unknown"] = 1
    desk.submit(body | {"unknown": {"a": []}})


def test_archive_takes_null(desk: Desk) -> None:
    body, fields = sample(desk, ARCHIVE)
    fields["choiceArgument"] = None
    desk.submit(body)


def test_ids_of_both_forms_mean_the_same(desk: Desk) -> None:
    body, fields = sample(desk, CREATE)
    by_id = desk.reader.read(body["commands"])
    _, module, entity = fields["templateId"].split(":")
    fields["templateId"] = f"#cantata-tokens:{module}:{entity}"
    assert desk.reader.read(body["commands"]) == by_id


def test_a_preference_must_be_known(desk: Desk) -> None:
    body, _ = sample(desk, CREATE)
    unknown = body | {"packageIdSelectionPreference": ["ab" * 32]}
    assert kind(refused(desk, unknown)) == ("JSON_API_PACKAGE_SELECTION_FAILED", 9)

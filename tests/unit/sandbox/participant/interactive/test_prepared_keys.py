"""Prepared transactions with contract keys: scheme V3 only, and keys mean what they meant."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from cantata.lf.interactive import model
from cantata.lf.interactive.hashing import HashingScheme, prepared_hash
from cantata.lf.interactive.intent import Aspect, Intent, differences
from cantata.lf.interactive.prepared_wire import decode_prepared, encode_prepared
from cantata.lf.stable import stable_packages
from tests.ledger.keys.bank import NAME, bank
from tests.unit.sandbox.participant.interactive.desk import Desk, Json

V3 = HashingScheme.HASHING_SCHEME_VERSION_V3
ACC, DESK = f"#{NAME}:M:Acc", f"#{NAME}:M:Desk"


@pytest.fixture
def desk() -> Desk:
    """A participant with the package of accounts; the external party is the bank."""
    desk = Desk()
    desk.node.packages.add(each.package for each in (*stable_packages().values(), bank()))
    return desk


def account(desk: Desk, number: int, balance: int) -> Json:
    """Give the command that opens an account."""
    return {
        "CreateCommand": {
            "templateId": ACC,
            "createArguments": {
                "bank": desk.party,
                "owner": desk.party,
                "number": str(number),
                "balance": str(balance),
            },
        }
    }


def by_key(desk: Desk, number: int, choice: str, argument: Any) -> Json:
    """Give a command by key."""
    return {
        "ExerciseByKeyCommand": {
            "templateId": ACC,
            "contractKey": {"bank": desk.party, "number": str(number)},
            "choice": choice,
            "choiceArgument": argument,
        }
    }


def ask(desk: Desk, contract_id: str, choice: str, **argument: Any) -> Json:
    """Give the command that asks a desk something."""
    return {
        "ExerciseCommand": {
            "templateId": DESK,
            "contractId": contract_id,
            "choice": choice,
            "choiceArgument": {"who": desk.party, **argument},
        }
    }


def prepare(desk: Desk, command: Json, scheme: HashingScheme = V3) -> Json:
    """Prepare a command."""
    prepared: Json = desk.post("prepare", desk.request(command, hashingSchemeVersion=scheme.name))
    return prepared


def execute(desk: Desk, prepared: Json) -> list[Any]:
    """Execute what was prepared; give the nodes of the update."""
    desk.post("executeAndWait", desk.signed(prepared))
    update = desk.node.store.by_offset(desk.node.store.end())
    assert update is not None
    return list(update.tree.nodes)


def transaction_of(prepared: Json) -> model.PreparedTransaction:
    """Decode what was prepared; it encodes to the same bytes and hashes to its hash."""
    content = base64.b64decode(prepared["preparedTransaction"])
    decoded = decode_prepared(content)
    assert encode_prepared(decoded) == content
    digest = prepared_hash(decoded, V3)
    assert base64.b64encode(digest).decode() == prepared["preparedTransactionHash"]
    return decoded


def test_a_contract_with_a_key_needs_scheme_v3(desk: Desk) -> None:
    refusal = desk.refused("prepare", desk.request(account(desk, 1, 10)))
    assert refusal.error_code == "FAILED_TO_PREPARE_TRANSACTION"
    prepared = prepare(desk, account(desk, 1, 10))
    decoded = transaction_of(prepared)
    assert decoded.transaction.version == "2"
    (node,) = decoded.transaction.nodes
    assert isinstance(node.action, model.Create)
    assert node.action.lf_version == "2"
    key = node.action.key
    assert key is not None
    assert key.maintainers == (desk.party,)
    (created,) = execute(desk, prepared)
    assert key.key is not None
    assert created.contract.key.hash == key.key.hash


def test_an_exercise_by_key_is_signed_as_what_it_found(desk: Desk) -> None:
    execute(desk, prepare(desk, account(desk, 1, 10)))
    prepared = prepare(desk, by_key(desk, 1, "SetBal", {"balance": "11"}))
    decoded = transaction_of(prepared)
    root = decoded.transaction.nodes[0].action
    assert isinstance(root, model.Exercise)
    assert root.by_key
    (given,) = decoded.metadata.input_contracts
    assert given.create.contract_id == root.contract_id
    assert given.create.key == root.key
    execute(desk, prepare(desk, account(desk, 1, 99)))
    exercised, created = execute(desk, prepared)
    assert exercised.contract_id == root.contract_id
    assert exercised.by_key
    assert created.contract.payload[3] == 11


def test_what_a_key_meant_may_be_gone(desk: Desk) -> None:
    execute(desk, prepare(desk, account(desk, 1, 10)))
    prepared = prepare(desk, by_key(desk, 1, "Get", {}))
    execute(desk, prepare(desk, by_key(desk, 1, "Close", {})))
    execute(desk, prepare(desk, account(desk, 1, 20)))
    refusal = desk.refused("executeAndWait", desk.signed(prepared))
    assert refusal.error_code == "LOCAL_VERDICT_INACTIVE_CONTRACTS"


def look_up(desk: Desk) -> Json:
    """Prepare a look-up of four contracts, of which the first is created in the transaction."""
    arguments = {"operator": desk.party, "client": desk.party}
    create = {"CreateCommand": {"templateId": DESK, "createArguments": arguments}}
    (node,) = execute(desk, prepare(desk, create))
    desk_id = node.contract.contract_id
    key = {"bank": desk.party, "number": "1"}
    return prepare(desk, ask(desk, desk_id, "SetQuery", key=key, balance="9", limit="4"))


def test_what_a_look_up_found_stays_in_its_order(desk: Desk) -> None:
    opened = [execute(desk, prepare(desk, account(desk, 1, each)))[0] for each in range(5)]
    newest_first = [node.contract.contract_id for node in reversed(opened)]
    prepared = look_up(desk)
    query = transaction_of(prepared).transaction.nodes[3].action
    assert isinstance(query, model.QueryByKey)
    assert query.result[1:] == tuple(newest_first[1:4])
    assert not query.exhaustive
    execute(desk, prepare(desk, account(desk, 1, 6)))
    *_, looked_up = execute(desk, prepared)
    assert looked_up.found[1:] == query.result[1:]


def test_a_look_up_that_gives_less_than_it_may_is_refused(desk: Desk) -> None:
    for balance in range(5):
        execute(desk, prepare(desk, account(desk, 1, balance)))
    prepared = look_up(desk)
    decoded = transaction_of(prepared)
    *nodes, node = decoded.transaction.nodes
    assert isinstance(node.action, model.QueryByKey)
    for action in (
        replace(node.action, result=node.action.result[:-1]),
        replace(node.action, exhaustive=True),
        replace(node.action, result=tuple(reversed(node.action.result))),
    ):
        transaction = replace(decoded.transaction, nodes=(*nodes, replace(node, action=action)))
        changed = replace(decoded, transaction=transaction)
        lie = {
            **prepared,
            "preparedTransaction": base64.b64encode(encode_prepared(changed)).decode(),
            "preparedTransactionHash": base64.b64encode(prepared_hash(changed, V3)).decode(),
        }
        refusal = desk.refused("executeAndWait", desk.signed(lie))
        assert refusal.error_code == "FAILED_TO_EXECUTE_TRANSACTION"


def test_a_look_up_agrees_with_what_is_wanted(desk: Desk) -> None:
    """Its maintainers must have the authority, and what it found are inputs like any other."""
    for balance in range(5):
        execute(desk, prepare(desk, account(desk, 1, balance)))
    decoded = transaction_of(look_up(desk))
    intent = Intent(
        act_as=frozenset({desk.party}),
        commands=(),
        packages={NAME: frozenset({bank().id})},
    )
    wrong = {Aspect.INPUT, Aspect.AUTHORITY, Aspect.BLOB}
    found = [each for each in differences(intent, decoded) if each.aspect in wrong]
    assert found == []
    without = replace(decoded.metadata, input_contracts=decoded.metadata.input_contracts[:1])
    lost = differences(intent, replace(decoded, metadata=without))
    assert Aspect.INPUT in {each.aspect for each in lost}

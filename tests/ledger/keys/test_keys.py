"""Contract keys on the engine: what a key stands for, who may use it, and what is refused."""

from __future__ import annotations

import pytest

from cantata.lf.runtime.errors import (
    ContractIdInContractKey,
    ContractKeyNotFound,
    CreateEmptyContractKeyMaintainers,
    FailedAuthorization,
    FetchEmptyContractKeyMaintainers,
    InternalError,
    InterpretationError,
    UpgradeValidationFailed,
)
from cantata.lf.runtime.values import from_cons, to_cons
from cantata.sandbox.engine import (
    CreateCommand,
    ExerciseByKeyCommand,
    QueryByKey,
)
from cantata.sandbox.engine.errors import UnknownDefinitionName
from cantata.sandbox.engine.transaction import Exercise, Fetch
from cantata.sandbox.engine.transaction.informees import informees
from tests.ledger.keys.bank import Branch, bank, engine

ONE = ("bank", 1)


@pytest.fixture
def branch() -> Branch:
    """A fresh ledger."""
    return Branch()


def ids(found: object) -> list[str]:
    """Give the contract ids that a look-up found."""
    assert isinstance(found, tuple)
    return [contract_id for contract_id, _ in from_cons(found[0])]


def test_a_key_stands_for_the_youngest_contract_that_has_it(branch: Branch) -> None:
    branch.opened(1, 10)
    branch.opened(2, 77)
    second = branch.opened(1, 20)
    transaction = branch.by_key("ann", 1, "Get", ())
    (node,) = transaction.tree.nodes
    assert isinstance(node, Exercise)
    assert (node.contract_id, node.result, node.by_key) == (second.contract_id, 20, True)
    assert node.key == second.key
    assert transaction.inputs == (second,)


def test_an_archived_contract_gives_its_key_back_to_the_next(branch: Branch) -> None:
    first, second = branch.opened(1, 10), branch.opened(1, 20)
    (exercised, *_) = branch.by_key("bank", 1, "Close", ()).tree.nodes
    assert isinstance(exercised, Exercise)
    assert exercised.contract_id == second.contract_id
    (exercised, *_) = branch.by_key("bank", 1, "Close", ()).tree.nodes
    assert isinstance(exercised, Exercise)
    assert exercised.contract_id == first.contract_id
    with pytest.raises(ContractKeyNotFound):
        branch.by_key("bank", 1, "Close", ())


def test_what_the_transaction_creates_is_found_first_and_the_youngest_before(
    branch: Branch,
) -> None:
    old = branch.opened(1, 10)
    desk = branch.desk()
    found = branch.ask(desk, "bank", "OpenQuery", ("bank", "ann", 1, 5), 9, ONE)
    first, second, third = ids(found)
    assert third == old.contract_id
    created = [active.contract_id for active in branch.ledger.store.with_key(old.key.hash)]  # type: ignore[union-attr]
    assert created == [first, second, third]


def test_a_look_up_of_so_many_says_whether_there_are_more(branch: Branch) -> None:
    accounts = [branch.opened(1, balance) for balance in range(3)]
    newest_first = [account.contract_id for account in reversed(accounts)]
    desk = branch.desk()
    for limit in range(1, 5):
        found = branch.ask(desk, "bank", "Query", "bank", limit, ONE)
        assert ids(found) == newest_first[:limit]
        update = branch.ledger.store.by_offset(branch.ledger.end())
        assert update is not None
        node = update.tree.nodes[1]
        assert isinstance(node, QueryByKey)
        assert node.found == tuple(newest_first[:limit])
        assert node.exhaustive == (limit > 3)
        assert informees(node) == {"bank"}


def test_what_the_transaction_archived_is_not_found(branch: Branch) -> None:
    first, second = branch.opened(1, 10), branch.opened(1, 20)
    found = branch.ask(branch.desk(), "bank", "SetQuery", "bank", ONE, 25, 9)
    new, other = ids(found)
    assert other == first.contract_id
    assert new not in {first.contract_id, second.contract_id}


def test_disclosed_contracts_are_found_before_those_of_the_ledger(branch: Branch) -> None:
    first, second = branch.opened(1, 10), branch.opened(1, 20)
    desk = branch.desk()
    found = branch.ask(desk, "bank", "Query", "bank", 9, ONE, disclosed=(first,))
    assert ids(found) == [first.contract_id, second.contract_id]


def test_a_key_means_nothing_to_those_who_see_none_of_its_contracts(branch: Branch) -> None:
    account = branch.opened(1, 10)
    with pytest.raises(ContractKeyNotFound) as caught:
        branch.by_key("eve", 1, "Get", ())
    assert caught.value.full_message == (
        "Interpretation error: Error: Update failed due to fetch-by-key or exercise-by-key which "
        "did not find a contract with key { <no-label> = 'bank', <no-label> = 1 } "
        f"(M:Acc@{account.template.package[:8]})"
    )
    kinds = [kind for kind, _ in caught.value.written_resources]
    assert kinds == ["TEMPLATE_ID", "CONTRACT_KEY", "PACKAGE_NAME"]
    assert (caught.value.code, caught.value.category) == ("CONTRACT_KEY_NOT_FOUND", 11)


def test_a_fetch_needs_a_stakeholder_and_no_maintainer(branch: Branch) -> None:
    account = branch.opened(1, 10)
    desk = branch.desk(client="ann")
    contract_id, payload = branch.ask(desk, "ann", "FetchAcc", "ann", ONE)
    assert (contract_id, payload) == (account.contract_id, account.payload)
    update = branch.ledger.store.by_offset(branch.ledger.end())
    assert update is not None
    node = update.tree.nodes[1]
    assert isinstance(node, Fetch)
    assert (node.by_key, node.key, set(node.actors)) == (True, account.key, {"ann"})
    with pytest.raises(FailedAuthorization, match="one of the stakeholders"):
        branch.ask(branch.desk(client="eve"), "eve", "FetchAcc", "eve", ONE)


def test_a_look_up_needs_all_maintainers(branch: Branch) -> None:
    branch.opened(1, 10)
    desk = branch.desk(client="ann")
    with pytest.raises(FailedAuthorization) as caught:
        branch.ask(desk, "ann", "Query", "ann", 1, ONE)
    assert caught.value.message.endswith(
        "requires authorizers bank for lookup by key, but it only has ann,desk"
    )
    assert caught.value.code == "DAML_AUTHORIZATION_ERROR"


def test_a_look_up_that_finds_nothing_is_recorded(branch: Branch) -> None:
    found = branch.ask(branch.desk(), "bank", "Query", "bank", 3, ("bank", 404))
    assert ids(found) == []
    update = branch.ledger.store.by_offset(branch.ledger.end())
    assert update is not None
    node = update.tree.nodes[1]
    assert isinstance(node, QueryByKey)
    assert (node.found, node.exhaustive) == ((), True)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_look_up_of_none_crashes(branch: Branch, limit: int) -> None:
    with pytest.raises(InternalError, match="Expected a positive integer"):
        branch.ask(branch.desk(), "bank", "Query", "bank", limit, ONE)


def test_maintainers_must_sign(branch: Branch) -> None:
    command = CreateCommand(branch.ref("Odd"), ("bank", to_cons(["bank", "ann"])))
    with pytest.raises(FailedAuthorization) as caught:
        branch.submit("bank ann", command)
    assert caught.value.message.endswith(
        "has maintainers ann,bank which are not a subset of the signatories TreeSet(bank)"
    )


def test_there_must_be_maintainers(branch: Branch) -> None:
    with pytest.raises(CreateEmptyContractKeyMaintainers) as created:
        branch.submit("bank", CreateCommand(branch.ref("Odd"), ("bank", ())))
    assert [kind for kind, _ in created.value.written_resources] == ["TEMPLATE_ID", "CONTRACT_ARG"]
    with pytest.raises(FetchEmptyContractKeyMaintainers) as fetched:
        branch.ask(branch.desk(), "bank", "FetchOdd", "bank", ())
    assert "The provided shared key is []" in fetched.value.message


def test_a_key_holds_no_contract_id(branch: Branch) -> None:
    account = branch.opened(1, 10)
    command = CreateCommand(branch.ref("Held"), ("bank", account.contract_id))
    with pytest.raises(ContractIdInContractKey) as caught:
        branch.submit("bank", command)
    assert caught.value.code == "CONTRACT_ID_IN_CONTRACT_KEY"


def test_a_template_without_key_is_not_exercised_by_key(branch: Branch) -> None:
    command = ExerciseByKeyCommand(branch.ref("Desk"), (), "Query", ("bank", 1, ONE))
    with pytest.raises(UnknownDefinitionName):
        branch.submit("bank", command)


def test_a_version_that_computes_the_same_key_reads_the_contract() -> None:
    branch = Branch(engine(("1.0.0", 0), ("2.0.0", 0)))
    account = branch.opened(1, 10)
    command = ExerciseByKeyCommand(branch.ref("Acc", "2.0.0"), ONE, "Get", ())
    (node,) = branch.submit("ann", command).tree.nodes
    assert isinstance(node, Exercise)
    assert node.template.package == bank("2.0.0").id
    assert node.contract_id == account.contract_id
    assert node.key == account.key


def test_a_version_that_computes_another_key_is_refused() -> None:
    branch = Branch(engine(("1.0.0", 0), ("3.0.0", 5)))
    branch.opened(1, 10)
    command = ExerciseByKeyCommand(branch.ref("Acc", "3.0.0", 5), ONE, "Get", ())
    with pytest.raises(UpgradeValidationFailed) as caught:
        branch.submit("ann", command)
    assert "original key is { <no-label> = 'bank', <no-label> = 1 }" in caught.value.message
    assert "recomputed key is { <no-label> = 'bank', <no-label> = 6 }" in caught.value.message
    kinds = [kind for kind, _ in caught.value.written_resources]
    assert kinds.count("NULLABLE_CONTRACT_KEY") == 2


def test_a_disclosed_contract_cannot_claim_a_key(branch: Branch) -> None:
    account = branch.opened(1, 10)
    stranger = Branch()
    other = stranger.opened(2, 10)
    assert account.key is not None
    liar = other._replace(key=account.key)
    with pytest.raises(InterpretationError) as caught:
        branch.by_key("ann", 1, "Get", (), disclosed=(liar,))
    assert isinstance(caught.value, UpgradeValidationFailed)

"""Acceptance statements R16 to R24: what a transaction may and may not do."""

from __future__ import annotations

import pytest

from cantata.lf.runtime.errors import (
    ContractNotActive,
    ContractNotFound,
    EffectfulRollback,
    FailedAuthorization,
    FailureStatus,
    InterpretationError,
    InterpretationTimeExceeded,
    MalformedText,
    TemplatePreconditionViolated,
    UpgradeTranslationFailed,
    UpgradeValidationFailed,
    UserError,
    ValueNesting,
)
from cantata.sandbox.engine import (
    Create,
    CreateCommand,
    Exercise,
    ExerciseCommand,
    Fetch,
    NamedRef,
    Rollback,
)
from tests.ledger.engine.stage import NOW, Stage, numeric


def test_false_precondition_of_a_native_template(stage: Stage) -> None:
    with pytest.raises(TemplatePreconditionViolated) as refused:
        stage.asset(amount="0")
    assert refused.value.code == "TEMPLATE_PRECONDITION_VIOLATED"
    assert refused.value.category == 8
    assert "amount = 0.0000000000, memo = None" in refused.value.message


@pytest.mark.parametrize("choice", ["ConsumeFetchSelf", "ConsumeArchiveSelf", "ConsumePing"])
def test_consuming_body_cannot_use_its_contract(stage: Stage, choice: str) -> None:
    runner = stage.runner()
    with pytest.raises(ContractNotActive) as refused:
        stage.exercise("alice", runner, choice)
    assert refused.value.code == "CONTRACT_NOT_ACTIVE"
    assert stage.ledger.contract(runner.contract_id, ["alice"]) == runner


def test_controllers_come_before_authorization(stage: Stage) -> None:
    runner = stage.runner()
    with pytest.raises(UserError, match="ctl"):
        stage.exercise("bob", runner, "CtlThrow")


def test_missing_authority_leaves_no_trace(stage: Stage) -> None:
    runner = stage.runner()
    end = stage.ledger.end()
    with pytest.raises(FailedAuthorization, match="requires authorizers alice, but only bob"):
        stage.exercise("bob", runner, "Consume")
    assert stage.ledger.end() == end
    assert stage.ledger.contract(runner.contract_id, ["bob"]) == runner


def test_caught_throw_rolls_back_and_the_contract_is_active_again(stage34: Stage) -> None:
    runner, asset = stage34.runner(), stage34.asset()
    tree = stage34.exercise("alice", runner, "TryArchive", asset.contract_id).tree
    kinds = [type(node) for node in tree.nodes]
    assert kinds == [Exercise, Rollback, Exercise, Fetch]
    assert stage34.ledger.contract(asset.contract_id, ["alice"]) == asset


def test_protocol_35_refuses_to_roll_back_effects(stage: Stage) -> None:
    runner, asset = stage.runner(), stage.asset()
    with pytest.raises(EffectfulRollback) as refused:
        stage.exercise("alice", runner, "TryArchive", asset.contract_id)
    assert refused.value.code == "DAML_EFFECTFUL_ROLLBACK_ERROR"
    assert refused.value.message == (
        "Tried to rollback side-effectful node(s): Consuming exercise of Archive on "
        f"M:Asset@{asset.template.package[:8]} ( {asset.contract_id} )"
    )


def test_protocol_35_rolls_back_what_has_no_effect(stage: Stage) -> None:
    runner, asset = stage.runner(), stage.asset()
    fetched = stage.exercise("alice", runner, "TryFetch", asset.contract_id).tree
    assert [type(node) for node in fetched.nodes] == [Exercise, Rollback, Fetch]
    pinged = stage.exercise("alice", runner, "TryNonCons", runner.contract_id).tree
    assert [type(node) for node in pinged.nodes] == [Exercise, Rollback, Exercise]


@pytest.mark.parametrize("choice", ["TryErr", "TryFail", "TryPre", "TryAuth"])
def test_failures_are_never_caught(stage34: Stage, choice: str) -> None:
    runner = stage34.runner()
    with pytest.raises(
        (UserError, FailureStatus, TemplatePreconditionViolated, FailedAuthorization)
    ):
        stage34.exercise("alice", runner, choice)


def test_throw_in_controllers_is_fatal_inside_try(stage34: Stage) -> None:
    runner = stage34.runner()
    ctl = stage34.create("alice", "CtlErr", "alice")
    with pytest.raises(FailureStatus, match="boom: ctl"):
        stage34.exercise("alice", runner, "TryCtlThrow", ctl.contract_id)


def test_fetch_actors_are_context_and_stake(stage: Stage) -> None:
    runner, asset = stage.runner(), stage.asset()
    tree = stage.exercise("alice", runner, "FetchA", asset.contract_id).tree
    fetch = tree.nodes[1]
    assert isinstance(fetch, Fetch)
    assert fetch.actors == {"alice"}
    assert fetch.stakeholders == {"alice", "bob"}


def test_fetch_without_a_stake_is_refused(stage: Stage) -> None:
    runner = stage.runner()
    asset = stage.asset("xavier", "yan")
    with pytest.raises(FailedAuthorization, match="one of the stakeholders"):
        stage.exercise("alice", runner, "FetchA", asset.contract_id, disclosed=(asset,))


def test_upgrade_reads_missing_fields_as_none(stage: Stage) -> None:
    v1, v2 = stage.version("1.0.0"), stage.version("2.0.0")
    old = stage.create("alice", v1, *OLD)
    get = ExerciseCommand(v2, old.contract_id, "Get", ())
    (node,) = stage.submit("alice", get).tree.nodes
    assert isinstance(node, Exercise)
    assert node.template == v2
    assert node.result[-1] is None
    assert node.result[:3] == ("alice", "bob", 5)


def test_downgrade_refuses_what_would_be_lost(stage: Stage) -> None:
    v1, v2 = stage.version("1.0.0"), stage.version("2.0.0")
    full = stage.create("alice", v2, *NEW, (1,))
    with pytest.raises(UpgradeTranslationFailed) as refused:
        stage.submit("alice", ExerciseCommand(v1, full.contract_id, "Get", ()))
    assert refused.value.code == "INTERPRETATION_UPGRADE_ERROR_TRANSLATION_FAILED"
    empty = stage.create("alice", v2, *NEW, None)
    (node,) = stage.submit("alice", ExerciseCommand(v1, empty.contract_id, "Get", ())).tree.nodes
    assert isinstance(node, Exercise)
    assert len(node.result) == 6


def test_upgrade_must_not_change_signatories(stage: Stage) -> None:
    old = stage.create("alice", stage.version("1.0.0"), *OLD)
    v3 = stage.version("3.0.0")
    with pytest.raises(UpgradeValidationFailed, match=r"signatories are \{ 'alice','bob' \}"):
        stage.submit("alice", ExerciseCommand(v3, old.contract_id, "Which", ()))


def test_upgrade_must_not_change_observers(stage: Stage) -> None:
    old = stage.create("alice", stage.version("1.0.0"), *OLD)
    v5 = stage.version("5.0.0")
    with pytest.raises(UpgradeValidationFailed, match=r"recomputed observers are \{ 'bob' \}"):
        stage.submit("alice", ExerciseCommand(v5, old.contract_id, "Which", ()))


@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
def test_interface_exercise_takes_the_preferred_version(stage: Stage, version: str) -> None:
    preferred = stage.version(version)
    contract = stage.create("alice", stage.version("1.0.0"), *OLD)
    hold = stage.ref("Hold", "vec-iface")
    command = ExerciseCommand(hold, contract.contract_id, "GetView", ())
    preference = (preferred.package,)
    (node,) = stage.submit("alice", command, package_preference=preference).tree.nodes
    assert isinstance(node, Exercise)
    assert node.template == preferred
    assert node.interface == hold
    assert node.result == ("alice", 5, (f"v{version[0]}",))


def test_name_takes_the_highest_vetted_version_or_the_preferred(stage: Stage) -> None:
    named = NamedRef("vec-up", "U", "Rd")
    highest = stage.create("alice", named, "alice").template.package
    assert highest == stage.version("6.0.0").package
    preference = (stage.version("2.0.0").package,)
    preferred = stage.create("alice", named, "alice", package_preference=preference)
    assert preferred.template.package == preference[0]


@pytest.mark.parametrize(
    "choice, argument, refusal",
    [
        ("Deep", 51, ValueNesting),
        ("DeepCreate", 50, ValueNesting),
        ("NulText", 0, MalformedText),
        ("NulCreate", 0, MalformedText),
    ],
)
def test_values_that_cannot_be_stored(
    stage: Stage, choice: str, argument: int, refusal: type[InterpretationError]
) -> None:
    runner = stage.runner()
    with pytest.raises(refusal):
        stage.exercise("alice", runner, choice, argument)


def test_body_has_the_authority_of_signatories_and_controllers(stage: Stage) -> None:
    runner = stage.runner()
    tree = stage.exercise("bob", runner, "AsBoth").tree
    created = tree.nodes[1]
    assert isinstance(created, Create)
    assert created.contract.signatories == {"alice", "bob"}


def test_body_has_no_other_authority(stage: Stage) -> None:
    runner = stage.runner("alice", "bob")
    with pytest.raises(FailedAuthorization):
        stage.exercise("alice", runner, "AsQ")


def test_commands_run_in_order_in_one_transaction(stage: Stage) -> None:
    end = stage.ledger.end()
    asset = stage.ref("Asset")
    transaction = stage.submit(
        "alice",
        CreateCommand(asset, ("alice", "bob", numeric("1"), None)),
        CreateCommand(asset, ("alice", "bob", numeric("2"), None)),
    )
    amounts = [node.contract.payload[2] for node in transaction.created]
    assert amounts == [numeric("1"), numeric("2")]
    assert stage.ledger.end() == end + 1


def test_one_failing_command_undoes_all(stage: Stage) -> None:
    asset = stage.ref("Asset")
    with pytest.raises(TemplatePreconditionViolated):
        stage.submit(
            "alice",
            CreateCommand(asset, ("alice", "bob", numeric("1"), None)),
            CreateCommand(asset, ("alice", "bob", numeric("0"), None)),
        )
    assert stage.ledger.end() == 0


def test_create_and_exercise_gives_two_roots(stage: Stage) -> None:
    transaction = stage.create_and_exercise("alice", "Runner", ("alice", "bob"), "Consume", ())
    assert transaction.tree.roots == (0, 1)
    assert transaction.created == ()
    assert transaction.archived == ()


def test_reading_the_time_pins_it(stage: Stage) -> None:
    runner = stage.runner()
    assert stage.exercise("alice", runner, "Now").bounds == (NOW, NOW)
    assert stage.exercise("alice", runner, "Lt", NOW + 10).bounds == (None, NOW + 9)
    assert stage.exercise("alice", runner, "Lt", NOW).bounds == (NOW, None)


def test_invisible_contract_is_not_found(stage: Stage) -> None:
    asset = stage.asset("alice", "bob")
    peek = ExerciseCommand(asset.template, asset.contract_id, "Peek", ("carol",))
    with pytest.raises(ContractNotFound):
        stage.submit("carol", peek)
    assert stage.submit("carol", peek, read_as=frozenset({"bob"})).inputs == (asset,)
    assert stage.submit("carol", peek, disclosed=(asset,)).inputs == (asset,)


def test_failure_says_where_it_happened(stage: Stage) -> None:
    runner = stage.runner()
    with pytest.raises(FailureStatus) as refused:
        stage.exercise("alice", runner, "Throw", "hello")
    package, cid = runner.template.package[:8], runner.contract_id[:10]
    assert refused.value.context["exercise_trace"] == (
        f"    in choice {package}:M:Runner:Throw on contract {cid} (#0)\n"
        f"    in exercise command {package}:M:Runner:Throw on contract {cid}.\n"
    )


OLD = ("alice", "bob", 5, (1,), (0, 1), 0)
NEW = ("alice", "bob", 5, (1, None), (0, 1), 0)


def test_deep_nesting_of_exercises_is_no_matter(stage: Stage) -> None:
    runner = stage.runner()
    tree = stage.exercise("alice", runner, "Chain", 20_000).tree
    assert len(tree.nodes) == 20_001
    assert tree.nodes[0].last_descendant == 20_000


def test_endless_nesting_ends_in_a_refusal(stage: Stage) -> None:
    runner = stage.runner()
    with pytest.raises(InterpretationTimeExceeded):
        stage.exercise("alice", runner, "Chain", 2_000_000)
    assert stage.exercise("alice", runner, "Chain", 3).tree.nodes[-1].node_id == 3

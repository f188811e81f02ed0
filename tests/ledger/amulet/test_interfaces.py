"""The token standard's interfaces on real Amulet: every choice runs, views are those recorded."""

from __future__ import annotations

import pytest

from cantata.lf.codec import JsonCodec
from cantata.lf.model import Ref, TCon
from cantata.sandbox.engine import Contract, Exercise, ExerciseCommand, Submission, Transaction
from tests.ledger.amulet.formats import type_ref
from tests.ledger.amulet.recording import Json
from tests.ledger.amulet.run import Run

STANDARD = "splice-api-token-"
IMPLEMENTERS = ("AmuletTransferInstruction", "AmuletAllocation", "ExternalPartyAmuletRules")
HOLDINGS = ("Splice.Amulet:Amulet", "Splice.Amulet:LockedAmulet")

ChoiceOf = tuple[str, str, str]
"""Template, interface, choice."""


@pytest.fixture(scope="module")
def recorded_creates(run: Run) -> list[Json]:
    """Every created event that was recorded with a view."""
    return [
        node
        for views in run.state.views.values()
        for view in views
        for event in view.transaction["events"]
        for node in event.values()
        if node.get("interfaceViews")
    ]


@pytest.mark.parametrize("holding", HOLDINGS)
def test_views_of_recorded_payloads_are_those_recorded(
    run: Run, recorded_creates: list[Json], holding: str
) -> None:
    engine, codec = run.replay.engine, JsonCodec(run.replay.engine.packages.packages)
    compared = 0
    for node in recorded_creates:
        template = type_ref(node["templateId"])
        if not node["templateId"].endswith(f":{holding}"):
            continue
        assert isinstance(template, Ref)
        payload = codec.decode(node["createArgument"], TCon(template))
        for view in node["interfaceViews"]:
            interface = type_ref(view["interfaceId"])
            assert isinstance(interface, Ref)
            value = engine.view(template, payload, interface)
            view_type = engine.runtime.interface(interface).view_type
            assert codec.encode(value, view_type) == view["viewValue"]
            compared += 1
    assert compared > 0


def test_every_choice_of_the_standard_is_run(run: Run) -> None:
    left = standard_choices(run) - exercised(run)
    for template, interface, choice in sorted(left):
        transaction = FINISHERS[choice](run, template, interface)
        root = transaction.tree.nodes[0]
        assert isinstance(root, Exercise)
        assert root.choice == choice
        assert root.interface is not None
        assert (root.template.name, root.interface.name) == (template, interface)


def standard_choices(run: Run) -> set[ChoiceOf]:
    """Give the choices of the standard's interfaces that Amulet's implementations have.

    `TransferInstruction_Update` is left out: it always fails, which is among the refusals.
    """
    runtime, packages = run.replay.engine.runtime, run.replay.engine.packages
    found: set[ChoiceOf] = set()
    for package in packages.packages.values():
        for module in package.modules.values():
            for name in module.templates:
                template = runtime.template(Ref(package.id, module.name, name))
                for interface in template.instances:
                    standard = packages.package_name(interface.package).startswith(STANDARD)
                    if name in IMPLEMENTERS and standard:
                        choices = runtime.interface(interface).choices
                        found |= {(name, interface.name, choice) for choice in choices}
    return {choice for choice in found if choice[2] != "TransferInstruction_Update"}


def exercised(run: Run) -> set[ChoiceOf]:
    """Give the choices by interface that the replay has run."""
    store = run.replay.ledger.store
    return {
        (node.template.name, node.interface.name, node.choice)
        for update in store.updates(None, 0, store.end())
        for node in update.tree.effective()
        if isinstance(node, Exercise) and node.interface is not None
    }


def _archive(run: Run, template: str, interface: str) -> Transaction:
    contract = _active(run, template)
    return _prepare(run, contract, interface, "Archive", (), contract.signatories)


def _public_fetch(run: Run, template: str, interface: str) -> Transaction:
    contract = _active(run, template)
    (admin,) = contract.signatories
    actor = "anybody"
    choice = f"{interface}_PublicFetch"
    transaction = _prepare(run, contract, interface, choice, (admin, actor), {actor})
    root = transaction.tree.nodes[0]
    assert isinstance(root, Exercise)
    assert root.result[0] == admin
    return transaction


FINISHERS = {
    "Archive": _archive,
    "TransferFactory_PublicFetch": _public_fetch,
    "AllocationFactory_PublicFetch": _public_fetch,
}
"""How choices are run that the recording has not."""


def _active(run: Run, template: str) -> Contract:
    store = run.replay.ledger.store
    wanted = [ref for ref in store.templates(None) if ref.name == template]
    return next(store.active(None, wanted, store.end())).contract


def _prepare(
    run: Run, contract: Contract, interface: str, choice: str, argument: object, act_as: object
) -> Transaction:
    instances = run.replay.engine.runtime.template(contract.template).instances
    (target,) = [ref for ref in instances if ref.name == interface]
    assert isinstance(act_as, set | frozenset)
    submission = Submission(
        act_as=frozenset(act_as),
        commands=(ExerciseCommand(target, contract.contract_id, choice, argument),),
        ledger_time=contract.created_at,
        seed=bytes(32),
        disclosed=(contract,),
    )
    return run.replay.ledger.prepare(submission)[1]

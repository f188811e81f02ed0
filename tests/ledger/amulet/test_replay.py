"""Real Amulet on our ledger: every recorded command becomes what it became on a participant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from cantata.lf.archive import Dar
from cantata.lf.runtime.linker import Linker
from cantata.lf.runtime.translate.links import Link
from cantata.lf.runtime.translate.units import Unit
from cantata.sandbox.engine import Shape
from tests.ledger.amulet.privacy import our_nodes, our_readers, their_nodes, their_readers
from tests.ledger.amulet.recording import Execute, Prepare, Submit
from tests.ledger.amulet.run import Pair, Run, recorded_contracts
from tests.ledger.amulet.shown import recorded
from tests.ledger.amulet.state import update_of
from tests.ledger.amulet.world import engine_of


def test_commands_are_accepted_and_refused_as_recorded(run: Run) -> None:
    print(f"\n{run.summary()}")
    assert run.surprises == []
    answered = [step for step in run.steps if isinstance(step, Submit | Execute)]
    refused = [step for step in answered if step.status != 200]
    assert len(run.refused) + sum(run.before_ledger.values()) == len(refused)


def test_updates_that_were_not_played_need_what_is_not_here(run: Run) -> None:
    needs_package = {
        step.answer["completionOffset"]
        for step in run.steps
        if isinstance(step, Execute) and step.status == 200
        if step.prepared is not None and not run.replay.is_prepared(step.prepared)
    }
    assert len(needs_package) == sum(run.packages_missing.values())
    asked = {update_of(step) for step in run.steps}
    unrecorded = {
        offset
        for offset, update in run.state.privacy.items()
        if offset not in run.state.views and update["updateId"] not in asked
    }
    assert run.state.privacy.keys() - run.offsets.keys() == needs_package | unrecorded


def test_refusals_are_those_recorded(run: Run) -> None:
    assert_equal(run.refused)


def test_answers_show_the_recorded_trees(run: Run) -> None:
    assert_equal(run.answers)


def test_readings_on_the_way_are_those_recorded(run: Run) -> None:
    assert_equal(run.readings)


def test_prepared_transactions_are_made(run: Run) -> None:
    asked = sum(isinstance(step, Prepare) for step in run.steps)
    assert run.prepared == {True: asked - sum(run.packages_missing.values())}


def test_every_party_sees_the_recorded_updates_in_both_shapes(run: Run) -> None:
    seen = [view for views in run.state.views.values() for view in views]
    assert_equal(
        Pair(
            f"{view.transaction['offset']} {view.party} {view.shape.name}",
            run.update(view.transaction["offset"], view.event_format, view.shape),
            recorded(view.transaction),
        )
        for view in seen
    )
    assert {view.shape for view in seen} == set(Shape)


def test_nothing_else_is_seen(run: Run) -> None:
    parties = {view.party for views in run.state.views.values() for view in views}
    assert_equal(
        Pair(
            f"{party} {shape.name}",
            run.offsets_seen(party, shape),
            sorted(
                offset
                for offset, views in run.state.views.items()
                if any(view.party == party and view.shape is shape for view in views)
            ),
        )
        for party in parties
        for shape in Shape
    )


def test_active_contracts_and_views_are_those_recorded(run: Run) -> None:
    assert_equal(
        Pair(
            party,
            run.contracts(request["eventFormat"], request["activeAtOffset"]),
            recorded_contracts(listed),
        )
        for party, request, listed in run.state.contracts()
    )


def test_nodes_are_seen_by_whom_they_were_seen(run: Run) -> None:
    assert_equal(
        Pair(str(offset), our_nodes(run, offset), their_nodes(run, offset))
        for offset in run.offsets
    )


def test_each_shape_shows_each_party_the_recorded_nodes(run: Run) -> None:
    assert_equal(
        Pair(str(offset), our_readers(run, offset), their_readers(run, offset))
        for offset in run.offsets
    )


def test_code_is_translated_once(
    recording: Path, dars: dict[str, Dar], monkeypatch: pytest.MonkeyPatch
) -> None:
    translated: Counter[Link] = Counter()
    translate = Linker._translate

    def counted(linker: Linker, link: Link) -> Unit:
        translated[link] += 1
        return translate(linker, link)

    monkeypatch.setattr(Linker, "_translate", counted)
    engine = engine_of(dars)
    for _ in range(2):
        assert Run.of(recording, engine).play().surprises == []
    assert set(translated.values()) == {1}


def assert_equal(pairs: Iterable[Pair]) -> None:
    """Compare all pairs and show the first that differs."""
    listed = list(pairs)
    assert listed
    for pair in listed:
        assert pair.ours == pair.theirs, pair.what

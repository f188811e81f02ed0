"""What the ledger under test promises: anchors, refusals, disclosure, views, pictures, packages."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Decimal, Party
from cantata.lang.build import build_dar, compile_package
from cantata.lf.runtime.errors import ContractNotFound, FailedAuthorization
from cantata.sandbox.engine import Shape
from cantata.testing import START, Ledger, archive, create, create_and_exercise, exercise
from cantata.testing.catalog import NoSource, NotLoaded
from cantata.tokens.contract.token import Token
from tests.unit.testing import counter
from tests.unit.testing.counter import Counter


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(counter)


@pytest.fixture
def ann(ledger: Ledger) -> Party:
    return ledger.party("Ann")


def counting(owner: Party, count: int) -> Counter:
    return Counter(owner=owner, count=count)


def test_the_same_calls_give_the_same_ids() -> None:
    def run(seed: bytes) -> list[str]:
        ledger = Ledger(counter, seed=seed)
        ann = ledger.party("Ann")
        ledger.acting(ann).create(counting(ann, 1))
        return [update.update_id for update in ledger.updates]

    assert run(b"") == run(b"")
    assert run(b"") != run(b"other")


def test_a_refusal_leaves_nothing_behind(ledger: Ledger, ann: Party) -> None:
    act = ledger.acting(ann)
    with ledger.anchor():
        expected = act.create(counting(ann, 1))
    act.submit_must_fail("TemplatePreconditionViolated", create(counting(ann, -1)))
    act.submit_must_fail(
        "TemplatePreconditionViolated", create(counting(ann, 5)), create(counting(ann, -1))
    )
    assert ledger.updates == []
    assert act.create(counting(ann, 1)) == expected


def test_an_anchor_undoes_contracts_time_and_ids(ledger: Ledger, ann: Party) -> None:
    act = ledger.acting(ann)
    kept = act.create(counting(ann, 1))
    with ledger.anchor():
        inside = act.create(counting(ann, 2))
        ledger.advance(RelTime.of(hours=1))
        act.archive(kept, Counter)
        with ledger.anchor():
            act.archive(inside, Counter)
        assert [found.contract_id for found in ledger.contracts(Counter, ann)] == [inside]
    assert ledger.now == START
    assert [found.contract_id for found in ledger.contracts(Counter, ann)] == [kept]
    assert len(ledger.updates) == 1
    assert act.create(counting(ann, 2)) == inside


def test_an_anchor_holds_after_a_failing_test(ledger: Ledger, ann: Party) -> None:
    with suppress(ZeroDivisionError), ledger.anchor():
        ledger.acting(ann).create(counting(ann, 1))
        raise ZeroDivisionError
    assert ledger.updates == []


def test_must_fail_takes_id_code_kind_and_class(ledger: Ledger, ann: Party) -> None:
    act = ledger.acting(ann)
    cid = act.create(counting(ann, 1))
    unlucky = exercise(cid, Counter.add_all, numbers=[13])
    for expected in ("counter/unlucky", "DAML_FAILURE", "FailureStatus"):
        act.submit_must_fail(expected, unlucky)
    stranger = ledger.acting(ledger.party("Bob"))
    stranger.submit_must_fail(FailedAuthorization, create(counting(ann, 1)))
    stranger.submit_must_fail(ContractNotFound, unlucky)


def test_must_fail_fails_on_success_and_on_other_errors(ledger: Ledger, ann: Party) -> None:
    act = ledger.acting(ann)
    with pytest.raises(AssertionError, match="but update 1220"):
        act.submit_must_fail("counter/unlucky", create(counting(ann, 1)))
    with pytest.raises(AssertionError, match="TEMPLATE_PRECONDITION_VIOLATED"):
        act.submit_must_fail("counter/unlucky", create(counting(ann, -1)))
    with pytest.raises(AssertionError, match="MISSING_FIELD"):
        act.submit_must_fail("")


def test_disclosure_makes_visible_and_no_more(ledger: Ledger, ann: Party) -> None:
    bob = ledger.party("Bob")
    cid = ledger.acting(ann).create(counting(ann, 4))
    own = ledger.acting(bob).create(counting(bob, 1))
    read = exercise(own, Counter.read, other=cid)
    ledger.acting(bob).submit_must_fail("CONTRACT_NOT_FOUND", read)
    shown = ledger.disclose(cid)
    told = ledger.acting(bob, disclosed=[shown])
    told.submit_must_fail("DAML_AUTHORIZATION_ERROR", read)
    told.submit_must_fail("DAML_AUTHORIZATION_ERROR", archive(cid, Counter))
    ledger.acting(bob, read_as=[ann]).submit_must_fail("DAML_AUTHORIZATION_ERROR", read)
    both = ledger.acting(ann, bob)
    both.submit_must_fail("DAML_AUTHORIZATION_ERROR", read)
    mine = ledger.acting(ann).create(counting(ann, 1))
    hers = exercise(mine, Counter.read, other=cid)
    assert ledger.acting(ann).submit(hers).results == (4,)


def test_a_forged_disclosure_is_refused(ledger: Ledger, ann: Party) -> None:
    cid = ledger.acting(ann).create(counting(ann, 4))
    forged = ledger.disclose(cid)._replace(payload=(str(ann), 5))
    act = ledger.acting(ann, disclosed=[forged])
    command = exercise(cid, Counter.add_all, numbers=[])
    act.submit_must_fail("INTERPRETATION_UPGRADE_ERROR_AUTHENTICATION_FAILED", command)
    twice = ledger.acting(ann, disclosed=[ledger.disclose(cid)] * 2)
    twice.submit_must_fail("DuplicateDisclosedContractId", command)


def test_only_what_is_active_is_disclosed(ledger: Ledger, ann: Party) -> None:
    cid = ledger.acting(ann).create(counting(ann, 4))
    ledger.acting(ann).archive(cid, Counter)
    with pytest.raises(LookupError, match="not active"):
        ledger.disclose(cid)


def test_results_follow_the_commands(ledger: Ledger, ann: Party) -> None:
    first = ledger.acting(ann).create(counting(ann, 1))
    done = ledger.acting(ann).submit(
        create(counting(ann, 2)),
        create_and_exercise(counting(ann, 3), Counter.add_all, numbers=[1, 2]),
        exercise(first, Counter.make, owner=ann, count=4),
        archive(first, Counter),
    )
    made, added, more, gone = done.results
    assert (added, gone) == (3, None)
    counts = {found.contract_id: found.payload.count for found in ledger.contracts(Counter, ann)}
    assert counts[made] == 2
    assert counts[more] == 4
    assert sorted(counts.values()) == [2, 3, 4]


def test_contracts_and_updates_are_those_of_a_party(ledger: Ledger, ann: Party) -> None:
    bob = ledger.party("Bob")
    ledger.acting(ann).create(counting(ann, 1))
    ledger.acting(bob).create(counting(bob, 2))
    assert [found.payload.count for found in ledger.contracts(Counter, ann)] == [1]
    assert [seen.offset for seen in ledger.seen_by(bob)] == [2]
    assert [seen.offset for seen in ledger.seen_by(bob, Shape.ACS_DELTA)] == [2]
    assert ledger.seen_by(ledger.party("Eve")) == []


def test_a_tree_is_drawn_whole_and_for_a_party(ledger: Ledger, ann: Party) -> None:
    bob = ledger.party("Bob")
    cid = ledger.acting(ann, bob).create(counting(ann, 1))
    ledger.acting(ann, bob).submit(
        exercise(cid, Counter.add_all, numbers=[1]), create(counting(bob, 2))
    )
    lines = ledger.tree().splitlines()
    assert lines[0].endswith("at offset 2, 2026-01-01T00:00:00Z, as Ann, Bob")
    assert lines[1].startswith("├─ exercise Counter #")
    assert lines[1].endswith("AddAll as Ann {numbers: [1]} -> 1  [Ann]")
    assert lines[2].startswith("└─ create Counter #")
    assert "1220" not in lines[1]
    assert len(ledger.tree(party=bob).splitlines()) == 2
    assert "create Counter" in ledger.tree(ledger.updates[0])


def test_a_listing_has_every_node_in_json(ledger: Ledger, ann: Party) -> None:
    cid = ledger.acting(ann).create(counting(ann, 1))
    ledger.acting(ann).archive(cid, Counter)
    (event,) = ledger.listing(ledger.updates[-1])["events"]
    assert event["choice"] == "Archive"
    assert event["consuming"] is True
    assert event["choiceArgument"] == {}
    assert event["exerciseResult"] == {}
    assert event["witnessParties"] == [str(ann)]


def test_a_class_needs_its_package(ledger: Ledger, ann: Party) -> None:
    of = holding.InstrumentId(admin=ann, id="x")
    token = Token(instrument_id=of, owner=ann, amount=Decimal("1"), lock=None)
    with pytest.raises(NotLoaded, match="cantata-tokens"):
        ledger.acting(ann).create(token)
    ledger.load("cantata.tokens.contract")
    cid = ledger.acting(ann).create(token)
    views: dict[ContractId[Any], Any] = ledger.views(holding.Holding, ann)
    assert views[ContractId(cid)].amount == Decimal("1")


@pytest.mark.parametrize("source", ["no.such.module", "no_such_module", "", "a/b.py"])
def test_a_source_must_exist(source: str) -> None:
    with pytest.raises(NoSource):
        Ledger(source)


def test_sources_of_all_kinds_are_the_same_package(tmp_path: Path) -> None:
    file = Path(counter.__file__)
    compiled = compile_package([file])
    dar = tmp_path / "counter.dar"
    dar.write_bytes(build_dar(compiled).content)
    for source in (counter, counter.__name__, file, dar, dar.read_bytes()):
        ledger = Ledger(source)
        assert ledger.catalog.ref(Counter).package == compiled.package.id
        ann = ledger.party("Ann")
        cid = ledger.acting(ann).create(counting(ann, 1))
        assert ledger.acting(ann).exercise(cid, Counter.add_all, numbers=[2]) == 2

"""Effects of compiled contracts on the embedded ledger: what happens, and in which order."""

from __future__ import annotations

import pytest

from cantata.lang import ContractId, Party
from cantata.sandbox.engine import Create, Exercise, Fetch, Node
from cantata.testing import Ledger
from cantata.testing.submitter import Submitter
from tests.unit.lang.lower.cases import effects
from tests.unit.lang.lower.cases.api import Counted
from tests.unit.lang.lower.cases.effects import Counter, Machine


class Bench:
    """A ledger with a machine and what tests ask of it."""

    def __init__(self) -> None:
        self.ledger = Ledger(effects)
        self.owner, self.other = self.ledger.parties("Owner", "Other")
        self.act: Submitter = self.ledger.acting(self.owner)
        self.machine = self.act.create(Machine(owner=self.owner, other=self.other))

    def counter(self, count: int) -> ContractId[Counter]:
        return self.act.create(Counter(owner=self.owner, count=count))

    @property
    def counts(self) -> list[int]:
        """The counts of all active counters, oldest first."""
        return [each.payload.count for each in self.ledger.contracts(Counter, self.owner)]

    def nodes(self) -> list[str]:
        """The nodes of the last transaction below its root, in short words and in order."""
        return [_word(node) for node in self.ledger.updates[-1].tree.nodes[1:]]


def _word(node: Node) -> str:
    match node:
        case Create():
            return f"create {node.contract.template.name}"
        case Exercise():
            return f"{node.choice} {node.template.name}"
        case Fetch():
            return f"fetch {node.template.name}"
        case _:
            return "rollback"


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_comprehension_creates_in_the_order_of_the_list(bench: Bench) -> None:
    cids = bench.act.exercise(bench.machine, Machine.make, counts=[5, 3, 1, 4])
    assert bench.counts == [5, 1, 4]
    active = bench.ledger.contracts(Counter, bench.owner)
    assert [each.contract_id for each in active] == cids


def test_a_loop_carries_what_its_effects_give(bench: Bench) -> None:
    summary = bench.act.exercise(bench.machine, Machine.make_with_total, counts=[5, 3, 1])
    active = bench.ledger.contracts(Counter, bench.owner)
    assert [each.contract_id for each in active] == summary.cids
    assert [each.payload.count for each in active] == [5, 3, 1]
    assert summary.total == 9


def test_an_early_return_ends_the_effects_of_a_loop(bench: Bench) -> None:
    made = bench.act.exercise(bench.machine, Machine.make_until, counts=[1, 2, 9, 3], limit=5)
    assert made == 2
    assert bench.counts == [1, 2]


def test_a_loop_without_early_return_goes_on_behind_it(bench: Bench) -> None:
    made = bench.act.exercise(bench.machine, Machine.make_until, counts=[1, 2], limit=5)
    assert made == 2
    assert bench.counts == [1, 2, 999]


def test_functions_with_effects_run_where_they_are_called(bench: Bench) -> None:
    cids = [bench.counter(1), bench.counter(2)]
    assert bench.act.exercise(bench.machine, Machine.bump_all, cids=cids, by=10) == 23
    assert bench.counts == [11, 12]
    each = ["fetch Counter", "Archive Counter", "create Counter"]
    assert bench.nodes() == each * 2


def test_a_failing_requirement_undoes_everything(bench: Bench) -> None:
    cids = [bench.counter(1), bench.counter(995)]
    with pytest.raises(Exception, match="too many") as caught:
        bench.act.exercise(bench.machine, Machine.bump_all, cids=cids, by=10)
    assert caught.value.error_id == "cases/too-many"  # type: ignore[attr-defined]
    assert caught.value.metadata == {"count": "995"}  # type: ignore[attr-defined]
    assert bench.counts == [1, 995]


@pytest.mark.parametrize(
    "wanted, result, counts",
    [(0, 1, [1]), (1, 2, [4, 2]), (-1, -1, []), (9, 2, [4, 2])],
)
def test_effects_under_conditions(
    bench: Bench, wanted: int, result: int, counts: list[int]
) -> None:
    assert bench.act.exercise(bench.machine, Machine.maybe, wanted=wanted, a=9, b=2) == result
    assert bench.counts == counts


def test_a_branch_that_is_not_taken_does_not_fail(bench: Bench) -> None:
    assert bench.act.exercise(bench.machine, Machine.maybe, wanted=0, a=9, b=0) == 1
    with pytest.raises(Exception, match=r"DIV_INT64 9 0"):
        bench.act.exercise(bench.machine, Machine.maybe, wanted=1, a=9, b=0)


def test_time_bounds(bench: Bench) -> None:
    deadline = type(bench.ledger.now)(bench.ledger.now.microseconds + 1)
    assert bench.act.exercise(bench.machine, Machine.timed, deadline=deadline) is False
    with pytest.raises(Exception, match="too late"):
        bench.act.exercise(bench.machine, Machine.timed, deadline=bench.ledger.now)


def test_a_preconsuming_choice_archives_first(bench: Bench) -> None:
    cid = bench.counter(7)
    bench.act.exercise(cid, Counter.renew_first)
    assert bench.nodes() == ["Archive Counter", "create Counter"]
    assert bench.counts == [7]


@pytest.mark.parametrize(
    "count, nodes",
    [(7, ["Peek Counter", "Archive Counter"]), (1, ["create Counter", "Archive Counter"])],
)
def test_a_postconsuming_choice_archives_last(bench: Bench, count: int, nodes: list[str]) -> None:
    bench.act.exercise(bench.counter(count), Counter.renew_last)
    assert bench.nodes() == nodes


def test_choices_and_methods_of_interfaces(bench: Bench) -> None:
    cid = bench.counter(5)
    result = bench.act.exercise(bench.machine, Machine.by_interface, cid=cid, by=1)
    assert result == 16 + 16 + 32
    assert bench.counts == []
    assert bench.nodes() == [
        "Counted_Raise Counter",
        "create Counter",
        "fetch Counter",
        "Archive Counter",
    ]


def test_an_interface_choice_takes_the_methods_of_the_template(bench: Bench) -> None:
    bench.act.exercise(bench.counter(5), Counted.raise_by, by=1)
    assert bench.counts == [16]
    views = bench.ledger.views(Counted, bench.owner)
    assert [view.count for view in views.values()] == [16]


def test_failures_come_in_the_order_of_the_source(bench: Bench) -> None:
    cid = bench.counter(5)
    run = Machine.ordered_failures
    with pytest.raises(Exception, match=r"DIV_INT64 0 0"):
        bench.act.exercise(bench.machine, run, a=0, b=0, cid=cid)
    bench.act.exercise(cid, Counter.add, by=1)
    with pytest.raises(Exception, match="unknown contract"):
        bench.act.exercise(bench.machine, run, a=0, b=1, cid=cid)


def test_controllers_and_choice_observers(bench: Bench) -> None:
    helper: Party = bench.ledger.party("Helper")
    with pytest.raises(Exception, match="requires authorizers"):
        bench.act.exercise(bench.machine, Machine.handover, helper=helper)
    both = bench.ledger.acting(bench.owner, helper)
    both.exercise(bench.machine, Machine.handover, helper=helper)
    (machine,) = bench.ledger.contracts(Machine, helper)
    assert machine.payload.other == helper
    assert len(bench.ledger.seen_by(bench.other)) == 2


def test_a_false_precondition_is_refused(bench: Bench) -> None:
    with pytest.raises(Exception, match="precondition"):
        bench.counter(-1)

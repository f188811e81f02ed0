"""Hostile commands end in a typed refusal or in a transaction, never in anything else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cantata.kernel.errors import CantataError
from cantata.sandbox.engine import (
    Command,
    CreateAndExerciseCommand,
    CreateCommand,
    ExerciseCommand,
    NamedRef,
)
from cantata.sandbox.engine.preprocess import untyped
from cantata.sandbox.engine.preprocess.untyped import Untyped
from tests.ledger.engine.stage import Stage

NAMES = ("Asset", "One", "Two", "OptT", "CidT", "Runner", "NestT", "TextT", "Nope", "Give")
CHOICES = ("Archive", "Give_", "EchoAll", "EchoOpt", "Fail", "Loop", "FetchA", "Deep", "")
LABELS = ("issuer", "owner", "amount", "memo", "p", "a", "b", "o", "v", "t", "c", "n", "")

texts = st.text(max_size=5) | st.sampled_from(["alice", "bob", "\0", "\ud800", "x" * 300])

scalars: st.SearchStrategy[Untyped] = st.one_of(
    st.just(untyped.UnitArg()),
    st.builds(untyped.BoolArg, st.booleans()),
    st.builds(untyped.Int64Arg, st.integers(-(2**63), 2**63 - 1)),
    st.builds(untyped.NumericArg, st.decimals(allow_nan=False, allow_infinity=False)),
    st.builds(untyped.NumericArg, st.sampled_from([Decimal("1e40"), Decimal("-1e-40")])),
    st.builds(untyped.TextArg, texts),
    st.builds(untyped.PartyArg, texts),
    st.builds(untyped.ContractIdArg, texts | st.just(f"00{'ab' * 40}")),
    st.builds(untyped.EnumArg, texts),
)


def containers(inner: st.SearchStrategy[Untyped]) -> st.SearchStrategy[Untyped]:
    items = st.lists(inner, max_size=4).map(tuple)
    pairs = st.lists(st.tuples(inner, inner), max_size=3).map(tuple)
    fields = st.lists(st.tuples(st.none() | st.sampled_from(LABELS), inner), max_size=5)
    return st.one_of(
        st.builds(untyped.OptionalArg, st.none() | inner),
        st.builds(untyped.ListArg, items),
        st.builds(untyped.TextMapArg, st.lists(st.tuples(texts, inner), max_size=3).map(tuple)),
        st.builds(untyped.GenMapArg, pairs),
        st.builds(untyped.RecordArg, fields.map(tuple)),
        st.builds(untyped.VariantArg, texts, inner),
    )


arguments = st.recursive(scalars, containers, max_leaves=12)


@st.composite
def commands(draw: st.DrawFn) -> Command:
    name = draw(st.sampled_from(NAMES))
    package = draw(st.sampled_from(["vec-main", "vec-iface", "vec-nope"]))
    target = NamedRef(package, draw(st.sampled_from("MI")), name)
    choice = draw(st.sampled_from(CHOICES))
    match draw(st.integers(0, 2)):
        case 0:
            return CreateCommand(target, draw(arguments))
        case 1:
            return CreateAndExerciseCommand(target, draw(arguments), choice, draw(arguments))
    contract_id = draw(texts | st.just(f"00{'ab' * 40}"))
    return ExerciseCommand(target, contract_id, choice, draw(arguments))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(commands(), min_size=1, max_size=3))
def test_commands_are_refused_by_type(shared_data: Path, batch: list[Command]) -> None:
    stage = Stage(shared_data / "lf" / "ledger-packages")
    recorded = 1
    try:
        stage.submit("alice bob", *batch)
    except CantataError:
        recorded = 0
    assert stage.ledger.end() == recorded

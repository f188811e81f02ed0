"""Statements on the runtime (R…) that no other test shows as they are worded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cantata.lf.archive import StoredPackage, read_archive, read_dar
from cantata.lf.model import (
    INT64,
    TEXT,
    Binding,
    EFailureCategory,
    ELet,
    ERecCon,
    EStructCon,
    EThrow,
    Package,
    Ref,
    TCon,
    TStruct,
)
from cantata.lf.runtime.errors import (
    FailedAuthorization,
    FailureStatus,
    InterpretationError,
    InterpretationTimeExceeded,
    TemplatePreconditionViolated,
    UserError,
)
from cantata.lf.stable import stable_packages
from cantata.sandbox.engine import Create, Exercise, Mode, Rollback
from tests.ledger.engine.stage import Stage
from tests.unit.lf.runtime.build import call, error, evaluate, i, package, ref, runtime, text

GENERAL = "DA.Exception.GeneralError"

Counts = tuple[int, int, int, int, int]
"""Modules, values, data types, templates, interfaces."""

REAL: dict[str, Counts] = {
    "3ca1343a": (17, 5_695, 195, 26, 0),
    "54f85ebf": (11, 640, 2, 0, 0),
    "9d1a644e": (51, 2_160, 1, 0, 0),
    "690c1d47": (5, 1_888, 87, 6, 0),
    "45b29d6e": (2, 1_344, 56, 9, 0),
    "718a0f77": (1, 144, 4, 0, 1),
    "55ba4deb": (1, 393, 17, 0, 2),
}
"""What the published decoder counts in real packages, by the first digits of their ids."""

PRIM = "54f85ebf"


def counts(package: Package) -> Counts:
    """Count definitions."""
    modules = package.modules.values()
    return (
        len(modules),
        sum(len(module.values) for module in modules),
        sum(len(module.data_types) for module in modules),
        sum(len(module.templates) for module in modules),
        sum(len(module.interfaces) for module in modules),
    )


@pytest.fixture(scope="module")
def real(real_dars: tuple[Path, ...]) -> dict[str, StoredPackage]:
    """All packages of the real DARs by the first digits of their ids."""
    packages: dict[str, StoredPackage] = {}
    for path in real_dars:
        packages.update(read_dar(path.read_bytes(), known=packages).packages)
    return {package_id[:8]: stored for package_id, stored in packages.items()}


def test_real_packages_have_the_counts_of_the_published_decoder(
    real: dict[str, StoredPackage],
) -> None:
    present = {short: counts(real[short].package) for short in REAL if short in real}
    assert present == {short: REAL[short] for short in present}
    assert PRIM in present


def test_daml_prim_decodes_with_the_usual_limit_of_recursion(
    real: dict[str, StoredPackage],
) -> None:
    usual = sys.getrecursionlimit()
    frames = len(_stack())
    sys.setrecursionlimit(frames + 80)
    try:
        package = read_archive(real[PRIM].archive)
    finally:
        sys.setrecursionlimit(usual)
    assert package.id.startswith(PRIM)


def _stack() -> list[object]:
    found: list[object] = []
    frame = sys._getframe()
    while frame is not None:
        found.append(frame)
        frame = frame.f_back  # type: ignore[assignment]
    return found


def test_of_two_failing_operands_the_last_written_is_reported() -> None:
    pair = (("a", error("a")), ("b", error("b")))
    struct = TStruct((("a", INT64), ("b", INT64)))
    for type_, expr in (
        (struct, EStructCon(pair)),
        (struct, EStructCon(pair[::-1])),
        (INT64, call("ADD_INT64", error("a"), error("b"))),
    ):
        wanted = "a" if isinstance(expr, EStructCon) and expr.fields[-1][0] == "a" else "b"
        with pytest.raises(UserError) as refused:
            evaluate({"m": (type_, expr)})
        assert refused.value.message == wanted


def test_an_error_of_the_standard_library_that_nobody_catches() -> None:
    (package_id,) = [
        stored.id for stored in stable_packages().values() if GENERAL in stored.package.modules
    ]
    exception = TCon(Ref(package_id, GENERAL, "GeneralError"))
    thrown = EThrow(INT64, exception, ERecCon(exception, (("message", text("x")),)))
    with pytest.raises(FailureStatus) as refused:
        evaluate({"m": (INT64, thrown)})
    failure = refused.value
    assert (failure.code, failure.category, failure.message) == ("DAML_FAILURE", 9, "x")
    assert failure.error_id == f"UNHANDLED_EXCEPTION/{GENERAL}:GeneralError"


def test_fields_of_a_failure_do_not_hide_its_id() -> None:
    fields = call("TEXTMAP_EMPTY", types=(TEXT,))
    for key in ("error_id", "note"):
        fields = call("TEXTMAP_INSERT", text(key), text("fake"), fields, types=(TEXT,))
    failing = call(
        "FAIL_WITH_STATUS", text("a/B"), EFailureCategory(9), text("no"), fields, types=(INT64,)
    )
    with pytest.raises(FailureStatus) as refused:
        evaluate({"m": (INT64, failing)})
    assert refused.value.context == {"error_id": "a/B", "note": "fake"}


def test_endless_recursion_leaves_a_ledger_that_works(shared_data: Path) -> None:
    stage = Stage(shared_data / "lf" / "ledger-packages")
    runner = stage.runner()
    end = stage.ledger.end()
    with pytest.raises(InterpretationTimeExceeded):
        stage.exercise("alice", runner, "Chain", 2**62)
    assert stage.ledger.end() == end
    assert len(stage.exercise("alice", runner, "Chain", 3).tree.nodes) == 4


UNCAUGHT: dict[str, tuple[type[InterpretationError], str]] = {
    "TryErr": (UserError, "user"),
    "TryFail": (FailureStatus, "m"),
    "TryPre": (TemplatePreconditionViolated, "precondition violation"),
    "TryAuth": (FailedAuthorization, "requires authorizers alice,bob"),
}


@pytest.mark.parametrize("choice", UNCAUGHT)
def test_what_is_no_exception_is_not_caught(shared_data: Path, choice: str) -> None:
    kind, words = UNCAUGHT[choice]
    stage = Stage(shared_data / "lf" / "ledger-packages", Mode.NO_KEY)
    with pytest.raises(InterpretationError) as refused:
        stage.exercise("alice", stage.runner(), choice)
    assert type(refused.value) is kind
    assert words in refused.value.message


def test_a_thrown_exception_is_caught_and_undone(shared_data: Path) -> None:
    stage = Stage(shared_data / "lf" / "ledger-packages", Mode.NO_KEY)
    tree = stage.exercise("alice", stage.runner(), "TryCreate").tree
    assert [type(node) for node in tree.nodes] == [Exercise, Rollback, Create]
    assert list(stage.ledger.store.active(None, [stage.ref("Asset")], stage.ledger.end())) == []


def test_unused_bindings_are_evaluated() -> None:
    body = ELet((Binding(None, INT64, error("first")), Binding(None, INT64, error("second"))), i(1))
    with pytest.raises(UserError) as refused:
        runtime(package({"m": (INT64, body)})).evaluate(ref("m"))
    assert refused.value.message == "first"

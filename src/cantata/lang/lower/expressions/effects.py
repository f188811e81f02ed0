"""Lowering of effects: each becomes a step of the block that is run in order."""

from __future__ import annotations

from cantata.lang.ir import expressions as ix
from cantata.lang.ir import types as it
from cantata.lang.lower.code import Code, Operands
from cantata.lang.lower.context import Context, Handler
from cantata.lang.lower.expressions.calls import run
from cantata.lang.lower.types import ARCHIVE
from cantata.lf import model as lf

ARCHIVE_CHOICE = "Archive"
"""The choice that every template and interface has."""


def archive_update(target: it.TNamed, ref: lf.Ref, contract_id: lf.Expr) -> lf.Expr:
    """Give the update that archives a contract."""
    return _exercise(target, ref, ARCHIVE_CHOICE, contract_id, lf.ERecCon(lf.TCon(ARCHIVE), ()))


def create(context: Context, node: ix.Create) -> Code:
    """Lower the creation of a contract."""
    row = context.operands([node.payload])
    ref = context.ref(node.target.ref)
    form = lf.UCreate if _is_template(node.target) else lf.UCreateInterface
    return run(context, node, form(ref, row.values[0]), row)


def exercise(context: Context, node: ix.Exercise) -> Code:
    """Lower the exercise of a choice."""
    row = context.operands([node.contract_id, node.argument])
    ref = context.ref(node.target.ref)
    return run(context, node, _exercise(node.target, ref, node.choice, *row.values), row)


def archive(context: Context, node: ix.Archive) -> Code:
    """Lower the archival of a contract."""
    row = context.operands([node.contract_id])
    ref = context.ref(node.target.ref)
    return run(context, node, archive_update(node.target, ref, row.values[0]), row)


def fetch(context: Context, node: ix.Fetch) -> Code:
    """Lower the fetch of a contract."""
    row = context.operands([node.contract_id])
    ref = context.ref(node.target.ref)
    form = lf.UFetch if _is_template(node.target) else lf.UFetchInterface
    return run(context, node, form(ref, row.values[0]), row)


def now(context: Context, node: ix.Now) -> Code:
    """Lower the reading of the ledger time."""
    return run(context, node, lf.UGetTime(), Operands((), (), fallible=False))


def ledger_time_before(context: Context, node: ix.LedgerTimeBefore) -> Code:
    """Lower the comparison of the ledger time with an instant."""
    row = context.operands([node.time])
    return run(context, node, lf.ULedgerTimeLT(row.values[0]), row)


def _exercise(
    target: it.TNamed, ref: lf.Ref, choice: str, contract_id: lf.Expr, argument: lf.Expr
) -> lf.Expr:
    if _is_template(target):
        return lf.UExercise(ref, choice, contract_id, argument)
    return lf.UExerciseInterface(ref, choice, contract_id, argument)


def _is_template(target: it.TNamed) -> bool:
    return target.kind is it.NamedKind.TEMPLATE


HANDLERS: dict[type, Handler] = {
    ix.Create: create,
    ix.Exercise: exercise,
    ix.Archive: archive,
    ix.Fetch: fetch,
    ix.Now: now,
    ix.LedgerTimeBefore: ledger_time_before,
}
"""What lowers each form of this module."""

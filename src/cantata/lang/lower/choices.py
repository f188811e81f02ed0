"""Lowering of choices, and the choice Archive that every template and interface has."""

from __future__ import annotations

from collections.abc import Callable

from cantata.lang.ir import definitions as ir
from cantata.lang.ir import statements as st
from cantata.lang.ir import types as it
from cantata.lang.lower.code import Code, Step, pure, update
from cantata.lang.lower.context import Context, Scope
from cantata.lang.lower.expressions.effects import ARCHIVE_CHOICE, archive_update
from cantata.lang.lower.names import ARG, SELF, THIS, UNUSED
from cantata.lang.lower.statements import body
from cantata.lang.lower.types import ARCHIVE
from cantata.lf import model as lf

PARTIES = lf.list_of(lf.PARTY)


def archive_choice(signatories: lf.Expr) -> lf.Choice:
    """Give the choice Archive: the signatories end the contract."""
    return lf.Choice(
        name=ARCHIVE_CHOICE,
        consuming=True,
        controllers=signatories,
        observers=lf.ENil(lf.PARTY),
        self_binder=SELF,
        arg_binder=ARG,
        arg_type=lf.TCon(ARCHIVE),
        result=lf.UNIT,
        update=lf.UPure(lf.UNIT, lf.EUnit()),
    )


def choice(scope: Scope, definition: ir.Choice, owner: it.TNamed) -> lf.Choice:
    """Lower a choice of a template or an interface."""

    def context() -> Context:
        values = {definition.this: lf.EVar(THIS), definition.argument: lf.EVar(ARG)}
        return Context(scope, values=dict(values))

    def parties(block: st.Block) -> lf.Expr:
        return pure(body(context(), block, PARTIES))

    result = scope.types.type(definition.result)
    return lf.Choice(
        name=definition.name,
        consuming=definition.consuming is ir.Consuming.CONSUMING,
        controllers=parties(definition.controllers),
        observers=parties(definition.observers),
        self_binder=SELF,
        arg_binder=ARG,
        arg_type=scope.types.type(definition.argument_type),
        result=result,
        update=_update(context, definition, owner, result),
    )


def _update(
    fresh: Callable[[], Context], definition: ir.Choice, owner: it.TNamed, result: lf.Type
) -> lf.Expr:
    context = fresh()
    context.values[definition.contract_id] = lf.EVar(SELF)
    code = body(context, definition.body, result)
    archive = archive_update(owner, context.ref(owner.ref), lf.EVar(SELF))
    step = Step(UNUSED, lf.UNIT, archive, effect=True, fallible=False)
    if definition.consuming is ir.Consuming.PRECONSUMING:
        code = code.after((step,))
    if definition.consuming is ir.Consuming.POSTCONSUMING:
        name = context.names.fresh("result")
        first = Step(name, result, update(code, result), effect=True, fallible=False)
        code = Code(lf.EVar(name), steps=(first, step))
    return update(code, result, run_at_once=True)

"""Typing of updates: what a transaction can do."""

from __future__ import annotations

from cantata.lf.check.nodes import Ty
from cantata.lf.check.trampoline import Step
from cantata.lf.check.typer import Atom, Form, Typer
from cantata.lf.model import (
    Builtin,
    Choice,
    Expr,
    Ref,
    UBlock,
    UCreate,
    UCreateInterface,
    UEmbed,
    UExercise,
    UExerciseByKey,
    UExerciseInterface,
    UFetch,
    UFetchByKey,
    UFetchInterface,
    ULedgerTimeLT,
    UPure,
    UQueryNByKey,
    UTryCatch,
)

TUPLE2 = Ref(
    "5aee9b21b8e9a4c4975b5f4c4198e6e6e8469df49e2010820e792f393db870f4", "DA.Types", "Tuple2"
)
"""The pair of the stable package DA.Types, in which by-key operations give contracts."""


def _pure(typer: Typer, expr: UPure) -> Step:
    type_ = typer.star(expr.type)
    yield typer.check(expr.expr, type_)
    return _update(typer, type_)


def _block(typer: Typer, expr: UBlock) -> Step:
    mark = typer.enter(())
    for binding in expr.bindings:
        declared = typer.star(binding.type)
        found = typer.now(binding.bound) or (yield typer.later(binding.bound))
        typer.expect(binding.bound, found, _update(typer, declared))
        typer.enter(((binding.name, declared),))
    found = typer.now(expr.body) or (yield typer.later(expr.body))
    typer.leave(mark)
    return typer.update(found)


def _embed(typer: Typer, expr: UEmbed) -> Step:
    type_ = _update(typer, typer.read(expr.type))
    yield typer.check(expr.body, type_)
    return type_


def _try_catch(typer: Typer, expr: UTryCatch) -> Step:
    type_ = _update(typer, typer.star(expr.result))
    yield typer.check(expr.body, type_)
    mark = typer.enter(((expr.binder, typer.prim(Builtin.ANY_EXCEPTION)),))
    yield typer.check(expr.handler, typer.prim(Builtin.OPTIONAL, type_))
    typer.leave(mark)
    return type_


def _ledger_time(typer: Typer, expr: ULedgerTimeLT) -> Step:
    yield typer.check(expr.time, typer.prim(Builtin.TIMESTAMP))
    return _update(typer, typer.prim(Builtin.BOOL))


def _create(typer: Typer, expr: UCreate) -> Step:
    typer.world.template(expr.template)
    type_ = typer.con(expr.template)
    yield typer.check(expr.arg, type_)
    return _update(typer, typer.prim(Builtin.CONTRACT_ID, type_))


def _create_interface(typer: Typer, expr: UCreateInterface) -> Step:
    typer.world.interface(expr.interface)
    type_ = typer.con(expr.interface)
    yield typer.check(expr.arg, type_)
    return _update(typer, typer.prim(Builtin.CONTRACT_ID, type_))


def _fetch(typer: Typer, expr: UFetch) -> Step:
    typer.world.template(expr.template)
    return _fetched(typer, expr.template, expr.cid)


def _fetch_interface(typer: Typer, expr: UFetchInterface) -> Step:
    typer.world.interface(expr.interface)
    return _fetched(typer, expr.interface, expr.cid)


def _fetched(typer: Typer, ref: Ref, cid: Expr) -> Step:
    type_ = typer.con(ref)
    yield typer.check(cid, typer.prim(Builtin.CONTRACT_ID, type_))
    return _update(typer, type_)


def _exercise(typer: Typer, expr: UExercise) -> Step:
    choice = _template_choice(typer, expr.template, expr.choice)
    yield typer.check(expr.cid, typer.prim(Builtin.CONTRACT_ID, typer.con(expr.template)))
    return (yield _exercised(typer, choice, expr.arg))


def _exercise_interface(typer: Typer, expr: UExerciseInterface) -> Step:
    yield typer.check(expr.cid, typer.prim(Builtin.CONTRACT_ID, typer.con(expr.interface)))
    interface = typer.world.interface(expr.interface)
    choice = interface.choices.get(expr.choice) if interface else None
    if interface and choice is None:
        text = f"unknown choice {expr.choice} in interface {expr.interface}"
        typer.report("EUnknownDefinition", text)
    return (yield _exercised(typer, choice, expr.arg))


def _template_choice(typer: Typer, ref: Ref, name: str) -> Choice | None:
    template = typer.world.template(ref)
    choice = template.choices.get(name) if template else None
    if template and choice is None:
        typer.report("EUnknownDefinition", f"unknown choice {name} in template {ref}")
    return choice


def _exercised(typer: Typer, choice: Choice | None, arg: Expr) -> Step:
    yield typer.check(arg, typer.read(choice.arg_type) if choice else typer.hole)
    return _update(typer, typer.read(choice.result)) if choice else typer.hole


def _exercise_by_key(typer: Typer, expr: UExerciseByKey) -> Step:
    yield typer.check(expr.key, _key_type(typer, expr.template))
    choice = _template_choice(typer, expr.template, expr.choice)
    return (yield _exercised(typer, choice, expr.arg))


def _fetch_by_key(typer: Typer, expr: UFetchByKey) -> Ty:
    key = _key_type(typer, expr.template)
    return typer.arena.arrow(key, _update(typer, _contract(typer, expr.template)))


def _query_by_key(typer: Typer, expr: UQueryNByKey) -> Ty:
    key = _key_type(typer, expr.template)
    contracts = typer.prim(Builtin.LIST, _contract(typer, expr.template))
    result = _update(typer, typer.prim(Builtin.OPTIONAL, contracts))
    return typer.arena.arrow(typer.prim(Builtin.INT64), typer.arena.arrow(key, result))


def _key_type(typer: Typer, ref: Ref) -> Ty:
    typer.world.require_minor(3, "contract keys")
    template = typer.world.template(ref)
    if template is None:
        return typer.hole
    if template.key is None:
        typer.report("EUnknownDefinition", f"unknown contract key for template {ref}")
        return typer.hole
    return typer.read(template.key)


def _contract(typer: Typer, ref: Ref) -> Ty:
    type_ = typer.con(ref)
    cid = typer.prim(Builtin.CONTRACT_ID, type_)
    return typer.arena.apply(typer.con(TUPLE2), cid, type_)


def _update(typer: Typer, result: Ty) -> Ty:
    return typer.prim(Builtin.UPDATE, result)


UPDATES: dict[type[Expr], Form] = {
    UPure: _pure,
    UBlock: _block,
    UEmbed: _embed,
    UTryCatch: _try_catch,
    ULedgerTimeLT: _ledger_time,
    UCreate: _create,
    UCreateInterface: _create_interface,
    UFetch: _fetch,
    UFetchInterface: _fetch_interface,
    UExercise: _exercise,
    UExerciseInterface: _exercise_interface,
    UExerciseByKey: _exercise_by_key,
}
"""How each update with parts is typed."""

KEY_FUNCTIONS: dict[type[Expr], Atom] = {
    UFetchByKey: _fetch_by_key,
    UQueryNByKey: _query_by_key,
}
"""How the by-key operations are typed that are functions."""

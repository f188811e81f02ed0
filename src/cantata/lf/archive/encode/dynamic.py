"""Updates, and expressions about interfaces, exceptions and run-time types, to the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cantata.lf.archive.encode.expressions import ExpressionEncoder, ExprSteps
from cantata.lf.archive.encode.fields import alternative, message
from cantata.lf.model import (
    ECallInterface,
    EFromAny,
    EFromAnyException,
    EFromInterface,
    EFromRequiredInterface,
    EInterfaceTemplateTypeRep,
    EObserverInterface,
    ESignatoryInterface,
    EThrow,
    EToAny,
    EToAnyException,
    EToInterface,
    EToRequiredInterface,
    ETypeRep,
    EUnsafeFromInterface,
    EUnsafeFromRequiredInterface,
    EViewInterface,
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
    UGetTime,
    ULedgerTimeLT,
    UPure,
    UQueryNByKey,
    UTryCatch,
)

# Form → message, and the model's fields in the order of the message. A field's conversion is told
# by its name: types, references, names, and all others expressions.
_EXPRESSIONS: dict[type, tuple[str, tuple[str, ...]]] = {
    EToAny: ("Expr.ToAny", ("type", "expr")),
    EFromAny: ("Expr.FromAny", ("type", "expr")),
    EToAnyException: ("Expr.ToAnyException", ("type", "expr")),
    EFromAnyException: ("Expr.FromAnyException", ("type", "expr")),
    EThrow: ("Expr.Throw", ("result", "exception", "expr")),
    EToInterface: ("Expr.ToInterface", ("interface", "template", "expr")),
    EFromInterface: ("Expr.FromInterface", ("interface", "template", "expr")),
    EUnsafeFromInterface: ("Expr.UnsafeFromInterface", ("interface", "template", "cid", "expr")),
    EToRequiredInterface: ("Expr.ToRequiredInterface", ("required", "requiring", "expr")),
    EFromRequiredInterface: ("Expr.FromRequiredInterface", ("required", "requiring", "expr")),
    EUnsafeFromRequiredInterface: (
        "Expr.UnsafeFromRequiredInterface",
        ("required", "requiring", "cid", "expr"),
    ),
    ECallInterface: ("Expr.CallInterface", ("interface", "method", "expr")),
    EViewInterface: ("Expr.ViewInterface", ("interface", "expr")),
    ESignatoryInterface: ("Expr.SignatoryInterface", ("interface", "expr")),
    EObserverInterface: ("Expr.ObserverInterface", ("interface", "expr")),
    EInterfaceTemplateTypeRep: ("Expr.InterfaceTemplateTypeRep", ("interface", "expr")),
}
_UPDATES: dict[type, tuple[str, tuple[str, ...]]] = {
    UPure: ("Pure", ("type", "expr")),
    UCreate: ("Update.Create", ("template", "arg")),
    UCreateInterface: ("Update.CreateInterface", ("interface", "arg")),
    UExercise: ("Update.Exercise", ("template", "choice", "cid", "arg")),
    UExerciseInterface: ("Update.ExerciseInterface", ("interface", "choice", "cid", "arg")),
    UExerciseByKey: ("Update.ExerciseByKey", ("template", "choice", "key", "arg")),
    UFetch: ("Update.Fetch", ("template", "cid")),
    UFetchInterface: ("Update.FetchInterface", ("interface", "cid")),
    UFetchByKey: ("Update.RetrieveByKey@fetch", ("template",)),
    UQueryNByKey: ("Update.QueryNByKey", ("template",)),
    UEmbed: ("Update.EmbedExpr", ("type", "body")),
    UTryCatch: ("Update.TryCatch", ("result", "body", "binder", "handler")),
}
_TYPES = frozenset({"type", "result", "exception"})
_REFS = frozenset({"interface", "template", "required", "requiring"})
_NAMES = frozenset({"choice", "method", "binder"})


class DynamicEncoder(ExpressionEncoder):
    """Writes all forms of expressions."""

    def __init__(self, package_id: str, minor: str, stable_ids: frozenset[str]) -> None:
        super().__init__(package_id, minor, stable_ids)
        self._atoms[ETypeRep] = self._type_rep
        self._atoms[UGetTime] = lambda _: _update("Unit@get_time", b"")
        self._forms[UBlock] = self._update_block
        self._forms[ULedgerTimeLT] = self._ledger_time_lt
        for form, (name, fields) in _EXPRESSIONS.items():
            self._forms[form] = self._plain(name, fields, _expression)
        for form, (name, fields) in _UPDATES.items():
            self._forms[form] = self._plain(name, fields, _update)

    def _plain(
        self, name: str, fields: tuple[str, ...], place: Callable[[str, bytes], bytes]
    ) -> Callable[[Any], ExprSteps]:
        """Give the steps of a form whose fields are written one by one, in order."""

        def steps(expr: Any) -> ExprSteps:
            values: list[int | bytes] = []
            for field in fields:
                value = getattr(expr, field)
                if field in _TYPES:
                    values.append(self.type_ref(value))
                elif field in _REFS:
                    values.append(self.reference("TypeConId", value))
                elif field in _NAMES:
                    values.append(self.string(value))
                else:
                    values.append((yield value))
            return place(name, message(name, *values))

        return steps

    def _type_rep(self, expr: ETypeRep) -> bytes:
        return alternative("Expr", "Type@type_rep", self.type_ref(expr.type))

    def _update_block(self, expr: UBlock) -> ExprSteps:
        block = yield from self.block("Block@update", expr.bindings, expr.body)
        return _update("Block@update", block)

    def _ledger_time_lt(self, expr: ULedgerTimeLT) -> ExprSteps:
        return _update("Expr@ledger_time_lt", (yield expr.time))


def _expression(form: str, content: bytes) -> bytes:
    return alternative("Expr", form, content)


def _update(form: str, content: bytes) -> bytes:
    return alternative("Expr", "Update", message("Update", alternative("Update", form, content)))

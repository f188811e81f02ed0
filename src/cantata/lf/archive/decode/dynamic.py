"""What messages about updates, interfaces, exceptions and run-time types become."""

from __future__ import annotations

from typing import NoReturn

from cantata.lf.archive.decode.expressions import ExpressionBuilder
from cantata.lf.archive.errors import FeatureNotSupported
from cantata.lf.model import (
    Binding,
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
    Expr,
    Ref,
    Type,
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
    Update,
    UPure,
    UQueryNByKey,
    UTryCatch,
)

_GET_TIME = UGetTime()


class DynamicBuilder(ExpressionBuilder):
    """Builds updates, and expressions about interfaces, exceptions and run-time types."""

    def expr_to_any(self, type_: Type, expr: Expr) -> Expr:
        """Read a value packed with its type."""
        return EToAny(type_, expr)

    def expr_from_any(self, type_: Type, expr: Expr) -> Expr:
        """Read the unpacking of a value of a type."""
        return EFromAny(type_, expr)

    def type_type_rep(self, type_: Type) -> Expr:
        """Read a type as a value."""
        return ETypeRep(type_)

    def expr_to_any_exception(self, type_: Type, expr: Expr) -> Expr:
        """Read an exception packed with its type."""
        return EToAnyException(type_, expr)

    def expr_from_any_exception(self, type_: Type, expr: Expr) -> Expr:
        """Read the unpacking of an exception of a type."""
        return EFromAnyException(type_, expr)

    def expr_throw(self, result: Type, exception: Type, expr: Expr) -> Expr:
        """Read the throwing of an exception."""
        return EThrow(result, exception, expr)

    def expr_to_interface(self, interface: Ref, template: Ref, expr: Expr) -> Expr:
        """Read a template value seen as an interface."""
        return EToInterface(interface, template, expr)

    def expr_from_interface(self, interface: Ref, template: Ref, expr: Expr) -> Expr:
        """Read the template value behind an interface."""
        return EFromInterface(interface, template, expr)

    def expr_unsafe_from_interface(
        self, interface: Ref, template: Ref, cid: Expr, expr: Expr
    ) -> Expr:
        """Read the aborting form of `expr_from_interface`; LF 2.1 only."""
        if self.flat:
            raise FeatureNotSupported("Expr.unsafe_from_interface", self.minor)
        return EUnsafeFromInterface(interface, template, cid, expr)

    def expr_to_required_interface(self, required: Ref, requiring: Ref, expr: Expr) -> Expr:
        """Read an interface value seen as an interface that it requires."""
        return EToRequiredInterface(required, requiring, expr)

    def expr_from_required_interface(self, required: Ref, requiring: Ref, expr: Expr) -> Expr:
        """Read an interface value seen as one that requires it."""
        return EFromRequiredInterface(required, requiring, expr)

    def expr_unsafe_from_required_interface(
        self, required: Ref, requiring: Ref, cid: Expr, expr: Expr
    ) -> Expr:
        """Read the aborting form of `expr_from_required_interface`."""
        return EUnsafeFromRequiredInterface(required, requiring, cid, expr)

    def expr_call_interface(self, interface: Ref, method: str, expr: Expr) -> Expr:
        """Read the call of a method."""
        return ECallInterface(interface, method, expr)

    def expr_view_interface(self, interface: Ref, expr: Expr) -> Expr:
        """Read the view of an interface value."""
        return EViewInterface(interface, expr)

    def expr_signatory_interface(self, interface: Ref, expr: Expr) -> Expr:
        """Read the signatories of an interface value."""
        return ESignatoryInterface(interface, expr)

    def expr_observer_interface(self, interface: Ref, expr: Expr) -> Expr:
        """Read the observers of an interface value."""
        return EObserverInterface(interface, expr)

    def expr_interface_template_type_rep(self, interface: Ref, expr: Expr) -> Expr:
        """Read the template type behind an interface value."""
        return EInterfaceTemplateTypeRep(interface, expr)

    def update(self, update: Update) -> Update:
        """Read an update."""
        return update

    def pure(self, type_: Type, expr: Expr) -> Update:
        """Read an update that only gives a value."""
        return UPure(type_, expr)

    def block_update(self, bindings: list[Binding], body: Expr) -> Update:
        """Read updates in order."""
        return UBlock(tuple(bindings), body)

    def update_create(self, template: Ref, arg: Expr) -> Update:
        """Read a create."""
        return UCreate(template, arg)

    def update_create_interface(self, interface: Ref, arg: Expr) -> Update:
        """Read a create from an interface value."""
        return UCreateInterface(interface, arg)

    def update_exercise(self, template: Ref, choice: str, cid: Expr, arg: Expr) -> Update:
        """Read an exercise."""
        return UExercise(template, choice, cid, arg)

    def update_exercise_interface(
        self, interface: Ref, choice: str, cid: Expr, arg: Expr
    ) -> Update:
        """Read an exercise of an interface's choice."""
        return UExerciseInterface(interface, choice, cid, arg)

    def update_exercise_by_key(self, template: Ref, choice: str, key: Expr, arg: Expr) -> Update:
        """Read an exercise by key."""
        self.since("3", "exercise_by_key")
        return UExerciseByKey(template, choice, key, arg)

    def update_fetch(self, template: Ref, cid: Expr) -> Update:
        """Read a fetch."""
        return UFetch(template, cid)

    def update_fetch_interface(self, interface: Ref, cid: Expr) -> Update:
        """Read a fetch as an interface value."""
        return UFetchInterface(interface, cid)

    def update_retrieve_by_key_fetch(self, template: Ref) -> Update:
        """Read a fetch by key."""
        self.since("3", "fetch_by_key")
        return UFetchByKey(template)

    def update_retrieve_by_key_lookup(self, template: Ref) -> NoReturn:
        """Refuse a look-up by key: no released version has it."""
        raise FeatureNotSupported("lookup_by_key", self.minor)

    def update_query_n_by_key(self, template: Ref) -> Update:
        """Read a look-up of several contracts by key."""
        self.since("3", "query_n_by_key")
        return UQueryNByKey(template)

    def unit_get_time(self) -> Update:
        """Read the request for the ledger time."""
        return _GET_TIME

    def expr_ledger_time_lt(self, location: object, time: Expr) -> Update:
        """Read the comparison with the ledger time."""
        return ULedgerTimeLT(time)

    def update_embed_expr(self, type_: Type, body: Expr) -> Update:
        """Read an expression whose evaluation is delayed."""
        return UEmbed(type_, body)

    def update_try_catch(self, result: Type, body: Expr, binder: str, handler: Expr) -> Update:
        """Read a body with a handler of exceptions."""
        return UTryCatch(result, body, binder, handler)

"""The runtime: packages in, compiled templates and values out, everything bounded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from cantata.kernel.time import Clock, SystemClock
from cantata.lf.model import Packages, Ref, Type
from cantata.lf.runtime import apply, library
from cantata.lf.runtime.budget import Budget, Limits
from cantata.lf.runtime.cache.code import CodeCache
from cantata.lf.runtime.compiled import (
    CompiledChoice,
    CompiledInstance,
    CompiledInterface,
    CompiledKey,
    CompiledMethod,
    CompiledTemplate,
)
from cantata.lf.runtime.deep import on_large_stack
from cantata.lf.runtime.errors import (
    FailureStatus,
    InternalError,
    InterpretationError,
    InterpretationTimeExceeded,
)
from cantata.lf.runtime.exceptions import ARITHMETIC_ERROR, LFThrow
from cantata.lf.runtime.linker import UNSET, Definitions, Linker
from cantata.lf.runtime.locate import locate
from cantata.lf.runtime.translate import links
from cantata.lf.runtime.typed.checks import Checks
from cantata.lf.runtime.typed.conversion import Conversion
from cantata.lf.runtime.typed.keyhash import KeyHashes
from cantata.lf.runtime.typed.plans import Plans
from cantata.lf.runtime.typed.stored import Storing
from cantata.lf.runtime.typed.texts import Texts
from cantata.lf.runtime.values import ExceptionValue, Fun, Value

T = TypeVar("T")


class Runtime:
    """Runs the code of a set of packages.

    One interpretation runs at a time; other threads wait. `cache` is a folder for translated
    code; `trace` takes the messages of TRACE; `clock` holds the deadline.
    """

    def __init__(
        self,
        packages: Packages,
        *,
        cache: Path | None = None,
        limits: Limits | None = None,
        trace: Callable[[str], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self.packages = packages
        self.limits = limits or Limits()
        self.budget = Budget(self.limits, self._clock)
        self.on_ledger = True
        self._sink = trace
        self._messages: list[str] = []
        self._lock = threading.Lock()
        self._thread: int | None = None
        self._cache = None if cache is None else CodeCache(cache, packages)
        self._begin()

    def _begin(self) -> None:
        """Know nothing of the packages yet.

        Code holds parts of the packages that it refers to, so that none of it can stay when a real
        package took the place of a declaration.
        """
        self._replaced = self.packages.replaced
        self._plans = Plans(self.packages)
        self._checks = Checks(self._plans, self)
        self._storing = Storing(self._plans)
        self._key_hashes = KeyHashes(self._plans)
        self._conversion = Conversion(self._plans)
        self._definitions = Definitions(self.packages, self, self.checker)
        self._table = library.table(self)
        self._linker = Linker(self.packages, self._table, self._definitions, self._cache)

    # definitions

    def template(self, ref: Ref) -> CompiledTemplate:
        """Give a template, or raise `UnknownDefinition`."""
        return self._definitions.template(ref)

    def interface(self, ref: Ref) -> CompiledInterface:
        """Give an interface, or raise `UnknownDefinition`."""
        return self._definitions.interface(ref)

    def checker(self, type_: Type) -> Callable[[Value], None]:
        """Give the check of a type's values: `ValueNesting` or `MalformedText`."""
        return self._checks.check(type_)

    def stored(self, value: Value, type_: Type) -> Value:
        """Give the stored form of a value: no record ends in None, at any depth."""
        return self._storing.store(type_)(value)

    def text(self, value: Value, type_: Type, *, labelled: bool = True) -> str:
        """Print a value as the engine does in error texts; stored values have no labels there."""
        return Texts(self._plans, labelled=labelled).text(value, type_)

    # running

    def guarded(self, function: Callable[..., T], *args: Any) -> T:
        """Run a function that runs contract code on the ledger, within the limits.

        On deep recursion it is called a second time, so it must start from scratch.
        """
        return self._guard(function, args, on_ledger=True)

    def fatal(self, thrown: LFThrow) -> NoReturn:
        """Turn an exception that nobody may catch into `FailureStatus`."""
        raise self._failure(thrown.value) from None

    def uncatchable(self, function: Callable[..., T], *args: Any) -> T:
        """Run contract code whose exceptions nobody may catch."""
        try:
            return function(*args)
        except LFThrow as thrown:
            self.fatal(thrown)

    def evaluate(self, ref: Ref, *args: Value) -> Value:
        """Give a top-level value applied to arguments, off the ledger."""
        return self._guard(self._evaluate, (ref, args), on_ledger=False)

    def _evaluate(self, ref: Ref, args: tuple[Value, ...]) -> Value:
        arity = self._linker.translator.shapes.shape(ref).arity
        if not arity:
            value = self._linker.get(links.ref_link(links.MEMO, ref))
            if value is UNSET:
                value = self._linker.get(links.ref_link(links.CONSTANT, ref))()
        else:
            value = Fun(arity, self._linker.get(links.ref_link(links.CALL, ref)))
        return apply.apn(value, args)

    def view(self, template: Ref, interface: Ref, payload: Value) -> Value:
        """Give the view of a payload, off the ledger."""
        instance = self.template(template).instance(interface)
        if instance is None:
            raise InternalError(f"unknown interface instance {interface} for {template}")
        return self._guard(lambda: instance.view(payload), (), on_ledger=False)

    def save(self) -> None:
        """Write code translated so far to the cache; without a cache, do nothing."""
        self._linker.save()

    def forget(self) -> None:
        """Forget all computed top-level constants."""
        self._linker.forget()

    def _guard(self, function: Callable[..., T], args: tuple[Any, ...], *, on_ledger: bool) -> T:
        if self._thread == threading.get_ident():
            return function(*args)
        with self._lock:
            if self.packages.replaced != self._replaced:
                self._begin()
            self.on_ledger = on_ledger
            try:
                return self._bounded(function, args)
            finally:
                self._thread = None
                self._flush()

    def _bounded(self, function: Callable[..., T], args: tuple[Any, ...]) -> T:
        known = len(self._linker.memoized)
        try:
            return self._attempt(function, args)
        except RecursionError:
            self._linker.forget(known)
            self._messages.clear()
        try:
            return on_large_stack(self.limits.frames, lambda: self._attempt(function, args))
        except RecursionError:
            raise InterpretationTimeExceeded(f"{self.limits.frames} nested calls") from None

    def _attempt(self, function: Callable[..., T], args: tuple[Any, ...]) -> T:
        self._thread = threading.get_ident()
        self.budget = Budget(self.limits, self._clock)
        self._table["T"] = self.budget.ticks
        try:
            return function(*args)
        except LFThrow as thrown:
            failure = self._unhandled(thrown)
            failure.location = locate(thrown.__traceback__, self._linker.places)
            raise failure from None
        except InterpretationError as error:
            error.location = locate(error.__traceback__, self._linker.places)
            raise
        except MemoryError:
            raise InterpretationTimeExceeded("memory") from None

    def _unhandled(self, thrown: LFThrow) -> FailureStatus:
        """Give the failure that an exception is at the top.

        On the ledger an exception in the message function shows in the text; off the ledger it
        takes the place of the first.
        """
        while not self.on_ledger:
            try:
                return self._described(thrown.value, self.exception_message(thrown.value))
            except LFThrow as second:
                self.budget.tick()
                thrown = second
        return self._failure(thrown.value)

    def _failure(self, exception: ExceptionValue) -> FailureStatus:
        try:
            message = self.exception_message(exception)
        except LFThrow as second:
            name = second.value.ref.qualified
            message = f"<Failed to calculate message as {name} was thrown during conversion>"
        return self._described(exception, message)

    @staticmethod
    def _described(exception: ExceptionValue, message: str) -> FailureStatus:
        return FailureStatus(f"UNHANDLED_EXCEPTION/{exception.ref.qualified}", 9, message)

    # what translated code asks for

    def trace(self, message: str) -> None:
        """Take a message of TRACE; it is passed on when the interpretation ends."""
        if self._sink is not None:
            self._messages.append(message)

    def _flush(self) -> None:
        if self._sink is not None:
            for message in self._messages:
                self._sink(message)
            self._messages.clear()

    def exception_message(self, exception: ExceptionValue) -> str:
        """Run an exception's message function."""
        if exception.ref == ARITHMETIC_ERROR:
            return str(exception.payload[0])
        return self._linker.message(exception.ref)(exception.payload)

    def convert(self, payload: Value, source: Ref, target: Ref, cid: str | None = None) -> Value:
        """Read a payload of template `source` as one of `target`, another version of it.

        Raises `UpgradeTranslationFailed`, which names the contract if `cid` is given.
        """
        return self._conversion.convert(payload, source, target, cid)

    # parts of compiled definitions

    def template_part(self, template: CompiledTemplate, name: str) -> Any:
        """Give the code of a part of a template."""
        if name == "check":
            return self.checker(template.payload_type)
        return self._linker.part(template.ref, name)

    def key_part(self, key: CompiledKey, name: str) -> Any:
        """Give the code of a part of a key."""
        template = key.template
        if name == "check":
            return self.checker(key.type)
        if name == "hash":
            return self._key_hashes.hasher(template.package_name, template.ref, key.type)
        return self._linker.part(template.ref, f"key-{name}")

    def choice_part(self, choice: CompiledChoice, name: str) -> Any:
        """Give the code of a part of a choice."""
        if name == "check_arg":
            return self.checker(choice.arg_type)
        if name == "check_result":
            return self.checker(choice.result_type)
        side = "template" if isinstance(choice.owner, CompiledTemplate) else "interface"
        return self._linker.part(choice.owner.ref, name, side, choice.name)

    def instance_part(self, instance: CompiledInstance, name: str) -> Any:
        """Give the code of a part of an instance."""
        return self._linker.part(instance.template.ref, name, *_path(instance))

    def method_part(self, method: CompiledMethod, name: str) -> Any:
        """Give the code of a method."""
        part = "method-run" if name == "run" else "method"
        owner = method.instance
        return self._linker.part(owner.template.ref, part, *_path(owner), method.name)


def _path(instance: CompiledInstance) -> tuple[str, str, str]:
    ref = instance.interface.ref
    return ref.package, ref.module, ref.name

"""Templates, choices, interfaces and instances as Python objects whose code appears on first use.

Attributes that hold code (`precondition`, `run`, …) are plain functions; the first call
translates them, and so does `link`. All must be called inside `Runtime.guarded`. Code that may
throw an exception of LF raises `LFThrow`; `Runtime.guarded` turns an uncaught one into
`FailureStatus`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from cantata.lf.model import Choice, DefInterface, DefTemplate, Implements, Key, Ref, TCon, Type
from cantata.lf.runtime.errors import InternalError
from cantata.lf.runtime.values import Cons, Value


class Linker(Protocol):
    """Who supplies the code of a part on first use."""

    def template_part(self, template: CompiledTemplate, name: str) -> Any:
        """Give the code of ``precondition``, ``signatories``, ``observers`` or ``check``."""

    def key_part(self, key: CompiledKey, name: str) -> Any:
        """Give the code of ``of``, ``maintainers``, ``check`` or ``hash``."""

    def choice_part(self, choice: CompiledChoice, name: str) -> Any:
        """Give the code of ``controllers``, ``observers``, ``run``, ``check_arg`` or another."""

    def instance_part(self, instance: CompiledInstance, name: str) -> Any:
        """Give the code of ``view``."""

    def method_part(self, method: CompiledMethod, name: str) -> Any:
        """Give the code of ``call`` or ``run``."""


class CompiledChoice:
    """A choice of a template or of an interface.

    `controllers(this, arg)` and `observers(this, arg)` give cons lists of party ids; an exception
    thrown in them is fatal and arrives as `FailureStatus`, as the engine wants it.
    `run(effects, self_cid, this, arg)` gives the result. `this` is the payload, or for a choice
    of an interface an `InterfaceValue`. `check_arg(value)` and `check_result(value)` raise
    `ValueNesting` or `MalformedText`.
    """

    __slots__ = (
        "arg_type",
        "check_arg",
        "check_result",
        "consuming",
        "controllers",
        "definition",
        "linker",
        "name",
        "observers",
        "owner",
        "result_type",
        "run",
    )

    controllers: Callable[[Value, Value], Cons]
    observers: Callable[[Value, Value], Cons]
    run: Callable[[Any, str, Value, Value], Value]
    check_arg: Callable[[Value], None]
    check_result: Callable[[Value], None]

    def __init__(
        self, linker: Linker, owner: CompiledTemplate | CompiledInterface, definition: Choice
    ) -> None:
        self.linker = linker
        self.owner = owner
        self.definition = definition
        self.name = definition.name
        self.consuming = definition.consuming
        self.arg_type: Type = definition.arg_type
        self.result_type: Type = definition.result
        _link_later(self, linker.choice_part)

    def link(self) -> None:
        """Translate all parts now."""
        _link_all(self, self.linker.choice_part)


class CompiledMethod:
    """A method of an instance: `call(this, *args)` with `arity` further arguments.

    `run(this, *args, effects)` calls it and runs the update that it gives.
    """

    __slots__ = ("arity", "call", "instance", "linker", "name", "run")

    call: Callable[..., Value]
    run: Callable[..., Value]

    def __init__(self, linker: Linker, instance: CompiledInstance, name: str, arity: int) -> None:
        self.linker = linker
        self.instance = instance
        self.name = name
        self.arity = arity
        _link_later(self, linker.method_part)

    def link(self) -> None:
        """Translate all parts now."""
        _link_all(self, self.linker.method_part)


class CompiledInstance:
    """An instance of an interface in a template.

    `view(payload)` gives the view, checked for nesting and legal text.
    """

    __slots__ = ("definition", "interface", "linker", "methods", "template", "view")

    view: Callable[[Value], Value]

    def __init__(
        self,
        linker: Linker,
        template: CompiledTemplate,
        interface: CompiledInterface,
        definition: Implements,
        methods: dict[str, int],
    ) -> None:
        self.linker = linker
        self.template = template
        self.interface = interface
        self.definition = definition
        self.methods = {
            name: CompiledMethod(linker, self, name, arity) for name, arity in methods.items()
        }
        _link_later(self, linker.instance_part)

    def link(self) -> None:
        """Translate all parts now, methods included."""
        _link_all(self, self.linker.instance_part)
        for method in self.methods.values():
            method.link()

    def method(self, name: str) -> CompiledMethod:
        """Give the method of that name; a checked package has all of them."""
        return self.methods[name]


class CompiledKey:
    """The key of a template's contracts.

    `of(payload)` gives the key of a contract, `maintainers(key)` a cons list of party ids.
    `check(key)` raises `ValueNesting` or `MalformedText`; `hash(key)` gives the 32 bytes that are
    equal for equal keys, or raises `ContractIdInContractKey`.
    """

    __slots__ = ("check", "definition", "hash", "linker", "maintainers", "of", "template", "type")

    of: Callable[[Value], Value]
    maintainers: Callable[[Value], Cons]
    check: Callable[[Value], None]
    hash: Callable[[Value], bytes]

    def __init__(self, linker: Linker, template: CompiledTemplate, definition: Key) -> None:
        self.linker = linker
        self.template = template
        self.definition = definition
        self.type: Type = definition.type
        _link_later(self, linker.key_part)

    def link(self) -> None:
        """Translate all parts now."""
        _link_all(self, self.linker.key_part)


class Instances(dict["CompiledInterface", CompiledInstance]):
    """Instances by interface, as translated code looks them up."""

    def __missing__(self, interface: CompiledInterface) -> CompiledInstance:
        raise InternalError(f"no instance of {interface.ref}")


class CompiledTemplate:
    """A template of one package version; `key` is None if its contracts have none.

    `precondition(payload)` gives a bool, `signatories(payload)` and `observers(payload)` cons
    lists of party ids. `check(payload)` raises `ValueNesting` or `MalformedText` for a payload
    that cannot be stored.
    """

    __slots__ = (
        "by_interface",
        "check",
        "choices",
        "definition",
        "instances",
        "key",
        "linker",
        "observers",
        "package_name",
        "package_version",
        "payload_type",
        "precondition",
        "ref",
        "signatories",
    )

    precondition: Callable[[Value], bool]
    signatories: Callable[[Value], Cons]
    observers: Callable[[Value], Cons]
    check: Callable[[Value], None]

    def __init__(
        self,
        linker: Linker,
        ref: Ref,
        package_name: str,
        package_version: str,
        definition: DefTemplate,
    ) -> None:
        self.linker = linker
        self.ref = ref
        self.package_name = package_name
        self.package_version = package_version
        self.payload_type: Type = TCon(ref)
        self.definition = definition
        self.choices = {
            choice.name: CompiledChoice(linker, self, choice) for choice in definition.choices
        }
        key = definition.key
        self.key = None if key is None else CompiledKey(linker, self, key)
        self.instances: dict[Ref, CompiledInstance] = {}
        self.by_interface: dict[CompiledInterface, CompiledInstance] = Instances()
        _link_later(self, linker.template_part)

    def link(self) -> None:
        """Translate all parts now, choices and instances included."""
        _link_all(self, self.linker.template_part)
        if self.key is not None:
            self.key.link()
        for choice in self.choices.values():
            choice.link()
        for instance in self.instances.values():
            instance.link()

    def choice(self, name: str) -> CompiledChoice | None:
        """Give the choice of that name, if there is one."""
        return self.choices.get(name)

    def add_instance(self, instance: CompiledInstance) -> None:
        """Add an instance; only while the template is made."""
        self.instances[instance.interface.ref] = instance
        self.by_interface[instance.interface] = instance

    def instance(self, interface: Ref) -> CompiledInstance | None:
        """Give the instance of an interface, if the template has one."""
        return self.instances.get(interface)


class CompiledInterface:
    """An interface; `this` of its choices is an `InterfaceValue`."""

    __slots__ = ("choices", "definition", "linker", "ref", "view_type")

    def __init__(self, linker: Linker, ref: Ref, definition: DefInterface) -> None:
        self.linker = linker
        self.ref = ref
        self.definition = definition
        self.view_type: Type = definition.view
        self.choices = {
            choice.name: CompiledChoice(linker, self, choice) for choice in definition.choices
        }

    def link(self) -> None:
        """Translate all choices now."""
        for choice in self.choices.values():
            choice.link()

    def choice(self, name: str) -> CompiledChoice | None:
        """Give the choice of that name, if there is one."""
        return self.choices.get(name)


class InterfaceValue:
    """A contract's payload seen through an interface, with the template it belongs to."""

    __slots__ = ("payload", "template")

    def __init__(self, template: CompiledTemplate, payload: Value) -> None:
        self.template = template
        self.payload = payload

    def __repr__(self) -> str:
        return f"InterfaceValue({self.template.ref}, {self.payload!r})"


Supply = Callable[[Any, str], Callable[..., Value]]


def _link_later(part: Any, supply: Supply) -> None:
    """Let each attribute that holds code be a function that replaces itself by that code.

    A class with `__getattr__` would do it too, but there every attribute costs eight times more.
    """
    for name in type(part).__annotations__:
        setattr(part, name, _later(part, name, supply))


def _later(part: Any, name: str, supply: Supply) -> Callable[..., Value]:
    def link_and_call(*args: Value) -> Value:
        code = supply(part, name)
        setattr(part, name, code)
        return code(*args)

    return link_and_call


def _link_all(part: Any, supply: Supply) -> None:
    for name in type(part).__annotations__:
        setattr(part, name, supply(part, name))

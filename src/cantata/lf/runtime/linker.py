"""The table in which translated code runs, and how names in it get their meaning on first use."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from cantata.lf.model import Package, Packages, Ref, TCon, Type
from cantata.lf.runtime import compiled
from cantata.lf.runtime.cache.code import CodeCache, pack, unpack
from cantata.lf.runtime.errors import InternalError
from cantata.lf.runtime.translate import links
from cantata.lf.runtime.translate.builtins import CALLS
from cantata.lf.runtime.translate.context import Place
from cantata.lf.runtime.translate.links import Link, link_name, link_ref
from cantata.lf.runtime.translate.shapes import lambdas
from cantata.lf.runtime.translate.stored import Stored, compile_unit
from cantata.lf.runtime.translate.units import Owner, Translator, Unit
from cantata.lf.runtime.values import Fun, Value

UNSET = object()
"""Stands for a top-level constant that was not computed yet."""


class Linker:
    """Owns the table of one runtime."""

    def __init__(
        self,
        packages: Packages,
        table: dict[str, Any],
        definitions: Definitions,
        cache: CodeCache | None,
    ) -> None:
        self.packages = packages
        self.table = table
        self.definitions = definitions
        self.translator = Translator(packages)
        self.places: dict[str, dict[int, Place]] = {}
        self._cache = cache
        self._packed: dict[str, tuple[Package, dict[str, bytes]]] = {}
        self._changed: set[str] = set()
        self.memoized: list[str] = []
        table["U"] = UNSET

    # names

    def name(self, link: Link) -> str:
        """Give the name of a link, and put something under that name into the table."""
        name = link_name(link)
        if name not in self.table:
            self.table[name] = self._make(name, link)
        return name

    def get(self, link: Link) -> Any:
        """Give what a link stands for."""
        return self.table[self.name(link)]

    def _make(self, name: str, link: Link) -> Any:
        kind = link[0]
        if kind in (links.CALL, links.RUN, links.CONSTANT):
            return self._lazy(name, link)
        if kind == links.VALUE:
            arity = link[4]
            assert isinstance(arity, int)
            return Fun(arity, self.get(links.ref_link(links.CALL, link_ref(link))))
        if kind == links.MEMO:
            return UNSET
        return self._constant(kind, link)

    def _constant(self, kind: object, link: Link) -> Any:
        match kind:
            case links.TEMPLATE:
                return self.definitions.template(link_ref(link))
            case links.INTERFACE:
                return self.definitions.interface(link_ref(link))
            case links.TYPE:
                return links.key_type(link[1])
            case links.CHECK:
                return self.definitions.checker(links.key_type(link[1]))
            case links.REF:
                return link_ref(link)
            case links.DECIMAL:
                return Decimal(str(link[1]))
            case links.BUILTIN:
                return Fun(CALLS[str(link[1])].arity, self.table[str(link[1])])
        raise InternalError(f"unknown link {link!r}")

    # code

    def _lazy(self, name: str, link: Link) -> Callable[..., Value]:
        """Give a function that loads the real one when it is first called.

        The real one takes its place in the table; partial applications may hold on to this one.
        """
        table = self.table

        def load_and_call(*args: Value) -> Value:
            function = table[name]
            if function is load_and_call:
                function = self.load(name, link)
            return function(*args)

        return load_and_call

    def load(self, name: str, link: Link) -> Callable[..., Value]:
        """Translate a unit or take it from the cache, and put its function into the table."""
        if self._cache is None:
            return self._install(name, link, compile_unit(self._translate(link)))
        package = str(link[1])
        packed = self._units(package)
        if name not in packed:
            stored = compile_unit(self._translate(link))
            packed[name] = pack(stored)
            self._changed.add(package)
            return self._install(name, link, stored)
        return self._install(name, link, unpack(packed[name]))

    def _units(self, package_id: str) -> dict[str, bytes]:
        """Give the units of a package that are known, packed.

        Those of a declaration are not for the real package that takes its place.
        """
        package = self.packages[package_id]
        known = self._packed.get(package_id)
        if known is None or known[0] is not package:
            assert self._cache is not None
            known = self._packed[package_id] = package, self._cache.load(package)
            self._changed.discard(package_id)
        return known[1]

    def save(self) -> None:
        """Write what was translated since the last time to the cache."""
        if self._cache is not None:
            for package_id in sorted(self._changed):
                self._cache.save(*self._packed[package_id])
        self._changed.clear()

    def _install(self, name: str, link: Link, stored: Stored) -> Callable[..., Value]:
        code, named, places = stored
        for other in named.values():
            self.name(other)
        scope: dict[str, Any] = {}
        exec(code, self.table, scope)
        self.table.update(scope)
        if places:
            self.places[code.co_filename] = places
        function: Callable[..., Value] = scope[name]
        if link[0] == links.CONSTANT:
            memo = self.name(links.ref_link(links.MEMO, link_ref(link)))
            function = self._memoizing(memo, function)
        elif link[0] == links.CALL:
            arity = code_arity(function)
            value = self.table.get(link_name(links.value_link(link_ref(link), arity)))
            if value is not None:
                value.code = function
        self.table[name] = function
        return function

    def _memoizing(self, memo: str, compute: Callable[[], Value]) -> Callable[[], Value]:
        """Give a function that computes a constant and remembers it; errors are not remembered."""
        table, memoized = self.table, self.memoized

        def evaluate() -> Value:
            value = table[memo] = compute()
            memoized.append(memo)
            return value

        return evaluate

    def forget(self, start: int = 0) -> None:
        """Forget the constants computed since there were `start` of them."""
        for memo in self.memoized[start:]:
            self.table[memo] = UNSET
        del self.memoized[start:]

    def _translate(self, link: Link) -> Unit:
        kind = link[0]
        if kind == links.PART:
            return self._translate_part(link)
        ref = link_ref(link)
        if kind == links.MESSAGE:
            return self.translator.function(link, TCon(ref), self.packages.exception(ref).message)
        return self.translator.value(link, ref, run=kind == links.RUN)

    def _translate_part(self, link: Link) -> Unit:
        ref, (part, *path) = link_ref(link), [str(item) for item in link[4:]]
        if not path:
            return self._translate_of_template(link, ref, part)
        if part in ("view", "method", "method-run"):
            return self._translate_instance(link, ref, part, path)
        return self._translate_choice(link, ref, part, path[0], path[1])

    def _translate_of_template(self, link: Link, ref: Ref, part: str) -> Unit:
        template = self.packages.template(ref)
        if not part.startswith("key-"):
            return self.translator.of_payload(link, template, ref, getattr(template, part))
        key = template.key
        assert key is not None, "parts of a key are asked for where there is one"
        if part == "key-of":
            return self.translator.of_payload(link, template, ref, key.key)
        return self.translator.function(link, key.type, key.maintainers)

    def _translate_choice(self, link: Link, ref: Ref, part: str, side: str, name: str) -> Unit:
        found = self.packages.template if side == "template" else self.packages.interface
        definition = found(ref)
        choice = definition.choice(name)
        assert choice is not None
        owner = Owner.of(ref, definition)
        if part == "run":
            return self.translator.body(link, owner, choice)
        return self.translator.parties(link, owner, choice, getattr(choice, part))

    def _translate_instance(self, link: Link, ref: Ref, part: str, path: list[str]) -> Unit:
        interface = Ref(*path[:3])
        template = self.packages.template(ref)
        instance = next(item for item in template.implements if item.interface == interface)
        if part == "view":
            view = self.packages.interface(interface).view
            return self.translator.view(link, template, ref, instance.view, view)
        body = dict(instance.methods)[path[3]]
        return self.translator.method(link, template, ref, body, run=part == "method-run")

    # parts of compiled definitions

    def part(self, ref: Ref, *path: str) -> Callable[..., Value]:
        """Give the function of a part of a template or interface."""
        link = (*links.ref_link(links.PART, ref), *path)
        return self.load(link_name(link), link)

    def message(self, ref: Ref) -> Callable[[Value], str]:
        """Give the message function of an exception."""
        link = links.ref_link(links.MESSAGE, ref)
        name = link_name(link)
        return self.table.get(name) or self.load(name, link)


def code_arity(function: Any) -> int:
    """Give the number of parameters of a Python function."""
    count: int = function.__code__.co_argcount
    return count


class Definitions:
    """The compiled templates and interfaces of one runtime, each made once."""

    def __init__(
        self,
        packages: Packages,
        linker: compiled.Linker,
        checker: Callable[[Type], Callable[[Value], None]],
    ) -> None:
        self.packages = packages
        self.linker = linker
        self.checker = checker
        self._templates: dict[Ref, compiled.CompiledTemplate] = {}
        self._interfaces: dict[Ref, compiled.CompiledInterface] = {}

    def template(self, ref: Ref) -> compiled.CompiledTemplate:
        """Give a template, or raise `UnknownDefinition`."""
        found = self._templates.get(ref)
        if found is None:
            definition = self.packages.template(ref)
            package = self.packages[ref.package]
            found = compiled.CompiledTemplate(
                self.linker, ref, package.name, package.version, definition
            )
            for item in definition.implements:
                interface = self.interface(item.interface)
                arities = {name: len(lambdas(body)[0]) for name, body in item.methods}
                found.add_instance(
                    compiled.CompiledInstance(self.linker, found, interface, item, arities)
                )
            self._templates[ref] = found
        return found

    def interface(self, ref: Ref) -> compiled.CompiledInterface:
        """Give an interface, or raise `UnknownDefinition`."""
        found = self._interfaces.get(ref)
        if found is None:
            definition = self.packages.interface(ref)
            found = compiled.CompiledInterface(self.linker, ref, definition)
            self._interfaces[ref] = found
        return found

"""Typing of templates, interfaces and the instances between them."""

from __future__ import annotations

from cantata.lf.check.infos import InterfaceInfo
from cantata.lf.check.nodes import Ty
from cantata.lf.check.printing import show
from cantata.lf.check.typer import Typer
from cantata.lf.check.world import World
from cantata.lf.model import (
    Builtin,
    Choice,
    DefInterface,
    DefTemplate,
    EnumType,
    Implements,
    InterfaceType,
    Module,
    Package,
    Record,
    Ref,
    TApp,
    TCon,
    Variant,
)

_VARIETIES = {Variant: "a variant type", EnumType: "an enum type", InterfaceType: "an interface"}


class TemplateChecker:
    """Checks templates and interfaces; each choice, method and view on its own."""

    def __init__(self, package: Package, world: World, typer: Typer) -> None:
        self._package = package
        self._world = world
        self._typer = typer
        prim = typer.prim
        self._bool = prim(Builtin.BOOL)
        self._parties = prim(Builtin.LIST, prim(Builtin.PARTY))

    def check_template(self, module: Module, template: DefTemplate) -> None:
        """Report what is ill-typed in a template."""
        report = self._world.report
        report.at(module.name, template.name)
        ref = Ref(self._package.id, module.name, template.name)
        info = self._world.data(ref)
        if info is None:
            return
        if info.params or not isinstance(info.cons, Record):
            text = "expected monomorphic record type in template definition, but found"
            report.add("EExpectedTemplatableType", f"{text} {ref.qualified}")
            return
        this = (template.param, info.node)
        for part, expr, expected in (
            ("precondition", template.precondition, self._bool),
            ("signatories", template.signatories, self._parties),
            ("observers", template.observers, self._parties),
        ):
            report.at(module.name, template.name, part)
            self._typer.check_top(expr, expected, (this,))
        for choice in template.choices:
            report.at(module.name, template.name, f"choice {choice.name}")
            self._check_choice(ref, this, choice)
        for instance in template.implements:
            report.at(module.name, template.name, f"instance {instance.interface.qualified}")
            self._check_instance(ref, this, instance)
        self._check_key(module, template, this)

    def _check_key(self, module: Module, template: DefTemplate, this: tuple[str, Ty]) -> None:
        if template.key is None:
            return
        self._world.report.at(module.name, template.name, "key")
        self._world.require_minor(3, "contract keys")
        type_ = self._typer.star_closed(template.key.type)
        self._typer.check_top(template.key.key, type_, (this,))
        maintainers = self._world.arena.arrow(type_, self._parties)
        self._typer.check_top(template.key.maintainers, maintainers)

    def _check_choice(self, ref: Ref, this: tuple[str, Ty], choice: Choice) -> None:
        typer = self._typer
        arg = (choice.arg_binder, typer.star_closed(choice.arg_type))
        result = typer.star_closed(choice.result)
        typer.check_top(choice.controllers, self._parties, (this, arg))
        typer.check_top(choice.observers, self._parties, (this, arg))
        cid = (choice.self_binder, typer.prim(Builtin.CONTRACT_ID, typer.con(ref)))
        typer.check_top(choice.update, typer.prim(Builtin.UPDATE, result), (this, cid, arg))

    def _check_instance(self, ref: Ref, this: tuple[str, Ty], instance: Implements) -> None:
        interface = self._world.interface(instance.interface)
        if interface is None:
            return
        self._check_required(ref, instance, interface)
        self._check_methods(this, instance, interface)
        self._world.report.mismatch_rule = "EViewTypeMismatch"
        self._typer.check_top(instance.view, self._typer.read(interface.view), (this,))

    def _check_required(self, ref: Ref, instance: Implements, interface: InterfaceInfo) -> None:
        for required in sorted(interface.requires, key=str):
            if not self._world.implements(required, ref):
                text = f"missing required interface instance {required} for {ref}, required by"
                self._world.report.add(
                    "EMissingRequiredInterfaceInstance", f"{text} interface {instance.interface}"
                )

    def _check_methods(
        self, this: tuple[str, Ty], instance: Implements, interface: InterfaceInfo
    ) -> None:
        report = self._world.report
        wanted = interface.methods
        given = {name for name, _ in instance.methods}
        for name in wanted:
            if name not in given:
                text = f"interface instance lacks an implementation for method '{name}'"
                report.add("EMissingMethodInInterfaceInstance", text)
        report.mismatch_rule = "EMethodTypeMismatch"
        for name, expr in instance.methods:
            type_ = wanted.get(name)
            if type_ is None:
                text = f"interface {instance.interface} has no method '{name}'"
                report.add("EUnknownMethodInInterfaceInstance", text)
            else:
                self._typer.check_top(expr, self._typer.read(type_), (this,))

    def check_interface(self, module: Module, interface: DefInterface) -> None:
        """Report what is ill-typed in an interface."""
        report = self._world.report
        ref = Ref(self._package.id, module.name, interface.name)
        report.at(module.name, interface.name)
        self._check_requires(ref, interface)
        for method in interface.methods:
            report.at(module.name, interface.name, f"method {method.name}")
            self._typer.star_closed(method.type)
        this = (interface.param, self._typer.con(ref))
        for choice in interface.choices:
            report.at(module.name, interface.name, f"choice {choice.name}")
            self._check_choice(ref, this, choice)
        report.at(module.name, interface.name, "view")
        self._check_view(interface)

    def _check_requires(self, ref: Ref, interface: DefInterface) -> None:
        report = self._world.report
        closed = frozenset(interface.requires)
        if ref in closed:
            report.add("ECircularInterfaceRequires", f"interface {ref} requires itself")
        for required in interface.requires:
            found = self._world.interface(required)
            for further in sorted(found.requires, key=str) if found else ():
                self._world.spend()
                if further not in closed:
                    text = f"interface {ref} is missing requirement {further}, required by"
                    report.add("ENotClosedInterfaceRequires", f"{text} {required}")

    def _check_view(self, interface: DefInterface) -> None:
        report = self._world.report
        shown = show(self._typer.read(interface.view))
        text = f"expected monomorphic record type in view type, but found {shown}"
        if isinstance(interface.view, TApp):
            report.add("EViewTypeHasVars", f"{text}, a type with arguments")
            return
        if not isinstance(interface.view, TCon):
            report.add("EViewTypeHeadNotCon", f"{text}, no type constructor")
            return
        info = self._world.data(interface.view.ref)
        if info is None:
            return
        if info.params:
            report.add("EViewTypeHasVars", f"{text}, a type with parameters")
        elif not isinstance(info.cons, Record):
            report.add("EViewTypeConNotRecord", f"{text}, {_VARIETIES[type(info.cons)]}")

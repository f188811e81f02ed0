"""Rules on templates, interfaces and choices."""

from __future__ import annotations

from cantata.lang.diagnostics.rule import Rule

SIGNATORIES = Rule(
    "CL201",
    "template `{name}` has no signatories",
    "a contract needs somebody who agrees to it",
    "write def signatories(self) -> list[Party]",
)
SIGNATURE = Rule(
    "CL202",
    "`{name}` is not declared as {owner} wants it",
    "{owner} wants `{expected}`",
    "write {expected}",
)
METHOD_MISSING = Rule(
    "CL203",
    "template `{name}` lacks `{method}` of {interface}",
    "an instance supplies the view and every method",
    "write {expected}",
)
BASE = Rule(
    "CL204",
    "`{source}` is no interface",
    "a template derives from Template and the interfaces it implements, an interface from "
    "Interface and those it requires",
    "remove it, or derive from an interface",
)
CHOICE_FORM = Rule(
    "CL205",
    "the declaration of choice `{name}` is wrong: {detail}",
    "it is read without running the module",
    "write @choice(controllers=lambda self: [self.owner]), with consuming=False, "
    'kind="preconsuming", observers=lambda self: [...] or name="Name" if needed',
)
CONTROLLERS = Rule(
    "CL206",
    "{what} of choice `{name}` is no lambda of self and the choice's parameters",
    "",
    "write lambda self: [self.owner] and add parameters of the choice by their names",
)
NO_CONTROLLERS = Rule(
    "CL207",
    "choice `{name}` has no controllers",
    "a choice that nobody controls can never be exercised",
    "name at least one party",
)
CHOICE_ARGUMENT = Rule(
    "CL208",
    "parameter `arg` of choice `{name}` is not the record {record}",
    "a choice with the one parameter arg takes the record of the choice's name",
    "name the parameter otherwise, or the record {record}",
)
CHOICE_NAME = Rule(
    "CL209",
    "`{name}` cannot be the name of a choice",
    "{why}",
    'choose another name with name="..."',
)
INTERFACE_MEMBER = Rule(
    "CL210",
    "`{name}` has no place in an interface: {detail}",
    "an interface has one view, methods and choices",
    "write @view or @method(...) with @abstractmethod above `def ...: ...`, or "
    "@choice(...) with a body",
)
VIEW_MISSING = Rule(
    "CL211",
    "interface `{name}` has no view",
    "what everybody may read of an implementing contract is its view",
    "write @view above def some_view(self) -> SomeView: ...",
)
VIEW_TYPE = Rule(
    "CL212", "the view of interface `{name}` is no record", "", "return a class derived from Record"
)
OWN_INTERFACE = Rule(
    "CL213",
    "template `{name}` implements interface {interface} of its own package",
    "every later version of such a package fails the upgrade check",
    "put interfaces into a package of their own",
)
MEMBER_TWICE = Rule(
    "CL214",
    "`{name}` is a member of {first} and of {second}",
    "one Python method cannot be both",
    "implement the interfaces by two templates",
)
OWN_DECORATION = Rule(
    "CL215",
    "`{name}` of template `{template}` is declared with a decorator",
    "whether it has effects is said by the interface",
    "remove the decorator",
)
STAKEHOLDERS = Rule(
    "CL216",
    "template `{name}` has empty signatories",
    "a contract needs somebody who agrees to it",
    "name at least one party",
)

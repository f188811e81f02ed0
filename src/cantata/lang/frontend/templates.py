"""Templates: fields, rules, choices and the members of their interfaces, resolved."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cantata.lang.diagnostics import contracts as rules
from cantata.lang.diagnostics import definitions
from cantata.lang.frontend.choices import read_choice
from cantata.lang.frontend.data import class_body, read_method, refuse_member
from cantata.lang.frontend.signatures import decorators, method_of, read_fields, read_signature
from cantata.lang.frontend.symbols import InterfaceInfo, MethodInfo, TemplateInfo, source_of
from cantata.lang.frontend.world import World, show
from cantata.lang.ir.types import BOOL, PARTIES, Type

RULES: dict[str, Type] = {"signatories": PARTIES, "observers": PARTIES, "ensure": BOOL}
"""The reserved methods of a template and their results."""


def read_template(world: World, info: TemplateInfo) -> None:
    """Resolve all that a template declares."""
    wanted = _members(world, info)
    for statement in class_body(info.node):
        match statement:
            case ast.AnnAssign():
                read_fields(world, info.record, statement)
            case ast.FunctionDef():
                _read_function(world, info, statement, wanted)
            case _:
                refuse_member(world, info.module, statement, "template", info.name)
    if "signatories" not in info.rules:
        world.add(info.module, info.node, rules.SIGNATORIES, name=info.name)
    for name, (interface, member) in wanted.items():
        if name not in info.members:
            world.add(
                info.module,
                info.node,
                rules.METHOD_MISSING,
                name=info.name,
                method=name,
                interface=interface.name,
                expected=expected(name, [p.type for p in member.parameters], member.result),
            )
    for interface in info.interfaces:
        if interface.module.key == info.module.key and info.module.declared_id is None:
            where = info.node
            world.add(
                info.module, where, rules.OWN_INTERFACE, name=info.name, interface=interface.name
            )


def expected(name: str, parameters: Sequence[Type | None], result: Type | None) -> str:
    """Print the signature that a method must have."""
    shown = ", ".join(["self", *(f"p{i}: {show(t)}" for i, t in enumerate(parameters, 1))])
    return f"def {name}({shown}) -> {show(result)}"


def _members(world: World, info: TemplateInfo) -> dict[str, tuple[InterfaceInfo, MethodInfo]]:
    """Give what the interfaces want, by Python name."""
    wanted: dict[str, tuple[InterfaceInfo, MethodInfo]] = {}
    for interface in info.interfaces:
        for name, member in interface.members.items():
            if name in wanted:
                first = wanted[name][0].name
                world.add(
                    info.module,
                    info.node,
                    rules.MEMBER_TWICE,
                    name=name,
                    first=first,
                    second=interface.name,
                )
            wanted[name] = (interface, member)
    return wanted


def _read_function(
    world: World,
    info: TemplateInfo,
    node: ast.FunctionDef,
    wanted: dict[str, tuple[InterfaceInfo, MethodInfo]],
) -> None:
    marks = decorators(info.module, node)
    taken = (info.rules, info.members, info.choices, info.record.methods, info.record.fields)
    if any(node.name in names for names in taken):
        world.add(info.module, node, definitions.DUPLICATE, name=node.name)
    elif "choice" in marks:
        for name in marks.keys() - {"choice"}:
            world.add(info.module, marks[name], definitions.DECORATOR, name=name)
        info.choices[node.name] = read_choice(world, info, node, marks["choice"])
    elif node.name in RULES:
        _read_rule(world, info, node)
    elif node.name in wanted:
        _read_member(world, info, node, *wanted[node.name])
    elif node.name == "contract_id":
        why = "it is the contract's own id in a choice"
        world.add(info.module, node, definitions.RESERVED, name=node.name, why=why)
    else:
        read_method(world, info.record, node)


def _read_rule(world: World, info: TemplateInfo, node: ast.FunctionDef) -> None:
    rule = method_of(info.record, node, info.type)
    for decorator in node.decorator_list:
        world.add(info.module, decorator, definitions.DECORATOR, name=source_of(decorator))
    read_signature(world, rule)
    wanted = RULES[node.name]
    if rule.parameters or (rule.result is not None and rule.result != wanted):
        world.add(
            info.module,
            node,
            rules.SIGNATURE,
            name=node.name,
            owner="Template",
            expected=expected(node.name, (), wanted),
        )
    rule.result = wanted
    info.rules[node.name] = rule


def _read_member(
    world: World,
    info: TemplateInfo,
    node: ast.FunctionDef,
    interface: InterfaceInfo,
    member: MethodInfo,
) -> None:
    method = method_of(info.record, node, info.type)
    method.effects = member.effects
    for decorator in node.decorator_list:
        world.add(info.module, decorator, rules.OWN_DECORATION, name=node.name, template=info.name)
    read_signature(world, method)
    mine = [parameter.type for parameter in method.parameters]
    theirs = [parameter.type for parameter in member.parameters]
    if None not in (*mine, method.result) and (mine, method.result) != (theirs, member.result):
        world.add(
            info.module,
            node,
            rules.SIGNATURE,
            name=node.name,
            owner=interface.name,
            expected=expected(node.name, theirs, member.result),
        )
    info.members[node.name] = method

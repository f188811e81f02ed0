"""Functions, templates and interfaces with their bodies, as the intermediate form has them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from cantata.lang.diagnostics.contracts import NO_CONTROLLERS, STAKEHOLDERS
from cantata.lang.diagnostics.statements import SHADOWED
from cantata.lang.frontend.body.context import Body, Local
from cantata.lang.frontend.body.conversion import check
from cantata.lang.frontend.body.dispatch import infer
from cantata.lang.frontend.body.scan import stored_names
from cantata.lang.frontend.body.statements import function_body
from cantata.lang.frontend.symbols import (
    ChoiceInfo,
    FunctionInfo,
    InterfaceInfo,
    MethodInfo,
    ModuleInfo,
    TemplateInfo,
    span_of,
)
from cantata.lang.frontend.world import World
from cantata.lang.ir import definitions as ir
from cantata.lang.ir.expressions import ListDisplay, Literal
from cantata.lang.ir.patterns import Variable
from cantata.lang.ir.statements import Assign, Block, Return
from cantata.lang.ir.types import BOOL, PARTIES, TContractId, TNamed


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedTemplate:
    """A template, its helper methods, and its rules as functions should anybody call them."""

    template: ir.Template
    helpers: tuple[ir.Function, ...]
    rules: tuple[tuple[FunctionInfo, ir.Function], ...]


def check_function(world: World, info: FunctionInfo) -> ir.Function | None:
    """Check a function or helper method; None after findings."""
    this = Variable("self", info.owner) if info.owner is not None else None
    checked = _function(world, info, this)
    if checked is None or info.result is None:
        return None
    parameters, block = checked
    return ir.Function(
        ref=info.ref,
        parameters=(this, *parameters) if this is not None else parameters,
        result=info.result,
        effects=info.effects,
        body=block,
        span=span_of(info.node),
    )


def _function(
    world: World, info: FunctionInfo, this: Variable | None
) -> tuple[tuple[Variable, ...], Block] | None:
    """Check the body of a function whose `self` is given; None after findings."""
    found = world.report.count
    kind = "function" if this is None else "method"
    body = _body(world, info.module, info.name, f"{kind} {info.name}", info)
    body.effects, body.result = info.effects, info.result
    if this is not None:
        _enter_self(body, this)
    parameters: list[Variable] = []
    for parameter in info.parameters:
        if parameter.name == "self" or parameter.name in body.locals:
            body.add(parameter.node, SHADOWED, name=parameter.name)
        local = body.declare(parameter.name, parameter.type)
        if local.variable is not None:
            parameters.append(local.variable)
    body.stored = stored_names(info.node.body)
    block = function_body(body, info.node)
    return None if world.report.count > found else (tuple(parameters), block)


def _body(world: World, module: ModuleInfo, name: str, place: str, key: object) -> Body:
    return Body(
        world=world,
        module=module,
        name=name,
        place=place,
        key=key,
        effects=False,
        result=None,
        dispatch=infer,
    )


def _enter_self(body: Body, this: Variable) -> None:
    body.locals["self"] = Local(this.type, this)
    body.flow.assign("self")


def check_template(world: World, info: TemplateInfo) -> CheckedTemplate | None:
    """Check a template; None after findings."""
    found = world.report.count
    this = Variable("self", info.type)
    rules = {name: _function(world, rule, this) for name, rule in info.rules.items()}
    helpers = [check_function(world, method) for method in info.record.methods.values()]
    choices = [check_choice(world, info, choice) for choice in info.choices.values()]
    instances = [_instance(world, info, interface, this) for interface in info.interfaces]
    _check_signatories(world, info)
    if world.report.count > found:
        return None
    blocks = {name: checked[1] for name, checked in rules.items() if checked is not None}
    template = ir.Template(
        ref=info.ref,
        this=this,
        precondition=blocks.get("ensure", _always(info.node)),
        signatories=blocks.get("signatories", ()),
        observers=blocks.get("observers", _nobody(info.node)),
        choices=tuple(choice for choice in choices if choice is not None),
        instances=tuple(instance for instance in instances if instance is not None),
        span=span_of(info.node),
    )
    return CheckedTemplate(
        template=template,
        helpers=tuple(helper for helper in helpers if helper is not None),
        rules=_rule_functions(info, this, blocks),
    )


def _rule_functions(
    info: TemplateInfo, this: Variable, blocks: Mapping[str, Block]
) -> tuple[tuple[FunctionInfo, ir.Function], ...]:
    """Make functions of the rules, for those that contract code calls by name."""
    return tuple(
        (
            rule,
            ir.Function(
                ref=rule.ref,
                parameters=(this,),
                result=rule.result,
                effects=False,
                body=blocks[name],
                span=span_of(rule.node),
            ),
        )
        for name, rule in info.rules.items()
        if rule.result is not None and name in blocks
    )


def _check_signatories(world: World, info: TemplateInfo) -> None:
    rule = info.rules.get("signatories")
    for statement in rule.node.body if rule is not None else []:
        if isinstance(statement, ast.Return) and _is_empty(statement.value):
            world.add(info.module, statement, STAKEHOLDERS, name=info.name)


def _is_empty(node: ast.expr | None) -> bool:
    return isinstance(node, ast.List) and not node.elts


def _instance(
    world: World, info: TemplateInfo, interface: InterfaceInfo, this: Variable
) -> ir.Instance | None:
    view: Block | None = None
    methods: list[ir.MethodBody] = []
    for name, member in interface.members.items():
        method = info.members.get(name)
        checked = _function(world, method, this) if method is not None else None
        if method is None or checked is None or member.result is None:
            continue
        if member.view:
            view = checked[1]
            continue
        methods.append(
            ir.MethodBody(
                name=member.name,
                parameters=checked[0],
                result=member.result,
                effects=member.effects,
                body=checked[1],
                span=span_of(method.node),
            )
        )
    if view is None:
        return None
    return ir.Instance(
        interface=interface.ref, view=view, methods=tuple(methods), span=span_of(info.node)
    )


def check_choice(
    world: World, owner: TemplateInfo | InterfaceInfo, info: ChoiceInfo
) -> ir.Choice | None:
    """Check controllers, observers and body of a choice; None after findings."""
    found = world.report.count
    this = Variable("self", owner.type)
    argument = Variable("arg", info.argument.type)
    contract_id = Variable("contract_id", TContractId(owner.type))
    controllers = _parties(world, owner, info, info.controllers, (this, argument))
    observers = _parties(world, owner, info, info.observers, (this, argument))
    if info.controllers is not None and _is_empty(info.controllers.body):
        world.add(owner.module, info.controllers, NO_CONTROLLERS, name=info.python_name)
    body = _choice_body(world, owner, info, (this, argument), effects=True)
    body.contract_id, body.result = contract_id, info.result
    body.stored = stored_names(info.node.body)
    head = _rebound(body, info)
    block = (*head, *function_body(body, info.node))
    if world.report.count > found or info.result is None:
        return None
    return ir.Choice(
        name=info.name,
        python_name=info.python_name,
        consuming=info.consuming,
        this=this,
        contract_id=contract_id,
        argument=argument,
        argument_type=info.argument.type,
        result=info.result,
        controllers=controllers,
        observers=observers,
        body=block,
        span=span_of(info.node),
    )


def _choice_body(
    world: World,
    owner: TemplateInfo | InterfaceInfo,
    info: ChoiceInfo,
    variables: tuple[Variable, Variable],
    *,
    effects: bool,
) -> Body:
    """Prepare the body of a choice: its parameters are fields of the argument."""
    this, argument = variables
    name = info.python_name
    body = _body(world, owner.module, name, f"choice {name}", info)
    body.effects = effects
    _enter_self(body, this)
    for parameter in info.parameters:
        if parameter.name in body.locals:
            body.add(parameter.node, SHADOWED, name=parameter.name)
        local = Local(parameter.type, argument=argument, daml=parameter.daml)
        if not info.generated:
            local = Local(parameter.type, variable=argument)
        body.locals[parameter.name] = local
        body.flow.assign(parameter.name)
    return body


def _rebound(body: Body, info: ChoiceInfo) -> list[Assign]:
    """Give parameters that the body assigns a variable of their own."""
    statements: list[Assign] = []
    for parameter in info.parameters:
        local = body.locals[parameter.name]
        value = local.read(parameter.node)
        if parameter.name in body.stored and value is not None:
            own = body.declare(parameter.name, parameter.type)
            if own.variable is not None:
                span = span_of(parameter.node)
                statements.append(Assign(variable=own.variable, value=value, span=span))
    return statements


def _parties(
    world: World,
    owner: TemplateInfo | InterfaceInfo,
    info: ChoiceInfo,
    node: ast.Lambda | None,
    variables: tuple[Variable, Variable],
) -> Block:
    """Check a lambda of controllers or observers."""
    if node is None:
        return _nobody(info.node)
    body = _choice_body(world, owner, info, variables, effects=False)
    body.place = f"a lambda of choice {info.python_name}"
    wanted = {argument.arg for argument in node.args.args}
    for name in [name for name in body.locals if name not in wanted]:
        del body.locals[name]
    value = check(body, node.body, PARTIES, "the lambda")
    return () if value is None else (Return(value=value, span=span_of(node)),)


def _nobody(node: ast.AST) -> Block:
    nobody = ListDisplay(type=PARTIES, span=span_of(node), items=())
    return (Return(value=nobody, span=span_of(node)),)


def _always(node: ast.AST) -> Block:
    return (Return(value=Literal(type=BOOL, span=span_of(node), value=True), span=span_of(node)),)


def check_interface(world: World, info: InterfaceInfo) -> ir.Interface | None:
    """Check an interface; None after findings."""
    found = world.report.count
    choices = [check_choice(world, info, choice) for choice in info.choices.values()]
    view = info.view.result if info.view is not None else None
    if world.report.count > found or not isinstance(view, TNamed):
        return None
    methods = [_method(member) for member in info.members.values() if not member.view]
    return ir.Interface(
        ref=info.ref,
        requires=tuple(required.ref for required in info.requires),
        view=view,
        methods=tuple(method for method in methods if method is not None),
        choices=tuple(choice for choice in choices if choice is not None),
        span=span_of(info.node),
    )


def _method(member: MethodInfo) -> ir.Method | None:
    types = [parameter.type for parameter in member.parameters]
    known = [type_ for type_ in types if type_ is not None]
    if member.result is None or len(known) != len(types):
        return None
    names = [parameter.name for parameter in member.parameters]
    return ir.Method(
        name=member.name,
        python_name=member.python_name,
        parameters=tuple(zip(names, known, strict=True)),
        result=member.result,
        effects=member.effects,
        span=span_of(member.node),
    )

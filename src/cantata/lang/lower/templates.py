"""Lowering of templates and interfaces."""

from __future__ import annotations

from cantata.lang.ir import definitions as ir
from cantata.lang.ir import statements as st
from cantata.lang.ir import types as it
from cantata.lang.lower.choices import PARTIES, archive_choice, choice
from cantata.lang.lower.code import pure, update
from cantata.lang.lower.context import Context, Scope
from cantata.lang.lower.names import THIS
from cantata.lang.lower.statements import body
from cantata.lf import model as lf


def template(scope: Scope, definition: ir.Template) -> lf.DefTemplate:
    """Lower a template with its choices and instances."""

    def value(block: st.Block, type_: lf.Type) -> lf.Expr:
        context = Context(scope, values={definition.this: lf.EVar(THIS)})
        return pure(body(context, block, type_))

    owner = it.TNamed(definition.ref, it.NamedKind.TEMPLATE)
    signatories = value(definition.signatories, PARTIES)
    return lf.DefTemplate(
        name=definition.ref.name,
        param=THIS,
        precondition=value(definition.precondition, lf.BOOL),
        signatories=signatories,
        observers=value(definition.observers, PARTIES),
        choices=(
            archive_choice(signatories),
            *(choice(scope, each, owner) for each in definition.choices),
        ),
        implements=tuple(_instance(scope, definition, each) for each in definition.instances),
    )


def interface(scope: Scope, definition: ir.Interface) -> tuple[lf.DefDataType, lf.DefInterface]:
    """Lower an interface: its type, methods and choices."""
    name = definition.ref.name
    data_type = lf.DefDataType(name=name, serializable=False, cons=lf.InterfaceType())
    owner = it.TNamed(definition.ref, it.NamedKind.INTERFACE)
    signatories = lf.ESignatoryInterface(scope.types.ref(definition.ref), lf.EVar(THIS))
    return data_type, lf.DefInterface(
        name=name,
        param=THIS,
        requires=tuple(scope.types.ref(ref) for ref in definition.requires),
        methods=tuple(
            lf.Method(name=method.name, type=_method_type(scope, method))
            for method in definition.methods
        ),
        choices=(
            archive_choice(signatories),
            *(choice(scope, each, owner) for each in definition.choices),
        ),
        view=scope.types.type(definition.view),
    )


def _method_type(scope: Scope, method: ir.Method) -> lf.Type:
    result = scope.types.type(method.result)
    parameters = (scope.types.type(type_) for _, type_ in method.parameters)
    return lf.arrow(*parameters, lf.update(result) if method.effects else result)


def _instance(scope: Scope, owner: ir.Template, definition: ir.Instance) -> lf.Implements:
    view = _viewed(scope, owner, definition)
    return lf.Implements(
        interface=scope.types.ref(definition.interface),
        view=view,
        methods=tuple(
            (method.name, _method(scope, owner, method)) for method in definition.methods
        ),
    )


def _viewed(scope: Scope, owner: ir.Template, definition: ir.Instance) -> lf.Expr:
    context = Context(scope, values={owner.this: lf.EVar(THIS)})
    view = context.type(scope.views[definition.interface])
    return pure(body(context, definition.view, view))


def _method(scope: Scope, owner: ir.Template, method: ir.MethodBody) -> lf.Expr:
    context = Context(scope, values={owner.this: lf.EVar(THIS)})
    return function_of(context, method)


def function_of(context: Context, definition: ir.MethodBody | ir.Function) -> lf.Expr:
    """Lower parameters and body to a function, or to a plain value if it has no parameters."""
    params = tuple(
        (context.parameter(variable), context.type(variable.type))
        for variable in definition.parameters
    )
    result = context.type(definition.result)
    code = body(context, definition.body, result)
    expr = update(code, result) if definition.effects else pure(code)
    return lf.EAbs(params, expr) if params else expr

"""Lowering of modules and packages."""

from __future__ import annotations

from collections.abc import Mapping

from cantata.lang.ir import definitions as ir
from cantata.lang.ir import types as it
from cantata.lang.lower import prelude
from cantata.lang.lower.code import pure
from cantata.lang.lower.context import Context, Prelude, Scope
from cantata.lang.lower.expressions import HANDLERS
from cantata.lang.lower.fallibility import Fallibility
from cantata.lang.lower.templates import function_of, interface, template
from cantata.lang.lower.types import Types
from cantata.lf import model as lf


def lower_package(
    program: ir.Program, package: ir.Package, package_ids: Mapping[it.PackageKey, str]
) -> lf.Package:
    """Lower one package of a program.

    `package_ids` says under which id each package is referred to; for the package itself that is
    `SELF_PACKAGE`, or its real id if it is declared.
    """
    types = Types(package_ids)
    known = [each for each in program.packages if each.key in package_ids]
    modules = [module for each in known for module in each.modules]
    records = {record.ref: record for module in modules for record in module.records}
    views = {each.ref: each.view for module in modules for each in module.interfaces}
    fallibility = Fallibility(function for module in modules for function in module.functions)
    needed = Prelude()
    own = package_ids[package.key]
    lowered = [
        _module(
            Scope(
                types=types,
                records=records,
                views=views,
                fallibility=fallibility,
                handlers=HANDLERS,
                prelude=needed,
                package_id=own,
                file=str(module.path),
            ),
            module,
        )
        for module in package.modules
    ]
    if needed.needed:
        lowered.insert(0, prelude.module(own))
    return lf.Package(
        id=own,
        name=package.key.name,
        version=package.key.version,
        lf_minor=package.lf_minor,
        modules={module.name: module for module in lowered},
        imports=frozenset(),
    )


def _module(scope: Scope, module: ir.Module) -> lf.Module:
    data_types = [
        *(_record(scope, record) for record in module.records),
        *(_variant(scope, variant) for variant in module.variants),
        *(_enum(enum) for enum in module.enums),
    ]
    values = [
        *(_constant(scope, constant) for constant in module.constants),
        *(_function(scope, function) for function in module.functions),
    ]
    templates = [template(scope, each) for each in module.templates]
    interfaces = [interface(scope, each) for each in module.interfaces]
    data_types += [data_type for data_type, _ in interfaces]
    return lf.Module(
        name=module.name,
        data_types={each.name: each for each in data_types},
        values={each.name: each for each in values},
        templates={each.name: each for each in templates},
        interfaces={each.name: each for _, each in interfaces},
    )


def _record(scope: Scope, record: ir.Record) -> lf.DefDataType:
    fields = tuple((field.name, scope.types.type(field.type)) for field in record.fields)
    return lf.DefDataType(name=record.ref.name, serializable=True, cons=lf.Record(fields))


def _variant(scope: Scope, variant: ir.Variant) -> lf.DefDataType:
    constructors = tuple(
        (each.name, scope.types.type(each.payload)) for each in variant.constructors
    )
    cons = lf.Variant(constructors)
    return lf.DefDataType(name=variant.ref.name, serializable=True, cons=cons)


def _enum(enum: ir.EnumDef) -> lf.DefDataType:
    cons = lf.EnumType(enum.constructors)
    return lf.DefDataType(name=enum.ref.name, serializable=True, cons=cons)


def _constant(scope: Scope, constant: ir.Constant) -> lf.DefValue:
    value = pure(Context(scope).lower(constant.value))
    return lf.DefValue(name=constant.ref.name, type=scope.types.type(constant.type), expr=value)


def _function(scope: Scope, function: ir.Function) -> lf.DefValue:
    result = scope.types.type(function.result)
    parameters = (scope.types.type(variable.type) for variable in function.parameters)
    return lf.DefValue(
        name=function.ref.name,
        type=lf.arrow(*parameters, lf.update(result) if function.effects else result),
        expr=function_of(Context(scope), function),
    )

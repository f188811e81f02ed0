"""`cantata dar inspect`: packages, templates and interfaces of a DAR, and its code as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer
from rich.text import Text

from cantata.cli.dar_file import read_dar_file
from cantata.cli.output import OutputFormat, OutputOption, console, print_json
from cantata.kernel.errors import CantataError
from cantata.lf.archive import Dar, StoredPackage
from cantata.lf.archive.stable_ids import STABLE_IDS
from cantata.lf.model import Choice, DefInterface, DefTemplate, Module, Package, Record, Ref, Type
from cantata.lf.text import Label, show_definitions, show_ref, show_type

_DarFile = typer.Argument(exists=True, dir_okay=False, help="The DAR to look into.")
_Definition = typer.Option(
    "--lf", metavar="MODULE:DEF", help="Print the Daml-LF of a definition instead."
)


class DefinitionNotFound(CantataError):
    """A definition that no package of the DAR has."""

    code: ClassVar[str] = "DEFINITION_NOT_FOUND"

    def __init__(self, wanted: str, known: Iterable[str]) -> None:
        near = get_close_matches(wanted, dict.fromkeys(known), n=3)
        hint = f"nearest: {', '.join(near)}" if near else "write Module:Name, as inspect lists them"
        super().__init__(f"no package of the DAR defines {wanted}", hint=hint)
        self.wanted = wanted


def inspect(
    file: Annotated[Path, _DarFile],
    lf: Annotated[str | None, _Definition] = None,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """List the packages, templates and interfaces of a DAR, or print the code of a definition."""
    dar = read_dar_file(file)
    if lf is not None:
        _print_definition(dar, lf, output)
    elif output is OutputFormat.JSON:
        print_json(describe(dar, by_id))
    else:
        _print_tables(describe(dar, names_of(dar)))


def by_id(package_id: str) -> str:
    """Call a package by its id."""
    return package_id


def names_of(dar: Dar) -> Label:
    """Call packages by name, and by version too where several have one name."""
    packages = [stored.package for stored in dar.packages.values()]
    names = [package.name for package in packages]
    labels = {
        package.id: package.name
        if names.count(package.name) == 1
        else f"{package.name}-{package.version}"
        for package in packages
    }
    return lambda package_id: labels.get(package_id, package_id[:8])


def describe(dar: Dar, label: Label) -> dict[str, Any]:
    """Give what a DAR holds as JSON data; `label` says how types name other packages."""
    packages = [stored.package for stored in dar.packages.values()]
    return {
        "main": dar.main.id,
        "packages": [_describe_package(dar, stored) for stored in dar.packages.values()],
        "templates": [
            entry for package in packages for entry in _describe_templates(package, label)
        ],
        "interfaces": [
            entry for package in packages for entry in _describe_interfaces(package, label)
        ],
    }


def _describe_package(dar: Dar, stored: StoredPackage) -> dict[str, Any]:
    package = stored.package
    return {
        "id": package.id,
        "name": package.name,
        "version": package.version,
        "lf": f"2.{package.lf_minor}",
        "main": package.id == dar.main.id,
        "stable": package.id in STABLE_IDS,
        "payload_bytes": len(stored.payload),
        "archive_bytes": len(stored.archive),
        "modules": list(package.modules),
        "dependencies": sorted(package.imports),
        "upgrades": package.upgraded_package_id,
    }


def _describe_templates(package: Package, label: Label) -> list[dict[str, Any]]:
    inside = _inside(package, label)
    return [
        {
            **_place(package, module, template),
            "fields": _fields(module, template.name, inside),
            "choices": [_describe_choice(choice, inside) for choice in template.choices],
            "implements": [show_ref(i.interface, inside) for i in template.implements],
            "key": show_type(template.key.type, inside) if template.key else None,
        }
        for module in package.modules.values()
        for template in module.templates.values()
    ]


def _describe_interfaces(package: Package, label: Label) -> list[dict[str, Any]]:
    inside = _inside(package, label)
    return [
        {
            **_place(package, module, interface),
            "view": show_type(interface.view, inside),
            "methods": _typed(((m.name, m.type) for m in interface.methods), inside),
            "choices": [_describe_choice(choice, inside) for choice in interface.choices],
            "requires": [show_ref(required, inside) for required in interface.requires],
        }
        for module in package.modules.values()
        for interface in module.interfaces.values()
    ]


def _inside(package: Package, label: Label) -> Label:
    """Name other packages by the label, and leave the package at hand out."""
    return lambda package_id: "" if package_id == package.id else label(package_id)


def _place(package: Package, module: Module, item: DefTemplate | DefInterface) -> dict[str, str]:
    return {"package": package.id, "name": Ref(package.id, module.name, item.name).qualified}


def _fields(module: Module, name: str, label: Label) -> list[dict[str, str]]:
    data_type = module.data_types.get(name)
    if data_type is None or not isinstance(data_type.cons, Record):
        return []
    return _typed(data_type.cons.fields, label)


def _typed(pairs: Iterable[tuple[str, Type]], label: Label) -> list[dict[str, str]]:
    return [{"name": name, "type": show_type(type_, label)} for name, type_ in pairs]


def _describe_choice(choice: Choice, label: Label) -> dict[str, Any]:
    return {
        "name": choice.name,
        "consuming": choice.consuming,
        "argument": show_type(choice.arg_type, label),
        "result": show_type(choice.result, label),
    }


def _print_tables(description: Mapping[str, Any]) -> None:
    out = console()
    rows = [_HEAD, *(_package_row(package) for package in description["packages"])]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        out.print(Text(line.rstrip(), "" if number else "bold"))
    names = {package["id"]: package["name"] for package in description["packages"]}
    for kind in ("template", "interface"):
        for item in description[f"{kind}s"]:
            out.print()
            _print_item(kind, item, names)


_HEAD = ("package", "version", "LF", "bytes", "needs", "", "id")


def _package_row(package: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        package["name"],
        package["version"],
        package["lf"],
        f"{package['payload_bytes']:,}",
        str(len(package["dependencies"])),
        "main" if package["main"] else "stable" if package["stable"] else "",
        package["id"],
    )


def _print_item(kind: str, item: Mapping[str, Any], names: Mapping[str, str]) -> None:
    out = console()
    package = (f"  {names[item['package']]}", "dim")
    out.print(Text.assemble((f"{kind} ", "cyan"), (item["name"], "bold"), package))
    for field in item.get("fields", ()):
        out.print(Text(f"  {field['name']}: {field['type']}"))
    if "view" in item:
        out.print(Text(f"  view {item['view']}"))
    for name in (*item.get("implements", ()), *item.get("requires", ())):
        word = "implements" if kind == "template" else "requires"
        out.print(Text(f"  {word} {name}"))
    for method in item.get("methods", ()):
        out.print(Text(f"  method {method['name']}: {method['type']}"))
    for choice in item["choices"]:
        word = "choice" if choice["consuming"] else "nonconsuming choice"
        head = Text.assemble(f"  {word} ", (choice["name"], "bold"))
        out.print(head + Text(f" ({choice['argument']}) -> {choice['result']}"))


def _print_definition(dar: Dar, wanted: str, output: OutputFormat) -> None:
    module_name, _, name = wanted.partition(":")
    found = []
    for stored in dar.packages.values():
        module = stored.package.modules.get(module_name)
        if module is not None:
            label = _inside(stored.package, names_of(dar))
            found += [(stored, text) for text in show_definitions(module, name, label)]
    if not found:
        raise DefinitionNotFound(wanted, _all_names(dar))
    if output is OutputFormat.JSON:
        print_json([{"package": stored.id, "text": text} for stored, text in found])
        return
    for stored, text in found:
        package = stored.package
        typer.echo(f"-- {package.name} {package.version} {package.id}")
        typer.echo(text)


def _all_names(dar: Dar) -> list[str]:
    """Give every definition of the DAR as ``Module:Name``."""
    return [
        f"{module.name}:{name}"
        for stored in dar.packages.values()
        for module in stored.package.modules.values()
        for group in (
            module.synonyms,
            module.data_types,
            module.values,
            module.templates,
            module.exceptions,
            module.interfaces,
        )
        for name in group
    ]

"""The role of a data type in its module: template, choice argument, variant payload or plain."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lf.model import Module, TCon, Variant, spine


@dataclass(frozen=True, slots=True)
class Origin:
    """A role, comparable between versions; printed as in the engine's messages."""

    role: str
    name: str
    of: str = ""

    def __str__(self) -> str:
        match self.role:
            case "choice":
                return f"input type of choice {self.name} on template {self.of}"
            case "variant":
                return f"variant constructor {self.name.partition(':')[2]} from variant {self.of}"
            case _:
                return f"{self.role} {self.name}"


def origins_of(module: Module) -> dict[str, Origin]:
    """Give the role of each data type of a module by its name."""
    origins = {name: Origin("data type", name) for name in module.data_types}
    origins |= _payloads(module)
    for template in module.templates.values():
        prefix = template.name.rpartition(".")[0]
        for choice in template.choices:
            name = f"{prefix}.{choice.name}" if prefix else choice.name
            origins[name] = Origin("choice", choice.name, template.name)
    origins |= {name: Origin("template", name) for name in module.templates}
    return origins


def _payloads(module: Module) -> dict[str, Origin]:
    origins = {}
    for data_type in module.data_types.values():
        if isinstance(data_type.cons, Variant):
            for constructor, payload in data_type.cons.constructors:
                head = spine(payload)[0]
                if isinstance(head, TCon):
                    origin = Origin("variant", head.ref.qualified, data_type.name)
                    origins[f"{data_type.name}.{constructor}"] = origin
    return origins

"""What is common to all generated classes: heads, methods, constants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cantata.lf.codegen.plan import ModulePlan
from cantata.lf.codegen.spelling import Speller, Spelling
from cantata.lf.codegen.writing import (
    WIDTH,
    Node,
    assign,
    break_up,
    call,
    lay_out,
    lay_out_list,
    subscript,
)

FROZEN = "@dataclass(frozen=True, slots=True)"
FROZEN_BY_NAME = "@dataclass(frozen=True, slots=True, kw_only=True)"
BODY = "    "
INNER = "        "


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition to be written: its module, its name there, its class, its spelling."""

    plan: ModulePlan
    name: str
    own: str
    spell: Speller

    @property
    def ledger_id(self) -> str:
        """Give the id of a template or interface by package name."""
        return f"#{self.plan.package.name}:{self.plan.module.name}:{self.name}"

    @property
    def type(self) -> Node:
        """Give the defined type, type parameters as arguments."""
        return subscript(self.own, *self._variables())

    def bases(self, plain: str, generic: str) -> tuple[Node, ...]:
        """Choose the base classes by whether there are type parameters."""
        variables = self._variables()
        return (Node(generic), subscript("Generic", *variables)) if variables else (Node(plain),)

    def codec_method(self) -> Iterator[str]:
        """Write the method that gives a codec for codecs of the arguments, if there are any."""
        if not self.spell.variables:
            return
        yield from self.class_method("codec", subscript("lf.Codec", self.type))
        yield f'{INNER}"""Give the codec for codecs of the type arguments."""'
        arguments = [Node(parameter) for _, parameter in self.spell.variables.values()]
        yield from lay_out(call("lf.generic", Node(self.own), *arguments), f"{INNER}return ")
        yield ""

    def class_method(self, name: str, result: Node) -> Iterator[str]:
        """Write the head of a class method that takes the codecs of the type parameters."""
        yield f"{BODY}@classmethod"
        codecs = [Node(f"{name}: lf.Codec[{v}]") for v, name in self.spell.variables.values()]
        head = call(name, Node("cls"), *codecs)
        line = f"{BODY}def {head} -> {result}:"
        if len(line) <= WIDTH:
            yield line
            return
        *lines, last = break_up(head, f"{BODY}def ")
        yield from lines
        yield from lay_out(result, f"{last} -> ", ":")

    def rows_method(self, name: str, result: str, rows: list[Node]) -> Iterator[str]:
        """Write a class method that gives a list, one row a line."""
        yield from self.class_method(name, Node(result))
        yield from lay_out_list(rows, f"{INNER}return ")

    def _variables(self) -> list[Node]:
        return [Node(variable) for variable, _ in self.spell.variables.values()]


def head(own: str, bases: tuple[Node, ...], doc: str) -> Iterator[str]:
    """Write the head of a class, and its docstring."""
    yield from lay_out(call(own, *bases), "class ", ":")
    yield f'{BODY}"""{doc}"""'
    yield ""


def constants(**values: str) -> list[str]:
    """Write class constants that are strings."""
    return [line for name, text in values.items() for line in assign(name, text, BODY)]


def codec_giver(name: str, spelling: Spelling) -> Iterator[str]:
    """Write a class method that gives the codec of a type."""
    yield f"{BODY}@classmethod"
    result = subscript("lf.Codec", spelling.annotation)
    line = f"{BODY}def {name}(cls) -> "
    yield from lay_out(result, line, ":")
    yield from lay_out(spelling.codec, f"{INNER}return ")


def row(*items: Node) -> Node:
    """Give a tuple display."""
    return Node("", "()", items)

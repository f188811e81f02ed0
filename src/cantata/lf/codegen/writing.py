"""Python expressions as trees, written within the width of a line as a formatter would."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 100
INDENT = 4


@dataclass(frozen=True, slots=True)
class Node:
    """A name, with items in brackets behind it if `brackets` is ``()`` or ``[]``."""

    head: str
    brackets: str = ""
    items: tuple[Node, ...] = ()

    def __str__(self) -> str:
        if not self.brackets:
            return self.head
        inside = ", ".join(map(str, self.items))
        return f"{self.head}{self.brackets[0]}{inside}{self.brackets[1]}"


def call(head: str, *items: Node) -> Node:
    """Give ``head(items)``."""
    return Node(head, "()", items)


def subscript(head: str, *items: Node) -> Node:
    """Give ``head[items]``, or the head alone without items."""
    return Node(head, "[]", items) if items else Node(head)


def lay_out(node: Node, first: str, tail: str = "") -> list[str]:
    """Write a tree on lines; `first` stands before it on the first line, `tail` behind it."""
    line = f"{first}{node}{tail}"
    return [line] if len(line) <= WIDTH or not node.items else break_up(node, first, tail)


def break_up(node: Node, first: str, tail: str = "") -> list[str]:
    """Write a tree with items on several lines: all items on one, or each on its own."""
    indent = len(first) - len(first.lstrip())
    pad = " " * (indent + INDENT)
    lines = [f"{first}{node.head}{node.brackets[0]}"]
    together = pad + ", ".join(map(str, node.items))
    if node.head and len(together) <= WIDTH:
        lines.append(together)
    elif len(node.items) == 1 and node.brackets == "[]":
        lines.extend(lay_out(node.items[0], pad))
    else:
        for item in node.items:
            lines.extend(lay_out(item, pad, ","))
    return [*lines, f"{' ' * indent}{node.brackets[1]}{tail}"]


def lay_out_list(items: list[Node], first: str) -> list[str]:
    """Write a list display, one item a line."""
    if not items:
        return [f"{first}[]"]
    indent = " " * (len(first) - len(first.lstrip()))
    lines = [f"{first}["]
    for item in items:
        lines.extend(lay_out(item, f"{indent}{' ' * INDENT}", ","))
    return [*lines, f"{indent}]"]


def assign(name: str, text: str, indent: str) -> list[str]:
    """Write ``name = "text"``, in parentheses on a line of its own if only that fits."""
    literal = quote(text)
    line = f"{indent}{name} = {literal}"
    if len(line) <= WIDTH or len(indent) + INDENT + len(literal) > WIDTH:
        return [line]
    return [f"{indent}{name} = (", f"{indent}{' ' * INDENT}{literal}", f"{indent})"]


def quote(text: str) -> str:
    """Write a string literal of characters that need no escape."""
    return f'"{text}"'

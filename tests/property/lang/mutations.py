"""Changes of contract source that keep it Python, or do not."""

from __future__ import annotations

import ast
import random

FRAGMENTS = (
    "self",
    "None",
    "[]",
    "1",
    "-1",
    "1.5",
    "True",
    "x",
    "()",
    "lambda: 1",
    "Decimal('1')",
    "self.amount",
    "self.owner",
    "fetch(cid)",
    "create(self)",
    "[x for x in self]",
    "f'{self}'",
    "x if x else x",
    "a < b < c",
    "not x",
    "Token",
    "holding",
    "holding.Holding",
    "Side.BUY",
    "cost(x)",
    "Filled(amount=ZERO, price=ZERO)",
    "token.locked_until is None",
    "self.locked_until is not None and self.amount > ZERO",
    "0xffffffffffffffffffffffff",
    "'\\ud800'",
    "TextMap({'a': 1})",
    "{1: 2}",
    "(yield)",
    "await x",
    "(y := 1)",
    "[*x]",
    "x[0]",
    "x.y.z",
    "sorted(x, key=lambda y: y)",
    "min([], default=None)",
    "sum([])",
    "require(x, 'a', 'b')",
    "exercise(cid, Token.give)",
)


def mutate_text(source: str, rng: random.Random) -> str:
    """Delete, repeat, swap or replace lines and stretches of a source text."""
    lines = source.splitlines()
    for _ in range(rng.randint(1, 4)):
        where = rng.randrange(len(lines))
        match rng.randrange(6):
            case 0:
                del lines[where]
            case 1:
                lines.insert(where, lines[rng.randrange(len(lines))])
            case 2:
                lines[where] = lines[where][: rng.randint(0, len(lines[where]))]
            case 3:
                words = lines[where].split(" ")
                words[rng.randrange(len(words))] = rng.choice(FRAGMENTS)
                lines[where] = " ".join(words)
            case 4:
                lines[where] = "    " + lines[where]
            case 5:
                other = rng.randrange(len(lines))
                lines[where], lines[other] = lines[other], lines[where]
        if not lines:
            return ""
    return "\n".join(lines) + "\n"


def mutate_tree(source: str, rng: random.Random) -> str:
    """Replace some expressions of a module by others: fragments, or parts of the module."""
    tree = ast.parse(source)
    expressions = [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
    for _ in range(rng.randint(1, 3)):
        target = rng.choice(expressions)
        fragment = _fragment(rng.choice(FRAGMENTS))
        _swap(tree, target, rng.choice((fragment, rng.choice(expressions))))
    try:
        return ast.unparse(tree)
    except (ValueError, RecursionError, AttributeError, TypeError):
        return source


def _swap(tree: ast.AST, target: ast.expr, other: ast.expr) -> None:
    if any(node is target for node in ast.walk(other)):
        return
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if value is target:
                setattr(node, name, other)
                return
            if isinstance(value, list) and any(item is target for item in value):
                value[[item is target for item in value].index(True)] = other
                return


def _fragment(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body

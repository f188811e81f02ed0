"""Types and kinds as text for messages, in the engine's notation and of bounded length."""

from __future__ import annotations

from cantata.lf.check.nodes import (
    NAT_KIND,
    STAR,
    App,
    Bound,
    Con,
    Forall,
    Kd,
    Nat,
    Prim,
    Struct,
    Syn,
    Ty,
    Var,
    spine_of,
)
from cantata.lf.model import Builtin

PIECES_MAX = 300
"""Most pieces of a type that a message shows."""

_NAMES = {
    Builtin.UNIT: "Unit",
    Builtin.BOOL: "Bool",
    Builtin.INT64: "Int64",
    Builtin.DATE: "Date",
    Builtin.TIMESTAMP: "Timestamp",
    Builtin.NUMERIC: "Numeric",
    Builtin.PARTY: "Party",
    Builtin.TEXT: "Text",
    Builtin.CONTRACT_ID: "ContractId",
    Builtin.OPTIONAL: "Optional",
    Builtin.LIST: "List",
    Builtin.GENMAP: "GenMap",
    Builtin.ANY: "Any",
    Builtin.ANY_EXCEPTION: "AnyException",
    Builtin.TYPE_REP: "TypeRep",
    Builtin.ARROW: "(→)",
    Builtin.UPDATE: "Update",
    Builtin.FAILURE_CATEGORY: "FailureCategory",
    Builtin.TEXTMAP: "TextMap",
}

_Piece = str | tuple[Ty, bool]


def show(node: Ty) -> str:
    """Write a type; a long one is cut off with an ellipsis."""
    out: list[str] = []
    waiting: list[_Piece] = [(node, False)]
    while waiting:
        if len(out) >= PIECES_MAX:
            out.append("…")
            break
        piece = waiting.pop()
        if isinstance(piece, str):
            out.append(piece)
        else:
            waiting.extend(reversed(_pieces(*piece)))
    return "".join(out)


def show_kind(kind: Kd | None) -> str:
    """Write a kind; a long one is cut off with an ellipsis."""
    out: list[str] = []
    waiting: list[Kd | str | None] = [kind]
    while waiting:
        if len(out) >= PIECES_MAX:
            out.append("…")
            break
        piece = waiting.pop()
        if piece is STAR or piece is None:
            out.append("*")
        elif piece is NAT_KIND:
            out.append("nat")
        elif isinstance(piece, str):
            out.append(piece)
        else:
            nested = piece.param is not None and piece.param.param is not None
            head = ["(", piece.param, ")"] if nested else [piece.param]
            waiting.extend(reversed([*head, "->", piece.result]))
    return "".join(out)


def _pieces(node: Ty, nested: bool) -> list[_Piece]:
    if isinstance(node, App):
        return _wrapped(_application(node), nested)
    if isinstance(node, Forall):
        return _wrapped([f"∀ {node.hint}. ", (node.body, False)], nested)
    if isinstance(node, Struct):
        return _struct(node)
    if isinstance(node, Syn):
        return _wrapped(_spaced(f"|{node.ref.qualified}|", node.args), nested and bool(node.args))
    return [_leaf(node)]


def _application(node: App) -> list[_Piece]:
    head, args = spine_of(node)
    if isinstance(head, Prim) and head.builtin is Builtin.ARROW and len(args) == 2:
        param = isinstance(args[0], App) and _is_arrow(args[0])
        return [(args[0], param), " → ", (args[1], False)]
    pieces: list[_Piece] = [(head, True)]
    for arg in args[:PIECES_MAX]:
        pieces += [" ", (arg, True)]
    return pieces


def _is_arrow(node: App) -> bool:
    head = spine_of(node)[0]
    return isinstance(head, Prim) and head.builtin is Builtin.ARROW


def _struct(node: Struct) -> list[_Piece]:
    pieces: list[_Piece] = ["⟨"]
    for place, name in enumerate(node.names[:PIECES_MAX]):
        pieces += [", " if place else "", f"{name}: ", (node.types[place], False)]
    return [*pieces, "⟩"]


def _spaced(head: str, args: tuple[Ty, ...]) -> list[_Piece]:
    pieces: list[_Piece] = [head]
    for arg in args[:PIECES_MAX]:
        pieces += [" ", (arg, True)]
    return pieces


def _wrapped(pieces: list[_Piece], nested: bool) -> list[_Piece]:
    return ["(", *pieces, ")"] if nested else pieces


def _leaf(node: Ty) -> str:
    match node:
        case Var():
            return node.name
        case Con():
            return node.ref.qualified
        case Prim():
            return _NAMES[node.builtin]
        case Nat():
            return str(node.value)
        case Bound():
            return f"#{node.index}"
        case _:
            return "?"

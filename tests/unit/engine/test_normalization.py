"""Rollback nodes come out in normal form, and every node gets a new number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cantata.lf.model import Ref
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.transaction import Create, Exercise, Node, Rollback
from cantata.sandbox.engine.transaction.normalization import normalize

ALICE = frozenset({"alice"})
TEMPLATE = Ref("0" * 64, "M", "T")

Shape = list["Shape"] | tuple["Shape", ...] | str
"""A rollback is a list, an exercise a tuple, a create its contract id."""


def build(shapes: list[Shape]) -> tuple[list[Node | None], list[int]]:
    nodes: list[Node | None] = []

    def add(shape: Shape) -> int:
        node_id = len(nodes)
        nodes.append(None)
        if isinstance(shape, str):
            contract = Contract(shape, TEMPLATE, "p", (), ALICE, ALICE, 0)
            nodes[node_id] = Create(node_id, contract)
            return node_id
        children = tuple(add(child) for child in shape)
        last = len(nodes) - 1
        if isinstance(shape, list):
            nodes[node_id] = Rollback(node_id, children, last)
        else:
            nodes[node_id] = exercise(node_id, children, last)
        return node_id

    roots = [add(shape) for shape in shapes]
    return nodes, roots


def exercise(node_id: int, children: tuple[int, ...], last: int) -> Exercise:
    none: frozenset[str] = frozenset()
    return Exercise(
        node_id, "c", TEMPLATE, "p", None, "Do", False, (), ALICE, ALICE, ALICE, none, (),
        children, last,
    )  # fmt: skip


def shapes_of(nodes: tuple[Node, ...], ids: tuple[int, ...]) -> list[Shape]:
    shapes: list[Shape] = []
    for node_id in ids:
        node = nodes[node_id]
        if isinstance(node, Create):
            shapes.append(node.contract.contract_id)
        elif isinstance(node, Rollback):
            shapes.append(shapes_of(nodes, node.children))
        else:
            assert isinstance(node, Exercise)
            shapes.append(tuple(shapes_of(nodes, node.children)))
    return shapes


def normal(shapes: list[Shape]) -> list[Shape]:
    nodes, roots = normalize(*build(shapes))
    return shapes_of(nodes, roots)


def test_empty_rollback_vanishes() -> None:
    assert normal([[], "a", ([], [[]])]) == ["a", ()]


def test_leading_rollback_is_given_first() -> None:
    assert normal([[["a"], "b"]]) == [["a"], ["b"]]


def test_trailing_rollback_is_taken_in() -> None:
    assert normal([["a", ["b", "c"]]]) == [["a", "b", "c"]]


def test_nested_rollback_alone_becomes_one() -> None:
    assert normal([[[["a"]]]]) == [["a"]]


def test_middle_rollback_stays() -> None:
    assert normal([["a", ["b"], "c"]]) == [["a", ["b"], "c"]]


def test_ids_of_kept_tries_leave_no_gap() -> None:
    nodes, roots = build(["a", "b"])
    nodes.insert(1, None)
    created = nodes[2]
    assert created is not None
    nodes[2] = created._replace(node_id=2)
    numbered, order = normalize(nodes, [roots[0], 2])
    assert [node.node_id for node in numbered] == [0, 1]
    assert order == (0, 1)


SHAPES: st.SearchStrategy[Shape] = st.recursive(
    st.sampled_from("abcdef"),
    lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple),
    max_leaves=12,
)


def is_normal(shape: Shape) -> bool:
    if isinstance(shape, str):
        return True
    if isinstance(shape, list) and (
        not shape or isinstance(shape[0], list) or isinstance(shape[-1], list)
    ):
        return False
    return all(is_normal(child) for child in shape)


def leaves(shapes: Shape, *, undone: bool = False) -> list[tuple[str, bool]]:
    if isinstance(shapes, str):
        return [(shapes, undone)]
    inside = undone or isinstance(shapes, list)
    return [leaf for shape in shapes for leaf in leaves(shape, undone=inside)]


@given(st.lists(SHAPES, max_size=4))
def test_normal_form_keeps_order_and_what_is_undone(shapes: list[Shape]) -> None:
    after = normal(shapes)
    assert all(is_normal(shape) for shape in after)
    assert [leaf for shape in after for leaf in leaves(shape)] == [
        leaf for shape in shapes for leaf in leaves(shape)
    ]


@given(st.lists(SHAPES, max_size=4))
def test_numbers_are_in_execution_order(shapes: list[Shape]) -> None:
    nodes, _ = normalize(*build(shapes))
    assert [node.node_id for node in nodes] == list(range(len(nodes)))
    for node in nodes:
        if isinstance(node, Exercise | Rollback):
            inside = range(node.node_id + 1, node.last_descendant + 1)
            assert all(child in inside for child in node.children)


def test_depth_is_no_matter() -> None:
    depth = 20_000
    nodes: list[Node | None] = [
        exercise(i, (i + 1,) if i < depth - 1 else (), depth - 1) for i in range(depth)
    ]
    numbered, roots = normalize(nodes, [0])
    assert len(numbered) == depth
    assert roots == (0,)

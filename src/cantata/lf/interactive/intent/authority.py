"""Whether the submitting parties can authorize what a prepared transaction does."""

from __future__ import annotations

from collections.abc import Iterator

from cantata.lf.interactive.intent.model import Aspect, Difference
from cantata.lf.interactive.model import Action, Create, Exercise, Fetch, QueryByKey
from cantata.lf.interactive.tree import NodeTree, children_of


def authority(tree: NodeTree, act_as: frozenset[str]) -> Iterator[Difference]:
    """Give the nodes that need more authority than there is around them.

    At the top it is that of the submitting parties; inside an exercise that of its contract's
    signatories and of those who exercise it.
    """
    context = dict.fromkeys(tree.roots, act_as)
    for node_id, action in tree.actions.items():
        given = context[node_id]
        missing = _needed(action) - given
        if missing:
            lacking = ", ".join(sorted(missing))[:200]
            yield Difference(Aspect.AUTHORITY, f"node {node_id}", "no other party", lacking)
        inner = given
        if isinstance(action, Exercise):
            inner = frozenset(action.signatories) | frozenset(action.acting_parties)
        context.update(dict.fromkeys(children_of(action), inner))


def _needed(action: Action) -> frozenset[str]:
    match action:
        case Create():
            return frozenset(action.signatories)
        case Exercise() | Fetch():
            return frozenset(action.acting_parties)
        case QueryByKey():
            return frozenset(action.key.maintainers)
    return frozenset()

"""What is known at a point of a body: which names have values, which optionals are filled."""

from __future__ import annotations

from dataclasses import dataclass, field

from cantata.lang.ir.patterns import Variable
from cantata.lang.ir.types import Type

Path = tuple[str, ...]
"""A local name and fields read from it, such as ``("self", "lock")``."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A path whose value is known more closely: the payload of its Optional or constructor.

    `variable` holds the payload; without one (only for optionals) it is unwrapped at each read.
    """

    type: Type
    variable: Variable | None


@dataclass(slots=True)
class Flow:
    """The state of a body at one point; `reachable` is False after a return."""

    assigned: set[str] = field(default_factory=set)
    narrowed: dict[Path, Narrowed] = field(default_factory=dict)
    reachable: bool = True

    def copy(self) -> Flow:
        """Give an independent copy."""
        return Flow(set(self.assigned), dict(self.narrowed), self.reachable)

    def assign(self, name: str) -> None:
        """Note that a name has a new value: what was known about the old one is void."""
        self.assigned.add(name)
        self.forget(name)

    def forget(self, name: str) -> None:
        """Drop what is known more closely about a name."""
        for path in [path for path in self.narrowed if path[0] == name]:
            del self.narrowed[path]

    def join(self, other: Flow) -> Flow:
        """Give what holds after either of two ways."""
        if not other.reachable:
            return self
        if not self.reachable:
            return other
        narrowed = {}
        for path, mine in self.narrowed.items():
            theirs = other.narrowed.get(path)
            if theirs == mine:
                narrowed[path] = mine
            elif theirs is not None and theirs.type == mine.type:
                narrowed[path] = Narrowed(mine.type, None)
        return Flow(self.assigned & other.assigned, narrowed, reachable=True)


def join_all(flows: list[Flow]) -> Flow:
    """Give what holds after any of several ways; at least one."""
    whole = flows[0]
    for flow in flows[1:]:
        whole = whole.join(flow)
    return whole

"""How an operation is called, and who may call it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.api.scene import Scene

ANYBODY = frozenset({"without token"})
USERS = frozenset(
    {
        "nobody",
        "actor",
        "reader",
        "executor",
        "outside-reader",
        "any-reader",
        "any-executor",
        "provider-admin",
        "admin",
        "everything",
    }
)
ADMIN = frozenset({"admin", "everything"})
ADMINISTRATION = ADMIN | {"provider-admin"}
ACTORS = frozenset({"actor", "everything"})
READERS = frozenset({"actor", "reader", "any-reader", "everything"})
OUTSIDE_READERS = frozenset({"outside-reader", "any-reader", "everything"})
EXECUTORS = frozenset({"executor", "any-executor", "everything"})
ANY_READERS = frozenset({"any-reader", "everything"})

Parts = tuple[str, Any]
"""Path, with its query, and body of a request."""


@dataclass(frozen=True, slots=True)
class Call:
    """How an operation is called; `bad` is refused with `status`, None if it cannot be."""

    good: Callable[[Scene], Parts]
    opens: frozenset[str]
    bad: Callable[[Scene], Parts] | None = None
    status: int = 400


def at(path: str, body: Any = None) -> Callable[[Scene], Parts]:
    """Give a request that is always the same."""
    return lambda scene: (path, body)


def with_body(path: str, make: Callable[[Scene], Any]) -> Callable[[Scene], Parts]:
    """Give a request whose body depends on the scene."""
    return lambda scene: (path, make(scene))


def submitting(path: str, opens: frozenset[str] = ACTORS) -> Call:
    """Call what takes commands as they are."""
    return Call(
        with_body(path, Scene.submission),
        opens,
        with_body(path, lambda scene: {**scene.submission(), "actAs": []}),
    )


def executing(path: str, **more: Any) -> Call:
    """Call what takes a signed transaction."""
    return Call(
        with_body(path, lambda scene: scene.execution(**more)),
        EXECUTORS,
        with_body(path, lambda scene: {**scene.execution(**more), "preparedTransaction": "AAAA"}),
    )

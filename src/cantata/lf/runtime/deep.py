"""Running a function on a thread with a large stack and a high recursion limit."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from cantata.lf.runtime.errors import InterpretationTimeExceeded

T = TypeVar("T")

STACK = 1024 * 1024 * 1024
"""Bytes of stack, of which only what is used costs memory."""

_lock = threading.Lock()
_users = 0
_usual = 0


def on_large_stack(frames: int, function: Callable[[], T]) -> T:
    """Call a function where `frames` nested calls fit, and give or raise what it does.

    Translated code calls other translated code without the C stack; the large stack is for the
    few helpers in between. The recursion limit is the process's own, so it is raised while
    anybody needs it.
    """
    outcome: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(function())
        except BaseException as error:  # noqa: BLE001 - it is raised again in the caller's thread
            errors.append(error)

    _enter(frames)
    try:
        _start(work).join()
    finally:
        _leave()
    if errors:
        raise errors[0]
    return outcome[0]


def _start(work: Callable[[], None]) -> threading.Thread:
    with _lock:
        before = threading.stack_size(STACK)
        try:
            thread = threading.Thread(target=work, name="cantata-deep", daemon=True)
            thread.start()
        except RuntimeError:
            raise InterpretationTimeExceeded("no memory for a deep stack") from None
        finally:
            threading.stack_size(before)
    return thread


def _enter(frames: int) -> None:
    global _users, _usual  # noqa: PLW0603 - the recursion limit is global
    with _lock:
        if not _users:
            _usual = sys.getrecursionlimit()
        _users += 1
        sys.setrecursionlimit(max(sys.getrecursionlimit(), frames))


def _leave() -> None:
    global _users  # noqa: PLW0603 - the recursion limit is global
    with _lock:
        _users -= 1
        if not _users:
            sys.setrecursionlimit(_usual)

"""Giving a package its id: references to the package itself are rewritten."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from cantata.lf.model import SELF_PACKAGE, Package, Ref


def bind_package_id(package: Package, package_id: str, *, lf_minor: str | None = None) -> Package:
    """Give the package under an id, with the references that name it by its old id rewritten."""
    modules: dict[str, Any] = _rewrite(package.modules, {package.id, SELF_PACKAGE}, package_id)
    minor = package.lf_minor if lf_minor is None else lf_minor
    return replace(package, id=package_id, modules=modules, lf_minor=minor)


def _rewrite(root: Any, old: set[str], new: str) -> Any:
    """Rebuild what holds a reference; all else is shared. Works on a stack, not by recursion.

    A value waits on the stack until its parts are done; `done` maps the identity of a value to
    its replacement, and values stay alive as parts of `root`.
    """
    done: dict[int, Any] = {}
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        value, opened = stack.pop()
        if id(value) in done:
            continue
        if isinstance(value, Ref):
            done[id(value)] = Ref(new, value.module, value.name) if value.package in old else value
            continue
        parts = _parts(value)
        if not parts:
            done[id(value)] = value
        elif opened:
            replaced = [done[id(part)] for part in parts]
            same = all(part is other for part, other in zip(parts, replaced, strict=True))
            done[id(value)] = value if same else _rebuild(value, replaced)
        else:
            stack.append((value, True))
            stack += [(part, False) for part in parts]
    return done[id(root)]


def _parts(value: Any) -> list[Any]:
    """Give the parts of a value that may hold references."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, dict):
        return list(value.values())
    if is_dataclass(value):
        return [getattr(value, field.name) for field in fields(value)]
    return []


def _rebuild(value: Any, parts: list[Any]) -> Any:
    if isinstance(value, tuple):
        return tuple(parts)
    if isinstance(value, dict):
        return dict(zip(value, parts, strict=True))
    names = [field.name for field in fields(value)]
    return type(value)(**dict(zip(names, parts, strict=True)))

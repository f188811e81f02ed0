"""What a cached file depends on besides the package: this code and this Python."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from importlib.util import MAGIC_NUMBER, find_spec

_LF = ("cantata.kernel", "cantata.lf")
_SUFFIX = ".py"
_CHARACTERS = 16


@cache
def stamp(names: tuple[str, ...] = _LF) -> str:
    """Give a name for the sources of packages together with the version of Python.

    Changing any of them makes all cached files unknown; nobody has to count a version up.
    """
    digest = hashlib.sha256(MAGIC_NUMBER)
    for name in names:
        spec = find_spec(name)
        roots = None if spec is None else spec.submodule_search_locations
        if roots is not None:
            for root in roots:
                _add_folder(root, digest)
        elif spec is not None and spec.origin is not None and os.path.isfile(spec.origin):  # noqa: PTH113 - one form of path here
            _add_file(spec.origin, spec.name, digest)
    return digest.hexdigest()[:_CHARACTERS]


def _add_folder(root: str, digest: hashlib._Hash) -> None:
    """Add all sources below a folder; this runs at each start, over many files."""
    pending = [(root, "")]
    while pending:
        folder, name = pending.pop()
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            if entry.name.endswith(_SUFFIX):
                _add_file(entry.path, f"{name}/{entry.name}", digest)
            elif entry.is_dir() and entry.name != "__pycache__":
                pending.append((entry.path, f"{name}/{entry.name}"))


def _add_file(path: str, name: str, digest: hashlib._Hash) -> None:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a third of the time of `Path`
        content = file.read()
    digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
    digest.update(content)

"""What a cached file depends on besides the package: this code and this Python."""

from __future__ import annotations

import hashlib
from functools import cache
from glob import glob
from importlib.util import MAGIC_NUMBER, find_spec

_LF = ("cantata.kernel", "cantata.lf")
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
                for file in sorted(glob("**/*.py", root_dir=root, recursive=True)):  # noqa: PTH207
                    _add(f"{root}/{file}", file, digest)
        elif spec is not None and spec.has_location and spec.origin is not None:
            _add(spec.origin, spec.name, digest)
    return digest.hexdigest()[:_CHARACTERS]


def _add(path: str, name: str, digest: hashlib._Hash) -> None:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a third of the time of `Path`
        content = file.read()
    digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
    digest.update(content)

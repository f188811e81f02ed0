"""DARs of contract packages, as a sandbox takes them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cantata.lang.build import build_dar, compile_package
from cantata.lang.build.sources import contract_files
from cantata.testing.catalog import Source, path_of


def dar_of(source: Source) -> bytes:
    """Give the DAR of a contract package: compiled, or the one that is given.

    Packages that are only declared, as those of the token standard, are left out: a sandbox has
    them.
    """
    if isinstance(source, bytes):
        return source
    path = source if isinstance(source, Path) else path_of(source)
    return path.read_bytes() if path.suffix == ".dar" else _built(path.resolve())


@cache
def _built(path: Path) -> bytes:
    compiled = compile_package(contract_files([path]))
    return build_dar(compiled, without_declared=True).content

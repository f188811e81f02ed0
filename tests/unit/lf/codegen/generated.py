"""Generating into a folder, importing from there, and checking what was written."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from cantata.lf.archive import read_dar
from cantata.lf.codegen.generate import generate
from cantata.lf.model import Package, Packages

ROOT = Path(__file__).resolve().parents[4]


def write(folder: Path, packages: Packages, main: Package, *, prefix: str = "") -> None:
    for path, text in generate(packages, main, prefix=prefix).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def write_dar(folder: Path, dar: Path) -> None:
    content = read_dar(dar.read_bytes())
    packages = Packages(stored.package for stored in content.packages.values())
    write(folder, packages, content.main.package)


@contextmanager
def imported_from(folder: Path) -> Iterator[None]:
    """Put a folder on the import path, and forget afterwards what was imported from it."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in [n for n, m in sys.modules.items() if _is_below(m, folder)]:
            del sys.modules[name]


def _is_below(module: ModuleType, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).is_relative_to(folder)


def import_all(folder: Path) -> list[ModuleType]:
    """Import every module below a folder that is on the import path."""
    names = [
        ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(folder.rglob("*.py"))
    ]
    return [importlib.import_module(name) for name in names]


def type_check(folder: Path, cache: Path) -> str:
    """Give what mypy --strict has to say; nothing if the code is clean."""
    config = cache / "mypy.ini"
    config.write_text("[mypy]\nstrict = True\n", encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", str(config)]
    return _complaints([*command, "--cache-dir", str(cache / "mypy"), str(folder)], folder)


def format_check(folder: Path) -> str:
    """Give what the formatter would change; nothing if the code is formatted."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "--diff"]
    return _complaints([*command, "--line-length", "100", str(folder)], folder)


def _complaints(command: list[str], folder: Path) -> str:
    environment = {**os.environ, "MYPYPATH": f"{ROOT / 'src'}:{folder}"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env=environment
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr

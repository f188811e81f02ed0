"""What to type for this program, where it is."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def command() -> str:
    """Give what to type for this program here."""
    if shutil.which("cantata"):
        return "cantata"
    path, here = Path(sys.argv[0]), Path.cwd()
    if path.name == "__main__.py":
        return f"{sys.executable} -m cantata"
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)

"""Signers as the settings name them: key files by name."""

from __future__ import annotations

import re
from pathlib import Path

from cantata.automation.signers.keyfile import KeyFileSigner
from cantata.automation.signers.registry import Signers
from cantata.config import SettingsRefused
from cantata.kernel.errors import CantataError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
VARIABLE = "CANTATA_SIGNERS"


def configured(text: str) -> Signers:
    """Read `name=path` pairs with commas between them, and the key files that they name.

    Raise SettingsRefused with everything that is wrong with them.
    """
    paths, faults = _paths(text)
    found: dict[str, KeyFileSigner] = {}
    for name, path in paths.items():
        try:
            found[name] = KeyFileSigner(Path(path).expanduser())
        except CantataError as error:
            faults.append(f"{VARIABLE}: {name}: {error.message}")
    if faults:
        raise SettingsRefused(faults)
    return Signers(found)


def names(text: str) -> frozenset[str]:
    """Read the names alone, where no key may be; raise SettingsRefused for what are no pairs."""
    paths, faults = _paths(text)
    if faults:
        raise SettingsRefused(faults)
    return frozenset(paths)


def _paths(text: str) -> tuple[dict[str, str], list[str]]:
    """Give the paths by name, and what is wrong with the pairs."""
    found: dict[str, str] = {}
    faults: list[str] = []
    for pair in filter(None, map(str.strip, text.split(","))):
        name, _, path = map(str.strip, pair.partition("="))
        if NAME.fullmatch(name) is None or not path:
            faults.append(f"{VARIABLE}: {pair[:80]!r} is not of the form name=path")
        elif name in found:
            faults.append(f"{VARIABLE}: {name} is there twice")
        else:
            found[name] = path
    return found, faults

"""Names for local variables: readable, legal in Daml-LF, and each used once in a definition."""

from __future__ import annotations

import re

from cantata.lf import model as lf

THIS = "this"
"""The parameter of a template or interface: the payload or the interface value."""

SELF = "self"
"""The binder of a choice for its contract's id."""

ARG = "arg"
"""The binder of a choice for its argument."""

UNUSED = "_"
"""The binder of what nobody reads."""

_ILLEGAL = re.compile(r"[^A-Za-z0-9_]")
_RESERVED = frozenset({THIS, SELF, ARG, UNUSED})


class Names:
    """Fresh names of one definition; the same requests give the same names on every machine."""

    def __init__(self) -> None:
        self._used: set[str] = set(_RESERVED)
        self._counts: dict[str, int] = {}

    def fresh(self, wanted: str = "") -> str:
        """Give a name like the wanted one that the definition has not used yet."""
        base = _ILLEGAL.sub("_", wanted) or "v"
        if base[0].isdigit():
            base = f"v{base}"
        name = base
        while name in self._used:
            count = self._counts[base] = self._counts.get(base, 0) + 1
            name = f"{base}_{count}"
        self._used.add(name)
        return name

    def variable(self, wanted: str = "") -> lf.EVar:
        """Give a variable with a fresh name."""
        return lf.EVar(self.fresh(wanted))

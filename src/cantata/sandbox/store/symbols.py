"""Texts that records repeat (parties, names of definitions), each written once and numbered.

A token that starts with ``p`` stands for a text, ``r`` for a reference and ``{`` for a set of
parties, by the numbers of their texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cantata.lf.model import Ref
from cantata.sandbox.store.tokens import joined

CACHE_MAX = 200_000
"""Tokens remembered in either direction; beyond it remembering starts again."""


class Symbols:
    """Numbers texts in order of first use.

    `tokens` gives the tokens of known texts, `atoms` what tokens stand for. Number 0 is the empty
    text.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.tokens: dict[str, str] = _Known(self._number)
        self.atoms: dict[str, Any] = {}
        self._fresh = 0
        self._refs: dict[int, tuple[Ref, str]] = {}
        self.text: Callable[[str], str] = self.tokens.__getitem__
        """Give the token of a text, with a new number if need be."""
        self.parties: Callable[[frozenset[str]], str] = _Known(
            self._write_set, CACHE_MAX
        ).__getitem__
        """Give the token of a set of parties."""
        self._add("")

    def learn(self, first: int, texts: Sequence[str]) -> None:
        """Take written texts, the first of them with number `first`; some may be known."""
        if first > len(self.texts):
            raise ValueError(f"symbols {len(self.texts)} to {first - 1} are missing")
        for text in texts[len(self.texts) - first :]:
            self._add(text)

    def written(self, first: int) -> str:
        """Write the texts from number `first` on, as a value that `learn` takes."""
        texts = self.texts[first:]
        return joined(["(2", str(first), f"({len(texts)}", *["s" + text for text in texts]])

    def take_fresh(self) -> str | None:
        """Write the texts that the next record uses and that are not written yet."""
        if not self._fresh:
            return None
        fresh, self._fresh = self._fresh, 0
        return self.written(len(self.texts) - fresh)

    def ref(self, ref: Ref | None) -> str:
        """Give the token of a reference; known objects are found without looking inside."""
        if ref is None:
            return "N"
        known = self._refs.get(id(ref))
        if known is not None and known[0] is ref:
            return known[1]
        if len(self._refs) >= CACHE_MAX:
            self._refs.clear()
        token = "r" + self.text(str(ref))[1:]
        self._refs[id(ref)] = ref, token
        return token

    def atom(self, token: str) -> Any:
        """Give what such a token stands for, equal things as one object."""
        if token[0] == "p":
            found: Any = self.texts[int(token[1:])]
        elif token[0] == "r":
            found = Ref(*self.texts[int(token[1:])].split(":"))
        else:
            numbers = token[1:].split(",") if len(token) > 1 else ()
            found = frozenset([self.texts[int(number)] for number in numbers])
        if len(self.atoms) >= CACHE_MAX:
            self.atoms.clear()
        self.atoms[token] = found
        return found

    def _add(self, text: str) -> str:
        token = self.tokens[text] = f"p{len(self.texts)}"
        self.texts.append(text)
        return token

    def _number(self, text: str) -> str:
        self._fresh += 1
        return self._add(str(text))

    def _write_set(self, parties: frozenset[str]) -> str:
        numbers = sorted([int(self.text(party)[1:]) for party in sorted(parties)])
        return "{" + ",".join(map(str, numbers))


class _Known(dict[Any, str]):
    """Remembers what a function gave; a hit costs no call of Python code.

    With `limit` keys it starts again; 0 stands for no limit.
    """

    def __init__(self, make: Callable[[Any], str], limit: int = 0) -> None:
        super().__init__()
        self._make, self._limit = make, limit

    def __missing__(self, key: Any) -> str:
        made = self._make(key)
        if self._limit and len(self) >= self._limit:
            self.clear()
        self[key] = made
        return made

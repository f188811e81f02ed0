"""Tokens, the words of stored records: joined by U+0000, which only escaped texts may hold."""

from __future__ import annotations

from collections.abc import Sequence

NUL = "\0"
SEPARATOR = "\0\0"
"""Between records; no record holds it, since no token is empty."""

_ESCAPE = "\1"


def joined(tokens: Sequence[str]) -> str:
    """Join tokens, escaping texts where they hold the separator."""
    text = NUL.join(tokens)
    if text.count(NUL) != len(tokens) - 1:
        text = NUL.join([_escaped(token) if NUL in token else token for token in tokens])
    return text


def unescaped(token: str) -> str:
    """Give the text of an escaped token."""
    return token[1:].replace(_ESCAPE + "0", NUL).replace(_ESCAPE + "1", _ESCAPE)


def _escaped(token: str) -> str:
    """Escape a text token; the escape sign itself first."""
    return "x" + token[1:].replace(_ESCAPE, _ESCAPE + "1").replace(NUL, _ESCAPE + "0")

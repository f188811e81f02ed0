"""Memos that name a customer's account: made, written for people, and found in what came in.

An account's memo is twelve symbols of Crockford's base 32, the last of which checks the others
(Luhn's algorithm modulo 32): a single wrong symbol and two neighbours that changed places are
noticed, and a memo is hardly ever met by chance. Wallets put words around a memo, so it is looked
for within the text; a text that names two accounts names none.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
GROUP = 4

TEXT_MAX = 1_024
"""Characters of a memo that is searched; a longer one names nobody."""

_CONFUSED = str.maketrans({"O": "0", "I": "1", "L": "1"})
_PARAMETER = re.compile(r"[?&]memo(?:id)?=([^&#\s]*)", re.IGNORECASE)
_CANDIDATE = re.compile(r"(?<![0-9A-Z])(?:[0-9A-Z]-?){11}[0-9A-Z](?![0-9A-Z])")


def new_memo() -> str:
    """Make a memo at random, of 55 bits."""
    body = "".join(secrets.choice(SYMBOLS) for _ in range(LENGTH - 1))
    return body + _check(body)


def shown(memo: str) -> str:
    """Give a memo as people read it: ABCD-EFGH-JKMN."""
    return "-".join(memo[start : start + GROUP] for start in range(0, len(memo), GROUP))


def deposit_address(party: str, memo: str) -> str:
    """Give party and memo in one text, as custodians keep them."""
    return f"{party}?memoId={memo}"


def normal(text: str) -> str | None:
    """Give the memo that a text is, however it is written; None if it is none."""
    written = unicodedata.normalize("NFKC", text).strip().upper()
    plain = written.replace("-", "").replace(" ", "").translate(_CONFUSED)
    if len(plain) != LENGTH or any(symbol not in SYMBOLS for symbol in plain):
        return None
    return plain if _check(plain[:-1]) == plain[-1] else None


def named_by(text: str | None) -> str | None:
    """Give the one memo that a text names; None if it names none, or more than one."""
    if not text or len(text) > TEXT_MAX:
        return None
    parameter = _PARAMETER.search(text)
    if parameter is not None:
        return normal(parameter[1])
    whole = normal(text)
    if whole is not None:
        return whole
    written = unicodedata.normalize("NFKC", text).upper()
    found = {normal(match[0]) for match in _CANDIDATE.finditer(written)} - {None}
    return found.pop() if len(found) == 1 else None


def _check(body: str) -> str:
    """Give the symbol that makes Luhn's sum over all symbols a multiple of 32."""
    base = len(SYMBOLS)
    total = 0
    for place, symbol in enumerate(reversed(body)):
        number = SYMBOLS.index(symbol) * (2 if place % 2 == 0 else 1)
        total += number // base + number % base
    return SYMBOLS[-total % base]

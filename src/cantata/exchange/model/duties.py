"""Duties of people and systems at an exchange, and the roles that have them; nobody else does.

The administrator grants the roles, and has none of them by herself.
"""

from __future__ import annotations

from dataclasses import dataclass

OPERATOR = "EXCHANGE_OPERATOR"
"""Moves money, and decides how the exchange works."""
SUPPORT = "EXCHANGE_SUPPORT"
"""Decides whose deposits are, and has things tried again."""
READER = "EXCHANGE_READER"

ROLES = (OPERATOR, SUPPORT, READER)


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that may be done by who holds one of some roles.

    `operation` is what keys for the API are bounded by.
    """

    operation: str
    roles: tuple[str, ...]


READ = Duty("exchange.read", (READER, SUPPORT, OPERATOR))
ASSIST = Duty("exchange.assist", (SUPPORT, OPERATOR))
OPERATE = Duty("exchange.operate", (OPERATOR,))
WITHDRAW = Duty("exchange.withdraw", (OPERATOR,))
"""Paying; keys for it can be bounded to a token and an amount."""

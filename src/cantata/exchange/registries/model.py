"""What registries answer, and the bounds of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cantata.kernel.ids import PartyId
from cantata.ledger.submission import Disclosed

ANSWER_BYTES_MAX = 8 * 1024 * 1024
DISCLOSED_MAX = 100
"""Contracts that one choice context may disclose."""

PAGE_SIZE = 100
PAGES_MAX = 100
DECIMALS = 10
"""Decimals of an instrument that does not say how many it has, by the standard."""


class TransferKind(Enum):
    """What a transfer will do."""

    SELF = "self"
    DIRECT = "direct"
    OFFER = "offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryInfo:
    """Who answers for a registry, and the versions of the interfaces that it serves, by name."""

    admin: PartyId
    apis: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentInfo:
    """An instrument as its registry describes it."""

    id: str
    name: str
    symbol: str
    decimals: int
    is_paused: bool
    apis: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceContext:
    """What a choice needs besides its arguments: passed on as it is, for one choice only."""

    data: Mapping[str, Any]
    disclosed: tuple[Disclosed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFactory:
    """The contract that a transfer goes through, and what the transfer will be."""

    contract_id: str
    kind: TransferKind
    context: ChoiceContext

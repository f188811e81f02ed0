"""How the network rewards a treasury's activity."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp


class RewardMode(Enum):
    """What is done for rewards; the history of a treasury reads the same in all of them."""

    OFF = "off"
    MARKERS = "markers"
    """The provider, a featured app, marks each acceptance beside it, in the same transaction."""
    TRAFFIC = "traffic"
    """The network counts traffic by itself: nothing is added, and no traffic spent on markers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewards:
    """How a treasury is rewarded; `provider` is the featured party, empty if none is needed.

    `right_id` is the provider's contract that lets it mark activity, None while none was seen.
    """

    treasury: PartyId
    mode: RewardMode
    provider: str
    right_id: str | None
    changed_at: Timestamp

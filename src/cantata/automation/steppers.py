"""One worker for everything: hands each intent to the stepper of its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cantata.automation.model import Intent
from cantata.automation.worker import Stepper


class Steppers:
    """Several steppers as one; no two of them have a kind in common."""

    def __init__(self, steppers: Sequence[Stepper]) -> None:
        self._by_kind: Mapping[str, Stepper] = {
            kind: stepper for stepper in steppers for kind in stepper.kinds
        }

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of all of them."""
        return tuple(self._by_kind)

    async def step(self, intent: Intent) -> None:
        """Take a claimed intent as far as it goes now."""
        await self._by_kind[intent.wish.kind].step(intent)

"""One worker for everything: hands each intent to the stepper of its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cantata.automation.model import Intent
from cantata.automation.worker import Dispatched, Dispatcher, Stepper
from cantata.kernel.time import Timestamp
from cantata.storage.session import WriteSession


class Steppers:
    """Several steppers as one; no two of them have a kind in common."""

    def __init__(self, steppers: Sequence[Stepper]) -> None:
        self._steppers = tuple(steppers)
        self._by_kind: Mapping[str, Stepper] = {
            kind: stepper for stepper in steppers for kind in stepper.kinds
        }

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of all of them."""
        return tuple(self._by_kind)

    async def dispatch(
        self, session: WriteSession, intents: Sequence[Intent], now: Timestamp
    ) -> Dispatched:
        """Let those dispatch that can; the intents of the others need steps of their own."""
        found = Dispatched()
        for stepper in self._steppers:
            mine = [each for each in intents if self._by_kind[each.wish.kind] is stepper]
            if mine and isinstance(stepper, Dispatcher):
                more = await stepper.dispatch(session, mine, now)
            else:
                more = Dispatched(left=mine)
            found = Dispatched(
                jobs=(*found.jobs, *more.jobs),
                left=(*found.left, *more.left),
                errands=(*found.errands, *more.errands),
            )
        return found

    async def step(self, intent: Intent) -> None:
        """Take a claimed intent as far as it goes now."""
        await self._by_kind[intent.wish.kind].step(intent)

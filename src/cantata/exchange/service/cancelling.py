"""Takes withdrawals back: before they are sent at once, offers by a transaction of their own."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from cantata.automation import repository as intents
from cantata.automation.ending import Endings
from cantata.automation.signing import is_unsent
from cantata.exchange.model.withdrawals import FINAL, Withdrawal, WithdrawalState
from cantata.exchange.refusals import WithdrawalEnded, WithdrawalUnknown
from cantata.exchange.repository import withdrawals
from cantata.exchange.service.ending import take_back
from cantata.kernel.time import Clock
from cantata.storage.session import WriteSession


class Cancelling:
    """The use case of taking a withdrawal back."""

    def __init__(self, endings: Endings, clock: Clock) -> None:
        self._endings = endings
        self._clock = clock

    async def cancel(self, session: WriteSession, identity: UUID) -> Withdrawal:
        """Take a withdrawal back as far as it can be, and give it as it is then.

        Not sent yet, it ends now. Offered, its offer is taken back, which the receiver may
        forestall. Sent and not seen yet, it is taken back if it turns out to be an offer, or
        was never recorded. Raise WithdrawalUnknown, or WithdrawalEnded when it is over.
        """
        now = self._clock.now()
        intent = await intents.load(session, identity, lock=True)
        found = await withdrawals.find(session, identity, lock=True)
        if found is None:
            raise WithdrawalUnknown(identity)
        if found.state in FINAL:
            raise WithdrawalEnded(identity, found.state.value)
        if not found.cancel_wanted:
            found = replace(found, cancel_wanted=True, updated_at=now)
            await withdrawals.save(session, found.state, found)
            if found.state is WithdrawalState.OFFERED:
                await take_back(session, found, now)
        if intent is not None and is_unsent(intent):
            await self._endings.cancel(session, intent, now)
        return await withdrawals.shown(session, identity) or found

"""Carries intents whose transactions are signed: prepared by the ledger, signed, then sent."""

from __future__ import annotations

from dataclasses import replace

from cantata.automation import repository
from cantata.automation.errors import NotNow, NotPossible, SignatureMissing, SignerUnavailable
from cantata.automation.handler import Plan
from cantata.automation.model import LEASE, Failure, Intent, State
from cantata.automation.policy import gives_up_at, look_again_at
from cantata.automation.sent import Sent
from cantata.automation.settling import Settler
from cantata.automation.signing import Desk, Signed
from cantata.kernel.time import Clock
from cantata.ledger.errors import LedgerError, Refusal
from cantata.ledger.services.external import NotAsIntended
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.database import Database

_log = events("automation")


class Outside:
    """Takes such intents a step further.

    What is prepared is stored before anybody signs it, and the signatures before it is sent: so
    an attempt has one transaction, whoever dies in between. One that nobody signed was never sent.
    """

    def __init__(self, database: Database, desk: Desk, settler: Settler, clock: Clock) -> None:
        self._database = database
        self._desk = desk
        self._settler = settler
        self._clock = clock

    async def ready(self, intent: Intent) -> Sent | None:
        """Bring an intent to where it is written down as sent; None to leave it."""
        assert intent.plan is not None, intent.id
        plan = Plan.from_json(intent.plan)
        try:
            if intent.state is State.PREPARED:
                intent = await self._prepared(intent, plan)
                if not plan.signer:
                    return None
            return await self._signed(intent, plan)
        except NotAsIntended as error:
            metrics.ALARMS.labels("not_as_intended").inc()
            _log.error("intent.not_as_intended", intent=str(intent.id), message=error.message)
            await self._settler.fail(intent, error)
        except NotPossible as error:
            await self._settler.fail(intent, error)
        except NotNow as error:
            await self._later(intent, error)
        except LedgerError as error:
            if isinstance(error, Refusal) or gives_up_at(intent) <= self._clock.now():
                await self._settler.refused(intent, error)
            else:
                await self._later(intent, error)
        return None

    async def _prepared(self, intent: Intent, plan: Plan) -> Intent:
        """Have the ledger prepare the transaction, and store it to be signed."""
        waiting = await self._desk.prepare(plan, intent, self._clock.now())
        now = self._clock.now()
        async with self._database.write() as session:
            return await repository.move(
                session,
                intent,
                State.AWAITING_SIGNATURE,
                now,
                plan={**plan.to_json(), "signing": waiting.to_json()},
                due_at=now if plan.signer else waiting.until,
                leased_until=now + LEASE if plan.signer else None,
                dead_after=waiting.until,
            )

    async def _signed(self, intent: Intent, plan: Plan) -> Sent | None:
        """Write down that what was signed is sent; have it signed first if that is ours to do.

        What nobody signed in time ends, or starts over if it was a signer of ours.
        """
        assert intent.plan is not None, intent.id
        signed = Signed.from_json(intent.plan["signing"])
        if signed.until <= self._clock.now() or not (signed.signatures or plan.signer):
            late = SignatureMissing(signed.until)
            if plan.signer and not signed.signatures:
                await self._settler.refused(intent, SignerUnavailable(plan.signer, late.message))
                return None
            raise late
        if not signed.signatures:
            signed = await self._desk.sign(plan, intent, signed)
        ready = replace(intent, plan={**intent.plan, "signing": signed.to_json()})
        async with self._database.write() as session:
            path = (State.SUBMITTED,)
            now = self._clock.now()
            moved = await repository.mark_sent(session, ready, path, plan, now)
        return Sent((moved,), plan, intent.command_id, now)

    async def _later(self, intent: Intent, error: NotNow | LedgerError) -> None:
        """Keep an intent where it is and look at it again, until it is given up."""
        now = self._clock.now()
        if gives_up_at(intent) <= now:
            await self._settler.refused(intent, error)
            return
        _log.info("intent.not_signed", intent=str(intent.id), code=error.code)
        due, why = look_again_at(intent, now), Failure.of(error)
        if intent.dead_after is not None:
            due = min(due, intent.dead_after)
        async with self._database.write() as session:
            await repository.postpone(session, intent, due, why=why)

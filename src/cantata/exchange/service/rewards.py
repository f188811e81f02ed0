"""Switches how treasuries are rewarded, and adds markers where that is the way.

A treasury that signs outside sends one command at a time, so nothing is added to its own.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

from cantata.automation.handler import Plan
from cantata.automation.schedules.runner import Job
from cantata.contracts.token_standard import featured_app_v1 as standard
from cantata.exchange.model.decisions import By
from cantata.exchange.model.rewards import RewardMode, Rewards
from cantata.exchange.objections import RewardsRefused, TreasuryUnknown
from cantata.exchange.repository import rewards as repository
from cantata.exchange.repository import treasuries
from cantata.exchange.service.auditing import note
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Clock, RelTime
from cantata.lang import ContractId, Party
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import NotFound
from cantata.ledger.formats import Wanted
from cantata.ledger.typed import exercise
from cantata.storage.database import Database
from cantata.storage.session import ReadSession

WATCH_RIGHTS = "exchange.watch_featured_rights"
WHOLE = Decimal("1")
RIGHT = standard.FeaturedAppRight.__ledger_interface__().identifier


class RewardSwitch:
    """The use cases of rewards."""

    def __init__(self, database: Database, ledger: LedgerClient, clock: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock

    async def set(
        self, treasury: PartyId, mode: RewardMode, by: By, provider: PartyId | None = None
    ) -> Rewards:
        """Say how a treasury is rewarded from now on; markers need a provider.

        Raise TreasuryUnknown or RewardsRefused.
        """
        if mode is RewardMode.MARKERS and provider is None:
            raise RewardsRefused("markers are made by a provider, and none is named")
        right_id = None
        if mode is RewardMode.MARKERS and provider is not None:
            right_id = await self._right_of(provider)
        chosen = Rewards(
            treasury=treasury,
            mode=mode,
            provider=provider or "",
            right_id=right_id,
            changed_at=self._clock.now(),
        )
        async with self._database.write() as session:
            if await treasuries.find(session, treasury) is None:
                raise TreasuryUnknown(treasury)
            before = await repository.find(session, treasury)
            await repository.save(session, chosen)
            was = RewardMode.OFF if before is None else before.mode
            facts = {"before": was.value, "after": mode.value, "provider": chosen.provider}
            await note(session, by, "rewards.switched", treasury, chosen.changed_at, **facts)
        return chosen

    async def find(self, session: ReadSession, treasury: PartyId) -> Rewards:
        """Give how a treasury is rewarded; raise TreasuryUnknown."""
        known = await treasuries.find(session, treasury)
        if known is None:
            raise TreasuryUnknown(treasury)
        return await repository.find(session, treasury) or Rewards(
            treasury=treasury,
            mode=RewardMode.OFF,
            provider="",
            right_id=None,
            changed_at=known.created_at,
        )

    async def watch(self) -> None:
        """Look which providers have the right to mark activity now."""
        async with self._database.read() as session:
            found = await repository.every(session)
        marking = {each.provider for each in found if each.mode is RewardMode.MARKERS}
        for provider in sorted(marking):
            right_id = await self._right_of(provider)
            async with self._database.write() as session:
                await repository.note_right(session, provider, right_id)

    async def _right_of(self, provider: str) -> str | None:
        """Ask the participant for a provider's right; without its package there is none."""
        asked = Wanted(parties=(provider,), interfaces=(RIGHT,))
        try:
            async with aclosing(self._ledger.state.active_contracts(asked)) as active:
                async for contract in active:
                    for view in contract.event.views:
                        if (view.value or {}).get("provider") == provider:
                            return str(contract.event.contract_id)
        except NotFound:
            return None
        return None


def marked(plan: Plan, rewards: Rewards | None) -> Plan:
    """Give a plan with the marker that a provider makes beside it, if that is the way."""
    is_marked = rewards is not None and rewards.mode is RewardMode.MARKERS
    if rewards is None or not is_marked or rewards.right_id is None or plan.external:
        return plan
    provider = Party(rewards.provider)
    whole = standard.AppRewardBeneficiary(beneficiary=provider, weight=WHOLE)
    marker = exercise(
        ContractId[standard.FeaturedAppRight](rewards.right_id),
        standard.FeaturedAppRight.featured_app_right_create_activity_marker,
        arg=standard.FeaturedAppRight_CreateActivityMarker(beneficiaries=[whole]),
    )
    return replace(
        plan,
        commands=[*plan.commands, marker.json],
        act_as=tuple(dict.fromkeys((*plan.act_as, rewards.provider))),
    )


def watching(switch: RewardSwitch) -> Job:
    """Give the job that looks at the rights of providers."""
    return Job(WATCH_RIGHTS, RelTime.of(minutes=5), switch.watch)

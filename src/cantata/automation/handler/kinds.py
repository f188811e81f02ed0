"""Kinds of intents: what a handler does for its own, by itself or for many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from cantata.automation.handler.plans import Plan, Prepared
from cantata.automation.model import Failure, Intent
from cantata.kernel.time import Timestamp
from cantata.ledger.model.updates import Transaction
from cantata.storage.session import WriteSession


class Handler(Protocol):
    """A kind of intent; its calls run inside a database transaction of the caller.

    A handler either `Prepares` its intents from the database alone, or `Consults` others first.
    """

    @property
    def kind(self) -> str:
        """The kind, such as `tokens.mint`."""

    async def release(self, session: WriteSession, intent: Intent) -> None:
        """Give back what was reserved for an attempt; harmless when nothing is."""

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Give the result of an intent whose transaction was ingested."""


@runtime_checkable
class Prepares(Handler, Protocol):
    """A kind whose commands follow from the database."""

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Choose and reserve what the command needs.

        Raise NotPossible for what a rule forbids, NotNow for what may be possible later.
        """


@runtime_checkable
class Consults(Handler, Protocol):
    """A kind that asks others, such as a registry, before each attempt."""

    async def consult(self, intent: Intent, now: Timestamp) -> Any:
        """Find out what preparation needs; this runs outside of any database transaction.

        It may open short ones of its own, may run more than once for one attempt, also at the
        same time, and is cancelled after CONSULT_MAX; what it reserves, `release` gives back.
        Errors count as those of preparation: NotNow for what may be possible later, as while a
        registry is busy.
        """

    async def prepare_with(
        self, session: WriteSession, intent: Intent, found: Any, now: Timestamp
    ) -> Plan:
        """Choose and reserve what the command needs, with what was found out for this attempt.

        Raise NotPossible for what a rule forbids, NotNow for what may be possible later.
        """


@runtime_checkable
class ConsultsMany(Consults, Protocol):
    """A kind whose intents are consulted at the same time, and then prepared together."""

    async def prepare_all_with(
        self, session: WriteSession, intents: Sequence[tuple[Intent, Any]], now: Timestamp
    ) -> Prepared:
        """Choose and reserve what the commands need, with what was found out for each intent.

        All of them have the same acting parties and subject. Reserve nothing for what is not in a
        parcel. What a rule forbids is refused with NotPossible, what may be possible later with
        NotNow.
        """


@runtime_checkable
class HearsOfEnd(Handler, Protocol):
    """A kind that undoes more than its reservations when an intent ends without an effect."""

    async def given_up(self, session: WriteSession, intent: Intent, failure: Failure) -> None:
        """Do what belongs to the end of an intent that failed or was cancelled.

        It commits with the end, once for each intent, whatever ended it. When it raises, the
        intent has not ended, and its end is tried again later. The intent comes without its plan.
        """


@runtime_checkable
class PreparesMany(Prepares, Protocol):
    """A kind whose intents are prepared many at a time, by a few statements for all of them."""

    async def prepare_all(
        self, session: WriteSession, intents: Sequence[Intent], now: Timestamp
    ) -> Prepared:
        """Choose and reserve what the commands need; reserve nothing for what is not in a parcel.

        What a rule forbids is refused with NotPossible, what may be possible later with NotNow.
        """


@runtime_checkable
class EndsMany(Handler, Protocol):
    """A kind whose intents end many at a time: its results are read from transactions alone."""

    async def release_all(self, session: WriteSession, intents: Sequence[Intent]) -> None:
        """Give back what was reserved for any of them; harmless when nothing is."""

    def result(
        self, intent: Intent, transaction: Transaction, part: int | None
    ) -> Mapping[str, Any]:
        """Give the result of an intent; `part` is its place if it shares the transaction."""


@runtime_checkable
class ManyHandler(PreparesMany, EndsMany, Protocol):
    """A kind whose intents are prepared and ended many at a time."""

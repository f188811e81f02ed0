"""What a slice brings: how an intent of its kind becomes a command, and what is undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from cantata.automation.model import TOGETHER_MAX, Intent
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Timestamp
from cantata.ledger.model.updates import Transaction
from cantata.ledger.submission import Disclosed, Submission
from cantata.storage.session import WriteSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The command of an intent: JSON of the ledger's API, and the contracts disclosed to it.

    `notes` is what the slice wants to find again at the end. `external` tells that a party
    signs outside: its transaction is prepared and waits for the signature.
    """

    commands: Sequence[Mapping[str, Any]]
    act_as: tuple[str, ...]
    read_as: tuple[str, ...] = ()
    disclosed: Sequence[Mapping[str, Any]] = ()
    external: bool = False
    notes: Mapping[str, Any] | None = None

    def submission(self, command_id: str) -> Submission:
        """Give what is sent to the ledger."""
        return Submission(
            commands=tuple(dict(command) for command in self.commands),
            act_as=self.act_as,
            read_as=self.read_as,
            command_id=command_id,
            disclosed=tuple(
                Disclosed(
                    each["createdEventBlob"],
                    each["contractId"],
                    each["templateId"],
                    each["synchronizerId"],
                )
                for each in self.disclosed
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Give what is stored."""
        return {
            "commands": list(self.commands),
            "actAs": list(self.act_as),
            "readAs": list(self.read_as),
            "disclosed": list(self.disclosed),
            "external": self.external,
            "notes": dict(self.notes or {}),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Plan:
        """Read what was stored."""
        return cls(
            commands=stored["commands"],
            act_as=tuple(stored["actAs"]),
            read_as=tuple(stored["readAs"]),
            disclosed=stored["disclosed"],
            external=stored["external"],
            notes=stored["notes"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One submission, and the intents that it carries out, in the order of its parts.

    Only intents of the same acting parties belong together: the parties of a transaction may
    learn who submitted it.
    """

    intents: tuple[Intent, ...]
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What became of many intents: sent in parcels, refused with a reason, or left.

    An intent that is left is prepared by itself.
    """

    parcels: Sequence[Parcel] = ()
    refused: Sequence[tuple[Intent, CantataError]] = ()
    left: Sequence[Intent] = ()


def companies(intents: Sequence[Intent], most: int = TOGETHER_MAX) -> Sequence[tuple[Intent, ...]]:
    """Divide intents that could go together, in their order, so that none is with too many."""
    found: list[list[Intent]] = []
    bound = 0
    for intent in intents:
        if found and len(found[-1]) < min(bound, intent.together_max):
            found[-1].append(intent)
            bound = min(bound, intent.together_max)
        else:
            found.append([intent])
            bound = min(most, intent.together_max)
    return [tuple(each) for each in found]


class Handler(Protocol):
    """A kind of intent; all three run inside a database transaction of the caller."""

    @property
    def kind(self) -> str:
        """The kind, such as `tokens.mint`."""

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Choose and reserve what the command needs.

        Raise NotPossible for what a rule forbids, NotNow for what may be possible later.
        """

    async def release(self, session: WriteSession, intent: Intent) -> None:
        """Give back what was reserved; harmless when nothing is."""

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Give the result of an intent whose transaction was ingested."""


@runtime_checkable
class PreparesMany(Handler, Protocol):
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

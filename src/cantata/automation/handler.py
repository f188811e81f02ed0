"""What a slice brings: how an intent of its kind becomes a command, and what is undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cantata.automation.model import Intent
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

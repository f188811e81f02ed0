"""Plans: the commands of intents, and which intents share a submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cantata.automation.model import TOGETHER_MAX, Intent
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Timestamp
from cantata.ledger.submission import Disclosed, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The command of an intent: JSON of the ledger's API, and the contracts disclosed to it.

    `notes` is what the slice wants to find again at the end. `external` tells that parties sign
    outside: the transaction is prepared, and waits for the signature of somebody, or of the
    configured `signer` that is named. Such a transaction is never recorded after
    `max_record_time`, and uses none but the contracts of `inputs`, if these are given. A command
    that is sent as it is has a `max_record_time` only if its own choice refuses to be later; it is
    not dead before.
    """

    commands: Sequence[Mapping[str, Any]]
    act_as: tuple[str, ...]
    read_as: tuple[str, ...] = ()
    disclosed: Sequence[Mapping[str, Any]] = ()
    external: bool = False
    notes: Mapping[str, Any] | None = None
    signer: str = ""
    max_record_time: Timestamp | None = None
    inputs: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        assert self.external or not self.signer, "only what is prepared first can be signed"

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
        latest = self.max_record_time
        return {
            "commands": list(self.commands),
            "actAs": list(self.act_as),
            "readAs": list(self.read_as),
            "disclosed": list(self.disclosed),
            "external": self.external,
            "notes": dict(self.notes or {}),
            "signer": self.signer,
            "maxRecordTime": None if latest is None else str(latest),
            "inputs": None if self.inputs is None else list(self.inputs),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Plan:
        """Read what was stored."""
        latest, inputs = stored.get("maxRecordTime"), stored.get("inputs")
        return cls(
            commands=stored["commands"],
            act_as=tuple(stored["actAs"]),
            read_as=tuple(stored["readAs"]),
            disclosed=stored["disclosed"],
            external=stored["external"],
            notes=stored["notes"],
            signer=stored.get("signer", ""),
            max_record_time=None if latest is None else Timestamp.parse(latest),
            inputs=None if inputs is None else tuple(inputs),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One submission, and the intents that it carries out, in the order of its parts.

    Only intents of the same acting parties belong together: the parties of a transaction may
    learn who submitted it. What parties sign outside carries out one intent.
    """

    intents: tuple[Intent, ...]
    plan: Plan

    def __post_init__(self) -> None:
        assert not self.plan.external or len(self.intents) == 1, "one intent for one signature"


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

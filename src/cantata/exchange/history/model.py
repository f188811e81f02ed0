"""The values of a history: what is held and offered, and the entries that say why it changed.

Ids and parties are texts as the ledger told them: a history is read, not judged, and recorded
histories may be anonymised. Amounts are exact; none is ever rounded.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp

IMPORTED_AT = Timestamp.parse("0001-01-01T00:00:00Z")
"""The record time of contracts that were imported; they are no income."""


class Instrument(NamedTuple):
    """What is held: the admin who answers for it, and its name with that admin."""

    admin: str
    id: str


class EntryKind(Enum):
    """What a movement was, seen from the party whose history it is."""

    TRANSFER_IN = "TRANSFER_IN"
    TRANSFER_OUT = "TRANSFER_OUT"
    SELF = "SELF"
    MINT = "MINT"
    BURN = "BURN"
    MERGE_SPLIT = "MERGE_SPLIT"
    UNLOCK = "UNLOCK"
    EXPIRE_DUST = "EXPIRE_DUST"
    OTHER_INCOME = "OTHER_INCOME"
    UNRECOGNISED = "UNRECOGNISED"


class Status(Enum):
    """How far a transfer is; all that is no transfer is completed."""

    COMPLETED = "COMPLETED"
    PENDING = "PENDING"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    FAILED = "FAILED"


class Finding(Enum):
    """What an entry warns of; an entry without findings agrees with itself."""

    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    """The party's holdings changed by another amount than the choice says."""
    LABEL_CONTRADICTED = "LABEL_CONTRADICTED"
    """The choice calls itself something that its effect on the holdings is not."""
    UNKNOWN_CHOICE = "UNKNOWN_CHOICE"
    """No choice above the change says in a known way what it is."""
    UNKNOWN_INSTRUCTION = "UNKNOWN_INSTRUCTION"
    """The instruction was made before the history that was given begins."""
    NOT_SIGNED_BY_ADMIN = "NOT_SIGNED_BY_ADMIN"
    """A contract names an admin who did not sign it: a look-alike."""
    SENDER_DID_NOT_ACT = "SENDER_DID_NOT_ACT"
    """The choice names a sender who is none of those who exercised it."""
    VIEW_UNREADABLE = "VIEW_UNREADABLE"
    """A contract that the party signed has a view of the standard that cannot be read."""
    VIEWS_DIFFER = "VIEWS_DIFFER"
    """A contract shows one thing by the first version of the standard, another by the second."""
    AMOUNT_TOO_LARGE = "AMOUNT_TOO_LARGE"
    """The sum has more digits than an amount can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Who keeps a holding, and until when; `expires_after` counts from the holding's creation."""

    holders: tuple[str, ...]
    expires_at: Timestamp | None = None
    expires_after: RelTime | None = None
    context: str = ""

    def expiry(self, created_at: Timestamp | None) -> Timestamp | None:
        """Give the point from which on the lock binds nobody, itself included; None for never."""
        ends = [] if self.expires_at is None else [self.expires_at]
        if self.expires_after is not None and created_at is not None:
            # An end beyond the year 9999 is as good as none.
            with suppress(DamlArithmeticError):
                ends.append(created_at + self.expires_after)
        return min(ends, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A holding of the party: one contract, its instrument and amount, and who vouches for it.

    `admin_signed` is false for a contract that only claims its admin; `views_agree` is false if
    it shows different things to different readers. `package_name` is that of its template.
    """

    contract_id: str
    instrument: Instrument
    owner: str
    amount: Decimal
    lock: Lock | None
    created_at: Timestamp | None
    template_id: str
    package_name: str
    admin_signed: bool
    views_agree: bool = True

    def is_usable(self, at: Timestamp) -> bool:
        """Tell whether a transfer may use it: it has no lock, or one that has expired."""
        if self.lock is None:
            return True
        expiry = self.lock.expiry(self.created_at)
        return expiry is not None and expiry <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A transfer as the standard describes it.

    A missing sender or receiver means that the amount is minted or burned. `memo` is None if
    there is none, which is not the same as an empty one.
    """

    sender: str | None
    receiver: str | None
    instrument: Instrument
    amount: Decimal
    memo: str | None
    requested_at: Timestamp | None
    execute_before: Timestamp | None
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """A transfer that waits, and the contract that stands for it now.

    `original_id` is the contract that stood for it first, None if this is the first one.
    `awaits_receiver` is false while somebody else has to act: it must not be accepted then.
    """

    contract_id: str
    original_id: str | None
    transfer: Transfer
    awaits_receiver: bool
    created_at: Timestamp | None
    template_id: str
    package_name: str
    admin_signed: bool

    @property
    def correlation_id(self) -> str:
        """The id that all steps of this transfer share."""
        return self.original_id or self.contract_id


class Source(NamedTuple):
    """The choice that an entry was read from, for whoever judges if it may be believed."""

    template_id: str
    package_name: str
    interface_id: str
    choice: str
    actors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One movement of one instrument, as far as the party is concerned.

    `update_id`, `node_id` and `position` identify it: several entries of one node have positions
    from zero. `amount` is that of the movement, never negative; None if it is not known. `net`
    is what the party's holdings of the instrument gained, negative if they lost; `burned` is
    what the choice says was burned besides, at the party's expense. `created` and `archived`
    leave out what came and went within. `source` is None for contracts that were created by no
    choice that is visible.
    """

    update_id: str
    offset: int
    record_time: Timestamp | None
    node_id: int
    position: int
    kind: EntryKind
    status: Status
    sender: str | None
    receiver: str | None
    instrument: Instrument | None
    amount: Decimal | None
    net: Decimal | None
    burned: Decimal
    memo: str | None
    instruction_id: str | None
    original_instruction_id: str | None
    created: tuple[Holding, ...]
    archived: tuple[Holding, ...]
    source: Source | None
    findings: tuple[Finding, ...]


class Changes(NamedTuple):
    """What a transaction left changed: new facts, and the ids of those that hold no longer."""

    created: tuple[Holding, ...] = ()
    archived: tuple[str, ...] = ()
    opened: tuple[Instruction, ...] = ()
    closed: tuple[str, ...] = ()


class Parsed(NamedTuple):
    """What a transaction says: the changes of the party's state, and why they happened."""

    changes: Changes
    entries: tuple[Entry, ...]


NOTHING = Parsed(changes=Changes(), entries=())

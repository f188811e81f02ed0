"""Bodies of requests that control the sandbox."""

from __future__ import annotations

from cantata.sandbox.participant.shapes import Instant, case_class


@case_class
class SetTime:
    """The time at which the ledger's clock is to stand."""

    time: Instant


@case_class
class AdvanceTime:
    """By how much the ledger's clock is to move on."""

    microseconds: int


@case_class
class Delay:
    """Answer later; a stream begins later."""

    milliseconds: int


@case_class
class DropAnswer:
    """Do what is asked, then end the connection without an answer."""


@case_class
class Unavailable:
    """Do nothing and answer with status 503."""


@case_class
class Contention:
    """Reject a submission because its contracts are locked by another one."""


@case_class
class CutStream:
    """End the connection of a stream after some elements, without a close."""

    after: int


@case_class
class DeliverTwice:
    """Give each element of a stream twice."""


Kind = Delay | DropAnswer | Unavailable | Contention | CutStream | DeliverTwice


@case_class
class Match:
    """Which requests a fault is for; what is left out does not matter.

    `path_prefix` is how the path begins, `command_id` is that of a submission.
    """

    method: str | None
    path_prefix: str | None
    command_id: str | None


@case_class
class AddFault:
    """A fault: what goes wrong, for which requests, how often and for how long.

    `count` is 1 and `ttl_ms` a minute unless given.
    """

    fault: Kind
    match: Match | None
    count: int | None
    ttl_ms: int | None


@case_class
class TakeSnapshot:
    """The name of a snapshot to take."""

    name: str

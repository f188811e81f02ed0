"""What automation does for tokens: one kind of intent a file."""

from __future__ import annotations

from cantata.automation.handler import Handler
from cantata.tokens.tasks.allocate import Allocate, CancelAllocation, WithdrawAllocation
from cantata.tokens.tasks.burn import Burn
from cantata.tokens.tasks.create import Create
from cantata.tokens.tasks.merge import Merge
from cantata.tokens.tasks.mint import Mint
from cantata.tokens.tasks.offers import Accept, EndExpired, Reject, Withdraw
from cantata.tokens.tasks.preapprove import CancelPreapproval, Preapprove
from cantata.tokens.tasks.transfer import Transfer


def handlers() -> tuple[Handler, ...]:
    """Give the handlers of all kinds of intents about tokens."""
    return (
        Create(),
        Mint(),
        Burn(),
        Transfer(),
        Accept(),
        Reject(),
        Withdraw(),
        EndExpired(),
        Merge(),
        Preapprove(),
        CancelPreapproval(),
        Allocate(),
        WithdrawAllocation(),
        CancelAllocation(),
    )

"""What automation does for tokens: one kind of intent a file."""

from __future__ import annotations

from cantata.automation.handler import Handler
from cantata.tokens.tasks.accounts import (
    Enrol,
    FreezeAccount,
    LockUp,
    RemoveAccount,
    UnfreezeAccount,
    Verify,
)
from cantata.tokens.tasks.allocate import Allocate, CancelAllocation, WithdrawAllocation
from cantata.tokens.tasks.allowance import Allow, Revoke, Spend
from cantata.tokens.tasks.burn import Burn
from cantata.tokens.tasks.create import Create
from cantata.tokens.tasks.force import Force, Recover
from cantata.tokens.tasks.freeze import FreezeAmount, UnfreezeAmount
from cantata.tokens.tasks.merge import Merge
from cantata.tokens.tasks.mint import Mint
from cantata.tokens.tasks.offers import Accept, EndExpired, Reject, Withdraw
from cantata.tokens.tasks.pause import Amend, Close, Pause, Unpause
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
        Pause(),
        Unpause(),
        Amend(),
        Close(),
        Enrol(),
        Verify(),
        LockUp(),
        FreezeAccount(),
        UnfreezeAccount(),
        RemoveAccount(),
        FreezeAmount(),
        UnfreezeAmount(),
        Force(),
        Recover(),
        Allow(),
        Revoke(),
        Spend(),
    )

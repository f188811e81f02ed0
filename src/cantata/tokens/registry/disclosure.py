"""To whom the registry shows what it knows of holders: to those who show that they know already.

A contract id of a holding is known to its owner and its issuer alone and cannot be guessed, so who
names holdings that cover an amount may hear whether, and to whom, its owner may send that amount.
"""

from __future__ import annotations

from collections.abc import Sequence

from cantata.kernel.errors import CantataError
from cantata.kernel.ids import ContractId
from cantata.storage.session import ReadSession
from cantata.tokens.facts import Wanted
from cantata.tokens.model import INPUTS_MAX
from cantata.tokens.registry.errors import InputsUnknown
from cantata.tokens.repository import limits, supervised
from cantata.tokens.terms import rules_of


async def require_known(session: ReadSession, wanted: Wanted, inputs: Sequence[str]) -> None:
    """Refuse who does not name the sender's funds, where the answer depends on holders.

    Raise InputsUnknown, whatever it is that does not fit: the refusal tells nothing.
    """
    if not await depends_on_holders(session, wanted):
        return
    found = None
    if 0 < len(inputs) <= INPUTS_MAX:
        try:
            named = [ContractId(str(each)) for each in inputs]
        except CantataError:
            raise InputsUnknown from None
        found = await supervised.covered_by(session, wanted.sender, wanted.token, named)
    if found is None or found < wanted.amount:
        raise InputsUnknown


async def depends_on_holders(session: ReadSession, wanted: Wanted) -> bool:
    """Tell whether the answer would say something of the parties, not only of the token."""
    rules = await rules_of(session, wanted.token)
    return rules.content["accountsRequired"] or (
        await limits.limits(session, wanted.token) is not None
    )

"""What the ledger would refuse for certain: to that the registry says no at once."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.kernel.errors import CantataError
from cantata.kernel.ids import ContractId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.storage.session import ReadSession
from cantata.tokens.errors import InstrumentUnknown
from cantata.tokens.facts import Wanted
from cantata.tokens.model import INPUTS_MAX, Holding
from cantata.tokens.policy import require_amount
from cantata.tokens.registry.errors import RequestMalformed
from cantata.tokens.repository import contracts, holdings

ZERO = Decimal("0")


async def require_payable(
    session: ReadSession, wanted: Wanted, inputs: Sequence[str], now: Timestamp
) -> None:
    """Refuse amounts that the token cannot have, and inputs that cannot pay them.

    An input that is not known yet may be a holding that ingestion has not heard of, and is left to
    the ledger. Raise RequestMalformed, which says of no input what is wrong with it.
    """
    token = await contracts.instrument(session, wanted.token)
    if token is None:
        raise InstrumentUnknown(wanted.token.admin, wanted.token.id)
    try:
        require_amount(wanted.amount, token.decimals)
    except CantataError as error:
        raise RequestMalformed(f"choiceArguments: {error.message}") from error
    if len(inputs) > INPUTS_MAX:
        raise RequestMalformed(f"choiceArguments: more than {INPUTS_MAX} inputs")
    if len(set(inputs)) < len(inputs):
        raise RequestMalformed("choiceArguments: an input is named twice")
    known = await holdings.named(session, [ContractId(str(each)) for each in inputs])
    if not all(is_active and _pays(held, wanted, now) for held, is_active in known):
        raise RequestMalformed("choiceArguments: an input is no free holding of the sender")
    total = Total.of(held.amount for held, _ in known)
    if inputs and len(known) == len(inputs) and total < wanted.amount:
        raise RequestMalformed("choiceArguments: the inputs are less than the amount")


def require_ahead(name: str, deadline: Timestamp, now: Timestamp) -> None:
    """Refuse a deadline that has passed; raise RequestMalformed."""
    if deadline <= now:
        raise RequestMalformed(f"choiceArguments: {name} has passed")


def _pays(held: Holding, wanted: Wanted, now: Timestamp) -> bool:
    """Tell whether a holding is the sender's, of the token, and free or free again."""
    lock = held.lock
    is_free = lock is None or (lock.expires_at is not None and lock.expires_at <= now)
    return is_free and held.owner == wanted.sender and held.instrument == wanted.token

"""What intents about tokens hold: one place that says how an order is recorded."""

from __future__ import annotations

from typing import Any

from cantata.automation.model import Wish
from cantata.kernel.ids import PartyId
from cantata.tokens.model import InstrumentId
from cantata.tokens.orders import BurnOrder, ConsentOrder, MintOrder, TransferOrder

MINT = "tokens.mint"
BURN = "tokens.burn"
TRANSFER = "tokens.transfer"
PREAPPROVE = "tokens.preapprove"
REARRANGE = "tokens.rearrange"


def mint_wish(requester: str, order: MintOrder, key: str, *, together: bool) -> Wish:
    """Give what is recorded of a mint; `together` has the receiver act beside the issuer."""
    actors: tuple[PartyId, ...] = (order.token.admin,)
    if together and order.receiver != order.token.admin:
        actors = (*actors, order.receiver)
    return wish_about(
        requester,
        MINT,
        order.token,
        key,
        actors,
        {"receiver": order.receiver, "amount": str(order.amount), "memo": order.memo},
    )


def transfer_wish(requester: str, order: TransferOrder, key: str) -> Wish:
    """Give what is recorded of a transfer."""
    deadline = order.execute_before
    request = {
        "sender": order.sender,
        "receiver": order.receiver,
        "amount": str(order.amount),
        "memo": order.memo,
        "execute_before": None if deadline is None else str(deadline),
    }
    return wish_about(requester, TRANSFER, order.token, key, (order.sender,), request)


def burn_wish(requester: str, order: BurnOrder, key: str) -> Wish:
    """Give what is recorded of a burn."""
    request = {"owner": order.owner, "amount": str(order.amount), "memo": order.memo}
    return wish_about(requester, BURN, order.token, key, (order.owner,), request)


def consent_wish(requester: str, order: ConsentOrder, key: str) -> Wish:
    """Give what is recorded of a standing consent."""
    expires = order.expires_at
    request = {
        "receiver": order.receiver,
        "expires_at": None if expires is None else str(expires),
        "renew_seconds": order.renew_seconds,
    }
    return wish_about(requester, PREAPPROVE, order.token, key, (order.receiver,), request)


def wish_about(
    requester: str,
    kind: str,
    token: InstrumentId,
    key: str,
    act_as: tuple[PartyId, ...],
    request: dict[str, Any],
) -> Wish:
    """Give a wish about a token, which it names."""
    return Wish(
        kind=kind,
        requester=requester,
        key=key,
        subject=str(token),
        act_as=act_as,
        request={"admin": token.admin, "instrument": token.id, **request},
    )

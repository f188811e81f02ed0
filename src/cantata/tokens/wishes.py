"""What intents about tokens hold: one place that says how an order is recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cantata.automation.model import Wish
from cantata.kernel.ids import PartyId
from cantata.tokens.interventions import SpendOrder
from cantata.tokens.model import InstrumentId
from cantata.tokens.orders import BurnOrder, ConsentOrder, MintOrder, TransferOrder

MINT = "tokens.mint"
BURN = "tokens.burn"
SPEND = "tokens.spend"
TRANSFER = "tokens.transfer"
PREAPPROVE = "tokens.preapprove"
REARRANGE = "tokens.rearrange"


def mint_wish(requester: str, order: MintOrder, key: str, *, together: bool) -> Wish:
    """Give what is recorded of a mint; `together` has the receiver act beside the issuer."""
    actors: tuple[PartyId, ...] = (order.token.admin,)
    if together and order.receiver != order.token.admin:
        actors = (*actors, order.receiver)
    asked = {"receiver": order.receiver, "amount": str(order.amount), "memo": order.memo}
    return replace(wish_about(requester, MINT, order.token, key, actors, asked), asked=asked)


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


def spend_wish(requester: str, order: SpendOrder, key: str, *, reader: PartyId) -> Wish:
    """Give what is recorded of a transfer by a spender; `reader` sees the owner's holdings."""
    asked = {
        "owner": order.owner,
        "spender": order.spender,
        "receiver": order.receiver,
        "amount": str(order.amount),
        "memo": order.memo,
    }
    actors, request = (order.spender,), {**asked, "reader": reader}
    return replace(wish_about(requester, SPEND, order.token, key, actors, request), asked=asked)


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

"""The short routes of the requirement document, on the same services as those under /v1."""

from __future__ import annotations

import re
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import AfterValidator, Field

from cantata.accounts.api.common import AccountsDep
from cantata.accounts.api.onboarding import (
    ONBOARD,
    VERIFY,
    Coming,
    let_in,
    limited,
    require_local,
    send_code,
)
from cantata.accounts.service.accounts import Accounts
from cantata.api.envelope import succeeded
from cantata.automation.model import Intent, State
from cantata.http.caller import Caller
from cantata.http.edge import (
    CallerDep,
    EdgeDep,
    KeyHeader,
    Mutation,
    PageDep,
    admitted,
    checked_key,
)
from cantata.http.errors import OperationFailed, ResourceUnknown
from cantata.http.rehearsal import UseCase
from cantata.http.schemas import AmountText, EmailText, NameText, PartyText, checked
from cantata.http.schemas import Request as Body
from cantata.http.texts import TextRefused
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.api.common import TokensDep
from cantata.tokens.model import DECIMALS_MAX, InstrumentId
from cantata.tokens.orders import BurnOrder, MintOrder, NewToken, TransferOrder
from cantata.tokens.repository import reading
from cantata.tokens.repository.reading import Selected
from cantata.tokens.schemas.answers import TokenAnswer
from cantata.tokens.schemas.requests import CurrencyText

WAIT_SECONDS = 25
"""How long the short routes wait for the ledger; they know no operations."""

_STATUS = {State.COMPLETED: "CONFIRMED", State.FAILED: "FAILED", State.CANCELLED: "FAILED"}
_NOT_IN_SYMBOLS = re.compile(r"[^A-Za-z0-9._-]+")


def _token_id(value: str) -> str:
    admin, _, name = value.rpartition("/")
    PartyId(admin)
    if not name:
        raise TextRefused("a token id is 'party/symbol'")
    return value


TokenId = Annotated[str, Field(max_length=300), AfterValidator(checked(_token_id))]


class OnboardBody(Body):
    """Who wants to come in; `code` is what was mailed, where addresses are verified."""

    email: EmailText
    code: str | None = Field(default=None, pattern=r"^[0-9]{8}$")


class TokenBody(Body):
    """A token as the requirement document asks for it."""

    tokenName: NameText  # noqa: N815 - the name on the wire
    currency: CurrencyText
    quantityPrecision: int = Field(default=2, ge=0, le=DECIMALS_MAX)  # noqa: N815
    pricePrecision: int = Field(default=2, ge=0, le=DECIMALS_MAX)  # noqa: N815


class MintBody(Body):
    """A mint as the requirement document asks for it."""

    recipientPartyId: PartyText  # noqa: N815 - the name on the wire
    tokenId: TokenId  # noqa: N815
    amount: AmountText


class TransferBody(MintBody):
    """A transfer as the requirement document asks for it; by default from the first party."""

    senderPartyId: PartyText | None = None  # noqa: N815 - the name on the wire


class BurnBody(Body):
    """A burn as the requirement document asks for it."""

    tokenId: TokenId  # noqa: N815 - the name on the wire
    amount: AmountText


def short(operation: str) -> Any:
    """Make the dependency of a short route; the idempotency key may be left out."""

    async def depend(
        caller: CallerDep, edge: EdgeDep, idempotency_key: KeyHeader = None
    ) -> Mutation:
        key = str(uuid.uuid4()) if idempotency_key is None else checked_key(idempotency_key)
        return Mutation(
            edge=edge,
            operation=operation,
            caller=caller,
            key=key,
            dry_run=False,
            wait_seconds=WAIT_SECONDS,
            allowance=await admitted(edge, operation, caller, key),
        )

    return depend


router = APIRouter(prefix="/api", tags=["short"], include_in_schema=False)
CreateDep = Annotated[Mutation, Depends(short("write"))]
MintDep = Annotated[Mutation, Depends(short("mint"))]
TransferDep = Annotated[Mutation, Depends(short("transfer"))]
BurnDep = Annotated[Mutation, Depends(short("burn"))]


@router.post("/onboard")
async def onboard(
    body: OnboardBody, request: Request, accounts: AccountsDep, edge: EdgeDep
) -> Response:
    """Let somebody in; where addresses are verified, send a code, then take it."""
    coming = Coming(email=body.email, code=body.code)
    await limited(edge, request, ONBOARD if body.code is None else VERIFY, body.email)
    if body.code is None and accounts.courier is not None:
        await send_code(accounts, edge, body.email)
        return succeeded(request, {"verification": "code_sent"}, 202)
    if accounts.courier is None:
        require_local(request)
    entered = await let_in(accounts, edge, coming)
    intent = entered.found.intent
    assert intent is not None, "a party was asked for"
    intent = await edge.watch.ended(intent, WAIT_SECONDS)
    if intent.state is State.FAILED:
        raise OperationFailed(intent)
    access, refresh = entered.tokens
    data = {
        "userId": str(entered.found.user.id),
        "partyId": None if intent.result is None else intent.result["party"],
        "token": access,
        "refreshToken": refresh,
        "alreadyOnboarded": not entered.found.is_new,
    }
    return succeeded(request, data)


@router.post("/tokens")
async def create(
    body: TokenBody, request: Request, change: CreateDep, tokens: TokensDep, accounts: AccountsDep
) -> Response:
    """Create a token of the caller's first party; its symbol is made from its name."""
    symbol = _NOT_IN_SYMBOLS.sub("-", body.tokenName).strip("-._")[:32] or "TOKEN"

    async def use_case(session: WriteSession) -> tuple[Intent, bool]:
        issuer = await _first_party(session, accounts, change.caller)
        order = NewToken(
            issuer=issuer,
            name=body.tokenName,
            symbol=symbol,
            currency=body.currency,
            decimals=body.quantityPrecision,
            price_decimals=body.pricePrecision,
            cap=None,
            meta={},
        )
        return await tokens.issuing.create(session, change.caller, order, change.key)

    intent = await _done(change, use_case)
    contract = {
        "tokenId": intent.wish.subject,
        "tokenName": body.tokenName,
        "currency": body.currency,
        "quantityPrecision": body.quantityPrecision,
        "pricePrecision": body.pricePrecision,
        "contractAddress": None if intent.result is None else intent.result["instrument"],
        "transactionHash": intent.update_id or None,
        "status": _STATUS.get(intent.state, "PENDING"),
    }
    return succeeded(request, contract, contract=contract)


@router.get("/tokens")
async def listed(
    request: Request, caller: CallerDep, edge: EdgeDep, tokens: TokensDep, page: PageDep
) -> Response:
    """List tokens."""
    place = page.after("api tokens")
    after = None if place is None else InstrumentId(PartyId(str(place[0])), str(place[1]))
    async with edge.database.read() as session:
        found = await tokens.queries.tokens(session, None, after, page.limit)
    last = [found[-1].instrument.id.admin, found[-1].instrument.id.id] if found else []
    data = [_token(TokenAnswer.of(view)) for view in found]
    cursor = page.next("api tokens", len(found), last)
    return succeeded(request, data, nextCursor=cursor)


@router.post("/mint")
async def mint(body: MintBody, request: Request, change: MintDep, tokens: TokensDep) -> Response:
    """Mint to a party."""
    order = MintOrder(
        token=_token_of(body.tokenId),
        receiver=PartyId(body.recipientPartyId),
        amount=Decimal(body.amount),
    )

    async def use_case(session: WriteSession) -> tuple[Intent, bool]:
        return await tokens.issuing.mint(session, change.caller, order, change.key)

    return succeeded(request, _transaction(await _done(change, use_case)))


@router.post("/transfer")
async def transfer(
    body: TransferBody,
    request: Request,
    change: TransferDep,
    tokens: TokensDep,
    accounts: AccountsDep,
) -> Response:
    """Transfer to a party: at once if it agreed beforehand, else as an offer."""

    async def use_case(session: WriteSession) -> tuple[Intent, bool]:
        sender = (
            await _first_party(session, accounts, change.caller)
            if body.senderPartyId is None
            else PartyId(body.senderPartyId)
        )
        order = TransferOrder(
            token=_token_of(body.tokenId),
            sender=sender,
            receiver=PartyId(body.recipientPartyId),
            amount=Decimal(body.amount),
        )
        return await tokens.moving.transfer(session, change.caller, order, change.key)

    return succeeded(request, _transaction(await _done(change, use_case)))


@router.post("/burn")
async def burn(
    body: BurnBody, request: Request, change: BurnDep, tokens: TokensDep, accounts: AccountsDep
) -> Response:
    """Burn what the caller's first party has."""

    async def use_case(session: WriteSession) -> tuple[Intent, bool]:
        order = BurnOrder(
            token=_token_of(body.tokenId),
            owner=await _first_party(session, accounts, change.caller),
            amount=Decimal(body.amount),
        )
        return await tokens.moving.burn(session, change.caller, order, change.key)

    return succeeded(request, _transaction(await _done(change, use_case)))


@router.get("/holdings")
async def holdings(
    request: Request,
    caller: CallerDep,
    edge: EdgeDep,
    tokens: TokensDep,
    page: PageDep,
    party: Annotated[PartyText | None, Query(alias="partyId")] = None,
) -> Response:
    """List what the caller's parties have of each token."""
    listing = f"api holdings {caller.user} {party}"
    async with edge.database.read() as session:
        named = None if party is None else PartyId(party)
        owners = await tokens.queries.owners(session, caller, named)
        place = page.after(listing)
        after = None if place is None else (str(place[0]), str(place[1]), str(place[2]))
        wanted = Selected(owners=owners)
        found = await reading.balances_page(session, wanted, after, page.limit) if owners else ()
    data = [
        {
            "partyId": each.owner,
            "tokenId": str(each.instrument),
            "totalBalance": str(each.total),
            "freeCollateral": str(each.free),
            "lockedCollateral": str(each.locked),
        }
        for each in found
    ]
    last = [found[-1].owner, found[-1].instrument.admin, found[-1].instrument.id] if found else []
    return succeeded(request, data, nextCursor=page.next(listing, len(found), last))


@router.get("/transactions")
async def transactions(
    request: Request, caller: CallerDep, edge: EdgeDep, tokens: TokensDep, page: PageDep
) -> Response:
    """List what changed the caller's balances, newest first."""
    listing = f"api transactions {caller.user}"
    async with edge.database.read() as session:
        owners = await tokens.queries.owners(session, caller, None)
        place = page.after(listing)
        before = None if place is None else (int(place[0]), int(place[1]))
        wanted = Selected(owners=owners)
        found = await reading.movements_page(session, wanted, before, page.limit) if owners else ()
    data = [
        {
            "type": each.kind.value.upper(),
            "amount": str(each.delta),
            "partyId": each.owner,
            "counterpartyId": each.counterparty or None,
            "tokenId": str(each.token),
            "transactionHash": each.update_id,
            "status": "CONFIRMED",
            "createdAt": str(each.record_time),
        }
        for each in found
    ]
    last = [found[-1].offset, found[-1].position] if found else []
    return succeeded(request, data, nextCursor=page.next(listing, len(found), last))


async def _done(change: Mutation, use_case: UseCase) -> Intent:
    """Wait for the end of what is asked for; what is still under way is PENDING."""
    intent = await change.record(use_case)
    if intent.state is State.FAILED:
        raise OperationFailed(intent)
    return intent


async def _first_party(session: ReadSession, accounts: Accounts, caller: Caller) -> PartyId:
    """Give the caller's first party; raise ResourceUnknown while she has none."""
    found = await accounts.authority.readable(session, caller)
    if not found:
        raise ResourceUnknown("party of yours", "the first one")
    return found[0]


def _token_of(name: str) -> InstrumentId:
    admin, _, symbol = name.rpartition("/")
    return InstrumentId(PartyId(admin), symbol)


def _token(found: TokenAnswer) -> dict[str, Any]:
    return {
        "tokenId": f"{found.token.admin}/{found.token.id}",
        "tokenName": found.name,
        "symbol": found.symbol,
        "currency": found.currency,
        "quantityPrecision": found.decimals,
        "pricePrecision": found.price_decimals,
        "totalSupply": found.supply,
        "contractAddress": found.contract_id,
        "contractOwner": found.token.admin,
    }


def _transaction(intent: Intent) -> dict[str, Any]:
    result = intent.result or {}
    return {
        "transactionId": str(intent.id),
        "transactionHash": intent.update_id or None,
        "status": _STATUS.get(intent.state, "PENDING"),
        "amount": intent.wish.request["amount"],
        "tokenId": intent.wish.subject,
        "offerId": result.get("offer"),
    }

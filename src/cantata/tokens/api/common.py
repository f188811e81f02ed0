"""What the routes of tokens share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from cantata.http.edge import Mutation, mutation
from cantata.http.schemas import MomentText, PartyText
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.tokens.model import InstrumentId
from cantata.tokens.queries import Moment
from cantata.tokens.schemas.requests import SYMBOL_PATTERN, SymbolText
from cantata.tokens.service.tokens import TokenService


async def tokens_of(request: Request) -> TokenService:
    """Give the use cases that the application was built with."""
    tokens: TokenService = request.app.state.tokens
    return tokens


async def token_in_path(
    admin: Annotated[PartyText, Path(description="The issuer")],
    symbol: Annotated[str, Path(pattern=SYMBOL_PATTERN)],
) -> InstrumentId:
    """Read the token that a path names."""
    return InstrumentId(PartyId(admin), symbol)


async def token_in_query(
    admin: Annotated[PartyText | None, Query(description="Only tokens of this issuer")] = None,
    symbol: Annotated[SymbolText | None, Query(description="Only this token of the issuer")] = None,
) -> InstrumentId | None:
    """Read the token that a filter names; both parts are needed for one."""
    return None if admin is None or symbol is None else InstrumentId(PartyId(admin), symbol)


async def moment_in_query(
    as_of_offset: Annotated[int | None, Query(ge=0, le=2**62)] = None,
    as_of_time: Annotated[MomentText | None, Query()] = None,
) -> Moment:
    """Read when a read is as of."""
    return Moment(
        offset=as_of_offset, time=None if as_of_time is None else Timestamp.parse(as_of_time)
    )


WriteDep = Annotated[Mutation, Depends(mutation("write"))]
MintDep = Annotated[Mutation, Depends(mutation("mint"))]
TransferDep = Annotated[Mutation, Depends(mutation("transfer"))]
BurnDep = Annotated[Mutation, Depends(mutation("burn"))]
TokensDep = Annotated[TokenService, Depends(tokens_of)]
TokenPath = Annotated[InstrumentId, Depends(token_in_path)]
TokenFilter = Annotated[InstrumentId | None, Depends(token_in_query)]
MomentQuery = Annotated[Moment, Depends(moment_in_query)]
PartyFilter = Annotated[PartyText | None, Query(description="Only this party of yours")]

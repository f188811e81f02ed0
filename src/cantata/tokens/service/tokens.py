"""All use cases of tokens in one hand."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.tokens.queries import TokenQueries
from cantata.tokens.service.approving import Approving
from cantata.tokens.service.checking import Checking
from cantata.tokens.service.common import Desk
from cantata.tokens.service.delegating import Delegating
from cantata.tokens.service.issuing import Issuing
from cantata.tokens.service.moving import Moving
from cantata.tokens.service.ruling import Ruling
from cantata.tokens.service.supervising import Supervising


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenService:
    """The use cases of issuers, approvers, holders and spenders, and the reads."""

    desk: Desk
    issuing: Issuing
    moving: Moving
    checking: Checking
    ruling: Ruling
    supervising: Supervising
    approving: Approving
    delegating: Delegating
    queries: TokenQueries

    @classmethod
    def on(cls, desk: Desk) -> TokenService:
        """Put all of them on a desk."""
        checking, ruling = Checking(desk), Ruling(desk)
        return cls(
            desk=desk,
            issuing=Issuing(desk, checking),
            moving=Moving(desk, checking),
            checking=checking,
            ruling=ruling,
            supervising=Supervising(desk),
            approving=Approving(desk, ruling),
            delegating=Delegating(desk, checking),
            queries=TokenQueries(desk.accounts),
        )

"""All use cases of tokens in one hand."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.tokens.queries import TokenQueries
from cantata.tokens.service.issuing import Issuing
from cantata.tokens.service.moving import Moving


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenService:
    """The use cases of issuers and holders, and the reads."""

    issuing: Issuing
    moving: Moving
    queries: TokenQueries

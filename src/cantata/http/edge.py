"""What routes are given: the caller, the change that is asked for, and how it is carried out."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol, TypeAlias, TypeVar

from fastapi import Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response

from cantata.automation import repository as automation
from cantata.automation.model import Intent, State
from cantata.http import repository
from cantata.http.addresses import address_of
from cantata.http.caller import Caller
from cantata.http.cursors import PAGE_DEFAULT, PAGE_MAX, Cursors
from cantata.http.errors import (
    IdempotencyKeyMissing,
    NotAuthenticated,
    OperationFailed,
    RateLimited,
)
from cantata.http.limits import Allowance, Limiter
from cantata.http.operations import Operation, PreviewAnswer
from cantata.http.rehearsal import Rehearsal, UseCase
from cantata.http.repository import Asked
from cantata.http.waiting import WAIT_MAX_SECONDS, Watch
from cantata.kernel.time import Clock
from cantata.storage.database import Database
from cantata.storage.questions import asking
from cantata.storage.session import WriteSession

Change = Callable[[WriteSession], Awaitable[dict[str, Any]]]
Order = TypeVar("Order")
OrderedUseCase: TypeAlias = Callable[
    [WriteSession, Caller, Order, str], Awaitable[tuple[Intent, bool]]
]
"""A use case that takes the caller, an order and an idempotency key."""
Work = Callable[[], Awaitable[dict[str, Any]]]

_KEY = re.compile(r"[!-~](?:[ -~]{0,198}[!-~])?", re.ASCII)
_WAIT = re.compile(r"(?:^|[,;\s])wait=([0-9]{1,4})(?:$|[,;\s])", re.ASCII)
_SCHEME = "bearer "
PUBLIC = "public"


class Authenticator(Protocol):
    """Turns credentials into a caller."""

    async def __call__(self, credentials: str, address: str) -> Caller:
        """Check a bearer token or an API key; raise NotAuthenticated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Everything that routes of all slices stand on."""

    database: Database
    clock: Clock
    cursors: Cursors
    limiter: Limiter
    watch: Watch
    rehearsal: Rehearsal
    authenticate: Authenticator


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A change that is asked for, as its headers and parameters say, apart from its body.

    `allowance` is what its limit has left; None if the limit admits nothing but repeats: the key
    was used before, and what turns out to be new is refused after all.
    """

    edge: Edge
    operation: str
    caller: Caller
    key: str
    dry_run: bool
    wait_seconds: int
    allowance: Allowance | None
    headers: dict[str, str] = field(default_factory=dict)
    charged: list[Allowance] = field(default_factory=list)
    counted: list[int] = field(default_factory=list)
    uncounted: list[int] = field(default_factory=list)

    async def charge(self, count: int) -> None:
        """Count a batch as so many requests, all of them or none; raise RateLimited.

        Without a call, a request counts once; the repeat of an earlier one is free.
        """
        if count <= 1:
            return
        if self.allowance is None:
            self.uncounted.append(count - 1)
            return
        try:
            more = await admitted(self.edge, self.operation, self.caller, self.key, count - 1)
        except RateLimited:
            await self._give_back()
            raise
        if more is not None:
            self.charged.append(more)

    async def count_as_new(self) -> None:
        """Count what is no repeat, if it was admitted as one, once; raise RateLimited."""
        if self.allowance is None and not self.counted:
            cost = 1 + sum(self.uncounted)
            await self.edge.limiter.admit(self.operation, self.caller.principal, cost)
            self.counted.append(cost)

    async def ask(self, use_case: OrderedUseCase[Order], order: Order) -> Response:
        """Carry out what the caller orders, under the key of the request."""
        return await self.carry_out(lambda s: use_case(s, self.caller, order, self.key))

    async def carry_out(self, use_case: UseCase) -> Response:
        """Record the intent of a use case, wait as long as asked, and answer with it."""
        if self.dry_run:
            await self.count_as_new()
            preview = await self.edge.rehearsal.preview(use_case)
            return self.answer(PreviewAnswer.of(preview).model_dump(mode="json"))
        intent = await self.record(use_case)
        return await self.answer_operation(intent)

    async def carry_on(self, use_case: UseCase) -> Response:
        """Change an intent that is recorded already; a dry run tells what it is."""
        if self.dry_run:
            await self.count_as_new()
            intent, _ = await self.edge.rehearsal.discard(use_case)
            return self.answer(PreviewAnswer.of_intent(intent).model_dump(mode="json"))
        intent = await self.record(use_case)
        return await self.answer_operation(intent)

    async def record(self, use_case: UseCase) -> Intent:
        """Record the intent of a use case, and wait for its end as long as asked."""
        intent, is_new = await asking(lambda: self._recorded(use_case))
        if not is_new:
            await self._repeated()
        return await self.edge.watch.ended(intent, self.wait_seconds)

    async def _recorded(self, use_case: UseCase) -> tuple[Intent, bool]:
        async with self.edge.database.write() as session:
            intent, is_new = await use_case(session)
            if is_new:
                await self.count_as_new()
        return intent, is_new

    async def answer_operation(self, intent: Intent) -> Response:
        """Answer with an intent as it is; raise OperationFailed if it failed in time."""
        if self.wait_seconds:
            self.headers["Preference-Applied"] = f"wait={self.wait_seconds}"
        if intent.state is State.FAILED:
            raise OperationFailed(intent)
        body = Operation.of(intent).model_dump(mode="json")
        self.headers["Location"] = f"/v1/operations/{intent.id}"
        return self.answer(body, 200 if intent.is_final else 202)

    async def settle(self, content: Any, change: Change, status: int = 200) -> Response:
        """Make a change of our own state at once; a repeat gets the answer of the first time.

        Members of the answer that begin with `once_` are given the first time only, under their
        names without it, and kept nowhere.
        """
        if self.dry_run:
            await self.count_as_new()
            return self.answer(
                {"dry_run": True, **_shown(await self.edge.rehearsal.discard(change))}
            )
        asked = Asked(
            requester=self.caller.principal, key=self.key, what=self.operation, content=content
        )
        try:
            answer, is_new = await asking(lambda: self._settled(asked, change))
        except _Overtaken:
            # The same request at the same instant: ours was rolled back, and theirs is there.
            answer, is_new = await asking(lambda: self._settled(asked, change))
        if not is_new:
            await self._repeated()
        return self.answer(_shown(answer), status)

    async def perform(self, content: Any, work: Work, status: int = 200) -> Response:
        """Do work that opens transactions of its own; a repeat gets the answer of the first time.

        Should the process end between the work and its answer, a repeat does the work again, so
        that it must do no harm twice. A dry run only tells what was asked.
        """
        if self.dry_run:
            return self.answer({"dry_run": True, "asked": content})
        asked = Asked(
            requester=self.caller.principal, key=self.key, what=self.operation, content=content
        )
        async with self.edge.database.read() as session:
            earlier = await repository.answered(session, asked)
        if earlier is not None:
            await self._repeated()
            return self.answer(earlier, status)
        answer = await work()
        async with self.edge.database.write() as session:
            await repository.keep(session, asked, answer, self.edge.clock.now())
        return self.answer(answer, status)

    async def _settled(self, asked: Asked, change: Change) -> tuple[dict[str, Any], bool]:
        """Give the answer to a request and whether it is new; raise _Overtaken."""
        async with self.edge.database.write() as session:
            earlier = await repository.answered(session, asked)
            if earlier is not None:
                return earlier, False
            await self.count_as_new()
            answer = await change(session)
            kept = {n: v for n, v in answer.items() if not n.startswith("once_")}
            if not await repository.keep(session, asked, kept, self.edge.clock.now()):
                raise _Overtaken
            return answer, True

    def answer(self, body: Any, status: int = 200) -> Response:
        """Give an answer with the headers of this change."""
        limits = _limit_headers(self.charged[-1] if self.charged else self.allowance)
        return JSONResponse(body, status, headers={**limits, **self.headers})

    async def _repeated(self) -> None:
        self.headers["Idempotency-Hit"] = "true"
        await self._give_back()

    async def _give_back(self) -> None:
        for allowance in (self.allowance, *self.charged):
            if allowance is not None:
                await self.edge.limiter.give_back(allowance)
        self.charged.clear()


class _Overtaken(Exception):
    """Somebody settled the same request while we did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list that is asked for."""

    edge: Edge
    limit: int
    cursor: str | None

    def after(self, listing: str) -> list[str | int] | None:
        """Give the place to go on from in a list; None for its begin."""
        return None if self.cursor is None else self.edge.cursors.read(listing, self.cursor)

    def next(self, listing: str, count: int, place: Sequence[str | int]) -> str | None:
        """Give the cursor of the next page if this one is full; `place` is its last item's."""
        return self.edge.cursors.write(listing, place) if count >= self.limit else None


async def edge_of(request: Request) -> Edge:
    """Give what the application was built with."""
    edge: Edge = request.app.state.edge
    return edge


EdgeDep = Annotated[Edge, Depends(edge_of)]


async def caller_of(
    request: Request,
    edge: EdgeDep,
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Caller:
    """Authenticate the request; exactly one bearer token, nothing else."""
    if authorization is None:
        raise NotAuthenticated
    credentials = authorization[len(_SCHEME) :]
    is_bearer = authorization[: len(_SCHEME)].lower() == _SCHEME
    if not is_bearer or not credentials or not credentials.isascii() or " " in credentials:
        raise NotAuthenticated("the header Authorization is not 'Bearer <one token>'")
    return await edge.authenticate(credentials, address_of(request))


CallerDep = Annotated[Caller, Depends(caller_of)]

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="A new name for each new request; the same again for its repeats",
    ),
]
DryRun = Annotated[
    bool, Query(description="Check everything, up to the ledger's opinion, and change nothing")
]
Prefer = Annotated[
    str | None, Header(description="`wait=10` waits so many seconds for the end, at most 30")
]


def mutation(operation: str) -> Callable[..., Awaitable[Mutation]]:
    """Make the dependency of a route that changes something under the limit of an operation."""

    async def depend(
        caller: CallerDep,
        edge: EdgeDep,
        idempotency_key: KeyHeader = None,
        prefer: Prefer = None,
        dry_run: DryRun = False,
    ) -> Mutation:
        key = checked_key(idempotency_key)
        return Mutation(
            edge=edge,
            operation=operation,
            caller=caller,
            key=key,
            dry_run=dry_run,
            wait_seconds=wait_of(prefer),
            allowance=await admitted(edge, operation, caller, key),
        )

    return depend


async def admitted(
    edge: Edge, operation: str, caller: Caller, key: str, cost: int = 1
) -> Allowance | None:
    """Ask the limiter; the repeat of an earlier request is always admitted, and None."""
    try:
        return await edge.limiter.admit(operation, caller.principal, cost)
    except RateLimited:
        async with edge.database.read() as session:
            known = await automation.is_used(session, caller.requester, key)
            if not known and not await repository.is_used(session, caller.principal, key):
                raise
        return None


async def page_of(
    edge: EdgeDep,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
    cursor: Annotated[
        str | None, Query(max_length=2_000, description="`next_cursor` of the page before")
    ] = None,
) -> Page:
    """Read which page is wanted."""
    return Page(edge=edge, limit=limit, cursor=cursor)


PageDep = Annotated[Page, Depends(page_of)]


def checked_key(key: str | None) -> str:
    """Check an idempotency key; raise IdempotencyKeyMissing."""
    if key is None or _KEY.fullmatch(key) is None:
        raise IdempotencyKeyMissing
    return key


def wait_of(prefer: str | None) -> int:
    """Read how many seconds the caller would wait."""
    match = _WAIT.search(prefer or "")
    return min(int(match[1]), WAIT_MAX_SECONDS) if match else 0


def _limit_headers(allowance: Allowance | None) -> Mapping[str, str]:
    if allowance is None:
        return {}
    return {"RateLimit-Policy": allowance.limit.policy, "RateLimit": allowance.header}


def _shown(answer: dict[str, Any]) -> dict[str, Any]:
    return {name.removeprefix("once_"): value for name, value in answer.items()}

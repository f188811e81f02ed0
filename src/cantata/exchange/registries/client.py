"""A client of the token standard's registry API, version 1.

Registries are other people's: every answer is bounded and checked, nothing of a malformed one is
used, and no redirection is followed. All requests read, so what may pass is asked again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx2
import stamina

from cantata.exchange.metrics import REGISTRY_REQUESTS
from cantata.exchange.registries import errors
from cantata.exchange.registries.model import (
    ANSWER_BYTES_MAX,
    DECIMALS,
    DISCLOSED_MAX,
    PAGE_SIZE,
    PAGES_MAX,
    ChoiceContext,
    InstrumentInfo,
    RegistryInfo,
    TransferFactory,
    TransferKind,
)
from cantata.kernel.errors import CantataError
from cantata.kernel.ids import ContractId, PartyId
from cantata.ledger.decoding import Fields
from cantata.ledger.submission import Disclosed

T = TypeVar("T")
_NOT_FOUND, _CONFLICT, _TOO_MANY, _SERVER = 404, 409, 429, 500
_TRANSFER = "/registry/transfer-instruction/v1"
_METADATA = "/registry/metadata/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrySettings:
    """How patient the client is: milliseconds for an answer, and tries of what may pass."""

    answer_ms: int = 10_000
    connect_ms: int = 5_000
    tries: int = 3
    first_wait_ms: int = 200


class RegistryClient:
    """Asks one registry; close it, or use it in `async with`.

    `label` is what its requests are counted under.
    """

    def __init__(
        self,
        url: str,
        settings: RegistrySettings | None = None,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        label: str = "",
    ) -> None:
        self.url = url.rstrip("/")
        self.label = label
        self._settings = settings or RegistrySettings()
        self._http = httpx2.AsyncClient(
            transport=transport,
            timeout=httpx2.Timeout(
                self._settings.answer_ms / 1_000, connect=self._settings.connect_ms / 1_000
            ),
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def info(self) -> RegistryInfo:
        """Give whose registry it is; raise RegistryError."""
        return await self._asked("GET", f"{_METADATA}/info", _info)

    async def checked(self, admin: PartyId) -> RegistryInfo:
        """Give the registry's info; raise WrongAdmin if it is not this admin's."""
        found = await self.info()
        if found.admin != admin:
            raise errors.WrongAdmin(self.url, admin, found.admin)
        return found

    async def instrument(self, identity: str) -> InstrumentInfo:
        """Describe an instrument; raise NotInRegistry."""

        def read(answer: Fields) -> InstrumentInfo:
            found = _instrument(answer)
            if found.id != identity:
                raise ValueError(f"{found.id!r} is not {identity!r}")
            return found

        path = f"{_METADATA}/instruments/{quote(identity, safe='')}"
        return await self._asked("GET", path, read)

    async def instruments(self) -> tuple[InstrumentInfo, ...]:
        """Describe all instruments, at most PAGES_MAX pages of them."""
        found: list[InstrumentInfo] = []
        query: dict[str, Any] = {"pageSize": PAGE_SIZE}
        for _ in range(PAGES_MAX):
            page, token = await self._asked("GET", f"{_METADATA}/instruments", _page, query=query)
            found += page
            if not token:
                return tuple(found)
            query["pageToken"] = token
        raise errors.MalformedRegistryAnswer(self.url, "the list of instruments has no end")

    async def transfer_factory(self, arguments: Mapping[str, Any]) -> TransferFactory:
        """Give what a transfer goes through; `arguments` are those of its choice, in JSON.

        Raise RegistryRefused if the registry does not let it pass.
        """
        body = {"choiceArguments": dict(arguments), "excludeDebugFields": True}
        return await self._asked("POST", f"{_TRANSFER}/transfer-factory", _factory, body=body)

    async def instruction_context(self, contract_id: str, step: str) -> ChoiceContext:
        """Give what accepting, rejecting or withdrawing an offer needs.

        `step` is `accept`, `reject` or `withdraw`. Raise NotInRegistry if the offer is no more.
        """
        path = f"{_TRANSFER}/{quote(contract_id, safe='')}/choice-contexts/{step}"
        return await self._asked("POST", path, _context, body={"excludeDebugFields": True})

    async def _asked(
        self,
        method: str,
        path: str,
        read: Callable[[Fields], T],
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
    ) -> T:
        """Ask, again if it may pass; give what is read of the answer."""
        async for attempt in stamina.retry_context(
            on=(errors.RegistryUnavailable, errors.RegistryBusy),
            attempts=self._settings.tries,
            wait_initial=dt.timedelta(milliseconds=self._settings.first_wait_ms),
            wait_max=dt.timedelta(milliseconds=self._settings.answer_ms),
        ):
            with attempt, self._counted():
                status, content = await self._exchanged(method, path, body, query)
                with self._read():
                    return read(self._understood(status, content))
        raise AssertionError("the last attempt returns or raises")

    async def _exchanged(
        self, method: str, path: str, body: Any, query: Mapping[str, Any] | None
    ) -> tuple[int, bytes]:
        content = bytearray()
        try:
            async with self._http.stream(
                method, f"{self.url}{path}", json=body, params=query
            ) as answer:
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > ANSWER_BYTES_MAX:
                        raise errors.MalformedRegistryAnswer(self.url, "it has no end")
                return answer.status_code, bytes(content)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise errors.RegistryUnavailable(self.url, type(error).__name__) from error

    def _understood(self, status: int, content: bytes) -> Fields:
        if status in {_CONFLICT, _TOO_MANY}:
            raise errors.RegistryBusy(self.url, f"status {status}")
        if status >= _SERVER:
            raise errors.RegistryUnavailable(self.url, f"status {status}")
        if status == _NOT_FOUND:
            raise errors.NotInRegistry(self.url, _reason(content))
        if status != httpx2.codes.OK:
            raise errors.RegistryRefused(self.url, f"status {status}, {_reason(content)}")
        return Fields(json.loads(content))

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Count a request by what comes of it."""
        try:
            yield
        except errors.RegistryError as error:
            REGISTRY_REQUESTS.labels(self.label, error.code).inc()
            raise
        REGISTRY_REQUESTS.labels(self.label, "OK").inc()

    @contextmanager
    def _read(self) -> Iterator[None]:
        """Say of everything that cannot be read whose answer it was."""
        try:
            yield
        except errors.RegistryError:
            raise
        except (CantataError, ValueError, RecursionError) as error:
            what = error.message if isinstance(error, CantataError) else str(error)
            raise errors.MalformedRegistryAnswer(self.url, what[:300]) from error


def _info(answer: Fields) -> RegistryInfo:
    return RegistryInfo(admin=PartyId(answer.text("adminId")), apis=_apis(answer))


def _factory(answer: Fields) -> TransferFactory:
    return TransferFactory(
        contract_id=ContractId(answer.text("factoryId")),
        kind=TransferKind(answer.text("transferKind")),
        context=_context(answer.object("choiceContext")),
    )


def _page(answer: Fields) -> tuple[Sequence[InstrumentInfo], str]:
    """Read a page of instruments, and what names the next one."""
    return answer.items("instruments", _instrument), answer.text("nextPageToken")


def _instrument(answer: Fields) -> InstrumentInfo:
    decimals = answer.value("decimals")
    found = DECIMALS if decimals is None else answer.integer("decimals")
    if not 0 <= found <= DECIMALS:
        raise ValueError(f"an instrument with {found} decimals")
    identity = answer.text("id")
    if not identity:
        raise ValueError("an instrument without id")
    return InstrumentInfo(
        id=identity,
        name=answer.text("name"),
        symbol=answer.text("symbol"),
        decimals=found,
        is_paused=answer.flag("paused"),
        apis=_apis(answer),
    )


def _apis(answer: Fields) -> Mapping[str, int]:
    apis = answer.object("supportedApis")
    named = answer.value("supportedApis") or {}
    return {str(name): apis.integer(name) for name in named}


def _context(answer: Fields) -> ChoiceContext:
    disclosed = answer.items("disclosedContracts", _disclosed)
    if len(disclosed) > DISCLOSED_MAX:
        raise ValueError(f"{len(disclosed)} contracts are disclosed, more than {DISCLOSED_MAX}")
    data = answer.value("choiceContextData")
    if not isinstance(data, Mapping):
        raise ValueError("the choice context has no data")  # noqa: TRY004 - read from outside
    return ChoiceContext(data=data, disclosed=disclosed)


def _disclosed(answer: Fields) -> Disclosed:
    if not answer.content("createdEventBlob"):
        raise ValueError("a contract is disclosed without its event")
    return Disclosed(
        answer.text("createdEventBlob"),
        ContractId(answer.text("contractId")),
        answer.text("templateId"),
        answer.text("synchronizerId"),
    )


def _reason(content: bytes) -> str:
    """Give what a registry says of an error, bounded; anything may stand there."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return "no reason given"
    reason = found.get("error") if isinstance(found, Mapping) else None
    return reason[:300] if isinstance(reason, str) else "no reason given"

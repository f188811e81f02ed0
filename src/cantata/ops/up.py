"""Everything at once: database, ledger, contracts, schema, API, worker and ingestion."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar

import httpx2
from sqlalchemy import make_url

from cantata import bootstrap
from cantata.config import Settings
from cantata.kernel.errors import CantataError
from cantata.kernel.time import SystemClock
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import LedgerError
from cantata.observability.events import events
from cantata.ops import deployment
from cantata.ops.kept_database import KeptDatabase
from cantata.ops.layout import HOST, LEDGER_FILE, Layout
from cantata.ops.participant import require_ready
from cantata.ops.supervisor import Child, ChildProcess, Supervisor
from cantata.storage import migrate
from cantata.storage.settings import DatabaseSettings

START_MS_MAX = 60_000
LOOK_MS = 100


class NotStarted(CantataError):
    """Something did not start in time; field `name`."""

    code: ClassVar[str] = "NOT_STARTED"

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        super().__init__(
            f"{name} did not start within {START_MS_MAX // 1_000} seconds: {reason}",
            hint="look at its log; `cantata doctor` may know why",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What runs: where it is, and the ids of its processes by name."""

    layout: Layout
    database_url: str
    package_id: str
    children: tuple[ChildProcess, ...]
    supervisor: Supervisor

    @property
    def processes(self) -> Mapping[str, int]:
        """The ids of the processes that run at the moment."""
        return {each.name: each.pid for each in self.children if each.pid is not None}


@asynccontextmanager
async def running(settings: Settings, layout: Layout) -> AsyncIterator[Running]:
    """Start everything in order; stop it, the last first, at the end of the block.

    Raise what keeps something from starting.
    """
    supervisor = Supervisor(SystemClock(), told=_told)
    starting = _started(settings, layout, supervisor)
    try:
        yield await starting
    finally:
        await supervisor.stop()


async def _started(settings: Settings, layout: Layout, supervisor: Supervisor) -> Running:
    layout.folder.mkdir(parents=True, exist_ok=True)
    url = await _database(settings, layout, supervisor)
    children: list[ChildProcess] = []
    if not layout.ledger:
        children.append(_child(layout, "sandbox", _sandbox(layout), {}))
        await supervisor.keep(children[-1])
    settings = settings.model_copy(update={"ledger_url": layout.ledger_url})
    async with bootstrap.ledger_client(settings) as ledger:
        await _reachable(ledger, layout)
        await require_ready(ledger)
        dar = await asyncio.to_thread(deployment.build_tokens)
        deployed = await deployment.deploy(ledger, dar)
    await asyncio.to_thread(migrate.upgrade, DatabaseSettings(url=url, application="cantata up"))
    environment = {
        "CANTATA_DATABASE_URL": url,
        "CANTATA_LEDGER_URL": layout.ledger_url,
        "CANTATA_DATA_DIR": str(layout.folder),
    }
    for name, arguments in _services(layout).items():
        children.append(_child(layout, name, arguments, environment))
        await supervisor.keep(children[-1])
    if layout.with_api:
        await _answers(layout.api_url)
    return Running(
        layout=layout,
        database_url=url,
        package_id=deployed.package_id,
        children=tuple(children),
        supervisor=supervisor,
    )


async def _database(settings: Settings, layout: Layout, supervisor: Supervisor) -> str:
    if layout.database:
        return layout.database
    kept = KeptDatabase(bootstrap.embedded(settings))
    await supervisor.keep(kept)
    return kept.url


async def _reachable(ledger: LedgerClient, layout: Layout) -> None:
    """Wait until the ledger answers."""
    reason = ""
    for _ in range(START_MS_MAX // LOOK_MS):
        try:
            await ledger.parties.participant_id()
        except LedgerError as error:
            reason = error.message
            if layout.ledger:
                raise
        else:
            return
        await asyncio.sleep(LOOK_MS / 1_000)
    raise NotStarted("the sandbox", reason)


async def _answers(url: str) -> None:
    """Wait until the API answers."""
    reason = ""
    async with httpx2.AsyncClient(base_url=url, trust_env=False) as http:
        for _ in range(START_MS_MAX // LOOK_MS):
            try:
                await http.get("/livez")
            except httpx2.HTTPError as error:
                reason = type(error).__name__
            else:
                return
            await asyncio.sleep(LOOK_MS / 1_000)
    raise NotStarted("the API", reason)


def _services(layout: Layout) -> dict[str, tuple[str, ...]]:
    """Give the arguments of our own processes by name, in the order of their start."""
    services: dict[str, tuple[str, ...]] = {"ingestion": ("ingest", "run")}
    for number in range(layout.workers):
        name = "worker" if layout.workers == 1 else f"worker-{number + 1}"
        services[name] = ("worker", "--name", name)
    if layout.with_api:
        services["api"] = ("serve", "--host", HOST, "--port", str(layout.api_port))
    return services


def _sandbox(layout: Layout) -> tuple[str, ...]:
    store = str(layout.folder / LEDGER_FILE)
    return ("sandbox", "--port", str(layout.sandbox_port), "--store", store)


def _child(
    layout: Layout, name: str, arguments: tuple[str, ...], environment: Mapping[str, str]
) -> ChildProcess:
    command = (sys.executable, "-m", "cantata", *arguments)
    log = layout.logs / f"{name}.log"
    return ChildProcess(Child(name=name, command=command, log=log, environment=environment))


def _told(name: str, status: int) -> None:
    events("up").warning("child.died", child=name, status=status)


async def until(
    starting: AbstractAsyncContextManager[Running],
    stop: asyncio.Event,
    announce: Callable[[Running], None],
) -> None:
    """Run until told to stop, also while things are still starting; raise what fails for good."""
    told = asyncio.ensure_future(stop.wait())
    job = asyncio.ensure_future(_kept(starting, announce))
    try:
        await asyncio.wait((told, job), return_when=asyncio.FIRST_COMPLETED)
        if job.done():
            job.result()
    finally:
        for each in (told, job):
            each.cancel()
        await asyncio.gather(told, job, return_exceptions=True)


async def _kept(
    starting: AbstractAsyncContextManager[Running], announce: Callable[[Running], None]
) -> None:
    async with starting as started:
        announce(started)
        await started.supervisor.failed()


def shown(url: str) -> str:
    """Give the address of a database without its password."""
    return make_url(url).render_as_string(hide_password=True)

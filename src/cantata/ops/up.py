"""Everything at once: database, ledger, contracts, schema, API, worker and ingestion."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

import httpx2
from sqlalchemy import make_url

from cantata.bootstrap import connections
from cantata.config import Settings
from cantata.kernel.errors import CantataError
from cantata.kernel.time import SystemClock
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import LedgerError
from cantata.ledger.services.packages import Deployed
from cantata.ops import deployment
from cantata.ops.hold import Hold, held
from cantata.ops.layout import LEDGER_FILE, Layout
from cantata.ops.participant import require_ready
from cantata.ops.supervisor import Child, ChildProcess, Supervisor
from cantata.storage import migrate, versions
from cantata.storage.settings import DatabaseSettings

START_MS_MAX = 120_000
LOOK_MS = 100
DATABASE_FILE = "postgresql.json"
API_FILE = "api.json"
"""Where the keeper of the embedded database, and the API, tell that they are ready."""


class NotStarted(CantataError):
    """Something did not start in time; field `name`."""

    code: ClassVar[str] = "NOT_STARTED"

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        super().__init__(
            f"{name} did not start within {START_MS_MAX // 1_000} seconds: {reason}",
            hint="look at its log; `cantata doctor` may know why",
        )


class Audience(Protocol):
    """Who is told what happens."""

    def begins(self, what: str) -> None:
        """Hear that something is being started."""

    def stands(self, what: str, detail: str) -> None:
        """Hear that something is ready, and what or where it is."""

    def died(self, name: str, status: int) -> None:
        """Hear that a process died and is started again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What runs: where it is, our packages by name, and the ids of processes by name."""

    layout: Layout
    database_url: str
    packages: Mapping[str, str]
    children: tuple[ChildProcess, ...]
    supervisor: Supervisor
    admin_key: Path

    @property
    def processes(self) -> Mapping[str, int]:
        """The ids of the processes that run at the moment."""
        return {each.name: each.pid for each in self.children if each.pid is not None}

    @property
    def described(self) -> Mapping[str, str]:
        """Where everything is, without secrets."""
        return {
            "api": self.layout.api_url,
            "docs": f"{self.layout.api_url}/docs",
            "ledger": self.layout.ledger_url,
            "database": shown(self.database_url),
            "admin_key": str(self.admin_key),
            "data": str(self.layout.folder),
            "logs": str(self.layout.logs),
        }


@asynccontextmanager
async def running(settings: Settings, layout: Layout, audience: Audience) -> AsyncIterator[Running]:
    """Start everything in order; stop it, the last first, at the end of the block.

    Raise what keeps something from starting.
    """
    async with held(layout.folder) as hold:
        layout.require_free()
        supervisor = Supervisor(SystemClock(), told=audience.died)
        starting = _Starting(settings, layout, hold, supervisor, audience)
        try:
            started = await starting.all()
            hold.tell(started.described)
            yield started
        finally:
            await supervisor.stop()


class _Starting:
    """Starts one part after the other, and tells of each."""

    def __init__(
        self,
        settings: Settings,
        layout: Layout,
        hold: Hold,
        supervisor: Supervisor,
        audience: Audience,
    ) -> None:
        self._settings = settings.model_copy(update={"ledger_url": layout.ledger_url})
        self._layout = layout
        self._hold = hold
        self._supervisor = supervisor
        self._audience = audience
        self._children: list[ChildProcess] = []

    async def all(self) -> Running:
        """Start all parts; give what runs then."""
        layout = self._layout
        url = await self._database()
        packages = await self._ledger()
        self._audience.begins("schema")
        stored = DatabaseSettings(url=url, application="cantata up")
        await asyncio.to_thread(migrate.upgrade, stored)
        self._audience.stands("schema", versions.wanted_revision())
        await self._services(url)
        return Running(
            layout=layout,
            database_url=url,
            packages=packages,
            children=tuple(self._children),
            supervisor=self._supervisor,
            admin_key=layout.folder / connections.ADMIN_KEY_FILE,
        )

    async def _database(self) -> str:
        self._audience.begins("database")
        if self._layout.database:
            self._audience.stands("database", shown(self._layout.database))
            return self._layout.database
        ready = self._layout.folder / DATABASE_FILE
        ready.unlink(missing_ok=True)
        keeper = self._child("postgresql", ("db", "serve", "--ready-file", str(ready)), {})
        await self._supervisor.keep(keeper, _written(ready, "the embedded database"))
        url = str(json.loads(ready.read_text(encoding="utf-8"))["url"])
        self._audience.stands("database", "PostgreSQL, embedded")
        return url

    async def _ledger(self) -> Mapping[str, str]:
        """Start or look at the ledger, and deploy our packages; give their ids by name."""
        layout = self._layout
        self._audience.begins("ledger")
        async with connections.ledger_client(self._settings) as ledger:
            if layout.ledger:
                detail = layout.ledger
            else:
                store = str(layout.folder / LEDGER_FILE)
                arguments = ("sandbox", "--port", str(layout.sandbox_port), "--store", store)
                sandbox = self._child("sandbox", arguments, {})
                await self._supervisor.keep(sandbox, self._reachable())
                detail = f"sandbox, {layout.ledger_url}"
            checks = await require_ready(ledger)
            version = next(each.found for each in checks if each.name == "version")
            self._audience.stands("ledger", f"{detail}, version {version}")
            return await self._contracts(ledger)

    async def _reachable(self) -> None:
        """Wait until the sandbox answers."""
        reason = ""
        async with connections.ledger_client(self._settings, is_patient=False) as ledger:
            for _ in range(START_MS_MAX // LOOK_MS):
                try:
                    await ledger.parties.participant_id()
                except LedgerError as error:
                    reason = error.message
                else:
                    return
                await asyncio.sleep(LOOK_MS / 1_000)
        raise NotStarted("the sandbox", reason)

    async def _contracts(self, ledger: LedgerClient) -> Mapping[str, str]:
        self._audience.begins("contracts")
        packages = await asyncio.to_thread(deployment.compiled)
        dars = [await asyncio.to_thread(deployment.build, each) for each in packages]
        deployed: tuple[Deployed, ...] = await deployment.deploy(ledger, dars)
        names = [f"{each.package.name} {each.package.version}" for each in packages]
        self._audience.stands("contracts", ", ".join(names))
        return {
            each.package.name: done.package_id
            for each, done in zip(packages, deployed, strict=True)
        }

    async def _services(self, database_url: str) -> None:
        layout = self._layout
        environment = {
            "CANTATA_DATABASE_URL": database_url,
            "CANTATA_LEDGER_URL": layout.ledger_url,
        }
        if not layout.ledger and "onboarding" not in self._settings.model_fields_set:
            # A ledger for trying out: people come in from this machine without a code.
            environment["CANTATA_ONBOARDING"] = "unverified"
        self._audience.begins("processes")
        ingestion = {**environment, **self._measured(0)}
        await self._supervisor.keep(self._child("ingestion", ("ingest", "run"), ingestion))
        for number in range(layout.workers):
            name = "worker" if layout.workers == 1 else f"worker-{number + 1}"
            own = {**environment, **self._measured(number + 1)}
            worker = self._child(name, ("worker", "--name", name), own)
            await self._supervisor.keep(worker)
        ready = layout.folder / API_FILE
        ready.unlink(missing_ok=True)
        where = ("--host", layout.host, "--port", str(layout.api_port))
        api = self._child("api", ("serve", *where, "--ready-file", str(ready)), environment)
        await self._supervisor.keep(api, _answers(ready, layout.api_url))
        self._audience.stands("processes", "ingestion, worker, API")

    def _measured(self, number: int) -> Mapping[str, str]:
        """Give each process a port of its own for its metrics, one after the other."""
        first = self._settings.metrics_port
        return {"CANTATA_METRICS_PORT": str(first + number)} if first else {}

    def _child(
        self, name: str, arguments: tuple[str, ...], environment: Mapping[str, str]
    ) -> ChildProcess:
        child = Child(
            name=name,
            command=(sys.executable, "-m", "cantata", *arguments),
            log=self._layout.logs / f"{name}.log",
            environment={"CANTATA_DATA_DIR": str(self._layout.folder), **environment},
            descriptors=(self._hold.descriptor,),
        )
        self._children.append(ChildProcess(child))
        return self._children[-1]


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


def shown(url: str) -> str:
    """Give the address of a database without its password."""
    return make_url(url).render_as_string(hide_password=True)


async def _kept(
    starting: AbstractAsyncContextManager[Running], announce: Callable[[Running], None]
) -> None:
    async with starting as started:
        announce(started)
        await started.supervisor.failed()


async def _written(path: Path, name: str) -> None:
    """Wait until a file is there."""
    for _ in range(START_MS_MAX // LOOK_MS):
        if await asyncio.to_thread(path.exists):
            return
        await asyncio.sleep(LOOK_MS / 1_000)
    raise NotStarted(name, "it does not say that it listens")


async def _answers(ready: Path, url: str) -> None:
    """Wait until our own process listens, and answers."""
    await _written(ready, "the API")
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

"""Runs the platform in a thread of its own, and calls it as a client does."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from cantata.automation import repository as intents
from cantata.automation.signing import Desk
from cantata.automation.steppers import Steppers
from cantata.automation.submitter import IntentSubmitter
from cantata.automation.worker import Worker, WorkerSettings
from cantata.bootstrap import connections, handlers, ingesting, serving, working
from cantata.bootstrap.connections import World
from cantata.config import Settings
from cantata.http.limits import DEFAULTS
from cantata.kernel.time import Clock, SystemClock
from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings as LedgerSettings
from cantata.observability.events import configure
from cantata.storage import outbox
from cantata.storage.database import Database
from cantata.storage.listening import Bell
from cantata.storage.settings import DatabaseSettings

UNLIMITED = ", ".join(f"{name}=1000000/1s" for name in DEFAULTS)
SECRET = "a secret of tests that is long enough to sign"


@dataclass(kw_only=True)
class Client:
    """A caller: with a token, and with a new idempotency key for each change."""

    http: httpx2.Client
    token: str = ""
    party: str = ""
    user: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **parameters: Any) -> httpx2.Response:
        return self.http.get(path, params=parameters, headers=self._headers())

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        wait: int = 20,
        **parameters: Any,
    ) -> httpx2.Response:
        headers = self._headers() | {"Idempotency-Key": key or str(uuid.uuid4())}
        if wait:
            headers["Prefer"] = f"wait={wait}"
        return self.http.post(path, json=body, params=parameters, headers=headers)

    def _headers(self) -> dict[str, str]:
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return bearer | self.extra


@dataclass(kw_only=True)
class Platform:
    """A running platform."""

    url: str
    app: FastAPI
    settings: Settings
    stored: DatabaseSettings
    world: World
    http: httpx2.Client

    def anonymous(self) -> Client:
        return Client(http=self.http)

    def onboard(self, email: str = "") -> Client:
        """Let somebody in; give her as a caller."""
        email = email or f"{uuid.uuid4().hex}@example.com"
        answer = self.anonymous().post("/v1/onboarding", {"email": email})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        return Client(
            http=self.http,
            token=found["session"]["access_token"],
            party=found["party"],
            user=found["user"],
        )

    def operator(self) -> Client:
        """Let somebody in who operates the exchange."""
        found = self.onboard()
        grant = {"role": "EXCHANGE_OPERATOR", "user": found.user}
        assert self.administrator().post("/v1/roles:grant", grant).status_code == 200
        return found

    def administrator(self) -> Client:
        key = (self.settings.folder / connections.ADMIN_KEY_FILE).read_text().strip()
        return Client(http=self.http, token=key)


@contextmanager
def running_platform(
    folder: Path,
    stored: DatabaseSettings,
    ledger_url: str,
    *,
    clock: Clock | None = None,
    **changed: Any,
) -> Iterator[Platform]:
    """Run application, worker and ingestion until the end of the block."""
    configure(changed.get("log_level", "warning"), "json")
    settings = Settings(
        data_dir=folder,
        ledger_url=ledger_url,
        auth_secret=SecretStr(SECRET),
        rate_limits=changed.pop("rate_limits", UNLIMITED),
        onboarding=changed.pop("onboarding", "unverified"),
        **changed,
    )
    ready: threading.Event = threading.Event()
    found: dict[str, Any] = {}
    thread = threading.Thread(
        target=lambda: asyncio.run(_serve(settings, stored, clock or SystemClock(), found, ready))
    )
    thread.start()
    try:
        assert ready.wait(30), "the platform did not start"
        if "error" in found:
            raise found["error"]
        with httpx2.Client(base_url=found["url"], timeout=60, trust_env=False) as http:
            yield Platform(
                url=found["url"],
                app=found["app"],
                settings=settings,
                stored=stored,
                world=found["world"],
                http=http,
            )
    finally:
        if "loop" in found:
            found["loop"].call_soon_threadsafe(found["stop"].set)
        thread.join(30)


async def _serve(
    settings: Settings,
    stored: DatabaseSettings,
    clock: Clock,
    found: dict[str, Any],
    ready: threading.Event,
) -> None:
    found["loop"], found["stop"] = asyncio.get_running_loop(), asyncio.Event()
    try:
        async with (
            Database(stored) as database,
            LedgerClient(LedgerSettings(url=settings.ledger_url, user_id="cantata")) as ledger,
        ):
            world = World(
                settings=settings, stored=stored, database=database, ledger=ledger, clock=clock
            )
            await serving.found_platform(world)
            app = serving.application(world)
            async with _server(app) as url, _helpers(world):
                found.update(url=url, app=app, world=world)
                ready.set()
                await found["stop"].wait()
    except BaseException as error:
        found["error"] = error
        ready.set()
        raise


@asynccontextmanager
async def _server(app: FastAPI) -> AsyncIterator[str]:
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server._serve())
    while not server.started:
        assert not task.done(), task.result()
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


@asynccontextmanager
async def _helpers(world: World) -> AsyncIterator[None]:
    bell = Bell(world.stored, intents.CHANNEL)
    submitter = IntentSubmitter(
        world.database,
        world.ledger.commands,
        [*handlers.handlers(), *handlers.exchange_handlers(world.database, world.clock)],
        world.clock,
        Desk(world.ledger.external),
    )
    steppers = Steppers((submitter, handlers.allocator(world.database, world.ledger, world.clock)))
    settings = WorkerSettings(name="test")
    worker = Worker(world.database, steppers, bell, world.clock, settings)
    runner = ingesting.runner(world.stored, world.database, world.ledger)
    news = Bell(world.stored, outbox.CHANNEL)
    hooks = handlers.webhook_settings(world.settings)
    scheduler = working.scheduler(world.settings, world.database, world.ledger)
    jobs = [asyncio.create_task(each.listen()) for each in (bell, news)]
    jobs += [asyncio.create_task(runner.run()), asyncio.create_task(scheduler.run())]
    async with hooks.sender() as sender:
        deliverer = hooks.deliverer(world.database, sender, world.clock, "test")
        busy = asyncio.gather(worker.run(), deliverer.run(news))
        yield
        worker.stop()
        deliverer.stop()
        await asyncio.wait_for(busy, 20)
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)

"""Starting and stopping the sandbox: a participant with its store behind a server."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from cantata.kernel.collector import relax_collector
from cantata.kernel.errors import CantataError
from cantata.kernel.time import SystemClock
from cantata.sandbox.participant.node import Participant, Settings
from cantata.sandbox.participant.pruning import Pruning, retain
from cantata.sandbox.store import SqliteStore

if TYPE_CHECKING:  # it needs the extra
    from cantata.sandbox.server.app import Application

MEMORY = ":memory:"
OPEN = "none"
DEFAULT_PORT = 7575
DEFAULT_HOST = "127.0.0.1"


class NotLoopback(CantataError):
    """A ledger without authentication would be open to the network."""

    code: ClassVar[str] = "NOT_LOOPBACK"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"without authentication the sandbox listens on loopback only, not on {host}",
            hint="leave --host out, or choose another --auth",
        )
        self.host = host


class ControlNotLoopback(CantataError):
    """Whoever reaches the control of a ledger may undo what is on it."""

    code: ClassVar[str] = "CONTROL_NOT_LOOPBACK"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"a ledger that tests may control listens on loopback only, not on {host}",
            hint="leave --host out, or --control",
        )
        self.host = host


class CannotListen(CantataError):
    """The port cannot be had."""

    code: ClassVar[str] = "CANNOT_LISTEN"

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"cannot listen on {host}:{port}: {reason}",
            hint="stop what uses the port, or choose another one with --port",
        )
        self.host = host
        self.port = port


class CannotUpload(CantataError):
    """The participant takes no DARs."""

    code: ClassVar[str] = "CANNOT_UPLOAD"

    def __init__(self, dar: Path) -> None:
        super().__init__(f"this ledger takes no DARs, so not {dar}", hint="leave --dar out")
        self.dar = dar


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a sandbox is started; port 0 means any free one, `control` opens `/sandbox` to tests.

    `retain` is how long the log is kept, in microseconds; 0 stands for ever.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    store: str = MEMORY
    auth: str = OPEN
    control: bool = False
    retain: int = 0
    limits: str = ""
    """What a client may take, written like CANTATA_LIMITS, which counts if this is empty."""
    dars: tuple[Path, ...] = ()
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class Running:
    """Where a sandbox that has just become ready listens."""

    host: str
    port: int
    participant_id: str

    @property
    def url(self) -> str:
        """Give the base of all addresses."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def run(options: Options, ready: Callable[[Running], None]) -> None:
    """Run a sandbox until SIGINT or SIGTERM; `ready` is called when it can be reached."""
    from cantata.sandbox.server.run import listen, serve  # noqa: PLC0415 # needs the extra

    if options.auth == OPEN and not is_loopback(options.host):
        raise NotLoopback(options.host)
    if options.control and not is_loopback(options.host):
        raise ControlNotLoopback(options.host)
    try:
        listening = listen(options.host, options.port)
    except OSError as error:
        raise CannotListen(options.host, options.port, error.strerror or str(error)) from None
    with listening, _opened(options) as application:
        node = application.node
        if options.auth != OPEN:
            from cantata.sandbox.auth import authenticator  # noqa: PLC0415 # needs the extra

            node.authenticator = authenticator(options.auth, node)
        for dar in options.dars:
            _upload(node, dar)
        running = Running(options.host, listening.getsockname()[1], node.identity.participant_id)
        gc.freeze()
        relax_collector()
        tasks: list[asyncio.Task[None]] = []

        def serving() -> None:
            if options.retain:
                tasks.append(asyncio.ensure_future(retain(node, options.retain)))
            ready(running)

        serve(application, listening, serving)


@contextmanager
def _opened(options: Options) -> Iterator[Application]:
    """Give a participant on its store behind an application, under control if that is wanted."""
    from cantata.sandbox.server.app import Application  # noqa: PLC0415 # needs the extra
    from cantata.sandbox.server.limits import VARIABLE, Limits  # noqa: PLC0415 # likewise

    limits = Limits.of({VARIABLE: options.limits}) if options.limits else Limits.of(os.environ)
    store = SqliteStore(options.store)
    if not options.control:
        with closing(Participant(options.settings, store=store)) as node:
            yield Application(node, limits=limits)
        return
    from cantata.sandbox.control import ControlledClock, controlled  # noqa: PLC0415 # tests only

    settings, clock = replace(options.settings, static_time=True), ControlledClock(SystemClock())
    with closing(Participant(settings, clock=clock, store=store)) as node:
        yield controlled(node, clock, limits)


def prune(store: str, up_to: int | None, keep: int | None) -> int:
    """Forget the log of a store that nobody serves, up to an offset or an age; give the offset.

    `keep` is in microseconds.
    """
    with closing(Participant(store=SqliteStore(store))) as node:
        pruning = Pruning(node)
        wanted = up_to
        if keep is not None:
            wanted = pruning.before(node.now() - keep)
        if wanted is not None and wanted > node.store.pruned():
            pruning.prune(wanted)
            node.store.sync().result()
        return node.store.pruned()


def _upload(node: Participant, dar: Path) -> None:
    if node.upload is None:
        raise CannotUpload(dar)
    node.upload(dar.read_bytes())


def is_loopback(host: str) -> bool:
    """Tell whether an address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

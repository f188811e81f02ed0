"""A process that follows a lifeline ends with the one that holds it, also by force."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cantata.ops import lifeline

IDLE = """
import time
from cantata.ops import lifeline
lifeline.GRACE_SECONDS = 1
lifeline.follow()
time.sleep(60)
"""
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN){IDLE}"


@pytest.mark.parametrize("code, status", [(IDLE, -15), (DEAF, -9)])
def test_a_child_ends_when_the_line_is_cut(code: str, status: int) -> None:
    line = lifeline.Lifeline()
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path), **line.environment},
        pass_fds=(line.reader,),
    ) as child:
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.5)
        line.cut()
        assert child.wait(20) == status


def test_without_a_line_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    for named in ("", "no number", "999999"):
        monkeypatch.setenv(lifeline.VARIABLE, named)
        lifeline.follow()

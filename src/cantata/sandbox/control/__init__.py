"""Control for tests of programs: time, faults and snapshots, under the path `/sandbox`."""

from cantata.sandbox.control.clock import ControlledClock
from cantata.sandbox.control.control import controlled

__all__ = ["ControlledClock", "controlled"]

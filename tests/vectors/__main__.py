"""Replays the frozen vectors below a folder: `python -m tests.vectors [DIR]`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.vectors.replay import DEFAULT_DATA, area_checks, area_place, present_areas, replay


def main(arguments: list[str]) -> int:
    """Replay everything and print the closing line; 0 if all agree, 1 if not, 2 for no folder."""
    data = Path(arguments[0]) if arguments else DEFAULT_DATA
    if not data.is_dir():
        print(f"There is no folder {data}: no vectors to replay.")
    passed = failed = 0
    for area in present_areas():
        outcome = replay(area_checks(area, data))
        for failure in outcome.failures:
            print(f"{area} {failure.id}: {failure.reason}")
        for listed in outcome.known:
            print(f"{area} {listed.id}: differs as listed: {listed.reason}")
        for group, (agreed, total) in outcome.groups.items():
            print(f"{area} {group}: {agreed} of {total} agree")
        if outcome.total:
            print(f"{area}: {outcome.summary}", flush=True)
        else:
            print(f"{area}: nothing to replay at {data / area_place(area)}", flush=True)
        passed += outcome.passed
        failed += len(outcome.failures)
    print(f"{passed} passed, {failed} failed")
    if arguments and not data.is_dir():
        return 2
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Pre-approvals and rewards of a treasury through REST."""

from __future__ import annotations

from typing import Any

from tests.api.platform.exchange import V1, made, opened, until
from tests.api.platform.running import Platform

WHY = {"reason": "deposits shall arrive in one step"}


def test_a_treasury_is_pre_approved_and_rewarded(platform: Platform) -> None:
    house = opened(platform, "STEP", direct=False)
    wanted = {"treasury": house.treasury, "instrument": house.token, **WHY}
    refused = house.operator.post(f"{V1}/preapprovals", {**wanted, "treasury": house.wallet.party})
    assert refused.json()["code"] == "TREASURY_UNKNOWN", refused.text
    asked = made(house.operator, "preapprovals", wanted)
    assert (asked["form"], asked["term_seconds"]) == ("own", 90 * 86_400)

    def stands() -> dict[str, Any] | None:
        answer = made(house.operator, "preapprovals", wanted)
        return answer if answer["standing"] == "active" else None

    active = until(stands)
    house.pay("7")
    until(lambda: house.balance()[0].startswith("7"))
    (deposit,) = house.reader.get(f"{V1}/deposits?treasury={house.treasury}").json()["items"]
    assert deposit["state"] == "credited"
    listed = house.reader.get(f"{V1}/preapprovals").json()["items"]
    assert [each["contract_id"] for each in listed if each["treasury"] == house.treasury] == [
        active["contract_id"]
    ]
    rewards = f"{V1}/treasuries/{house.treasury}"
    assert mode_of(house.reader.get(f"{rewards}/rewards").json()) == "off"
    no_provider = house.operator.post(f"{rewards}:reward", {"mode": "markers", **WHY})
    assert no_provider.json()["code"] == "REWARDS_REFUSED"
    switched = house.operator.post(f"{rewards}:reward", {"mode": "traffic", **WHY})
    assert mode_of(switched.json()) == "traffic", switched.text
    assert mode_of(house.reader.get(f"{rewards}/rewards").json()) == "traffic"
    drop = {"treasury": house.treasury, "instrument": house.token, **WHY}
    for changed in (True, False):
        answer = house.operator.post(f"{V1}/preapprovals:drop", drop)
        assert answer.json() == {"changed": changed}, answer.text


def mode_of(answer: dict[str, Any]) -> str:
    mode: str = answer["mode"]
    return mode

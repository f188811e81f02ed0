"""Holds requests that are refused to what they are: nothing changes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.api.platform.running import Client


@contextmanager
def nothing_changes(issuer: Client, token: dict[str, str]) -> Iterator[None]:
    before = state_of(issuer, token)
    yield
    assert state_of(issuer, token) == before


def state_of(issuer: Client, token: dict[str, str]) -> Any:
    path = f"/v1/tokens/{token['admin']}/{token['id']}"
    supply = issuer.get(f"{path}/supply").json()
    supply.pop("offset")
    holders = issuer.get(f"{path}/holders").json()["items"]
    operations = issuer.get("/v1/operations").json()["items"]
    tokens = issuer.get("/v1/tokens", admin=issuer.party).json()["items"]
    return supply, holders, [each["id"] for each in operations], tokens


def raw(caller: Client, path: str, content: bytes | str, **headers: str) -> Any:
    """Post bytes as they are."""
    sent = {
        "Authorization": f"Bearer {caller.token}",
        "Idempotency-Key": str(uuid.uuid4()),
        "Content-Type": "application/json",
    }
    return caller.http.post(path, content=content, headers={**sent, **headers})

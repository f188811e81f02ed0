"""A batch of k rows counts as k requests; one that does not fit is refused whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cantata.storage.settings import DatabaseSettings
from tests.api.platform.running import Platform, running_platform
from tests.api.platform.test_bad_input import refused
from tests.api.platform.test_story import balance, new_token
from tests.api.process import Sandbox


@pytest.fixture
def limited(
    tmp_path: Path, database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> Iterator[Platform]:
    with running_platform(
        tmp_path, database_settings, shared_sandbox.url, rate_limits="mint=5/1h"
    ) as started:
        yield started


def test_a_batch_counts_as_its_rows(limited: Platform) -> None:
    issuer = limited.onboard()
    token = new_token(issuer, "LIM")
    row = {"receiver": issuer.party, "amount": "1"}
    body = {"operation": "mint", "mode": "per_row", "token": token}

    too_large = issuer.post("/v1/batches", {**body, "rows": [row] * 6})
    found = refused(too_large, 413, "BATCH_OVER_LIMIT")
    assert "5" in found["detail"], "no waiting helps"

    first = issuer.post("/v1/batches", {**body, "rows": [row] * 3}, key="one", wait=20)
    assert first.status_code == 200, first.text
    assert first.headers["RateLimit"].startswith('"mint";r=1;'), "one for the refused, three here"
    for _ in range(3):
        again = issuer.post("/v1/batches", {**body, "rows": [row] * 3}, key="one")
        assert (again.status_code, again.headers["Idempotency-Hit"]) == (200, "true")
    refused(issuer.post("/v1/batches", {**body, "rows": [row] * 2}), 429, "RATE_LIMITED")
    assert balance(issuer, token)[0] == "3.0"
    single = issuer.post("/v1/mints", {"token": token, **row})
    assert single.status_code == 200, "what was refused whole took nothing"
    refused(issuer.post("/v1/mints", {"token": token, **row}), 429, "RATE_LIMITED")

"""Our packages on a participant: looked for, deployed by command, completed with its own copies."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from cantata.ops import deployment
from cantata.ops.participant import ParticipantLacks, require_ready
from tests.api.process import SANDBOX, Sandbox, running
from tests.integration.world import CANTATA, ROOT, USER

DARS = "CANTATA_DARS"
STANDARD = "splice-api-token-*.dar"


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Sandbox]:
    with running(tmp_path, command=SANDBOX) as started:
        yield started


def ledger(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CANTATA, "ledger", *arguments, "--output", "json"],
        check=False,
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=90,
    )


def test_our_packages_are_deployed_by_command(bare: Sandbox) -> None:
    for _ in range(2):
        done = ledger("deploy", "--url", bare.url)
        assert done.returncode == 0, done.stderr
    deployed = {each["name"]: each["package"] for each in json.loads(done.stdout)}
    assert set(deployed) == {deployment.TOKENS, deployment.SETTLEMENT}
    listed = json.loads(ledger("packages", "--url", bare.url).stdout)
    vetted = {each["name"]: each["package"] for each in listed if each["name"]}
    assert deployed.items() <= vetted.items()
    checked = ledger("check", "--url", bare.url)
    assert checked.returncode == 0, checked.stdout
    assert all(each["missing"] == [] for each in json.loads(checked.stdout))


class WithoutStandard(httpx2.AsyncBaseTransport):
    """A participant that has no package of the standard, and takes no DAR that is incomplete."""

    def __init__(self) -> None:
        self._inner = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/v2/dars/validate":
            body = {
                "code": "DAR_NOT_SELF_CONSISTENT",
                "cause": "it lacks packages",
                "errorCategory": 8,
                "context": {},
            }
            return httpx2.Response(400, json=body)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def test_packages_that_it_lacks_are_named_with_their_ids(bare: Sandbox) -> None:
    async def look() -> None:
        settings = Settings(url=bare.url, user_id=USER)
        async with LedgerClient(settings, transport=WithoutStandard()) as client:
            with pytest.raises(ParticipantLacks) as caught:
                await require_ready(client)
        lacking = caught.value.missing
        assert any("splice-api-token-holding-v1 1.0.0 (718a0f77e505" in each for each in lacking)
        assert len(lacking) == 7
        assert "cantata ledger deploy FILE.dar" in caught.value.hint

    asyncio.run(look())


def test_packages_are_completed_with_the_participants_copies(bare: Sandbox) -> None:
    """With the network's real DARs on the participant, ours carry those very bytes."""
    folder = os.environ.get(DARS)
    found = sorted(Path(folder).rglob(STANDARD)) if folder else []
    if not found:
        pytest.skip(f"{DARS} names no folder with {STANDARD}")

    async def deploy() -> None:
        async with LedgerClient(Settings(url=bare.url, user_id=USER)) as client:
            for each in found:
                await client.packages.upload(each.read_bytes())
            has = set(await client.packages.ids())
            packages = deployment.compiled()
            needed = {name for each in packages for name in each.declared} & has
            assert needed, "the DARs hold none of the packages that ours are built on"
            dars = [deployment.build(each) for each in packages]
            done = await deployment.deploy(client, dars)
            assert needed <= {name for each in done for name in each.fetched}
            await require_ready(client)

    asyncio.run(deploy())

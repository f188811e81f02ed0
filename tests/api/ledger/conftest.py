"""The ledger of the client's tests, with its sample package."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.ledger.target import URL, deploy_samples, play
from tests.api.process import running


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a ledger with the package oracle-types."""
    if URL:
        play(URL, deploy_samples)
        yield URL
        return
    with running(tmp_path_factory.mktemp("sandbox")) as sandbox:
        play(sandbox.url, deploy_samples)
        yield sandbox.url

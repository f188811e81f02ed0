"""Where addresses are not verified, only the machine itself lets people in."""

from __future__ import annotations

import pytest
from fastapi import Request

from cantata.accounts.api.onboarding import require_local
from cantata.accounts.errors import NotAllowed


def request_from(address: str) -> Request:
    return Request({"type": "http", "client": (address, 1), "headers": []})


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.9.9.9"])
def test_this_machine_may(address: str) -> None:
    require_local(request_from(address))


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "2001:db8::1", "8.8.8.8"])
def test_others_may_not(address: str) -> None:
    with pytest.raises(NotAllowed):
        require_local(request_from(address))

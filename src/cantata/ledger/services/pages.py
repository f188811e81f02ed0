"""Lists of administration in pages, and ids in paths."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TypeVar
from urllib.parse import quote

from cantata.ledger.decoding import Fields
from cantata.ledger.transport import Call, Query, Transport

T = TypeVar("T")

PAGE = 1_000


async def pages(
    transport: Transport, path: str, query: Query, read: Callable[[Fields], tuple[T, ...]]
) -> AsyncGenerator[T, None]:
    """Give the elements of all pages of a list."""
    token = ""
    while True:
        asked: Query = {**query, "pageSize": PAGE, **({"pageToken": token} if token else {})}
        page = Fields(await transport.read(Call(method="GET", path=path, query=asked)))
        for each in read(page):
            yield each
        token = page.text("nextPageToken")
        if not token:
            return


def quoted(text: str) -> str:
    """Give an id as one segment of a path."""
    return quote(text, safe="")

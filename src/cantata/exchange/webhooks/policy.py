"""Decides which news an endpoint gets, in which form, and when it is tried again."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from cantata.exchange.webhooks.errors import TopicRefused
from cantata.exchange.webhooks.model import ATTEMPTS_MAX, FIRST_WAIT, TEXT_MAX, WAIT_MAX
from cantata.kernel.time import RelTime
from cantata.storage.outbox import News, Placed

ROOT = "exchange"
_PATTERN = re.compile(r"exchange(\.[a-z_]{1,40}){0,4}(\.\*)?", re.ASCII)
_GROWTH = 3

CHANCES = 1_000
"""How many different lengths a wait may have."""


def checked_topic(topic: str) -> str:
    """Give a pattern of topics back; raise TopicRefused for what is none."""
    if _PATTERN.fullmatch(topic) is None or topic == ROOT:
        raise TopicRefused(topic)
    return topic


def concerns(patterns: Sequence[str], topic: str) -> bool:
    """Tell whether one of the patterns means a topic; only topics of the exchange are meant."""
    return topic.startswith(f"{ROOT}.") and any(
        topic == each or (each.endswith(".*") and topic.startswith(each[:-1])) for each in patterns
    )


def subject_of(news: News) -> str:
    """Name what news is about: `deposit/<its id>` for `exchange.deposit.credited`.

    The topic's second word is the member of the content that has the id. News without such a
    member is about its topic as a whole.
    """
    noun = news.topic.split(".")[1]
    identity = news.content.get(noun)
    return f"{noun}/{identity}" if isinstance(identity, str) else news.topic


def delivery_id(endpoint: UUID, place: int) -> UUID:
    """Name the delivery of news to an endpoint."""
    return uuid5(endpoint, str(place))


def body_of(identity: UUID, found: Placed) -> str:
    """Write the body of a delivery; texts that are too long for it are shortened, and named."""
    news = found.news
    data = {name: _shortened(value) for name, value in news.content.items()}
    content: dict[str, Any] = {
        "id": str(identity),
        "type": news.topic,
        "timestamp": str(news.at),
        "place": found.place,
        "subject": subject_of(news),
        "data": data,
        "shortened": sorted(name for name in data if data[name] != news.content[name]),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def wait_before(attempts: int, chance: int) -> RelTime | None:
    """Give how long to wait after so many attempts, or None to give up.

    `chance`, below CHANCES, shortens the wait by up to a half, so that what failed together does
    not come back together.
    """
    if attempts >= ATTEMPTS_MAX:
        return None
    longest = min(FIRST_WAIT.microseconds * _GROWTH ** max(0, attempts - 1), WAIT_MAX.microseconds)
    return RelTime(longest - longest * chance // (2 * CHANCES))


def _shortened(value: Any) -> Any:
    return value[:TEXT_MAX] if isinstance(value, str) else value

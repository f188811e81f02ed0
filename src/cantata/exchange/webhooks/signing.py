"""Signatures of webhooks, after the Standard Webhooks specification; for senders and receivers.

A request has three headers. `webhook-id` names the delivery and is the same in each attempt: a
receiver that has seen it has nothing to do. `webhook-timestamp` is when the attempt was signed, in
seconds since 1970. `webhook-signature` has one or more signatures with a space between them, each
`v1,` and the base 64 of HMAC-SHA256 over

    <webhook-id>.<webhook-timestamp>.<the body's bytes as they came>

with the bytes that the secret's base 64 after `whsec_` stands for. While a secret is being
replaced there is a signature of the old one and of the new one, in any order. The module needs
the standard library only, so that receivers can take it as it is:

    from cantata.exchange.webhooks.signing import verify

    verify([secret], request.headers, request_body, time.time())
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from cantata.kernel.errors import CantataError

ID = "webhook-id"
TIMESTAMP = "webhook-timestamp"
SIGNATURE = "webhook-signature"

PREFIX = "whsec_"
SECRET_BYTES = 32
TOLERANCE_SECONDS = 300
"""How far the sender's clock and the receiver's may differ, with the time that a request takes."""

SIGNATURES_MAX = 16
"""Signatures that are looked at."""

_VERSION = "v1"
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


class WebhookNotAuthentic(CantataError):
    """A request was not signed with the secret, or not now; field `reason`. Do nothing with it."""

    code: ClassVar[str] = "WEBHOOK_NOT_AUTHENTIC"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"the webhook is not authentic: {reason}",
            hint="answer 400 or 401; look at the secret, and at the clocks of both sides",
        )


def new_secret() -> str:
    """Make a secret at random, of 256 bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(
    texts: Sequence[str], delivery: str, body: bytes, seconds: int
) -> dict[str, str]:
    """Give the headers of a request, signed with each of the secrets."""
    signatures = (_signature(_key(text), delivery, str(seconds), body) for text in texts)
    return {
        ID: delivery,
        TIMESTAMP: str(seconds),
        SIGNATURE: " ".join(f"{_VERSION},{signature}" for signature in signatures),
    }


def verify(
    texts: Iterable[str],
    headers: Mapping[str, str],
    body: bytes,
    now: int,
    tolerance: int = TOLERANCE_SECONDS,
) -> str:
    """Check a request and give the id of its delivery; raise WebhookNotAuthentic.

    `texts` are the valid secrets, `headers` are found whatever their case, `body` are the bytes as
    they came, `now` and `tolerance` are in whole seconds. All comparisons take the same time.
    """
    found = {name.lower(): value for name, value in headers.items()}
    delivery, sent, given = (found.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not delivery or not given or _SECONDS.fullmatch(sent) is None:
        raise WebhookNotAuthentic("a header is missing or malformed")
    if abs(now - int(sent)) > tolerance:
        raise WebhookNotAuthentic(f"it was signed at {sent}, not now")
    wanted = [_signature(_key(text), delivery, sent, body) for text in texts]
    signatures = [each.partition(",") for each in given.split(" ")[:SIGNATURES_MAX]]
    matches = [
        hmac.compare_digest(signature.encode(), each.encode())
        for version, _, signature in signatures
        if version == _VERSION
        for each in wanted
    ]
    if not any(matches):
        raise WebhookNotAuthentic("no signature is one of this secret")
    return delivery


def _signature(key: bytes, delivery: str, seconds: str, body: bytes) -> str:
    message = f"{delivery}.{seconds}.".encode() + body
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def _key(text: str) -> bytes:
    """Read a secret; WebhookNotAuthentic for a text that is none."""
    try:
        return base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise WebhookNotAuthentic("the secret is not whsec_ and base 64") from None

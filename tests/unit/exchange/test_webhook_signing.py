"""Signatures of webhooks: those of the specification, and of nobody else."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.exchange.webhooks.errors import SecretUnreadable
from cantata.exchange.webhooks.sealing import SecretBox
from cantata.exchange.webhooks.signing import (
    ID,
    SIGNATURE,
    TIMESTAMP,
    WebhookNotAuthentic,
    new_secret,
    signed_headers,
    verify,
)

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DELIVERY = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
NOW = 1_614_265_330
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_example_of_the_specification() -> None:
    assert signed_headers([SECRET], DELIVERY, BODY, NOW)[SIGNATURE] == SIGNED
    headers = {"Webhook-Id": DELIVERY, "Webhook-Timestamp": str(NOW), "Webhook-Signature": SIGNED}
    assert verify([SECRET], headers, BODY, NOW) == DELIVERY


def test_while_a_secret_is_replaced_either_side_may_be_first() -> None:
    old, new = new_secret(), new_secret()
    both = signed_headers([new, old], DELIVERY, BODY, NOW)
    assert verify([old], both, BODY, NOW) == verify([new], both, BODY, NOW) == DELIVERY
    assert verify([new, old], signed_headers([old], DELIVERY, BODY, NOW), BODY, NOW) == DELIVERY


@pytest.mark.parametrize(
    "changed, body, now",
    [
        ({}, BODY + b" ", NOW),
        ({}, b"", NOW),
        ({ID: "another"}, BODY, NOW),
        ({TIMESTAMP: str(NOW + 1)}, BODY, NOW),
        ({}, BODY, NOW + 301),
        ({}, BODY, NOW - 301),
        ({TIMESTAMP: ""}, BODY, NOW),
        ({TIMESTAMP: f"+{NOW}"}, BODY, NOW),
        ({TIMESTAMP: "٣"}, BODY, NOW),
        ({TIMESTAMP: "9" * 5_000}, BODY, NOW),
        ({SIGNATURE: ""}, BODY, NOW),
        ({SIGNATURE: "v1,"}, BODY, NOW),
        ({SIGNATURE: SIGNED.replace("v1", "v2")}, BODY, NOW),
        ({SIGNATURE: SIGNED.removeprefix("v1,")}, BODY, NOW),
        ({SIGNATURE: "v1,é"}, BODY, NOW),
        ({SIGNATURE: " ".join(["v1,x"] * 100 + [SIGNED])}, BODY, NOW),
    ],
)
def test_anything_else_is_not_authentic(changed: dict[str, str], body: bytes, now: int) -> None:
    headers = {**signed_headers([SECRET], DELIVERY, BODY, NOW), **changed}
    with pytest.raises(WebhookNotAuthentic):
        verify([SECRET], headers, body, now)


@pytest.mark.parametrize("secrets", [[], [new_secret()], ["whsec_"], ["nothing of ours"]])
def test_only_the_secret_verifies(secrets: list[str]) -> None:
    headers = signed_headers([SECRET], DELIVERY, BODY, NOW)
    with pytest.raises(WebhookNotAuthentic):
        verify(secrets, headers, BODY, NOW)


@given(st.binary(max_size=200), st.text(min_size=1, max_size=20).filter(str.isprintable))
def test_whatever_is_signed_verifies(body: bytes, delivery: str) -> None:
    secret = new_secret()
    assert verify([secret], signed_headers([secret], delivery, body, NOW), body, NOW) == delivery


def test_a_sealed_secret_opens_for_its_owner_with_our_key_alone() -> None:
    box, secret = SecretBox(b"a service's secret"), new_secret()
    sealed = box.seal(secret, "endpoint")
    assert box.open(sealed, "endpoint") == secret
    assert secret.removeprefix("whsec_") not in base64.b64decode(sealed).decode("latin-1")
    assert sealed != box.seal(secret, "endpoint")
    with pytest.raises(SecretUnreadable):
        box.open(sealed, "another endpoint")
    with pytest.raises(SecretUnreadable):
        SecretBox(b"another secret").open(sealed, "endpoint")

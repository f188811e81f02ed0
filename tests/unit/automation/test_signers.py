"""Signers of our own: keys that only their owner reads, and settings that name them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from cantata.accounts.tasks import signature_of
from cantata.automation.errors import NotPossible, SignerUnavailable, SignerUnknown
from cantata.automation.handler import Plan
from cantata.automation.signers import KeyFileSigner, Signers, configured
from cantata.config import SettingsRefused
from cantata.kernel.errors import CantataError
from cantata.kernel.ids import PartyId
from cantata.kernel.time import RelTime, Timestamp
from cantata.ledger.signing import load_key_file
from cantata.lf.interactive.crypto import verify

DIGEST = bytes(range(32))
PARTY = PartyId("treasury::1220" + "ab" * 32)
KEYS: dict[str, Callable[[], Any]] = {
    "ed25519": Ed25519PrivateKey.generate,
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
}


def written(path: Path, key: Any, mode: int = 0o600) -> Path:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(mode)
    return path


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_file_signs_as_the_ledger_verifies(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path / "key.pem", KEYS[kind]())
    signer = KeyFileSigner(path)
    (signed,) = asyncio.run(signer.sign(PARTY, DIGEST))
    verify(load_key_file(path).public_key, DIGEST, signature_of(signed))
    assert signed["signedBy"] == signer.fingerprint


@pytest.mark.parametrize("message", [b"", DIGEST[:31], DIGEST + b"x", b"a transaction" * 99])
def test_only_a_digest_is_signed(tmp_path: Path, message: bytes) -> None:
    signer = KeyFileSigner(written(tmp_path / "key.pem", Ed25519PrivateKey.generate()))
    with pytest.raises(NotPossible):
        asyncio.run(signer.sign(PARTY, message))


def test_nothing_tells_the_key(tmp_path: Path) -> None:
    path = written(tmp_path / "key.pem", Ed25519PrivateKey.generate())
    secret = path.read_text().splitlines()[1]
    signer = KeyFileSigner(path)
    shown = f"{signer!r} {signer} {Signers({'main': signer})!r} {vars(signer)}"
    assert secret not in shown
    assert str(signer.fingerprint) in repr(signer)


def test_settings_name_key_files(tmp_path: Path) -> None:
    one = written(tmp_path / "one.pem", Ed25519PrivateKey.generate())
    two = written(tmp_path / "two.pem", ec.generate_private_key(ec.SECP256K1()))
    found = configured(f"main = {one}, cold={two},")
    assert asyncio.run(found.sign("cold", [PARTY], DIGEST)).keys() == {PARTY}
    assert repr(found) == "Signers(cold, main)"
    with pytest.raises(SignerUnknown):
        found.require("other")
    assert repr(configured("")) == "Signers()"


def test_bad_settings_are_told_all_at_once(tmp_path: Path) -> None:
    good = written(tmp_path / "good.pem", Ed25519PrivateKey.generate())
    shown = written(tmp_path / "shown.pem", Ed25519PrivateKey.generate(), 0o644)
    large = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    other = written(tmp_path / "rsa.pem", large)
    curve = written(tmp_path / "p521.pem", ec.generate_private_key(ec.SECP521R1()))
    text = f"a={good},a={good},b={shown},c={other},d={tmp_path / 'none.pem'},x,=y,q!={good}"
    with pytest.raises(SettingsRefused) as refused:
        configured(f"{text},e={curve}")
    assert len(refused.value.faults) == 8
    assert "PRIVATE" not in str(refused.value)


class Odd:
    """A signer that answers something odd."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def sign(self, party: PartyId, digest: bytes) -> Sequence[Mapping[str, Any]]:
        if isinstance(self._answer, BaseException):
            raise self._answer
        if self._answer == "sleep":
            await asyncio.sleep(60)
        return self._answer  # type: ignore[no-any-return] # it is odd


FORM = {"format": "", "signature": "", "signedBy": "", "signingAlgorithmSpec": ""}


@pytest.mark.parametrize(
    "answer",
    [
        *(None, [], "signature", {}, [None], [{}], [{**FORM, "more": ""}], [FORM] * 33),
        *([{**FORM, "signature": b""}], [{**FORM, "signature": "x" * 2_001}], "sleep"),
        *(OSError("PIN 1234"), CantataError("PIN 1234"), TimeoutError()),
    ],
)
def test_odd_answers_mean_later(answer: Any) -> None:
    signers = Signers({"odd": Odd(answer)})
    with pytest.raises(SignerUnavailable) as failed:
        asyncio.run(signers.sign("odd", [PARTY], DIGEST, RelTime.of(micros=20_000)))
    assert failed.value.signer == "odd"
    assert "1234" not in f"{failed.value!r} {failed.value.what}"


def test_a_signer_may_refuse() -> None:
    with pytest.raises(NotPossible):
        asyncio.run(Signers({"m": Odd(NotPossible("too much"))}).sign("m", [PARTY], DIGEST))


def test_plans_are_stored_and_read() -> None:
    plan = Plan(
        commands=[{"CreateCommand": {}}],
        act_as=(PARTY,),
        external=True,
        signer="main",
        max_record_time=Timestamp.parse("2026-01-01T00:00:00.000001Z"),
        inputs=("00aa",),
        notes={},
        disclosed=[],
    )
    assert Plan.from_json(plan.to_json()) == plan
    earlier = {k: v for k, v in plan.to_json().items() if k not in {"signer", "inputs"}}
    assert Plan.from_json({**earlier, "maxRecordTime": None}).signer == ""
    with pytest.raises(AssertionError):
        Plan(commands=[], act_as=(), signer="main")

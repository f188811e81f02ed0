"""Tokens for the tests, signed as their issuers would."""

from __future__ import annotations

import json
import time
from typing import Any

from joserfc import jws
from joserfc.jwk import Key, OctKey

from cantata.sandbox.auth.keys import silence

SECRET = "a secret that is long enough for anybody"
AUTH = f"hs256-unsafe:{SECRET}"
SCOPE = "daml_ledger_api"
LIFETIME = 200


def payload(user: str, **more: Any) -> dict[str, Any]:
    """Give the claims of a good token; None leaves one out."""
    claims = {"sub": user, "exp": int(time.time()) + LIFETIME, "scope": SCOPE, **more}
    return {name: value for name, value in claims.items() if value is not None}


def signed(
    claims: dict[str, Any], key: Key | None = None, algorithm: str = "HS256", **header: str
) -> str:
    """Sign claims; with the shared secret unless a key is given."""
    with silence():
        return jws.serialize_compact(
            {"alg": algorithm, **header},
            json.dumps(claims),
            key or OctKey.import_key(SECRET),
            algorithms=[algorithm],
        )


def bearer(user: str, **more: Any) -> dict[str, str]:
    """Give the header with a good token of a user."""
    return {"Authorization": f"Bearer {signed(payload(user, **more))}"}

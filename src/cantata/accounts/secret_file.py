"""Secrets in files of the data folder, which their owner alone can read."""

from __future__ import annotations

import secrets
from pathlib import Path

from cantata.config import Settings

SECRET_FILE = "auth.secret"
SECRET_BYTES = 32


def auth_secret(settings: Settings) -> str:
    """Give the secret of the service: the one that was set, or one made once on this machine."""
    if settings.auth_secret is not None:
        return settings.auth_secret.get_secret_value()
    path = settings.folder / SECRET_FILE
    if not path.exists():
        kept(path, secrets.token_hex(SECRET_BYTES))
    return path.read_text(encoding="ascii").strip()


def kept(path: Path, secret: str) -> Path:
    """Write a file that only its owner can read, unless it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    if not path.read_text(encoding="ascii"):
        path.write_text(secret + "\n", encoding="ascii")
    return path

"""The trace context of W3C, so that a request is found again in the ledger's log."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

_FORM = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)

current_traceparent: ContextVar[str] = ContextVar("current_traceparent", default="")
"""The caller's `traceparent`; requests made under it belong to its trace."""


def traceparent() -> str:
    """Give the header of a new span: of the caller's trace, or of a new one."""
    parent = current_traceparent.get()
    span = secrets.token_hex(8)
    if _FORM.fullmatch(parent) is None:
        return f"00-{secrets.token_hex(16)}-{span}-01"
    version, trace, _, flags = parent.split("-")
    return f"{version}-{trace}-{span}-{flags}"

"""The fields that several schemas of accounts have."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cantata.http.schemas import Answer

UserText = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
]
RoleText = Annotated[str, Field(min_length=1, max_length=400, pattern=r"^[ -~]+$")]


class Changed(Answer):
    """Whether a request changed anything."""

    changed: bool

"""Who plays in a story that is told through the REST API, and the steps it is told in."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from cantata.kernel.errors import CantataError

TOKENS_MAX = 1_000


class Story(Protocol):
    """A story: told step by step, and what it was to show held in the end."""

    is_conserved: bool

    def play(self) -> Iterator[Step]:
        """Play the story; each step has happened when it is given."""


class Caller(Protocol):
    """The API in the hands of somebody."""

    def get(self, path: str, query: Mapping[str, str | int | None] | None = None) -> Any:
        """Read one thing."""

    def items(
        self, path: str, query: Mapping[str, str | int | None], limit: int
    ) -> Iterator[Mapping[str, Any]]:
        """Read a list."""

    def change(self, path: str, body: Mapping[str, Any] | None) -> Any:
        """Ask for a change and wait for its end."""


class Unfinished(CantataError):
    """Something is not done after the time that the API waits; field `operation` is its id."""

    code: ClassVar[str] = "OPERATION_UNFINISHED"

    def __init__(self, operation: str) -> None:
        self.operation = operation
        super().__init__(
            f"the operation {operation} takes long",
            hint="`cantata doctor` tells whether the worker, ingestion or the ledger is down",
        )


class Callers(Protocol):
    """Gives the API into somebody's hands, by her key; nobody's is empty."""

    def __call__(self, key: str) -> Caller:
        """Give it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who plays: her party, and the API in her hands."""

    name: str
    party: str
    api: Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what it tells, what was sent, what came of it, and what was refused."""

    title: str
    request: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    facts: tuple[tuple[str, str], ...] = ()
    refusal: tuple[str, str] = ("", "")
    """What was said, and its remedy."""

    lines: tuple[tuple[str, ...], ...] = ()
    """Rows of a table."""


class Cast:
    """Who plays; kept in a file, because one who is let in again and again is told to wait."""

    def __init__(self, url: str, callers: Callers, file: Path) -> None:
        self._url = url
        self._callers = callers
        self._file = file

    def person(self, name: str) -> tuple[Person, bool]:
        """Give somebody, and whether she is new here."""
        known = self._known().get(name)
        if known is not None:
            api = self._callers(known["key"])
            try:
                parties = [each["party"] for each in api.get("/v1/me")["parties"]]
            except CantataError:
                parties = []
            if known["party"] in parties:
                return Person(name=name, party=known["party"], api=api), False
        email = f"{name.lower()}-{secrets.token_hex(3)}@example.com"
        found = self._callers("").change("/v1/onboarding", {"email": email})
        if found["party"] is None:
            raise Unfinished(found["operation"].rpartition("/")[2])
        session = self._callers(found["session"]["access_token"])
        key = session.change("/v1/keys", {"name": "demo"})["secret"]
        self._remember(name, {"party": found["party"], "key": key})
        return Person(name=name, party=found["party"], api=self._callers(key)), True

    def _known(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return dict(kept["people"]) if kept["url"] == self._url else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def _remember(self, name: str, person: Mapping[str, str]) -> None:
        people = {**self._known(), name: dict(person)}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.touch(mode=0o600)
        text = json.dumps({"url": self._url, "people": people})
        self._file.write_text(text, encoding="utf-8")


def done(api: Caller, path: str, body: Mapping[str, Any] | None) -> Any:
    """Ask for a change; give its operation once it is completed."""
    operation = api.change(path, body)
    if operation["state"] != "completed":
        raise Unfinished(operation["id"])
    return operation


def changed(
    title: str, path: str, body: Mapping[str, Any], operation: Any, *more: tuple[str, str]
) -> Step:
    """Tell what became of a change, by its operation."""
    facts = [("operation", f"{operation['id']} {operation['state']}"), *more]
    if operation.get("update_id"):
        facts.append(("update", operation["update_id"]))
    return Step(title=title, request=f"POST {path}", body=body, facts=tuple(facts))


def free_symbol(issuer: Person, symbol: str) -> str:
    """Give a symbol, or the first one like it, that an issuer has no token of."""
    known = issuer.api.items("/v1/tokens", {"admin": issuer.party}, TOKENS_MAX)
    taken = {each["symbol"] for each in known if each["token"]["admin"] == issuer.party}
    return next(
        name
        for number in range(1, TOKENS_MAX + 2)
        if (name := symbol if number == 1 else f"{symbol}{number}") not in taken
    )

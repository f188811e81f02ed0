"""From method and path to the endpoint that answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from cantata.sandbox.participant.api import Endpoint, Listing, Request, Route
from cantata.sandbox.participant.errors import Refusal, unsupported
from cantata.sandbox.server.documented import documented

SEGMENTS_MAX = 16
"""Most segments of a path; no endpoint has as many."""


class Found(NamedTuple):
    """The methods of a path, and the texts of its parameters."""

    methods: Mapping[str, Endpoint]
    parameters: Mapping[str, str]


class Router:
    """Finds endpoints; a fixed path goes before one with parameters."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._fixed: dict[str, dict[str, Endpoint]] = {}
        self._open: dict[int, list[tuple[tuple[str, ...], dict[str, Endpoint]]]] = {}
        self._patterns: dict[str, dict[str, Endpoint]] = {}
        for endpoint in endpoints:
            method = "POST" if isinstance(endpoint, Listing) else endpoint.method
            self._methods(endpoint.path)[method] = endpoint
        for method, path in documented():
            self._methods(path).setdefault(method, _not_served(method, path))

    def find(self, raw_path: bytes) -> Found | None:
        """Find a path as it stands in the request line; empty segments do not count."""
        path = raw_path.decode("latin-1")
        methods = self._fixed.get(path)
        if methods is not None:
            return Found(methods, {})
        segments = [unquote(part) for part in path.split("/", SEGMENTS_MAX + 1) if part]
        methods = self._fixed.get("/" + "/".join(segments))
        if methods is not None:
            return Found(methods, {})
        for pattern, methods in self._open.get(len(segments), ()):
            parameters = _match(pattern, segments)
            if parameters is not None:
                return Found(methods, parameters)
        return None

    def endpoints(self) -> Iterable[tuple[str, Endpoint]]:
        """Give method and endpoint of all that is served or documented, path by path."""
        for methods in (*self._fixed.values(), *self._patterns.values()):
            yield from methods.items()

    def _methods(self, path: str) -> dict[str, Endpoint]:
        if "{" not in path:
            return self._fixed.setdefault(path, {})
        pattern = tuple(part for part in path.split("/") if part)
        key = "/".join("{}" if _is_parameter(part) else part for part in pattern)
        if key not in self._patterns:
            self._patterns[key] = {}
            self._open.setdefault(len(pattern), []).append((pattern, self._patterns[key]))
        return self._patterns[key]


def _match(pattern: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    parameters: dict[str, str] = {}
    for part, segment in zip(pattern, segments, strict=True):
        if _is_parameter(part):
            parameters[part[1:-1]] = segment
        elif part != segment:
            return None
    return parameters


def _is_parameter(part: str) -> bool:
    return part.startswith("{")


def _not_served(method: str, path: str) -> Route:
    def refuse(request: Request) -> Refusal:
        raise unsupported(f"{method} {path}")

    return Route(method=method, path=path, run=refuse, summary="Not supported by this ledger.")

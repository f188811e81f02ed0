"""The registry as a client of the standard sees it: each answer is held to the documents."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import pytest
import yaml

from tests.api.process import ROOT

DOCUMENTS = ROOT.parent / "shared" / "reference" / "openapi" / "registry-v1"
PREFIX = "/registrars/"
FACTORIES = "/registry/transfer-instruction/v1/transfer-factory"
ALLOCATIONS = "/registry/allocation-instruction/v1/allocation-factory"


class Client:
    """Sends requests to a registry and checks every answer."""

    def __init__(self, http: httpx2.AsyncClient, prefix: str = "") -> None:
        self._http = http
        self._prefix = prefix

    def of(self, admin: str) -> Client:
        """Give the client of one admin's registry."""
        return Client(self._http, PREFIX + admin)

    async def get(self, path: str, **more: Any) -> httpx2.Response:
        """Get what a path names."""
        return self._checked("get", path, await self._http.get(self._prefix + path, **more))

    async def post(self, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        """Post JSON, or bytes as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        answer = await self._http.post(self._prefix + path, content=content, **more)
        return self._checked("post", path, answer)

    async def transfer(self, arguments: Any, **more: Any) -> httpx2.Response:
        """Ask for the factory of transfers."""
        return await self.post(FACTORIES, {"choiceArguments": arguments, **more})

    async def allocation(self, arguments: Any, **more: Any) -> httpx2.Response:
        """Ask for the factory of allocations."""
        return await self.post(ALLOCATIONS, {"choiceArguments": arguments, **more})

    async def ending(self, kind: str, contract: str, choice: str, **body: Any) -> httpx2.Response:
        """Ask for the context of a choice that ends a transfer instruction or an allocation."""
        return await self.post(f"/registry/{kind}/v1/{contract}/choice-contexts/{choice}", body)

    def _checked(self, method: str, path: str, answer: httpx2.Response) -> httpx2.Response:
        if answer.status_code == httpx2.codes.NOT_MODIFIED:
            assert answer.content == b""
            return answer
        assert answer.headers["content-type"] == "application/json"
        problems = list(validator(method, path, answer.status_code).iter_errors(answer.json()))
        assert not problems, (path, answer.text, problems)
        if answer.status_code == httpx2.codes.OK:
            assert int(answer.headers["x-ledger-offset"]) > 0
        return answer


def client(app: Any) -> httpx2.AsyncClient:
    """Talk to an application without a network between."""
    transport = httpx2.ASGITransport(app=app)
    return httpx2.AsyncClient(transport=transport, base_url="http://registry")


@cache
def validator(method: str, path: str, status: int) -> Any:
    """Give what an answer must look like, by the standard's document that has the path."""
    document, operation = _operation(method, path)
    if str(status) in operation["responses"]:
        answer = operation["responses"][str(status)]
        found = _named(document, answer["$ref"]) if "$ref" in answer else answer
        schema = found["content"]["application/json"]["schema"]
    else:
        schema = {"$ref": "#/components/schemas/ErrorResponse"}
    return jsonschema_rs.Draft4Validator({**schema, "components": document["components"]})


def _operation(method: str, path: str) -> tuple[Any, Any]:
    for document in documents():
        for template, operations in document["paths"].items():
            if _is_of(template, path.partition("?")[0]):
                return document, operations[method]
    raise AssertionError(path)


def _is_of(template: str, path: str) -> bool:
    parts, found = template.split("/"), path.split("/")
    if parts[-1] == "{instrumentId}" and len(found) > len(parts):
        found = [*found[: len(parts) - 1], "/".join(found[len(parts) - 1 :])]
    pairs = zip(parts, found, strict=False)
    same = all(part == name or part.startswith("{") for part, name in pairs)
    return len(parts) == len(found) and same


def _named(document: Any, reference: str) -> Any:
    found = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


@cache
def documents() -> tuple[Any, ...]:
    """Read the standard's documents; skip where they are not beside the project."""
    if not DOCUMENTS.is_dir():
        pytest.skip(f"the standard's documents are not at {DOCUMENTS}")
    files: list[Path] = sorted(DOCUMENTS.glob("*.yaml"))
    return tuple(yaml.safe_load(file.read_text(encoding="utf-8")) for file in files)

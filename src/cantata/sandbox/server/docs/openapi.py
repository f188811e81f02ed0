"""The OpenAPI description of the HTTP endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cantata.sandbox.participant.api import JSON, OCTETS, TEXT, Body, Endpoint, Listing, Right
from cantata.sandbox.server.docs.described import answer_schemas, operation_schemas
from cantata.sandbox.server.docs.schemas import Schema, Schemas
from cantata.sandbox.server.lists import ListQuery

ERROR: dict[str, Any] = {
    "type": "object",
    "description": "Why a request was refused.",
    "properties": {
        "code": {"type": "string"},
        "cause": {"type": "string"},
        "correlationId": {"type": "string", "nullable": True},
        "traceId": {"type": "string", "nullable": True},
        "context": {"type": "object", "additionalProperties": {"type": "string"}},
        "resources": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "string"}},
        },
        "errorCategory": {"type": "integer", "format": "int32"},
        "grpcCodeValue": {"type": "integer", "format": "int32", "nullable": True},
        "retryInfo": {"type": "string", "nullable": True},
        "definiteAnswer": {"type": "boolean", "nullable": True},
    },
    "required": ["code", "cause", "context", "errorCategory"],
}

_PARAMETER = re.compile(r"\{([^}]+)\}")


def openapi(endpoints: Iterable[tuple[str, Endpoint]], version: str) -> dict[str, Any]:
    """Describe endpoints, given with their methods."""
    schemas = Schemas()
    schemas.named.update({"JsCantonError": ERROR, **answer_schemas()})
    answers = operation_schemas()
    paths: dict[str, dict[str, Any]] = {}
    for method, endpoint in endpoints:
        operation = _operation(method, endpoint, schemas)
        operation["responses"]["200"] = _success(endpoint, answers.get((method, endpoint.path)))
        paths.setdefault(endpoint.path, {})[method.lower()] = operation
    return {
        "openapi": "3.0.3",
        "info": {"title": "JSON Ledger API HTTP endpoints", "version": version},
        "paths": paths,
        "components": {
            "schemas": schemas.named,
            "securitySchemes": {
                "httpAuth": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(method: str, endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(method, endpoint.path),
        "description": endpoint.summary,
        "parameters": _parameters(endpoint, schemas),
        "responses": {
            "400": _text("What is wrong with a parameter or the body."),
            "default": {
                "description": "Why the request was refused.",
                "content": {JSON: {"schema": {"$ref": "#/components/schemas/JsCantonError"}}},
            },
        },
    }
    if endpoint.body is not Body.NONE:
        operation["requestBody"] = _request_body(endpoint.body, schemas)
    if endpoint.right is not Right.NONE:
        operation["security"] = [{}, {"httpAuth": []}]
    return operation


def _operation_id(method: str, path: str) -> str:
    return method.lower() + re.sub(r"[^A-Za-z0-9]+", "-", path).rstrip("-")


def _parameters(endpoint: Endpoint, schemas: Schemas) -> list[dict[str, Any]]:
    listing = isinstance(endpoint, Listing)
    kinds = {} if isinstance(endpoint, Listing) else endpoint.path_types
    query = ListQuery if isinstance(endpoint, Listing) else endpoint.query
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": schemas.of(kinds.get(name, str))}
        for name in ([] if listing else _PARAMETER.findall(endpoint.path))
    ]
    for name, schema, required in [] if query is None else schemas.properties(query):
        found.append({"name": name, "in": "query", "required": required, "schema": schema})
    return found


def _request_body(body: Any, schemas: Schemas) -> dict[str, Any]:
    if body is Body.BYTES:
        schema: dict[str, Any] = {"type": "string", "format": "binary"}
        return {"content": {OCTETS: {"schema": schema}}, "required": True}
    return {"content": {JSON: {"schema": schemas.of(body)}}, "required": True}


def _success(endpoint: Endpoint, answer: Schema | None) -> dict[str, Any]:
    content_type = JSON if isinstance(endpoint, Listing) else endpoint.content_type
    if content_type == TEXT:
        return _text("Done.")
    if content_type == JSON:
        content = {} if answer is None else {"content": {JSON: {"schema": answer}}}
        return {"description": "Done.", **content}
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {"description": "Done.", "content": {content_type: binary}}


def _text(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }

"""The AsyncAPI description of the WebSockets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cantata.sandbox.participant.api import Endpoint, Listing
from cantata.sandbox.server.docs.described import (
    answer_schemas,
    frame_schema,
    operation_schemas,
)
from cantata.sandbox.server.docs.openapi import ERROR
from cantata.sandbox.server.docs.schemas import Schema, Schemas


def asyncapi(endpoints: Iterable[tuple[str, Endpoint]], version: str) -> dict[str, Any]:
    """Describe those endpoints that give streams."""
    schemas = Schemas()
    schemas.named.update({"JsCantonError": ERROR, **answer_schemas()})
    answers = operation_schemas()
    return {
        "asyncapi": "2.6.0",
        "info": {"title": "JSON Ledger API WebSocket endpoints", "version": version},
        "channels": {
            endpoint.path: _channel(endpoint, answers.get(("POST", endpoint.path)), schemas)
            for _, endpoint in endpoints
            if isinstance(endpoint, Listing)
        },
        "components": {"schemas": schemas.named},
    }


def _channel(listing: Listing, answer: Schema | None, schemas: Schemas) -> dict[str, Any]:
    name = listing.path.strip("/").replace("/", "-")
    element = frame_schema(answer or {"items": {}})
    return {
        "description": listing.summary,
        "publish": {
            "operationId": f"send-{name}",
            "message": {"payload": schemas.of(listing.body)},
        },
        "subscribe": {"operationId": f"on-{name}", "message": {"payload": element}},
        "bindings": {"ws": {"method": "GET"}},
    }

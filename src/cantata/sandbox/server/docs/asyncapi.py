"""The AsyncAPI description of the WebSockets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cantata.sandbox.participant.api import Endpoint, Listing
from cantata.sandbox.server.docs.openapi import ERROR
from cantata.sandbox.server.docs.schemas import Schemas


def asyncapi(endpoints: Iterable[tuple[str, Endpoint]], version: str) -> dict[str, Any]:
    """Describe those endpoints that give streams."""
    schemas = Schemas()
    schemas.named["JsCantonError"] = ERROR
    return {
        "asyncapi": "2.6.0",
        "info": {"title": "JSON Ledger API WebSocket endpoints", "version": version},
        "channels": {
            endpoint.path: _channel(endpoint, schemas)
            for _, endpoint in endpoints
            if isinstance(endpoint, Listing)
        },
        "components": {"schemas": schemas.named},
    }


def _channel(listing: Listing, schemas: Schemas) -> dict[str, Any]:
    name = listing.path.strip("/").replace("/", "-")
    element = {"oneOf": [{"type": "object"}, {"$ref": "#/components/schemas/JsCantonError"}]}
    return {
        "description": listing.summary,
        "publish": {
            "operationId": f"send-{name}",
            "message": {"payload": schemas.of(listing.body)},
        },
        "subscribe": {"operationId": f"on-{name}", "message": {"payload": element}},
        "bindings": {"ws": {"method": "GET"}},
    }

"""The served description of the API, made from the routes."""

from cantata.sandbox.server.docs.asyncapi import asyncapi
from cantata.sandbox.server.docs.openapi import openapi
from cantata.sandbox.server.docs.yaml import to_yaml

__all__ = ["asyncapi", "openapi", "to_yaml"]

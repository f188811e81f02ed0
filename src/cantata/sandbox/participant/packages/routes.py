"""The routes of packages and vetting."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.sandbox.participant.administration.durable import durable
from cantata.sandbox.participant.api import OCTETS, Body, Endpoint, Right, Route, get, post
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.packages.service import (
    PackageService,
    UploadQuery,
    ValidateQuery,
)
from cantata.sandbox.participant.packages.vetting import (
    ListVetted,
    UpdateVetted,
    VettingService,
)

_ADMIN = Right.ADMIN


def routes(node: Participant) -> Sequence[Endpoint]:
    """Give the routes of the services."""
    packages = PackageService(node)
    node.upload = packages.install
    return [*_package_routes(node, packages), *_vetting_routes(node, VettingService(node))]


def _package_routes(node: Participant, packages: PackageService) -> Sequence[Endpoint]:
    one = "/v2/packages/{package-id}"
    return [
        *(_upload(node, packages, path) for path in ("/v2/packages", "/v2/dars")),
        post(
            "/v2/dars/validate",
            packages.validate,
            Body.BYTES,
            query=ValidateQuery,
            right=_ADMIN,
            summary="Check a DAR.",
        ),
        get("/v2/packages", packages.all, summary="List packages."),
        get(one, packages.get, content_type=OCTETS, summary="Get the bytes of a package."),
        get(f"{one}/status", packages.status, summary="Tell whether a package is there."),
    ]


def _upload(node: Participant, packages: PackageService, path: str) -> Route:
    return post(
        path,
        durable(node, packages.upload),
        Body.BYTES,
        query=UploadQuery,
        right=_ADMIN,
        summary="Upload a DAR.",
    )


def _vetting_routes(node: Participant, vetting: VettingService) -> Sequence[Endpoint]:
    path = "/v2/package-vetting"
    update = durable(node, vetting.update)
    listed, updated = "List vetted packages.", "Change which packages are vetted."
    return [
        post(f"{path}/list", vetting.all, ListVetted, summary=listed),
        post(f"{path}/update", update, UpdateVetted, right=_ADMIN, summary=updated),
        get(path, vetting.all_from_bytes, body=Body.BYTES, summary=listed),
        post(path, update, UpdateVetted, right=_ADMIN, summary=updated),
    ]

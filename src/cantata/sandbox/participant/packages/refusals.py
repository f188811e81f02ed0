"""Refusals of packages and of vetting."""

from __future__ import annotations

from cantata.lf.check import Violation
from cantata.lf.model import Package
from cantata.sandbox.participant.administration.refusals import invalid_argument
from cantata.sandbox.participant.errors import Origin, Refusal

_CODES = {
    "AllowedLanguageVersion": "ALLOWED_LANGUAGE_VERSIONS",
    "DarSelfConsistency": "DAR_NOT_SELF_CONSISTENT",
}


def malformed_message(reason: str) -> Refusal:
    """Refuse a request whose message cannot be read."""
    return Refusal(
        "PROTO_DESERIALIZATION_FAILURE",
        "Deserialization of protobuf message failed",
        context={"reason": reason},
    )


def malformed_value(field: str, text: str) -> Refusal:
    """Refuse a request for the value of one field."""
    return malformed_message(f"ValueConversionError({field},{text})")


def not_connected(synchronizer: str) -> Refusal:
    """Refuse an upload to a synchronizer that the participant does not know."""
    return Refusal(
        "PACKAGE_SERVICE_NOT_CONNECTED_TO_SYNCHRONIZER",
        "Cannot upload a dar because the participant is not connected to synchronizer "
        f"'{synchronizer}'.",
        context={"synchronizerId": synchronizer},
    )


def ill_formed(violation: Violation) -> Refusal:
    """Refuse a DAR that breaks a rule of the language."""
    code = _CODES.get(violation.rule, "DAR_VALIDATION_ERROR")
    text = f"{violation.rule}: validation error in {violation.package}:{violation.where}: "
    return Refusal(
        code,
        "Package validation failed.",
        context={"validationError": text + violation.message},
    )


def no_upgrade(old: Package, new: Package, violation: Violation) -> Refusal:
    """Refuse a package that cannot follow the version before it."""
    reason = violation.message
    return Refusal(
        "NOT_VALID_UPGRADE_PACKAGE",
        f"Upgrade checks indicate that {_label(new)} cannot be an upgrade of {_label(old)}. "
        f"Reason: {reason}",
        context={
            "newPackage": _label(new),
            "oldPackage": _label(old),
            "upgradeError": reason,
            "action": "package-vetting",
        },
    )


def same_version(old: Package, new: Package) -> Refusal:
    """Refuse a second package of one name and version."""
    return Refusal(
        "KNOWN_PACKAGE_VERSION",
        f"Tried to vet two packages with the same name and version: {_label(old)} and "
        f"{_label(new)}.",
        context={"firstPackage": _label(old), "secondPackage": _label(new)},
    )


def unresolved(reference: str, reason: str) -> Refusal:
    """Refuse a change of the vetting of packages that are not there."""
    return Refusal(
        "UNRESOLVED_VETTING_REFERENCE",
        f"The vetted package reference {reference} does not match any package in the package "
        f"store. Reason: {reason}",
        context={"reference": reference, "reason": reason},
    )


def malformed_package_id(package_id: str, fault: str) -> Refusal:
    """Refuse what cannot be the id of a package."""
    return invalid_argument(f"Invalid package id: {fault}").about({"packageId": f"'{package_id}'"})


def package_not_found(package_id: str) -> Refusal:
    """Refuse to serve a package that is not there."""
    return Refusal(
        "PACKAGE_NOT_FOUND",
        "Could not find package.",
        origin=Origin.REQUEST,
        context={"packageId": f"'{package_id}'"},
        resources=[("PACKAGE", package_id)],
    )


def _label(package: Package) -> str:
    return f"{package.id} ({package.name} v{package.version})"

"""Parties, users and unique identifiers as requests write them, with a participant's complaints."""

from __future__ import annotations

import re

from cantata.sandbox.participant.administration.refusals import invalid_argument

PARTY_MAX = 255
NAME_MAX = 185
USER_ID = r"[a-zA-Z0-9@^$.!`\-#+'~_|:\(\)]{1,128}"
SHOWN_FINGERPRINT = 12

_NOT_IN_PARTY = re.compile(r"[^a-zA-Z0-9:\-_ ]")
_USER_ID = re.compile(USER_ID)
_NAMESPACE = re.compile(r"[A-Za-z0-9:\-_]{1,68}")


def require_party(text: str) -> None:
    """Refuse what is no party of Daml-LF; the empty text is one here."""
    if len(text) > PARTY_MAX:
        raise invalid_argument(f"Daml-LF Party is too long (max: {PARTY_MAX})")
    wrong = _NOT_IN_PARTY.search(text)
    if wrong is not None:
        raise invalid_argument(
            f'non expected character 0x{ord(wrong[0]):x} in Daml-LF Party "{text}"'
        )


def require_party_name(text: str) -> None:
    """Refuse what cannot be the name in the id of a party."""
    require_party(text)
    if "::" in f"{text}:":
        raise invalid_argument("Invalid party ID: String contains reserved delimiter `::`.")
    if len(text) > NAME_MAX:
        raise invalid_argument(
            f"Invalid party ID: The given string has a maximum length of {NAME_MAX} but a string "
            f"of length {len(text)} ('{text[:NAME_MAX]}.') was given"
        )


def user_id_fault(text: str) -> str | None:
    """Say what is wrong with the id of a user, None if nothing is."""
    if _USER_ID.fullmatch(text):
        return None
    return f'User ID "{text[:PARTY_MAX]}" does not match regex "{USER_ID}"'


def unique_identifier_fault(text: str) -> str | None:
    """Say what is wrong with an id of the form name::namespace, None if nothing is."""
    if not text:
        return "Empty string is not a valid unique identifier."
    name, delimiter, namespace = text[: 2 * PARTY_MAX].partition("::")
    if not delimiter or not namespace:
        return f"Invalid unique identifier `{text[:PARTY_MAX]}` with missing namespace."
    if not name or len(name) > NAME_MAX or not _NAMESPACE.fullmatch(namespace):
        return f"Invalid unique identifier `{text[:PARTY_MAX]}`."
    return None


def shortened(identifier: str) -> str:
    """Give an id as participants print it in texts: the namespace cut."""
    name, delimiter, namespace = identifier.partition("::")
    return f"{name}{delimiter}{namespace[:SHOWN_FINGERPRINT]}..."

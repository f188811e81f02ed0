"""What people decide by hand: who did, why, and where that is written down."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.kernel.errors import CantataError

REASON_LENGTH_MAX = 1_000
REFERENCE_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who decides something, and why; `reference` names a ticket or a letter, if there is one.

    Raise ReasonMissing if `actor` or `reason` is blank, or a text is too long to be kept.
    """

    actor: str
    reason: str
    reference: str = ""

    def __post_init__(self) -> None:
        for name, most in (
            ("actor", REFERENCE_LENGTH_MAX),
            ("reason", REASON_LENGTH_MAX),
            ("reference", REFERENCE_LENGTH_MAX),
        ):
            text = getattr(self, name)
            if len(text) > most or "\0" in text or (name != "reference" and not text.strip()):
                raise ReasonMissing(name, most)

    def details(self) -> dict[str, str]:
        """Give what the audit trail keeps besides the actor."""
        return {"reason": self.reason, "reference": self.reference}


class ReasonMissing(CantataError):
    """A decision by hand does not say who takes it, or why; fields `name` and `most`."""

    code = "REASON_MISSING"

    def __init__(self, name: str, most: int) -> None:
        self.name = name
        self.most = most
        super().__init__(
            f"{name} is blank, or is no text of at most {most} characters",
            hint="say who decides, and why: it is kept in the audit trail",
        )

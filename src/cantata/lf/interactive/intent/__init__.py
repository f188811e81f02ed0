"""What a party wants beside what a prepared transaction does, to be compared before signing."""

from cantata.lf.interactive.intent.compare import differences
from cantata.lf.interactive.intent.model import (
    Aspect,
    Difference,
    Intent,
    MalformedIntent,
    WantedCreate,
    WantedExercise,
    wanted_commands,
)

__all__ = [
    "Aspect",
    "Difference",
    "Intent",
    "MalformedIntent",
    "WantedCreate",
    "WantedExercise",
    "differences",
    "wanted_commands",
]

"""What a slice brings: how an intent of its kind becomes a command, and what is undone."""

from cantata.automation.handler.kinds import (
    Consults,
    ConsultsMany,
    EndsMany,
    Handler,
    HearsOfEnd,
    ManyHandler,
    Prepares,
    PreparesMany,
)
from cantata.automation.handler.plans import Parcel, Plan, Prepared, companies

__all__ = [
    "Consults",
    "ConsultsMany",
    "EndsMany",
    "Handler",
    "HearsOfEnd",
    "ManyHandler",
    "Parcel",
    "Plan",
    "Prepared",
    "Prepares",
    "PreparesMany",
    "companies",
]

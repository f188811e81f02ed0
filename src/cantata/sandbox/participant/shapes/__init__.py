"""Shapes: dataclasses that say how a body or a query is read, with Canton's own complaints."""

from cantata.sandbox.participant.shapes.declare import (
    Checked,
    Duration,
    Empty,
    Instant,
    Int32,
    Json,
    Named,
    TypeId,
    case_class,
    message,
)
from cantata.sandbox.participant.shapes.fault import BodyFault, Fault
from cantata.sandbox.participant.shapes.parameters import read_path, read_query
from cantata.sandbox.participant.shapes.read import read_body

__all__ = [
    "BodyFault",
    "Checked",
    "Duration",
    "Empty",
    "Fault",
    "Instant",
    "Int32",
    "Json",
    "Named",
    "TypeId",
    "case_class",
    "message",
    "read_body",
    "read_path",
    "read_query",
]

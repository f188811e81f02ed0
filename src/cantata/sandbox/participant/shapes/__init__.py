"""Shapes: dataclasses that say how a body or a query is read, with Canton's own complaints."""

from cantata.sandbox.participant.shapes.declare import (
    STRICT,
    Checked,
    Duration,
    Empty,
    Instant,
    Int32,
    Json,
    Mark,
    Named,
    TypeId,
    case_class,
    is_shape,
    message,
)
from cantata.sandbox.participant.shapes.fault import BodyFault, Fault
from cantata.sandbox.participant.shapes.parameters import read_path, read_query
from cantata.sandbox.participant.shapes.read import Member, json_name, members_of, read_body

__all__ = [
    "STRICT",
    "BodyFault",
    "Checked",
    "Duration",
    "Empty",
    "Fault",
    "Instant",
    "Int32",
    "Json",
    "Mark",
    "Member",
    "Named",
    "TypeId",
    "case_class",
    "is_shape",
    "json_name",
    "members_of",
    "message",
    "read_body",
    "read_path",
    "read_query",
]

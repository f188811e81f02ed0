"""Why a contract cannot be moved to another synchronizer: there is only one."""

from __future__ import annotations

from cantata.sandbox.participant.commands.bodies import (
    AssignCommand,
    ReassignmentCommand,
    ReassignmentCommands,
    UnassignCommand,
)
from cantata.sandbox.participant.commands.parse import shortened
from cantata.sandbox.participant.errors import Refusal, unsupported
from cantata.sandbox.participant.events.refusals import invalid_argument
from cantata.sandbox.participant.identity import Identity

MOVING = "moving contracts between synchronizers"


def why_not_moved(identity: Identity, commands: ReassignmentCommands | None) -> Refusal:
    """Give what a participant on one synchronizer says to a reassignment."""
    if commands is None or not commands.commands:
        return unsupported(MOVING)
    return _reason(identity, commands.commands[0])


def _reason(identity: Identity, command: ReassignmentCommand) -> Refusal:
    step, here = command.command, identity.synchronizer.id
    if isinstance(step, AssignCommand):
        return invalid_argument(
            "Cannot find reassignment data for reassignment "
            f"`ReassignmentId({step.value.reassignment_id[:255]})`: unknown reassignment id"
        )
    if isinstance(step, UnassignCommand):
        for synchronizer in (step.value.source, step.value.target):
            if synchronizer != here:
                return invalid_argument(
                    f"Unable to resolve {shortened(synchronizer[:255])} to a connected physical "
                    "synchronizer id"
                )
    return unsupported(MOVING)

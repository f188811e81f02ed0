"""What the tasks of the exchange have in common: registries asked, plans signed by treasuries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from cantata.automation.errors import NotNow
from cantata.automation.handler import Plan
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.exchange.model.treasury import SIGNED_BY_PARTICIPANT, Treasury
from cantata.exchange.registries.errors import (
    MalformedRegistryAnswer,
    RegistryBusy,
    RegistryUnavailable,
)
from cantata.exchange.registries.model import ChoiceContext
from cantata.kernel.time import Timestamp
from cantata.lang import TextMap
from cantata.ledger.typed import TypedCommand

_PASSING = (RegistryBusy, RegistryUnavailable, MalformedRegistryAnswer)
"""What a registry that is well again does not say any more."""


@contextmanager
def asking() -> Iterator[None]:
    """Ask a registry; what may pass is for later: raise NotNow for it."""
    try:
        yield
    except _PASSING as error:
        raise NotNow(f"{error.code}: {error.message}", hint=error.hint) from error


def no_context() -> metadata.ExtraArgs:
    """Give the standard's extra arguments as they are before a registry was asked."""
    return metadata.ExtraArgs(
        context=metadata.ChoiceContext(values=TextMap({})),
        meta=metadata.Metadata(values=TextMap({})),
    )


def argument_of(command: TypedCommand[Any]) -> Mapping[str, Any]:
    """Give the argument of a command's choice, in JSON."""
    argument: Mapping[str, Any] = command.json["ExerciseCommand"]["choiceArgument"]
    return argument


def in_context(
    command: TypedCommand[Any], context: ChoiceContext, contract: str = ""
) -> dict[str, Any]:
    """Give a command with what a registry says to it, as it says it; on a contract, if named."""
    form = dict(command.json["ExerciseCommand"])
    argument = form["choiceArgument"]
    told = {**argument["extraArgs"], "context": dict(context.data)}
    form["choiceArgument"] = {**argument, "extraArgs": told}
    form["contractId"] = contract or form["contractId"]
    return {"ExerciseCommand": form}


def signed_plan(
    treasury: Treasury,
    commands: Sequence[Mapping[str, Any]],
    context: ChoiceContext,
    *,
    bound: Timestamp,
    recorded_until: Timestamp | None = None,
    inputs: Sequence[str] | None = None,
) -> Plan:
    """Give the plan of a treasury: sent as it is, or prepared for its signer to sign.

    `bound` is the record time after which what is signed has no effect, `recorded_until` the one
    after which the choice itself refuses, if it does. `inputs` are all contracts that it may use
    besides those that are disclosed; None if they are not known.
    """
    is_inside = treasury.signer == SIGNED_BY_PARTICIPANT
    shown = [contract.contract_id for contract in context.disclosed]
    return Plan(
        commands=commands,
        act_as=(treasury.party,),
        disclosed=[contract.to_json() for contract in context.disclosed],
        external=not is_inside,
        signer="" if is_inside else treasury.signer,
        max_record_time=recorded_until if is_inside else bound,
        inputs=None if inputs is None else tuple(dict.fromkeys((*inputs, *shown))),
    )

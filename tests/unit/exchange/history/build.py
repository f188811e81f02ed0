"""Makes transactions as a participant tells them, node by node, for what was never recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cantata.exchange.history.model import Entry
from cantata.exchange.history.shapes import PREFIX
from cantata.exchange.history.state import History, State
from cantata.kernel.time import Timestamp
from cantata.ledger.model.events import CreatedEvent, Event, ExercisedEvent, InterfaceView
from cantata.ledger.model.updates import Transaction

ME, BOB, CAROL, ADMIN, THIEF = (
    f"{name}::1220{'ab' * 32}" for name in ("me", "bob", "carol", "dso", "thief")
)
NOW = Timestamp.parse("2026-06-01T12:00:00Z")
USD = {"admin": ADMIN, "id": "USD"}
EUR = {"admin": ADMIN, "id": "EUR"}
API = "pkg:Splice.Api.Token."
HOLDING, HOLDING_V2 = API + "HoldingV1:Holding", API + "HoldingV2:Holding"
INSTRUCTION = API + "TransferInstructionV1:TransferInstruction"
INSTRUCTION_V2 = API + "TransferInstructionV2:TransferInstruction"
FACTORY = API + "TransferInstructionV1:TransferFactory"
FACTORY_V2 = API + "TransferInstructionV2:TransferFactory"
LOG = API + "TransferEventsV2:EventLog"
ALLOCATION = API + "AllocationV1:Allocation"
BURN_MINT = API + "BurnMintV1:BurnMintFactory"


def meta(**values: Any) -> dict[str, Any]:
    """Give metadata; names are those of the standard, with underscores."""
    return {"values": {PREFIX + name.replace("_", "-"): value for name, value in values.items()}}


def created(
    node: int,
    cid: str,
    *views: InterfaceView,
    signed: Sequence[str] = (ADMIN, ME),
    at: Timestamp = NOW,
) -> CreatedEvent:
    """Create a contract with views."""
    return CreatedEvent(
        offset=0,
        node_id=node,
        contract_id=cid,
        template_id="tokens:Tokens:Token",
        package_name="tokens",
        argument={},
        key=None,
        blob="",
        views=views,
        witnesses=(ME,),
        signatories=tuple(signed),
        observers=(),
        created_at=at,
    )


def view(interface: str, value: Any) -> InterfaceView:
    """Show a contract through an interface."""
    return InterfaceView(interface_id=interface, value=value, failure="")


def held(
    node: int, cid: str, amount: str, *, owner: str = ME, of: Any = USD, lock: Any = None
) -> CreatedEvent:
    """Create a holding."""
    shown = {"owner": owner, "instrumentId": of, "amount": amount, "lock": lock, "meta": meta()}
    return created(node, cid, view(HOLDING, shown), signed=(of["admin"], owner))


def held_v2(node: int, cid: str, amount: str, *, owner: str = ME, of: Any = USD) -> CreatedEvent:
    """Create a holding that shows itself by the second version only."""
    account = {"owner": owner, "provider": None, "id": ""}
    shown = {"account": account, "instrumentId": of, "amount": amount, "lock": None, "meta": meta()}
    return created(node, cid, view(HOLDING_V2, shown), signed=(of["admin"], owner))


def transfer(
    sender: Any, receiver: Any, amount: str, memo: str | None = None, of: Any = USD
) -> Any:
    """Give a transfer."""
    return {
        "sender": sender,
        "receiver": receiver,
        "amount": amount,
        "instrumentId": of,
        "requestedAt": "2026-06-01T11:00:00Z",
        "executeBefore": "2026-06-02T12:00:00Z",
        "inputHoldingCids": [],
        "meta": meta() if memo is None else meta(reason=memo),
    }


def offered(
    node: int,
    cid: str,
    wanted: Any,
    *,
    original: str | None = None,
    status: str = "TransferPendingReceiverAcceptance",
    signed: Sequence[str] = (ADMIN, BOB),
) -> CreatedEvent:
    """Create an instruction."""
    shown = {
        "originalInstructionCid": original,
        "transfer": wanted,
        "status": {"tag": status, "value": {}},
        "meta": meta(),
    }
    return created(node, cid, view(INSTRUCTION, shown), signed=signed)


def exercised(
    node: int,
    last: int,
    choice: str,
    *,
    cid: str = "factory",
    interface: str = "",
    argument: Any = None,
    result: Any = None,
    actors: Sequence[str] = (ME, BOB),
    consuming: bool = False,
) -> ExercisedEvent:
    """Exercise a choice."""
    return ExercisedEvent(
        offset=0,
        node_id=node,
        contract_id=cid,
        template_id="tokens:Tokens:Thing",
        package_name="tokens",
        interface_id=interface,
        choice=choice,
        argument={} if argument is None else argument,
        result={} if result is None else result,
        acting_parties=tuple(actors),
        is_consuming=consuming,
        witnesses=(ME,),
        last_descendant=last,
    )


def archived(node: int, cid: str) -> ExercisedEvent:
    """Archive a contract."""
    return exercised(node, node, "Archive", cid=cid, consuming=True, actors=(ADMIN,))


def instructed(node: int, last: int, wanted: Any, outcome: Any, **given: Any) -> ExercisedEvent:
    """Exercise the standard's choice of a factory."""
    arguments = {"expectedAdmin": ADMIN, "transfer": wanted, "extraArgs": {"meta": meta()}}
    given.setdefault("interface", FACTORY)
    given.setdefault("actors", (wanted["sender"],))
    return exercised(
        node, last, "TransferFactory_Transfer", argument=arguments, result=outcome, **given
    )


def stepped(
    node: int, last: int, step: str, cid: str, outcome: Any, **given: Any
) -> ExercisedEvent:
    """Take a step of an instruction."""
    given.setdefault("interface", INSTRUCTION)
    given.setdefault("consuming", True)
    given.setdefault("argument", {"extraArgs": {"meta": meta()}})
    choice = f"TransferInstruction_{step}"
    return exercised(node, last, choice, cid=cid, result=outcome, **given)


def completed(**said: Any) -> Any:
    """Give the result of a completed transfer."""
    return _result("Completed", {"receiverHoldingCids": []}, said)


def waiting(cid: str, **said: Any) -> Any:
    """Give the result of a transfer that waits."""
    return _result("Pending", {"transferInstructionCid": cid}, said)


def failed(**said: Any) -> Any:
    """Give the result of a transfer that failed."""
    return _result("Failed", {}, said)


def _result(tag: str, value: Any, said: Any) -> Any:
    output = {"tag": f"TransferInstructionResult_{tag}", "value": value}
    return {"output": output, "senderChangeCids": [], "meta": meta(**said)}


def logged(
    node: int,
    used: Sequence[str],
    made: Sequence[str],
    *legs: Any,
    admin: str = ADMIN,
    **given: Any,
) -> ExercisedEvent:
    """Tell a change of the holdings of an account, as the second version does."""
    said = {
        "admin": admin,
        "account": {"owner": given.pop("owner", ME), "provider": None, "id": ""},
        "inputHoldingCids": list(used),
        "outputHoldingCids": list(made),
        "transferLegSides": list(legs),
        "observers": [],
        "extraArgs": {"context": {"values": {}}, "meta": given.pop("said", meta())},
    }
    actors = given.pop("actors", (admin,))
    return exercised(
        node, node, "EventLog_HoldingsChange", interface=LOG, argument=said, actors=actors, **given
    )


def leg(side: str, other: str | None, amount: str, memo: str | None = None, of: str = "USD") -> Any:
    """Give one side of a leg."""
    return {
        "transferLegId": "1",
        "side": side,
        "otherside": {"owner": other, "provider": None, "id": ""},
        "amount": amount,
        "instrumentId": of,
        "meta": meta() if memo is None else meta(reason=memo),
    }


def update(*events: Event, offset: int = 1, at: Timestamp = NOW) -> Transaction:
    """Give a transaction."""
    return Transaction(
        update_id=f"update-{offset}",
        offset=offset,
        command_id="",
        workflow_id="",
        synchronizer_id="here::1220",
        effective_at=at,
        record_time=at,
        events=events,
    )


def history(*updates: Transaction, party: str = ME) -> History:
    """Parse a history from its beginning."""
    found = History(State(party))
    for each in updates:
        found.add(each)
    return found


def only(*updates: Transaction, party: str = ME) -> Entry:
    """Parse a history and give the one entry of its last update."""
    offset = updates[-1].offset
    (entry,) = (e for e in history(*updates, party=party).entries if e.offset == offset)
    return entry

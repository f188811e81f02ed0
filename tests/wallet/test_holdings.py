"""The wallet SDK with the token package: holdings, offers, answers, and the history it reads."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.api.process import ROOT, Sandbox
from tests.wallet.conftest import SECRET, USER
from tests.wallet.play import Stage, Told, build, token

CONTRACTS = ROOT / "src" / "cantata" / "tokens" / "contract"
STANDARD = "718a0f77e505a8de22f188bd4c87fe74101274e9d4cb1bfac7d09aec7158d35b"
HOLDING = f"{STANDARD}:Splice.Api.Token.HoldingV1:Holding"

HISTORY_OF_ALICE = [
    # type, reason, minted, burned, change of free holdings, change of locked ones
    ("Mint", "first issue", "100", "0", "100", None),
    ("MergeSplit", "rent", "0", "0", "-30", "30"),
    ("TransferOut", "rent", "0", "0", None, "-30"),
    ("MergeSplit", None, "0", "0", "-5", "5"),
    ("MergeSplit", None, "0", "0", "5", "-5"),
    ("MergeSplit", None, "0", "0", "-6", "6"),
    ("MergeSplit", None, "0", "0", "6", "-6"),
    ("TransferOut", "coffee", "0", "0", "-10", None),
    ("MergeSplit", "merge-utxos", "0", "0", "0", None),
    ("Burn", "redeemed", "0", "20", "-20", None),
    ("MergeSplit", None, "0", "0", "-1.5", "1.5"),
    ("Unlock", None, "0", "0", "1.5", "-1.5"),
]
HISTORY_OF_BOB = [
    ("TransferIn", "rent", "0", "0", "30", None),
    ("TransferIn", "coffee", "0", "0", "10", None),
]


def test_a_token_in_wallets(stage: Stage, sandbox: Sandbox, tmp_path: Path) -> None:
    package = build(CONTRACTS, tmp_path)
    told = stage.play(
        "holdings",
        url=sandbox.url,
        token=token(SECRET, USER),
        user=USER,
        dar=str(package.dar),
        packageId=package.id,
    )
    assert told["assets"] == []
    assert told["unknown asset"]["message"] == "Asset with id GLD not found"
    assert (told["package before"], told["package after"]) == (False, True)
    _check_holdings(told)
    _check_answers(told)
    _check_history(told)


def _check_holdings(told: Told) -> None:
    alice = told["parties"]["alice"]
    assert told["nothing"] == []
    (held,) = told["one holding"]
    instrument = {"admin": told["parties"]["issuer"], "id": "GLD"}
    assert held["interfaceViewValue"] == {
        "owner": alice,
        "instrumentId": instrument,
        "amount": "100.0000000000",
        "lock": None,
        "meta": {"values": {}},
    }
    assert held["activeContract"]["createdEvent"]["createdEventBlob"]
    assert told["earlier"] == ["100.0000000000"]
    assert told["by interface"] == [[HOLDING, told["parties"]["bob"]]] * 2
    mine, theirs = told["at the end"]
    assert mine == told["to completion"]
    assert told["limited"] == 1
    assert sum(map(Decimal, mine)) == 40
    assert sum(map(Decimal, theirs)) == 40


def _check_answers(told: Told) -> None:
    (offer,) = told["pending"]
    status = offer["interfaceViewValue"]["status"]
    assert status == {"tag": "TransferPendingReceiverAcceptance", "value": {}}
    assert offer["interfaceViewValue"]["transfer"]["amount"] == "30.0000000000"
    assert told["sender sees"] == 1
    assert told["locked"] == ["70.0000000000", "30.0000000000"]
    assert told["free"] == ["70.0000000000"]
    assert told["after accept"] == [["70.0000000000"], ["30.0000000000"]]
    assert told["nothing pending"] == []
    assert told["theft"]["code"] == "DAML_AUTHORIZATION_ERROR"
    mine, theirs = told["after answers"]
    assert sorted(mine) == ["5.0000000000", "59.0000000000", "6.0000000000"]
    assert theirs == ["30.0000000000"]
    assert told["after merge"] == ["60.0000000000"]
    missing = "Sender doesn't have sufficient funds for this transfer. Missing amount: 999999940"
    assert told["insufficient"]["message"] == missing
    assert (told["expired"]["code"], told["expired"]["errorCategory"]) == ("DAML_FAILURE", 9)
    assert told["expired lock"] == 2
    for kind in ("allocations", "allocation requests", "allocation instructions"):
        assert told[kind] == []


def _check_history(told: Told) -> None:
    assert _lines(told["history of alice"]) == HISTORY_OF_ALICE
    assert _lines(told["history of bob"]) == HISTORY_OF_BOB
    assert told["history of issuer"]["transactions"] == []
    assert told["history of alice"]["nextOffset"] == told["unlock"]["completionOffset"]
    (out,) = told["later history"]["transactions"]
    assert out["updateId"] == told["accept"]["updateId"]
    bob = told["parties"]["bob"]
    assert out["events"][0]["label"]["receiverAmounts"] == [{"receiver": bob, "amount": "30"}]
    one = told["one transaction"]
    assert one == told["history of bob"]["transactions"][0]
    assert one["events"][0]["label"]["sender"] == told["parties"]["alice"]
    assert one["events"][0]["transferInstruction"]["status"]["current"]["tag"] == "Completed"
    (transfer,) = told["transfer objects"]
    assert (transfer["receiver"], transfer["amount"]) == (bob, "30.0000000000")
    assert told["unknown transaction"]["code"] == "UPDATE_NOT_FOUND"
    *_, event = told["event"]
    (created,) = event["update"]["Transaction"]["value"]["events"]
    (view,) = created["CreatedEvent"]["interfaceViews"]
    assert (view["viewValue"]["owner"], view["viewValue"]["amount"]) == (bob, "30.0000000000")


def _lines(history: Any) -> list[tuple[str | None, ...]]:
    """Give the lines of a history without ids and times."""
    return [
        (
            event["label"]["type"],
            event["label"]["reason"] or None,
            event["label"]["mintAmount"],
            event["label"]["burnAmount"],
            _change(event["unlockedHoldingsChangeSummaries"]),
            _change(event["lockedHoldingsChangeSummaries"]),
        )
        for transaction in history["transactions"]
        for event in transaction["events"]
    ]


def _change(summaries: list[Any]) -> str | None:
    """Give the amount of a change; the SDK leaves out what is zero."""
    if not summaries:
        return None
    (summary,) = summaries
    return str(summary.get("amountChange", "0"))

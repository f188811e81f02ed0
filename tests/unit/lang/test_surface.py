"""Contract modules run as plain Python and keep the semantics of Daml-LF."""

from __future__ import annotations

import pytest

from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.lang import (
    ContractId,
    Decimal,
    Map,
    NoLedger,
    Party,
    Record,
    RequirementFailed,
    TextMap,
    Time,
    WrongType,
    create,
    field,
    function,
    replace,
    require,
)
from tests.unit.lang.contracts import holding, token

ALICE, BOB = Party("alice"), Party("bob")


def test_pure_functions_run() -> None:
    filled = token.Filled(amount=Decimal("2"), price=Decimal("1.5"))
    assert token.cost(filled) == Decimal("3")
    assert token.cost(token.Empty()) == Decimal("0")
    assert token.weight(filled, token.Side.BUY) == 1
    assert token.weight(token.Empty(), token.Side.SELL) == 0
    assert token.label(None, 3) == "none of 3"
    fee = token.Fee(payer=ALICE, amount=Decimal("1.50"), note="x")
    assert token.label(fee, 1) == "alice pays 1.5: x"
    assert fee.doubled().amount == Decimal("3")
    assert token.ordered([1, 5, 3]) == [10, 6, 2]
    assert token.book([BOB, ALICE, BOB]) == Map({ALICE: 1, BOB: 2})


def test_integers_overflow_as_on_the_ledger() -> None:
    with pytest.raises(DamlArithmeticError) as caught:
        token.find([2**63 - 1, 1], 2**63 - 1)
    assert caught.value.message == (
        "ArithmeticError while evaluating (ADD_INT64 9223372036854775807 1)."
    )


def test_integer_literals_are_checked() -> None:
    @function
    def grow() -> int:
        start = 9223372036854775807
        step = start - 1
        return step + start

    with pytest.raises(DamlArithmeticError):
        grow()


def test_integer_constants_are_checked() -> None:
    with pytest.raises(DamlArithmeticError):
        token.beyond()


def test_wrong_types_are_refused() -> None:
    with pytest.raises(WrongType):
        token.label(None, True)
    with pytest.raises(WrongType):
        token.Fee(payer="alice", amount=Decimal("1"))  # type: ignore[arg-type]
    with pytest.raises(WrongType):
        token.find([1], 2.0)  # type: ignore[arg-type]
    with pytest.raises(WrongType):
        f"{ContractId[token.Token]('00')}"


def test_requirements_fail_with_their_status() -> None:
    require(True, "id", "text")
    with pytest.raises(RequirementFailed) as caught:
        require(False, "too-much", "no", amount=Decimal("1"), count=2)
    assert caught.value.error_id == "too-much"
    assert caught.value.category == 9
    assert caught.value.metadata == {"amount": "1.0", "count": "2"}


def test_effects_need_a_ledger() -> None:
    paid = token.Token(admin=ALICE, owner=BOB, amount=Decimal("1"))
    with pytest.raises(NoLedger):
        create(paid)
    with pytest.raises(NoLedger):
        _ = paid.contract_id


def test_payloads_are_values() -> None:
    paid = token.Token(admin=ALICE, owner=BOB, amount=Decimal("1"))
    assert paid.signatories() == [ALICE, BOB]
    assert paid.ensure()
    assert not replace(paid, amount=Decimal("0")).ensure()
    assert paid.holding_view().meta == holding.Metadata(values=TextMap())
    assert paid == replace(paid)
    with pytest.raises(AttributeError):
        paid.amount = Decimal("2")  # type: ignore[misc]


def test_maps_list_their_keys_in_order() -> None:
    places = Map({BOB: 2, ALICE: 1})
    assert places.keys() == [ALICE, BOB]
    assert places.values() == [1, 2]
    assert places.insert(ALICE, 3).get(ALICE) == 3
    assert places.delete(BOB).keys() == [ALICE]
    assert TextMap({"𝄞": 1, "\uffff": 2}).keys() == ["\uffff", "𝄞"]


def test_enums_and_optionals_have_the_order_of_the_ledger() -> None:
    assert token.Side.BUY < token.Side.SELL
    sides = Map({token.Side.SELL: 1, token.Side.BUY: 2})
    assert sides.keys() == [token.Side.BUY, token.Side.SELL]
    fees = Map({token.Fee(payer=ALICE, amount=Decimal("1"), note=note): 1 for note in ("a", None)})
    assert [fee.note for fee in fees.keys()] == [None, "a"]  # noqa: SIM118


def test_texts_of_times_are_those_of_the_ledger() -> None:
    moment = Time.parse("2024-01-31T10:00:00.500Z")
    assert f"{moment}" == "2024-01-31T10:00:00.500Z"
    assert f"{Decimal('100')}" == "100.0"


class Basket(Record):
    """A record with lists as defaults."""

    owner: Party
    items: list[str] = []  # noqa: RUF012 - each value gets a list of its own
    notes: list[str] = field(daml="remarks", default=["new"])


def test_each_value_has_its_own_default_list() -> None:
    one, other = Basket(owner=ALICE), Basket(owner=BOB)
    assert (one.items, one.notes) == ([], ["new"])
    assert one.items is not other.items
    assert replace(one, items=["x"]).items == ["x"]

"""Expressions that contract code refuses, each on its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.lang.marked import check_marked

DATA = """
class Side(Enum):
    BUY = "Buy"
    SELL = "Sell"

class Fee(Record):
    amount: Decimal
    note: Text | None = None
    tags: list[Text]

class Token(Template):
    owner: Party
    amount: Decimal
    def signatories(self) -> list[Party]:
        return [self.owner]
    @choice(controllers=lambda self: [self.owner])
    def give(self, receiver: Party) -> None:
        pass

class Other(Template):
    owner: Party
    def signatories(self) -> list[Party]:
        return [self.owner]

@update
def act(n: int) -> int:
    return n

@function
def pure(n: int, m: int = 2) -> int:
    return n

class Values(Record):
    n: int
    d: Decimal
    t: Text
    b: bool
    p: Party
    xs: list[int]
    ds: list[Decimal]
    o: int | None
    fee: Fee
    side: Side
    cid: ContractId[Token]
    tm: TextMap[int]
    gm: Map[Party, int]
    day: Date
    time: Time
    span: RelTime
    token: Token

@function
def f(v: Values, token: Token) -> None:
"""

CASES = {
    "unknown": "missing  # CL401",
    "function as value": "pure  # CL402",
    "class as value": "Fee  # CL402",
    "module value": "len  # CL402",
    "float": "1.5  # CL403",
    "bytes": "b'x'  # CL404",
    "complex": "1j  # CL404",
    "ellipsis": "pure(...)  # CL404",
    "int range": "9223372036854775808  # CL405",
    "negative int range": "-9223372036854775809  # CL405",
    "eleven decimals": "Decimal('0.12345678901')  # CL406",
    "29 digits": "Decimal('12345678901234567890123456789')  # CL406",
    "decimal of float": "Decimal(1.5)  # CL406",
    "decimal of int": "Decimal(1)  # CL406",
    "nan": "Decimal('NaN')  # CL406",
    "nul": "'\\0'  # CL407",
    "surrogate": "'\\ud800'  # CL407",
    "date": "Date.parse('2024-02-30')  # CL408",
    "time": "Time.parse('2024-02-20')  # CL408",
    "span": "RelTime.of(weeks=1)  # CL408",
    "party": "Party('alice')  # CL409",
    "contract id": "ContractId('00')  # CL409",
    "floor division": "v.n // 2  # CL410",
    "modulo": "v.n % 2  # CL410",
    "power": "v.n ** 2  # CL410",
    "int division": "v.n / 2  # CL410",
    "bits": "v.n & 1  # CL410",
    "invert": "~v.n  # CL410",
    "plus": "+v.n  # CL410",
    "text times": "v.t * 2  # CL411",
    "bool as int": "v.b + 1  # CL411",
    "minus text": "-v.t  # CL411",
    "mixed": "v.n + v.d  # CL412",
    "mixed comparison": "v.n < v.d  # CL412",
    "condition": "1 if v.n else 2  # CL413",
    "not int": "not v.n  # CL413",
    "and text": "v.b and v.t  # CL413",
    "is": "v.n is v.n  # CL414",
    "is not": "v.n is not 2  # CL414",
    "compare types": "v.n == v.t  # CL415",
    "compare party": "v.p == v.t  # CL415",
    "in": "v.t in v.xs  # CL415",
    "order of records": "v.fee < v.fee  # CL416",
    "order of lists": "v.xs < v.xs  # CL416",
    "order of bools": "v.b < v.b  # CL416",
    "order of ids": "v.cid < v.cid  # CL416",
    "index": "v.xs[0]  # CL417",
    "negative index": "v.xs[-1]  # CL417",
    "slice": "v.xs[1:]  # CL417",
    "map index": "v.tm['a']  # CL417",
    "text slice": "v.t[1:]  # CL418",
    "upper": "v.t.upper()  # CL418",
    "split": "v.t.split()  # CL418",
    "attribute": "v.fee.price  # CL419",
    "attribute of id": "v.cid.owner  # CL419",
    "enum member": "Side.HOLD  # CL419",
    "method": "v.fee.doubled()  # CL419",
    "map items": "v.tm.items()  # CL419",
    "print": "print(v.n)  # CL420",
    "eval": "eval(v.t)  # CL420",
    "open": "open(v.t)  # CL420",
    "range": "range(3)  # CL420",
    "str": "str(v.n)  # CL420",
    "int": "int(v.t)  # CL420",
    "round": "round(v.d)  # CL420",
    "missing argument": "pure()  # CL421",
    "surplus argument": "pure(1, 2, 3)  # CL421",
    "unknown argument": "pure(1, k=2)  # CL421",
    "argument twice": "pure(1, n=2)  # CL421",
    "starred": "pure(*v.xs)  # CL421",
    "record by position": "Fee(v.d)  # CL421",
    "missing field": "Fee(amount=v.d)  # CL421",
    "len": "len()  # CL421",
    "argument type": "pure(v.t)  # CL422",
    "field type": "Fee(amount=1, tags=[])  # CL422",
    "div of decimals": "div(v.d, v.d)  # CL422",
    "list of two types": "[1, v.t]  # CL422",
    "empty list": "len([])  # CL423",
    "empty map": "len(Map())  # CL423",
    "set": "{1, 2}  # CL424",
    "set comprehension": "{x for x in v.xs}  # CL424",
    "dict": "{1: 2}  # CL424",
    "dict comprehension": "{x: x for x in v.xs}  # CL424",
    "tuple": "(1, 2)  # CL424",
    "bool text": "f'{v.b}'  # CL425",
    "record text": "f'{v.fee}'  # CL425",
    "id text": "f'{v.cid}'  # CL425",
    "list text": "f'{v.xs}'  # CL425",
    "format specification": "f'{v.n:04}'  # CL426",
    "conversion": "f'{v.n!r}'  # CL426",
    "create": "create(token)  # CL427",
    "fetch": "fetch(v.cid)  # CL427",
    "archive": "archive(v.cid)  # CL427",
    "exercise": "exercise(v.cid, Token.give, receiver=v.p)  # CL427",
    "now": "now()  # CL427",
    "before": "before(v.time)  # CL427",
    "update call": "act(1)  # CL427",
    "contract_id": "token.contract_id  # CL419",
    "len of int": "len(v.n)  # CL430",
    "replace of int": "replace(v.n)  # CL430",
    "first of int": "first(v.n)  # CL430",
    "coerce of text": "coerce(v.t, Token)  # CL431",
    "coerce to record": "coerce(v.cid, Fee)  # CL431",
    "from template": "from_interface(Token, token)  # CL431",
    "overflow": "9223372036854775807 + 1  # CL432",
    "zero": "div(1, 0)  # CL432",
    "decimal overflow": "Decimal('9999999999999999999999999999') * Decimal('10')  # CL432",
    "optional operand": "v.o + 1  # CL433",
    "optional argument": "pure(v.o)  # CL433",
    "optional comparison": "v.o < 1  # CL433",
    "optional field": "first([v.fee]).note  # CL433",
    "require as value": "pure(require(v.b, 'a', 'b'))  # CL434",
    "require without text": "require(v.b)  # CL434",
    "require category": "require(v.b, 'a', 'b', category=7)  # CL434",
    "require field": "require(v.b, 'a', 'b', xs=v.xs)  # CL425",
    "sort key": "sorted(v.xs, key=len)  # CL435",
    "sort reverse": "sorted(v.xs, reverse=v.b)  # CL435",
    "sort by record": "sorted([v.fee])  # CL416",
    "sum of decimals": "sum(v.ds)  # CL436",
    "sum start": "sum(v.xs, 1)  # CL436",
    "sum of texts": "sum([v.t])  # CL411",
    "min": "min(v.xs)  # CL437",
    "max": "max(v.xs)  # CL437",
    "lambda": "pure(lambda: 1)  # CL438",
    "walrus": "pure(x := 1)  # CL438",
    "generator": "len(x for x in v.xs)  # CL438",
    "await": "await pure(1)  # CL438",
    "yield": "(yield)  # CL438",
    "comprehension over text": "[x for x in v.t]  # CL439",
    "call of value": "v.n()  # CL440",
    "call of call": "pure(1)(2)  # CL440",
    "call of field": "v.fee.amount()  # CL440",
    "choice call": "token.give(v.p)  # CL441",
    "none test": "v.n is None  # CL442",
}


@pytest.mark.parametrize("name", CASES)
def test_refused(tmp_path: Path, name: str) -> None:
    expression, _, mark = CASES[name].rpartition("  #")
    if expression.startswith("require"):
        line = f"    {expression}  #{mark}\n"
    else:
        line = f"    value = {expression}  #{mark}\n"
    check_marked(tmp_path, DATA + line)


def test_effects_have_their_places(tmp_path: Path) -> None:
    source = """
    class Token(Template):
        owner: Party
        amounts: list[Decimal]
        cids: list[ContractId[Token]]

        def signatories(self) -> list[Party]:
            return [fetch(cid).owner for cid in self.cids]  # CL427

        @choice(controllers=lambda self: [fetch(self.cids).owner])  # CL427 CL430
        def merge(self) -> None:
            ok = any(fetch(cid).owner == self.owner for cid in self.cids)  # CL427
            arranged = sorted(self.cids, key=lambda cid: fetch(cid).owner)  # CL427
            own = self.contract_id
            for cid in self.cids:
                require(cid != own, "own", "own")
                archive(cid)
            exercise(own, Token.missing)  # CL429
            exercise(own)  # CL421
            exercise(self, Token.merge)  # CL422
            exercise(own, Token.merge, arg=1)  # CL421
            create(self.owner)  # CL430
            fetch(self)  # CL430

    @update
    def own_id(token: Token) -> None:
        cid = token.contract_id  # CL419

    @update
    def own_self(self: Token) -> None:  # CL321
        cid = self.contract_id  # CL428
    """
    check_marked(tmp_path, source)

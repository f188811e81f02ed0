"""Classes, functions, constants and types that the language refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from cantata.lang.diagnostics.table import RULES
from tests.unit.lang.marked import check_marked, marks_of

MODULES = {
    "module statement": """
        if True:  # CL018
            pass
        X[0] = 1  # CL018
        print(1)  # CL018
        """,
    "imports": """
        import datetime  # CL011
        from typing import Any  # CL011
        from . import other  # CL014
        from cantata.lang import *  # CL014
        from cantata.lang import Missing  # CL013
        import nowhere.at.all  # CL011
        from nowhere.at.all import x  # CL012
        """,
    "types of typing": """
        from typing import Optional  # CL011
        class Fee(Record):
            note: Optional[Text]  # CL111
            other: Unheard[Text]  # CL401
        """,
    "second package": 'PACKAGE = package("marked", "1.0.0", module="Other")  # CL006',
    "duplicates": """
        A = 1
        A = 2  # CL101
        class Fee(Record):
            x: int
            x: int  # CL101
            def x(self) -> int:  # CL101
                return 1
            def y(self) -> int:
                return 1
            def y(self) -> int:  # CL101
                return 1
        def Fee() -> None: ...  # CL101
        """,
    "classes": """
        class Plain:  # CL102
            pass
        class Error(Exception):  # CL102
            pass
        class Odd(Record, metaclass=type):  # CL103
            x = 1  # CL104
            class Inner: ...  # CL104
        @frozen  # CL105
        class Decorated(Record):
            x: int
        class Late(Record, Record):  # CL102
            pass
        """,
    "functions": """
        def undecorated() -> None:  # CL106
            pass
        @cache  # CL105
        @function
        def cached() -> None:
            pass
        @function
        def odd(a: int, *b: int, c: int, **d: int) -> int:  # CL107
            return a
        @function
        def untyped(a, b: int):  # CL108
            return a
        @function
        async def later() -> None:  # CL128
            pass
        class Fee(Record):
            def selfless() -> int:  # CL128
                return 1
            @property  # CL105
            def amount(self) -> int:
                return 1
            def __eq__(self, other: Fee) -> bool:  # CL132
                return True
        """,
    "types": """
        class Types(Record):
            a: Any  # CL111
            b: float  # CL111
            c: dict[int, int]  # CL111
            d: set[int]  # CL111
            e: tuple[int, int]  # CL111
            f: str  # CL111
            g: list  # CL110
            h: ContractId  # CL110
            i: ContractId[int]  # CL115
            j: int | Text  # CL113
            k: int | None | None  # CL112
            l: TextMap[int | None]  # CL116
            m: None  # CL119
            n: list[None]  # CL119
            o: Payload[int]  # CL126
            p: list[int, int]  # CL109
            q: "list[float]"  # CL111
            r: 3  # CL109
            s: Unknown  # CL401
            t: Iface  # CL118
            u: list[Iface]  # CL118
            v: Filled  # CL114
        class IfaceView(Record):
            pass
        class Iface(Interface):
            @view
            def iface_view(self) -> IfaceView: ...
        class Filled(Constructor):
            x: int
        class Empty(Constructor):
            pass
        Outcome = Filled | Empty
        @function
        def nothing(a: None) -> int:  # CL119
            return 1
        """,
    "recursive types": """
        class Tree(Record):  # CL117
            children: list[Tree]
        class Ring(Record):  # CL117
            link: Link
        class Link(Record):
            ring: Ring | None
        class Linked(Template):
            owner: Party
            next: ContractId[Linked] | None
            def signatories(self) -> list[Party]:
                return [self.owner]
        """,
    "defaults": """
        class Fee(Record):
            a: int = one()  # CL120
            b: list[int] = []
            c: int = field(daml="x", default=LIMIT)  # CL401
            d: int = field(default=1, other=2)  # CL129
            e: int = "text"  # CL422
        LIMIT = 3
        @function
        def one(n: int = len([1, 2])) -> int:
            return 1
        @function
        def two(n: int = one()) -> int:  # CL120
            return 1
        """,
    "late constant": """
        class Fee(Record):
            c: int = LIMIT  # CL401
        LIMIT = 3
        A = B  # CL401
        B = 1
        """,
    "constants": """
        A = one()  # CL121
        B = []  # CL423
        C = None  # CL423
        D: list[Party] = []
        E = [1, 2]
        F = E[0]  # CL417
        G = 10 + 2
        H: float = 1  # CL111
        I: int  # CL122
        J = [x for x in E]  # CL121
        K = now()  # CL427
        L = div(1, 0)  # CL432
        @function
        def one() -> int:
            return G
        """,
    "enums": """
        class Side(Enum):
            BUY = 1  # CL123
            SELL = "Sell"
            SELL = "Again"  # CL123
            HOLD = "Sell"  # CL123
            def f(self) -> int:  # CL123
                return 1
        class Nothing(Enum):  # CL123
            pass
        """,
    "variants": """
        class A(Constructor):
            x: int
        class B(Constructor):
            pass
        class C(Constructor):  # CL125
            pass
        class D(Constructor):  # CL126
            x: Payload[int]
            y: int
        First = A | B
        Second = B | D  # CL124
        Third = A | int  # CL124
        class E(Constructor):  # CL125
            def f(self) -> int:  # CL104
                return 1
        """,
    "recursion": """
        @function
        def f(n: int) -> int:
            return f(n)  # CL127
        @function
        def g(n: int) -> int:
            return h(n)
        @function
        def h(n: int) -> int:
            return g(n)  # CL127
        class Fee(Record):
            n: int
            def doubled(self) -> int:
                return self.doubled()  # CL127
        """,
    "names": """
        class Ärger(Record):  # CL130
            x: int
        class Fee(Record):
            amount: int
            Amount: int  # CL131
            archive: int  # CL132
            __x: int  # CL132
            daml: int = field(daml="not a name", default=1)  # CL130
        class fee(Record):  # CL131
            x: int
        class Side(Enum):  # CL131
            BUY = "Buy"
            BUY2 = "BUY"
        @function
        def ö() -> int:  # CL130
            return 1
        """,
}


@pytest.mark.parametrize("name", MODULES)
def test_refused(tmp_path: Path, name: str) -> None:
    check_marked(tmp_path, MODULES[name])


def test_every_rule_has_a_case() -> None:
    folder = Path(__file__).parent
    texts = [path.read_text() for path in folder.glob("test_refused_*.py")]
    missing = [rule.code for rule in RULES if not any(rule.code in text for text in texts)]
    assert missing == []


def test_rules_are_well_formed() -> None:
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
    assert marks_of("x  # CL301 CL302\ny") == {(1, "CL301"), (1, "CL302")}
    for rule in RULES:
        assert not rule.message.endswith("."), rule.code
        assert rule.remedy, rule.code


def test_a_base_that_was_not_imported_is_told_as_such(tmp_path: Path) -> None:
    head = 'from cantata.lang import package\nPACKAGE = package("m", "1.0.0", module="M")\n'
    check_marked(tmp_path, "class Fee(Record):  # CL401\n    x: int\n", head=head)

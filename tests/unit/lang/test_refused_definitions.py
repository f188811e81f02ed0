"""Modules, types, classes, templates and interfaces that the language refuses."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from cantata.lang.diagnostics.table import RULES
from cantata.lang.frontend import diagnose
from tests.unit.lang.marked import HEAD, check_marked, marks_of

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

CONTRACTS = {
    "signatories": """
        class Token(Template):  # CL201
            owner: Party
        class Nobody(Template):
            owner: Party
            def signatories(self) -> list[Party]:
                return []  # CL216
        """,
    "rules": """
        class Token(Template):
            owner: Party
            def signatories(self) -> Party:  # CL202
                return [self.owner]
            def observers(self, who: Party) -> list[Party]:  # CL202
                return [self.owner]
            def ensure(self) -> int:  # CL202
                return True
            def contract_id(self) -> int:  # CL132
                return 1
        """,
    "choices": """
        class Token(Template):
            owner: Party
            def signatories(self) -> list[Party]:
                return [self.owner]
            @choice  # CL205
            def a(self) -> None:
                pass
            @choice(consuming=False)  # CL205
            def b(self) -> None:
                pass
            @choice(controllers=[])  # CL206
            def c(self) -> None:
                pass
            @choice(controllers=lambda self, other: [self.owner])  # CL206
            def d(self) -> None:
                pass
            @choice(controllers=lambda self: [])  # CL207
            def e(self) -> None:
                pass
            @choice(controllers=lambda self: self.owner)  # CL422
            def f(self) -> None:
                pass
            @choice(controllers=lambda self: [self.owner], kind="odd")  # CL205
            def g(self) -> None:
                pass
            @choice(controllers=lambda self: [self.owner], speed=1)  # CL205
            def h(self) -> None:
                pass
            @choice(controllers=lambda self: [self.owner])
            def i(self, arg: int) -> None:  # CL208
                pass
            @choice(controllers=lambda self: [self.owner])
            def archive(self) -> None:  # CL209
                pass
            @choice(controllers=lambda self: [self.owner], name="a b")
            def j(self) -> None:  # CL209
                pass
            @choice(controllers=lambda self: [self.owner])
            def k(self) -> int:
                return "text"  # CL422
            @choice(controllers=lambda self: [self.owner])
            def m(self) -> int:  # CL311
                pass
            @choice(controllers=lambda self: [self.owner])
            def n(self, self_: float, contract_id: int) -> None:  # CL111 CL132
                pass
        """,
    "clashes": """
        class Token(Template):
            owner: Party
            burn: int
            def signatories(self) -> list[Party]:
                return [self.owner]
            @choice(controllers=lambda self: [self.owner], name="Burn")
            def destroy(self) -> None:  # CL131
                pass
            @choice(controllers=lambda self: [self.owner])
            def give(self) -> None:
                pass
            @choice(controllers=lambda self: [self.owner], name="GIVE")
            def give_again(self) -> None:  # CL131
                pass
        """,
    "interfaces": """
        class HoldingView(Record):
            owner: Party
        class NoView(Interface):  # CL211
            pass
        class OddView(Interface):
            @view
            def odd_view(self) -> int: ...  # CL212
        class Holding(Interface):
            field: int  # CL104
            @view
            def holding_view(self) -> HoldingView: ...
            @view
            def other_view(self) -> HoldingView: ...  # CL210
            @method()
            def not_abstract(self) -> int: ...  # CL210
            @method(daml="a b")  # CL210
            @abstractmethod
            def badly_named(self) -> int: ...
            @method()
            @abstractmethod
            def with_body(self) -> int:  # CL210
                return 1
            def plain(self) -> int:  # CL210
                return 1
            def signatories(self) -> list[Party]: ...  # CL132
        class Other(Interface, HoldingView):  # CL204
            @view
            def holding_view(self) -> HoldingView: ...
        """,
}


@pytest.mark.parametrize("name", MODULES)
def test_modules(tmp_path: Path, name: str) -> None:
    check_marked(tmp_path, MODULES[name])


@pytest.mark.parametrize("name", CONTRACTS)
def test_contracts(tmp_path: Path, name: str) -> None:
    check_marked(tmp_path, CONTRACTS[name])


INTERFACES = """
from cantata.lang import *
"""

BASE = HEAD.replace('"marked"', '"ifaces"').replace('"Marked"', '"Ifaces"') + textwrap.dedent("""
class HoldingView(Record):
    owner: Party

class Holding(Interface):
    @view
    def holding_view(self) -> HoldingView: ...
    @method(effects=True)
    @abstractmethod
    def give(self, cid: ContractId[Holding], to: Party) -> ContractId[Holding]: ...
    @choice(controllers=lambda self: self.signatories())
    def give_all(self, to: Party) -> ContractId[Holding]:
        return self.give(self.contract_id, to)

class Twin(Interface):
    @view
    def holding_view(self) -> HoldingView: ...

class Richer(Interface, Holding):
    @view
    def richer_view(self) -> HoldingView: ...
""")


def test_instances(tmp_path: Path) -> None:
    (tmp_path / "ifaces.py").write_text(BASE)
    source = """
    import ifaces as ifaces
    from ifaces import Holding

    class Missing(Template, Holding):  # CL203
        owner: Party
        def signatories(self) -> list[Party]:
            return [self.owner]
        def holding_view(self) -> ifaces.HoldingView:
            return ifaces.HoldingView(owner=self.owner)

    class Wrong(Template, ifaces.Richer):
        owner: Party
        def signatories(self) -> list[Party]:
            return [self.owner]
        @function  # CL215
        def holding_view(self) -> ifaces.HoldingView:
            return ifaces.HoldingView(owner=self.owner)
        def richer_view(self) -> int:  # CL202
            return 1
        def give(self, cid: ContractId[Holding]) -> ContractId[Holding]:  # CL202
            return cid

    class Both(Template, ifaces.Holding, ifaces.Twin):  # CL203 CL214
        owner: Party
        def signatories(self) -> list[Party]:
            return [self.owner]
        def holding_view(self) -> ifaces.HoldingView:
            return self.holding_view()  # CL127

    class NotOne(Template, int):  # CL204
        owner: Party
        def signatories(self) -> list[Party]:
            return [self.owner]

    @function
    def equal(a: Holding, b: Holding) -> bool:
        return a == b  # CL415
    """
    check_marked(tmp_path, source)


def test_own_interface(tmp_path: Path) -> None:
    text = (
        BASE
        + """
class Token(Template, Holding):
    owner: Party
    def signatories(self) -> list[Party]:
        return [self.owner]
    def holding_view(self) -> HoldingView:
        return HoldingView(owner=self.owner)
    def give(self, cid: ContractId[Holding], to: Party) -> ContractId[Holding]:
        return create(Token(owner=to))
"""
    )
    path = tmp_path / "own.py"
    path.write_text(text)
    assert [found.code for found in diagnose([path])] == ["CL213"]


HEADERS = {
    "": "CL005",
    "PACKAGE = 1": "CL006",
    'PACKAGE = package("a", version, module="A")': "CL006",
    'PACKAGE = foreign("a", "1.0.0", module="A")': "CL006",
    'PACKAGE = package("a b", "1.0.0", module="A")': "CL007",
    'PACKAGE = package("a", "1.01", module="A")': "CL008",
    'PACKAGE = package("a", "4294967296", module="A")': "CL008",
    'PACKAGE = package("a", "1.0.0", module="A..B")': "CL009",
    'PACKAGE = foreign("a", "1.0.0", module="A", id="00")': "CL010",
    'PACKAGE = package("a", "1.0.0", module="Cantata.Prelude")': "CL132",
    f'PACKAGE = foreign("a", "1", module="A", id="{"00" * 32}", lf="1.17")': "CL020",
    "PACKAGE = (": "CL001",
    "x = '\\0'\n\0": "CL001",
    "x = " + "-" * 5000 + "1": "CL004",
    "x = " + "+".join(["1"] * 3000): "CL004",
    "x = " + "[" * 150 + "]" * 150: "CL004",
}


@pytest.mark.parametrize("text, code", HEADERS.items())
def test_headers(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "header.py"
    path.write_text(f"from cantata.lang import package, foreign\n{text}\n")
    assert [found.code for found in diagnose([path])] == [code]


def test_files(tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes(b"# \xff\n")
    assert [found.code for found in diagnose([tmp_path / "latin.py"])] == ["CL002"]
    assert [found.code for found in diagnose([tmp_path / "missing.py"])] == ["CL002"]
    (tmp_path / "large.py").write_text("#" * 1_000_001)
    assert [found.code for found in diagnose([tmp_path / "large.py"])] == ["CL003"]


def test_packages_as_wholes(tmp_path: Path) -> None:
    def write(name: str, package: str, text: str = "") -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(f"from cantata.lang import package\nPACKAGE = package({package})\n{text}\n")
        return path

    one = write("one", '"a", "1.0.0", module="A"')
    two = write("two", '"a", "1.0.1", module="B"')
    assert [found.code for found in diagnose([one, two])] == ["CL016"]
    three = write("three", '"a", "1.0.0", module="A"')
    assert [found.code for found in diagnose([one, three])] == ["CL017"]
    four = write("four", '"a", "1.0.0", module="C"', "import five as five")
    five = write("five", '"b", "1.0.0", module="D"', "import one as one")
    assert [found.code for found in diagnose([one, four, five])] == ["CL019"]
    six = write("six", '"a", "1.0.0", module="E"', "import seven as seven")
    write("seven", '"a", "1.0.0", module="F"', "import six as six")
    assert [found.code for found in diagnose([six])] == ["CL015"]
    newer = tmp_path / "newer.py"
    newer.write_text(
        "from cantata.lang import foreign\n"
        f'PACKAGE = foreign("n", "1", module="N", id="{"00" * 32}", lf="2.2")\n'
    )
    older = write("older", '"a", "1.0.0", module="A"', "import newer as newer")
    assert [found.code for found in diagnose([older])] == ["CL021"]
    eight = write("eight", '"a", "1.0.0", module="A.B"')
    text = "from cantata.lang import Record\nclass B(Record): ..."
    nine = write("nine", '"a", "1.0.0", module="A"', text)
    assert [found.code for found in diagnose([eight, nine])] == ["CL131"]


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

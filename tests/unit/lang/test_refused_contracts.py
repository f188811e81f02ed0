"""Templates, interfaces and choices that the language refuses."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from cantata.lang.frontend import diagnose
from tests.unit.lang.marked import HEAD, check_marked

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


@pytest.mark.parametrize("name", CONTRACTS)
def test_refused(tmp_path: Path, name: str) -> None:
    check_marked(tmp_path, CONTRACTS[name])


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

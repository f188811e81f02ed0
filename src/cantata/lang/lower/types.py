"""Types and references of the intermediate form as types and references of Daml-LF."""

from __future__ import annotations

from collections.abc import Mapping

from cantata.lang.ir import types as ir
from cantata.lf import model as lf
from cantata.lf.stable import MODULE_IDS

RELTIME = lf.Ref(MODULE_IDS["DA.Time.Types"], "DA.Time.Types", "RelTime")
"""The stable record of a span of time; its only field is `microseconds`."""

ARCHIVE = lf.Ref(MODULE_IDS["DA.Internal.Template"], "DA.Internal.Template", "Archive")
"""The stable empty record that is the argument of every choice `Archive`."""

_PRIMITIVES: dict[ir.Prim, lf.Type] = {
    ir.Prim.UNIT: lf.UNIT,
    ir.Prim.BOOL: lf.BOOL,
    ir.Prim.INT: lf.INT64,
    ir.Prim.DECIMAL: lf.DECIMAL,
    ir.Prim.TEXT: lf.TEXT,
    ir.Prim.PARTY: lf.PARTY,
    ir.Prim.DATE: lf.DATE,
    ir.Prim.TIME: lf.TIMESTAMP,
    ir.Prim.RELTIME: lf.TCon(RELTIME),
}


class Types:
    """Maps types, given the package ids under which references are to be written."""

    def __init__(self, package_ids: Mapping[ir.PackageKey, str]) -> None:
        self._package_ids = package_ids
        self._known: dict[ir.Type, lf.Type] = {
            ir.TPrim(prim): type_ for prim, type_ in _PRIMITIVES.items()
        }

    def ref(self, ref: ir.Ref) -> lf.Ref:
        """Give the reference with the id of its package."""
        return lf.Ref(self._package_ids[ref.package], ref.module, ref.name)

    def type(self, type_: ir.Type) -> lf.Type:
        """Give the Daml-LF type of a type of the contract language."""
        known = self._known.get(type_)
        if known is None:
            known = self._known[type_] = self._translate(type_)
        return known

    def _translate(self, type_: ir.Type) -> lf.Type:
        match type_:
            case ir.TNamed():
                return lf.TCon(self.ref(type_.ref))
            case ir.TContractId():
                return lf.contract_id(self.type(type_.target))
            case ir.TList():
                return lf.list_of(self.type(type_.element))
            case ir.TOptional():
                return lf.optional(self.type(type_.element))
            case ir.TTextMap():
                return lf.textmap(self.type(type_.value))
            case ir.TMap():
                return lf.genmap(self.type(type_.key), self.type(type_.value))
            case ir.TPrim():
                return _PRIMITIVES[type_.prim]

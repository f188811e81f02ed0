"""The check of one package against the version before it."""

from __future__ import annotations

from collections.abc import Iterable

from cantata.lf.check.upgrade.data import DataTypePair, check_data_type
from cantata.lf.check.upgrade.origin import origins_of
from cantata.lf.check.upgrade.types import Comparison
from cantata.lf.check.violation import Report, Stage, Violation
from cantata.lf.check.world import minor_number
from cantata.lf.model import DefDataType, DefTemplate, Key, Module, Package, Packages


def check_upgrade(old: Package, new: Package, packages: Packages) -> tuple[Violation, ...]:
    """Check that `new` may follow `old`; empty if it may.

    `packages` hold the dependencies of both. As in the engine, order and equality of the two
    versions are not looked at here: `check_lineage` does.
    """
    report = Report(new.id, Stage.UPGRADE)
    known = Packages((*packages.values(), old, new))
    check = _PairCheck(report, Comparison(known))
    if minor_number(new.lf_minor) < minor_number(old.lf_minor):
        versions = f"2.{new.lf_minor} < 2.{old.lf_minor}"
        text = f"the upgraded package uses an older LF version ({versions})"
        report.add("DecreasingLfVersion", text)
    for name in _removed(old.modules, new.modules):
        report.at(name)
        report.add("MissingModule", _gone("module", name))
    for name, module in old.modules.items():
        if name in new.modules:
            check.check_module(module, new.modules[name])
    return report.violations


class _PairCheck:
    def __init__(self, report: Report, comparison: Comparison) -> None:
        self._report = report
        self._comparison = comparison

    def check_module(self, past: Module, present: Module) -> None:
        """Report what may not change in a module."""
        report = self._report
        for name in _removed(past.templates, present.templates):
            report.at(past.name, name)
            report.add("MissingTemplate", _gone("template", name))
        for name, template in past.templates.items():
            if name in present.templates:
                report.at(past.name, name)
                self._check_template(template, present.templates[name])
        self._check_instances(past, present)
        self._check_data_types(past, present)

    def _check_template(self, past: DefTemplate, present: DefTemplate) -> None:
        now = {choice.name: choice for choice in present.choices}
        for choice in past.choices:
            if choice.name not in now:
                self._report.add("MissingChoice", _gone("choice", choice.name))
        for choice in past.choices:
            later = now.get(choice.name)
            if later and not self._comparison.same(choice.result, later.result):
                text = f"the upgraded choice {choice.name} cannot change its return type"
                self._report.add("ChoiceChangedReturnType", text)
        self._check_key(past.name, past.key, present.key)

    def _check_key(self, name: str, past: Key | None, present: Key | None) -> None:
        if past is None and present is not None:
            self._report.add("TemplateAddedKey", f"the upgraded template {name} cannot add a key")
        elif past is not None and present is None:
            text = f"the upgraded template {name} cannot remove its key"
            self._report.add("TemplateRemovedKey", text)
        elif past and present and not self._comparison.same(past.type, present.type):
            text = f"the upgraded template {name} cannot change its key type"
            self._report.add("TemplateChangedKeyType", text)

    def _check_instances(self, past: Module, present: Module) -> None:
        """Report instances that are gone; an interface of the package itself has a new id too."""
        for name, template in past.templates.items():
            if name not in present.templates:
                continue
            self._report.at(past.name, name)
            kept = {instance.interface for instance in present.templates[name].implements}
            for instance in template.implements:
                if instance.interface not in kept:
                    text = _gone(f"implementation of interface {instance.interface} by", name)
                    self._report.add("MissingImplementation", text)

    def _check_data_types(self, past: Module, present: Module) -> None:
        before, after = _plain_types(past), _plain_types(present)
        for name, data_type in before.items():
            if data_type.serializable and name not in after:
                self._report.at(past.name, name)
                self._report.add("MissingDataCon", _gone("data type", name))
        past_origins, present_origins = origins_of(past), origins_of(present)
        for name, data_type in before.items():
            if name in after:
                self._report.at(past.name, name)
                pair = DataTypePair(
                    past=data_type,
                    present=after[name],
                    past_origin=past_origins[name],
                    present_origin=present_origins[name],
                )
                check_data_type(pair, self._comparison, self._report)


def _plain_types(module: Module) -> dict[str, DefDataType]:
    owned = module.interfaces.keys() | module.exceptions.keys()
    return {name: found for name, found in module.data_types.items() if name not in owned}


def _removed(past: Iterable[str], present: Iterable[str]) -> list[str]:
    kept = set(present)
    return [name for name in past if name not in kept]


def _gone(what: str, name: str) -> str:
    return f"{what} {name} appears in the package that is being upgraded, but not in the new one"

"""Commands made ready to run: names resolved, definitions found, arguments read.

All commands of a submission are made ready before the first of them runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from cantata.kernel.ids import ContractId
from cantata.lf.model import Ref
from cantata.lf.runtime.compiled import CompiledChoice, CompiledInterface, CompiledTemplate
from cantata.lf.runtime.errors import MalformedText, ValueNesting
from cantata.lf.runtime.runtime import Runtime
from cantata.sandbox.engine.commands import (
    Command,
    CreateAndExerciseCommand,
    CreateCommand,
    ExerciseByKeyCommand,
    ExerciseCommand,
    TypeRef,
)
from cantata.sandbox.engine.errors import (
    ArgumentNesting,
    ArgumentText,
    InvalidField,
    MissingField,
    UnknownDefinitionName,
    UnknownPackage,
    UnknownType,
    UnresolvedName,
)
from cantata.sandbox.engine.interpretation.frames import short_type
from cantata.sandbox.engine.packages import PackageSet
from cantata.sandbox.engine.preprocess.translate import Translator
from cantata.sandbox.engine.preprocess.untyped import Untyped


class ReadyCreate(NamedTuple):
    """Create a contract of a template; the payload is checked."""

    template: CompiledTemplate
    payload: Any


class ReadyExercise(NamedTuple):
    """Exercise a choice; `contract_id` None means the contract of the create before it."""

    target: CompiledTemplate | CompiledInterface
    choice: CompiledChoice
    contract_id: str | None
    argument: Any


class ReadyExerciseByKey(NamedTuple):
    """Exercise a choice of the first contract with a key; `key_text` prints the key."""

    target: CompiledTemplate
    choice: CompiledChoice
    key: Any
    argument: Any
    key_text: str


Ready = ReadyCreate | ReadyExercise | ReadyExerciseByKey


def describe(command: Ready) -> str:
    """Name a command for a trace."""
    if isinstance(command, ReadyCreate):
        return f"in create command {short_type(command.template.ref)}."
    what = f"{short_type(command.target.ref)}:{command.choice.name}"
    if isinstance(command, ReadyExerciseByKey):
        return f"in exercise-by-key command {what} on key {command.key_text}."
    if command.contract_id is None:
        return f"in create-and-exercise command {what}."
    return f"in exercise command {what} on contract {command.contract_id[:10]}."


def require_contract_id(contract_id: str, field: str) -> None:
    """Refuse a text that is no contract id; `field` says where it stands."""
    if not contract_id:
        raise MissingField(field)
    if ContractId.pattern.fullmatch(contract_id) is None:
        raise InvalidField(field, f'cannot parse ContractId "{contract_id[:255]}"')


@dataclass(frozen=True, slots=True)
class Preprocessor:
    """Makes commands ready over a set of packages."""

    runtime: Runtime
    packages: PackageSet
    translator: Translator

    def prepare(self, commands: Iterable[Command], resolution: Mapping[str, str]) -> list[Ready]:
        """Make commands ready, or raise why the first bad one does not fit the packages."""
        ready: list[Ready] = []
        for command in commands:
            match command:
                case CreateCommand(template, argument):
                    ready.append(self._create(self.template(template, resolution), argument))
                case ExerciseCommand():
                    ready.append(self._exercise(command, resolution))
                case CreateAndExerciseCommand():
                    ready.extend(self._create_and_exercise(command, resolution))
                case ExerciseByKeyCommand():
                    ready.append(self._exercise_by_key(command, resolution))
        return ready

    def template(self, ref: TypeRef, resolution: Mapping[str, str]) -> CompiledTemplate:
        """Find a template, or raise what is unknown."""
        found = self._resolve(ref, resolution, "template")
        if found.name not in self._module(found, "template", ref).templates:
            raise UnknownType(f"template {ref}", str(found))
        return self.runtime.template(found)

    def interface(self, ref: TypeRef, resolution: Mapping[str, str]) -> CompiledInterface:
        """Find an interface, or raise what is unknown."""
        found = self._resolve(ref, resolution, "interface")
        if found.name not in self._module(found, "interface", ref).interfaces:
            raise UnknownType(f"interface {ref}", str(found))
        return self.runtime.interface(found)

    def argument(self, argument: Any, type_: Any, check: Callable[[Any], None]) -> Any:
        """Read an argument: untyped against its type, typed as it is, legal in any case."""
        if isinstance(argument, Untyped):
            return self.translator.translate(argument, type_)
        try:
            check(argument)
        except ValueNesting:
            raise ArgumentNesting from None
        except MalformedText as error:
            raise ArgumentText(error.reason) from None
        return argument

    def _create(self, template: CompiledTemplate, argument: Any) -> ReadyCreate:
        payload = self.argument(argument, template.payload_type, template.check)
        return ReadyCreate(template, payload)

    def _exercise(self, command: ExerciseCommand, resolution: Mapping[str, str]) -> Ready:
        require_contract_id(command.contract_id, "contract_id")
        either = "template or interface"
        ref = self._resolve(command.target, resolution, either)
        module = self._module(ref, either, command.target)
        target: CompiledTemplate | CompiledInterface
        if ref.name in module.templates:
            target, kind = self.runtime.template(ref), "template"
        elif ref.name in module.interfaces:
            target, kind = self.runtime.interface(ref), "interface"
        else:
            raise UnknownType(f"{either} {command.target}", str(ref))
        choice = _choice(target, command.choice, kind)
        argument = self.argument(command.argument, choice.arg_type, choice.check_arg)
        return ReadyExercise(target, choice, command.contract_id, argument)

    def _create_and_exercise(
        self, command: CreateAndExerciseCommand, resolution: Mapping[str, str]
    ) -> list[Ready]:
        template = self.template(command.template, resolution)
        create = self._create(template, command.create_argument)
        choice = _choice(template, command.choice, "template")
        argument = self.argument(command.choice_argument, choice.arg_type, choice.check_arg)
        return [create, ReadyExercise(template, choice, None, argument)]

    def _exercise_by_key(
        self, command: ExerciseByKeyCommand, resolution: Mapping[str, str]
    ) -> Ready:
        template = self.template(command.template, resolution)
        choice = _choice(template, command.choice, "template")
        if template.key is None:
            raise UnknownDefinitionName(f"contract key for template {template.ref}")
        argument = self.argument(command.argument, choice.arg_type, choice.check_arg)
        key = self.argument(command.key, template.key.type, template.key.check)
        key_text = self.runtime.text(key, template.key.type, labelled=False)
        return ReadyExerciseByKey(template, choice, key, argument, key_text)

    def _resolve(self, ref: TypeRef, resolution: Mapping[str, str], kind: str) -> Ref:
        if isinstance(ref, Ref):
            return ref
        package_id = resolution.get(ref.package_name)
        if package_id is None:
            raise UnresolvedName(ref.package_name, f"{kind} {ref}")
        return Ref(package_id, ref.module, ref.name)

    def _module(self, ref: Ref, kind: str, wanted: TypeRef) -> Any:
        package = self.packages.packages.get(ref.package)
        if package is None:
            raise UnknownPackage(ref.package, f"{kind} {wanted}")
        module = package.modules.get(ref.module)
        if module is None:
            raise UnknownType(
                f"module {ref.package}:{ref.module} while looking for {kind} {wanted}", str(ref)
            )
        return module


def _choice(target: CompiledTemplate | CompiledInterface, name: str, kind: str) -> CompiledChoice:
    choice = target.choice(name)
    if choice is None:
        raise UnknownDefinitionName(f"choice {name} in {kind} {target.ref}")
    return choice

"""From JSON to commands of the engine: names resolved, arguments read against their types."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from cantata.lf.codec import JsonCodec
from cantata.lf.codec.texts import legal_text
from cantata.lf.model import DefInterface, DefTemplate, Record, Ref, TCon, Type
from cantata.sandbox.commands.body import Json, command_body, command_list
from cantata.sandbox.commands.errors import (
    NoContractKey,
    PackageNameNotVetted,
    PackageNamesNotFound,
    PackageSelectionFailed,
    TemplatesNotFound,
    UnknownChoice,
)
from cantata.sandbox.commands.names import require_name, type_ref
from cantata.sandbox.engine import (
    Command,
    CreateAndExerciseCommand,
    CreateCommand,
    ExerciseByKeyCommand,
    ExerciseCommand,
    LedgerError,
    PackageSet,
    TypeRef,
)

CREATE = "createArguments"
CHOICE = "choiceArgument"
KEY = "contractKey"


class _Target(NamedTuple):
    """What a template identifier means: a definition of one package."""

    ref: Ref
    definition: DefTemplate | DefInterface


class CommandReader:
    """Reads commands over a set of packages, which may grow.

    Arguments become values of the version of a package that a `#name` means at that moment; the
    commands name this version by its id, so that what runs is what was read.
    """

    def __init__(self, packages: PackageSet, codec: JsonCodec | None = None) -> None:
        self._packages = packages
        self._codec = JsonCodec(packages.packages) if codec is None else codec

    def read(
        self, commands: object, *, preference: Collection[str] = (), at: str = "commands"
    ) -> tuple[Command, ...]:
        """Read a list of commands as the JSON API sends it, numbers as `jsontext.loads` reads them.

        Raise `MalformedBody` if any has not the form of a command; then, for the first that is
        wrong, what its names or arguments are refused for: a `LedgerError` or a `ValueRefused`.
        `preference` are package ids to prefer over the highest vetted version of their name.
        """
        bodies = [
            command_body(data, f"{at}[{index}]")
            for index, data in enumerate(command_list(commands, at))
        ]
        for package_id in preference:
            if package_id not in self._packages.vetted:
                raise PackageSelectionFailed(package_id)
        resolution = self._packages.resolution(preference)
        return tuple(self._command(case, body, resolution) for case, body in bodies)

    def require_key(self, template: str, key: Any, preference: Collection[str] = ()) -> None:
        """Refuse a key that no contract of a template can have, as a command by it is refused."""
        self._key(self._target(type_ref(template), self._packages.resolution(preference)), key)

    def _command(self, case: str, body: Json, resolution: Mapping[str, str]) -> Command:
        choice = body.get("choice", "")
        if case != "CreateCommand":
            require_name(choice)
        target = self._target(type_ref(body["templateId"]), resolution)
        if case == "CreateCommand":
            return CreateCommand(target.ref, self._payload(target, body[CREATE]))
        if case == "ExerciseCommand":
            argument = self._argument(target, choice, body[CHOICE])
            return ExerciseCommand(target.ref, legal_text(body["contractId"]), choice, argument)
        if case == "ExerciseByKeyCommand":
            argument = self._argument(target, choice, body[CHOICE])
            key = self._key(target, body[KEY])
            return ExerciseByKeyCommand(target.ref, key, choice, argument)
        payload = self._payload(target, body[CREATE])
        argument = self._argument(target, choice, body[CHOICE])
        return CreateAndExerciseCommand(target.ref, payload, choice, argument)

    def _target(self, wanted: TypeRef, resolution: Mapping[str, str]) -> _Target:
        if isinstance(wanted, Ref):
            ref = wanted
        else:
            package_id = resolution.get(wanted.package_name)
            if package_id is None:
                raise self._unresolved(wanted.package_name)
            ref = Ref(package_id, wanted.module, wanted.name)
        package = self._packages.packages.get(ref.package)
        module = package.modules.get(ref.module) if package else None
        found = module and (module.templates.get(ref.name) or module.interfaces.get(ref.name))
        if not found:
            raise TemplatesNotFound(ref)
        return _Target(ref, found)

    def _unresolved(self, name: str) -> LedgerError:
        if any(package.name == name for package in self._packages.packages.values()):
            return PackageNameNotVetted(name)
        return PackageNamesNotFound(name)

    def _payload(self, target: _Target, data: Any) -> Any:
        """Read create arguments; those of an interface as its view, as a participant does.

        No interface can be created, so that the engine refuses what was well-formed.
        """
        found = target.definition
        type_ = found.view if isinstance(found, DefInterface) else TCon(target.ref)
        return self._codec.decode(data, type_, root=CREATE)

    def _argument(self, target: _Target, name: str, data: Any) -> Any:
        choice = target.definition.choice(name)
        if choice is None:
            raise UnknownChoice(target.ref, name)
        type_ = choice.arg_type
        if data is None and self._is_empty(type_):
            return ()
        return self._codec.decode(data, type_, root=CHOICE)

    def _key(self, target: _Target, data: Any) -> Any:
        found = target.definition
        if isinstance(found, DefInterface) or found.key is None:
            raise NoContractKey(target.ref)
        return self._codec.decode(data, found.key.type, root=KEY)

    def _is_empty(self, type_: Type) -> bool:
        """Tell whether a type is a record without fields, for which null is as good as {}."""
        if not isinstance(type_, TCon):
            return False
        return self._packages.packages.data_type(type_.ref).cons == Record(())

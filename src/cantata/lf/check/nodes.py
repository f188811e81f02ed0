"""Types as the checker holds them: one object per type, bound variables by index.

A `Ty` is made by `Arena` only, which gives the same object for the same type. Variables bound by
a quantifier are numbers (0 is the innermost), so types that differ in the names of bound variables
are one object, and equality is identity once synonyms are expanded.
"""

from __future__ import annotations

from cantata.lf.model import Builtin, Ref

NO_NAMES: frozenset[str] = frozenset()

FREE_MAX = 32
"""Free variables remembered per type; of a type with more nothing is known (None)."""


class Kd:
    """A kind: star, nat, or an arrow from `param` to `result`.

    `ill` says that an arrow inside gives a nat, which no type constructor may.
    """

    __slots__ = ("ill", "param", "result")

    def __init__(self, param: Kd | None = None, result: Kd | None = None) -> None:
        self.param = param
        self.result = result
        self.ill = False
        if param is not None and result is not None:
            self.ill = result is NAT_KIND or param.ill or result.ill


NAT_KIND = Kd()
STAR = Kd()


class Ty:
    """A type.

    `free` are the names of its free variables (None: too many to say), `loose` is one more than
    the greatest index that no quantifier inside binds, `synonyms` says whether a synonym is left,
    `hole` whether a part is unknown because of an error already reported, `kind` is the kind of a
    closed type once it was found to be well-kinded.
    """

    __slots__ = ("free", "hole", "kind", "loose", "synonyms")

    def __init__(self) -> None:
        self.free: frozenset[str] | None = NO_NAMES
        self.loose = 0
        self.synonyms = False
        self.hole = False
        self.kind: Kd | None = None

    @property
    def closed(self) -> bool:
        """Say whether the type has no variables but those it binds itself."""
        return not self.loose and self.free is not None and not self.free

    def adopt(self, part: Ty, bound: int = 0) -> None:
        """Take over what is known of a part that sits under `bound` quantifiers."""
        if self.free is not None:
            free = None if part.free is None else self.free | part.free
            self.free = free if free is not None and len(free) <= FREE_MAX else None
        self.loose = max(self.loose, part.loose - bound)
        self.synonyms = self.synonyms or part.synonyms
        self.hole = self.hole or part.hole


class Var(Ty):
    """A free type variable."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.free = frozenset((name,))


class Bound(Ty):
    """A variable bound by a quantifier: `index` quantifiers lie between."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index
        self.loose = index + 1


class Con(Ty):
    """A data type or interface."""

    __slots__ = ("ref",)

    def __init__(self, ref: Ref) -> None:
        super().__init__()
        self.ref = ref


class Prim(Ty):
    """A built-in type constructor."""

    __slots__ = ("builtin",)

    def __init__(self, builtin: Builtin) -> None:
        super().__init__()
        self.builtin = builtin


class Syn(Ty):
    """A synonym with its arguments."""

    __slots__ = ("args", "ref")

    def __init__(self, ref: Ref, args: tuple[Ty, ...]) -> None:
        super().__init__()
        self.ref = ref
        self.args = args
        for arg in args:
            self.adopt(arg)
        self.synonyms = True


class App(Ty):
    """A type applied to an argument."""

    __slots__ = ("arg", "fun")

    def __init__(self, fun: Ty, arg: Ty) -> None:
        super().__init__()
        self.fun = fun
        self.arg = arg
        self.adopt(fun)
        self.adopt(arg)


class Forall(Ty):
    """A quantified type; `hint` is a name for messages and no part of the type's identity."""

    __slots__ = ("body", "hint", "of")

    def __init__(self, of: Kd, body: Ty, hint: str) -> None:
        super().__init__()
        self.of = of
        self.body = body
        self.hint = hint
        self.adopt(body, 1)


class Struct(Ty):
    """A structural record, fields sorted by name."""

    __slots__ = ("names", "types")

    def __init__(self, names: tuple[str, ...], types: tuple[Ty, ...]) -> None:
        super().__init__()
        self.names = names
        self.types = types
        for part in types:
            self.adopt(part)


class Nat(Ty):
    """A type-level number."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        super().__init__()
        self.value = value


class Hole(Ty):
    """The type of something whose error was reported; fits everywhere."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__()
        self.hole = True


def spine_of(node: Ty) -> tuple[Ty, tuple[Ty, ...]]:
    """Take nested applications apart: the head and its arguments in order."""
    args: list[Ty] = []
    while isinstance(node, App):
        args.append(node.arg)
        node = node.fun
    args.reverse()
    return node, tuple(args)

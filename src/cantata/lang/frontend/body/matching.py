"""The match statement on variants, enums, optionals, int and Text."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from cantata.lang.diagnostics import statements as rules
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.body.flow import Flow, Narrowed, Path, join_all
from cantata.lang.frontend.body.matching_literals import Check, match_literals
from cantata.lang.frontend.body.names import original, path_of
from cantata.lang.frontend.symbols import (
    ConstructorInfo,
    EnumInfo,
    FieldInfo,
    VariantInfo,
    source_of,
    span_of,
)
from cantata.lang.frontend.world import show
from cantata.lang.ir.expressions import Expr, Field, Read
from cantata.lang.ir.patterns import (
    Pattern,
    PDefault,
    PEnum,
    PNone,
    PSome,
    PVariant,
    Variable,
)
from cantata.lang.ir.statements import Assign, Block, Match, Stmt
from cantata.lang.ir.types import INT, TEXT, Span, TOptional, Type


@dataclass(slots=True)
class Arm:
    """One alternative before its body is checked.

    `captures` are names bound at its beginning; `known` is what it tells about the subject.
    """

    patterns: list[Pattern]
    captures: list[tuple[str, Expr, ast.AST]] = field(default_factory=list)
    known: Narrowed | None = None


@dataclass(slots=True)
class Subject:
    """What is matched: the value, its path if it has one, and what no case covers yet.

    Of an optional variant or enum the cases look at the payload: then `value` reads `payload`.
    """

    value: Expr
    path: Path | None
    missing: dict[str, str]
    payload: Variable | None = None
    done: bool = False


def match(body: Body, node: ast.Match, check: Check) -> list[Stmt]:
    """Type a match statement."""
    value = original(body, node.subject)
    path = path_of(body, node.subject)
    if value is not None and isinstance(value.type, TOptional) and not _looks_for_none(node):
        value = body.infer(node.subject)
    if value is None:
        _check_bodies(body, node, check)
        return []
    if value.type in (INT, TEXT):
        return match_literals(body, node, value, check)
    missing = _constructors(body, value.type)
    if missing is None:
        body.add(node.subject, rules.SUBJECT, type=show(value.type))
        return []
    subject = Subject(value, path, missing)
    inner = _inside(body, value, missing)
    if inner is not None:
        subject = Subject(inner[0], path, missing, inner[1])
    alternatives, flows = _alternatives(body, node, subject, check)
    if subject.missing and not subject.done:
        body.add(node, rules.NOT_EXHAUSTIVE, missing=", ".join(subject.missing.values()))
    body.flow = join_all(flows) if flows else body.flow
    span = span_of(node)
    if inner is not None:
        return [_nested(value, inner, alternatives, span)]
    return [Match(scrutinee=value, alternatives=tuple(alternatives), span=span)]


def _looks_for_none(node: ast.Match) -> bool:
    """Say whether a case is None: then the subject counts as declared, though known to be there."""
    parts = (part for case in node.cases for part in ast.walk(case.pattern))
    return any(isinstance(part, ast.MatchSingleton) and part.value is None for part in parts)


def _inside(body: Body, value: Expr, missing: dict[str, str]) -> tuple[Read, Variable] | None:
    """Look into an optional variant or enum: its constructors are to be covered beside None."""
    if not isinstance(value.type, TOptional):
        return None
    inner = _constructors(body, value.type.element)
    if inner is None:
        return None
    missing.pop("Some")
    missing.update(inner)
    payload = Variable("", value.type.element)
    return Read(type=payload.type, span=value.span, variable=payload), payload


def _nested(
    value: Expr,
    inner: tuple[Read, Variable],
    alternatives: list[tuple[Pattern, Block]],
    span: Span,
) -> Match:
    """Match first for None and then for the constructor."""
    filled = [(found, block) for found, block in alternatives if not isinstance(found, PNone)]
    empty = [block for found, block in alternatives if isinstance(found, PNone | PDefault)]
    some = Match(scrutinee=inner[0], alternatives=tuple(filled), span=span)
    none = empty[0] if empty else ()
    return Match(
        scrutinee=value,
        alternatives=((PSome(inner[1]), (some,)), (PNone(), none)),
        span=span,
    )


def _check_bodies(body: Body, node: ast.Match, check: Check) -> None:
    """Look into the cases of a match whose subject is wrong, for their own violations."""
    flows = []
    before = body.flow
    for case in node.cases:
        body.flow = before.copy()
        for name in (part.name for part in ast.walk(case.pattern) if isinstance(part, ast.MatchAs)):
            if name is not None:
                body.declare(name, None)
        check(body, case.body)
        flows.append(body.flow)
    body.flow = join_all(flows)


def _constructors(body: Body, type_: Type) -> dict[str, str] | None:
    """Give what a match must cover: constructor and how source names it."""
    variant, enum = body.world.variant(type_), body.world.enum(type_)
    if variant is not None:
        return {found.name: f"{found.name}()" for found in variant.constructors}
    if enum is not None:
        return {daml: f"{enum.name}.{name}" for name, daml in enum.members.items()}
    if isinstance(type_, TOptional):
        return {"None": "None", "Some": "a value that is not None"}
    return None


def _alternatives(
    body: Body, node: ast.Match, subject: Subject, check: Check
) -> tuple[list[tuple[Pattern, Block]], list[Flow]]:
    alternatives: list[tuple[Pattern, Block]] = []
    flows: list[Flow] = []
    before = body.flow
    for case in node.cases:
        body.flow = before.copy()
        if case.guard is not None:
            body.add(case.guard, rules.PATTERN, detail="an `if` after the pattern")
        if subject.done or not subject.missing:
            body.add(case.pattern, rules.CASE_TWICE)
        arm = _arm(body, case.pattern, subject)
        head = [] if arm is None else _bind(body, arm, subject)
        inner = (*head, *check(body, case.body))
        flows.append(body.flow)
        alternatives += [(pattern, inner) for pattern in (arm.patterns if arm else ())]
    return alternatives, flows


def _bind(body: Body, arm: Arm, subject: Subject) -> list[Stmt]:
    """Enter what a case binds."""
    if arm.known is not None and subject.path is not None:
        body.flow.narrowed[subject.path] = arm.known
    statements: list[Stmt] = []
    for name, value, node in arm.captures:
        local = body.locals.get(name)
        if local is None or local.type is None:
            local = body.declare(name, value.type)
        elif local.type != value.type:
            shown = {"old": show(local.type), "new": show(value.type)}
            body.add(node, rules.RETYPED, name=name, **shown)
        body.flow.assign(name)
        if local.variable is not None:
            statements.append(Assign(variable=local.variable, value=value, span=span_of(node)))
    return statements


def _arm(body: Body, pattern: ast.pattern, subject: Subject) -> Arm | None:
    """Resolve the pattern of a case; None after a finding."""
    match pattern:
        case ast.MatchAs(pattern=None, name=None):
            return _default(subject)
        case ast.MatchAs(pattern=None, name=str(name)):
            return _capture(body, pattern, subject, name)
        case ast.MatchAs(pattern=ast.pattern() as inner, name=str(name)):
            return _named(body, pattern, inner, subject, name)
        case ast.MatchOr(patterns=patterns):
            return _any_of(body, patterns, subject)
        case ast.MatchSingleton(value=None) if "None" in subject.missing:
            return _taken(body, pattern, subject, "None", PNone())
        case ast.MatchValue(value=value):
            return _enum_value(body, pattern, subject, value)
        case ast.MatchClass():
            return _class(body, pattern, subject)
    body.add(pattern, rules.PATTERN, detail=source_of(pattern))
    return None


def _default(subject: Subject) -> Arm:
    """Cover all that is left; of an Optional without its None that is the payload."""
    type_ = subject.value.type
    if subject.payload is not None and "None" not in subject.missing:
        subject.done = True
        subject.missing.clear()
        return Arm([PDefault()], known=Narrowed(type_, subject.payload))
    if isinstance(type_, TOptional) and list(subject.missing) == ["Some"]:
        payload = Variable("", type_.element)
        subject.missing.clear()
        return Arm([PSome(payload)], known=Narrowed(type_.element, payload))
    subject.done = True
    subject.missing.clear()
    return Arm([PDefault()])


def _capture(body: Body, pattern: ast.MatchAs, subject: Subject, name: str) -> Arm | None:
    may_be_none = subject.payload is not None and "None" in subject.missing
    arm = _default(subject)
    value = subject.value
    if may_be_none:
        body.add(pattern, rules.PATTERN, detail="a name that may be None; write case None first")
        return None
    if arm.known is not None and arm.known.variable is not None:
        value = Read(type=arm.known.type, span=span_of(pattern), variable=arm.known.variable)
    elif not isinstance(value, Read):
        detail = "a name for a whole value; bind it before the match"
        body.add(pattern, rules.PATTERN, detail=detail)
        return None
    arm.captures.append((name, value, pattern))
    return arm


def _taken(body: Body, pattern: ast.pattern, subject: Subject, key: str, found: Pattern) -> Arm:
    if key not in subject.missing:
        body.add(pattern, rules.CASE_TWICE)
    subject.missing.pop(key, None)
    return Arm([found])


def _any_of(body: Body, patterns: list[ast.pattern], subject: Subject) -> Arm | None:
    arms = [_arm(body, pattern, subject) for pattern in patterns]
    known = [arm for arm in arms if arm is not None]
    for arm, pattern in zip(arms, patterns, strict=True):
        if arm is not None and arm.captures:
            body.add(pattern, rules.PATTERN, detail="a name in one of several patterns")
            return None
    if len(known) != len(arms):
        return None
    return Arm([_without_binder(pattern) for arm in known for pattern in arm.patterns])


def _without_binder(pattern: Pattern) -> Pattern:
    match pattern:
        case PVariant(constructor):
            return PVariant(constructor, None)
        case PSome():
            return PSome(None)
    return pattern


def _enum_value(
    body: Body, pattern: ast.MatchValue, subject: Subject, value: ast.expr
) -> Arm | None:
    enum = body.world.enum(subject.value.type)
    named = body.symbol(value.value) if isinstance(value, ast.Attribute) else None
    if isinstance(value, ast.Attribute) and isinstance(named, EnumInfo) and named is enum:
        daml = named.members.get(value.attr)
        if daml is not None:
            return _taken(body, pattern, subject, daml, PEnum(daml))
    body.add(pattern, rules.PATTERN, detail=source_of(pattern))
    return None


def _class(body: Body, pattern: ast.MatchClass, subject: Subject) -> Arm | None:
    found = body.symbol(pattern.cls)
    type_ = subject.value.type
    if isinstance(found, ConstructorInfo):
        variant = body.world.variant(type_)
        if variant is None or found.variant is not variant or found.payload is None:
            body.add(pattern, rules.PATTERN, detail=f"{found.name} is not of {show(type_)}")
            return None
        return _constructor(body, pattern, subject, found)
    if isinstance(type_, TOptional) and not pattern.patterns and not pattern.kwd_patterns:
        inner = getattr(found, "type", None)
        if inner == type_.element and not isinstance(found, VariantInfo):
            payload = Variable("", type_.element)
            arm = _taken(body, pattern, subject, "Some", PSome(payload))
            arm.known = Narrowed(type_.element, payload)
            return arm
    body.add(pattern, rules.PATTERN, detail=source_of(pattern))
    return None


def _constructor(
    body: Body, pattern: ast.MatchClass, subject: Subject, info: ConstructorInfo
) -> Arm | None:
    if info.payload is None:
        return None
    payload = Variable("", info.payload)
    arm = _taken(body, pattern, subject, info.name, PVariant(info.name, payload))
    if info.payload == info.record.type:
        arm.known = Narrowed(info.payload, payload)
    fields = list(info.record.fields.values())
    pairs: list[tuple[str | None, ast.pattern]] = [
        *(
            (fields[index].name if index < len(fields) else None, inner)
            for index, inner in enumerate(pattern.patterns)
        ),
        *zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True),
    ]
    for name, inner in pairs:
        found = info.record.fields.get(name or "")
        if found is None or found.type is None:
            body.add(inner, rules.PATTERN, detail=f"{info.name} has no {name or 'such field'}")
            return None
        match inner:
            case ast.MatchAs(pattern=None, name=None):
                continue
            case ast.MatchAs(pattern=None, name=str(local)):
                arm.captures.append((local, _part(payload, info, found, inner), inner))
            case _:
                body.add(inner, rules.PATTERN, detail="only names inside a constructor")
                return None
    return arm


def _part(payload: Variable, info: ConstructorInfo, field_: FieldInfo, node: ast.AST) -> Expr:
    """Read a field of a payload, or the payload itself."""
    span = span_of(node)
    whole = Read(type=payload.type, span=span, variable=payload)
    if info.direct or field_.type is None:
        return whole
    return Field(type=field_.type, span=span, record=whole, name=field_.daml)


def _named(
    body: Body, pattern: ast.MatchAs, inner: ast.pattern, subject: Subject, name: str
) -> Arm | None:
    """Resolve ``case Constructor() as name``."""
    arm = _arm(body, inner, subject)
    if arm is None:
        return None
    if arm.known is None or arm.known.variable is None:
        body.add(pattern, rules.PATTERN, detail="capture the payload: case Constructor(name)")
        return None
    value = Read(type=arm.known.type, span=span_of(pattern), variable=arm.known.variable)
    arm.captures.append((name, value, pattern))
    return arm

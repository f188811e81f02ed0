"""A package that keeps every rule and uses every form of LF 2.1."""

from __future__ import annotations

from decimal import Decimal

from cantata.lf.model import (
    ANY,
    ANY_EXCEPTION,
    BOOL,
    DATE,
    FAILURE_CATEGORY,
    INT64,
    PARTY,
    TEXT,
    TIMESTAMP,
    TYPE_REP,
    UNIT,
    Alternative,
    Binding,
    DefException,
    DefInterface,
    DefTemplate,
    DefTypeSyn,
    EAbs,
    EApp,
    EBool,
    EBuiltin,
    ECallInterface,
    ECase,
    ECons,
    EDate,
    EEnumCon,
    EFailureCategory,
    EFromAny,
    EFromAnyException,
    EFromInterface,
    EFromRequiredInterface,
    EInt64,
    EInterfaceTemplateTypeRep,
    ELet,
    ENil,
    ENone,
    ENumeric,
    EnumType,
    EObserverInterface,
    ERecCon,
    ERecProj,
    ERecUpd,
    ESignatoryInterface,
    ESome,
    EStructCon,
    EStructProj,
    EStructUpd,
    EText,
    EThrow,
    ETimestamp,
    EToAny,
    EToAnyException,
    EToInterface,
    EToRequiredInterface,
    ETyAbs,
    ETyApp,
    ETypeRep,
    EUnit,
    EUnsafeFromInterface,
    EUnsafeFromRequiredInterface,
    EVal,
    EVar,
    EVariantCon,
    EViewInterface,
    Expr,
    Implements,
    InterfaceType,
    Method,
    Package,
    PBool,
    PCons,
    PDefault,
    PEnum,
    PNil,
    PNone,
    PSome,
    PUnit,
    PVariant,
    Record,
    TApp,
    TForall,
    TNat,
    TStruct,
    TSyn,
    TVar,
    Type,
    UBlock,
    UCreate,
    UCreateInterface,
    UEmbed,
    UExercise,
    UExerciseInterface,
    UFetch,
    UFetchInterface,
    UGetTime,
    ULedgerTimeLT,
    UPure,
    UTryCatch,
    Variant,
    arrow,
    contract_id,
    list_of,
    optional,
    update,
)
from tests.unit.lf.check.packages import (
    PARTIES,
    STAR,
    Definition,
    choice,
    con,
    data,
    module,
    package,
    ref,
    value,
)

A, B = TVar("a"), TVar("b")
THIS, ARG, SELF = EVar("this"), EVar("arg"), EVar("self")
OWNER = ECons(PARTY, (ERecProj(con("T"), "p", THIS),), ENil(PARTY))


def abstraction(param: Type, body: Expr, name: str = "x") -> Expr:
    """Make a function of one parameter."""
    return EAbs(((name, param),), body)


def everything() -> Package:
    """Give a package that keeps every rule and uses every form of LF 2.1."""
    return package(module(*_data(), *_values(), *_ledger()))


def _data() -> tuple[Definition, ...]:
    return (
        data("R", Record((("a", INT64), ("b", TEXT)))),
        data("P", Record((("x", A), ("y", optional(A)))), "a"),
        data("V", Variant((("L", TApp(con("P"), INT64)), ("N", UNIT)))),
        data("E", EnumType(("X", "Y"))),
        data("Ex", Record((("message", TEXT),))),
        DefTypeSyn(name="Ints", type=list_of(INT64)),
        DefTypeSyn(
            name="Pair",
            params=(("a", STAR), ("b", STAR)),
            type=TStruct((("second", B), ("first", A))),
        ),
        DefException(
            name="Ex", message=abstraction(con("Ex"), ERecProj(con("Ex"), "message", EVar("x")))
        ),
    )


def _values() -> tuple[Definition, ...]:
    return (*_data_values(), *_function_values(), *_case_values(), *_dynamic_values())


def _data_values() -> tuple[Definition, ...]:
    record, params = con("R"), TApp(con("P"), INT64)
    one = ERecCon(record, (("a", EInt64(1)), ("b", EText("x"))))
    applied = ERecCon(params, (("x", EInt64(1)), ("y", ESome(INT64, EInt64(2)))))
    pair = TStruct((("first", INT64), ("second", TEXT)))
    return (
        value("record", record, ERecUpd(record, "a", one, ERecProj(record, "a", one))),
        value("applied", params, applied),
        value("variant", con("V"), EVariantCon(con("V"), "L", EVal(ref("applied")))),
        value("enum", con("E"), EEnumCon(ref("E"), "X")),
        value(
            "pair",
            TSyn(ref("Pair"), (INT64, TEXT)),
            EStructCon((("second", EText("")), ("first", EInt64(1)))),
        ),
        value("first", INT64, EStructProj("first", EVal(ref("pair")))),
        value("updated", pair, EStructUpd("second", EVal(ref("pair")), EText("y"))),
        value("ints", TSyn(ref("Ints")), ECons(INT64, (EInt64(1), EInt64(2)), ENil(INT64))),
        value("none", optional(con("R")), ENone(con("R"))),
        value("date", DATE, EDate(0)),
        value("category", FAILURE_CATEGORY, EFailureCategory(8)),
    )


def _function_values() -> tuple[Definition, ...]:
    identity = TForall("a", STAR, arrow(A, A))
    fold = ETyApp(EBuiltin("FOLDL"), (INT64, INT64))
    decimal = ENumeric(Decimal("1.5000000000"))
    return (
        value("id", identity, ETyAbs((("b", STAR),), EAbs((("x", B),), EVar("x")))),
        value("one", INT64, EApp(ETyApp(EVal(ref("id")), (INT64,)), (EInt64(1),))),
        value("sum", INT64, EApp(fold, (EBuiltin("ADD_INT64"), EInt64(0), EVal(ref("ints"))))),
        value(
            "local",
            INT64,
            ELet(
                (
                    Binding("x", INT64, EInt64(1)),
                    Binding(None, TEXT, EText("unused")),
                    Binding("x", INT64, EApp(EBuiltin("ADD_INT64"), (EVar("x"), EVar("x")))),
                ),
                EVar("x"),
            ),
        ),
        value("text", TEXT, EApp(ETyApp(EBuiltin("NUMERIC_TO_TEXT"), (TNat(10),)), (decimal,))),
        value("recursive", arrow(UNIT, INT64), abstraction(UNIT, _call("recursive", EUnit()))),
    )


def _call(name: str, *args: Expr) -> Expr:
    return EApp(EVal(ref(name)), args)


def _case(scrutinee: Expr, *alternatives: tuple[object, Expr]) -> Expr:
    made = tuple(Alternative(pattern, body) for pattern, body in alternatives)  # type: ignore[arg-type]
    return ECase(scrutinee, made)


def _case_values() -> tuple[Definition, ...]:
    one, two, x = EInt64(1), EInt64(2), EVar("x")

    def function(name: str, type_: Type, *alternatives: tuple[object, Expr]) -> Definition:
        body = _case(x, *alternatives)
        return value(name, arrow(type_, INT64), abstraction(type_, body))

    field = ERecProj(TApp(con("P"), INT64), "x", EVar("p"))
    return (
        function("ofBool", BOOL, (PBool(True), one), (PBool(False), two)),
        function("ofUnit", UNIT, (PUnit(), one)),
        function("ofList", list_of(INT64), (PNil(), one), (PCons("h", "t"), EVar("h"))),
        function("ofOptional", optional(INT64), (PNone(), one), (PSome("y"), EVar("y"))),
        function(
            "ofVariant",
            con("V"),
            (PVariant(ref("V"), "L", "p"), field),
            (PVariant(ref("V"), "N", "u"), two),
        ),
        function("ofEnum", con("E"), (PEnum(ref("E"), "Y"), one), (PDefault(), two)),
    )


def _dynamic_values() -> tuple[Definition, ...]:
    thrown = ERecCon(con("Ex"), (("message", EText("no")),))
    return (
        value("any", ANY, EToAny(con("E"), EVal(ref("enum")))),
        value("fromAny", optional(con("E")), EFromAny(con("E"), EVal(ref("any")))),
        value("rep", TYPE_REP, ETypeRep(con("E"))),
        value("exception", ANY_EXCEPTION, EToAnyException(con("Ex"), thrown)),
        value(
            "fromException",
            optional(con("Ex")),
            EFromAnyException(con("Ex"), EVal(ref("exception"))),
        ),
        value("throws", arrow(UNIT, INT64), abstraction(UNIT, EThrow(INT64, con("Ex"), thrown))),
    )


def _ledger() -> tuple[Definition, ...]:
    return (*_templates(), *_interfaces(), *_interface_values(), *_updates())


def _templates() -> tuple[Definition, ...]:
    view = ERecCon(con("View"), (("n", EInt64(1)),))
    return (
        data("T", Record((("p", PARTY), ("n", INT64)))),
        DefTemplate(
            name="T",
            param="this",
            precondition=EBool(True),
            signatories=OWNER,
            observers=ENil(PARTY),
            choices=(
                choice("Go", con("R"), contract_id(con("T")), UPure(_cid("T"), SELF), OWNER),
                choice("Stop", UNIT, UNIT, UPure(UNIT, ARG), OWNER),
            ),
            implements=(
                Implements(
                    interface=ref("I"),
                    view=view,
                    methods=(("getN", ERecProj(con("T"), "n", THIS)),),
                ),
                Implements(interface=ref("J"), view=view, methods=()),
            ),
        ),
    )


def _cid(name: str) -> Type:
    return contract_id(con(name))


def _interfaces() -> tuple[Definition, ...]:
    signatories = ESignatoryInterface(ref("I"), THIS)
    called = ECallInterface(ref("I"), "getN", THIS)
    return (
        data("View", Record((("n", INT64),))),
        data("I", InterfaceType(), serializable=False),
        data("J", InterfaceType(), serializable=False),
        DefInterface(
            name="I",
            param="this",
            requires=(),
            methods=(Method(name="getN", type=INT64),),
            choices=(choice("Poke", UNIT, INT64, UPure(INT64, called), signatories),),
            view=con("View"),
        ),
        DefInterface(
            name="J", param="this", requires=(ref("I"),), methods=(), choices=(), view=con("View")
        ),
    )


def _interface_values() -> tuple[Definition, ...]:
    i, j, t = con("I"), con("J"), con("T")
    x, c = EVar("x"), EVar("c")

    def both(cid: Type, of: Type, body: Expr) -> Expr:
        return EAbs((("c", cid), ("x", of)), body)

    return (
        value("to", arrow(t, i), abstraction(t, EToInterface(ref("I"), ref("T"), x))),
        value("from", arrow(i, optional(t)), abstraction(i, EFromInterface(ref("I"), ref("T"), x))),
        value(
            "unsafe",
            arrow(contract_id(i), i, t),
            both(contract_id(i), i, EUnsafeFromInterface(ref("I"), ref("T"), c, x)),
        ),
        value("up", arrow(j, i), abstraction(j, EToRequiredInterface(ref("I"), ref("J"), x))),
        value(
            "down",
            arrow(i, optional(j)),
            abstraction(i, EFromRequiredInterface(ref("I"), ref("J"), x)),
        ),
        value(
            "unsafeDown",
            arrow(contract_id(i), i, j),
            both(contract_id(i), i, EUnsafeFromRequiredInterface(ref("I"), ref("J"), c, x)),
        ),
        value("view", arrow(i, con("View")), abstraction(i, EViewInterface(ref("I"), x))),
        value("observers", arrow(i, PARTIES), abstraction(i, EObserverInterface(ref("I"), x))),
        value(
            "typeRep", arrow(i, TYPE_REP), abstraction(i, EInterfaceTemplateTypeRep(ref("I"), x))
        ),
    )


def _updates() -> tuple[Definition, ...]:
    t, i, x = con("T"), con("I"), EVar("x")
    r = EVal(ref("record"))
    return (
        value("create", arrow(t, update(_cid("T"))), abstraction(t, UCreate(ref("T"), x))),
        value(
            "createI", arrow(i, update(_cid("I"))), abstraction(i, UCreateInterface(ref("I"), x))
        ),
        value(
            "exercise",
            arrow(_cid("T"), update(_cid("T"))),
            abstraction(_cid("T"), UExercise(ref("T"), "Go", x, r)),
        ),
        value(
            "poke",
            arrow(_cid("I"), update(INT64)),
            abstraction(_cid("I"), UExerciseInterface(ref("I"), "Poke", x, EUnit())),
        ),
        value("fetch", arrow(_cid("T"), update(t)), abstraction(_cid("T"), UFetch(ref("T"), x))),
        value(
            "fetchI",
            arrow(_cid("I"), update(i)),
            abstraction(_cid("I"), UFetchInterface(ref("I"), x)),
        ),
        value("time", update(TIMESTAMP), UGetTime()),
        value("before", update(BOOL), ULedgerTimeLT(ETimestamp(1))),
        value(
            "block",
            update(TIMESTAMP),
            UBlock((Binding("now", TIMESTAMP, UGetTime()),), UPure(TIMESTAMP, EVar("now"))),
        ),
        value("embed", update(INT64), UEmbed(INT64, UPure(INT64, EInt64(1)))),
        value(
            "tried",
            update(INT64),
            UTryCatch(
                INT64, UPure(INT64, EInt64(1)), "e", ESome(update(INT64), UPure(INT64, EInt64(2)))
            ),
        ),
    )

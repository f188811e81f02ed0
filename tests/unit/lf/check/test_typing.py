"""Typing of expressions: each form refuses what does not fit, by the engine's own rule."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cantata.lf.model import (
    ANY,
    BOOL,
    INT64,
    TEXT,
    UNIT,
    Alternative,
    Binding,
    Builtin,
    DefTypeSyn,
    EAbs,
    EApp,
    EBool,
    EBuiltin,
    ECase,
    ECons,
    EInt64,
    ELet,
    ENil,
    ENumeric,
    EnumType,
    ERecCon,
    ERecProj,
    ERecUpd,
    EStructCon,
    EStructProj,
    EText,
    EThrow,
    EToAny,
    ETyAbs,
    ETyApp,
    EUnit,
    EVal,
    EVar,
    EVariantCon,
    Expr,
    KArrow,
    KNat,
    KStar,
    PBool,
    PCons,
    PDefault,
    PNil,
    PVariant,
    Record,
    TApp,
    TBuiltin,
    TForall,
    TStruct,
    TSyn,
    TVar,
    Type,
    UBlock,
    UPure,
    UTryCatch,
    Variant,
    arrow,
    list_of,
    numeric,
    optional,
    update,
)
from cantata.lf.model import EUnsafeFromInterface as UnsafeFromInterface
from tests.unit.lf.check.everything import A, abstraction
from tests.unit.lf.check.packages import STAR, con, data, ref, rules, value, value_rules

ONE, X, TRUE = EInt64(1), EVar("x"), EBool(True)
R = data("R", Record((("a", INT64), ("b", TEXT))))
V = data("V", Variant((("L", INT64), ("N", UNIT))))
W = data("W", Variant((("L", INT64),)))
NAMES = DefTypeSyn(name="Names", type=list_of(TEXT))


def case(scrutinee: Expr, *alternatives: Alternative) -> Expr:
    return ECase(scrutinee, alternatives)


WRONG: dict[str, tuple[Type, Expr]] = {
    "ETypeMismatch": (INT64, EApp(EBuiltin("ADD_INT64"), (ONE, EText("")))),
    "EExpectedFunctionType": (INT64, EApp(ONE, (ONE,))),
    "EExpectedUniversalType": (INT64, ETyApp(EBuiltin("ADD_INT64"), (INT64,))),
    "EUnknownExprVar": (INT64, X),
    "EUnknownDefinition": (INT64, EBuiltin("NO_SUCH_FUNCTION")),
    "EFieldMismatch": (con("R"), ERecCon(con("R"), (("b", EText("")), ("a", ONE)))),
    "EExpectedRecordType": (con("V"), ERecCon(con("V"), ())),
    "EExpectedVariantType": (con("R"), EVariantCon(con("R"), "L", ONE)),
    "EUnknownVariantCon": (con("V"), EVariantCon(con("V"), "M", ONE)),
    "EUnknownField": (
        arrow(con("R"), INT64),
        abstraction(con("R"), ERecProj(con("R"), "c", X)),
    ),
    "EFieldTypeMismatch": (
        arrow(con("R"), con("R")),
        abstraction(con("R"), ERecUpd(con("R"), "a", X, ERecProj(con("R"), "b", X))),
    ),
    "ETypeConAppWrongArity": (INT64, ERecProj(TApp(con("R"), INT64), "a", ONE)),
    "EDuplicateField": (
        TStruct((("a", INT64), ("a", INT64))),
        EStructCon((("a", ONE), ("a", ONE))),
    ),
    "EExpectedStructType": (INT64, EStructProj("a", ONE)),
    "EEmptyConsFront": (list_of(INT64), ECons(INT64, (), ENil(INT64))),
    "EEmptyCase": (INT64, case(TRUE)),
    "ENonExhaustivePatterns": (INT64, case(TRUE, Alternative(PBool(True), ONE))),
    "EPatternTypeMismatch": (
        INT64,
        case(TRUE, Alternative(PNil(), ONE), Alternative(PDefault(), ONE)),
    ),
    "EClashingPatternVariables": (
        INT64,
        case(ENil(INT64), Alternative(PNil(), ONE), Alternative(PCons("x", "x"), ONE)),
    ),
    "EExpectedUpdateType": (INT64, UBlock((), ONE)),
    "EExpectedAnyType": (ANY, EToAny(list_of(INT64), ENil(INT64))),
    "EExpectedExceptionType": (INT64, EThrow(INT64, INT64, ONE)),
    "EMalformedLiteral": (INT64, ENumeric(Decimal("1E+3"))),
    "EUnknownTypeVar": (list_of(INT64), ENil(A)),
    "EKindMismatch": (INT64, EAbs((("x", TBuiltin(Builtin.LIST)),), ONE)),
    "EExpectedHigherKind": (INT64, EAbs((("x", TApp(INT64, INT64)),), ONE)),
}


@pytest.mark.parametrize("rule", WRONG)
def test_wrong_expression_breaks_the_rule(rule: str) -> None:
    type_, expr = WRONG[rule]
    assert value_rules(type_, expr, R, V)[0] == rule


def test_functions_take_exact_types() -> None:
    identity = ETyAbs((("a", STAR),), EAbs((("x", A),), X))
    polymorphic = TForall("b", STAR, arrow(TVar("b"), TVar("b")))
    assert value_rules(polymorphic, identity) == []
    assert value_rules(TForall("b", STAR, arrow(TVar("b"), INT64)), identity) == ["ETypeMismatch"]
    assert value_rules(TForall("b", KNat(), INT64), ETyAbs((("a", STAR),), ONE)) == [
        "ETypeMismatch"
    ]


def test_shadowing_takes_the_innermost() -> None:
    body = EAbs((("x", INT64),), EAbs((("x", TEXT),), X))
    assert value_rules(arrow(INT64, TEXT, TEXT), body) == []
    after = ELet((Binding("y", UNIT, EApp(EAbs((("x", UNIT),), X), (EUnit(),))),), X)
    assert value_rules(arrow(INT64, INT64), abstraction(INT64, after)) == []


def test_substitution_captures_nothing() -> None:
    konst = TForall("a", STAR, TForall("b", STAR, arrow(A, TVar("b"), A)))
    use = ETyAbs((("b", STAR),), ETyApp(EVal(ref("k")), (TVar("b"),)))
    wanted = TForall("x", STAR, TForall("y", STAR, arrow(TVar("x"), TVar("y"), TVar("x"))))
    body = ETyAbs((("a", STAR), ("b", STAR)), EAbs((("x", A), ("y", TVar("b"))), X))
    assert rules(value("k", konst, body), value("u", wanted, use)) == []


def test_type_argument_must_not_bring_its_own_quantifier() -> None:
    bottom = value("bottom", TForall("a", STAR, A), ETyAbs((("a", STAR),), _error(A)))
    nested = TForall("b", STAR, TVar("b"))
    use = ETyApp(ETyApp(EVal(ref("bottom")), (nested,)), (INT64,))
    assert value_rules(INT64, use, bottom) == ["EExpectedUniversalType"]


def _error(type_: Type) -> Expr:
    return EApp(ETyApp(EBuiltin("ERROR"), (type_,)), (EText("no"),))


def test_synonyms_are_equal_to_what_they_stand_for() -> None:
    names = TSyn(ref("Names"))
    assert value_rules(names, ENil(TEXT), NAMES) == []
    assert value_rules(list_of(INT64), ENil(INT64), NAMES) == []
    assert value_rules(names, ENil(INT64), NAMES) == ["ETypeMismatch"]


def test_let_gives_the_type_that_was_found() -> None:
    match = case(EVar("names"), Alternative(PNil(), ONE), Alternative(PCons("h", "t"), ONE))
    let = ELet((Binding("names", TSyn(ref("Names")), ENil(TEXT)),), match)
    assert value_rules(INT64, let, NAMES) == []
    function = abstraction(TSyn(ref("Names")), match, "names")
    wrong = value_rules(arrow(TSyn(ref("Names")), INT64), function, NAMES)
    assert wrong == ["EPatternTypeMismatch", "EPatternTypeMismatch", "ENonExhaustivePatterns"]


def test_case_takes_duplicates_and_unreachable_alternatives() -> None:
    assert (
        value_rules(
            INT64,
            case(
                TRUE,
                Alternative(PBool(True), ONE),
                Alternative(PBool(True), ONE),
                Alternative(PBool(False), ONE),
                Alternative(PDefault(), ONE),
            ),
        )
        == []
    )


def test_pattern_of_another_variant_does_not_fit() -> None:
    scrutinee = EVariantCon(con("V"), "L", ONE)
    other = Alternative(PVariant(ref("W"), "L", "x"), X)
    found = value_rules(INT64, case(scrutinee, other, Alternative(PDefault(), ONE)), V, W)
    assert found == ["EPatternTypeMismatch"]


def test_numeric_literal_has_the_scale_of_its_places() -> None:
    literal = ENumeric(Decimal("1.50"))
    assert value_rules(numeric(2), literal) == []
    assert value_rules(numeric(10), literal) == ["ETypeMismatch"]


def test_block_binders_are_exact_and_last_is_an_update() -> None:
    pure = UPure(INT64, ONE)
    assert value_rules(update(INT64), UBlock((Binding("x", INT64, pure),), UPure(INT64, X))) == []
    wrong = UBlock((Binding("x", TEXT, pure),), pure)
    assert value_rules(update(INT64), wrong) == ["ETypeMismatch"]


def test_handler_gives_an_optional_update() -> None:
    pure = UPure(INT64, ONE)
    assert value_rules(update(INT64), UTryCatch(INT64, pure, "e", pure)) == ["ETypeMismatch"]


def test_kinds_are_checked() -> None:
    to_nat = KArrow(KStar(), KNat())
    assert "ENatKindRightOfArrow" in value_rules(TForall("f", to_nat, INT64), ONE)
    assert value_rules(arrow(TApp(con("R"), INT64), INT64), ONE, R)[0] == "EExpectedHigherKind"
    assert value_rules(list_of(numeric(3)), ENil(numeric(3))) == []
    assert value_rules(TSyn(ref("Names"), (INT64,)), ENil(TEXT), NAMES)[0] == (
        "ETypeSynAppWrongArity"
    )


def test_definitions_of_types_are_checked() -> None:
    assert "EDuplicateTypeParam" in rules(data("D", Record((("x", A),)), "a", "a"))
    assert "EIllegalHigherEnumType" in rules(data("D", EnumType(("X",)), "a", serializable=False))
    assert rules(data("D", Record((("x", A),)), serializable=False)) == ["EUnknownTypeVar"]
    assert rules(data("D", Record((("x", A),)), "a", serializable=False)) == []


def test_features_of_other_versions_are_refused() -> None:
    check = value("v", arrow(TEXT, BOOL), EBuiltin("SECP256K1_VALIDATE_KEY"))
    assert rules(check) == ["EUnsupportedFeature"]
    assert rules(check, minor="3") == []
    unsafe = UnsafeFromInterface(ref("I"), ref("T"), X, X)
    assert "EUnsupportedFeature" in rules(value("v", optional(INT64), unsafe), minor="2")

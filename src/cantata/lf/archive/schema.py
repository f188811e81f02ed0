"""The messages of a Daml-LF 2 package: field numbers, forms and what they must contain.

A row reads ``slot number form``. Forms: a message by name, or a scalar by the name of its
conversion in lower case; ``?`` optional, ``*`` repeated, ``+`` repeated and not empty, nothing =
required. Rows with the same slot are alternatives (a oneof). The part of a message's name after
``@`` tells apart messages of one wire form that mean different things in different places. Rows
stand in the order of the published format, which is the order in which fields are written.
Source: the published format of Canton 3.5 (daml_lf2.proto); numbers 1001 and above are for
unreleased language versions and are unknown here.
"""

from __future__ import annotations

from typing import NamedTuple

_KINDS = {
    "Unit@kind_star": "",
    "Unit@kind_nat": "",
    "Kind": """
        is 1 Unit@kind_star | is 2 Kind.Arrow | is 3 Unit@kind_nat | is 4 interned_kind""",
    "Kind@entry": """
        is 1 Unit@kind_star | is 2 Kind.Arrow | is 3 Unit@kind_nat | is 4 bare_interned_kind""",
    "Kind.Arrow": "params 1 Kind+ | result 2 Kind",
}

_NAMES = {
    "Unit": "",
    "SelfOrImportedPackageId": """
        is 1 Unit@self_package | is 3 package_by_string | is 4 package_by_import""",
    "Unit@self_package": "",
    "ModuleId": "package 1 SelfOrImportedPackageId | name 2 dotted",
    "TypeConId": "module 1 ModuleId | name 2 dotted",
    "TypeSynId": "module 1 ModuleId | name 2 dotted",
    "ValueId": "module 1 ModuleId | name 2 dotted",
    "Location": "module 1 ModuleId? | range 2 Location.Range?",
    "Location.Range": """
        start_line 1 int32 | start_col 2 int32 | end_line 3 int32 | end_col 4 int32""",
}

_TYPES = {
    "Type": """
        is 1 Type.Var | is 2 Type.Con | is 3 Type.Builtin | is 4 Type.Forall | is 5 Type.Struct
        | is 6 nat | is 7 Type.Syn | is 8 interned_type | is 9 Type.TApp""",
    "Type@entry": """
        is 1 Type.Var | is 2 Type.Con | is 3 Type.Builtin | is 4 Type.Forall | is 5 Type.Struct
        | is 6 nat | is 7 Type.Syn | is 8 bare_interned_type | is 9 Type.TApp""",
    "Type@ref": """
        is 1 written_type | is 2 written_type | is 3 written_type
        | is 4 written_type | is 5 written_type | is 6 written_nat
        | is 7 written_type | is 8 interned_type | is 9 written_type""",
    "Type.Var": "name 3 name | args 2 Type*",
    "Type.Con": "tycon 1 TypeConId | args 2 Type*",
    "Type.Con@applied": "tycon 1 TypeConId | args 2 Type@ref*",
    "Type.Syn": "tysyn 1 TypeSynId | args 2 Type*",
    "Type.Builtin": "builtin 1 builtin_type | args 2 Type*",
    "Type.Forall": "vars 1 TypeVarWithKind+ | body 2 Type",
    "Type.Struct": "fields 1 FieldWithType@written+",
    "Type.TApp": "fun 1 Type | arg 2 Type",
    "FieldWithType@written": "name 3 name | type 2 Type",
    "FieldWithType": "name 3 name | type 2 Type@ref",
    "VarWithType": "name 3 name | type 2 Type@ref",
    "TypeVarWithKind": "name 3 name | kind 2 Kind",
}

_EXPR = """
    location 1 Location?
    | is 2 variable | is 3 ValueId | is 4 builtin | is 5 builtin_con | is 6 BuiltinLit
    | is 7 Expr.RecCon | is 8 Expr.RecProj | is 9 Expr.RecUpd | is 10 Expr.VariantCon
    | is 11 Expr.EnumCon | is 12 Expr.StructCon | is 13 Expr.StructProj | is 14 Expr.StructUpd
    | is 15 Expr.App | is 16 Expr.TyApp | is 17 Expr.Abs | is 18 Expr.TyAbs | is 19 Case
    | is 20 Block@let | is 21 Expr.Nil | is 22 Expr.Cons | is 23 Update
    | is 25 Expr.OptionalNone | is 26 Expr.OptionalSome | is 27 Expr.ToAny | is 28 Expr.FromAny
    | is 29 Type@type_rep | is 30 Expr.ToAnyException | is 31 Expr.FromAnyException
    | is 32 Expr.Throw | is 33 Expr.ToInterface | is 34 Expr.FromInterface
    | is 35 Expr.CallInterface | is 36 Expr.SignatoryInterface | is 37 Expr.ObserverInterface
    | is 38 Expr.ViewInterface | is 39 Expr.UnsafeFromInterface
    | is 40 Expr.InterfaceTemplateTypeRep | is 41 Expr.ToRequiredInterface
    | is 42 Expr.FromRequiredInterface | is 43 Expr.UnsafeFromRequiredInterface
"""

_EXPRESSIONS = {
    "Expr": _EXPR + "| is 44 interned_expr",
    "Expr@entry": _EXPR + "| is 44 bare_interned_expr",
    "BuiltinLit": """
        is 1 int64 | is 2 timestamp | is 3 numeric | is 4 text_literal | is 5 date
        | is 6 failure_category""",
    "FieldWithExpr": "name 3 name | expr 2 Expr",
    "Expr.RecCon": "tycon 1 Type.Con@applied | fields 2 FieldWithExpr*",
    "Expr.RecProj": "tycon 1 Type.Con@applied | field 4 name | record 3 Expr",
    "Expr.RecUpd": "tycon 1 Type.Con@applied | field 2 name | record 3 Expr | value 4 Expr",
    "Expr.VariantCon": "tycon 1 Type.Con@applied | constructor 2 name | arg 3 Expr",
    "Expr.EnumCon": "tycon 1 TypeConId | constructor 2 name",
    "Expr.StructCon": "fields 1 FieldWithExpr*",
    "Expr.StructProj": "field 1 name | struct 2 Expr",
    "Expr.StructUpd": "field 1 name | struct 2 Expr | value 3 Expr",
    "Expr.App": "fun 1 Expr | args 2 Expr+",
    "Expr.TyApp": "expr 1 Expr | types 2 Type@ref+",
    "Expr.Abs": "params 1 VarWithType+ | body 2 Expr",
    "Expr.TyAbs": "params 1 TypeVarWithKind+ | body 2 Expr",
    "Case": "scrutinee 1 Expr | alternatives 2 CaseAlt*",
    "CaseAlt": """
        is 2 Unit@default | is 3 CaseAlt.Variant | is 4 builtin_con_pattern | is 5 Unit@nil
        | is 6 CaseAlt.Cons | is 7 Unit@none | is 8 CaseAlt.OptionalSome | is 9 CaseAlt.Enum
        | body 1 Expr""",
    "Unit@default": "",
    "Unit@nil": "",
    "Unit@none": "",
    "CaseAlt.Variant": "con 1 TypeConId | constructor 2 name | binder 3 name",
    "CaseAlt.Enum": "con 1 TypeConId | constructor 2 name",
    "CaseAlt.Cons": "head 1 name | tail 2 name",
    "CaseAlt.OptionalSome": "binder 1 name",
    "Binding": "binder 1 VarWithType | bound 2 Expr",
    "Block@let": "bindings 1 Binding+ | body 2 Expr",
    "Expr.Nil": "type 1 Type@ref",
    "Expr.Cons": "type 1 Type@ref | front 2 Expr+ | tail 3 Expr",
    "Expr.OptionalNone": "type 1 Type@ref",
    "Expr.OptionalSome": "type 1 Type@ref | value 2 Expr",
    "Expr.ToAny": "type 1 Type@ref | expr 2 Expr",
    "Expr.FromAny": "type 1 Type@ref | expr 2 Expr",
    "Type@type_rep": """
        is 1 written_type | is 2 written_type | is 3 written_type
        | is 4 written_type | is 5 written_type | is 6 written_nat
        | is 7 written_type | is 8 interned_type | is 9 written_type""",
    "Expr.ToAnyException": "type 1 Type@ref | expr 2 Expr",
    "Expr.FromAnyException": "type 1 Type@ref | expr 2 Expr",
    "Expr.Throw": "result 1 Type@ref | exception 2 Type@ref | expr 3 Expr",
    "Expr.ToInterface": "interface 1 TypeConId | template 2 TypeConId | expr 3 Expr",
    "Expr.FromInterface": "interface 1 TypeConId | template 2 TypeConId | expr 3 Expr",
    "Expr.CallInterface": "interface 1 TypeConId | method 2 name | expr 3 Expr",
    "Expr.SignatoryInterface": "interface 1 TypeConId | expr 2 Expr",
    "Expr.ObserverInterface": "interface 1 TypeConId | expr 2 Expr",
    "Expr.ViewInterface": "interface 1 TypeConId | expr 2 Expr",
    "Expr.UnsafeFromInterface": """
        interface 1 TypeConId | template 2 TypeConId | cid 3 Expr | expr 4 Expr""",
    "Expr.InterfaceTemplateTypeRep": "interface 1 TypeConId | expr 2 Expr",
    "Expr.ToRequiredInterface": "required 1 TypeConId | requiring 2 TypeConId | expr 3 Expr",
    "Expr.FromRequiredInterface": "required 1 TypeConId | requiring 2 TypeConId | expr 3 Expr",
    "Expr.UnsafeFromRequiredInterface": """
        required 1 TypeConId | requiring 2 TypeConId | cid 3 Expr | expr 4 Expr""",
}

_UPDATES = {
    "Update": """
        is 1 Pure | is 2 Block@update | is 3 Update.Create | is 4 Update.Exercise
        | is 5 Update.Fetch | is 6 Unit@get_time | is 7 Update.EmbedExpr
        | is 8 Update.RetrieveByKey@lookup | is 9 Update.RetrieveByKey@fetch
        | is 10 Update.ExerciseByKey | is 11 Update.TryCatch | is 12 Update.CreateInterface
        | is 13 Update.ExerciseInterface | is 14 Update.FetchInterface
        | is 15 Expr@ledger_time_lt | is 16 Update.QueryNByKey""",
    "Pure": "type 1 Type@ref | expr 2 Expr",
    "Block@update": "bindings 1 Binding* | body 2 Expr",
    "Update.Create": "template 1 TypeConId | arg 2 Expr",
    "Update.CreateInterface": "interface 1 TypeConId | arg 2 Expr",
    "Update.Exercise": "template 1 TypeConId | choice 6 name | cid 3 Expr | arg 5 Expr",
    "Update.ExerciseInterface": "interface 1 TypeConId | choice 2 name | cid 3 Expr | arg 4 Expr",
    "Update.ExerciseByKey": "template 1 TypeConId | choice 2 name | key 3 Expr | arg 4 Expr",
    "Update.Fetch": "template 1 TypeConId | cid 2 Expr",
    "Update.FetchInterface": "interface 1 TypeConId | cid 2 Expr",
    "Unit@get_time": "",
    "Update.EmbedExpr": "type 1 Type@ref | body 2 Expr",
    "Update.RetrieveByKey@lookup": "template 1 TypeConId",
    "Update.RetrieveByKey@fetch": "template 1 TypeConId",
    "Update.QueryNByKey": "template 1 TypeConId",
    "Update.TryCatch": "result 1 Type@ref | body 2 Expr | binder 3 name | handler 4 Expr",
    "Expr@ledger_time_lt": _EXPR + "| is 44 interned_expr",
}

_DEFINITIONS = {
    "DefTypeSyn": """
        location 1 Location? | name 2 dotted | params 3 TypeVarWithKind* | type 4 Type@ref""",
    "DefDataType": """
        location 1 Location? | name 2 dotted | params 3 TypeVarWithKind* | serializable 4 flag
        | is 5 DefDataType.Fields@record | is 6 DefDataType.Fields@variant
        | is 7 DefDataType.EnumConstructors | is 8 Unit@interface""",
    "DefDataType.Fields@record": "fields 1 FieldWithType*",
    "DefDataType.Fields@variant": "fields 1 FieldWithType*",
    "DefDataType.EnumConstructors": "constructors 2 name*",
    "Unit@interface": "",
    "DefValue": "location 1 Location? | name_with_type 2 DefValue.NameWithType | expr 3 Expr",
    "DefValue.NameWithType": "name 1 dotted | type 2 Type@ref",
    "DefException": "name 1 dotted | location 2 Location? | message 3 Expr",
    "DefTemplate": """
        name 1 dotted | param 2 name | precondition 3 Expr? | signatories 4 Expr
        | choices 6 TemplateChoice* | observers 7 Expr | location 8 Location?
        | key 9 DefTemplate.DefKey? | implements 10 DefTemplate.Implements*""",
    "DefTemplate.DefKey": "type 1 Type@ref | key 4 Expr | maintainers 3 Expr",
    "DefTemplate.Implements": """
        interface 1 TypeConId | body 2 InterfaceInstanceBody | location 3 Location?""",
    "InterfaceInstanceBody": """
        methods 1 InterfaceInstanceBody.InterfaceInstanceMethod* | view 2 Expr""",
    "InterfaceInstanceBody.InterfaceInstanceMethod": "name 1 name | value 2 Expr",
    "TemplateChoice": """
        location 1 Location? | name 2 name | consuming 3 flag | controllers 4 Expr
        | observers 5 Expr | arg_binder 6 VarWithType | result 8 Type@ref | update 9 Expr
        | self_binder 10 name""",
    "DefInterface": """
        location 1 Location? | name 2 dotted | methods 3 InterfaceMethod* | param 4 name
        | choices 5 TemplateChoice* | view 6 Type@ref | requires 7 TypeConId*""",
    "InterfaceMethod": "location 1 Location? | name 2 name | type 3 Type@ref",
    "FeatureFlags": """
        forbid_party_literals 1 flag | dont_divulge_contract_ids 2 flag
        | dont_disclose_non_consuming 3 flag""",
    "Module": """
        name 1 dotted | flags 2 FeatureFlags | synonyms 3 DefTypeSyn* | data_types 4 DefDataType*
        | values 5 DefValue* | templates 6 DefTemplate* | exceptions 7 DefException*
        | interfaces 8 DefInterface*""",
    "PackageMetadata": """
        name 1 package_name | version 2 package_version | upgraded 3 UpgradedPackageId?""",
    "UpgradedPackageId": "id 1 upgraded_id",
    "InternedDottedName": "segments 1 name+",
}

SCHEMA: dict[str, str] = {
    **_KINDS,
    **_NAMES,
    **_TYPES,
    **_EXPRESSIONS,
    **_UPDATES,
    **_DEFINITIONS,
}
"""Message name → its rows, separated by ``|``."""


class Row(NamedTuple):
    """One field of a message."""

    slot: str
    number: int
    form: str
    mark: str


def rows(text: str) -> list[Row]:
    """Split the rows of a message."""
    split = []
    for row in filter(None, (part.split() for part in text.split("|"))):
        slot, number, form = row
        mark = form[-1] if form[-1] in "?*+" else ""
        split.append(Row(slot, int(number), form.removesuffix(mark), mark))
    return split

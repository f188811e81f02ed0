"""Lowering of patterns: what alternatives match and which variables they bind."""

from __future__ import annotations

from cantata.lang.ir import patterns as ip
from cantata.lang.ir import types as it
from cantata.lang.lower.context import Context
from cantata.lf import model as lf


def pattern(context: Context, pattern_: ip.Pattern, scrutinee: it.Type) -> lf.Pattern:
    """Lower a pattern for values of a type and give its variable a value."""
    match pattern_:
        case ip.PVariant():
            assert isinstance(scrutinee, it.TNamed), scrutinee
            ref = context.ref(scrutinee.ref)
            return lf.PVariant(ref, pattern_.constructor, context.parameter(pattern_.binder))
        case ip.PEnum():
            assert isinstance(scrutinee, it.TNamed), scrutinee
            return lf.PEnum(context.ref(scrutinee.ref), pattern_.constructor)
        case ip.PNone():
            return lf.PNone()
        case ip.PSome():
            return lf.PSome(context.parameter(pattern_.binder))
        case ip.PDefault():
            return lf.PDefault()

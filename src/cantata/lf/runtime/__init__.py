"""The runtime of Daml-LF: packages translated to Python code, and the values they compute.

What other parts use:

- `cantata.lf.runtime.values`: the representation of values (the table in its docstring).
- `cantata.lf.runtime.effects.Effects`: what a ledger must offer to running code.
- `cantata.lf.runtime.errors`: every refusal, with Canton's code, category and texts.
- `cantata.lf.runtime.compiled`: `CompiledTemplate`, `CompiledChoice`, `CompiledInterface`,
  `CompiledInstance`, `InterfaceValue`.
- `cantata.lf.runtime.runtime.Runtime(packages, *, cache, limits, trace, clock)`:

  - ``template(ref)``, ``interface(ref)``: compiled objects, one per reference, made once.
    A reference to nothing raises `UnknownDefinition`.
  - ``guarded(fn, *args)``: run `fn` under the bounds of `limits`; deep recursion repeats it on a
    large stack, so `fn` must start from scratch whenever it is called. Uncaught exceptions of LF
    become `FailureStatus`. Nested calls share the outer bounds.
  - ``uncatchable(fn, *args)``: run contract code in which exceptions cannot be caught (recomputed
    precondition, signatories and observers of a stored contract); an exception becomes
    `FailureStatus` at once. Choice controllers and observers do this by themselves.
  - ``evaluate(ref, *args)``: a top-level value, applied to arguments, off the ledger.
  - ``view(template, interface, payload)``: an interface view, off the ledger.
  - ``convert(payload, source, target, cid=None)``: a payload of template `source` as one of
    `target` (same module and name, other package version); `UpgradeTranslationFailed`.
  - ``checker(type)``: ``check(value) -> None`` for any serializable type.
  - ``save()``: write code translated so far to the folder `cache`.
  - ``stored(value, type)``: the value with trailing None dropped from records at every depth.
  - ``text(value, type)``: the value as the engine prints it in error texts.
- `cantata.lf.runtime.cache.packages.PackageCache(folder)`: decoded packages on disk, as the `known`
  packages of `read_dar`; ``add(stored)`` keeps one for the next start.
"""

"""Frozen answers of the real engine, replayed on ours and counted.

Each *area* is a module of this package (`AREAS`) with one function:

    PLACE = "lf/builtins.jsonl"
    def checks(data: Path) -> Iterator[Check]: ...

`data` is the folder that holds `lf/` (and later `participant/` and others), `PLACE` the file or
folder below it that the area reads; the runner says so when it is not there. The function yields
one `Check(id, run)` for each frozen answer, in a stable order; `id` names it as its file does
(`builtins.jsonl:17`, `ledger/create-simple.json`). `run()` returns nothing when our answer equals
the frozen one and raises otherwise: an AssertionError that says both answers, or whatever went
wrong: a file that cannot be read is a check that fails. What is absent below `data` yields nothing,
fields that are not known are not looked at. Generators are cheap: work belongs into
`run`, and what several checks share (a loaded package) is loaded by the first of them.
"""

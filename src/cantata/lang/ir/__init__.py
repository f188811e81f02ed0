"""The typed intermediate form: what the front end proves and the lowering to Daml-LF consumes.

Read `types`, `patterns`, `operations`, `expressions`, `statements`, `definitions` in this order.
A `Program` is free of errors: every name is resolved, every expression typed, every conversion
explicit, every match exhaustive, every path of a function returns, no function recurses, all
names are legal and do not clash in Daml-LF. `Case` and `Match` alternatives are tried in order.
"""

from __future__ import annotations

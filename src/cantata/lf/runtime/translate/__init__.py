"""The translator from Daml-LF to Python source, one definition at a time.

`shapes` knows facts about definitions, `typing` the types of expressions, `context` emits lines,
and one module per kind of expression says which lines; `units` puts a definition together.
"""

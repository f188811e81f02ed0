"""Daml-LF 2 in Python: archives and DARs, checker, runtime, JSON codec."""

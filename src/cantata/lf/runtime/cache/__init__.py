"""Caches on disk: decoded packages and translated code, by package id.

Everything here may be missing, old or damaged at any time; then it is made anew.
"""

"""Tests of Cantata, mirroring the source tree by kind of test."""

"""Schedules: what is done by the clock, by one process at a time."""

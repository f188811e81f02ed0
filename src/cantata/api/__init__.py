"""The HTTP application: routes of all slices, problems, health, and the short routes."""

"""The composition root: from the settings to an application, a worker, ingestion, clients.

Each kind of process has a module of its own, so that none loads what only another needs.
"""

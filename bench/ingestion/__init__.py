"""Ingestion against its peers: a row at a time, a JSONB row per event, and ours."""

"""The peers: writers of the same updates, a row at a time, and as a JSONB row per event."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

TABLES = """
CREATE TABLE naive_updates (id text PRIMARY KEY, ledger_offset bigint, record_time timestamptz);
CREATE TABLE naive_holdings (contract_id text PRIMARY KEY, owner text, admin text, instrument text,
  amount numeric(38, 10), created_offset bigint, archived_offset bigint);
CREATE INDEX ON naive_holdings (owner, instrument);
CREATE INDEX ON naive_holdings (created_offset);
CREATE TABLE naive_history (ledger_offset bigint, node integer, kind text, content jsonb,
  PRIMARY KEY (ledger_offset, node));
CREATE TABLE naive_checkpoint (one integer PRIMARY KEY, ledger_offset bigint);
INSERT INTO naive_checkpoint VALUES (1, 0);
CREATE TABLE store_events (ledger_offset bigint, node integer, kind text, contract_id text,
  template_id text, content jsonb, PRIMARY KEY (ledger_offset, node));
CREATE INDEX ON store_events (contract_id);
CREATE TABLE store_checkpoint (one integer PRIMARY KEY, ledger_offset bigint);
INSERT INTO store_checkpoint VALUES (1, 0);
"""
STORE_BATCH = 500


def naive(connection: psycopg.Connection[Any], updates: Iterable[bytes]) -> None:
    """Write each update in a transaction of its own, statement by statement."""
    for text in updates:
        update = json.loads(text)["update"]["Transaction"]["value"]
        offset = update["offset"]
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO naive_updates VALUES (%s, %s, %s)",
                (update["updateId"], offset, update["recordTime"]),
            )
            for event in update["events"]:
                _naive_event(cursor, offset, event)
            cursor.execute("UPDATE naive_checkpoint SET ledger_offset = %s", (offset,))


def _naive_event(cursor: psycopg.Cursor[Any], offset: int, event: dict[str, Any]) -> None:
    ((kind, value),) = event.items()
    cursor.execute(
        "INSERT INTO naive_history VALUES (%s, %s, %s, %s)",
        (offset, value["nodeId"], kind, Jsonb(value)),
    )
    if kind == "CreatedEvent":
        view = value["interfaceViews"][0]["viewValue"]
        cursor.execute(
            "INSERT INTO naive_holdings VALUES (%s, %s, %s, %s, %s, %s)",
            (
                value["contractId"],
                view["owner"],
                view["instrumentId"]["admin"],
                view["instrumentId"]["id"],
                view["amount"],
                offset,
            ),
        )
    elif value["consuming"]:
        cursor.execute(
            "UPDATE naive_holdings SET archived_offset = %s WHERE contract_id = %s",
            (offset, value["contractId"]),
        )


def query_store(connection: psycopg.Connection[Any], updates: Sequence[bytes]) -> None:
    """Write a JSONB row per event, many in a transaction."""
    for start in range(0, len(updates), STORE_BATCH):
        rows = []
        for text in updates[start : start + STORE_BATCH]:
            update = json.loads(text)["update"]["Transaction"]["value"]
            for event in update["events"]:
                ((kind, value),) = event.items()
                rows.append(
                    (
                        *(update["offset"], value["nodeId"], kind),
                        *(value["contractId"], value["templateId"], Jsonb(value)),
                    )
                )
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany("INSERT INTO store_events VALUES (%s, %s, %s, %s, %s, %s)", rows)
            cursor.execute("UPDATE store_checkpoint SET ledger_offset = %s", (rows[-1][0],))

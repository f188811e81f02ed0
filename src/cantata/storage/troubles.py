"""The driver's errors, as those that name what an operator or caller can do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cantata.storage.errors import DatabaseBusy, DatabaseUnavailable

_BUSY = (
    psycopg.errors.QueryCanceled,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into StorageErrors, apart from those that are code's mistakes."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseUnavailable("all connections are in use") from error
    except (DBAPIError, InterfaceError) as error:
        cause = error.orig
        if isinstance(cause, _BUSY):
            raise DatabaseBusy(type(cause).__name__) from error
        if error.connection_invalidated or isinstance(cause, psycopg.OperationalError):
            raise DatabaseUnavailable(_first_line(cause)) from error
        raise
    except _BUSY as error:
        raise DatabaseBusy(type(error).__name__) from error
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(_first_line(error)) from error


def _first_line(error: BaseException | None) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]

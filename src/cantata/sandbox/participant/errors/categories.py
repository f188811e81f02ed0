"""Categories of refusals, and the status of gRPC and HTTP that each of them has."""

from __future__ import annotations

from collections.abc import Mapping

GRPC_OF_CATEGORY: Mapping[int, int] = {
    1: 14,
    2: 10,
    3: 4,
    4: 13,
    5: 3,
    6: 16,
    7: 7,
    8: 3,
    9: 9,
    10: 6,
    11: 5,
    12: 11,
    14: 12,
}
"""The gRPC status of each category; 13 is never seen on the API."""

HTTP_OF_GRPC: Mapping[int, int] = {
    1: 499,
    2: 500,
    3: 400,
    4: 504,
    5: 404,
    6: 409,
    7: 403,
    8: 429,
    9: 400,
    10: 409,
    11: 400,
    12: 501,
    13: 500,
    14: 503,
    15: 500,
    16: 401,
}

RETRYABLE = frozenset({1, 2, 3, 12})
"""Categories whose refusals carry a time after which to try again."""

RETRY_AFTER = "1 second"

NO_CATEGORY = -1
"""What refusals without a category of their own carry on the wire."""

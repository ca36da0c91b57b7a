"""What the feeds support of OData, and the errors of the rest; without the parser of filters (2 MB)."""

from __future__ import annotations

from field178_shared.errors import AppError, ErrorCode

# Functions of a `$filter`, each with the number of its arguments.
FUNCTIONS = {
    "contains": 2,
    "startswith": 2,
    "endswith": 2,
    "length": 1,
    "year": 1,
    "month": 1,
    "day": 1,
    "now": 0,
}


def refused(target: str, problem: str) -> AppError:
    """Return the error of an invalid part of a query."""
    return AppError(ErrorCode.QUERY_REFUSED, target=target, problem=problem)


def unsupported(target: str, problem: str) -> AppError:
    """Return the error of a part of a query that OData defines and this service does not support."""
    return AppError(ErrorCode.QUERY_UNSUPPORTED, target=target, problem=problem)

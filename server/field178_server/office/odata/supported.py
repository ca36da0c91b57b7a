"""What the feeds support of OData, and the errors of the rest; without the parser of filters (3 MB)."""

from __future__ import annotations

from field178_shared.errors import AppError, ErrorCode

# Functions of a `$filter`.
FUNCTIONS = ("contains", "startswith", "endswith", "length", "year", "month", "day", "now")


def refused(target: str, problem: str) -> AppError:
    """Return the error of an invalid part of a query."""
    return AppError(ErrorCode.QUERY_REFUSED, target=target, problem=problem)


def unsupported(target: str, problem: str) -> AppError:
    """Return the error of a part of a query that OData defines and this service does not support."""
    return AppError(ErrorCode.QUERY_UNSUPPORTED, target=target, problem=problem)

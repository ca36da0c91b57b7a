"""Refusal of a whole file; its problem selects the message."""

from __future__ import annotations

from field178_shared.errors import AppError, ErrorCode


def refused(problem: str, **details: object) -> AppError:
    """Return AppError(register_file) with the problem of a file."""
    return AppError(ErrorCode.REGISTER_FILE, problem=problem, **details)

"""Refusal of a whole file, with the problem that its sentence is chosen by."""

from __future__ import annotations

from field178_shared.errors import AppError, ErrorCode


def refused(problem: str, **details: object) -> AppError:
    """Return the refusal of a file: AppError(register_file) with `problem`."""
    return AppError(ErrorCode.REGISTER_FILE, problem=problem, **details)

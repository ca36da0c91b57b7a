"""What the office says about its decisions: a reason is asked for, and no text is longer than a paragraph."""

from __future__ import annotations

from field178_shared.errors import AppError, ErrorCode

MAX_REASON = 500


def require_reason(reason: str) -> None:
    """Raise AppError(required) without a reason, AppError(too_long) for one beyond the limit."""
    if not reason:
        raise AppError(ErrorCode.REQUIRED, path="reason")
    refuse_long(reason)


def refuse_long(*texts: str) -> None:
    """Raise AppError(too_long) when one of the texts is longer than a reason may be."""
    if any(len(text) > MAX_REASON for text in texts):
        raise AppError(ErrorCode.TOO_LONG, limit=MAX_REASON)

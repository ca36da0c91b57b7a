"""The colour of the one word a record shows."""

from __future__ import annotations

TONE_OF_STATE = {
    "draft": "primary",
    "unsent": "warn",
    "received": "faint",
    "returned": "bad",
    "approved": "ok",
    "void": "faint",
}

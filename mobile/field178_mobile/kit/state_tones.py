"""The colour of the one word a record shows, as text and as a pill."""

from __future__ import annotations

TONE_OF_STATE = {
    "draft": "primary",
    "unsent": "warn",
    "received": "faint",
    "returned": "bad",
    "approved": "ok",
    "void": "faint",
}
PILL_OF_STATE = {"draft": "primary", "unsent": "warn", "returned": "bad", "approved": "ok"}

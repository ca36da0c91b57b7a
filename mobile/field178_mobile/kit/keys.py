"""Key codes that several parts of the screen listen to."""

from __future__ import annotations

BACK_KEY = 27  # Escape, and what Android sends for its back

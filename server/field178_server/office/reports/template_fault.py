"""Faults of an office's template; pages import them without the DOCX library."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_BYTES = 900 << 10


class TemplateFaultKind(StrEnum):
    """Kind of a template's fault."""

    NOT_A_DOCUMENT = "not_a_document"
    TOO_LARGE = "too_large"
    PROGRAMS = "programs"
    LOADS = "loads"
    NO_PLACEHOLDER = "no_placeholder"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    NOT_READABLE = "not_readable"
    DOES_NOT_RENDER = "does_not_render"


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """A problem of a template: the placeholder, and number (0: none) and text of its paragraph."""

    kind: TemplateFaultKind
    what: str = ""
    paragraph: int = 0
    text: str = ""

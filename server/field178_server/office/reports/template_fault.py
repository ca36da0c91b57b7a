"""What can be wrong with a template of the office. Without the library of documents: pages name these."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_BYTES = 900 << 10


class TemplateFaultKind(StrEnum):
    """What is wrong with a template."""

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
    """A fault: the placeholder, its paragraph's number (0: none of its own), and how that reads."""

    kind: TemplateFaultKind
    what: str = ""
    paragraph: int = 0
    text: str = ""

"""Field of a form: label, control, typed text, error."""

from __future__ import annotations

from dataclasses import dataclass

from field178_server.console.text.parse_values import Control


@dataclass(frozen=True, slots=True)
class InputField:
    """One field of a form; `condition` names the values of another field that ask for it."""

    path: str
    label: str
    control: Control
    typed: tuple[str, ...]
    help: str = ""
    example: str = ""
    error: str = ""
    condition: str = ""
    is_required: bool = False

    @property
    def id(self) -> str:
        """The id of its control, to which the summary of errors leads."""
        return f"field-{self.path}"


def faults_of(fields: tuple[InputField, ...]) -> list[tuple[str, str, str]]:
    """Return label, sentence and address of each error for the summary, in the order of the form."""
    return [(field.label, field.error, f"#{field.id}") for field in fields if field.error]

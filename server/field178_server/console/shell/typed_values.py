"""What was typed into a form: the value of each field, and the error of each that is no value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from field178_server.console.text.parse_values import Control, read_typed
from field178_shared.errors import NO_DETAILS, AppError, ErrorCode, message
from field178_shared.schemas.fields.catalogue import range_details

Reader = Callable[[Control, Sequence[str]], object]


@dataclass(frozen=True, slots=True)
class TypedValues:
    """Values by path, None for an empty field, and messages by path of an invalid one."""

    language: str
    values: dict[str, object] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def read(
        self,
        path: str,
        control: Control,
        texts: Sequence[str],
        *,
        is_required: bool = False,
        reader: Reader = read_typed,
    ) -> None:
        """Read the field of a path; `reader`: for a text in the form's own spelling."""
        typed = [stripped for text in texts if (stripped := text.strip())]
        self.values[path] = None
        try:
            if typed:
                self.values[path] = reader(control, typed)
            elif is_required:
                raise AppError(ErrorCode.REQUIRED)
        except AppError as error:
            details = range_details(*control.bounds, self.language) if control.bounds else NO_DETAILS
            self.errors[path] = message(error.code, self.language, details)

    def drop(self, path: str) -> None:
        """Set a field that the form does not show to None."""
        self.values[path] = None
        self.errors.pop(path, None)

    def filled(self) -> dict[str, object]:
        """Return the values without those of empty fields."""
        return {path: value for path, value in self.values.items() if value is not None}

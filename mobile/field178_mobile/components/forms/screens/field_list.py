"""Fields drawn from their declarations, each with the office's comment: texts, numbers, dates, choices."""

from __future__ import annotations

from collections.abc import Sequence

from kivy.uix.widget import Widget

from field178_mobile.components.comments.screens import comment_note
from field178_mobile.components.forms.screens.pick_field import PickField
from field178_mobile.components.forms.screens.pinned_field import PinnedField
from field178_mobile.components.forms.simple_fields import SimpleField
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.optional import Optional
from field178_shared.schemas.fields.spec import FieldKind

_REQUIRED = (comment_note.CommentNote,)


@dispatches("on_write")
class FieldList(kit.Column):
    """The fields of a section below each other. show(fields); event on_write(path, value)."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._rows: dict[str, PinnedField | ControlRow] = {}
        self._shown: tuple[str, ...] = ()

    def show(self, fields: Sequence[SimpleField]) -> None:
        """Draw these fields; existing fields keep their widgets and their cursor."""
        paths = tuple(field.path for field in fields)
        if paths != self._shown:
            self.clear_widgets()
            for field in fields:
                self.add_widget(self._row_of(field))
            self._shown = paths
        for field in fields:
            self._rows[field.path].show(field)

    def widget_of(self, path: str) -> Widget | None:
        """Return the widget of a field that is shown."""
        return self._rows[path] if path in self._shown else None

    def _row_of(self, field: SimpleField) -> PinnedField | ControlRow:
        if field.path not in self._rows:
            row = _make_row(field)
            row.bind(on_write=lambda _row, value: self.dispatch("on_write", field.path, value))
            self._rows[field.path] = row
        return self._rows[field.path]


@dispatches("on_write")
class ControlRow(kit.Column):
    """A control with the office's comment over it. show(field); event on_write(value)."""

    def __init__(self, control: kit.CountField | kit.DateField | PickField) -> None:
        super().__init__()
        self.control = control
        self.add_widget(control)
        self._optional = Optional(self)

    def show(self, field: SimpleField) -> None:
        """Draw the value and its messages."""
        self.ids.comment.text, self.ids.comment.at = field.comment, field.path
        self._optional.show(self.ids.comment, bool(field.comment))
        self.control.error = field.problem
        if isinstance(self.control, PickField):
            self.control.show(field.options)
        elif isinstance(self.control, kit.DateField):
            self.control.value = field.text
        else:
            self.control.value = -1 if field.number is None else field.number


def _make_row(field: SimpleField) -> PinnedField | ControlRow:
    words = field.words
    if field.kind is FieldKind.NUMBER:
        return _control_row(kit.CountField(label=words.label, unit=words.unit), "on_commit")
    if field.kind is FieldKind.DATE:
        return _control_row(kit.DateField(label=words.label), "on_commit")
    if field.kind is FieldKind.CHOICE:
        return _control_row(PickField(label=words.label), "on_choose")
    is_long = field.kind is FieldKind.LONG_TEXT
    return PinnedField(label=words.label, hint=words.example, help=words.help, multiline=is_long)


def _control_row(control: kit.CountField | kit.DateField | PickField, event: str) -> ControlRow:
    row = ControlRow(control)
    control.bind(**{event: lambda _control, value: row.dispatch("on_write", value)})
    return row


load_beside(__file__)

"""Sheet before a record is filed: each warning is corrected by a tap or confirmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from field178_mobile.components.forms.filing import Filing
from field178_mobile.components.forms.screens.problem_line import ProblemLine
from field178_mobile.kit import kit
from field178_mobile.kit.language import language as _
from field178_mobile.presentation.checks import FilingWarning

__all__ = ["FilingWarningSheet"]


class RecordToFile(Protocol):
    """Presenter of a record that is about to be filed."""

    filing: Filing

    def jump(self, path: str) -> None:
        """Bring the field at a path into sight."""
        ...


class FileRecord(Protocol):
    """Files the record."""

    def __call__(self, *, with_warnings: bool) -> None:
        """File the record; `with_warnings`: the officer has confirmed the remaining warnings."""
        ...


class FilingWarningSheet(kit.Sheet):
    """Sheet with the warnings of a record. FilingWarningSheet(record, file, mend).open().

    mend: applies the correcting change of a warning; None for records without corrections.
    """

    def __init__(
        self,
        record: RecordToFile,
        file: FileRecord,
        mend: Callable[[FilingWarning], None] | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(title=_("Look again before filing"), sub=_("The reviewer sees these too."), **kwargs)
        self._record = record
        self._file = file
        self._mend = mend
        confirm = kit.Btn(text=_("It is right so: file"), kind="outline", size_hint_x=1)
        confirm.bind(on_release=lambda _btn: self._leave(with_warnings=True))
        self.footer.add_widget(confirm)
        self._list()

    def _list(self) -> None:
        self.clear()
        for warning in self._record.filing.warnings:
            line = ProblemLine(is_warning=True)
            line.show(warning.row)
            line.bind(on_release=lambda line: self._go_to(line.path))
            self.add_widget(line)
            if self._mend is not None and warning.mend:
                button = kit.Btn(text=warning.mend, icon="check", size_hint_x=1)
                button.bind(
                    on_release=lambda _btn, mend=self._mend, warning=warning: self._take(mend, warning)
                )
                self.add_widget(button)

    def _take(self, mend: Callable[[FilingWarning], None], warning: FilingWarning) -> None:
        mend(warning)
        if self._record.filing.warnings:
            self._list()
        else:
            self._leave(with_warnings=False)

    def _go_to(self, path: str) -> None:
        self.dismiss()
        self._record.jump(path)

    def _leave(self, *, with_warnings: bool) -> None:
        self.dismiss()
        self._file(with_warnings=with_warnings)

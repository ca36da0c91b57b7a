"""Question before a visit is filed: its warnings, each mended by a tap or confirmed as it is."""

from __future__ import annotations

from typing import Protocol

from field178_mobile.features.forms.screens.problem_line import ProblemLine
from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.inspection.second_look import SecondLook
from field178_mobile.kit import kit
from field178_mobile.kit.language import language as _

__all__ = ["SecondLookSheet"]


class FileVisit(Protocol):
    """Files the visit."""

    def __call__(self, *, with_warnings: bool) -> None:
        """File it; `with_warnings`: the officer has confirmed what is left of them."""
        ...


class SecondLookSheet(kit.Sheet):
    """Lists the warnings of a visit. SecondLookSheet(visit, file).open()."""

    def __init__(self, visit: InspectionPresenter, file: FileVisit, **kwargs: object) -> None:
        super().__init__(title=_("Look again before filing"), sub=_("The reviewer sees these too."), **kwargs)
        self._visit = visit
        self._file = file
        confirm = kit.Btn(text=_("It is right so: file"), kind="outline", size_hint_x=1)
        confirm.bind(on_release=lambda _btn: self._leave(with_warnings=True))
        self.footer.add_widget(confirm)
        self._list()

    def _list(self) -> None:
        self.clear()
        for look in self._visit.second_looks:
            line = ProblemLine(is_warning=True)
            line.show(look.row)
            line.bind(on_release=lambda line: self._go_to(line.path))
            self.add_widget(line)
            if look.mend:
                mend = kit.Btn(text=look.mend, icon="check", size_hint_x=1)
                mend.bind(on_release=lambda _btn, look=look: self._mend(look))
                self.add_widget(mend)

    def _mend(self, look: SecondLook) -> None:
        self._visit.mend_warning(look)
        if self._visit.second_looks:
            self._list()
        else:
            self._leave(with_warnings=False)

    def _go_to(self, path: str) -> None:
        self.dismiss()
        self._visit.jump(path)

    def _leave(self, *, with_warnings: bool) -> None:
        self.dismiss()
        self._file(with_warnings=with_warnings)

"""Sheet of the tablet's officers: add or remove an officer."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.features.access.officers import OfficerRow, OfficersPresenter
from field178_mobile.kit import kit
from field178_mobile.kit.language import language as _

__all__ = ["OfficersSheet"]


class OfficersSheet(kit.Sheet):
    """Lists who may open the tablet. OfficersSheet(presenter, agency_name, on_add).open()."""

    def __init__(
        self,
        presenter: OfficersPresenter,
        agency_name: Callable[[str], str],
        on_add: Callable[[], None],
        **kwargs: object,
    ) -> None:
        super().__init__(title=_("Officers of this tablet"), **kwargs)
        self._presenter = presenter
        self._agency_name = agency_name
        add = kit.Btn(text=_("One more officer"), icon="account-plus-outline", kind="soft", size_hint_x=1)
        add.bind(on_release=lambda _btn: self._leave(on_add))
        self.footer.add_widget(add)
        self._list()

    def _list(self) -> None:
        self.clear()
        for row in self._presenter.rows():
            self.add_widget(kit.Txt(text=row.name, weight="medium"))
            details = " · ".join(part for part in (self._agency_name(row.agency), row.note) if part)
            self.add_widget(kit.Small(text=details))
            if not row.note:
                off = kit.Btn(text=_("Take off this tablet"), kind="outline")
                off.bind(on_release=lambda _btn, row=row: self._ask(row))
                self.add_widget(off)
            self.add_widget(kit.Divider())

    def _ask(self, row: OfficerRow) -> None:
        kit.confirm(
            _("Take {name} off this tablet?").format(name=row.name),
            _("Nothing filed is lost; what waits is still sent. To come back: network, password, a new PIN."),
            _("Take off"),
            _("Stay"),
            lambda: self._remove(row),
            kind="danger",
        )

    def _remove(self, row: OfficerRow) -> None:
        self._presenter.remove(row.id)
        self._list()

    def _leave(self, act: Callable[[], None]) -> None:
        self.dismiss()
        act()

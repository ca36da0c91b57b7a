"""The sheet by which the list of establishments is narrowed to a commune or a kind."""

from __future__ import annotations

from field178_mobile.features.register.establishments import KIND, UNIT, EstablishmentsPresenter
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.inputs import chips

_REQUIRED = (chips.OptionChips,)


class FilterSheet(kit.Sheet):
    """Sheet of communes and kinds as chips; each tap filters the list behind it at once."""

    def __init__(self, presenter: EstablishmentsPresenter, **kwargs: object) -> None:
        super().__init__(title=_("Filter"), **kwargs)
        self._presenter = presenter
        self._body = FilterBody()
        self._body.ids.units.bind(on_choose=lambda _chips, key: self._narrow(UNIT, key))
        self._body.ids.kinds.bind(on_choose=lambda _chips, key: self._narrow(KIND, key))
        self.add_widget(self._body)
        done = kit.Btn(text=_("OK"), icon="check", size_hint_x=1)
        done.bind(on_release=lambda _btn: self.dismiss())
        self.footer.add_widget(done)
        self._show()

    def _narrow(self, name: str, value: str) -> None:
        self._presenter.narrow(name, value)
        self._show()

    def _show(self) -> None:
        state = self._presenter.filters()
        self._body.ids.units.show(state.units)
        self._body.ids.kinds.show(state.kinds)


class FilterBody(kit.Column):
    """The two groups of chips."""


load_beside(__file__)

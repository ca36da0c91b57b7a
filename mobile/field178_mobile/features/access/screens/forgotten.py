"""Sheet about a forgotten PIN: what happens, and which officer of this tablet can help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from field178_mobile.kit import kit
from field178_mobile.kit.language import language as _

if TYPE_CHECKING:
    from field178_mobile.vault import TabletOfficer

__all__ = ["ForgottenSheet"]


class ForgottenSheet(kit.Sheet):
    """Offers the helpers, and the office. ForgottenSheet(officers, on_helper, on_office).open().

    on_helper(officer id), on_office().
    """

    def __init__(
        self,
        helpers: Sequence[TabletOfficer],
        on_helper: Callable[[str], None],
        on_office: Callable[[], None],
        **kwargs: object,
    ) -> None:
        super().__init__(title=_("Forgot the PIN?"), **kwargs)
        self._on_helper = on_helper
        self.add_widget(kit.Txt(text=_("Nothing on this tablet is deleted, whatever becomes of a PIN.")))
        if helpers:
            steps = _(
                "Another officer opens the tablet. You sign in with your password and choose a new PIN."
            )
            self.add_widget(kit.Txt(text=steps, tone="muted"))
            self.add_widget(kit.Small(text=_("Who opens it for you?"), weight="medium"))
            choices = [kit.Choice(helper.id, helper.name, helper.agency) for helper in helpers]
            listed = kit.ChoiceList(spacing=0)
            listed.show(choices, set())
            listed.bind(on_choose=self._choose)
            self.add_widget(listed)
        sentence = _(
            "Nobody here can open it? With an enrolment code and your password you can, over a network."
        )
        self.add_widget(kit.Txt(text=sentence, tone="muted"))
        office = kit.Btn(text=_("I have an enrolment code"), kind="outline", size_hint_x=1)
        office.bind(on_release=lambda _btn: self._leave(on_office))
        self.add_widget(office)

    def _choose(self, _list: object, officer_id: str) -> None:
        self._leave(lambda: self._on_helper(officer_id))

    def _leave(self, act: Callable[[], None]) -> None:
        self.dismiss()
        act()

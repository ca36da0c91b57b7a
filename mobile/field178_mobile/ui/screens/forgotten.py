"""A forgotten PIN: what happens, and which officer of this tablet opens it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from field178_mobile.ui import kit
from field178_mobile.ui.language import language as _

if TYPE_CHECKING:
    from field178_mobile.vault import Officer

__all__ = ["ForgottenSheet"]


class ForgottenSheet(kit.Sheet):
    """Offers the helpers. ForgottenSheet(officers, on_helper).open(); on_helper(officer id)."""

    def __init__(
        self, helpers: Sequence[Officer], on_helper: Callable[[str], None], **kwargs: object
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
            choices = [kit.Choice(one.id, one.name, one.agency) for one in helpers]
            listed = kit.ChoiceList(spacing=0)
            listed.show(choices, set())
            listed.bind(on_choose=self._choose)
            self.add_widget(listed)
        else:
            alone = _("No other officer of this tablet can open it. Bring it to the office: its key does.")
            self.add_widget(kit.Txt(text=alone, tone="muted"))

    def _choose(self, _list: object, officer_id: str) -> None:
        self.dismiss()
        self._on_helper(officer_id)

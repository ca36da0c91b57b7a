"""Sheet of all drafts: open or delete a draft."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import StringProperty

from field178_mobile.features.workspace.drafts import DraftRow, DraftsPresenter
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _

__all__ = ["DraftsSheet"]


@dispatches("on_discard")
class DraftLine(kit.Press):
    """Row of a draft. show(row); events on_release (open it), on_discard."""

    title = StringProperty("")
    detail = StringProperty("")
    saved = StringProperty("")

    def show(self, row: DraftRow) -> None:
        """Draw the draft."""
        self.title, self.detail = row.title, row.detail
        owner = _("Begun by {name}").format(name=row.owner) if row.owner else ""
        self.saved = " · ".join(part for part in (row.saved, owner) if part)


class DraftsSheet(kit.Sheet):
    """Lists the drafts of the tablet. DraftsSheet(presenter, on_open, on_discard).open()."""

    def __init__(
        self,
        presenter: DraftsPresenter,
        on_open: Callable[[DraftRow], None],
        on_discard: Callable[[DraftRow], None],
        **kwargs: object,
    ) -> None:
        super().__init__(title=_("Drafts"), **kwargs)
        self._presenter = presenter
        self._on_open = on_open
        self._on_discard = on_discard
        self._list()

    def _list(self) -> None:
        self.clear()
        rows = self._presenter.rows()
        self.sub = _("Begun on this device and not filed yet") if rows else _("No draft on this device")
        for row in rows:
            line = DraftLine()
            line.show(row)
            line.bind(on_release=lambda _line, row=row: self._go_on(row))
            line.bind(on_discard=lambda _line, row=row: self._ask(row))
            self.add_widget(line)

    def _go_on(self, row: DraftRow) -> None:
        self.dismiss()
        self._on_open(row)

    def _ask(self, row: DraftRow) -> None:
        whose = _("It was begun by {name}.").format(name=row.owner) if row.owner else ""
        gone = _("What was entered in it is deleted from the device. It cannot be brought back.")
        kit.confirm(
            _("Discard the draft “{title}”?").format(title=row.title),
            " ".join(part for part in (whose, gone) if part),
            _("Discard"),
            _("Keep"),
            lambda: self._discard(row),
            "danger",
        )

    def _discard(self, row: DraftRow) -> None:
        self._on_discard(row)
        self._list()


load_beside(__file__)

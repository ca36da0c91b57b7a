"""The sheet of a filed session's paper: make it, then open, print or save it."""

from __future__ import annotations

from kivy.properties import ObjectProperty, StringProperty

from field178_mobile.components.documents.screens import paper_block
from field178_mobile.features.outreach.outreach import OutreachPresenter
from field178_mobile.features.outreach.session_paper import SessionPaperState
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.optional import Optional

_REQUIRED = (paper_block.PaperBlock, paper_block.FolderBlock)


class SessionPaperSheet(kit.Sheet):
    """The paper of one session. SessionPaperSheet(session).open()."""

    def __init__(self, session: OutreachPresenter, **kwargs: object) -> None:
        super().__init__(title=_("Record of the session"), width_dp=600, **kwargs)
        self.body = SessionPaperBody()
        self.add_widget(self.body)
        self.body.begin(session)
        self.bind(on_dismiss=lambda _sheet: self.body.close())


class SessionPaperBody(kit.Column):
    """The parts of the sheet. begin(session); show(state)."""

    presenter = ObjectProperty(None, allownone=True)
    note = StringProperty("")
    folder = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._optional = Optional(self)

    def begin(self, session: OutreachPresenter) -> None:
        """Draw the paper of a session."""
        self.presenter = session.paper(self.show)
        if self.presenter is not None:
            self.presenter.show()

    def close(self) -> None:
        """Delete the files of the paper that other programs were shown."""
        if self.presenter is not None:
            self.presenter.output.close()

    def show(self, state: SessionPaperState) -> None:
        """Draw the state."""
        self.note, self.folder = state.note, state.folder or ""
        self.ids.paper.reason = _("One moment…") if state.paper.is_making else state.note
        self.ids.paper.show(state.paper, asks_system=state.folder is None)
        self._optional.show(self.ids.note, bool(state.note))
        self._optional.show(self.ids.folder, bool(state.folder))


load_beside(__file__)

"""Outreach screen: sessions of this tablet, the open session, and the media posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.components.comments.screens.comments_sheet import open_comments
from field178_mobile.components.forms.screens import feedback_line
from field178_mobile.components.forms.screens.clock_question import ask_before_filing
from field178_mobile.components.forms.screens.filing_warning_sheet import FilingWarningSheet
from field178_mobile.features.media.media import MediaPosts
from field178_mobile.features.media.media_log import MediaLogState
from field178_mobile.features.media.screens.media_page import MediaPages
from field178_mobile.features.outreach.outreach import OutreachPresenter
from field178_mobile.features.outreach.outreach_pane import OutreachPaneSessions
from field178_mobile.features.outreach.outreach_sessions import SessionRow, SessionsState
from field178_mobile.features.outreach.outreach_state import OutreachState
from field178_mobile.features.outreach.screens import outreach_form
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.state_tones import PILL_OF_STATE, TONE_OF_STATE
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.store import StoreChange

if TYPE_CHECKING:
    from field178_mobile.components.services.services import Services

MORE_BELOW = 0.15
_REQUIRED = (chips.ChipScroll, feedback_line, outreach_form.OutreachFormPane, kit.SearchField)


class OutreachScreen(kit.Panes):
    """The list and the open session."""

    sessions_pane = ObjectProperty(None)
    session = ObjectProperty(None, allownone=True)
    title = StringProperty("")
    word = StringProperty("")
    word_tone = StringProperty("plain")
    notice = StringProperty("")
    is_late = BooleanProperty(False)
    nothing_found = BooleanProperty(False)
    media_line = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        self._has_more = False
        self.media = MediaPages()
        super().__init__(**kwargs)
        self._detail, self._head = Optional(self.ids.detail), Optional(self.ids.head)
        self._show_parts()

    def show_list(self, state: SessionsState) -> None:
        """Draw the list."""
        self.ids.rows.chosen = state.selected
        self.ids.rows.show([_row(row) for row in state.rows])
        self._has_more = state.has_more
        self.ids.chips.show(state.chips)
        self.nothing_found = state.nothing_found
        self.ids.empty.opacity = 0 if state.rows else 1

    def show_media(self, state: MediaLogState) -> None:
        """Draw the line of the media posts, and their log if it is open."""
        self.media_line = state.summary
        self.media.show_log(state)

    def scrolled(self, scroll_y: float) -> None:
        """Extend the list when its end is scrolled into sight."""
        if self._has_more and scroll_y < MORE_BELOW:
            self._has_more = False
            self.sessions_pane.sessions.show_more()

    def show_session(self, state: OutreachState) -> None:
        """Draw the open session; a filed session closes with a message."""
        if state.feedback.filed:
            kit.toast(state.feedback.filed)
            self.close()
            return
        if self.session is not self.sessions_pane.session:
            self.ids.form.show_top()
        self.session = self.sessions_pane.session
        self.has_detail = True
        self.ids.form.session = self.session
        self.ids.form.show(state)
        self.ids.status.show(state.feedback, state.checked)
        self.title = next((option.label for option in state.forms if option.is_chosen), _("New session"))
        self.word, self.word_tone = state.word_label, PILL_OF_STATE.get(state.word, "plain")
        self.notice, self.is_late = state.notice, bool(state.notice) and not state.is_locked
        self._head.show(self.ids.undo, bool(state.feedback.undo))
        self._head.show(self.ids.word, bool(self.word))
        self._show_parts()

    def place(self) -> dict[str, str]:
        """Return the open session as arguments of `open`."""
        session = self.sessions_pane.session
        return {"record_id": session.record_id} if session is not None else {}

    def open(self, record_id: str = "", focus_path: str = "") -> None:
        """Open a session or a media post from elsewhere, at a field."""
        self.sessions_pane.show()
        posts = self.media.posts
        if record_id and not (posts is not None and posts.open(record_id, focus_path)):
            self.sessions_pane.open(record_id, focus_path)

    def open_comments(self, at: str) -> None:
        """Open the comment threads at a place of the open session."""
        if self.session is not None:
            open_comments(lambda render: self.session.open_comments(at, render))

    def discard(self) -> None:
        """Delete the open draft and return to the list."""
        self.sessions_pane.discard()
        self.close()

    def close_if_lost(self) -> None:
        """Return to the list if the open draft was discarded elsewhere."""
        if self.sessions_pane.has_lost_draft():
            self.close()

    def close(self) -> None:
        """Go back to the list."""
        self.has_detail, self.session, self.notice = False, None, ""
        self._show_parts()
        self.sessions_pane.close()

    def complete(self) -> None:
        """File the open session."""
        session = self.session
        session.complete()
        if session.filing.warnings:
            FilingWarningSheet(session, lambda with_warnings: _file(session, with_warnings)).open()
        else:
            _confirm_clock(session, with_warnings=False)

    def _show_parts(self) -> None:
        """Show the open session or an empty state; a closed record has no action bar."""
        is_open = self.session is not None
        for name, is_shown in (
            ("head_panel", is_open),
            ("notice", bool(self.notice)),
            ("form", is_open),
            ("nothing", not is_open),
            ("foot", is_open and (self.is_late or not self.notice)),
        ):
            self._detail.show(self.ids[name], is_shown)


def _row(row: SessionRow) -> kit.Row:
    return kit.Row(
        key=row.record_id,
        title=row.title,
        sub=row.subtitle,
        icon="bullhorn-outline",
        tone="primary",
        meta=row.day,
        word=row.state_word,
        word_tone=TONE_OF_STATE[row.state],
        is_alert=bool(row.attention),
    )


def build(services: Services) -> OutreachScreen:
    """Build the screen on the tablet's services; the list follows the store."""
    screen = OutreachScreen()
    screen.sessions_pane = sessions_pane = OutreachPaneSessions(
        services.records(), screen.show_list, screen.show_session
    )

    posts = MediaPosts(services.records(), screen.show_media, screen.media.show_post)
    screen.media.posts = posts

    def follow(change: StoreChange) -> None:
        services.ui_thread.post(screen.close_if_lost)
        if change.everything or change.records:
            services.ui_thread.post(posts.log.show)
        # A tap in the open session changes no line of the list: looking again would cost every tap a frame.
        if change.everything or change.records or change.drafts - sessions_pane.open_records:
            services.ui_thread.post(sessions_pane.refresh)

    services.store.subscribe(follow)
    sessions_pane.show()
    posts.log.show()
    return screen


def _file(session: OutreachPresenter, with_warnings: bool) -> None:
    session.complete(with_warnings=with_warnings)
    _confirm_clock(session, with_warnings)


def _confirm_clock(session: OutreachPresenter, with_warnings: bool) -> None:
    if session.filing.clock_question:
        ask_before_filing(
            session.filing.clock_question,
            lambda: session.complete(with_warnings=with_warnings, with_clock_off=True),
        )


load_beside(__file__)

"""Outreach pane: the list of sessions, and the open session."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.components.comments.comments import AnsweredRecord, RecordComments
from field178_mobile.components.forms.record_drafts import RecordDrafts
from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.features.outreach.outreach import OpenOutreachSession, OutreachPresenter
from field178_mobile.features.outreach.outreach_data import new_session
from field178_mobile.features.outreach.outreach_sessions import SessionsPresenter, SessionsState
from field178_mobile.features.outreach.outreach_state import OutreachState
from field178_mobile.store import Draft
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.time.clock import local_date


class OutreachPaneSessions:
    """Opens sessions and holds the presenter of the open session."""

    def __init__(
        self,
        services: RecordServices,
        render_list: Callable[[SessionsState], None],
        render_session: Callable[[OutreachState], None],
    ) -> None:
        self._services = services
        self._drafts = RecordDrafts(services, RecordType.OUTREACH_SESSION)
        self._render = render_session
        self.sessions = SessionsPresenter(services.store, services.clock, services.words, render_list)
        self.session: OutreachPresenter | None = None
        self._open_ids: frozenset[str] = frozenset()
        self._word = ""
        self._has_draft = False

    @property
    def open_records(self) -> frozenset[str]:
        """Ids of the records edited in this pane."""
        return self._open_ids

    def show(self) -> None:
        """Show the list."""
        self.sessions.show()

    def begin(self) -> None:
        """Begin a session that is written down now."""
        services = self._services
        data = new_session(services.clock.now(), services.words.lists.version)
        self._open(self._drafts.new("", data))

    def open(self, record_id: str, focus_path: str = "") -> bool:
        """Open a session at a path, to continue or correct it; False if it is not on the tablet."""
        draft = self._drafts.draft_of(record_id)
        if draft is not None:
            self._open(draft, focus_path)
        return draft is not None

    def discard(self) -> None:
        """Delete the open draft; filed records stay."""
        if self.session is not None:
            self._services.store.drafts.discard(self.session.draft_id)
            self.close()

    def close(self) -> None:
        """Close the session; its draft stays as it is."""
        self._leave()
        self.session, self._open_ids = None, frozenset()
        self.sessions.select("")

    def has_lost_draft(self) -> bool:
        """Return whether the open draft was discarded elsewhere: a further edit would recreate it."""
        session = self.session
        if session is None or session.is_filed:
            return False
        had_draft, self._has_draft = (
            self._has_draft,
            self._services.store.drafts.get(session.draft_id) is not None,
        )
        return had_draft and not self._has_draft

    def refresh(self) -> None:
        """Update list and session from the store."""
        self.sessions.show()
        if self.session is not None:
            self.session.store_changed()

    def _render_session(self, state: OutreachState) -> None:
        """Draw the session; its first change gives it another word, and a line of the list."""
        if state.word != self._word:
            self._word = state.word
            self.sessions.show()
        self._render(state)

    def _leave(self) -> None:
        """Close the open session; removed photos can no longer be restored."""
        for record_id in self._open_ids:
            self._services.store.photos.settle(record_id)

    def _open(self, draft: Draft, focus_path: str = "") -> None:
        self._leave()
        store = self._services.store
        is_known = draft.seen is not None or store.drafts.get(draft.id) is not None
        word = store.shown_state(draft.record_id).word if is_known else ""
        answering = self._comments_of(draft)
        opened = OpenOutreachSession(
            draft=draft,
            user=self._services.user,
            unit_ids=self._unit_ids(),
            last=self._last_before(draft.record_id),
            comments=answering.texts if answering else {},
            answering=answering,
            word=word,
            tools=self._services.tools,
            papers=self._services.papers,
        )
        self._word = word
        services = self._services
        self.session = OutreachPresenter(store, services.clock, services.words, opened, self._render_session)
        self._open_ids = frozenset({draft.id, draft.record_id})
        self._has_draft = store.drafts.get(draft.id) is not None
        self.sessions.select(draft.record_id)
        self.session.show(focus_path)

    def _comments_of(self, draft: Draft) -> RecordComments | None:
        """Return the comments on a filed session, None for a new session."""
        return (
            RecordComments(self._services, AnsweredRecord(draft.record_id))
            if draft.seen is not None
            else None
        )

    def _unit_ids(self) -> tuple[str, ...]:
        """Return the communes of the teams on this tablet that are in being today, by name."""
        services = self._services
        named = {
            str(unit)
            for team in services.store.views(RecordType.TEAM)
            for unit in _list_of(team.data.get("unit_ids"))
            if services.words.lists.unit_valid_on(str(unit), local_date(services.clock.now()))
        }
        return tuple(sorted(named, key=services.words.unit))

    def _last_before(self, record_id: str) -> dict[str, object]:
        """Return the session written last, whose repeated members one tap copies.

        Sessions created by a visit are not used.
        """
        forms = self._services.words.lists.forms
        own = {key for key, form in forms.items() if not form.auto_from_visit}
        filed = [
            view
            for view in self._services.store.views(RecordType.OUTREACH_SESSION)
            if view.id != record_id
            and not view.deleted
            and text_of(view.data, "filed_at")
            and text_of(view.data, "outreach_form_id") in own
        ]
        return dict(max(filed, key=lambda view: text_of(view.data, "filed_at")).data) if filed else {}


def _list_of(value: object) -> list[object]:
    return value if isinstance(value, list) else []

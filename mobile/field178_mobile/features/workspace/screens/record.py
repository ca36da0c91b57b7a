"""The record pane: one establishment under three tabs, and the visit that is open there."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from field178_mobile.components.comments.screens.comments_sheet import open_comments
from field178_mobile.features.inspection.field_positions import CHECKLIST, CONCLUSION, INFO, PHOTOS
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.features.inspection.minutes import MinutesPresenter
from field178_mobile.features.inspection.screens.arrival import ArrivalPane
from field178_mobile.features.inspection.screens.checklist.section_list import SectionListPane
from field178_mobile.features.inspection.screens.checklist.section_page import SectionPagePane
from field178_mobile.features.inspection.screens.conclusion import ConclusionPane
from field178_mobile.features.inspection.screens.filed import FiledPane
from field178_mobile.features.inspection.screens.minutes import MinutesSheet
from field178_mobile.features.inspection.screens.photos import PhotosPane
from field178_mobile.features.inspection.screens.visit_foot import VisitFoot
from field178_mobile.features.register.establishment_pane_state import EstablishmentPaneState
from field178_mobile.features.register.screens.info import InfoPane
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.state_tones import PILL_OF_STATE
from field178_mobile.kit.widgets.optional import Optional

_OF_VISIT = {
    "sections": SectionListPane,
    "page": SectionPagePane,
    CONCLUSION: ConclusionPane,
    PHOTOS: PhotosPane,
    "filed": FiledPane,
}
_WITH_MINUTES = (CONCLUSION, "filed")
_REQUIRED = (kit.PaneHead,)


@dispatches("on_ask_shift", "on_mend", "on_count", "on_census", "on_next")
class RecordPane(BoxLayout):
    """Pane of an establishment. record (the presenter); show(state), show_visit(state); has_back.

    Events: on_ask_shift(access result to begin with once the shift is chosen, or ""), on_mend and
    on_count(establishment id), on_census(record id), on_next: the visit is filed, choose another
    establishment.
    """

    record = ObjectProperty(None)
    title = StringProperty("")
    sub = StringProperty("")
    word = StringProperty("")
    word_tone = StringProperty("plain")
    notice = StringProperty("")
    is_late = BooleanProperty(False)
    has_back = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.info: Widget = InfoPane()
        self.arrival: Widget = ArrivalPane()
        self._panes: dict[str, Widget] = {}
        self._head = Optional(self.ids.head)
        self._notice = Optional(self.ids.notice_place)
        self._notice.show(self.ids.notice, False)
        self._foot: VisitFoot | None = None
        self.info.bind(on_ask_shift=self._ask_shift, on_visit=self._open_visit, on_discard=self._discard)
        self.info.bind(on_mend=lambda _info: self.dispatch("on_mend", self.record.establishment_id))
        self.info.bind(on_count=lambda _info: self.dispatch("on_count", self.record.establishment_id))
        self.info.bind(on_census=lambda _info, key: self.dispatch("on_census", key))
        self.arrival.bind(on_ask_shift=self._ask_shift, on_begin=self._begin)

    def show(self, state: EstablishmentPaneState) -> None:
        """Draw the establishment."""
        self.title = state.title
        self.sub = " · ".join(part for part in (state.files, state.subtitle) if part)
        self.word, self.word_tone = state.state_word, PILL_OF_STATE.get(state.state, "plain")
        self._head.show(self.ids.word, bool(self.word))
        self.info.show(state)
        self.arrival.show(state)
        if self.record.visit is None:
            self._panes = {}
            self._show_notice("", False)
            self._put(self.info if state.pane == INFO else self.arrival, None)
            self._tabs(INFO if state.pane == INFO else CHECKLIST, (INFO, CHECKLIST))

    def show_visit(self, state: InspectionState) -> None:
        """Draw the open visit."""
        pane = self.info
        if state.pane != INFO:
            pane = self._pane(state.pane)
            pane.show(state)
        self._show_notice("" if state.pane == "filed" else state.notice, state.is_late)
        self._put(pane, state)
        self._tabs(state.tab, (INFO, CHECKLIST, CONCLUSION, PHOTOS), state.photo_count)
        if state.focus and state.pane in ("page", CONCLUSION):
            pane.bring_into_sight(state.focus)

    def forget(self) -> None:
        """Release the panes of a closed record: they would be redrawn at every change of the theme."""
        self._panes, self._foot = {}, None
        self.ids.foot.clear_widgets()
        self.ids.body.clear_widgets()

    def open_minutes(self) -> None:
        """Show the minutes of the open visit over the screen."""
        sheet = MinutesSheet()
        minutes = self.record.minutes(sheet.show)
        if minutes is not None:
            sheet.begin(minutes, self.record.visit)
            sheet.bind(on_dismiss=lambda _sheet: self._close_minutes(minutes))
            sheet.open()

    def _close_minutes(self, minutes: MinutesPresenter) -> None:
        minutes.output.close()
        self.record.reopen_visit()

    def open_comments(self, at: str) -> None:
        """Open the comment threads at a place of the open visit."""
        if self.record.visit is not None:
            open_comments(lambda render: self.record.visit.open_comments(at, render))

    def _ask_shift(self, *_args: object) -> None:
        self.dispatch("on_ask_shift", "")

    def _open_visit(self, _pane: object, record_id: str) -> None:
        self.record.open_to_read(record_id)

    def _discard(self, _pane: object) -> None:
        self.record.discard()

    def _begin(self, _pane: object, access: str) -> None:
        if not self.record.begin(access):
            self.dispatch("on_ask_shift", access)

    def _pane(self, name: str) -> Widget:
        visit = self.record.visit
        if name == "sections" and "page" not in self._panes:
            self._panes["page"] = SectionPagePane(visit=visit)
            self._panes["page"].warm()
        if name not in self._panes or self._panes[name].visit is not visit:
            self._panes[name] = _OF_VISIT[name](visit=visit)
            if name == "filed":
                self._panes[name].bind(on_next=lambda _pane: self.dispatch("on_next"))
            if name in _WITH_MINUTES:
                self._panes[name].bind(on_minutes=lambda _pane: self.open_minutes())
        return self._panes[name]

    def _put(self, pane: Widget, state: InspectionState | None) -> None:
        """Put a pane into the body, and the foot of the visit below it while one is open."""
        body = self.ids.body
        if body.children != [pane]:
            body.clear_widgets()
            body.add_widget(pane)
        has_foot = state is not None and state.pane != "filed" and bool(state.foot.second.id)
        if has_foot and (self._foot is None or self._foot.visit is not self.record.visit):
            self.ids.foot.clear_widgets()
            self._foot = VisitFoot(visit=self.record.visit)
        shown = [self._foot] if has_foot else []
        if self.ids.foot.children != shown:
            self.ids.foot.clear_widgets()
            for foot in shown:
                self.ids.foot.add_widget(foot)
        if has_foot and self._foot is not None and state is not None:
            self._foot.show(state)

    def _show_notice(self, notice: str, is_late: bool) -> None:
        """Show the notice of a reviewed record, or of a late draft."""
        self.notice, self.is_late = notice, is_late
        self._notice.show(self.ids.notice, bool(notice))

    def _tabs(self, chosen: str, keys: tuple[str, ...], photos: int = 0) -> None:
        names = {INFO: _("Info"), CHECKLIST: _("Inspection"), CONCLUSION: _("Conclusion")}
        names[PHOTOS] = _("Photos ({count})").format(count=photos) if photos else _("Photos")
        self.ids.tabs.chosen = chosen
        self.ids.tabs.set_tabs([(key, names[key]) for key in keys])


load_beside(__file__)

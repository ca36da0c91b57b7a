"""Items of one section, drawn from a pool of rows: another section builds no new rows."""

from __future__ import annotations

from kivy.clock import Clock
from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.features.inspection.screens.checklist import protocol_card
from field178_mobile.features.inspection.screens.checklist.check_item import CheckItem
from field178_mobile.features.inspection.screens.checklist.count_item import CountItem
from field178_mobile.features.inspection.section_view import ItemState, PageState
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.optional import Optional

USUAL_ITEMS = 9
_REQUIRED = (protocol_card.ProtocolCards,)


class SectionPagePane(BoxLayout):
    """The open section. show(state); visit (the presenter)."""

    visit = ObjectProperty(None)
    title = StringProperty("")
    counter = StringProperty("")
    repeat = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._pool: dict[tuple[bool, int], CheckItem | CountItem] = {}
        self._shown: dict[str, ItemState] = {}
        self._section = ""
        self._protocols: set[str] = set()
        self._head = Optional(self.ids.head)
        self._optional = Optional(self.ids.scroll.column)

    def show(self, state: InspectionState) -> None:
        """Draw the open section of the visit."""
        page = state.page
        assert page is not None
        self.title, self.counter, self.repeat = page.title, page.counter, page.repeat
        here = {item.id for item in page.items}
        protocols = [each for each in state.protocols if here.intersection(each.items)]
        self.ids.protocols.show(protocols)
        self._optional.show(self.ids.protocols, bool(protocols))
        self._head.show(self.ids.repeat, bool(page.repeat) and not state.is_locked)
        self.ids.rows.disabled = self.ids.repeat.disabled = self.ids.protocols.disabled = state.is_locked
        self._draw(page)
        opened = {each.id for each in protocols if not each.is_referred}
        if page.id != self._section or opened - self._protocols:
            # A protocol for a person in danger is shown before the next question.
            self.ids.scroll.show_top()
        self._section, self._protocols = page.id, opened

    def warm(self, _dt: float = 0) -> None:
        """Build one more row in advance, one a frame, up to the usual number of a section."""
        places = [place for place in range(USUAL_ITEMS) if (False, place) not in self._pool]
        if places:
            self._pool[False, places[0]] = CheckItem(visit=self.visit)
            Clock.schedule_once(self.warm, 0)

    def row_of(self, item_id: str) -> CheckItem | CountItem | None:
        """Return the drawn row of an item."""
        return next((row for row in self.ids.rows.children if row.key == item_id), None)

    def bring_into_sight(self, path: str) -> None:
        """Scroll to an item after the layout of this frame."""
        item_id = path.split(".")[1] if "." in path else path
        Clock.schedule_once(lambda _dt: self._scroll_to(item_id), 0)

    def _draw(self, page: PageState) -> None:
        rows = [self._row(place, item) for place, item in enumerate(page.items)]
        box = self.ids.rows
        if list(reversed(box.children)) != rows:
            box.clear_widgets()
            for row in rows:
                box.add_widget(row)
            self._shown = {}
        has_partial = any(option.id == "partial" for item in page.items for option in item.options)
        for row, item in zip(rows, page.items, strict=True):
            if isinstance(row, CheckItem):
                row.has_partial_place = has_partial
            if self._shown.get(item.id) != item:
                row.show(item)
        self._shown = {item.id: item for item in page.items}

    def _row(self, place: int, item: ItemState) -> CheckItem | CountItem:
        key = (item.is_count, place)
        if key not in self._pool:
            row = CountItem(visit=self.visit) if item.is_count else CheckItem(visit=self.visit)
            if item.is_count:
                row.bind(on_counted=lambda row: self._count_next(row.key))
            self._pool[key] = row
        return self._pool[key]

    def _count_next(self, item_id: str) -> None:
        """Open the pad of the next required count that is still open."""
        items = list(self._shown.values())
        place = [item.id for item in items].index(item_id)
        following = [
            item for item in items[place + 1 :] if item.is_count and item.is_required and not item.value
        ]
        row = self.row_of(following[0].id) if following else None
        if isinstance(row, CountItem):
            row.open_pad()

    def _scroll_to(self, item_id: str) -> None:
        row = self.row_of(item_id)
        if row is not None:
            self.ids.scroll.scroll_to_widget(row)


load_beside(__file__)

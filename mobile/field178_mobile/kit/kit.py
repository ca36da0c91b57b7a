"""Loads the whole component kit: import it before a screen's kv names kit widgets."""

from __future__ import annotations

from field178_mobile.kit.widgets.inputs.check_row import CheckRow, Seg
from field178_mobile.kit.widgets.inputs.choice_list import Choice, ChoiceList, ChoiceRow, ChoiceSheet
from field178_mobile.kit.widgets.inputs.count_field import CountField, NumberPad
from field178_mobile.kit.widgets.inputs.date_field import DateField
from field178_mobile.kit.widgets.inputs.field import Field, SearchField
from field178_mobile.kit.widgets.inputs.sheet_field import SheetField
from field178_mobile.kit.widgets.inputs.time_field import TimeField
from field178_mobile.kit.widgets.list_pane import ListPane, Row
from field178_mobile.kit.widgets.overlay import Dialog, FullPage, Sheet, confirm
from field178_mobile.kit.widgets.panes import FootBar, PaneHead, Panes
from field178_mobile.kit.widgets.pictures.picture import Picture, Rubbed
from field178_mobile.kit.widgets.press import Btn, Chip, IconBtn, Press
from field178_mobile.kit.widgets.section_row import SectionRow
from field178_mobile.kit.widgets.surface import (
    Banner,
    Card,
    Column,
    EmptyState,
    Flow,
    Meter,
    Panel,
    ScrollPane,
    StatusLine,
)
from field178_mobile.kit.widgets.tablet_status_line import DemoBanner, TabletStatusLine
from field178_mobile.kit.widgets.tabs import Tab, TabBar
from field178_mobile.kit.widgets.text import Divider, Ic, Pill, Section, Small, Tile, Title, Txt, Word
from field178_mobile.kit.widgets.toast import Toast, toast

__all__ = [
    "Banner",
    "Btn",
    "Card",
    "CheckRow",
    "Chip",
    "Choice",
    "ChoiceList",
    "ChoiceRow",
    "ChoiceSheet",
    "Column",
    "CountField",
    "DateField",
    "DemoBanner",
    "Dialog",
    "Divider",
    "EmptyState",
    "Field",
    "Flow",
    "FootBar",
    "FullPage",
    "Ic",
    "IconBtn",
    "ListPane",
    "Meter",
    "NumberPad",
    "PaneHead",
    "Panel",
    "Panes",
    "Picture",
    "Pill",
    "Press",
    "Row",
    "Rubbed",
    "ScrollPane",
    "SearchField",
    "Section",
    "SectionRow",
    "Seg",
    "Sheet",
    "SheetField",
    "Small",
    "StatusLine",
    "Tab",
    "TabBar",
    "TabletStatusLine",
    "Tile",
    "TimeField",
    "Title",
    "Toast",
    "Txt",
    "Word",
    "confirm",
    "toast",
]

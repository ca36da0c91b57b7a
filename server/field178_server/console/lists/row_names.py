"""Names of rows of the lists, and of the rows that a row refers to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from field178_server.console.lists.frame import own_name
from field178_server.console.lists.words import CONFIDENCE
from field178_server.console.text.field_labels import return_name
from field178_server.console.text.localize import Localizer
from field178_shared.codelists.organizations import RETURN_NUMBERS, WHOLE_RETURNS
from field178_shared.list_packs import ListPack
from field178_shared.list_packs.pack import files_with
from field178_shared.list_packs.tables import TABLES, Row

_UNITS, _LINEAGE = "admin_units.units", "admin_units.lineage"
_ITEMS, _SECTIONS = "checklist_items.items", "checklist_items.sections"
_INDICATORS = "indicators.items"
_LAW, _PRESS = "legal_sources.items", "legal_sources.press_sources"
# Tables of the ids of a member, in any table; an id that none of them has is shown itself.
_REFERENCES: Mapping[str, tuple[str, ...]] = {
    "applies": ("establishment_types.items",),
    "channel": ("outreach.media_channels",),
    "channel_id": ("outreach.media_channels",),
    "checklist": (_ITEMS,),
    "due_like": ("reports.report_kinds",),
    "from": (_UNITS,),
    "indicator": (_INDICATORS,),
    "items": (_ITEMS, _SECTIONS),
    "members": (_UNITS,),
    "no_leads_to": ("violations.items",),
    "origin": (_PRESS, _LAW),
    "parent": (_UNITS,),
    "profile": (_SECTIONS,),
    "reporter": ("organizations.agencies",),
    "section": (_SECTIONS,),
    "src": (_LAW,),
    "target_key": (_INDICATORS,),
    "to": (_UNITS,),
    "unit_group": ("admin_units.unit_groups",),
    "unit_id": (_UNITS,),
}
_CHOICES: Mapping[str, str] = {
    "domain": "violation_domain",
    "group": "establishment_group",
    "protocol": "protocol",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class RowNames:
    """Names in one language, read from the lists that a pack makes, whether or not it may be published."""

    def __init__(self, pack: ListPack, localizer: Localizer) -> None:
        self._files = files_with(pack)
        self._localizer = localizer
        self._rows: dict[str, Mapping[str, Row]] = {}
        self._counts: dict[str, Counter[str]] = {}

    def title(self, table: str, key: str, row: Row) -> str:
        """Return the name of a row; of a step of a reform, both units; without a name, its key."""
        if table == _LINEAGE:
            return " → ".join(self.value(end, str(row.get(end, ""))) for end in ("from", "to"))
        return own_name(row, self._localizer.language) or key

    def is_clear(self, table: str, key: str, row: Row) -> bool:
        """Tell whether the name identifies the row in its table."""
        name = own_name(row, self._localizer.language)
        return table == _LINEAGE or (bool(name) and name != key and self._count(table)[name] <= 1)

    def value(self, member: str, text: str) -> str:
        """Return the name of a member's value: of a row, a choice or a day; else the value itself."""
        for table in _REFERENCES.get(member, ()):
            if (row := self._table(table).get(text)) is not None:
                name = self.title(table, text, row)
                return name if self.is_clear(table, text, row) else f"{name} ({text})"
        if member == "confidence" and text in CONFIDENCE:
            return self._localizer.say(CONFIDENCE[text])
        if member == "returns" and text in self._returns:
            return return_name(text, self._localizer)
        if member in _CHOICES:
            return self._localizer.choice(_CHOICES[member], text)
        return self._localizer.day(text) if _DAY.fullmatch(text) else text

    @cached_property
    def _returns(self) -> frozenset[str]:
        return frozenset((*RETURN_NUMBERS, *WHOLE_RETURNS))

    def _table(self, table: str) -> Mapping[str, Row]:
        if table not in self._rows:
            self._rows[table] = TABLES[table].rows(self._files)
        return self._rows[table]

    def _count(self, table: str) -> Counter[str]:
        if table not in self._counts:
            names = (own_name(row, self._localizer.language) for row in self._table(table).values())
            self._counts[table] = Counter(names)
        return self._counts[table]

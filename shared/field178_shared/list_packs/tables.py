"""The tables that an office may change: their place, their key, and what never changes in a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from field178_shared.codelists.checklist import read_item, read_section
from field178_shared.codelists.documents import read_deadline, read_document_form
from field178_shared.codelists.establishments import read_establishment_type
from field178_shared.codelists.holidays import read_declared, read_fixed, read_worked, read_year
from field178_shared.codelists.indicators import read_target_profile
from field178_shared.codelists.labels import ListChoice
from field178_shared.codelists.legal import read_legal_source, read_press_source
from field178_shared.codelists.organizations import read_agency
from field178_shared.codelists.outreach import (
    read_audience,
    read_channel,
    read_form,
    read_material,
    read_topic,
)
from field178_shared.codelists.places import read_phrase, read_school, read_zone
from field178_shared.codelists.reports import read_report_kind
from field178_shared.codelists.rows import ListFileRow
from field178_shared.codelists.units import read_lineage, read_unit, read_unit_group
from field178_shared.codelists.validity import Dated
from field178_shared.codelists.violations import read_violation

Row = dict[str, object]
Rows = Mapping[str, Row]

# The parts of a key that is made of two members. Keys of records take letters, digits, "_" and "-" alone.
_JOINT = "--"


@dataclass(frozen=True, slots=True)
class ListTable:
    """One table: its dotted place in the files, and the members by which a row is the same fact.

    A row whose `identity` differs under a known key would give records of the past another meaning. `sample`
    shows the members of a table that a release leaves empty.
    """

    path: str
    read: Callable[[ListFileRow], Dated]
    identity: tuple[str, ...] = ()
    key: tuple[str, ...] = ("id",)
    sample: Row = field(default_factory=dict)

    def key_of(self, row: Mapping[str, object]) -> str:
        """Return the key of a row; "" when a part of it is missing."""
        parts = [row.get(name) for name in self.key]
        return (
            _JOINT.join(str(part) for part in parts) if all(isinstance(part, str) for part in parts) else ""
        )

    def rows(self, files: Mapping[str, object]) -> dict[str, Row]:
        """Return the rows of the table by key."""
        return {self.key_of(row): row for row in self._list(files)}

    def replace(self, files: Mapping[str, object], rows: Rows) -> None:
        """Put rows in place of those of the same key, the others behind; changes `files`."""
        listed = self._list(files)
        known = {self.key_of(row): index for index, row in enumerate(listed)}
        for key, row in rows.items():
            if key in known:
                listed[known[key]] = row
            else:
                listed.append(row)

    def _list(self, files: Mapping[str, object]) -> list[Row]:
        node: object = files
        for name in self.path.split("."):
            assert isinstance(node, Mapping), self.path
            node = node[name]
        assert isinstance(node, list), self.path
        return node


_PLACE: Row = {
    "id": "",
    "vi": "",
    "en": "",
    "unit_id": "",
    "valid_from": "2026-01-01",
    "valid_to": "2026-01-01",
    "counts": [{"from": "2026-01-01", "count": 1}],
}


def _tables() -> Iterator[ListTable]:
    yield ListTable("admin_units.units", read_unit, identity=("gso_code", "type", "valid_from"))
    yield ListTable("admin_units.lineage", read_lineage, key=("from", "to"))
    yield ListTable("admin_units.unit_groups", read_unit_group)
    yield ListTable(
        "checklist_items.items", read_item, identity=("answer", "section", "rule", "creates", "protocol")
    )
    yield ListTable("checklist_items.sections", read_section)
    yield ListTable("deadlines.items", read_deadline, identity=("from_event",))
    yield ListTable("document_forms.items", read_document_form, identity=("statutory",))
    yield ListTable("document_forms.texts", ListChoice.read)
    yield ListTable("document_forms.commitments_list", ListChoice.read)
    yield ListTable("establishment_types.items", read_establishment_type, identity=("group",))
    yield ListTable("holidays.years", read_year)
    yield ListTable("holidays.declared", read_declared)
    yield ListTable("holidays.fixed", read_fixed)
    yield ListTable("holidays.worked", read_worked)
    yield ListTable("inspection_enums.lists.measure", ListChoice.read)
    yield ListTable("inspection_enums.lists.representative_role", ListChoice.read)
    yield ListTable("legal_sources.items", read_legal_source, identity=("number",))
    yield ListTable("legal_sources.press_sources", read_press_source)
    yield ListTable("organizations.agencies", read_agency, identity=("level",))
    yield ListTable("outreach.audiences", read_audience, identity=("denominator",))
    yield ListTable("outreach.materials", read_material, identity=("unit",))
    yield ListTable("outreach.media_channels", read_channel)
    yield ListTable("outreach.outreach_forms", read_form, identity=("channel", "counts_people"))
    yield ListTable("outreach.topics", read_topic)
    yield ListTable("phrases.items", read_phrase)
    yield ListTable("places.schools", read_school, identity=("kind",), sample={"kind": ""} | _PLACE)
    yield ListTable("places.zones", read_zone, sample=_PLACE)
    yield ListTable("reports.report_kinds", read_report_kind)
    yield ListTable("targets.profiles", read_target_profile, identity=("year",))
    yield ListTable("violations.items", read_violation, identity=("code", "subject"))


TABLES: Mapping[str, ListTable] = MappingProxyType({table.path: table for table in _tables()})

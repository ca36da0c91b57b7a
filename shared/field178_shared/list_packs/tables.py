"""Tables that an office may change: their path, key, and identifying members."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from field178_shared.codelists.checklist import ChecklistItem, ChecklistSection
from field178_shared.codelists.documents import Deadline, DocumentForm
from field178_shared.codelists.establishments import EstablishmentType
from field178_shared.codelists.holidays import DeclaredDays, DeclaredYear, FixedHoliday
from field178_shared.codelists.indicators import FormulaTerm, Indicator, TargetProfile
from field178_shared.codelists.labels import ListChoice
from field178_shared.codelists.legal import LegalSource, PressSource
from field178_shared.codelists.organizations import Agency
from field178_shared.codelists.outreach import Audience, Material, MediaChannel, OutreachFormat, Topic
from field178_shared.codelists.places import MediaOutlet, Phrase, read_school, read_zone
from field178_shared.codelists.privacy_rules import Retention
from field178_shared.codelists.reports import ReportKind
from field178_shared.codelists.rows import ListFileRow
from field178_shared.codelists.units import Lineage, Unit, UnitGroup
from field178_shared.codelists.validity import Dated
from field178_shared.codelists.violations import Violation

Row = dict[str, object]
Rows = Mapping[str, Row]

# Separator of a key with two members. Keys of records allow letters, digits, "_" and "-" only.
_JOINT = "--"


@dataclass(frozen=True, slots=True)
class ListTable:
    """A table of the lists: its dotted path in the files, and the members that identify a row.

    Changing the `identity` of an existing key would change the meaning of old records. `sample` shows the
    members of a table that is empty in a release.
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
        """Replace rows of the same key, and append the others; changes `files`."""
        listed = self._list(files)
        positions = {self.key_of(row): index for index, row in enumerate(listed)}
        for key, row in rows.items():
            if key in positions:
                listed[positions[key]] = row
            else:
                listed.append(row)

    def _list(self, files: Mapping[str, object]) -> list[Row]:
        node: object = files
        for name in self.path.split("."):
            assert isinstance(node, Mapping), self.path
            node = node[name]
        assert isinstance(node, list), self.path
        return node


_OUTLET: Row = {
    "id": "",
    "vi": "",
    "en": "",
    "channel_id": "",
    "unit_id": "",
    "valid_from": "2026-01-01",
    "valid_to": "2026-01-01",
}
_PLACE: Row = {
    "id": "",
    "vi": "",
    "en": "",
    "unit_id": "",
    "valid_from": "2026-01-01",
    "valid_to": "2026-01-01",
    "counts": [{"from": "2026-01-01", "count": 1}],
}


_TABLES = (
    ListTable("admin_units.units", Unit.read, identity=("gso_code", "type", "valid_from")),
    ListTable("admin_units.lineage", Lineage.read, key=("from", "to")),
    ListTable("admin_units.unit_groups", UnitGroup.read),
    ListTable(
        "checklist_items.items",
        ChecklistItem.read,
        identity=("answer", "section", "rule", "creates", "protocol"),
    ),
    ListTable("checklist_items.sections", ChecklistSection.read),
    ListTable("deadlines.items", Deadline.read, identity=("from_event",)),
    ListTable("document_forms.items", DocumentForm.read, identity=("statutory",)),
    ListTable("document_forms.texts", ListChoice.read),
    ListTable("document_forms.commitments_list", ListChoice.read),
    ListTable("establishment_types.items", EstablishmentType.read, identity=("group",)),
    ListTable("holidays.years", DeclaredYear.read),
    ListTable("holidays.declared", DeclaredDays.read),
    ListTable("holidays.fixed", FixedHoliday.read),
    ListTable("holidays.worked", DeclaredDays.read_worked),
    ListTable("indicators.items", Indicator.read, identity=("unit",)),
    ListTable("indicators.terms", FormulaTerm.read),
    ListTable("inspection_enums.lists.measure", ListChoice.read),
    ListTable("inspection_enums.lists.representative_role", ListChoice.read),
    ListTable("legal_sources.items", LegalSource.read, identity=("number",)),
    ListTable("legal_sources.press_sources", PressSource.read),
    ListTable("organizations.agencies", Agency.read, identity=("level",)),
    ListTable("outreach.audiences", Audience.read, identity=("denominator",)),
    ListTable("outreach.correction_actions", ListChoice.read),
    ListTable("outreach.information_channels", ListChoice.read),
    ListTable("outreach.materials", Material.read, identity=("unit",)),
    ListTable("outreach.media_channels", MediaChannel.read),
    ListTable("outreach.outreach_forms", OutreachFormat.read, identity=("channel", "counts_people")),
    ListTable("outreach.risk_groups", ListChoice.read),
    ListTable("outreach.supervision_kinds", ListChoice.read),
    ListTable("outreach.topics", Topic.read),
    ListTable("phrases.items", Phrase.read),
    ListTable("places.media_outlets", MediaOutlet.read, identity=("channel_id",), sample=_OUTLET),
    ListTable("places.schools", read_school, identity=("kind",), sample={"kind": ""} | _PLACE),
    ListTable("places.zones", read_zone, sample=_PLACE),
    ListTable("privacy_rules.retention", Retention.read, identity=("act", "decimals")),
    ListTable("reports.report_kinds", ReportKind.read),
    ListTable("targets.profiles", TargetProfile.read, identity=("year",)),
    ListTable("violations.items", Violation.read, identity=("code", "subject")),
)

TABLES: Mapping[str, ListTable] = MappingProxyType({table.path: table for table in _TABLES})

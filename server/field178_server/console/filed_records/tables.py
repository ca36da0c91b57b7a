"""Tables of visits and of sessions: type, address and texts."""

from __future__ import annotations

from dataclasses import dataclass

from field178_server.console.filed_records.filters import FILTERS
from field178_server.console.shell.lists import ListAddress
from field178_shared.record_type import RecordType
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class FiledRecordTable:
    """Table of visits or of sessions; its texts are msgids."""

    type: str
    name: str
    title: str
    search: str
    empty: str

    @property
    def endpoint(self) -> str:
        """The endpoint of the page."""
        return f"console.filed_records.{self.name}"

    @property
    def address(self) -> ListAddress:
        """The address with the parameters that its links keep."""
        return ListAddress(
            self.endpoint,
            ("q", *FILTERS, "columns", "order", "view"),
            points_endpoint="console.filed_records.visits_points"
            if self.type == RecordType.INSPECTION
            else "",
            file_endpoint=f"{self.endpoint}_file",
            saved_as=self.name,
        )


VISITS = FiledRecordTable(
    RecordType.INSPECTION,
    "visits",
    N_("Visits"),
    N_("Establishment, address or number of the decision"),
    N_("Visits stand here as soon as a tablet has filed one."),
)
SESSIONS = FiledRecordTable(
    RecordType.OUTREACH_SESSION,
    "sessions",
    N_("Outreach sessions"),
    N_("Place of the session"),
    N_("Sessions stand here as soon as a tablet has filed one."),
)

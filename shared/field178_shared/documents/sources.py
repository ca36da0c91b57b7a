"""Records that a visit's papers are made of: the same selection on the tablet and on the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from field178_shared.codelists import AnswerKind, ChecklistItem, ChecklistSection, CodeLists
from field178_shared.records.establishment import Establishment
from field178_shared.records.inspection import CheckedAnswer, Inspection
from field178_shared.records.number_block import serial_of
from field178_shared.records.reading import Data, day_of_act, text_of

MINUTES, COMMITMENT, SESSION_RECORD = "minutes", "commitment", "session_record"
# Article, clause, point: "9.1.a".
ARTICLE = re.compile(r"(\d+)(?:\.(\d+))?(?:\.([a-zđ]))?")
# Numbers of people stand in sentences of their own.
_COUNTED = ("worker_counts", "outreach_on_site")
# Encouraged, never a shortcoming: it MUST NOT stand on a paper as if it were evidence.
_NOT_PRINTED = frozenset({"he_hiv_material"})
_STEMS = {MINUTES: "bien-ban", COMMITMENT: "cam-ket"}


@dataclass(frozen=True, slots=True)
class VisitSource:
    """The revision of a visit that is printed, and the records it names; an absent one prints dotted."""

    record_id: str
    rev: int
    h: str
    data: Data
    establishment: Data
    team: Data
    people: Mapping[str, Data]

    def file_name(self, kind: str) -> str:
        """Return the name of a paper's file; an establishment's name MUST NOT stand in it."""
        serial = serial_of(text_of(self.data, "minutes_number"))
        which = f"{serial:02d}" if serial else self.record_id[-8:]
        day = day_of_act(self.data) or ""
        return f"{_STEMS[kind]}-{which}-{day}-ban-{self.rev}.pdf"


@dataclass(frozen=True, slots=True)
class SessionSource:
    """The revision of an outreach session that is printed."""

    record_id: str
    rev: int
    h: str
    data: Data

    def file_name(self) -> str:
        """Return the name of the paper's file."""
        day = text_of(self.data, "session_date")
        return f"phieu-tuyen-truyen-{self.record_id[-8:]}-{day}-ban-{self.rev}.pdf"


def source_of_visit(
    record_id: str, rev: int, h: str, data: Data, find: Callable[[str], Data | None]
) -> VisitSource:
    """Return the source of a visit's papers; `find` gives the content of a record, None when not here."""
    visit = Inspection.from_data(data)
    people = {member.user: find(member.user) for member in visit.members}
    return VisitSource(
        record_id=record_id,
        rev=rev,
        h=h,
        data=data,
        establishment=find(visit.establishment_id) or {},
        team=find(visit.team_id) or {},
        people={user: person for user, person in people.items() if person is not None},
    )


def establishment_on_day(source: VisitSource, visit: Inspection) -> Establishment:
    """Return the establishment of the register as far as it was so on the day of the visit.

    Its unit is that of the visit; certificates issued later are left out, the others as on that day.
    """
    establishment, day = Establishment.from_data(source.establishment), visit.occurred_on
    if day is None:
        return establishment
    certificates = {
        kind: replace(certificate, status=certificate.status_on(day))
        for kind, certificate in establishment.certificates.items()
        if certificate.issued_on is None or certificate.issued_on <= day
    }
    unit_id = visit.unit_id or establishment.unit_id
    return replace(establishment, unit_id=unit_id, certificates=certificates)


def printed_checklist(
    visit: Inspection, establishment_type_id: str, lists: CodeLists
) -> list[tuple[ChecklistSection, list[tuple[ChecklistItem, CheckedAnswer]]]]:
    """Return the sections of the minutes with the requirements that were answered, in their order."""
    if establishment_type_id not in lists.types:
        return []
    sections = []
    # Of every day: what was answered is printed, whatever list it was answered by.
    for section, items in lists.checklist_of(establishment_type_id, None):
        if section.id in _COUNTED:
            continue
        answered = [(item, visit.answers[item.id]) for item in items if _is_printed(item, visit)]
        if answered:
            sections.append((section, answered))
    return sections


def citation_gaps(visit: Inspection, lists: CodeLists) -> int:
    """Return how many findings have a dotted line where the article of law should stand."""
    return sum(
        text_of(finding.frame, "src") not in lists.legal_sources
        or not ARTICLE.fullmatch(text_of(finding.frame, "art"))
        for finding in visit.findings
    )


def _is_printed(item: ChecklistItem, visit: Inspection) -> bool:
    is_requirement = item.answer in (AnswerKind.YES_NO, AnswerKind.YES_NO_PARTIAL)
    return is_requirement and item.id in visit.answers and item.id not in _NOT_PRINTED

"""Content of a report with the exact revisions it counts, for sign-off, freeze and comparison.

It reads all records; for a large store a separate process does that (`count_process`).
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from field178_server.audit.trail_chain import head
from field178_server.database.models import FrozenReport
from field178_server.office.reports.content import digest
from field178_server.office.reports.queries import (
    LaterChange,
    StoredReport,
    content_of_facts,
    facts_for,
    frozen_report,
    later_changes,
    manifest,
    revisions_behind,
    signed_content,
    template_body,
    template_in_use,
)
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.reports import Report
from field178_shared.time.clock import local_date, to_wire
from field178_shared.wire.canonical import canonical


@dataclass(frozen=True, slots=True)
class CountedAt:
    """Tenant, lists in force and instant of a count."""

    tenant_id: str
    lists: CodeLists
    now: datetime


@dataclass(frozen=True, slots=True)
class CountedContent:
    """A report content in its stored form: compressed canonical JSON, of which `sha256` is the hash.

    `figures`: digest of the content without its revisions; a sign-off contains it. `template`: its hash.
    """

    figures: str
    counted_at: datetime
    records: int
    sha256: str
    template: str
    body: bytes

    def to_plain(self) -> dict[str, object]:
        """Return the content as plain values for another process."""
        return {
            "figures": self.figures,
            "counted_at": to_wire(self.counted_at),
            "records": self.records,
            "sha256": self.sha256,
            "template": self.template,
            "body": base64.b64encode(self.body).decode(),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> CountedContent:
        """Return the content from the plain values of another process."""
        return cls(
            plain["figures"],
            datetime.fromisoformat(plain["counted_at"]),
            plain["records"],
            plain["sha256"],
            plain["template"],
            base64.b64decode(plain["body"]),
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Stored content and present content of a report, and the records that changed between them."""

    before: Mapping[str, Any]
    content: Mapping[str, Any]
    changes: list[LaterChange]


def count_signed(session: Session, at: CountedAt, report: StoredReport) -> CountedContent:
    """Count the content that the sign-off of a report stores."""
    facts = facts_for(session, at.tenant_id, at.lists, report.report, local_date(at.now))
    content = content_of_facts(at.lists, report.report, facts)
    revisions = revisions_behind(session, at.tenant_id, at.lists, facts)
    return _counted(at, digest(content), {**content, "records": revisions}, "")


def count_frozen(session: Session, at: CountedAt, known_report: StoredReport) -> CountedContent:
    """Count the content that the freeze of a signed-off report stores."""
    report, tenant_id = known_report.report, at.tenant_id
    facts = facts_for(session, tenant_id, at.lists, report, local_date(at.now))
    content = content_of_facts(at.lists, report, facts)
    figures = digest(content)
    revisions, behind = manifest(session, tenant_id, at.lists, facts)
    chained = head(session, tenant_id)
    used = template_in_use(session, tenant_id)
    template = used.sha256 if used is not None else product_template(at.lists)[0]
    content |= {
        "frozen_at": to_wire(at.now),
        "report": {"id": known_report.record_id, "rev": known_report.rev},
        # The frozen revision is the one that the sign-off wrote: each edit removes the sign-off.
        "signed_off": {"at": report.signed_off_at, "rev": known_report.rev, "figures": report.signed_figures},
        "records": revisions,
        "trace": behind,
        "audit": {"index": chained.index, "hash": chained.hash} if chained else None,
        "template": template,
        "restates": _restated(session, tenant_id, report),
    }
    return _counted(at, figures, content, template)


def compare(session: Session, at: CountedAt, report: StoredReport) -> Comparison:
    """Compare a report with its frozen content, else with its signed-off content.

    Raises AppError(not_found) if neither is stored.
    """
    frozen = frozen_report(session, at.tenant_id, report.record_id)
    before = frozen.content if frozen is not None else signed_content(session, at.tenant_id, report)
    if before is None:
        raise AppError(ErrorCode.NOT_FOUND, record_id=report.record_id)
    facts = facts_for(session, at.tenant_id, at.lists, report.report, local_date(at.now))
    revisions = revisions_behind(session, at.tenant_id, at.lists, facts)
    content = content_of_facts(at.lists, report.report, facts)
    return Comparison(before, content, later_changes(before, revisions))


def product_template(lists: CodeLists) -> tuple[str, bytes]:
    """Return the hash and the bytes of the product's report template."""
    body = template_body(None, lists.report_layout)
    return hashlib.sha256(body).hexdigest(), body


def _counted(at: CountedAt, figures: str, content: Mapping[str, Any], template: str) -> CountedContent:
    raw = canonical(content)
    sha256 = hashlib.sha256(raw).hexdigest()
    return CountedContent(figures, at.now, len(content["records"]), sha256, template, zlib.compress(raw, 9))


def _restated(session: Session, tenant_id: str, report: Report) -> dict[str, str] | None:
    if not report.restates:
        return None
    before = session.get(FrozenReport, (tenant_id, report.restates))
    return {
        "id": report.restates,
        "sha256": before.sha256 if before else "",
        "frozen_at": to_wire(before.frozen_at) if before else "",
        "reason": report.restatement_reason,
    }

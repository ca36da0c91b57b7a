"""The field's answers to the comments of reviews, with their authors."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from field178_server.database.models import ChangeHistory, Officer, Record
from field178_shared.record_type import RecordType
from field178_shared.records.comment_threads import CommentAnswer


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer, its author and the instant it was received."""

    answer: CommentAnswer
    user_id: str | None
    received_at: datetime


def answers_to(
    session: Session, tenant_id: str, record_ids: Collection[str]
) -> dict[str, tuple[StoredAnswer, ...]]:
    """Return the answers to comments on records, by record; erased answers are left out."""
    is_first = and_(
        ChangeHistory.tenant_id == Record.tenant_id,
        ChangeHistory.record_id == Record.record_id,
        ChangeHistory.rev == 1,
    )
    query = (
        select(
            Record.subject_id, Record.record_id, Record.body, ChangeHistory.user_id, ChangeHistory.received_at
        )
        .join(ChangeHistory, is_first)
        .where(Record.tenant_id == tenant_id, Record.subject_id.in_(sorted(record_ids)))
        .where(Record.type == RecordType.COMMENT_ANSWER, Record.deleted.is_(False))
        .order_by(Record.record_id)
    )
    answers: dict[str, tuple[StoredAnswer, ...]] = {}
    for subject_id, record_id, body, user_id, received_at in session.execute(query):
        answer = CommentAnswer.from_data(record_id, json.loads(body))
        if answer.comment and subject_id is not None:
            stored_answer = StoredAnswer(answer, user_id, received_at)
            answers[subject_id] = (*answers.get(subject_id, ()), stored_answer)
    return answers


def roles_of(session: Session, tenant_id: str, officer_ids: Collection[str]) -> dict[str, str]:
    """Return the roles of officers by id."""
    query = select(Officer.officer_id, Officer.role).where(
        Officer.tenant_id == tenant_id, Officer.officer_id.in_(sorted(officer_ids))
    )
    return {officer_id: role for officer_id, role in session.execute(query)}

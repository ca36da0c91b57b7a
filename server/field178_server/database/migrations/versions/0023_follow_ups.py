"""Add projections of follow-ups, their answers, sanctions, and merged establishments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

from field178_shared.codelists import load
from field178_shared.records.follow_ups import CLOSING, closed_by
from field178_shared.records.reading import day_of, day_of_act, entries_of, text_of
from field178_shared.records.sanctions import AfterVisit, number_key
from field178_shared.rules.time_limits import decision_due, execution_due
from field178_shared.schemas import lenient_value

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
DATE = sa.Text().with_variant(sa.Date(), "postgresql")
FLAG = sa.Integer().with_variant(sa.Boolean(), "postgresql")
NO_DAY = date.max


def upgrade() -> None:
    merged = _table(
        "merged_record",
        [("record_id", KEY, False), ("into_id", KEY, False)],
        ("record_id",),
        "record_id",
    )
    op.create_index(op.f("ix_merged_record_tenant_id_into_id"), "merged_record", ["tenant_id", "into_id"])
    rows = _table(
        "follow_up_row",
        [
            ("visit_id", KEY, False),
            ("line", KEY, False),
            ("kind", sa.Text(), False),
            ("key", KEY, False),
            *_place(),
            ("title", sa.Text(), False),
            ("due_on", DATE, False),
            ("own_closed_on", DATE, True),
            ("closed_on", DATE, True),
            ("amount_vnd", WHOLE, True),
            ("paid_vnd", WHOLE, True),
        ],
        ("visit_id", "line"),
        "visit_id",
        sa.CheckConstraint(
            "kind IN ('correction', 'decision', 'payment')", name=op.f("ck_follow_up_row_kind")
        ),
    )
    for name, day, where in (
        ("open", "due_on", "closed_on IS NULL"),
        ("closed", "closed_on", "closed_on IS NOT NULL"),
    ):
        op.create_index(
            f"ix_follow_up_row_{name}",
            "follow_up_row",
            ["tenant_id", day, "visit_id", "line"],
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    answers = _table(
        "follow_up_answer",
        [
            ("visit_id", KEY, False),
            ("asked_visit_id", KEY, False),
            ("follow_up_id", KEY, False),
            ("answered_on", DATE, False),
        ],
        ("visit_id", "asked_visit_id", "follow_up_id"),
        "visit_id",
    )
    op.create_index(
        op.f("ix_follow_up_answer_tenant_id_asked_visit_id_follow_up_id"),
        "follow_up_answer",
        ["tenant_id", "asked_visit_id", "follow_up_id"],
    )
    sanctions = _table(
        "sanction_row",
        [
            ("visit_id", KEY, False),
            ("number_key", KEY, False),
            ("decision_id", KEY, False),
            *_place(),
            ("document_number", sa.Text(), False),
            ("document_date", DATE, True),
            ("agency_id", sa.Text(), False),
            ("sanction_id", sa.Text(), False),
            ("amount_vnd", WHOLE, False),
            ("paid_vnd", WHOLE, False),
            ("is_of_field", FLAG, False),
        ],
        ("visit_id", "number_key"),
        "visit_id",
    )
    op.create_index(op.f("ix_sanction_row_tenant_id_visited_on"), "sanction_row", ["tenant_id", "visited_on"])
    _fill(op.get_bind(), merged, rows, answers, sanctions)


def downgrade() -> None:
    for name in ("sanction_row", "follow_up_answer", "follow_up_row", "merged_record"):
        op.drop_table(name)


def _place() -> tuple[tuple[str, Any, bool], ...]:
    return (
        ("scope", KEY, False),
        ("unit_id", KEY, True),
        ("team_id", KEY, True),
        ("establishment_id", KEY, True),
        ("visited_on", DATE, True),
    )


def _table(
    name: str, columns: list[tuple[str, Any, bool]], key: tuple[str, ...], of: str, *more: sa.Constraint
) -> sa.Table:
    return op.create_table(
        name,
        sa.Column("tenant_id", KEY, nullable=False),
        *(sa.Column(column, type_, nullable=is_nullable) for column, type_, is_nullable in columns),
        sa.PrimaryKeyConstraint("tenant_id", *key, name=op.f(f"pk_{name}")),
        sa.ForeignKeyConstraint(
            ["tenant_id", of],
            ["record.tenant_id", "record.record_id"],
            name=op.f(f"fk_{name}_tenant_id_{of}"),
        ),
        *more,
        sqlite_strict=True,
    )


def _fill(
    connection: sa.Connection, merged: sa.Table, rows: sa.Table, answers: sa.Table, sanctions: sa.Table
) -> None:
    """Write the rows of stored records; there are no older entries of the office."""
    deleted = sa.text(
        "SELECT tenant_id, record_id, body FROM record WHERE deleted AND type = 'establishment'"
    )
    targets = [
        {"tenant_id": tenant, "record_id": record, "into_id": into}
        for tenant, record, body in connection.execute(deleted)
        if (into := text_of(json.loads(body), "merged_into"))
    ]
    rows_by_table: dict[str, list[dict[str, Any]]] = {"rows": [], "answers": [], "sanctions": []}
    visits = sa.text(
        "SELECT filed_record.tenant_id, filed_record.record_id, filed_record.scope, filed_record.unit_id, "
        "filed_record.team_id, filed_record.establishment_id, record.body "
        "FROM filed_record JOIN record ON record.tenant_id = filed_record.tenant_id "
        "AND record.record_id = filed_record.record_id "
        "WHERE filed_record.type = 'inspection' AND review_state <> 'void'"
    )
    for tenant, visit, scope, unit, team, establishment, body in connection.execute(visits):
        data = json.loads(body)
        own = {"tenant_id": tenant, "visit_id": visit}
        place = {"scope": scope, "unit_id": unit, "team_id": team, "establishment_id": establishment}
        place["visited_on"] = day_of_act(data)
        rows_by_table["rows"] += [{**own, **place, **line} for line in _lines(data)]
        rows_by_table["sanctions"] += [{**own, **place, **sanction} for sanction in _sanctions(data)]
        rows_by_table["answers"] += [
            {
                **own,
                "asked_visit_id": answered_visit,
                "follow_up_id": key,
                "answered_on": day_of_act(data) or NO_DAY,
            }
            for answered_visit, key in sorted(set(closed_by(data)))
            if answered_visit and key
        ]
    for table, values in (
        (merged, targets),
        (rows, rows_by_table["rows"]),
        (answers, rows_by_table["answers"]),
        (sanctions, rows_by_table["sanctions"]),
    ):
        if values:
            connection.execute(table.insert(), [_stored(connection, row) for row in values])
    connection.execute(
        sa.text(
            "UPDATE follow_up_row SET closed_on = (SELECT min(answered_on) FROM follow_up_answer "
            "WHERE follow_up_answer.tenant_id = follow_up_row.tenant_id "
            "AND asked_visit_id = follow_up_row.visit_id AND follow_up_id = follow_up_row.key) "
            "WHERE kind = 'correction' AND own_closed_on IS NULL"
        )
    )


def _lines(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    lists, after, visited_on = load(), AfterVisit.of(data, {}), day_of_act(data)
    for key, row in entries_of(data, "follow_ups").items():
        is_closed = text_of(row, "status") in CLOSING
        closed_on = (day_of(row, "fixed_on") or visited_on or NO_DAY) if is_closed else None
        due_on = day_of(row, "due_on") or NO_DAY
        yield _line("correction", key, text_of(row, "text"), due_on, closed_on)
    if entries_of(data, "findings"):
        visit = lenient_value("inspection", data)
        decided = (decision.document_date or visited_on or NO_DAY for decision in after.decisions)
        yield _line(
            "decision", "", "", decision_due(visit, lists, after) or NO_DAY, min(decided, default=None)
        )
    for decision in after.decisions:
        if decision.amount_vnd:
            closed_on = None if decision.outstanding_vnd else decision.last_paid_on or NO_DAY
            due_on = execution_due(decision, lists) or NO_DAY
            line = _line("payment", decision.decision_id, decision.document_number, due_on, closed_on)
            yield {**line, "amount_vnd": decision.amount_vnd, "paid_vnd": decision.paid_vnd}


def _line(kind: str, key: str, title: str, due_on: date, closed_on: date | None) -> dict[str, Any]:
    return {
        "line": f"{kind}.{key}" if key else kind,
        "kind": kind,
        "key": key,
        "title": title,
        "due_on": due_on,
        "own_closed_on": closed_on,
        "closed_on": closed_on,
        "amount_vnd": None,
        "paid_vnd": None,
    }


def _sanctions(data: dict[str, Any]) -> list[dict[str, Any]]:
    decisions = {
        number_key(decision.document_number) or decision.decision_id: decision
        for decision in AfterVisit.of(data, {}).decisions
    }
    return [
        {
            "number_key": key,
            "decision_id": decision.decision_id,
            "document_number": decision.document_number,
            "document_date": decision.document_date,
            "agency_id": decision.agency_id,
            "sanction_id": decision.sanction_id,
            "amount_vnd": decision.amount_vnd,
            "paid_vnd": decision.paid_vnd,
            "is_of_field": decision.is_of_field,
        }
        for key, decision in decisions.items()
    ]


def _stored(connection: sa.Connection, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _stored_value(value) for name, value in row.items()} if _is_sqlite(connection) else row


def _is_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _stored_value(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    return value.isoformat() if isinstance(value, date) else value

"""Tables of projections: typed rows of records for lists, reviews and reports."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, Key, KeyPart, MaybeKey, TenantKey, table_args

# Index of an establishment's visits; SQLite, which has no statistics, needs a hint to use it.
VISITS_INDEX = "ix_filed_record_tenant_id_establishment_id_occurred_on"


class EstablishmentProjection(Base):
    """A live establishment, for the register and the map.

    `folded`: the search text without diacritics: name, address, registration number, commune.
    """

    __tablename__ = "establishment_row"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "unit_id", "sort_key"),
        Index(None, "tenant_id", "sort_key"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    scope: Mapped[Key]
    unit_id: Mapped[Key]
    establishment_type_id: Mapped[str]
    operating_status_id: Mapped[str]
    name: Mapped[str]
    address: Mapped[str]
    folded: Mapped[str]
    sort_key: Mapped[Key]
    lat: Mapped[int | None]
    lon: Mapped[int | None]
    registration_number: Mapped[str | None]
    inspection_priority_id: Mapped[str | None]
    rev: Mapped[int]
    changed_at: Mapped[datetime]


class FiledRecord(Base):
    """A live filed inspection or outreach session with its review state, for lists and the review queue.

    `drawer`: its queue of the review: a corrected or answered return is waiting again. `handed_to`: the
    officer who must answer a return instead of `user_id`, who filed it. `folded`: the search texts without
    diacritics, one per line: its numbers and the venue of a session. `register_type_id`, `register_unit_id`:
    type and commune of the visited establishment in the register (without it: NULL and the record's unit);
    both change with the establishment (decision 0082).
    """

    __tablename__ = "filed_record"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "drawer", "received_at", "record_id"),
        Index(None, "tenant_id", "received_at", "record_id"),
        Index(VISITS_INDEX, "tenant_id", "establishment_id", "occurred_on"),
        Index(
            "ix_filed_record_open_threads",
            "tenant_id",
            "reviewed_at",
            "record_id",
            sqlite_where=text("open_threads > 0"),
            postgresql_where=text("open_threads > 0"),
        ),
        Index(
            "ix_filed_record_sessions",
            "tenant_id",
            "received_at",
            "record_id",
            sqlite_where=text("type = 'outreach_session'"),
            postgresql_where=text("type = 'outreach_session'"),
        ),
        Index(
            "ix_filed_record_session_drawers",
            "tenant_id",
            "drawer",
            "received_at",
            "record_id",
            sqlite_where=text("type = 'outreach_session'"),
            postgresql_where=text("type = 'outreach_session'"),
        ),
        # Contains all filter columns, so that counts of lists need only the index.
        Index(
            "ix_filed_record_list",
            "tenant_id",
            "type",
            "occurred_on",
            "record_id",
            "scope",
            "unit_id",
            "team_id",
            "kind",
            "outcome",
            "review_state",
            "establishment_id",
            "register_type_id",
            "register_unit_id",
        ),
        CheckConstraint("review_state IN ('waiting', 'returned', 'approved', 'void')", name="review_state"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    type: Mapped[str]
    scope: Mapped[Key]
    unit_id: Mapped[MaybeKey]
    team_id: Mapped[MaybeKey]
    establishment_id: Mapped[MaybeKey]
    register_type_id: Mapped[str | None]
    register_unit_id: Mapped[MaybeKey]
    occurred_on: Mapped[date | None]
    kind: Mapped[str | None]
    outcome: Mapped[str | None]
    title: Mapped[str | None]
    attendance_count: Mapped[int | None]
    first_time_count: Mapped[int | None]
    rev: Mapped[int]
    user_id: Mapped[MaybeKey]
    device_id: Mapped[MaybeKey]
    received_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    review_state: Mapped[str]
    review_rev: Mapped[int | None]
    reviewed_at: Mapped[datetime | None]
    drawer: Mapped[str] = mapped_column(server_default="waiting")
    plan_item_id: Mapped[MaybeKey]
    # Number of open comment threads.
    open_threads: Mapped[int] = mapped_column(server_default="0")
    handed_to: Mapped[MaybeKey]
    folded: Mapped[str] = mapped_column(server_default="")


class FiledCount(Base):
    """Count of filed records by scope, type and drawer; updated in the transaction of the records."""

    __tablename__ = "filed_count"
    __table_args__ = table_args()

    tenant_id: Mapped[TenantKey]
    scope: Mapped[KeyPart]
    type: Mapped[KeyPart]
    drawer: Mapped[KeyPart]
    record_count: Mapped[int]


class FiledFacet(Base):
    """A code or establishment of a live filed record, for filters of lists.

    `kind`: violation or measure of a visit, establishment of an outreach session.
    """

    __tablename__ = "filed_facet"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "kind", "value", "record_id"),
        CheckConstraint("kind IN ('violation', 'measure', 'establishment')", name="kind"),
        in_key_order=True,
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    kind: Mapped[KeyPart]
    value: Mapped[KeyPart]


class MergeProjection(Base):
    """A merged establishment and the record it was merged into, which may be merged as well."""

    __tablename__ = "merged_record"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "into_id"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    into_id: Mapped[Key]


class FollowUpProjection(Base):
    """A follow-up of a visit: a correction, the due decision, or a fine to be paid.

    `line` is unique in the visit; `due_on` is NO_DAY without a due day. `closed_on`: `own_closed_on`, which
    visit or office set, or the day of another visit's answer.
    """

    __tablename__ = "follow_up_row"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "visit_id"], ["record.tenant_id", "record.record_id"]),
        Index(
            "ix_follow_up_row_open",
            "tenant_id",
            "due_on",
            "visit_id",
            "line",
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
        Index(
            "ix_follow_up_row_closed",
            "tenant_id",
            "closed_on",
            "visit_id",
            "line",
            sqlite_where=text("closed_on IS NOT NULL"),
            postgresql_where=text("closed_on IS NOT NULL"),
        ),
        CheckConstraint("kind IN ('correction', 'decision', 'payment')", name="kind"),
        in_key_order=True,
    )

    tenant_id: Mapped[TenantKey]
    visit_id: Mapped[KeyPart]
    line: Mapped[KeyPart]
    kind: Mapped[str]
    key: Mapped[Key]
    scope: Mapped[Key]
    unit_id: Mapped[MaybeKey]
    team_id: Mapped[MaybeKey]
    establishment_id: Mapped[MaybeKey]
    visited_on: Mapped[date | None]
    title: Mapped[str]
    due_on: Mapped[date]
    own_closed_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    amount_vnd: Mapped[int | None]
    paid_vnd: Mapped[int | None]


class FollowUpAnswerRow(Base):
    """An answer of a visit (not void) that closes a correction of another visit."""

    __tablename__ = "follow_up_answer"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "visit_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "asked_visit_id", "follow_up_id"),
    )

    tenant_id: Mapped[TenantKey]
    visit_id: Mapped[KeyPart]
    asked_visit_id: Mapped[KeyPart]
    follow_up_id: Mapped[KeyPart]
    answered_on: Mapped[date]


class SanctionRow(Base):
    """A sanction decision on a visit, once per decision number, by tablet or office: a source of figures."""

    __tablename__ = "sanction_row"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "visit_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "visited_on"),
    )

    tenant_id: Mapped[TenantKey]
    visit_id: Mapped[KeyPart]
    number_key: Mapped[KeyPart]
    decision_id: Mapped[Key]
    scope: Mapped[Key]
    unit_id: Mapped[MaybeKey]
    team_id: Mapped[MaybeKey]
    establishment_id: Mapped[MaybeKey]
    visited_on: Mapped[date | None]
    document_number: Mapped[str]
    document_date: Mapped[date | None]
    agency_id: Mapped[str]
    sanction_id: Mapped[str]
    amount_vnd: Mapped[int]
    paid_vnd: Mapped[int]
    is_of_field: Mapped[bool]


class PlanItemRow(Base):
    """A live planned visit. The scope of an unannounced visit is the office's until its window begins."""

    __tablename__ = "plan_item_row"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "year", "window_to"),
        Index(None, "tenant_id", "scope", "window_from"),
        Index(None, "tenant_id", "asked_visit_id"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    scope: Mapped[Key]
    year: Mapped[int]
    team_id: Mapped[Key]
    establishment_id: Mapped[MaybeKey]
    establishment_type_id: Mapped[str | None]
    unit_id: Mapped[MaybeKey]
    kind: Mapped[str]
    trigger: Mapped[str]
    window_from: Mapped[date]
    window_to: Mapped[date]
    asked_visit_id: Mapped[MaybeKey]
    asked_follow_up_id: Mapped[MaybeKey]
    is_cancelled: Mapped[bool]


class ConflictRow(Base):
    """A conflict record, for the office's list."""

    __tablename__ = "conflict_row"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "conflict_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "record_id"),
        Index(None, "tenant_id", "state", "changed_at"),
        CheckConstraint("state IN ('open', 'resolved')", name="state"),
    )

    tenant_id: Mapped[TenantKey]
    conflict_id: Mapped[KeyPart]
    record_id: Mapped[Key]
    record_type: Mapped[str]
    scope: Mapped[Key]
    path: Mapped[str]
    device_id: Mapped[Key]
    state: Mapped[str]
    entry_count: Mapped[int]
    reason: Mapped[str]
    changed_at: Mapped[datetime]


class ProjectionRun(Base):
    """An unfinished run of `field178 project` with its position.

    `record_types`: comma-separated, empty for all. Records are projected in stages, in a stage by id:
    `after_id` is the last projected one. `differing`: JSON object, number of differing rows by table.
    """

    __tablename__ = "projection_run"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        CheckConstraint("stage >= 0 AND done_count >= 0", name="counts"),
    )

    tenant_id: Mapped[TenantKey]
    record_types: Mapped[str]
    stage: Mapped[int] = mapped_column(default=0)
    after_id: Mapped[Key] = mapped_column(default="")
    done_count: Mapped[int] = mapped_column(default=0)
    differing: Mapped[str] = mapped_column(default="{}")
    started_at: Mapped[datetime]

"""Reads of a table on both engines: conditions, orders, pages, and access."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, update
from tests.server.feed_rows import STATES, UNIT, fill_feeds, record_id
from tests.stores import Statements
from tests.world import OFFICER, World

from field178_server.accounts.officers import OfficerContext
from field178_server.database.models import Record
from field178_server.database.unit_of_work import snapshot
from field178_server.office.odata.entity_sets import entity_sets
from field178_server.office.odata.feed_reader import FeedReader
from field178_server.office.odata.feed_table import FeedQuery, open_table
from field178_server.office.odata.filter_conditions import (
    MOST_CONDITIONS,
    MOST_DEPTH,
    MOST_FIELD_CONDITIONS,
    Filter,
)
from field178_shared.codelists import load
from field178_shared.errors import AppError

NOW = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
COUNT = 60
ENTITY_SETS = entity_sets(load())
Row = dict[str, Any]


@pytest.fixture
def filled(world: World) -> Engine:
    fill_feeds(world.engine, world.tenant_id, UNIT, COUNT)
    return world.engine


@pytest.fixture
def sqlite_filled(sqlite_engine: Engine) -> Engine:
    """The same store on SQLite alone, for what no dialect decides."""
    fill_feeds(sqlite_engine, World(sqlite_engine).tenant_id, UNIT, COUNT)
    return sqlite_engine


def reader_of(role: str = "reviewer", *scopes: str) -> FeedReader:
    officer = OfficerContext("main", OFFICER, "an", "An", "dist_labour_office", role, "vi", frozenset(scopes))
    return FeedReader("token", officer, load(), NOW.date())


def query_of(table: str, text: str = "", **more: Any) -> FeedQuery:
    entity_set = ENTITY_SETS[table]
    columns = more.pop("columns", tuple(entity_set.by_name))
    condition = Filter(text, entity_set.by_name, NOW) if text else None
    return FeedQuery(entity_set, columns, condition, **more)


def rows_of(engine: Engine, query: FeedQuery, reader: FeedReader | None = None) -> tuple[list[Row], str]:
    rows: list[Row] = []
    with snapshot(engine) as session, open_table(session, reader or reader_of(), query) as table:
        page = table.read(lambda row: rows.append(dict(zip(query.columns, row, strict=True))))
    assert page.rows == len(rows)
    return rows, page.after


def count_of(engine: Engine, text: str, table: str = "Visits") -> int:
    query = query_of(table, text)
    with snapshot(engine) as session, open_table(session, reader_of(), query) as opened:
        return opened.count()


def pages_of(engine: Engine, table: str, size: int, **more: Any) -> Iterator[list[Row]]:
    after = ""
    while True:
        rows, after = rows_of(engine, query_of(table, page_size=size, after=after, **more))
        yield rows
        if not after:
            return


EVERY = "(State eq 'approved' or State ne 'approved')"


def test_approved_records_alone_are_read_until_the_state_is_named(filled: Engine) -> None:
    approved = sum(STATES[number % len(STATES)] == "approved" for number in range(COUNT))
    assert count_of(filled, "InspectionKindId eq 'planned'") == approved
    assert count_of(filled, EVERY) == COUNT
    assert count_of(filled, "State eq 'waiting'") == sum(
        STATES[number % len(STATES)] == "waiting" for number in range(COUNT)
    )
    assert count_of(filled, "", "Findings") < 20
    assert count_of(filled, EVERY, "Findings") == 20


CONDITIONS: tuple[tuple[str, Any], ...] = (
    ("ResultId eq null", lambda row: row["ResultId"] is None),
    ("ResultId ne null", lambda row: row["ResultId"] is not None),
    # A row without a value differs from every value, and its comparison is false, not unknown.
    ("ResultId ne 'compliant'", lambda row: row["ResultId"] != "compliant"),
    ("not (ResultId eq 'compliant')", lambda row: row["ResultId"] != "compliant"),
    ("not (ResultId gt 'a')", lambda row: row["ResultId"] is None),
    ("ResultId in ('compliant','violation')", lambda row: row["ResultId"] is not None),
    ("VisitedOn ge 2026-01-10", lambda row: str(row["VisitedOn"] or "") >= "2026-01-10"),
    ("VisitedOn eq 2026-01-10T00:00:00Z", lambda row: str(row["VisitedOn"]) == "2026-01-10"),
    ("2026-01-10 gt VisitedOn", lambda row: row["VisitedOn"] and str(row["VisitedOn"]) < "2026-01-10"),
    (
        "year(VisitedOn) eq 2026 and day(VisitedOn) le 9",
        lambda row: row["VisitedOn"] and row["VisitedOn"].day <= 9,
    ),
    ("month(VisitedOn) add 1 eq 3", lambda row: row["VisitedOn"] and row["VisitedOn"].month == 2),
    (
        "ReceivedAt lt 2026-03-01T02:20:00Z",
        lambda row: row["ReceivedAt"] < datetime(2026, 3, 1, 2, 20, tzinfo=UTC),
    ),
    (
        "ReceivedAt lt 2026-03-01T09:20:00%2B07:00".replace("%2B", "+"),
        lambda row: row["ReceivedAt"] < datetime(2026, 3, 1, 2, 20, tzinfo=UTC),
    ),
    ("ReceivedAt ge 2026-03-01 and ReceivedAt lt now()", lambda row: True),
    ("length(State) eq 4", lambda row: row["State"] == "void"),
    (
        "startswith(State,'app') or endswith(State,'ned')",
        lambda row: row["State"] in ("approved", "returned"),
    ),
    ("contains(State,'')", lambda row: True),
)
FIELD_CONDITIONS: tuple[tuple[str, Any], ...] = (
    ("TriggerId eq 'tip_off'", lambda row: row["TriggerId"] == "tip_off"),
    ("TriggerId ne 'tip_off'", lambda row: row["TriggerId"] != "tip_off"),
    ("TriggerId eq null", lambda row: row["TriggerId"] is None),
    ("TriggerId in ('tip_off','annual_plan')", lambda row: row["TriggerId"] is not None),
    ("contains(TriggerId,'plan')", lambda row: "plan" in (row["TriggerId"] or "")),
    ("DecisionDate lt 2026-01-10", lambda row: str(row["DecisionDate"] or "9") < "2026-01-10"),
    ("month(DecisionDate) eq 1", lambda row: row["DecisionDate"] is not None),
    ("AnswersWorkersTotal ge 4", lambda row: (row["AnswersWorkersTotal"] or 0) >= 4),
    ("AnswersWorkersTotal add 1 eq 3", lambda row: row["AnswersWorkersTotal"] == 2),
    ("AnswersWorkersTotal in (2,3)", lambda row: row["AnswersWorkersTotal"] in (2, 3)),
    ("not (AnswersWorkersTotal gt 2)", lambda row: not (row["AnswersWorkersTotal"] or 0) > 2),
    ("AnswersBizRegistrationId eq 'no'", lambda row: row["AnswersBizRegistrationId"] == "no"),
    (
        "AnswersCcFixDeadline eq 2026-04-09 or AnswersWorkersTotal eq null",
        lambda row: str(row["AnswersCcFixDeadline"]) == "2026-04-09" or row["AnswersWorkersTotal"] is None,
    ),
)


def test_conditions_mean_the_same_on_both_engines(filled: Engine) -> None:
    every, _ = rows_of(filled, query_of("Visits", EVERY))
    assert len(every) == COUNT
    for text, holds in (*CONDITIONS, *FIELD_CONDITIONS):
        rows, _ = rows_of(filled, query_of("Visits", f"({text}) and {EVERY}"))
        assert {row["Id"] for row in rows} == {row["Id"] for row in every if holds(row)}, text
        assert (text, holds) in CONDITIONS or 0 < len(rows) < COUNT, text


def test_fields_are_read_of_the_stored_body(sqlite_filled: Engine) -> None:
    (row,) = rows_of(sqlite_filled, query_of("Visits", key={"Id": record_id("visit", 11)}))[0]
    # Sixty establishments stand before the visits.
    assert {name: row[name] for name in ("TriggerId", "DecisionDate", "StartedAt", "FindingsCount")} == {
        "TriggerId": "tip_off",
        "DecisionDate": date(2026, 1, 16),
        "StartedAt": datetime(2026, 1, 16, 2, 0, tzinfo=UTC),
        "FindingsCount": 3,
    }
    assert row["LocalEscortAgenciesIds"] == "commune_police;commune_health"
    assert (row["AnswersWorkersTotal"], row["AnswersBizRegistrationId"]) == (1, "na")
    assert not [value for value in row.values() if "0912" in str(value) or "QĐ" in str(value)]
    columns = ("ResultId", "TriggerId", "Id")
    (chosen,) = rows_of(sqlite_filled, query_of("Visits", key={"Id": row["Id"]}, columns=columns))[0]
    assert chosen == {name: row[name] for name in columns}


def write_body(engine: Engine, id_: str, **values: object) -> None:
    body = json.dumps(values)
    with engine.begin() as connection:
        connection.execute(update(Record).where(Record.record_id == id_).values(body=body))


def test_members_of_entries_are_joined_in_one_order(sqlite_filled: Engine) -> None:
    id_ = record_id("visit", 1)
    findings = {
        "a": {"violation_id": "kd_hours", "occurred_on": "2026-01-05", "quantity": 2},
        "b": {"violation_id": "lb_under18", "note": "Gọi 0912345678"},
    }
    measures = {"m": {"violation_ids": ["kd_hours", "lb_under18"], "amount_vnd": 5_000_000}}
    write_body(sqlite_filled, id_, findings=findings, measures=measures)
    (row,) = rows_of(sqlite_filled, query_of("Visits", key={"Id": id_}))[0]
    names = ("FindingsViolationIds", "FindingsOccurredOn", "FindingsQuantity", "FindingsFrameMin")
    assert [row[name] for name in names] == ["kd_hours;lb_under18", "2026-01-05;", "2;", None]
    assert (row["MeasuresViolationIds"], row["MeasuresAmountVnd"]) == ("kd_hours,lb_under18", "5000000")
    with pytest.raises(AppError, match="query_unsupported"):
        count_of(sqlite_filled, "FindingsQuantity eq '2;'")


def test_fields_of_establishments_are_read_and_compared(filled: Engine) -> None:
    id_ = record_id("place", 1)
    certificates = {"antt": {"status": "valid", "number": "012/GCN", "expires_on": "2026-05-01"}}
    write_body(filled, id_, rooms_total=12, certificates=certificates)
    condition = "RoomsTotal gt 10 and CertificatesAnttExpiresOn lt 2026-06-01"
    (row,) = rows_of(filled, query_of("Establishments", condition))[0]
    assert (row["Id"], row["CertificatesAnttStatusId"], row["CertificatesCount"]) == (id_, "valid", 1)
    assert "012/GCN" not in row.values()
    assert list(row)[:6] == [
        "Id",
        "Name",
        "EstablishmentTypeId",
        "UnitId",
        "OperatingStatusId",
        "ChangedAt",
    ]


def test_no_stored_body_is_read_for_columns_without_a_field(
    sqlite_filled: Engine, statements: Statements
) -> None:
    with statements(sqlite_filled) as executed:
        rows_of(sqlite_filled, query_of("Visits", "VisitedOn ge 2026-01-10", columns=("Id", "ResultId")))
    assert [statement for statement in executed if "body" in statement] == []


@pytest.mark.parametrize("name", ["StartedAt", "LocalEscortAgenciesIds", "FindingsCount"])
def test_field_that_sql_cannot_compare_is_refused_by_its_name(sqlite_filled: Engine, name: str) -> None:
    with pytest.raises(AppError, match="query_unsupported") as refusal:
        count_of(sqlite_filled, f"{name} eq null")
    assert (refusal.value.details["target"], name in str(refusal.value.details["problem"])) == (
        "$filter",
        True,
    )
    with pytest.raises(AppError, match="query_unsupported") as refusal:
        rows_of(sqlite_filled, query_of("Visits", EVERY, order=((name, False),)))
    assert refusal.value.details["target"] == "$orderby"


def test_more_conditions_on_fields_than_are_allowed_are_refused(sqlite_filled: Engine) -> None:
    count_of(sqlite_filled, " or ".join(["TriggerId eq 'tip_off'"] * MOST_FIELD_CONDITIONS))
    with pytest.raises(AppError, match="query_refused"):
        query_of("Visits", " or ".join(["TriggerId eq 'tip_off'"] * (MOST_FIELD_CONDITIONS + 1)))


def test_texts_are_compared_letter_by_letter(filled: Engine) -> None:
    counts = {
        "contains(Name,'Karaoke')": 15,
        "contains(Name,'KARAOKE')": 15,
        "contains(Name,'100%')": 15,
        "contains(Name,'_')": 15,
        "Name eq 'KARAOKE O''Hara 2'": 1,
        "startswith(Name,'Quán Đá')": 15,
        "contains(Name,'quán')": 0,
    }
    assert {text: count_of(filled, text, "Establishments") for text in counts} == counts


ORDERS: tuple[tuple[str, tuple[tuple[str, bool], ...]], ...] = (
    ("Visits", ()),
    ("Visits", (("VisitedOn", False),)),
    ("Visits", (("VisitedOn", True),)),
    ("Visits", (("ResultId", True), ("VisitedOn", False), ("ReceivedAt", True))),
    ("Visits", (("ReceivedAt", False),)),
    ("Visits", (("TriggerId", True), ("AnswersWorkersTotal", False))),
    ("Visits", (("DecisionDate", True),)),
    ("Visits", (("AnswersCcFixDeadline", False), ("TriggerId", True))),
    ("Establishments", (("Name", True),)),
    ("Findings", (("VisitedOn", True),)),
    ("FollowUps", (("IsClosed", True), ("DueOn", False))),
    ("Decisions", (("AmountVnd", True),)),
    ("Codes", (("ListId", True),)),
)


def test_pages_add_up_to_the_whole_in_every_order(filled: Engine) -> None:
    for table, order in ORDERS:
        text = EVERY if ENTITY_SETS[table].state else ""
        (whole,) = pages_of(filled, table, 1000, text=text, order=order)
        parts = [row for page in pages_of(filled, table, 7, text=text, order=order) for row in page]
        assert parts == whole, (table, order)
        keys = ENTITY_SETS[table].key
        assert len({tuple(row[name] for name in keys) for row in whole}) == len(whole) > 15
        for name, is_descending in reversed(order):
            column = [row[name] for row in whole]
            if name == order[0][0] and name != "Name":
                ordered = sorted(
                    column, key=lambda cell: (cell is not None, cell or 0 if cell is None else cell)
                )
                assert column == (ordered[::-1] if is_descending else ordered)


def test_a_row_that_comes_between_two_pages_neither_repeats_nor_hides_another(
    filled: Engine, world: World
) -> None:
    first, after = rows_of(filled, query_of("Visits", EVERY, page_size=20))
    with filled.begin() as connection:
        connection.exec_driver_sql("DELETE FROM filed_facet")
        connection.exec_driver_sql(f"DELETE FROM filed_record WHERE record_id = '{first[5]['Id']}'")
    rest = [row for row in rows_of(filled, query_of("Visits", EVERY, after=after))[0]]
    assert len(first) + len(rest) == COUNT
    assert not {row["Id"] for row in first} & {row["Id"] for row in rest}


def test_top_and_skip_are_of_the_whole_and_pages_of_the_rest(sqlite_filled: Engine) -> None:
    (whole,) = pages_of(sqlite_filled, "Visits", 1000, text=EVERY)
    rows, after = rows_of(sqlite_filled, query_of("Visits", EVERY, skip=10, top=25, page_size=10))
    assert (rows, bool(after)) == (whole[10:20], True)
    rows, after = rows_of(sqlite_filled, query_of("Visits", EVERY, after=after, top=15, page_size=10))
    assert rows == whole[20:30]
    rows, after = rows_of(sqlite_filled, query_of("Visits", EVERY, after=after, top=5, page_size=10))
    assert (rows, after) == (whole[30:35], "")
    assert rows_of(sqlite_filled, query_of("Visits", EVERY, top=0)) == ([], "")


def test_row_is_read_by_its_key_in_every_state(sqlite_filled: Engine) -> None:
    waiting = record_id("visit", 2)
    rows, _ = rows_of(sqlite_filled, query_of("Visits", key={"Id": waiting}))
    assert [row["State"] for row in rows] == ["waiting"]
    both = {"VisitId": record_id("visit", 0), "ViolationId": "kd_hours"}
    assert len(rows_of(sqlite_filled, query_of("Findings", key=both))[0]) == 1
    assert rows_of(sqlite_filled, query_of("Findings", key={**both, "ViolationId": "other"}))[0] == []


def test_a_reader_sees_the_own_scopes_alone(filled: Engine) -> None:
    tables = ("Visits", "Establishments", "Findings", "FollowUps", "Decisions")
    for table in tables:
        assert rows_of(filled, query_of(table), reader_of("team_lead", UNIT))[0]
        assert rows_of(filled, query_of(table), reader_of("team_lead", "unit:c11632_v1"))[0] == []
        assert rows_of(filled, query_of(table), reader_of("team_lead"))[0] == []
        key = {name: str(rows_of(filled, query_of(table))[0][0][name]) for name in ENTITY_SETS[table].key}
        assert rows_of(filled, query_of(table, key=key), reader_of("inspector", "unit:c11632_v1"))[0] == []


INVALID = (
    ("Nothing eq 1", "query_refused"),
    ("State", "query_refused"),
    ("State eq 1", "query_refused"),
    ("VisitedOn eq '2026-01-01'", "query_refused"),
    ("VisitedOn eq 2026-02-31", "query_refused"),
    ("VisitedOn eq 2026-01-01T10:00:00Z", "query_refused"),
    ("ReceivedAt gt 2026-01-01T10:00:00", "query_refused"),
    ("State gt null", "query_refused"),
    ("State eq 'a", "query_refused"),
    ("State eq", "query_refused"),
    ("eq", "query_refused"),
    ("State eq 'a' State", "query_refused"),
    ("contains(State)", "query_refused"),
    ("contains(State,1)", "query_refused"),
    ("year(State) eq 1", "query_refused"),
    ("State add 1 eq 2", "query_refused"),
    ("year(VisitedOn) eq " + "9" * 19, "query_refused"),
    ("year(VisitedOn) eq " + "9" * 5000, "query_refused"),
    ("ReceivedAt gt 9999-12-31T23:59:59-14:00", "query_refused"),
    ("length() eq 1", "query_refused"),
    ("tenant_id eq 'main'", "query_refused"),
    ("tolower(State) eq 'a'", "query_unsupported"),
    ("concat(State,State) eq 'a'", "query_unsupported"),
    ("length(sleep(1)) eq 1", "query_unsupported"),
    ("Place/Name eq 'a'", "query_unsupported"),
    ("Places/any(x:x eq 1)", "query_unsupported"),
    ("year(VisitedOn) div 2 eq 1", "query_unsupported"),
    (" or ".join(["State eq 'approved'"] * 500), "query_refused"),
    ("not " * 1500 + "true", "query_refused"),
)


def test_invalid_query_option_is_refused_with_its_name() -> None:
    for text, code in INVALID:
        with pytest.raises(AppError) as refusal:
            _ = query_of("Visits", text).filter.condition  # type: ignore[union-attr]  # a text was given
        assert (refusal.value.code, refusal.value.details["target"]) == (code, "$filter"), text


DEEP = {
    "not": "not " * 800 + "State eq 'approved'",
    "parenthesised not": "not (" * 400 + "State eq 'approved'" + ")" * 400,
    "turns": "(State eq 'a' or (State eq 'b' and " * 200 + "State eq 'c'" + "))" * 200,
    "minus": "year(VisitedOn) eq " + "- " * 1500 + "year(VisitedOn)",
    "sum": "year(VisitedOn) eq " + "1 add " * 1200 + "1",
    "boolean": "(" * 300 + "State eq 'a'" + ") eq true" * 300,
    "list": "State in (" + ",".join(["'a'"] * 1900) + ")",
    "chain": " or ".join(["State eq 'a'"] * 480),
    "chain of lists": " or ".join(["State in (" + ",".join(["'a'"] * 90) + ")"] * 20),
    "functions": "contains(State,'a') and " * 300 + "true",
    "parentheses": "(" * 3000 + "true" + ")" * 3000,
}


def test_a_deep_or_long_filter_is_read_or_refused(filled: Engine) -> None:
    for text in DEEP.values():
        try:
            count_of(filled, text)
        except AppError as refusal:
            assert refusal.code == "query_refused"  # noqa: PT017  # either is right, a failure is not


def test_as_many_conditions_as_are_allowed_are_read(filled: Engine) -> None:
    count_of(filled, "State in (" + ",".join(["'a'"] * (MOST_CONDITIONS - 1)) + ")")
    for join in (" or ", " and "):
        count_of(filled, join.join(["State eq 'a'"] * (MOST_CONDITIONS - 1)))
        with pytest.raises(AppError, match="query_refused"):
            query_of("Visits", join.join(["State eq 'a'"] * (MOST_CONDITIONS + 1)))


def test_a_filter_as_deep_as_is_allowed_is_read(filled: Engine) -> None:
    deepest = MOST_DEPTH - 2
    count_of(filled, "not (" * deepest + "State eq 'nothing'" + ")" * deepest)
    with pytest.raises(AppError, match="query_refused"):
        query_of("Visits", "not (" * (MOST_DEPTH + 1) + "State eq 'nothing'" + ")" * (MOST_DEPTH + 1))


def test_a_long_chain_of_conditions_is_read(filled: Engine) -> None:
    ids = [record_id("visit", number) for number in range(150)]
    assert count_of(filled, " or ".join(f"Id eq '{key}'" for key in ids)[:7900].rpartition(" or ")[0]) > 30


def test_a_mark_of_another_query_is_refused(sqlite_filled: Engine) -> None:
    for mark in ("x", "e30", "W10", "WzFd", "WyJhIiwiYiJd", "/" * 20, "W251bGxd" * 40):
        with pytest.raises(AppError, match="query_refused"):
            rows_of(sqlite_filled, query_of("Visits", order=(("VisitedOn", False),), after=mark))

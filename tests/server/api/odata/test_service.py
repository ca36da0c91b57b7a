"""OData service: queries of spreadsheets and dashboards, responses, and refusals."""

from __future__ import annotations

import gzip
import json
import re
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from tests.server.api.odata.conftest import ROOT, Feeds, Json
from tests.server.feed_rows import UNIT, fill_feeds, record_id

from field178_server.office.indicators.source import store_size
from field178_server.office.indicators.totals.updater import settle_if_needed
from field178_server.office.odata import feed_table
from field178_server.office.odata.entity_sets import entity_sets, sets_of
from field178_shared.codelists import load

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
EDMX = "{http://docs.oasis-open.org/odata/ns/edmx}"
# Headers of OData.Feed, the connector of Power Query in Excel and Power BI, as traces of it show them.
POWER_QUERY = {
    "Accept": "application/json;odata.metadata=minimal;q=1.0,application/json;odata=minimalmetadata;q=0.9,"
    "application/atomsvc+xml;q=0.8,application/atom+xml;q=0.8,application/xml;q=0.7,text/plain;q=0.7",
    "MaxDataServiceVersion": "3.0",
    "OData_MaxVersion": "4.0",
    "Prefer": "",
    "User_Agent": "Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)",
}
# Of sixty visits in seven states.
APPROVED = 35


@pytest.fixture
def filled(feeds: Feeds) -> Feeds:
    office = feeds.office
    with office.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO scope (tenant_id, scope, seq, floor, live_sum) VALUES (?, ?, 0, 0, '')",
            (office.settings.tenant, UNIT),
        )
    fill_feeds(office.engine, office.settings.tenant)
    return feeds


def path_of(link: str) -> str:
    return link.partition(ROOT)[2]


def walk(feeds: Feeds, path: str, token: str, **headers: str) -> tuple[list[Json], int]:
    """Follow the links to the last page; return the rows and how many pages there were."""
    rows, pages = list[Json](), 0
    while path:
        page = feeds.json(path, token, **headers)
        rows += page["value"]
        path, pages = path_of(page.get("@odata.nextLink", "")), pages + 1
    return rows, pages


def test_the_service_document_names_the_tables_of_the_role(feeds: Feeds) -> None:
    lists = load()
    for login, role in (("chi", "reviewer"), ("an", "team_lead"), ("city_viewer", "city_viewer")):
        token = feeds.token(login)
        document = feeds.json("", token, **POWER_QUERY)
        assert [entity_set["name"] for entity_set in document["value"]] == list(sets_of(role, lists))
        assert document["@odata.context"] == f"http://localhost{ROOT}$metadata"
        named = {entity_set.get("Name") for entity_set in metadata(feeds, token).iter(f"{EDM}EntitySet")}
        assert named == set(sets_of(role, lists))
        for name in entity_sets(lists):
            status = feeds.get(f"{name}?$top=1", token).status_code
            assert status == (200 if name in named else 404), (role, name)
    assert set(sets_of("reviewer", lists)) == set(entity_sets(load()))
    external_sets = {"IndicatorFigures", "Indicators", "Areas", "Units", "Codes"}
    assert set(sets_of("city_viewer", lists)) == set(sets_of("leader_viewer", lists)) == external_sets


def metadata(feeds: Feeds, token: str) -> ElementTree.Element:
    answer = feeds.get("$metadata", token, **POWER_QUERY)
    assert answer.status_code == 200
    assert answer.content_type == "application/xml;charset=utf-8"
    return ElementTree.fromstring(answer.get_data())


def test_metadata_is_a_csdl_document_that_describes_the_rows(filled: Feeds) -> None:
    token = filled.token("chi")
    root = metadata(filled, token)
    assert (root.tag, root.get("Version")) == (f"{EDMX}Edmx", "4.0")
    (schema,) = root.iter(f"{EDM}Schema")
    types = {entity_type.get("Name"): entity_type for entity_type in schema.findall(f"{EDM}EntityType")}
    kinds = {
        "Edm.String": str,
        "Edm.Date": str,
        "Edm.DateTimeOffset": str,
        "Edm.Int32": int,
        "Edm.Int64": int,
        "Edm.Double": float,
        "Edm.Boolean": bool,
    }
    for entity_set in schema.iter(f"{EDM}EntitySet"):
        of = types[str(entity_set.get("EntityType")).removeprefix("Field178.")]
        columns = {element.get("Name"): element for element in of.findall(f"{EDM}Property")}
        keys = [element.get("Name") for element in of.iter(f"{EDM}PropertyRef")]
        assert keys
        assert all(columns[key].get("Nullable") == "false" for key in keys)
        rows = filled.rows(f"{entity_set.get('Name')}?$top=3", token)
        for row in rows:
            assert set(row) == set(columns)
            for name, value in row.items():
                assert value is not None or columns[name].get("Nullable") != "false"
                assert value is None or type(value) is kinds[str(columns[name].get("Type"))]
    as_json = json.loads(filled.get("$metadata?$format=json", token).get_data())
    assert set(as_json["Field178"]["Container"]) - {"$Kind"} == set(entity_sets(load()))


# Steps of Power Query (columns, filters, order, first rows, preview, count) as it writes them into queries.
EXCEL = (
    ("Visits", APPROVED),
    ("Visits?$top=1000", APPROVED),
    ("Visits?$select=Id%2CVisitedOn%2CResultId&$top=200", APPROVED),
    ("Visits?$filter=VisitedOn%20ge%202026-01-10%20and%20VisitedOn%20lt%202026-01-20&$select=Id", 15),
    ("Visits?$filter=(ResultId%20eq%20%27compliant%27%20or%20ResultId%20eq%20%27violation%27)", 22),
    ("Visits?$filter=ResultId eq null and InspectionKindId ne null&$orderby=VisitedOn desc", 13),
    ("Visits?$orderby=VisitedOn%20desc,Id&$skip=30&$top=1000", 5),
    ("Visits?$apply=aggregate($count as Count)", None),
    ("Visits?$filter=State eq 'waiting'&$count=true&$top=0", 0),
    ("Visits?%24top=5&%24skip=2&%24count=true", 5),
    ("Establishments?$filter=contains(Name,'Karaoke') and UnitId eq 'c11629_v1'&$count=true", 15),
    ("FollowUps?$filter=IsClosed eq false or DueOn lt 2026-11-01", 6),
    ("Decisions?$filter=AmountVnd gt 3000000000000L", None),
    ("Decisions?$filter=AmountVnd gt 3000000000010&$orderby=AmountVnd", 10),
    ("Units?$filter=ParentId eq 'd313_v1' and ValidTo ne null&$orderby=NameVi", 17),
)


def test_queries_of_spreadsheets(filled: Feeds) -> None:
    token = filled.token("chi")
    for query, count in EXCEL:
        answer = filled.get(query, token, **POWER_QUERY)
        if count is None:
            assert answer.status_code in (400, 501), query
            assert set(answer.get_json()["error"]) == {"code", "message", "target"}
            continue
        assert answer.status_code == 200, answer.get_data(as_text=True)
        assert answer.content_type == "application/json;odata.metadata=minimal;charset=utf-8"
        assert answer.headers["OData-Version"] == "4.0"
        document = answer.get_json()
        assert len(document["value"]) == count, query
        assert document["@odata.context"].startswith(f"http://localhost{ROOT}$metadata#")


def test_the_number_of_rows_beside_them_and_alone(filled: Feeds) -> None:
    token = filled.token("chi")
    assert filled.json("Visits?$count=true&$top=2", token)["@odata.count"] == APPROVED
    assert "@odata.count" not in filled.json("Visits?$count=false&$top=2", token)
    for query in ("", "?$filter=State%20eq%20'approved'"):
        answer = filled.get(f"Visits/$count{query}", token)
        assert (answer.get_data(as_text=True), answer.mimetype) == (str(APPROVED), "text/plain")


def test_pages_are_as_large_as_a_program_prefers(filled: Feeds) -> None:
    token, query = filled.token("chi"), "Visits?$orderby=ResultId desc&$select=Id,ResultId"
    whole = filled.rows(query, token)
    for size in (7, 35, 1000):
        rows, pages = walk(filled, query, token, Prefer=f"odata.maxpagesize={size}")
        assert rows == whole
        assert pages == max(1, -(-APPROVED // size))
        answer = filled.get(query, token, Prefer=f"respond-async, maxpagesize={size}")
        assert answer.headers["Preference-Applied"] == f"odata.maxpagesize={size}"


def test_a_large_table_comes_in_pages_by_itself(filled: Feeds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("field178_server.api.odata.query_options.PAGE_SIZE", 10)
    monkeypatch.setattr("field178_server.api.odata.query_options.MOST_PAGE_SIZE", 12)
    token = filled.token("chi")
    assert walk(filled, "Visits", token)[1] == 4
    assert walk(filled, "Visits", token, Prefer="maxpagesize=5000")[1] == 3
    rows, pages = walk(filled, "Visits?$top=25&$skip=4&$count=true&$filter=State ne 'x'", token)
    assert (len(rows), pages) == (25, 3)
    assert rows == filled.rows("Visits?$skip=4&$top=10&$filter=State ne 'x'", token)[:10] + rows[10:]


def test_a_link_keeps_the_question(filled: Feeds) -> None:
    token = filled.token("chi")
    query = "Visits?$filter=contains(State,'%26 O''Hara + %25') or State eq 'approved'&$select=Id&$top=30"
    link = filled.json(query, token, Prefer="maxpagesize=10")["@odata.nextLink"]
    assert re.fullmatch(r"http://localhost/odata/v4/Visits\?[!-~]+", link)
    assert "$top=20" in link
    rows, pages = walk(filled, query, token, Prefer="maxpagesize=10")
    assert (len({row["Id"] for row in rows}), pages) == (30, 3)
    assert {tuple(row) for row in rows} == {("Id",)}


def test_one_row_by_its_key(filled: Feeds) -> None:
    token, visit = filled.token("chi"), record_id("visit", 0)
    for path in (f"Visits('{visit}')", f"Visits(Id='{visit}')", f"Visits({quote(repr(visit))})"):
        row = filled.json(path, token)
        assert (row["Id"], row["@odata.context"]) == (
            visit,
            f"http://localhost{ROOT}$metadata#Visits/$entity",
        )
    both = f"Findings(VisitId='{visit}',ViolationId='kd_hours')?$select=UnitId"
    entity = filled.json(both, token)
    assert entity["UnitId"] == "c11629_v1"
    assert entity["@odata.context"].endswith("#Findings(UnitId)/$entity")
    cell = "IndicatorId='media_posts_total',Year=2026,PeriodId='year',AreaId='an_lao_area_2025'"
    assert filled.json(f"IndicatorFigures({cell})", token)["PeriodStart"] == "2026-01-01"
    for wrong in ("Visits('x')", "Visits('')", "Visits('a''b')"):
        assert filled.get(wrong, token).status_code == 404
    for wrong in ("Visits(1", "Findings('x')", "Visits(Other='x')", "Visits(x)", f"Visits('{visit}','b')"):
        assert filled.get(wrong, token).status_code in (400, 404)


def test_formats_of_json(filled: Feeds) -> None:
    token = filled.token("chi")
    plain = filled.json("Decisions?$top=1", token)
    assert type(plain["value"][0]["AmountVnd"]) is int
    for path, headers in (
        ("Decisions?$top=1", {"Accept": "application/json;IEEE754Compatible=true"}),
        ("Decisions?$top=1&$format=application/json;IEEE754Compatible=true", {}),
    ):
        answer = filled.get(path, token, **headers)
        assert answer.get_json()["value"][0]["AmountVnd"] == str(plain["value"][0]["AmountVnd"])
        assert "IEEE754Compatible=true" in answer.content_type
    bare = filled.get("Visits?$top=1&$format=application/json;odata.metadata=none", token)
    assert list(bare.get_json()) == ["value"]
    assert filled.get("Visits?$top=1&$format=json", token).status_code == 200
    refused = filled.get("Visits?$format=atom", token)
    assert (refused.status_code, refused.get_json()["error"]["target"]) == (400, "$format")


def test_a_query_that_is_too_deep_or_too_long_is_refused_with_its_option(filled: Feeds) -> None:
    token = filled.token("chi")
    for name, value in (
        ("$filter", "not (" * 300 + "State eq 'a'" + ")" * 300),
        ("$orderby", ",".join(["x"] * 2000)),
        ("$select", ",".join(["x"] * 2000)),
        ("$skiptoken", "W" * 6000),
    ):
        answer = filled.get(f"Visits?{name}={quote(value)}", token)
        assert (answer.status_code, answer.get_json()["error"]["target"]) == (400, name)


def test_times_are_written_as_odata_does(filled: Feeds) -> None:
    row = filled.rows("Visits?$orderby=ReceivedAt&$top=1&$skip=1", filled.token("chi"))[0]
    assert re.fullmatch(r"2026-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", row["ReceivedAt"])
    assert re.fullmatch(r"2026-\d\d-\d\d", row["VisitedOn"])


def test_an_answer_is_packed_for_who_takes_it(filled: Feeds) -> None:
    token = filled.token("chi")
    answer = filled.get("Visits", token, Accept_Encoding="gzip, deflate")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.get_data())) == filled.json("Visits", token)
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "no-store"


REFUSED = (
    ("Visits?$filter=Nope eq 1", 400, "$filter"),
    ("Visits?$filter=tolower(State) eq 'a'", 501, "$filter"),
    ("Visits?$select=Nope", 400, "$select"),
    ("Visits?$orderby=Nope", 400, "$orderby"),
    ("Visits?$orderby=Id down", 400, "$orderby"),
    ("Visits?$top=-1", 400, "$top"),
    ("Visits?$top=x", 400, "$top"),
    ("Visits?$skip=1.5", 400, "$skip"),
    ("Visits?$count=yes", 400, "$count"),
    ("Visits?$skiptoken=x", 400, "$skiptoken"),
    ("Visits?$top=1&$top=2", 400, "$top"),
    ("Visits?$nope=1", 400, "$nope"),
    # Left out in silence, all rows would come.
    ("Visits?filter=Id eq 'x'", 400, "filter"),
    ("Visits?$expand=Establishment", 501, "$expand"),
    ("Visits?$search=x", 501, "$search"),
    ("Visits/$count?$top=1", 400, "$top"),
    ("$metadata?$top=1", 400, "$top"),
    ("?$filter=true", 400, "$filter"),
    ("IndicatorFigures(IndicatorId='x',Year=" + "9" * 5000 + ",PeriodId='x',AreaId='x')", 400, "Year"),
    ("Decisions?$filter=AmountVnd lt 1e999", 400, "$filter"),
    ("Decisions?$filter=AmountVnd lt " + "9" * 5000, 400, "$filter"),
    ("Nothing", 404, "Nothing"),
    ("visits", 404, "visits"),
    ("Visits/Nothing", 404, "Visits/Nothing"),
    ("$batch", 404, "$batch"),
)


def test_refusals_name_their_target(filled: Feeds) -> None:
    token = filled.token("chi")
    for query, status, target in REFUSED:
        answer = filled.get(query, token)
        assert answer.status_code == status, (query, answer.get_data(as_text=True))
        error = answer.get_json()["error"]
        assert error.get("target") == target
        assert error["code"]
        assert error["message"]
        assert answer.headers["OData-Version"] == "4.0"


def test_nothing_can_be_written(filled: Feeds) -> None:
    token = filled.token("chi")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("", "Visits", f"Visits('{record_id('visit', 0)}')"):
            answer = filled.get(path, token, method=method)
            assert answer.status_code == 405
            assert answer.get_json()["error"]["code"] == "method_not_allowed"
            assert {"GET", "HEAD", "OPTIONS"} == {
                method.strip() for method in answer.headers["Allow"].split(",")
            }


def test_head_and_options(filled: Feeds) -> None:
    token = filled.token("chi")
    for path in ("", "$metadata", "Visits", "Visits/$count"):
        whole, head = filled.get(path, token), filled.get(path, token, method="HEAD")
        assert (head.status_code, head.get_data()) == (200, b"")
        assert head.headers["Content-Length"] == whole.headers["Content-Length"]
        options = filled.get(path, method="OPTIONS")
        assert options.status_code == 200
        assert "GET" in options.headers["Allow"]


def test_an_older_protocol_is_refused(filled: Feeds) -> None:
    token = filled.token("chi")
    assert filled.get("Visits", token, OData_MaxVersion="3.0").status_code == 400
    assert filled.get("Visits", token, OData_MaxVersion="4.01").headers["OData-Version"] == "4.0"


def test_a_year_of_a_large_store_is_counted_while_the_program_waits(
    feeds: Feeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Power Query asks again after the seconds of Retry-After, three times."""
    monkeypatch.setattr(store_size, "MOST_COUNTED_AT_ONCE", 0)
    token, path = feeds.token("chi"), "IndicatorFigures?$filter=Year eq 2024 and PeriodId eq 'half1'"
    settle_if_needed(feeds.office.runtime)
    for address in (path, path.replace("?", "/$count?")):
        answer = feeds.get(address, token)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "90")
        assert json.loads(answer.data)["error"]["code"] == "being_counted"
    assert feeds.get("Visits", token).status_code == 200
    settle_if_needed(feeds.office.runtime)
    assert feeds.rows(path, token)


def test_reader_over_the_limit_is_refused_with_a_retry_time(
    filled: Feeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = filled.token("chi")
    limit = filled.office.app.extensions["field178.odata_limit"]
    slots = filled.office.settings.threads // 2
    for _ in range(slots):
        limit.acquire()
    answer = filled.get("Visits", token)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
    for _ in range(slots):
        limit.release()
    # Refused, answered or broken: each slot is given back.
    for path in ("Visits", "Nothing", "Visits?$top=x") * slots:
        filled.get(path, token)
    monkeypatch.setattr(feed_table.FeedTable, "read", lambda *_: 1 / 0)
    failed = [filled.get("Visits", token) for _ in range(slots + 1)][-1]
    assert (failed.status_code, failed.get_json()["error"]["code"]) == (500, "internal")
    assert "ZeroDivision" not in failed.get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    [
        f"IndicatorFigures?$filter=Year eq {'9' * 5000}",
        "IndicatorFigures?$filter=Year eq 2026-01-01",
        "Visits?$filter=ReceivedAt gt 9999-12-31T23:59:59-14:00",
    ],
)
def test_value_outside_its_range_is_refused(feeds: Feeds, path: str) -> None:
    answer = feeds.get(path, feeds.token("chi"))
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "query_refused")

"""Data feeds of the made-up district, read by two stock OData clients: python-odata and odatapy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import requests
from odata import ODataService
from odata.exceptions import ODataError
from odatapy.client import (
    BasicAuth,
    BearerAuth,
    EdmEnabledODataClient,
    HttpxTransport,
    ODataClientError,
)
from requests.auth import HTTPBasicAuth
from sqlalchemy import select
from tests.e2e.server_process import ServerProcess
from tests.server.district import WAITING, district_in

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.engine import create_engine_for
from field178_server.database.models import Officer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.demo import DEMO_START
from field178_server.office.odata.operations import (
    MARK,
    TokenRequest,
    accept_token,
    make_token,
    revoke_token,
    token_hash,
)
from field178_server.runtime import new_token
from field178_server.settings import Settings
from field178_shared.codelists import load
from field178_shared.ids import IdSource
from field178_shared.indicators.suppression import counts_people
from field178_shared.text.privacy import lint, matches_forbidden
from field178_shared.time.clock import clock_from_environment

REVIEWER, CITY, ADMIN = "gl07", "gl13", "gl15"


class Served:
    """The served district, and the hands of its administrator."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.root = f"{server.url}/odata/v4/"
        given = {"FIELD178_DATA_DIR": str(server.folder), **server.environment}
        self._settings = Settings.from_environment(given)
        self._engine = create_engine_for(self._settings.effective_database_url)
        clock = clock_from_environment({"FIELD178_CLOCK_START": self._settings.clock_start})
        with snapshot(self._engine) as session:
            admin = officers.by_login_or_id(session, self._settings.tenant, ADMIN)
            self.officer_names = list(session.scalars(select(Officer.name)))
        actor = Actor("officer", admin.officer_id)
        self._context = OperationContext(self._settings.tenant, clock, IdSource(clock), load(), actor)
        self._tokens: dict[str, str] = {}

    def token(self, login: str) -> str:
        """Return a token of an officer, the same each time."""
        if login not in self._tokens:
            token, tenant = MARK + new_token(), self._settings.tenant
            hashed = token_hash(tenant, token)
            run_write(self._engine, lambda session: self._accepted(session, login, hashed))
            self._tokens[login] = token
        return self._tokens[login]

    def revoked(self, login: str) -> str:
        """Return a token that was revoked."""
        token, tenant = MARK + new_token(), self._settings.tenant
        hashed = token_hash(tenant, token)

        def make(session: Any) -> None:
            revoke_token(session, self._context, self._accepted(session, login, hashed))

        run_write(self._engine, make)
        return token

    def close(self) -> None:
        self._engine.dispose()

    def _accepted(self, session: Any, login: str, hashed: str) -> str:
        request = self._wanted(session, login)
        token_id = make_token(session, self._context, request)
        own = replace(self._context, actor=Actor("officer", request.officer_id))
        accept_token(session, own, token_id, hashed)
        return token_id

    def _wanted(self, session: Any, login: str) -> TokenRequest:
        officer = officers.by_login_or_id(session, self._settings.tenant, login)
        return TokenRequest("Bảng số liệu", officer.officer_id, 90)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = district_in(tmp_path_factory, tmp_path_factory.mktemp("district") / "data", WAITING)
    server = ServerProcess(settings.data_dir, {"FIELD178_CLOCK_START": DEMO_START.isoformat()})
    server.start()
    district = Served(server)
    yield district
    district.close()
    server.stop()


@pytest.fixture(scope="module")
def reflected(served: Served) -> ODataService:
    auth = HTTPBasicAuth("excel", served.token(REVIEWER))
    return ODataService(served.root, auth=auth, reflect_entities=True, quiet_progress=True)


@pytest.fixture
def typed(served: Served) -> Iterator[EdmEnabledODataClient]:
    with HttpxTransport(auth=BearerAuth(served.token(REVIEWER))) as transport:
        yield EdmEnabledODataClient(served.root, transport)


def plain(entity: Any) -> dict[str, Any]:
    return {field.name: field.value for field in entity.properties}


def raw(served: Served, path: str, login: str = REVIEWER) -> dict[str, Any]:
    answer = requests.get(served.root + path, auth=("", served.token(login)), timeout=60)
    answer.raise_for_status()
    return dict(answer.json())


def test_python_odata_reflects_and_queries(served: Served, reflected: ODataService) -> None:
    assert set(reflected.entities) == {entity_set["name"] for entity_set in raw(served, "")["value"]}
    visits, places = reflected.entities["Visits"], reflected.entities["Establishments"]
    every = reflected.query(visits).all()
    assert len(every) == raw(served, "Visits?$count=true&$top=0")["@odata.count"] > 80
    query = (
        reflected.query(visits)
        .filter(visits.ResultId == "compliant")
        .filter("VisitedOn ge 2024-06-01")
        .order_by(visits.VisitedOn.desc())
    )
    days = [row.VisitedOn for row in query.all()]
    assert days == sorted(days, reverse=True)
    assert 0 < len(days) < len(every)
    assert min(days) >= "2024-06-01"
    last = max(row.ReceivedAt for row in every)
    since = reflected.query(visits).filter(visits.ReceivedAt >= last - timedelta(days=7)).all()
    assert 0 < len(since) <= len(every)
    assert not reflected.query(visits).filter(visits.ReceivedAt > last + timedelta(days=1)).all()
    names = reflected.query(places).filter(places.Name.contains("Homestay")).select(places.Name).all()
    assert names
    assert all("Homestay" in row["Name"] for row in names)
    place = reflected.query(places).get(every[0].EstablishmentId)
    assert place.Id == every[0].EstablishmentId
    assert len(reflected.query(places).limit(5).offset(3).all()) == 5


def test_python_odata_follows_the_links(served: Served) -> None:
    # Any client may request a page size.
    auth = HTTPBasicAuth("", served.token(REVIEWER))
    service = ODataService(
        served.root,
        auth=auth,
        reflect_entities=True,
        quiet_progress=True,
        extra_headers={"Prefer": "odata.maxpagesize=10"},
    )
    places = service.query(service.entities["Establishments"]).all()
    assert len({place.Id for place in places}) == len(places) == 127


def test_odatapy_reads_typed_values(typed: EdmEnabledODataClient) -> None:
    page = typed.get_entity_set(typed.entity_set_uri("Visits").orderby("VisitedOn").top(5).count())
    rows = [plain(entity) for entity in page.entities]
    assert page.count > len(rows) == 5
    assert [type(row["VisitedOn"]) for row in rows] == [date] * 5
    assert all(row["ReceivedAt"].tzinfo is not None for row in rows)
    assert rows == sorted(rows, key=lambda row: row["VisitedOn"])
    visit = typed.get_entity(typed.entity_uri("Visits", rows[0]["Id"]))
    assert plain(visit) == rows[0]
    assert typed.get_count(typed.entity_set_uri("Visits")) == page.count


def test_odatapy_filters_selects_and_pages(typed: EdmEnabledODataClient) -> None:
    uri = typed.entity_set_uri("Sessions").filter("AttendanceCount ge 50 and HeldOn lt 2024-07-01")
    rows = [
        plain(entity) for entity in typed.get_entity_set(uri.select("HeldOn", "AttendanceCount")).entities
    ]
    assert rows
    assert all(row["AttendanceCount"] >= 50 and row["HeldOn"] < date(2024, 7, 1) for row in rows)
    assert {tuple(row) for row in rows} == {("HeldOn", "AttendanceCount")}
    sizes = [
        len(page.entities)
        for page in typed.iter_pages(typed.entity_set_uri("Establishments"), max_page_size=50)
    ]
    assert sizes == [50, 50, 27]
    figures = typed.entity_set_uri("IndicatorFigures").filter(
        "Year eq 2024 and PeriodId eq 'year' and AreaId eq 'an_lao_area_2024'"
    )
    figures_by_id = {row["IndicatorId"]: row for row in map(plain, typed.get_entity_set(figures).entities)}
    visited = figures_by_id["inspected_once_pct"]
    assert [type(visited[name]) for name in ("Numerator", "Denominator", "Value")] == [float] * 3
    assert visited["Denominator"] == 127
    assert (visited["IsSuppressed"], visited["PeriodStart"]) == (False, date(2024, 1, 1))


def test_refused_clients_get_the_reason(
    served: Served, typed: EdmEnabledODataClient, reflected: ODataService
) -> None:
    with pytest.raises(ODataClientError) as refusal:
        typed.get_entity_set(typed.entity_set_uri("Visits").filter("tolower(State) eq 'x'"))
    assert _told(refusal.value) == (501, "query_unsupported")
    for token in ("", "f178d_wrong", served.revoked(REVIEWER)):
        with HttpxTransport(auth=BasicAuth("excel", token)) as transport:
            other = EdmEnabledODataClient(served.root, transport)
            with pytest.raises(ODataClientError) as refused:
                other.get_entity_set(other.entity_set_uri("Units"))
            assert _told(refused.value) == (401, "token_refused")
        context = reflected.create_context(auth=HTTPBasicAuth("x", token))
        with pytest.raises(ODataError, match="token_refused"):
            context.query(reflected.entities["Visits"]).all()


def test_external_reader_gets_no_small_number(served: Served) -> None:
    names = {entity_set["name"] for entity_set in raw(served, "", CITY)["value"]}
    assert "Establishments" not in names
    figures = raw(served, "IndicatorFigures?$filter=Year eq 2024", CITY)["value"]
    exact = {
        (row["IndicatorId"], row["PeriodId"], row["AreaId"]): row
        for row in raw(served, "IndicatorFigures?$filter=Year eq 2024 and AreaId eq 'an_lao_area_2024'")[
            "value"
        ]
    }
    hidden = [row for row in figures if row["IsSuppressed"]]
    assert 20 < len(hidden) < len(figures)
    assert {row["AreaId"] for row in figures} == {"an_lao_area_2024"}
    lists = load()
    for figure in figures:
        of_people = counts_people(lists, lists.indicators[figure["IndicatorId"]])
        numbers = [figure["Numerator"], figure["Denominator"]]
        assert not of_people or not [number for number in numbers if number is not None and 0 < number < 5]
        assert figure["ValueWithWaiting"] is None
        if figure["IsSuppressed"]:
            assert [figure[name] for name in ("Numerator", "Denominator", "Value", "Low", "High")] == [
                None
            ] * 5
        else:
            exact_row = exact[figure["IndicatorId"], figure["PeriodId"], figure["AreaId"]]
            assert (figure["Value"], figure["Numerator"]) == (exact_row["Value"], exact_row["Numerator"])


def test_no_answer_names_a_person(served: Served) -> None:
    """Every text of every table: no officer, no number of a person, nothing of what somebody wrote."""
    for table in raw(served, "")["value"]:
        rows = raw(
            served, f"{table['name']}?$filter=State ne ''" if table["name"] in STATES else table["name"]
        )
        assert not [name for row in rows["value"][:1] for name in row if matches_forbidden(name)]
        text = json.dumps(rows["value"], ensure_ascii=False)
        assert not [name for name in served.officer_names if name in text]
        texts = {value for row in rows["value"] for value in row.values() if isinstance(value, str)}
        written = {text for text in texts if " " in text}
        if table["name"] == "Establishments":
            # Names of establishments are allowed; other marked texts are not.
            written = {text for text in written if not _is_name_alone(text)}
        marked = {text for text in written if lint(text)}
        assert not marked, (table["name"], sorted(marked)[:5])


STATES = frozenset({"Visits", "Findings", "Measures", "FollowUps", "Decisions", "Sessions"})


def _is_name_alone(text: str) -> bool:
    return not lint(text, (text,))


def _told(refusal: ODataClientError) -> tuple[int, str | None]:
    return refusal.status_code, refusal.error_code

"""An officer is asked about every tablet enrolled in their name, and their other tablets tell of it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from html import unescape

from sqlalchemy import select
from tests.server.console.conftest import Browser
from tests.server.office_scene import PASSWORD, Office, Tablet, problem_of, record_scopes

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.models import Audit
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.devices.enrolment import new_code
from field178_server.office.tablets.operations import issue_code
from field178_shared.codelists import load


def enrolled_by_admin(office: Office) -> Tablet:
    """Return a tablet enrolled for officer `an` with a code of the administrator."""
    code = new_code(random.SystemRandom())
    actor = Actor("officer", office.officer_id("admin"))
    context = OperationContext(office.settings.tenant, office.clock, office.runtime.ids, load(), actor)
    run_write(office.engine, lambda session: issue_code(session, context, "an", (), code))
    tablet = Tablet(office)
    assert tablet.enrol(code).status_code == 201
    assert tablet.open_session().status_code == 200
    return tablet


def acts(office: Office) -> list[str]:
    with snapshot(office.engine) as session:
        return list(session.scalars(select(Audit.action)))


def test_after_the_sign_in_the_officer_is_asked_and_led_on(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    tablet = enrolled_by_admin(office)
    client = office.app.test_client()
    answer = client.post("/sign-in", data={"login": "an", "password": PASSWORD, "next": "/conflicts"})
    assert answer.headers["Location"] == "/own-tablets?next=/conflicts"
    browser = Browser(client)
    page = unescape(browser.text("/own-tablets?next=/conflicts"))
    for text in ("Máy 1", "24/11/2026 15:00", "Cán bộ admin", "Không phải tôi", 'href="/conflicts"'):
        assert text in page
    answer = browser.post(f"/own-tablets/{tablet.device}", {"answer": "mine", "next": "/conflicts"})
    assert answer.headers["Location"] == "/own-tablets?next=/conflicts"
    assert client.get("/own-tablets?next=/conflicts").headers["Location"] == "/conflicts"
    assert "device_confirmed" in acts(office)
    # Nobody else is asked, nor may answer.
    other = signed_in("chi")
    assert other.client.get("/own-tablets").headers["Location"] == "/"
    assert other.post(f"/own-tablets/{tablet.device}", {"answer": "not_mine"}).status_code == 404


def test_a_tablet_that_is_not_mine_does_nothing_in_my_name(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    tablet = enrolled_by_admin(office)
    assert tablet.sign_in().status_code == 200
    change = tablet.change()
    browser = signed_in("an")
    answer = browser.post(f"/own-tablets/{tablet.device}", {"answer": "not_mine"})
    page = unescape(answer.get_data(as_text=True))
    assert "Máy 1 không còn làm được gì dưới tên bạn." in page
    assert "/revoke" not in page
    assert "device_disowned" in acts(office)
    frames = tablet.frames(push=[change])
    assert (record_scopes(frames[0]), frames[0]["sign_in"]) == ([], True)
    assert frames[1]["reason"] == "user_unknown"


def test_the_other_tablets_of_the_officer_tell_it_until_it_is_answered(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    own = Tablet(office).ready()
    signed_in("an").post(f"/own-tablets/{own.device}", {"answer": "mine"})
    assert own.frames()[0]["notices"] == []
    fresh = enrolled_by_admin(office)
    [notice] = own.frames()[0]["notices"]
    assert notice["kind"] == "info"
    for text in ("Máy 1", "Cán bộ an", "24/11/2026 15:00", "Cán bộ admin"):
        assert text in notice["text"]["vi"]
        assert text in notice["text"]["en"]
    # Not on the tablet that it is about, and on no tablet of others.
    assert fresh.sign_in().status_code == 200
    assert fresh.frames()[0]["notices"] == []
    signed_in("an").post(f"/own-tablets/{fresh.device}", {"answer": "mine"})
    assert own.frames()[0]["notices"] == []


def test_the_trail_tells_who_issued_enrolled_and_activated(office: Office) -> None:
    tablet = enrolled_by_admin(office)
    assert problem_of(tablet.sign_in("binh")) == (403, "officer_mismatch")
    assert tablet.sign_in().status_code == 200
    with snapshot(office.engine) as session:
        rows = {row.action: row for row in session.scalars(select(Audit))}
    issued, enrolled, activated = (
        rows[name] for name in ("enrolment_code_issued", "device_enrolled", "device_activated")
    )
    assert (issued.actor_id, issued.object_id) == (office.officer_id("admin"), office.officer_id("an"))
    assert enrolled.object_id == activated.object_id == tablet.device
    details = {"officer": office.officer_id("an"), "issued_by": office.officer_id("admin")}
    assert json.loads(enrolled.details or "") == details
    assert activated.actor_id == office.officer_id("an")

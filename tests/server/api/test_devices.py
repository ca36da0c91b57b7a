"""Enrolment of tablets and binding of officers (docs/sync-protocol.md §10)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select
from tests.engine_events import listen
from tests.server.office_scene import PASSWORD, Office, Tablet, problem_of, record_scopes

from field178_server.accounts import operations as accounts
from field178_server.database.models import (
    AttemptCount,
    Audit,
    Device,
    EnrolmentCode,
    Officer,
    Quarantine,
)
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.worker import JobWorker
from field178_server.office.tablets import operations as operating
from field178_server.replication.quarantine import reprocess
from field178_server.replication.quarantine.waiting import WAITING_CHANGES, run_waiting_changes


def set_password(office: Office, login: str) -> None:
    stored = office.runtime.passwords.hash(PASSWORD)
    run_write(office.engine, lambda session: accounts.set_password(session, office.context, login, stored))


def count(office: Office, table: type) -> int:
    with snapshot(office.engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def scopes_of(tablet: Tablet, code: str, login: str = "an") -> list[str]:
    assert tablet.enrol(code).status_code == 201
    assert tablet.open_session().status_code == 200
    assert tablet.sign_in(login).status_code == 200
    return record_scopes(tablet.frames()[0])


def test_enrolment_code_creates_a_device_and_returns_its_officer(office: Office, tablet: Tablet) -> None:
    answer = tablet.enrol()
    body = answer.get_json()
    assert answer.status_code == 201
    keys = {"receipt_key", "sealing_key", "former_receipt_keys", "keys"}
    assert set(body) == {"device", "tenant", "user", "now", *keys}
    assert body["user"]["name"] == "Cán bộ an"
    assert body["receipt_key"] == office.runtime.keyring.receipt_key
    assert body["now"] == "2026-11-24T08:00:00Z"


def test_the_predecessors_of_a_unit_are_granted_with_it(office: Office, tablet: Tablet) -> None:
    context = office.context
    run_write(
        office.engine,
        lambda session: accounts.add(
            session,
            context,
            accounts.AccountRequest("dung", "Cán bộ dung", "commune_reporter", None, ("unit:c11629_v2",)),
            [],
            "",
        ),
    )
    set_password(office, "dung")
    scopes = scopes_of(tablet, office.code("dung"), "dung")
    merged_in_2025 = {"unit:c11629_v1", "unit:c11641_v1", "unit:c11653_v1", "unit:c11659_v1"}
    assert {"ref", "unit:c11629_v2"} | merged_in_2025 <= set(scopes)


def test_explicit_scopes_are_granted_exactly(office: Office, tablet: Tablet) -> None:
    assert scopes_of(tablet, office.code("an", "unit:c11632_v1")) == ["unit:c11632_v1"]


def test_the_same_code_with_the_same_key_answers_the_same_device(office: Office, tablet: Tablet) -> None:
    code = office.code()
    first, second = tablet.enrol(code).get_json(), tablet.enrol(code).get_json()
    assert first == second
    assert count(office, Device) == 1


def test_the_same_code_with_another_key_is_refused(office: Office, tablet: Tablet) -> None:
    code = office.code()
    tablet.enrol(code)
    assert problem_of(Tablet(office).enrol(code)) == (403, "enrolment_refused")


def test_a_code_is_read_as_people_type_it(office: Office) -> None:
    lower, spaced = office.code().lower(), office.code()
    hyphens = "-".join(spaced[place : place + 4] for place in range(0, 16, 4))
    assert [Tablet(office).enrol(typed).status_code for typed in (lower, hyphens)] == [201, 201]


def test_a_code_ends_after_ten_minutes_even_for_its_own_device(office: Office, tablet: Tablet) -> None:
    code = office.code()
    office.clock.move(minutes=9, seconds=59)
    assert tablet.enrol(code).status_code == 201
    office.clock.move(seconds=1)
    assert problem_of(tablet.enrol(code)) == (403, "enrolment_refused")


def test_a_signature_by_another_key_is_refused_and_leaves_the_code_good(
    office: Office, tablet: Tablet
) -> None:
    code = office.code()
    stranger = Tablet(office)
    forged = tablet.claim(code, signature=stranger.claim(code)["signature"])
    assert problem_of(office.post("/api/v1/devices", forged)) == (403, "signature_refused")
    assert tablet.enrol(code).status_code == 201


def test_a_code_of_a_disabled_officer_is_refused(office: Office, tablet: Tablet) -> None:
    code = office.code()
    run_write(office.engine, lambda session: accounts.disable(session, office.context, "an"))
    assert problem_of(tablet.enrol(code)) == (403, "enrolment_refused")


def test_store_contains_neither_enrolment_code_nor_address(office: Office, tablet: Tablet) -> None:
    code = office.code()
    tablet.enrol(code)
    with snapshot(office.engine) as session:
        stored = [row.code_hash for row in session.scalars(select(EnrolmentCode))]
        keys = [row.key for row in session.scalars(select(AttemptCount))]
    assert code not in stored
    assert not [key for key in keys if "127.0.0.1" in key or code[:4] in key]


def test_guesses_from_one_address_are_limited_and_return_the_wait(office: Office, tablet: Tablet) -> None:
    limit = office.settings.enrol_attempts_per_address
    codes = [f"{number:016d}" for number in range(10**15, 10**15 + (limit + 1) * 10**12, 10**12)]
    answers = [problem_of(tablet.enrol(code)) for code in codes]
    assert answers == [(403, "enrolment_refused")] * limit + [(429, "slow_down")]
    refused = tablet.enrol(codes[0])
    assert int(refused.headers["Retry-After"]) == 601
    office.clock.move(minutes=10, seconds=1)
    assert tablet.enrol().status_code == 201


def test_guesses_under_one_prefix_are_limited_before_the_address(office: Office, tablet: Tablet) -> None:
    limit = office.settings.enrol_attempts_per_prefix
    answers = [problem_of(tablet.enrol(f"0000{number:012d}"))[0] for number in range(limit + 1)]
    assert answers == [403] * limit + [429]


def test_a_right_code_costs_nothing_of_the_budget(office: Office) -> None:
    for _ in range(office.settings.enrol_attempts_per_address + 1):
        assert Tablet(office).enrol().status_code == 201


def test_an_officer_is_bound_to_the_tablet_by_password(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    answer = tablet.post("/api/v1/devices/officers", {"login": "binh", "password": PASSWORD})
    assert answer.status_code == 200
    user = answer.get_json()["user"]
    assert (user["name"], user["role"]) == ("Cán bộ binh", "inspector")
    assert user["agency"]
    again = tablet.post("/api/v1/devices/officers", {"login": "binh", "password": PASSWORD})
    assert again.get_json() == answer.get_json()


def test_a_wrong_login_or_password_looks_the_same(tablet: Tablet) -> None:
    tablet.ready()
    for login, password in (("binh", "sai"), ("khong-co", PASSWORD), ("binh", "x" * 1000)):
        answer = tablet.post("/api/v1/devices/officers", {"login": login, "password": password})
        assert problem_of(answer) == (403, "sign_in_refused")


def test_an_officer_of_the_office_alone_is_not_bound(tablet: Tablet) -> None:
    tablet.ready()
    answer = tablet.post("/api/v1/devices/officers", {"login": "chi", "password": PASSWORD})
    assert problem_of(answer) == (403, "forbidden")


def test_passwords_guessed_for_one_login_are_limited(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    wrong = {"login": "binh", "password": "mat-khau-doan-mo"}
    limit = office.settings.sign_in_attempts_per_login
    statuses = [tablet.post("/api/v1/devices/officers", wrong).status_code for _ in range(limit + 1)]
    assert statuses == [403] * limit + [429]


def test_a_revoked_tablet_binds_nobody(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    run_write(office.engine, lambda session: operating.revoke(session, office.context, tablet.device))
    answer = tablet.post("/api/v1/devices/officers", {"login": "binh", "password": PASSWORD})
    assert problem_of(answer) == (403, "device_revoked")


def test_enrolment_and_binding_are_written_down(office: Office, tablet: Tablet) -> None:
    office.clock.move(seconds=1)
    tablet.ready()
    office.clock.move(seconds=1)
    tablet.post("/api/v1/devices/officers", {"login": "binh", "password": PASSWORD})
    with snapshot(office.engine) as session:
        acts = session.scalars(select(Audit.action).order_by(Audit.audit_id)).all()
        names = session.scalars(select(Officer.name)).all()
        details = "".join(session.scalars(select(Audit.details).where(Audit.details.is_not(None))).all())
    assert acts[-6:] == [
        "device_enrolled",
        "sign_in_accepted",
        "device_activated",
        "officer_bound",
        "sign_in_accepted",
        "officer_bound",
    ]
    assert not [name for name in names if name in details]


NOBODY = "0197a000-0000-7000-8000-000000000009"


def test_a_signed_nonce_opens_a_session_of_fifteen_minutes(office: Office, tablet: Tablet) -> None:
    tablet.enrol()
    answer = tablet.open_session()
    assert answer.status_code == 200
    assert answer.get_json()["expires_in_s"] == 900
    office.clock.move(minutes=14, seconds=59)
    assert tablet.sync().status_code == 200
    office.clock.move(seconds=1)
    refused = tablet.sync()
    assert problem_of(refused) == (401, "session_expired")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_an_unknown_device_gets_a_nonce_too_and_no_session(office: Office, tablet: Tablet) -> None:
    tablet.device = NOBODY
    assert problem_of(tablet.open_session()) == (403, "signature_refused")


def test_a_nonce_opens_sessions_for_an_hour(office: Office, tablet: Tablet) -> None:
    """The same request gets the same response again after a lost response."""
    tablet.enrol()
    nonce = tablet.challenge()
    office.clock.move(minutes=59, seconds=59)
    assert tablet.open_session(nonce).status_code == 200
    assert tablet.open_session(nonce).status_code == 200
    office.clock.move(seconds=1)
    assert problem_of(tablet.open_session(nonce)) == (403, "signature_refused")


def test_each_session_gives_the_nonce_of_the_next_one(office: Office, tablet: Tablet) -> None:
    tablet.enrol()
    nonce = tablet.open_session().get_json()["nonce"]
    office.clock.move(minutes=30)
    assert problem_of(tablet.sync()) == (401, "session_expired")
    assert tablet.open_session(nonce).status_code == 200
    assert tablet.sync().status_code == 200


@pytest.mark.parametrize("ahead", [{"seconds": 59}, {"minutes": 2}])
def test_a_token_of_a_server_whose_clock_is_ahead(
    office: Office, tablet: Tablet, ahead: dict[str, int]
) -> None:
    """Two servers of one store differ by some seconds; what comes from a far future is refused."""
    office.clock.move(**ahead)
    tablet.ready()
    office.clock.move(**{unit: -number for unit, number in ahead.items()})
    assert tablet.sync().status_code == (200 if "seconds" in ahead else 401)


def test_every_changed_bit_of_a_token_or_nonce_is_seen(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    token, nonce = tablet.token, tablet.challenge()
    for place in range(len(token)):
        tablet.token = _other_at(token, place)
        assert problem_of(tablet.sync()) == (401, "session_unknown")
    for place in range(len(nonce)):
        assert problem_of(tablet.open_session(_other_at(nonce, place))) == (403, "signature_refused")


def _other_at(text: str, place: int) -> str:
    """Return the text with another letter of base64url at a place, half the alphabet away."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:place] + letters[letters.index(text[place]) ^ 32] + text[place + 1 :]


def test_opening_a_session_writes_nothing(office: Office, tablet: Tablet) -> None:
    tablet.enrol()
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        written.extend(re.findall(r"^\s*(?:INSERT|UPDATE|DELETE)\b.*", statement))

    listen(office.engine, "before_cursor_execute", note)
    tablet.open_session()
    assert not written
    tablet.sync()  # the counter-proof: its heartbeat is stored
    assert written


def test_a_nonce_of_another_device_opens_nothing(office: Office, tablet: Tablet) -> None:
    other = Tablet(office)
    tablet.enrol(), other.enrol()
    assert problem_of(tablet.open_session(other.challenge())) == (403, "signature_refused")


def test_a_signature_by_another_key_opens_nothing(office: Office, tablet: Tablet) -> None:
    tablet.enrol()
    nonce = tablet.challenge()
    forged = Tablet(office).sign(f"field178-session-v1|{nonce}|{tablet.device}")
    assert problem_of(tablet.open_session(nonce, signature=forged)) == (403, "signature_refused")


def test_token_of_one_device_is_refused_for_another(office: Office, tablet: Tablet) -> None:
    other = Tablet(office).ready()
    tablet.ready()
    tablet.device = other.device
    assert problem_of(tablet.sync()) == (403, "device_mismatch")


def test_sessions_end_when_the_operator_says_so(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    run_write(office.engine, lambda session: operating.expire_sessions(session, office.context))
    assert problem_of(tablet.sync()) == (401, "session_expired")
    assert tablet.open_session().status_code == 200
    assert tablet.sync().status_code == 200


def test_revoked_device_opens_sessions_and_receives_its_revocation(office: Office, tablet: Tablet) -> None:
    tablet.ready()
    run_write(office.engine, lambda session: operating.revoke(session, office.context, tablet.device))
    assert tablet.open_session().status_code == 200
    answer = tablet.sync()
    assert answer.status_code == 200
    assert b'"revoked":true' in answer.data.replace(b" ", b"")


class TestWaitingChanges:
    """What waits on a tablet for its officers, in portions of three."""

    @pytest.fixture(autouse=True)
    def _small_portions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reprocess, "PORTION", 3)

    def states(self, office: Office) -> dict[int, str]:
        with snapshot(office.engine) as session:
            return {row.n: row.state for row in session.scalars(select(Quarantine))}

    def run_jobs(self, office: Office) -> int:
        return JobWorker(office.runtime, {WAITING_CHANGES: run_waiting_changes}).run_waiting()

    def handed_in_too_early(self, tablet: Tablet, *changes: dict[str, object]) -> None:
        assert tablet.enrol().status_code == 201
        assert tablet.open_session().status_code == 200
        receipts = [frame for frame in tablet.frames(push=changes) if frame["frame"] == "res"]
        assert {receipt["reason"] for receipt in receipts} == {"user_unknown"}

    def test_a_sign_in_runs_one_portion_and_a_job_the_others(self, office: Office, tablet: Tablet) -> None:
        self.handed_in_too_early(tablet, *(tablet.change(n) for n in range(1, 8)))
        assert tablet.sign_in().status_code == 200
        assert self.states(office) == {n: "applied" if n <= 3 else "open" for n in range(1, 8)}
        assert self.run_jobs(office) == 1
        assert set(self.states(office).values()) == {"applied"}
        verdicts = [frame for frame in tablet.frames() if frame["frame"] == "res"]
        assert [(frame["status"], frame["reason"]) for frame in verdicts] == [("applied", None)] * 7

    def test_one_portion_needs_no_job(self, office: Office, tablet: Tablet) -> None:
        self.handed_in_too_early(tablet, *(tablet.change(n) for n in range(1, 3)))
        assert tablet.sign_in().status_code == 200
        assert set(self.states(office).values()) == {"applied"}
        assert self.run_jobs(office) == 0

    def test_changes_of_an_officer_who_is_not_active_there_are_left_out(
        self, office: Office, tablet: Tablet
    ) -> None:
        others = [tablet.change(n) | {"user": office.officer_id("binh")} for n in range(1, 6)]
        self.handed_in_too_early(tablet, *others, tablet.change(6))
        assert tablet.sign_in().status_code == 200
        assert self.states(office) == {**dict.fromkeys(range(1, 6), "open"), 6: "applied"}
        assert self.run_jobs(office) == 0
        assert tablet.sign_in("binh").status_code == 200
        self.run_jobs(office)
        assert set(self.states(office).values()) == {"applied"}

    def test_correction_beyond_the_portion_is_sent_before_the_corrected_change(
        self, office: Office, tablet: Tablet
    ) -> None:
        wrong = tablet.change(1, name="Nhà nghỉ sai")
        right = tablet.change(5, str(wrong["record_id"]), name="Nhà nghỉ đúng")
        right["replaces"] = [wrong["change_id"]]
        self.handed_in_too_early(tablet, wrong, *(tablet.change(n) for n in range(2, 5)), right)
        assert tablet.sign_in().status_code == 200
        self.run_jobs(office)
        assert self.states(office)[1] == "replaced"
        records = {frame["id"]: frame for frame in tablet.frames() if frame["frame"] == "rec"}
        mended = records[wrong["record_id"]]
        assert (mended["rev"], mended["data"]["name"]) == (1, "Nhà nghỉ đúng")

"""Two officers and the command line decide on one record from pages opened at any time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.console.conftest import UNIT, Browser, FieldWork

from field178_server.database.models import Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.reviews.operator_decision import OperatorDecision, decide
from field178_server.office.reviews.record import RecordPage, record_page
from field178_server.records.access import AccessFilter
from field178_shared.errors import AppError
from field178_shared.ids import review_id
from field178_shared.rules.quality_flags import CODES

KINDS = {"approve": "approved", "return": "returned", "void": "void", "reopen": "reopened"}
CONFIRMED = " ".join(("comments", "threads", "void", *CODES))
OFFICERS = st.sampled_from(("chi", "dung"))
# Which of the pages an officer has open: 0 is the latest.
PAGES = st.integers(0, 3)
STEPS = st.one_of(
    st.tuples(st.just("open"), OFFICERS),
    st.tuples(st.just("decide"), OFFICERS, PAGES, st.sampled_from(sorted(KINDS))),
    st.tuples(st.just("decide"), OFFICERS, PAGES, st.sampled_from(sorted(KINDS))),
    st.tuples(st.just("undo"), OFFICERS),
    st.tuples(st.just("comment"), OFFICERS, PAGES),
    st.tuples(st.just("command"), st.sampled_from(sorted(KINDS))),
    st.tuples(st.just("correct")),
    st.tuples(st.just("wait"), st.sampled_from((1, 20, 70))),
)


@dataclass(frozen=True)
class Made:
    """A decision that was accepted; `login` None: the command line."""

    kind: str
    login: str | None
    at: datetime
    reason: str
    record_rev: int


@dataclass(frozen=True)
class Opened:
    """A page as an officer has it open, and how many decisions it shows."""

    seen_rev: int
    seen_review: int
    shown: int


@dataclass
class Desk:
    """One record, its officers, and what they decided."""

    in_the_field: FieldWork
    browsers: dict[str, Browser]
    record_id: str
    made: list[Made] = field(default_factory=list)
    opened: dict[str, list[Opened]] = field(default_factory=lambda: {"chi": [], "dung": []})
    corrections: int = 0

    @property
    def rev(self) -> int:
        return self.stored(self.record_id)[0]

    def stored(self, record_id: str) -> tuple[int, str]:
        office = self.in_the_field.office
        with snapshot(office.engine) as session:
            row = session.get(Record, (office.settings.tenant, record_id))
            return (row.rev, row.body) if row is not None else (0, "")

    def page(self) -> RecordPage:
        office = self.in_the_field.office
        with snapshot(office.engine) as session:
            page = record_page(session, office.settings.tenant, AccessFilter(None), self.record_id)
        assert page is not None
        return page

    def open(self, login: str) -> None:
        text = self.browsers[login].text(f"/reviews/{self.record_id}")
        seen = [
            int(re.findall(rf'name="{name}" value="(\d+)"', text)[0]) for name in ("seen_rev", "seen_review")
        ]
        section = text.split('id="decisions"')[1].split("</section>")[0] if 'id="decisions"' in text else ""
        self.opened[login].append(Opened(*seen, section.count("<li>")))

    def decide(self, login: str, page: int, decision: str) -> None:
        opened, stands = self._page_of(login, page), self.stored(review_id(self.record_id))
        reason = f"Lý do {len(self.made)} của {login}"
        form = {"seen_rev": opened.seen_rev, "seen_review": opened.seen_review, "confirmed": CONFIRMED}
        reasons = {} if decision == "approve" else {"reason": reason}
        answer = self.browsers[login].post(f"/reviews/{self.record_id}/{decision}", form | reasons)
        if answer.status_code == 303:
            assert (opened.shown, opened.seen_rev) == (len(self.made), self.rev)
            self._made(KINDS[decision], login, reasons.get("reason", ""))
            return
        assert answer.status_code in (409, 423)
        assert self.stored(review_id(self.record_id)) == stands
        text = unescape(answer.get_data(as_text=True))
        assert reasons.get("reason", "") in text
        alert = text.split('role="alert"')[1].split("</p>")[0]
        for unseen in self.made[opened.shown :]:
            assert (f"Cán bộ {unseen.login}" if unseen.login else "Dòng lệnh của máy chủ") in alert
            assert unseen.reason in alert

    def undo(self, login: str) -> None:
        stands, last = self.stored(review_id(self.record_id)), self.made[-1] if self.made else None
        answer = self.browsers[login].post(f"/reviews/{self.record_id}/undo")
        if answer.status_code == 303:
            assert last is not None
            assert (last.kind, last.login) == ("approved", login)
            self._made("undone", login, "", last.record_rev)
        else:
            assert self.stored(review_id(self.record_id)) == stands

    def comment(self, login: str, page: int) -> None:
        opened = self._page_of(login, page)
        comments = json.loads(self.stored(review_id(self.record_id))[1] or "{}").get("comments", {})
        if comments:
            form = {"seen_rev": opened.seen_rev, "seen_review": opened.seen_review, "text": "Ghi rõ."}
            path = f"/reviews/{self.record_id}/threads/{min(comments)}/comment"
            assert self.browsers[login].post(path, form).status_code in (303, 409, 423)

    def command(self, decision: str) -> None:
        office, reason = self.in_the_field.office, "" if decision == "approve" else "Lý do của dòng lệnh"
        request = OperatorDecision(self.record_id, decision, reason, "venue", "Ghi rõ nơi.", None, None)
        stands = self._standing()
        try:
            run_write(office.engine, lambda session: decide(session, office.context, request))
        except AppError:
            return
        assert not stands or stands[-1].record_rev < self.rev
        self._made(KINDS[decision], None, reason)

    def correct(self) -> None:
        self.corrections += 1
        was = json.loads(self.stored(self.record_id)[1])["venue"]
        change = {"venue": f"Nhà văn hóa {self.corrections}"}
        # The clock moves on from one example to the next: a session of the tablet lasts 15 minutes.
        self.in_the_field.tablet.open_session()
        self.in_the_field.send(self.record_id, "outreach_session", UNIT, change, was={"venue": was})

    def wait(self, seconds: int) -> None:
        self.in_the_field.office.clock.move(seconds=seconds)

    def check(self) -> None:
        """Compare the decisions that the page shows with the accepted ones."""
        page = self.page()
        people = {**page.names.people, None: None}
        shown = [
            Made(
                decision.kind,
                login_of(people[decision.user_id]),
                decision.decided_at,
                decision.reason,
                decision.record_rev,
            )
            for decision in page.decisions
        ]
        assert shown == self.made
        standing = self._standing()
        decision = page.review.decision if page.review else None
        assert (page.decisions.index(decision) if decision else None) == (
            max(number for number, decision in enumerate(self.made) if decision is standing[-1])
            if standing
            else None
        )
        if page.review and standing:
            assert page.review.state == {"reopened": "returned"}.get(standing[-1].kind, standing[-1].kind)
            assert (page.review.reason or "") == standing[-1].reason
        self.open("chi")
        assert self.opened["chi"][-1].shown == len(self.made)

    def _page_of(self, login: str, page: int) -> Opened:
        if not self.opened[login]:
            self.open(login)
        pages = self.opened[login]
        return pages[-1 - min(page, len(pages) - 1)]

    def _made(self, kind: str, login: str | None, reason: str, record_rev: int = 0) -> None:
        at = self.in_the_field.office.clock.now()
        self.made.append(Made(kind, login, at, reason, record_rev or self.rev))

    def _standing(self) -> list[Made]:
        standing: list[Made] = []
        for decision in self.made:
            if decision.kind == "undone":
                standing.pop()
            else:
                standing.append(decision)
        return standing


def login_of(name: str | None) -> str | None:
    return name.removeprefix("Cán bộ ") if name else None


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=4, max_size=14))
def test_no_decision_is_overwritten_unseen_and_each_is_readable_as_it_was_made(
    reviewer: Browser, colleague: Browser, in_the_field: FieldWork, steps: list[tuple[Any, ...]]
) -> None:
    desk = Desk(in_the_field, {"chi": reviewer, "dung": colleague}, in_the_field.session())
    for name, *arguments in steps:
        step: Callable[..., None] = getattr(desk, name)
        step(*arguments)
    desk.check()

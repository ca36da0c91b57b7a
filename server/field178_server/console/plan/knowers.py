"""Pages of unannounced visits whose day has come: who could have known of each before."""

from __future__ import annotations

from flask import Response

from field178_server.console.shell.page import current_page, or_404
from field178_server.office.plan.day_lists import committed_days
from field178_server.office.plan.knowers import begun_visits, knowledge_of
from field178_server.records.labels import names_of


def begun() -> Response:
    """List the unannounced visits whose window has begun, without their establishments."""
    page = current_page()
    with page.reading() as session:
        visits = begun_visits(session, page.tenant_id, page.today)
        days = committed_days(session, page.tenant_id)
        names = names_of(session, page.tenant_id, {visit.team_id for visit in visits})
    page.use_names(names)
    return page.render(
        "plan/begun.html", visits=visits, days=days, is_locked=not page.runtime.plan_key.keys()
    )


def known(item_id: str) -> Response:
    """Show the officers who could have known of a visit before its window."""
    page = current_page()
    with page.reading() as session:
        knowledge = or_404(knowledge_of(session, page.tenant_id, item_id, page.today, page.lists))
        ids = {knower.officer_id for knower in knowledge.knowers} | {knowledge.visit.team_id}
        names = names_of(session, page.tenant_id, ids)
    page.use_names(names)
    return page.render("plan/known.html", knowledge=knowledge, visit=knowledge.visit)

"""Texts of the reminder: e-mail, notice, and text to paste."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from field178_server.office.commune.queries import CommuneMonth
from field178_server.office.reminders.queries import OwedFigures
from field178_server.office.returns.queries import MonthlyReturn
from field178_shared.codelists import CodeLists
from field178_shared.schemas.fields.catalogue import record_name
from field178_shared.text.formats import date_text
from field178_shared.text.i18n import N_, translator


@dataclass(frozen=True, slots=True)
class ReminderWords:
    """Texts of missing figures in a language; `link` returns the URL of a console path."""

    language: str
    lists: CodeLists
    link: Callable[[str], str]

    def subject(self, owed: OwedFigures) -> str:
        """Return the subject line with the month."""
        return self._say(N_("Figures of month {month} still to be entered")).format(month=self._month(owed))

    def text(self, owed: OwedFigures) -> str:
        """Return the body text: missing figures of each commune and agency, with links to the pages."""
        parts = [[f"{self.subject(owed)}:"]]
        if owed.communes:
            parts.append([*map(self._commune, owed.communes), self.link("/commune")])
        if owed.returns:
            parts.append([*map(self._return, owed.returns), self.link("/returns")])
        parts.append([self._say(N_("Counts and documents alone: no name of any person."))])
        return "\n\n".join("\n".join(lines) for lines in parts)

    def letter(self, owed: OwedFigures) -> str:
        """Return the body of the e-mail, with the link to the choice of topics."""
        end = N_("The server sends this by itself, once a month. Choose what you are told of: {link}")
        return f"{self.text(owed)}\n\n{self._say(end).format(link=self.link('/account'))}\n"

    def notice(self, owed: OwedFigures, page: str) -> str:
        """Return the text of the notice for figures that are entered on a page."""
        text = N_("Figures of month {month} are due by its end; what is still owed stands on {page}.")
        return self._say(text).format(month=self._month(owed), page=f"“{self._say(page)}”")

    def _commune(self, month: CommuneMonth) -> str:
        parts = []
        if month.silent:
            parts.append(
                self._say(N_("media outlets without a post: {count}")).format(count=len(month.silent))
            )
        if month.lacks_plan:
            parts.append(self._say(N_("the plan of the year")))
        if month.uncounted_groups:
            text = self._say(N_("at-risk groups without a count: {count}"))
            parts.append(text.format(count=len(month.uncounted_groups)))
        return f"- {self._unit(month.unit_id)}: {', '.join(parts)}"

    def _return(self, monthly_return: MonthlyReturn) -> str:
        agency = self.lists.agencies[monthly_return.reporter.agency_id].label(self.language)
        kind = record_name(monthly_return.record_type, self.language)
        return f"- {agency} ({self._unit(monthly_return.reporter.unit_id)}): {kind}"

    def _unit(self, unit_id: str) -> str:
        unit = self.lists.units.get(unit_id)
        return unit.label(self.language) if unit else unit_id

    def _month(self, owed: OwedFigures) -> str:
        return date_text(owed.month, self.language)[-7:]

    def _say(self, msgid: str) -> str:
        return translator(self.language, "console")(msgid)

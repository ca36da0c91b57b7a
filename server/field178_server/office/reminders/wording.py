"""The reminder in words: as an e-mail, as a notice, and as a text to paste."""

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
    """What is owed in one language; `link` makes an address of a path of the console."""

    language: str
    lists: CodeLists
    link: Callable[[str], str]

    def subject(self, owed: OwedFigures) -> str:
        """Return the line that says which month it is about."""
        return self._say(N_("Figures of month {month} still to be entered")).format(month=self._month(owed))

    def text(self, owed: OwedFigures) -> str:
        """Return the body: who owes what, with the page where it is entered."""
        parts = [[f"{self.subject(owed)}:"]]
        if owed.communes:
            parts.append([*map(self._commune, owed.communes), self.link("/commune")])
        if owed.returns:
            parts.append([*map(self._return, owed.returns), self.link("/returns")])
        parts.append([self._say(N_("Counts and documents alone: no name of any person."))])
        return "\n\n".join("\n".join(lines) for lines in parts)

    def letter(self, owed: OwedFigures) -> str:
        """Return the body of an e-mail: it also says where to choose what comes."""
        end = N_("The server sends this by itself, once a month. Choose what you are told of: {link}")
        return f"{self.text(owed)}\n\n{self._say(end).format(link=self.link('/account'))}\n"

    def notice(self, owed: OwedFigures, page: str) -> str:
        """Return the sentence of a notice to those who owe something on a page."""
        text = N_("Figures of month {month} are due by its end; what is still owed stands on {page}.")
        return self._say(text).format(month=self._month(owed), page=f"“{self._say(page)}”")

    def _commune(self, one: CommuneMonth) -> str:
        said = []
        if one.silent:
            said.append(self._say(N_("media outlets without a post: {count}")).format(count=len(one.silent)))
        if one.lacks_plan:
            said.append(self._say(N_("the plan of the year")))
        if one.uncounted_groups:
            text = self._say(N_("at-risk groups without a count: {count}"))
            said.append(text.format(count=len(one.uncounted_groups)))
        return f"- {self._unit(one.unit_id)}: {', '.join(said)}"

    def _return(self, one: MonthlyReturn) -> str:
        agency = self.lists.agencies[one.reporter.agency_id].label(self.language)
        kind = record_name(one.record_type, self.language)
        return f"- {agency} ({self._unit(one.reporter.unit_id)}): {kind}"

    def _unit(self, unit_id: str) -> str:
        unit = self.lists.units.get(unit_id)
        return unit.label(self.language) if unit else unit_id

    def _month(self, owed: OwedFigures) -> str:
        return date_text(owed.month, self.language)[-7:]

    def _say(self, msgid: str) -> str:
        return translator(self.language, "console")(msgid)

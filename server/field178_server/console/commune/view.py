"""Lines of a commune's page: missing entries with their forms, and stored entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from field178_server.console.commune.returned import return_label
from field178_server.console.records.entry_lines import OwedLine, OwnEntryLine
from field178_server.console.text.localize import Localizer
from field178_server.office.commune.queries import CommuneWork, UncountedEstablishment, day_of_entry
from field178_server.office.reviews.returned_entries import ReturnedEntry
from field178_server.records.stored_record import Stored
from field178_shared.record_type import RecordType
from field178_shared.records.reading import count_of, text_of
from field178_shared.text.i18n import N_

ADD: Mapping[str, str] = {
    RecordType.WORKER_CENSUS: N_("Enter a count"),
    RecordType.MEDIA_POST: N_("Enter a post"),
    RecordType.COMMUNE_PLAN: N_("Enter the plan"),
    RecordType.RISK_GROUP_COUNT: N_("Enter an at-risk group"),
}


def new_href(record_type: str, unit_id: str, **chosen: str) -> str:
    """Return the address of the form of a new entry."""
    return url_for("console.commune.new", record_type=record_type, unit=unit_id, **chosen)  # type: ignore[arg-type]  # words alone


def owed_lines(work: CommuneWork, unit_id: str, today: date, localizer: Localizer) -> tuple[OwedLine, ...]:
    """Return the outlets of the month, the plan of the year and the at-risk groups of the half-year."""
    say, lines = localizer.say, []
    for month in work.outlets:
        name = month.outlet.label(localizer.language)
        lines.append(
            OwedLine(
                localizer.number(month.posts),
                say(N_("posts this month: {outlet}")).format(outlet=name),
                "" if month.posts else say(N_("none yet; at least one is due every month")),
                "" if month.posts else "warn",
                new_href(RecordType.MEDIA_POST, unit_id, outlet_id=month.outlet.id),
                say(ADD[RecordType.MEDIA_POST]),
            )
        )
    if work.owes_plan:
        lines.append(_plan_line(work, unit_id, today, localizer))
    for risk_group in work.groups:
        text = say(N_("count of {half_year}: {group}"))
        chosen = {"half_year": risk_group.half_year.isoformat(), "group_id": risk_group.group.id}
        lines.append(
            OwedLine(
                localizer.number(1 if risk_group.entry else 0),
                text.format(
                    half_year=localizer.half_year(risk_group.half_year),
                    group=risk_group.group.label(localizer.language),
                ),
                "" if risk_group.entry else say(N_("not entered yet")),
                "" if risk_group.entry else "warn",
                url_for("console.commune.detail", record_id=risk_group.entry.record_id)
                if risk_group.entry
                else new_href(RecordType.RISK_GROUP_COUNT, unit_id, **chosen),
                say(N_("Look at it")) if risk_group.entry else say(N_("Enter")),
                is_entered=risk_group.entry is not None,
            )
        )
    return tuple(lines)


def _plan_line(work: CommuneWork, unit_id: str, today: date, localizer: Localizer) -> OwedLine:
    say = localizer.say
    number = text_of(work.plan.data, "document_number") if work.plan else ""
    return OwedLine(
        localizer.number(1 if work.plan else 0),
        say(N_("plan of {year}")).format(year=today.year),
        number or say(N_("not entered yet")),
        "" if work.plan else "warn",
        url_for("console.commune.detail", record_id=work.plan.record_id)
        if work.plan
        else new_href(RecordType.COMMUNE_PLAN, unit_id),
        say(N_("Look at it")) if work.plan else say(ADD[RecordType.COMMUNE_PLAN]),
        is_entered=work.plan is not None,
    )


@dataclass(frozen=True, slots=True)
class EndedNote:
    """Sentences on a commune that has ended, and the pages of those in its place that the reader sees."""

    sentences: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


def ended_note(
    work: CommuneWork, unit_id: str, seen: Collection[str], localizer: Localizer
) -> EndedNote | None:
    """Return the units that report after a commune ended; None if the commune has not ended."""
    if work.ended is None:
        return None
    say, units, ended = localizer.say, localizer.lists.units, work.ended
    names = {following: localizer.label(units, following) for following in ended.following}
    sentences = [
        say(N_("{unit} ended on {day}.")).format(
            unit=localizer.label(units, unit_id), day=localizer.day(ended.ended_on)
        )
    ]
    if names:
        text = say(N_("What was done from that day on is entered by {units}."))
        sentences.append(text.format(units=", ".join(names.values())))
    if ended.establishment_count:
        text = say(
            N_("{count} establishments still lie in it: their workers are counted where they are moved to.")
        )
        sentences.append(text.format(count=localizer.number(ended.establishment_count)))
    links = (
        (url_for("console.commune.index", unit=following), name)
        for following, name in names.items()
        if following in seen
    )
    return EndedNote(tuple(sentences), tuple(links))


def uncounted_lines(
    establishments: Sequence[UncountedEstablishment], unit_id: str, localizer: Localizer
) -> tuple[OwedLine, ...]:
    """Return the establishments without a count of workers for a year."""
    say = localizer.say
    return tuple(
        OwedLine(
            "",
            establishment.name,
            say(N_("counted last on {day}")).format(day=localizer.day(establishment.counted_on))
            if establishment.counted_on
            else say(N_("never counted")),
            "",
            new_href(RecordType.WORKER_CENSUS, unit_id, establishment_id=establishment.record_id),
            say(ADD[RecordType.WORKER_CENSUS]),
        )
        for establishment in establishments
    )


def entry_lines(
    entries: Sequence[Stored], returns: Mapping[str, ReturnedEntry], localizer: Localizer
) -> tuple[OwnEntryLine, ...]:
    """Return the lines of entries; `returns`: returns of the office by the id of the entry."""
    return tuple(
        OwnEntryLine(
            entry,
            (localizer.half_year if entry.type == RecordType.RISK_GROUP_COUNT else localizer.day)(
                day_of_entry(entry)
            ),
            *_texts(entry, localizer),
            return_label(returns[entry.record_id], entry, localizer) if entry.record_id in returns else None,
        )
        for entry in entries
    )


def _texts(entry: Stored, localizer: Localizer) -> tuple[str, str]:
    """Return the text of an entry and the line below it."""
    data, say = entry.data, localizer.say
    if entry.type == RecordType.WORKER_CENSUS:
        people = localizer.number(count_of(data, "workers_total") or 0)
        name = localizer.establishment(text_of(data, "establishment_id"))
        return name, say(N_("{count} workers")).format(count=people)
    if entry.type == RecordType.MEDIA_POST:
        outlet = localizer.label(localizer.lists.media_outlets, text_of(data, "outlet_id"))
        return text_of(data, "title"), outlet
    if entry.type == RecordType.RISK_GROUP_COUNT:
        people = localizer.number(count_of(data, "people_total") or 0)
        group = localizer.choice("risk_group", data["group_id"])
        return group, say(N_("{count} people")).format(count=people)
    year = say(N_("plan of {year}")).format(year=count_of(data, "year"))
    return text_of(data, "document_number"), year

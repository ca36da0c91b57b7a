"""Violations of a visit in words: which, when, and the fine frame that was valid on that day."""

from __future__ import annotations

from field178_server.web.rows import Finding, RowMaker
from field178_server.web.shown_values import as_violation
from field178_server.web.speech import Speech
from field178_shared.i18n import N_
from field178_shared.merge import Data


def findings_by_item(maker: RowMaker) -> dict[str, tuple[Finding, ...]]:
    """Return the violations under the question they came from; those of no question lie under ""."""
    grouped: dict[str, list[Finding]] = {}
    stored = maker.data.get("findings")
    for key, entry in stored.items() if isinstance(stored, dict) else ():
        if isinstance(entry, dict):
            item = str(entry.get("checklist_item_id") or "")
            grouped.setdefault(item, []).append(_finding(f"findings.{key}", entry, maker))
    return {item: tuple(found) for item, found in grouped.items()}


def _finding(path: str, entry: Data, maker: RowMaker) -> Finding:
    speech = maker.speech
    frame = entry.get("frame")
    known = frame if isinstance(frame, dict) else {}
    quantity = entry.get("quantity")
    return Finding(
        path=path,
        title=as_violation(speech, entry.get("violation_id")),
        occurred_on=speech.day(entry.get("occurred_on")),
        quantity=speech.number(quantity) if quantity is not None else None,
        individual=_range(known, 1, speech),
        organisation=_organisation(known, speech),
        source=_source(known, speech),
        note=maker.marked(str(entry["note"])) if entry.get("note") else (),
    )


def _range(frame: Data, multiplier: int, speech: Speech) -> str | None:
    least, most = frame.get("min"), frame.get("max")
    if not isinstance(least, int) or not isinstance(most, int):
        return None
    return f"{speech.money(least * multiplier)} – {speech.money(most * multiplier)}"


def _organisation(frame: Data, speech: Speech) -> str | None:
    multiplier = frame.get("org_multiplier")
    return _range(frame, multiplier, speech) if isinstance(multiplier, int) else None


def _source(frame: Data, speech: Speech) -> str | None:
    source = frame.get("src")
    if not isinstance(source, str):
        return None
    known = speech.lists.legal_sources.get(source)
    name = (known.number or known.label(speech.language)) if known else source
    article = frame.get("art")
    return (
        speech.say(N_("Article {article}, {source}")).format(article=article, source=name)
        if article
        else name
    )

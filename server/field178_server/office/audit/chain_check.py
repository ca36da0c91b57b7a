"""Chain check: the job that verifies the hash chains of audit trail and receipts, and its outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.audit import trail_chain
from field178_server.audit.trail import AuditEntry
from field178_server.audit.trail_chain import BrokenEntry
from field178_server.audit.verify import BrokenLink, first_broken_link
from field178_server.database.models import Root, RootPart
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs import queue
from field178_server.jobs.queue import JobRow, Outcome, find_job
from field178_server.jobs.run import JobRun
from field178_shared.time.clock import from_wire, local_date, to_wire

CHAIN_CHECK = "chain_check"
# Rows between two reports of progress.
_STEP = 256


@dataclass(frozen=True, slots=True)
class ChainState:
    """Outcome of a check: numbers of verified rows, and the first broken row of either chain."""

    entries: int
    receipts: int
    roots: int
    broken_entry: BrokenEntry | None = None
    broken_link: BrokenLink | None = None

    @property
    def is_whole(self) -> bool:
        """Whether both chains are intact."""
        return self.broken_entry is None and self.broken_link is None

    @classmethod
    def read(cls, outcome: Outcome) -> ChainState:
        """Return the state from the outcome of a job."""
        entries, receipts, roots = (_number(outcome, name) for name in ("entries", "receipts", "roots"))
        return cls(entries, receipts, roots, _entry(outcome.get("entry")), _link(outcome.get("root")))

    def outcome(self) -> Outcome:
        """Return the outcome that the job stores: indexes, ids and counts."""
        outcome: dict[str, object] = {"entries": self.entries, "receipts": self.receipts, "roots": self.roots}
        if entry := self.broken_entry:
            at = to_wire(entry.at) if entry.at else ""
            outcome["entry"] = {
                "index": entry.index,
                "fault": entry.fault,
                "id": entry.audit_id or "",
                "at": at,
            }
        if link := self.broken_link:
            outcome["root"] = {"index": link.index, "faults": list(link.faults)}
        return outcome


@dataclass(frozen=True, slots=True)
class ChainChecks:
    """The last finished check, and the queued or running one."""

    last: JobRow | None
    under_way: JobRow | None


def checks_of(session: Session, tenant_id: str) -> ChainChecks:
    """Return the last finished check and the one under way."""
    job_ids = (find_id(session, tenant_id, CHAIN_CHECK) for find_id in (queue.last_ended, queue.under_way))
    last, under_way = (find_job(session, tenant_id, job_id) if job_id else None for job_id in job_ids)
    return ChainChecks(last, under_way)


def run_check(run: JobRun) -> None:
    """Extend the audit chain, verify both chains from their first row, and store the outcome."""
    runtime, key = run.runtime, run.runtime.keyring.receipt_keys
    trail_chain.extend(runtime.engine, runtime.tenant_id, runtime.keyring.receipt)
    with snapshot(runtime.engine) as session:
        entries, receipts, roots = _totals(session, runtime.tenant_id, local_date(runtime.clock.now()))
        each = _counter(run, entries + receipts)
        state = ChainState(
            entries,
            receipts,
            roots,
            trail_chain.first_broken_entry(session, runtime.tenant_id, key, each),
            first_broken_link(session, runtime.tenant_id, key, each),
        )
    details: dict[str, str | int | None] = {"entries": entries, "receipts": receipts}
    noted = AuditEntry("chain_checked", details={**details, "is_whole": int(state.is_whole)})

    def conclude(session: Session) -> None:
        run.context.note(session, noted)
        run.conclude(session, state.outcome())

    run_write(runtime.engine, conclude)


def _totals(session: Session, tenant_id: str, today: date) -> tuple[int, int, int]:
    receipts = select(func.sum(RootPart.receipt_count)).where(RootPart.tenant_id == tenant_id)
    roots = select(func.count()).select_from(Root).where(Root.tenant_id == tenant_id)
    entries = trail_chain.count_chained(session, tenant_id, today)
    return entries, int(session.scalar(receipts) or 0), session.scalar(roots) or 0


def _counter(run: JobRun, total: int) -> Callable[[int], None]:
    done = 0

    def each(count: int) -> None:
        nonlocal done
        done += count
        if done % _STEP == 0:
            # Never the total: rows added meanwhile would report progress one by one.
            run.progress(min(done, total - 1), total)

    return each


def _entry(kept: object) -> BrokenEntry | None:
    if not isinstance(kept, dict):
        return None
    fault, audit_id, at = (str(kept.get(name) or "") for name in ("fault", "id", "at"))
    return BrokenEntry(_number(kept, "index"), fault, audit_id, from_wire(at))


def _link(kept: object) -> BrokenLink | None:
    if not isinstance(kept, dict):
        return None
    return BrokenLink(_number(kept, "index"), tuple(map(str, kept.get("faults", ()))))


def _number(kept: Mapping[str, object], name: str) -> int:
    number = kept.get(name)
    return number if isinstance(number, int) else 0

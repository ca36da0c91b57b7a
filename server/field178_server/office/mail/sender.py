"""The sender: a thread that queues digests and e-mails on returns, and sends due e-mails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from email.message import EmailMessage

import structlog
from sqlalchemy.exc import SQLAlchemyError

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.failpoints import failpoint
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.mail import operations, queries, returns
from field178_server.office.mail.message import OutgoingMail, message_of
from field178_server.office.mail.operations import Claimed
from field178_server.office.mail.transport import OF_SERVER, MailReason, MailRefused, send
from field178_server.runtime import Runtime
from field178_server.security.error_frames import frames_of
from field178_server.settings import Settings
from field178_shared.codelists import load
from field178_shared.errors import AppError
from field178_shared.time.clock import VIETNAM, local_date

LOOK_EVERY_S = 5.0

log = structlog.get_logger()


@dataclass(slots=True)
class MailSender:
    """Sender of a store's e-mails; several processes may run one, a claim gives each e-mail to one."""

    runtime: Runtime
    transport: Callable[[Settings, EmailMessage], None] = send
    _digests_of: date | None = field(default=None)
    _returns_at: datetime | None = field(default=None)

    def run(self) -> int:
        """Queue and send all due e-mails; return how many the server accepted."""
        self._write_digests()
        self._write_returns()
        count = 0
        while self._is_due() and (claimed := self._claim()) is not None:
            refused = self._deliver(claimed)
            count += refused is None
            if refused is not None and refused.reason in OF_SERVER:
                break  # the server refuses all e-mails: the others stay due
        return count

    def _write_digests(self) -> None:
        runtime, now = self.runtime, self.runtime.clock.now()
        day = local_date(now)
        if self._digests_of == day or not operations.is_digest_time(now):
            return
        context, link = self._context(), console_link(runtime.settings)
        count = run_write(runtime.engine, lambda session: operations.queue_digests(session, context, link))
        self._digests_of = day
        log.info("digests_written", count=count)

    def _write_returns(self) -> None:
        """Queue e-mails on returns, checked once a minute; the store is written only if one is due."""
        runtime, now = self.runtime, self.runtime.clock.now()
        minute, hours = now.replace(second=0, microsecond=0), runtime.settings.hours_of_mail
        if self._returns_at == minute or now.astimezone(VIETNAM).hour not in hours:
            return
        context, link = self._context(), console_link(runtime.settings)
        with snapshot(runtime.engine) as session:
            is_nobody = not returns.mails_due(session, context.tenant_id, context.lists, now)
        if not is_nobody:
            count = run_write(runtime.engine, lambda session: returns.queue_returns(session, context, link))
            log.info("returns_told", count=count)
        self._returns_at = minute

    def _context(self) -> OperationContext:
        runtime = self.runtime
        return OperationContext(runtime.tenant_id, runtime.clock, runtime.ids, load(), Actor("system"))

    def _is_due(self) -> bool:
        with snapshot(self.runtime.engine) as session:
            return queries.is_due(session, self.runtime.tenant_id, self.runtime.clock.now())

    def _claim(self) -> Claimed | None:
        runtime = self.runtime
        return run_write(
            runtime.engine,
            lambda session: operations.claim_next(session, runtime.tenant_id, runtime.clock.now()),
        )

    def _deliver(self, claimed: Claimed) -> MailRefused | None:
        runtime, mail_id = self.runtime, claimed.mail_id
        refused = self._hand_over(claimed)
        # After a crash here the e-mail is sent again with the same Message-ID.
        failpoint("mail.taken")
        if refused is None:
            run_write(
                runtime.engine,
                lambda s: operations.note_sent(s, runtime.tenant_id, mail_id, runtime.clock.now()),
            )
            log.info("mail_sent", mail=mail_id)
            return None
        refusal = refused
        run_write(
            runtime.engine,
            lambda s: operations.note_refused(s, runtime.tenant_id, mail_id, refusal, runtime.clock.now()),
        )
        log.warning("mail_not_sent", mail=mail_id, reason=refused.reason.value, code=refused.code)
        return refused

    def _hand_over(self, claimed: Claimed) -> MailRefused | None:
        if self.runtime.clock.now() > claimed.made_at + operations.GIVE_UP_AFTER:
            # The server was off, or a backup was restored: the content is out of date.
            return MailRefused(MailReason.TOO_LATE)
        if claimed.address is None:
            return MailRefused(MailReason.NO_ADDRESS)
        settings = self.runtime.settings
        letter = OutgoingMail(
            claimed.mail_id,
            settings.smtp_sender,
            claimed.address,
            claimed.language,
            claimed.subject,
            claimed.text,
            claimed.made_at,
        )
        try:
            self.transport(settings, message_of(letter))
        except MailRefused as refused:
            return refused
        except Exception as error:  # noqa: BLE001  # a fault of one e-mail must not end the sender
            log.error("mail_failed", mail=letter.id, exception=type(error).__name__, frames=frames_of(error))
            return MailRefused(MailReason.INTERNAL)
        return None


def console_link(settings: Settings) -> Callable[[str], str]:
    """Return the function that returns the URL of a console path."""
    return lambda path: settings.url.rstrip("/") + path


@contextmanager
def mail_running(runtime: Runtime, look_every_s: float = LOOK_EVERY_S) -> Iterator[None]:
    """Send e-mail in a thread while the block lasts; without an SMTP server no thread is started."""
    if not runtime.settings.sends_mail:
        yield
        return
    is_over, sender = threading.Event(), MailSender(runtime)

    def run() -> None:
        while not is_over.wait(look_every_s):
            try:
                sender.run()
            except (SQLAlchemyError, AppError, OSError) as error:
                # The store is unavailable or busy: claimed e-mails become due again after their lease.
                log.warning("mail_not_run", error=type(error).__name__)

    thread = threading.Thread(target=run, name="mail", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()

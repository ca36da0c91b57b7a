"""Rotation of the server secret: rows sealed with an earlier secret are sealed again, then it is deleted."""

from __future__ import annotations

import structlog
from sqlalchemy.orm import Session

from field178_server.accounts import one_time_codes
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor, AuditEntry
from field178_server.database.unit_of_work import run_write
from field178_server.office.webhooks import operations as webhooks
from field178_server.office.webhooks.signature import secret_box
from field178_server.runtime import Runtime
from field178_server.security.keyring import drop_earlier
from field178_server.security.secret_box import SecretLostError
from field178_shared.codelists import load

log = structlog.get_logger()


def finish_rotation(runtime: Runtime) -> int:
    """Seal the secrets of all rows with the newest server secret, delete earlier ones, and count the rows.

    If a row has another key, no earlier secret is deleted, and the error is logged.
    """
    keyring, tenant_id = runtime.keyring, runtime.tenant_id
    context = OperationContext(tenant_id, runtime.clock, runtime.ids, load(), Actor("system"))

    def renew(session: Session) -> int:
        renewed_codes = one_time_codes.renew(session, tenant_id, one_time_codes.secret_box(keyring))
        for officer_id in renewed_codes:
            context.note(session, AuditEntry("totp_sealed_again", officer_id))
        return len(renewed_codes) + webhooks.renew_secrets(session, tenant_id, secret_box(keyring))

    try:
        renewed = run_write(runtime.engine, renew)
    except SecretLostError:
        log.exception("sealed_secret_lost")
        return 0
    dropped = drop_earlier(runtime.settings.key_dir, keyring)
    if renewed or dropped:
        log.info("secrets_renewed", rows=renewed, earlier_keys_deleted=dropped)
    return renewed

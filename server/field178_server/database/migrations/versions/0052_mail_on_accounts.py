"""Allow e-mails to an officer about the officer's account."""

from __future__ import annotations

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _set_kinds("kind IN ('account', 'digest', 'returned', 'test')")


def downgrade() -> None:
    op.execute("DELETE FROM mail WHERE kind = 'account'")
    _set_kinds("kind IN ('digest', 'returned', 'test')")


def _set_kinds(check: str) -> None:
    name = op.f("ck_mail_kind")
    with op.batch_alter_table("mail", table_kwargs={"sqlite_strict": True}) as table:
        table.drop_constraint(name, type_="check")
        table.create_check_constraint(name, check)

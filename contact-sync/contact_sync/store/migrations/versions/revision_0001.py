"""The first schema.

Written out, not taken from `store.tables`: that module moves on, this revision does not.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all tables."""
    _create_links()
    _create_issues()
    _create_holds()
    _create_bookkeeping()


def _create_links() -> None:
    op.create_table(
        "link",
        sa.Column("link_id", sa.String, primary_key=True),
        sa.Column("mailbox", sa.String, nullable=False),
        sa.Column("record_type", sa.String, nullable=False),
        sa.Column("phase", sa.String, nullable=False),
        sa.Column("owes", sa.String, nullable=False),
        sa.Column("exchange_id", sa.String),
        sa.Column("exchange_version", sa.String),
        sa.Column("exchange_folder_id", sa.String),
        sa.Column("c4c_id", sa.String),
        sa.Column("c4c_etag", sa.String),
        sa.Column("c4c_changed_at", sa.String),
        sa.Column("c4c_superseded", sa.JSON, nullable=False),
        sa.Column("account_id", sa.String),
        sa.Column("in_view", sa.Boolean, nullable=False),
        sa.Column("is_hidden", sa.Boolean, nullable=False),
        sa.Column("successor", sa.String),
        sa.Column("base_exchange", sa.JSON, nullable=False),
        sa.Column("base_c4c", sa.JSON, nullable=False),
    )
    op.create_index("ix_link_exchange_id", "link", ["exchange_id", "mailbox"])
    op.create_index("ix_link_c4c_id", "link", ["c4c_id", "mailbox"])
    op.create_index("ix_link_account_id", "link", ["mailbox", "account_id"])
    op.create_table(
        "intent",
        sa.Column("intent_id", sa.String, primary_key=True),
        sa.Column(
            "link_id", sa.String, sa.ForeignKey("link.link_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("side", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("opened_at", sa.String, nullable=False),
        sa.Column("closed_at", sa.String),
        sa.Column("outcome", sa.String),
        sa.Column("written", sa.JSON, nullable=False),
    )
    op.create_index("ix_intent_link_id", "intent", ["link_id"])
    op.create_index("ix_intent_closed_at", "intent", ["closed_at"])


def _create_issues() -> None:
    op.create_table(
        "issue",
        sa.Column("issue_id", sa.String, primary_key=True),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("mailbox", sa.String, nullable=False),
        sa.Column("record_type", sa.String, nullable=False),
        sa.Column("link_id", sa.String, nullable=False),
        sa.Column("exchange_id", sa.String, nullable=False),
        sa.Column("c4c_id", sa.String, nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("opened_at", sa.String, nullable=False),
        sa.Column("last_seen_at", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", sa.String, nullable=False),
        sa.UniqueConstraint(
            "code", "mailbox", "record_type", "link_id", "exchange_id", "c4c_id", name="uq_issue"
        ),
    )


def _create_holds() -> None:
    op.create_table(
        "hold",
        sa.Column("hold_id", sa.String, primary_key=True),
        sa.Column("mailbox", sa.String, nullable=False),
        sa.Column("record_type", sa.String, nullable=False),
        sa.Column("side", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
    )
    op.create_table(
        "hold_link",
        sa.Column(
            "hold_id",
            sa.String,
            sa.ForeignKey("hold.hold_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "link_id",
            sa.String,
            sa.ForeignKey("link.link_id", ondelete="CASCADE"),
            primary_key=True,
        ),
    )
    op.create_index("ix_hold_link_link_id", "hold_link", ["link_id"])


def _create_bookkeeping() -> None:
    op.create_table(
        "request",
        sa.Column("side", sa.String, primary_key=True),
        sa.Column("mailbox", sa.String, primary_key=True),
        sa.Column("record_type", sa.String, primary_key=True),
        sa.Column("remote_id", sa.String, primary_key=True),
        sa.Column("request_id", sa.String, nullable=False),
        sa.Column("is_served", sa.Boolean, nullable=False),
    )
    op.create_table(
        "folder",
        sa.Column("mailbox", sa.String, primary_key=True),
        sa.Column("record_type", sa.String, primary_key=True),
        sa.Column("folder_id", sa.String, nullable=False),
    )
    op.create_table(
        "run",
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("mailbox", sa.String, nullable=False),
        sa.Column("started_at", sa.String, nullable=False),
        sa.Column("finished_at", sa.String),
        sa.Column("outcome", sa.String),
        sa.Column("counts", sa.JSON, nullable=False),
    )
    op.create_index("ix_run_started_at", "run", ["started_at"])
    op.create_table(
        "session_lock",
        sa.Column("mailbox", sa.String, primary_key=True),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("expires_at", sa.String, nullable=False),
    )
    op.create_table(
        "seen_setting",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )

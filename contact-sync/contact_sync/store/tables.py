"""The tables of the sync store, as the newest migration leaves them.

Responsible for the columns and their Python types. Must never get a column for a value of a
person: ids, versions, digests, codes and counts only.
"""

from __future__ import annotations

from datetime import datetime, timezone

import sqlalchemy as sa
from typing_extensions import override

metadata = sa.MetaData()


class UtcText(sa.types.TypeDecorator[datetime]):
    """An aware time as ISO 8601 text in UTC with microseconds: sorts by time on any database."""

    impl = sa.String
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the sync store takes aware times only")
        utc = value.astimezone(timezone.utc)
        return utc.isoformat(timespec="microseconds").replace("+00:00", "Z")

    @override
    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


link = sa.Table(
    "link",
    metadata,
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
    # Derived from the bases, to find a pair by who it is: the digests of its names on each side.
    sa.Column("names_exchange", sa.String),
    sa.Column("names_c4c", sa.String),
    # Not unique: while an item is converted, its old and its new link name the same item.
    sa.Index("ix_link_exchange_id", "exchange_id", "mailbox"),
    sa.Index("ix_link_c4c_id", "c4c_id", "mailbox"),
    sa.Index("ix_link_account_id", "mailbox", "account_id"),
    sa.Index("ix_link_names_exchange", "names_exchange", "mailbox"),
    sa.Index("ix_link_names_c4c", "names_c4c", "mailbox"),
)

intent = sa.Table(
    "intent",
    metadata,
    sa.Column("intent_id", sa.String, primary_key=True),
    sa.Column(
        "link_id", sa.String, sa.ForeignKey("link.link_id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("side", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("opened_at", UtcText, nullable=False),
    sa.Column("closed_at", UtcText),
    sa.Column("outcome", sa.String),
    sa.Column("written", sa.JSON, nullable=False),
    sa.Index("ix_intent_link_id", "link_id"),
    sa.Index("ix_intent_closed_at", "closed_at"),
)

#: One row per open issue; closing removes it. Empty text stands for "none" in the ids, because
#: databases take two NULLs for different and the unique key would not hold.
issue = sa.Table(
    "issue",
    metadata,
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
    sa.Column("opened_at", UtcText, nullable=False),
    sa.Column("last_seen_at", UtcText, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_attempt_at", UtcText, nullable=False),
    sa.UniqueConstraint(
        "code", "mailbox", "record_type", "link_id", "exchange_id", "c4c_id", name="uq_issue"
    ),
)

request = sa.Table(
    "request",
    metadata,
    sa.Column("side", sa.String, primary_key=True),
    sa.Column("mailbox", sa.String, primary_key=True),
    sa.Column("record_type", sa.String, primary_key=True),
    sa.Column("remote_id", sa.String, primary_key=True),
    # New at each `add`: a tap clears only the request it has served, not a later equal one.
    sa.Column("request_id", sa.String, nullable=False),
    # Read by a tap; kept until the target has carried out what followed from it.
    sa.Column("is_served", sa.Boolean, nullable=False),
)

hold = sa.Table(
    "hold",
    metadata,
    sa.Column("hold_id", sa.String, primary_key=True),
    sa.Column("mailbox", sa.String, nullable=False),
    sa.Column("record_type", sa.String, nullable=False),
    sa.Column("side", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("created_at", UtcText, nullable=False),
)

hold_link = sa.Table(
    "hold_link",
    metadata,
    sa.Column(
        "hold_id", sa.String, sa.ForeignKey("hold.hold_id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column(
        "link_id", sa.String, sa.ForeignKey("link.link_id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Index("ix_hold_link_link_id", "link_id"),
)

folder = sa.Table(
    "folder",
    metadata,
    sa.Column("mailbox", sa.String, primary_key=True),
    sa.Column("record_type", sa.String, primary_key=True),
    sa.Column("folder_id", sa.String, nullable=False),
)

run = sa.Table(
    "run",
    metadata,
    sa.Column("run_id", sa.String, primary_key=True),
    sa.Column("stage", sa.String, nullable=False),
    sa.Column("mailbox", sa.String, nullable=False),
    sa.Column("started_at", UtcText, nullable=False),
    sa.Column("finished_at", UtcText),
    sa.Column("outcome", sa.String),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.Index("ix_run_started_at", "started_at"),
)

session_lock = sa.Table(
    "session_lock",
    metadata,
    sa.Column("mailbox", sa.String, primary_key=True),
    sa.Column("owner", sa.String, nullable=False),
    sa.Column("expires_at", UtcText, nullable=False),
)

#: Small facts by name: what the store is bound to, the key's fingerprint, settings last seen.
seen_setting = sa.Table(
    "seen_setting",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.String, nullable=False),
)

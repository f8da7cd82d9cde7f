"""Which mailboxes have seen what of which view, so that a newcomer misses nothing (C1).

Responsible for asking tap-c4c for everything where a mailbox was not there when changes were read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from contact_sync.core.coverage import Window, is_gap
from contact_sync.core.model import RecordType, Side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contact_sync.planning.session import Session


class Coverage:
    """The memory of all mailboxes of one session.

    Args:
        session: The session.
        mailboxes: Those that take part in it; None: all.
    """

    def __init__(self, session: Session, mailboxes: Sequence[str] | None = None) -> None:
        self._session = session
        self._store = session.store
        self._mailboxes = session.settings.mailboxes if mailboxes is None else mailboxes

    def begin(self) -> None:
        """Ask for everything at the start of stage 1, if a mailbox is new to the sync.

        Stage 2 of the same session has it then. A store that is new itself has everything read.
        """
        if self._store.requests.is_first_read(Side.C4C):
            return
        for kind in RecordType:
            known = (self._known(mailbox, kind) for mailbox in self._mailboxes)
            if not self._session.is_off(kind) and not all(known):
                self._store.requests.add(Side.C4C, record_type=kind, remote_id="*")

    def view_read(self, kind: RecordType, view: str, record: Mapping[str, Any]) -> None:
        """Take in that a view was read to its end; ask for all of it where a mailbox has a gap.

        A tap that does not say what it covered (no `read_from`) is believed to cover all.
        """
        if self._session.is_off(kind):
            return
        window = Window(since=record.get("read_from"), until=record.get("read_to"))
        # In each session, whether it is news or not: sessions that do the same commit the same.
        with self._store.transaction():
            for mailbox in self._mailboxes:
                if self._session.settings.views.get(mailbox, {}).get(kind) in (None, view):
                    self._note(mailbox, kind, view, window)

    def _note(self, mailbox: str, kind: RecordType, view: str, window: Window) -> None:
        known = self._known(mailbox, kind)
        if is_gap(known.get(view), window):
            self._store.requests.add(Side.C4C, record_type=kind, remote_id="*")
        else:
            known[view] = window.until or ""
            self._store.settings.set_(_name(mailbox, kind), json.dumps(known, sort_keys=True))

    def _known(self, mailbox: str, kind: RecordType) -> dict[str, str]:
        text = self._store.settings.get(_name(mailbox, kind))
        known: dict[str, str] = json.loads(text) if text else {}
        return known


def _name(mailbox: str, kind: RecordType) -> str:
    return f"covered:{mailbox}:{kind.value}"

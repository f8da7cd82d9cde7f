"""Two mailboxes with work for every operation of Graph, each kind of work for two items.

Responsible for what the users do, for who is behind with it, and for what is said of whom. Of each
kind of work one item may be in trouble; the other one is its neighbour in the same batch.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from harness.world import COLLECTIONS, FOLDERS, World

if TYPE_CHECKING:
    from pathlib import Path

ALICE, BOB = "alice@contoso.example", "bob@contoso.example"
#: Edited on both sides; obsolete in C4C; new in C4C; deleted by Bob; put in a category by users.
EDITED = ("Troubleson", "Adason")
OBSOLETE = ("Goneson", "Leftson")
NEW = ("Newson", "Freshson")
TOSSED = ("Tosson", "Binson")
MOVED = ("moved", "shifted")
CATEGORY = "SAP Cloud for Customer SSI"
_PHOTOS = {"moved": "aGVsbG8=", "shifted": "d29ybGQ="}
_LIVE = "2"


def moved(mailbox: str) -> tuple[str, ...]:
    """Return the surnames of what a mailbox's user put in a category."""
    return tuple(f"{mailbox[:3]}{how}" for how in MOVED)


class TroubledWorld(World):
    """Two mailboxes that show the same records; waits between tries are left out."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, mailboxes=(ALICE, BOB))
        self.have_users_acted = False
        # What was left to hang is not counted as being served.
        self.graph.set_switch("mailbox_concurrency", 1000)
        for mailbox in (ALICE, BOB):
            self.graph.create_folder(mailbox, "Private")
        for name in (*EDITED, *OBSOLETE, *TOSSED):
            self.c4c.create_contact({"FirstName": "A", "LastName": name})

    @override
    def exchange_settings(self) -> dict[str, Any]:
        # Shorter than a hang of the script: the client gives up first.
        return {**super().exchange_settings(), "max_retries": 0, "timeout_seconds": 1}

    def let_users_act(self) -> None:
        """Let users of both sides do something for which each operation is needed."""
        records = {n: str(record["ObjectID"]) for n, record in self.by_name().items()}
        contacts = COLLECTIONS["contact"]
        for name in EDITED:
            self.c4c.edit(contacts, records[name], {"JobTitle": f"{name}'s"})
            item = self.managed(BOB)[name][0]
            self.graph.edit_contact(BOB, item["id"], {"department": f"Of {name}"})
        for name in OBSOLETE:
            self.c4c.set_status(contacts, records[name], "4")
        for name in NEW:
            self.c4c.create_contact({"FirstName": "N", "LastName": name})
        for name in TOSSED:
            self.graph.delete_contact(BOB, self.managed(BOB)[name][0]["id"])
        for mailbox in (ALICE, BOB):
            for how, name in zip(MOVED, moved(mailbox), strict=True):
                properties = {"givenName": how, "surname": name, "categories": [CATEGORY]}
                self.graph.create_contact(mailbox, None, properties, photo_base64=_PHOTOS[how])
        self.have_users_acted = True

    def let_pauses_pass(self) -> None:
        """Make every issue worth another try, as it is after a day."""
        with sqlite3.connect(self.store_path) as database:
            database.execute("UPDATE issue SET next_attempt_at = opened_at")

    # -- looking -----------------------------------------------------------------------------

    def by_name(self) -> dict[str, dict[str, Any]]:
        """Return surname -> record, with its ObjectID."""
        found = [{**r, "ObjectID": i} for i, r in self.records("contact").items()]
        names = {str(record["LastName"]): record for record in found}
        assert len(names) == len(found), "a record was made twice"
        return names

    def managed(self, mailbox: str) -> dict[str, list[dict[str, Any]]]:
        """Return surname -> items of the managed folder of contacts."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for item in self.items(FOLDERS["contact"], mailbox):
            found[item["properties"]["surname"]].append(item)
        return dict(found)

    def removable(self, mailbox: str) -> set[str]:
        """Return the ids of items whose removal is somebody's wish, and no loss, by now."""
        copied = {n for n in moved(mailbox) if n in self.managed(mailbox)}
        items = [*self.items(mailbox=mailbox), *self.deleted_items(mailbox)]
        named = {item["id"]: item["properties"]["surname"] for item in items}
        return {i for i, name in named.items() if name in {*OBSOLETE, *copied}}

    def behind(self, mailbox: str) -> set[str]:
        """Return the surnames of those that are not what both sides want them to be."""
        records, items = self.by_name(), self.managed(mailbox)
        found = {n for n, r in records.items() if not _agree(r, items.get(n, []))}
        if self.have_users_acted:
            found |= {n for n in moved(mailbox) if not self._has_moved(mailbox, n)}
        if self.have_users_acted and mailbox == BOB:
            found |= {n for n in EDITED if records[n].get("Department") != f"Of {n}"}
        return found

    def _has_moved(self, mailbox: str, name: str) -> bool:
        return self.lacks_photo_alone(mailbox, name) and bool(
            self.managed(mailbox)[name][0]["photo_sha256"]
        )

    def lacks_photo_alone(self, mailbox: str, name: str) -> bool:
        """Whether an item has moved, whatever became of its photo."""
        items = [i for i in self.items(mailbox=mailbox) if i["properties"]["surname"] == name]
        return name in self.by_name() and len(items) == 1 and name in self.managed(mailbox)

    def told(self, mailbox: str) -> Counter[str]:
        """Return whom the open issues of a mailbox, and of none, name; "" is the mailbox."""
        all_items = [*self.items(mailbox=mailbox), *self.deleted_items(mailbox)]
        names = {item["id"]: str(item["properties"]["surname"]) for item in all_items}
        names |= {str(record["ObjectID"]): name for name, record in self.by_name().items()}
        with self.store() as store:
            issues = [row.issue for row in store.issues.list_open()]
            links = {link.link_id: link for link in store.links.list_(mailbox=mailbox)}
        told: Counter[str] = Counter()
        for issue in issues:
            if issue.mailbox in {mailbox, ""}:
                link = links.get(issue.link_id or "")
                ids = (issue.exchange_id, issue.c4c_id, link and link.exchange_id)
                told[next((names[i] for i in ids if i in names), "")] += 1
        return told

    def said(self) -> list[str]:
        """Return codes and mailboxes of the open issues, for a failed test."""
        with self.store() as store:
            issues = [row.issue for row in store.issues.list_open()]
        return [f"{i.code} {i.mailbox[:3]} {i.detail} {','.join(i.fields)}" for i in issues]


def _agree(record: dict[str, Any], items: list[dict[str, Any]]) -> bool:
    if record["StatusCode"] != _LIVE:
        return not items
    if len(items) != 1:
        return False
    pairs = (("JobTitle", "jobTitle"), ("Department", "department"))
    properties = items[0]["properties"]
    return all((record.get(one) or "") == (properties.get(two) or "") for one, two in pairs)

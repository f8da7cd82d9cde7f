"""What must hold when a world has come to rest, told from what users did and what they see.

Each violation names its invariant. Only holds and open issues are read from the store: they are
what an operator sees, and the one excuse for a person who is not the same on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contact_sync.core.model import Severity
from harness.rule_scenes import CATEGORY

from histories.ledger import FIELDS, KINDS, Ledger, Person, Typed
from histories.sight import Traces, comparable, look, shown_by_item, shown_by_record
from histories.sometimes import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contact_sync.store import Hold
    from harness.world import World

_REMOVALS = ("delete_item", "move_out", "obsolete", "remove_record")
#: Removals in C4C travel whatever is read-only.
_BY_C4C = ("obsolete", "remove_record")


@dataclass(frozen=True)
class Config:
    """The settings of a history that the oracle must know.

    Attributes:
        read_only: Types that are read-only.
        has_view: Contacts are read through views on the nickname.
        settings: Type -> what else the mapper is told about it.
    """

    read_only: tuple[str, ...] = ()
    has_view: bool = False
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def unlinks(self) -> bool:
        """Whether records of some type are never ended, only forgotten."""
        return any(own.get("c4c_delete") == "unlink" for own in self.settings.values())

    def removes(self, kind: str) -> bool:
        """Whether an item that is taken out of its folder takes its record along."""
        own = self.settings.get(kind, {})
        is_deleted: bool = own.get("exchange_delete", "delete") == "delete"
        return is_deleted and own.get("c4c_delete") != "unlink"


class Oracle:
    """Judges a world at rest.

    Attributes:
        mailboxes: The ones that are judged.
        watch: What notes which states came about.
    """

    def __init__(self, world: World, ledger: Ledger, config: Config) -> None:
        self._world = world
        self._ledger = ledger
        self._config = config
        self.mailboxes: tuple[str, ...] = tuple(world.mailboxes)
        self.watch = Watch({"graph": world.graph.switches(), "c4c": world.c4c.switches()})

    def note_conflicts(self) -> None:
        """Remember conflicts that are on record now; later sessions may close them."""
        seen = look(self._world)
        with self._world.store() as store:
            self.watch.note(store, self._world.store_path)
            rows = [row.issue for row in store.issues.list_open()]
        for issue in rows:
            for tag in _tags(seen, {issue.exchange_id, issue.c4c_id}):
                for name in issue.fields:
                    self._ledger.conflicts.add((tag, name))

    def note_decision(self, hold: Hold, decision: str) -> None:
        """Note that a hold is `approved` or `rejected`.

        Who is removed in one mailbox, and comes back because the hold of another was rejected,
        comes back as C4C knows it: only the item that was held is as its user left it.
        """
        self.watch.note_decision(hold, decision)
        for tag in self._tags_of([hold], look(self._world)) & self._ledger.people.keys():
            extras = self._ledger.people[tag].extras
            kept = extras.get(hold.mailbox) if decision == "rejected" else None
            extras.clear()
            if kept is not None:
                extras[hold.mailbox] = kept

    def violations(self) -> list[str]:
        """Judge every person, and what must never change; begin a new span of time."""
        seen = look(self._world)
        stuck = self._with_issue(seen)
        excused = stuck | self._held(seen)
        found = list(self._foreign())
        for person in self._ledger.people.values():
            traces = seen.get(person.tag, Traces())
            story = f"[{person.tag} {person.kind}: {' '.join(person.steps)}]"
            judged = self._judge(person, traces, is_excused=person.tag in excused)
            found += [f"{text} {story}" for text in judged]
            if len(traces.live) == 1:
                # A drag that was taken back, or a copy: what counts now is what there is.
                person.kind = traces.live[0][0]
            if person.tag not in stuck:
                person.begin_anew()  # or else what users did still waits, and counts later
        return found

    # -- persons -------------------------------------------------------------------------------

    def _judge(self, person: Person, traces: Traces, *, is_excused: bool) -> Iterator[str]:
        if "drag" in person.seen and self._config.unlinks:
            return  # the old record of a conversion lives on, and gets an item of its own again
        # A copy may stand for the record when the pair has moved on to another type.
        heirs = len(person.copies) if "drag" in person.seen else person.doubles
        if len(traces.live) > 1 + person.revivals + heirs:
            yield f"I10 doubled: {len(traces.live)} live records"
        is_excused |= self._is_trashed_arrival(person, traces)
        for mailbox in self.mailboxes:
            yield from self._judge_in(mailbox, person, traces.of(mailbox), is_excused=is_excused)

    def _judge_in(
        self, mailbox: str, person: Person, traces: Traces, *, is_excused: bool
    ) -> Iterator[str]:
        """Judge a person in one mailbox."""
        records, items = len(traces.live), len(traces.managed)
        extra = person.revivals + len(person.copies)
        # What was taken out may be dragged into a folder again, beside the item made in its place.
        extra += person.outs if "drag" in person.seen else 0
        if items > 1 + extra:
            yield f"I10 doubled: {items} items in managed folders of {mailbox}"
        if is_excused:
            return
        if not person.has_trouble:
            yield from self._never_removed(mailbox, person, traces)
        elif self._was_removed_once(person) and (records or items):
            yield f"I6 removed, yet {records} records and {items} items live in {mailbox}"
        elif (records == 0) != (items == 0) and not self._may_be_lopsided(person):
            yield f"I1 lopsided: {records} records, {items} items in {mailbox}"
        if records == items == 1:
            yield from self._values(person, traces)

    def _never_removed(self, mailbox: str, person: Person, traces: Traces) -> Iterator[str]:
        """Nobody removed anything: the person must be there, once, on both sides (I7, I10)."""
        if len(traces.live) != 1:
            yield f"I7 {len(traces.live)} live records of a person nobody removed"
        if len(traces.managed) != 1 and not self._may_be_lopsided(person):
            yield f"I7 {len(traces.managed)} items in {mailbox} of a person nobody removed"
        if traces.elsewhere:
            yield "I20 an item is left outside its managed folder"

    def _is_trashed_arrival(self, person: Person, traces: Traces) -> bool:
        """E1: a new item of a read-only type goes to Deleted Items."""
        is_read_only = person.kind in self._config.read_only
        return is_read_only and not traces.live and not traces.over and bool(traces.deleted)

    def _was_removed_once(self, person: Person) -> bool:
        """Whether all that happened since the last rest is one removal that nothing contradicts."""
        if len(person.steps) != 1 or person.typed or person.copies or person.revivals:
            return False
        (verb,) = person.steps
        if person.kind in self._config.read_only and verb not in _BY_C4C:
            return False
        if verb not in _BY_C4C and not self._config.removes(person.kind):
            return False
        return verb in _REMOVALS and not self._config.has_view

    def _may_be_lopsided(self, person: Person) -> bool:
        """Whether one side may lack the person: out of view, frozen, or a read-only type."""
        if self._config.has_view and person.kind == "contact":
            return True
        # Of whatever type it was when its user took it away: it may have been dragged as well.
        removes = all(self._config.removes(kind) for kind in KINDS)
        return person.has_trouble and (bool(self._config.read_only) or not removes)

    # -- values --------------------------------------------------------------------------------

    def _values(self, person: Person, traces: Traces) -> Iterator[str]:
        (kind, record), (folder_kind, item) = traces.live[0], traces.managed[0]
        if kind != folder_kind:
            yield f"I41 a record of type {kind} with an item in the folder of {folder_kind}"
            return
        yield from _placement(kind, item)
        if not person.copies:
            yield from _extras(person, item)
        for name in FIELDS[kind]:
            by_item, by_record = (
                shown_by_item(kind, name, item),
                shown_by_record(kind, name, record),
            )
            if by_item != by_record:
                yield f"I1 {name} differs"
            elif not person.has_trouble:
                yield from self._no_lost_update(person, kind, name, by_item)
            person.settled[name] = by_item

    def _no_lost_update(self, person: Person, kind: str, name: str, now: str) -> Iterator[str]:
        """I3, I4, I16: what was typed last is there, or a conflict is on record."""
        typed = [entry for entry in person.typed if entry.field == name]
        if kind in self._config.read_only:
            typed = [entry for entry in typed if entry.side == "c4c"]
        if not typed or _is_shown(typed[-1], now):
            return
        lost = typed[-1]
        if _is_shown(lost, person.settled.get(name, "")):
            return  # typed and taken back: nobody can see that there was an edit
        rivals = [entry for entry in typed if _is_shown(entry, now) and entry.side != lost.side]
        if rivals and (person.tag, name) in self._ledger.conflicts:
            return
        yield f"I3 {name} typed in {lost.side} is lost"

    # -- everything else -----------------------------------------------------------------------

    def _foreign(self) -> Iterator[str]:
        """I18: items that are nobody's business are as they were, version included."""
        entries = {
            entry["id"]: entry
            for mailbox in self._world.mailboxes
            for entry in self._world.items(mailbox=mailbox)
        }
        for item_id, before in self._ledger.personal.items():
            if entries.get(item_id) != before:
                yield "I18 a personal item was touched"

    def _with_issue(self, seen: dict[str, Traces]) -> set[str]:
        """Return the tags of people with an open issue that needs a person."""
        with self._world.store() as store:
            issues = [row.issue for row in store.issues.list_open(Severity.ACTION)]
        ids = {remote for issue in issues for remote in (issue.exchange_id, issue.c4c_id)}
        return set(_tags(seen, ids))

    def _held(self, seen: dict[str, Traces]) -> set[str]:
        """Return the tags of people with a hold that is not carried out yet."""
        with self._world.store() as store:
            holds = store.holds.list_(("pending", "approved", "rejected"))
        return self._tags_of(holds, seen)

    def _tags_of(self, holds: list[Hold], seen: dict[str, Traces]) -> set[str]:
        with self._world.store() as store:
            links = [store.links.get(link_id) for hold in holds for link_id in hold.link_ids]
        ids = {remote for link in links if link for remote in (link.exchange_id, link.c4c_id)}
        return set(_tags(seen, ids))


def _placement(kind: str, item: dict[str, Any]) -> Iterator[str]:
    """I20: exactly one routing category, its type's."""
    routing = {name.casefold() for name in CATEGORY.values()}
    bears = [str(name).casefold() for name in item["properties"].get("categories") or []]
    if [name for name in bears if name in routing] != [CATEGORY[kind].casefold()]:
        yield "I20 an item does not bear exactly its type's category"


def _extras(person: Person, item: dict[str, Any]) -> Iterator[str]:
    """I19: photo, other categories and unmapped properties are as the user left them."""
    extras = person.extras.get(item["mailbox"])
    if extras is None:
        return
    if item["photo_sha256"] != extras["photo"]:
        yield "I19 the photo is not the user's"
    if item["properties"].get("spouseName") != extras["spouse"]:
        yield "I19 an unmapped property is not the user's"
    if "Zoo" not in (item["properties"].get("categories") or []):
        yield "I19 a category of the user is gone"


def _is_shown(typed: Typed, now: str) -> bool:
    return comparable(typed.field, typed.value) == now


def _tags(seen: dict[str, Traces], ids: set[str | None]) -> Iterator[str]:
    for tag, traces in seen.items():
        items = [*traces.items, *traces.deleted]
        records = [record for _, record in [*traces.live, *traces.over]]
        if ids & ({item["id"] for item in items} | {record["ObjectID"] for record in records}):
            yield tag

"""A case told in words, and made as short as it stays wrong.

Responsible for what a person needs to understand a violation: the settings, what users did, what
was written. A case is told only when somebody asks; long runs do without.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from property.planner_cases import Case
from property.planner_config import policy_of
from property.planner_fields import tiny_contracts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contact_sync.core.model import RecordType, Side
    from property.planner_mailbox import Item
    from property.planner_tenant import Record


class Tale:
    """Notes everything that happens in a case, on its way to the referee.

    Attributes:
        lines: What happened, in order.
    """

    def __init__(self, case: Case) -> None:
        self.lines: list[str] = list(_beginning(case))
        self._case = case
        self._referee = case.referee
        self._told = 0
        world = case.world
        world.mailbox.referee = world.tenant.referee = self
        case.on_step = self._step
        self._read, world.on_read = world.on_read, self._reads

    def _step(self, number: int, name: str) -> None:
        deeds = self._case.player.ledger.deeds
        self.lines.append(f"step {number}: {name.replace('_', ' ')}")
        for deed in deeds[self._told :]:
            what = f"{deed.field}={deed.value!r}" if deed.value or deed.what == "edit" else ""
            self.lines.append(f"    {deed.side.value}: {deed.what} {deed.key} {what}".rstrip())
        self._told = len(deeds)

    def _reads(self, side: Side) -> None:
        self._read(side)
        self.lines.append(f"session {self._case.world.sessions}: {side.value} was read")

    # -- writes of the engine ----------------------------------------------------------------------

    def item_created(self, folder: str, properties: Mapping[str, Any], link: str | None) -> None:
        self.lines.append(f"    creates an item in {folder}: {dict(properties)}, {link}")
        self._referee.item_created(folder, properties, link)

    def item_copied(self, source: Item, folder: str, link: str | None) -> None:
        self.lines.append(f"    copies {source.id} to {folder}, {link}")
        self._referee.item_copied(source, folder, link)

    def item_updated(self, item: Item, patch: Mapping[str, Any], link: str | None) -> None:
        self.lines.append(f"    updates {item.id}: {dict(patch)}, {link}")
        self._referee.item_updated(item, patch, link)

    def item_trashed(self, item: Item) -> None:
        self.lines.append(f"    trashes {item.id}")
        self._referee.item_trashed(item)

    def record_created(self, kind: RecordType, body: Mapping[str, Any]) -> None:
        self.lines.append(f"    creates a record, {kind.value}: {dict(body)}")
        self._referee.record_created(kind, body)

    def record_updated(self, record: Record, body: Mapping[str, Any]) -> None:
        self.lines.append(f"    updates {record.id}: {dict(body)}")
        self._referee.record_updated(record, body)


def _beginning(case: Case) -> Iterator[str]:
    """Yield what is special about the settings."""
    config = case.config
    yield f"seed {case.seed}: {', '.join(kind.value for kind in config.kinds)}; {config.limits}"
    for kind in config.kinds:
        policy, plain = config.policies[kind], policy_of(kind)
        changed = {
            entry.name: value
            for entry in fields(policy)
            if (value := getattr(policy, entry.name)) != getattr(plain, entry.name)
        }
        yield f"    {kind.value}: {changed}, view {config.filters.get(kind)}"


@dataclass(frozen=True, kw_only=True)
class Script:
    """A case as short as it stays wrong.

    Attributes:
        lines: The case in words.
        violations: What is wrong with it.
        without: Numbers of the steps that were left out.
    """

    lines: tuple[str, ...]
    violations: tuple[str, ...]
    without: frozenset[int]

    def __str__(self) -> str:
        return "\n".join((*self.lines, *self.violations))


def tell(seed: int, *, order: int = 0, without: frozenset[int] = frozenset()) -> Script:
    """Play a case and tell it."""
    with tiny_contracts():
        case = Case(seed, order=order, without=without)
        tale = Tale(case)
        case.play()
    return Script(lines=tuple(tale.lines), violations=tuple(case.violations), without=without)


def shrink(seed: int) -> Script:
    """Leave out every step without which a case still breaks one of the same invariants."""
    script = tell(seed)
    wanted = _numbers(script)
    with tiny_contracts():
        case = Case(seed)
        case.play()
    is_shorter = bool(wanted)
    while is_shorter:
        is_shorter = False
        for number in reversed(range(case.planned)):
            if number in script.without:
                continue
            shorter = tell(seed, without=script.without | {number})
            if _numbers(shorter) & wanted:
                script, is_shorter = shorter, True
    return script


def _numbers(script: Script) -> set[str]:
    return {text.partition(":")[0] for text in script.violations}

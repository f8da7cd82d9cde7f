"""Liveness (I45): one thing is in trouble for good, and everything else still comes to rest.

Responsible for histories in which an item, a record, a mailbox or a record type answers the same
refusal for ever. Whatever cannot be synced is excused if an issue names it; all others are judged
by the oracle as ever, session after session, and again when the trouble is over.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

from harness.world import ALICE, COLLECTIONS
from typing_extensions import override

from histories.draws import BOTH
from histories.ledger import KINDS
from histories.machine import SyncMachine
from histories.scripted import ACTS, Played, argument, own
from histories.sight import look

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What is in trouble. "view": every listing of a record type.
SCOPES = ("item", "record", "mailbox", "view")
#: Answers of the services; a hanging one costs real seconds and is played elsewhere.
ANSWERS = ("400", "401 once", "403", "404", "409", "410", "413", "500", "503", "reset")
_DAYS = 2


class LivenessMachine(SyncMachine):
    """A history with a fault that is never taken away.

    Bob sees the same records as Alice; no user of his does anything.
    """

    busy = (ALICE,)

    def __init__(self) -> None:
        super().__init__()
        self._troubles: list[tuple[str, dict[str, Any]]] = []
        self._excused = ""

    def trouble(self, scope: str, answer: str, pick: int, kind: str) -> None:
        """Put one thing in trouble for good."""
        service, conditions = "graph", {}
        seen = look(self._world)
        if scope == "mailbox":
            conditions["path"] = f"users/{re.escape(BOTH[1])}(/|$)"
            self._oracle.mailboxes = (ALICE,)
        elif scope == "view":
            service, conditions["operation"] = "c4c", f"{COLLECTIONS[kind]}.list"
            self._excused = kind
        elif scope == "item":
            ids = [item["id"] for traces in seen.values() for item in traces.items]
            if not ids:
                return
            conditions["path"] = re.escape(sorted(ids)[pick % len(ids)])
        else:
            ids = [row["ObjectID"] for traces in seen.values() for _, row in traces.live]
            if not ids:
                return
            service = "c4c"
            # By its key: listings name an ObjectID as well, where they go on from.
            conditions["path"] = rf"\('{sorted(ids)[pick % len(ids)]}'\)"
        self._troubles.append((service, {"answer": answer, **conditions}))
        self._put_in_trouble()

    def heal(self) -> None:
        """Let everything be well again; one session sees that it is, and the next acts on it."""
        self._troubles.clear()
        self._excused = ""
        self._oracle.mailboxes = BOTH
        self._disarm()
        for _ in range(2):
            self._let_a_day_pass()
            self._attempt()

    @override
    def _disarm(self) -> None:
        super()._disarm()
        # What happens once has happened, or never will.
        self._troubles = [one for one in self._troubles if one[1]["answer"] != "401 once"]
        self._put_in_trouble()

    def _put_in_trouble(self) -> None:
        for service, fault in self._troubles:
            admin = self._world.graph if service == "graph" else self._world.c4c
            admin.trouble_for_good(**fault)

    @override
    def _judge(self) -> None:
        found = self._oracle.violations()
        if self._excused:
            # What the type's records went through cannot be known as long as it is refused.
            found = [text for text in found if f" {self._excused}: " not in text]
        assert not found, "\n".join(found)


def play_liveness(seed: int, scope: str) -> Played:
    """Play the history of a seed around something of a scope that is in trouble for good."""
    rng = random.Random(f"{seed}/{scope}")
    steps: list[str] = []
    history = LivenessMachine()
    try:
        for name, arguments in _script(rng, scope):
            steps.append(f"{name}({', '.join(f'{k}={v!r}' for k, v in arguments.items())})")
            getattr(history, name)(**arguments)
    except AssertionError as violation:
        return Played(tuple(steps), f"{violation}\n{violation.__cause__ or ''}")
    finally:
        history._stack.close()
    return Played(tuple(steps), "")


def _script(rng: random.Random, scope: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield (
        "begin",
        {
            "read_only": (),
            "own": own(rng),
            "has_view": scope == "view" and rng.random() < 0.5,
            "boxes": 2,
            "switches": [],
            "population": rng.randint(4, 8),
            "palette": [],
            "chosen": [],
        },
    )
    yield (
        "trouble",
        {
            "scope": scope,
            "answer": rng.choice(ANSWERS),
            "pick": rng.randrange(998),
            "kind": rng.choice(KINDS),
        },
    )
    for _ in range(_DAYS):
        for _ in range(rng.randint(1, 4)):
            name, names = rng.choice(ACTS)
            yield name, {name: argument(rng, name) for name in names}
        yield "a_busy_day", {"pick": rng.randrange(998)}
        yield "session", {"chosen": []}
        yield "rest", {}
    yield "heal", {}
    yield "rest", {}

"""What users did: people (records of any type), what they typed, how they removed them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

KINDS = ("account", "contact", "individual_customer")

#: Every text that a user types begins with it, so that a leak can be searched for.
CANARY = "zqxvwy"
#: The same for phone numbers.
CANARY_DIGITS = "6221555"

#: Field -> (Graph property, C4C property), per type; only these are edited.
FIELDS: dict[str, dict[str, tuple[str, str]]] = {
    "account": {
        "website": ("businessHomePage", "WebSite"),
        "phone": ("businessPhones", "Phone"),
        "mobile": ("mobilePhone", "Mobile"),
    },
    "contact": {
        "first_name": ("givenName", "FirstName"),
        "job_title": ("jobTitle", "JobTitle"),
        "department": ("department", "Department"),
        "mobile": ("mobilePhone", "Mobile"),
    },
    "individual_customer": {
        "first_name": ("givenName", "FirstName"),
        "mobile": ("mobilePhone", "Mobile"),
        "website": ("businessHomePage", "WebSite"),
    },
}


@dataclass(frozen=True)
class Typed:
    """A value that a user typed.

    Attributes:
        at: Position in the order of all user steps.
        side: Where it was typed: `c4c` or a mailbox.
        field: Canonical name.
        value: Text; empty when the field was cleared.
        session: Number of sessions that had begun before.
    """

    at: int
    side: str
    field: str
    value: str
    session: int


@dataclass
class Person:
    """One contact, account or individual customer, on both sides.

    Attributes:
        tag: E-mail address; unique, never edited, found on every trace of the person.
        kind: Type by the user's last drag.
        steps: Verbs since the last quiescence that create, remove, drag or bring back.
        seen: All verbs that ever concerned the person.
        has_trouble: A removal, drag, copy or return happened at any time: how many traces there
            may be is then judged more loosely.
        copies: Item ids of copies that a user made.
        doubles: Copies of an item that did not bear the link property yet.
        revivals: How often a user brought back one side.
        outs: How often a user took an item out of its managed folder: it stays, and where the pair
            got a new one it is a copy from then on.
        typed: Values since the last quiescence.
        settled: Field -> value at the last quiescence.
        extras: Mailbox -> properties of its item that the sync must keep: photo, spouse.
        in_view: Whether the record is in the view.
    """

    tag: str
    kind: str
    steps: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    has_trouble: bool = False
    copies: set[str] = field(default_factory=set)
    doubles: int = 0
    revivals: int = 0
    outs: int = 0
    typed: list[Typed] = field(default_factory=list)
    settled: dict[str, str] = field(default_factory=dict)
    extras: dict[str, dict[str, str]] = field(default_factory=dict)
    in_view: bool = True

    def did(self, verb: str) -> None:
        """Note a step that is more than an edit."""
        self.steps.append(verb)
        self.seen.add(verb)
        self.outs += verb == "move_out"
        if verb != "create":
            self.has_trouble = True
            # An item that is made anew from its record has lost what C4C does not know.
            if verb != "drag":
                self.extras.clear()

    def begin_anew(self) -> None:
        """Forget what users did: it has been dealt with."""
        self.steps.clear()
        self.typed.clear()


class Ledger:
    """All people of a history.

    Attributes:
        people: Tag -> person.
        personal: Item id -> the dump's entry of an item that must never change.
        conflicts: (tag, field) of conflicts that were on record at any time.
        sessions: Sessions begun.
        steps: User steps so far.
    """

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.personal: dict[str, dict[str, object]] = {}
        self.conflicts: set[tuple[str, str]] = set()
        self.sessions = 0
        self.steps = 0
        self._numbers = count(1)

    def new_person(self, kind: str) -> Person:
        """Add a person nobody has heard of."""
        tag = f"{CANARY}{next(self._numbers)}@canary.example"
        self.people[tag] = Person(tag, kind)
        return self.people[tag]

    def fresh_value(self, name: str) -> str:
        """Return a value that was never typed before."""
        number = next(self._numbers)
        match name:
            case "phone" | "mobile":
                return f"+49 {CANARY_DIGITS[:4]} {CANARY_DIGITS[4:]}{number:05}"
            case "website":
                return f"https://{CANARY}{number}.example"
            case _:
                return f"{CANARY} {name} {number}"

    def type_(self, person: Person, side: str, name: str, value: str) -> None:
        """Note that a user typed a value."""
        person.typed.append(Typed(self.steps, side, name, value, self.sessions))

"""What all histories of a run did: the numbers that `make soak` prints."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What all histories of a run did.

    Attributes:
        histories: Histories begun.
        steps: User steps.
        sessions: Sessions, the ones that settle included.
        fired: Fault -> how often it fired.
        chosen: Fault -> how often it was set.
        to_rest: Sessions that wrote before one did not -> how often.
    """

    histories: int = 0
    steps: int = 0
    sessions: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    chosen: Counter[str] = field(default_factory=Counter)
    to_rest: Counter[int] = field(default_factory=Counter)


TALLY = Tally()
#: State that a soak must reach (see `sometimes`) -> how often it was seen.
SEEN: Counter[str] = Counter()

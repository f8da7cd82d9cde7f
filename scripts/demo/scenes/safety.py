"""The guard against mass deletion, and the quiet session at the end."""

from __future__ import annotations

from emulators.seed import Amounts

from demo.acts import BOB, ClearsFolder, RejectsHolds
from demo.expectations import HoldsAre, LiveRecords
from demo.scene import Chapter, Scene

_LIVE = LiveRecords("individual_customer", Amounts().individual_customers)

CHAPTERS = (
    Chapter(
        "Too many deletions at once",
        (
            Scene(
                "Guard: the removals are held for a person, everything else goes on",
                acts=(ClearsFolder(BOB, "individual_customer", 40),),
                expect=(HoldsAre(1), _LIVE),
            ),
        ),
        agrees=False,
    ),
    Chapter(
        "The operator decides",
        (
            Scene(
                "Rejected: the items come back",
                acts=(RejectsHolds(),),
                expect=(HoldsAre(0), _LIVE),
            ),
        ),
    ),
    Chapter(
        "Its own writes come back to the sync",
        (Scene("Echo: no writes on either side", expect=(_LIVE,)),),
        is_quiet=True,
    ),
    Chapter(
        "A session with nothing to do",
        (Scene("Nobody has done anything: no writes on either side", expect=(_LIVE,)),),
        is_quiet=True,
    ),
)

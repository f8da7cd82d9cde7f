"""What a history draws: who there is, what is set, and what may go wrong."""

from __future__ import annotations

from harness.world import ALICE
from hypothesis import strategies as st

from histories.faults import NAMES
from histories.ledger import KINDS
from histories.switches import SWITCHES

BOTH = (ALICE, "bob@contoso.example")
#: Alice sees some contacts, Bob all of them that C4C's users made.
VIEWS = [
    {"name": "in", "record_type": "contact", "filter": "NickName eq 'in'"},
    {"name": "all", "record_type": "contact", "filter": "NickName ne 'nobody'"},
]
VIEW_OF = [
    {"mailbox": box, "record_type": "contact", "view": view["name"]}
    for box, view in zip(BOTH, VIEWS, strict=True)
]
picks = st.integers(0, 997)
kinds = st.sampled_from(KINDS)
#: (Position in the history's palette, which matching call it hits).
faults = st.lists(st.tuples(picks, st.integers(1, 3)), max_size=4)
own = st.fixed_dictionaries(
    {"on_conflict": st.sampled_from(("c4c", "exchange", "newest"))},
    optional={
        "exchange_delete": st.sampled_from(("delete", "delete", "hide", "ignore")),
        "c4c_delete": st.sampled_from(("obsolete", "delete", "unlink")),
        "delete_vs_edit": st.sampled_from(("edit", "delete")),
        "on_leave_view": st.sampled_from(("trash", "keep")),
    },
)
# What `SyncMachine.begin` is given. What may go wrong, how the services are and what the product is
# told are random subsets, drawn once for a whole history: what is absent cannot hide what is
# present (swarm testing).
read_onlys = st.sampled_from(((), (), ("contact",), ("account", "individual_customer")))
settings = st.fixed_dictionaries(dict.fromkeys(KINDS, own))
switches = st.lists(st.sampled_from(SWITCHES), max_size=8, unique_by=lambda s: s[:2])
populations = st.sampled_from((*range(7), 24))
palettes = st.lists(st.sampled_from(NAMES), max_size=12, unique=True)

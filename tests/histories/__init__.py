"""Generated histories: users, faults and crashes around real sessions, and what must hold.

`machine` is the Hypothesis state machine; `ledger` remembers what users did, `oracle` says what the
world must look like for it.
"""

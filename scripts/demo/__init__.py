"""Plays the rules of the sync: users act on both sides, `meltano run sync` runs, results are shown.

A newcomer adds a scene to a module of `demo.scenes`: who is there before, what the users do, and
what both sides must look like after the next session.
"""

"""Histories of users, faults and crashes through the real plugins: a short, fixed share of them.

`make soak` plays many more.
"""

from __future__ import annotations

import pytest
from histories.machine import SyncMachine
from hypothesis import HealthCheck, settings

# A killed plugin closes nothing; its connections end when it is collected.
TestSync = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")(
    SyncMachine.TestCase
)
TestSync.settings = settings(
    max_examples=5,
    stateful_step_count=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

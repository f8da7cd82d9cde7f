"""Who wins a conflict on a field: its own setting, the type's, or the only way it travels."""

from __future__ import annotations

import pytest
from contact_sync.core.model import Direction, FieldPolicy, RecordType, TypePolicy, Winner


@pytest.mark.parametrize(
    ("direction", "read_only", "field", "expected"),
    [
        (Direction.BOTH, False, FieldPolicy(), Winner.NEWEST),
        (Direction.BOTH, False, FieldPolicy(on_conflict=Winner.EXCHANGE), Winner.EXCHANGE),
        (Direction.TO_EXCHANGE, False, FieldPolicy(on_conflict=Winner.EXCHANGE), Winner.C4C),
        (Direction.TO_C4C, False, FieldPolicy(on_conflict=Winner.C4C), Winner.EXCHANGE),
        (Direction.BOTH, True, FieldPolicy(on_conflict=Winner.EXCHANGE), Winner.C4C),
        (Direction.BOTH, False, FieldPolicy(direction=Direction.TO_EXCHANGE), Winner.C4C),
        (Direction.BOTH, False, FieldPolicy(direction=Direction.TO_C4C), Winner.EXCHANGE),
    ],
)
def test_winner_of_a_field(
    *, direction: Direction, read_only: bool, field: FieldPolicy, expected: Winner
) -> None:
    policy = TypePolicy(
        record_type=RecordType.CONTACT,
        folder="Folder",
        folder_aliases=(),
        category="Category",
        category_aliases=(),
        direction=direction,
        read_only=read_only,
        on_conflict=Winner.NEWEST,
        fields={"job_title": field},
    )
    assert policy.winner("job_title") is expected
    if field == FieldPolicy():
        assert policy.winner("a field without settings") is expected

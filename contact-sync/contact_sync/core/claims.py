"""The link property on an Outlook item: which C4C record the item stands for.

Responsible for writing and reading its text. A lost sync store is rebuilt from it, so the format
never changes without reading the old one too.
"""

from __future__ import annotations

from dataclasses import dataclass

from contact_sync.core.model import RecordType


@dataclass(frozen=True)
class Claim:
    """What an item says about itself: C4C host, record type, ObjectID."""

    tenant: str
    record_type: RecordType
    c4c_id: str

    def render(self) -> str:
        """Return the property's text, `host/record_type/ObjectID`."""
        return f"{self.tenant}/{self.record_type.value}/{self.c4c_id}"


def parse(text: str | None) -> Claim | None:
    """Read the property's text; None when it is absent or not ours."""
    parts = (text or "").split("/")
    known = {record_type.value for record_type in RecordType}
    if len(parts) != 3 or parts[1] not in known or not all(parts):  # noqa: PLR2004 - see render
        return None
    return Claim(parts[0], RecordType(parts[1]), parts[2])

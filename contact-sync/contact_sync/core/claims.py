"""The link property on an Outlook item: which C4C record the item stands for.

Responsible for writing and reading its text. A lost sync store is rebuilt from it, so the format
never changes without reading the old one too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from contact_sync.core.model import RecordType

_TYPES = "|".join(record_type.value for record_type in RecordType)

#: An ObjectID has 32 hex digits; a host is a name or an address, maybe with a port.
_CLAIM = re.compile(
    rf"(?P<tenant>[A-Za-z0-9.:_\-\[\]]{{1,255}})/(?P<type>{_TYPES})/(?P<id>[0-9A-Fa-f]{{32}})"
)


@dataclass(frozen=True)
class Claim:
    """What an item says about itself: C4C host, record type, ObjectID."""

    tenant: str
    record_type: RecordType
    c4c_id: str

    def render(self) -> str:
        """Return the property's text, `host/record_type/ObjectID`."""
        return f"{self.tenant}/{self.record_type.value}/{self.c4c_id}"

    def to_contract(self) -> dict[str, str]:
        """Return it as the member of a contract."""
        kind = self.record_type.value
        return {"tenant": self.tenant, "record_type": kind, "c4c_id": self.c4c_id}


def parse(text: str | None, tenant: str | None = None) -> Claim | None:
    """Read the property's text; None when it is absent, malformed or not ours.

    Whoever may write to a mailbox may write it: nothing of it is used but an ObjectID.

    Args:
        text: The property's text.
        tenant: C4C host that it must name; None while it is not known.
    """
    found = _CLAIM.fullmatch(text or "")
    if found is None or (tenant is not None and found["tenant"].lower() != tenant.lower()):
        return None
    return Claim(found["tenant"], RecordType(found["type"]), found["id"])

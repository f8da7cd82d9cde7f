"""The status codes of C4C master data, which has no deletion.

Source: SAP KBA 2744857: 1 In Preparation, 2 Active, 3 Blocked, 4 Obsolete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contact_sync.core.model import RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTIVE = "2"
OBSOLETE = "4"

#: Property that holds the status, per record type.
STATUS_PROPERTY: Mapping[RecordType, str] = {
    RecordType.ACCOUNT: "LifeCycleStatusCode",
    RecordType.CONTACT: "StatusCode",
    RecordType.INDIVIDUAL_CUSTOMER: "LifeCycleStatusCode",
}


def is_obsolete(record_type: RecordType, record: Mapping[str, object]) -> bool:
    """Whether a record counts as deleted (C3); blocked records do not (C8)."""
    return str(record.get(STATUS_PROPERTY[record_type]) or "").strip() == OBSOLETE

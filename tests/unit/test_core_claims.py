"""What an item says about itself, and what a record says about its end."""

from __future__ import annotations

import pytest
from contact_sync.core import claims, status
from contact_sync.core.claims import Claim
from contact_sync.core.model import RecordType


@pytest.mark.parametrize("record_type", RecordType)
def test_a_claim_reads_back_as_it_was_written(record_type: RecordType) -> None:
    claim = Claim("my300.example", record_type, "00AB")
    assert claim.render() == f"my300.example/{record_type.value}/00AB"
    assert claims.parse(claim.render()) == claim


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("absent", None),
        ("blank", ""),
        ("no record type of ours", "my300.example/lead/00AB"),
        ("no host", "/account/00AB"),
        ("no record", "my300.example/account/"),
        ("a part too few", "my300.example/account"),
        ("a part too many", "my300.example/account/00AB/1"),
    ],
)
def test_i10_what_is_not_ours_claims_no_record(description: str, text: str | None) -> None:
    assert claims.parse(text) is None, description


@pytest.mark.parametrize(
    ("description", "value", "expected"),
    [
        ("obsolete", "4", True),
        ("obsolete, padded", " 4 ", True),
        ("obsolete, as a number", 4, True),
        ("C8: blocked", "3", False),
        ("active", "2", False),
        ("blank", "", False),
        ("null", None, False),
    ],
)
def test_c3_only_an_obsolete_record_counts_as_deleted(
    description: str,
    value: object,
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    for record_type, name in status.STATUS_PROPERTY.items():
        assert status.is_obsolete(record_type, {name: value}) is expected, description
        assert not status.is_obsolete(record_type, {})


def test_a_contact_has_its_status_elsewhere() -> None:
    assert status.is_obsolete(RecordType.CONTACT, {"StatusCode": "4", "LifeCycleStatusCode": "2"})
    assert status.is_obsolete(RecordType.ACCOUNT, {"StatusCode": "2", "LifeCycleStatusCode": "4"})

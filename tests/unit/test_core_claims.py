"""What an item says about itself, and what a record says about its end."""

from __future__ import annotations

import pytest
from contact_sync.core import claims, status
from contact_sync.core.claims import Claim
from contact_sync.core.model import RecordType
from hypothesis import given
from hypothesis import strategies as st

OBJECT_ID = "00163E03A0701EE8AA8D9B2A30D9D4B1"
ESCAPES = "\x1b]0;x\x07\x1b[31mEVIL"


@pytest.mark.parametrize("record_type", RecordType)
def test_a_claim_reads_back_as_it_was_written(record_type: RecordType) -> None:
    claim = Claim("my300.example", record_type, OBJECT_ID)
    assert claim.render() == f"my300.example/{record_type.value}/{OBJECT_ID}"
    assert claims.parse(claim.render()) == claim
    assert claims.parse(claim.render(), "MY300.example") == claim
    assert claims.parse(claim.render(), "my301.example") is None
    assert claim.to_contract() == {
        "tenant": "my300.example",
        "record_type": record_type.value,
        "c4c_id": OBJECT_ID,
    }


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("absent", None),
        ("blank", ""),
        ("no record type of ours", f"my300.example/lead/{OBJECT_ID}"),
        ("no host", f"/account/{OBJECT_ID}"),
        ("no record", "my300.example/account/"),
        ("a part too few", "my300.example/account"),
        ("a part too many", f"my300.example/account/{OBJECT_ID}/1"),
        ("too short for an ObjectID", "my300.example/account/00AB"),
        ("too long", f"my300.example/account/{OBJECT_ID}0"),
        ("very long", "my300.example/account/" + "A" * 3000),
        ("no hex digits", "my300.example/account/" + "G" * 32),
        ("other digits", "my300.example/account/" + "\u0661" * 32),
        ("escape sequences", f"my300.example/account/{ESCAPES:A<32}"),
        ("a line more", f"my300.example/account/{OBJECT_ID}\n"),
        ("escape sequences in the host", f"{ESCAPES}/account/{OBJECT_ID}"),
        ("a host that is too long", f"{'a' * 256}/account/{OBJECT_ID}"),
        ("a GUID", "my300.example/account/00163E03-A070-1EE8-AA8D-9B2A30D9D4B1"),
    ],
)
def test_i10_what_is_not_ours_claims_no_record(description: str, text: str | None) -> None:
    assert claims.parse(text) is None, description


@given(st.text(max_size=400), st.sampled_from(["", "/account/", "/contact/"]), st.text())
def test_i51_nothing_of_a_text_is_used_but_a_plain_host_and_an_object_id(
    host: str, middle: str, rest: str
) -> None:
    claim = claims.parse(f"{host}{middle}{rest}")
    if claim is not None:
        assert claim.tenant.isascii()
        assert claim.tenant.isprintable()
        assert len(bytes.fromhex(claim.c4c_id)) == 16


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
